"""A million models by forms that share nothing: quadrature, counting, and the sum over all sets."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from grokdd.analytic import Mean, Preferred, Priority, Rule, SoftPreference
from grokdd.simulate.counting import ROUNDINGS
from grokdd.simulate.rounding import roundings
from grokdd.simulate.value_forms import value_of

from .attack_forms import BOTH_ENDS, HEAVIEST, of_halves, of_rule
from .exact_values import weights_of

Array = NDArray[np.float64]

BLOCK = 500
"""Models that differ in p alone."""
FEW = 12
"""Patterns up to which all sets are summed over."""


def block(seed: int, n: int) -> Iterator[tuple[str, float, float]]:
    """Yield a pair of forms, their largest difference in roundings of the value, and what both bounds allow."""
    rng = np.random.default_rng([n, seed])
    p, g, rule = _with_both_ends(_chances(rng, n)), rng.random(n), _rule(rng, n)
    g[rng.random(n) < 0.1] = 0.0
    chance = float(rng.choice([0.0, rng.random()]))
    given = p, 1 - p, g, rule, chance
    own, ends = roundings(rule, n), 2 * n * BOTH_ENDS
    # A part of it at so few times that loops run over nodes.
    found = np.concatenate([value_of(p[:60], 1 - p[:60], *given[2:]), value_of(p[60:], 1 - p[60:], *given[2:])])
    if sum(weights_of(rule, n)) <= HEAVIEST:
        other = value_of(*given, form="counting")
        yield "counting", _apart(found, other), own + ROUNDINGS + ends
    if n <= FEW:
        other = value_of(*given, form="enumeration")
        yield "enumeration", _apart(found, other), own + of_rule(rule, n) + of_halves(n) + ends


def _apart(one: Array, other: Array) -> float:
    size = np.minimum(np.abs(one), np.abs(other))
    off = np.maximum(np.abs(one - other) - 100 * 5e-324, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.where(off == 0, 0.0, off / size * 2.0**53).max(initial=0.0))


def _with_both_ends(p: Array) -> Array:
    """Return p such that 1 - p is a double too, or p below 2^-70: then no form can make of 1 - p what it likes."""
    return np.where(p < 2.0**-70, p, np.round(p * 2.0**53) / 2.0**53)


def _chances(rng: np.random.Generator, n: int) -> Array:
    shape = BLOCK, n
    uniform = rng.random(shape)
    match rng.integers(4):
        case 0:
            return uniform
        case 1:
            return np.where(uniform < 0.5, rng.integers(0, 2, shape), rng.random(shape))
        case 2:
            return np.where(uniform < 0.5, 10 ** rng.uniform(-300, 0, shape), 1 - 10 ** rng.uniform(-16, 0, shape))
        case _:
            return np.repeat(uniform[:, :1], n, axis=1)


def _rule(rng: np.random.Generator, n: int) -> Rule:
    match rng.integers(5):
        case 1:
            return Preferred(int(rng.integers(n)))
        case 2:
            return Priority(rng.permutation(n)[: rng.integers(1, n + 1)].tolist())
        case 3:
            return SoftPreference(rng.integers(1, 10, n).tolist())
        case 4 if n <= FEW:
            return SoftPreference([Fraction(x) for x in (10 ** rng.uniform(-3, 3, n)).tolist()])
        case _:
            return Mean()
