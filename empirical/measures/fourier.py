"""Fourier progress measures: what the frequencies of a group contribute to the logits of a network [Nanda2022].

A table L (n, n, C) holds the logits on Z_n x Z_n (`groups.GroupTask.table`): L[i, j, c] for the pair of exponents
(i, j) and class c, whose right answer is c = (i + j) % n. With w_k = 2 pi k / n, a network that multiplies in Fourier
space knows each operand by the characters exp(i w_k x), k = 1..n // 2, and multiplies those of equal frequency:

    exp(i w_k i) exp(i w_k j) = exp(i w_k (i + j)),

so that its logits are sums of cos(w_k (i + j)) and sin(w_k (i + j)), with a factor for each class; the factors
cos(w_k c) and sin(w_k c) make up cos(w_k (i + j - c)), which is largest for the right answer.

*The component at frequency k* of L is, for each class, its orthogonal projection onto the span of cos(w_k (i + j)) and
sin(w_k (i + j)) as functions of the pair: the modes (k, k) and (-k, -k) of the two-dimensional Fourier transform. It
has two real dimensions for each class, one if k = n / 2. The modes (k, -k), functions of i - j, and (k, l) do not
belong to it. All components together, with the constant, are the functions of s = i + j, and the projection onto those
is the mean over the n pairs of equal s,

    M[s, c] = (1 / n) sum_i L[i, s - i, c],

hence the component at k is that of M in one dimension, which is how it is computed.

*Restricted* logits are the mean over all pairs of each class (the bias) plus the components at the key frequencies;
*excluded* logits are L minus these components, bias kept. The published code projects onto the same two waves for each
key; its keys are read off the neurons of one network, ours off the logits (`key_frequencies`). No weight is looked at
and the classes are not assumed to follow any formula, so this applies to every network and, by discrete logarithms, to
multiplication and division. There the name of a frequency depends on the primitive root (another root permutes the
k); the losses and the values of the spectrum do not.

What is added to all classes of a pair alike changes no probability. The losses ignore it by themselves; the spectrum is
taken of the logits minus their mean over the classes, and of their mean over the pairs, for that is no frequency.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from ...analytic.errors import InputError
from ...analytic.training_curves import Array
from ..tasks.task import Integers, Mask

Coefficients = NDArray[np.complex128]


def power_by_frequency(table: Array) -> Array:
    """Return the share of the centred power of `table` at each frequency 1..n // 2, shape (n // 2,).

    Entry k - 1 belongs to frequency k. By Parseval the shares add up to at most 1; the rest is what the logits do
    besides, such as memorizing. Logits that do not depend on the pair have no power, and all shares are 0.
    """
    _demand_table(table)
    n = len(table)
    centred = table - table.mean(axis=2, keepdims=True)
    centred -= centred.mean(axis=(0, 1))
    power = float(np.square(centred).sum())
    # A mean of n**2 numbers is off by at most n**2 roundings of the largest: what is no larger is rounding alone.
    if power <= table.size * (n**2 * np.finfo(np.float64).eps * np.abs(table).max()) ** 2:
        return np.zeros(n // 2)
    # A wave of coefficient z over s has power |z|**2 / n at k and as much at -k, and n pairs share each s.
    parts = np.square(np.abs(_coefficients(centred)[1:])).sum(axis=1)
    twice = np.full(n // 2, 2.0)
    if n % 2 == 0:
        twice[-1] = 1.0  # n / 2 is its own negative
    return twice * parts / power


def key_threshold(order: int) -> float:
    """Return the share of the centred power from which a frequency is key, 1 / n.

    It is fixed by two cases, not by data. All power spread evenly gives each of the n // 2 frequencies at least 2 / n:
    a network that uses them all has them all as keys, even beside noise as strong as the signal. Independent noise
    alone has n**2 - 1 centred dimensions for each class and gives a frequency 2 / (n**2 - 1) on average: about 2 / n
    of the threshold.
    """
    return 1 / order


def key_frequencies(table: Array, threshold: float | None = None) -> tuple[int, ...]:
    """Return the frequencies, in order, whose share of the centred power is at least `threshold`.

    Parameters
    ----------
    table
        Logits on the group, shape (n, n, C).
    threshold
        Above 0, at most 1; None for `key_threshold(n)`. Report it beside the frequencies.
    """
    least = key_threshold(len(table)) if threshold is None else threshold
    if not 0 < least <= 1:
        raise InputError(f"threshold must lie in (0, 1], got {threshold}")
    return tuple(int(k) for k in 1 + np.flatnonzero(power_by_frequency(table) >= least))


def component(table: Array, frequencies: Collection[int]) -> Array:
    """Return the sum of the components of `table` at `frequencies`, shape (n, n, C)."""
    _demand_table(table)
    waves = _waves(_coefficients(table), frequencies, len(table))
    return waves[_sums(len(table))]


def restricted_logits(table: Array, frequencies: Collection[int]) -> Array:
    """Return the mean over the pairs plus the components at `frequencies`, shape (n, n, C)."""
    return table.mean(axis=(0, 1)) + component(table, frequencies)


def excluded_logits(table: Array, frequencies: Collection[int]) -> Array:
    """Return `table` without its components at `frequencies`, shape (n, n, C)."""
    return table - component(table, frequencies)


def loss(table: Array, *, where: Mask | None = None) -> float:
    """Return the mean cross-entropy of the right answers in nats, over the pairs `where` (n, n), or over all."""
    _demand_table(table)
    n = len(table)
    chosen = np.ones((n, n), dtype=bool) if where is None else _demand_pairs(where, n)
    return _cross_entropy(table[chosen], _sums(n)[chosen])


def restricted_loss(table: Array, frequencies: Collection[int], *, where: Mask | None = None) -> float:
    """Return the loss of the restricted logits over the pairs `where`, or over all.

    It falls while a network builds what generalizes, even where that does not show in the test loss yet.
    """
    return loss(restricted_logits(table, frequencies), where=where)


def excluded_loss(table: Array, frequencies: Collection[int], *, where: Mask | None) -> float:
    """Return the loss of the excluded logits over the pairs `where`: the train set, as published; None for all.

    It rises while a network comes to lean on these frequencies even for examples that it could remember. The
    components are fitted on all pairs, so it is no function of the train set alone.
    """
    return loss(excluded_logits(table, frequencies), where=where)


def excluded_loss_by_frequency(table: Array, *, where: Mask | None) -> Array:
    """Return the loss without frequency k alone for each k = 1..n // 2, shape (n // 2,); entry k - 1 is k."""
    _demand_table(table)
    n = len(table)
    chosen = np.ones((n, n), dtype=bool) if where is None else _demand_pairs(where, n)
    logits, right, coefficients = table[chosen], _sums(n)[chosen], _coefficients(table)
    return np.array([_cross_entropy(logits - _waves(coefficients, [k], n)[right], right) for k in range(1, n // 2 + 1)])


def _sums(n: int) -> Integers:
    """Return (i + j) % n for each pair, shape (n, n): the right answer."""
    return np.add.outer(np.arange(n), np.arange(n)) % n


def _coefficients(table: Array) -> Coefficients:
    """Return the Fourier coefficients over s of M[s, c], shape (n // 2 + 1, C)."""
    i, s = np.ogrid[: len(table), : len(table)]
    means = table[i, (s - i) % len(table)].mean(axis=0)
    return np.fft.rfft(means, axis=0)


def _waves(coefficients: Coefficients, frequencies: Collection[int], n: int) -> Array:
    """Return the part of M at `frequencies`, shape (n, C)."""
    chosen = sorted(set(frequencies))
    if chosen and not (chosen[0] >= 1 and chosen[-1] <= n // 2):
        raise InputError(f"frequencies must lie in 1..{n // 2}, got {chosen[0]}..{chosen[-1]}")
    kept = np.zeros_like(coefficients)
    kept[chosen] = coefficients[chosen]
    return np.fft.irfft(kept, n, axis=0)


def _cross_entropy(logits: Array, right: Integers) -> float:
    """Return the mean over the rows of `logits` (B, C) of log sum exp minus the logit of `right` (B,)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    at_right = np.take_along_axis(shifted, right[:, None], axis=1)[:, 0]
    return float((np.log(np.exp(shifted).sum(axis=1)) - at_right).mean())


def _demand_table(table: Array) -> None:
    if table.ndim != 3 or table.shape[0] != table.shape[1] or table.shape[2] < table.shape[0] or len(table) < 2:
        raise InputError(f"table must have shape (n, n, C) with C at least n and n at least 2, got {table.shape}")
    if table.dtype != np.float64:
        raise InputError(f"table must be float64, got {table.dtype}: convert it with astype")
    if not np.isfinite(table).all():
        raise InputError("table must hold finite logits, got at least one that is not")


def _demand_pairs(where: Mask, n: int) -> Mask:
    if where.shape != (n, n) or where.dtype != np.bool_ or not where.any():
        raise InputError(f"where must be a mask of shape {(n, n)} with at least one pair, got shape {where.shape}")
    return where
