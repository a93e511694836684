"""Train accuracy and its complement: the chance that at least one pattern covers an example, and that none does."""

import numpy as np
from numpy.typing import NDArray

from .compensated import LONG, RENEWED, grown, missed, renewed
from .compile import kernel

Array = NDArray[np.float64]


def coverage_py(p: Array, q: Array, chance: float, rest: float, train: Array, error: Array) -> None:
    """Fill `train` = 1 - rest prod q and `error` = rest prod q, both (T,), from p and q (T, n); rest is 1 - chance.

    Pattern after pattern, train <- p + q train: only sums and products of non-negative numbers, so `train` keeps its
    relative accuracy however small it is (n p at p = 1e-300), and `error` however close to 1 `train` is. Each has a
    relative error of at most 2 n roundings. No logarithm is needed, so p = 1 is no special case.
    """
    for i in range(p.shape[0]):
        right, wrong = chance, rest
        for k in range(p.shape[1]):
            right = p[i, k] + q[i, k] * right
            wrong = wrong * q[i, k]
        if right > 1.0:  # by one rounding, where p + q is 1 but each is rounded up
            right = 1.0
        train[i] = right
        error[i] = wrong


coverage_kernel = kernel(coverage_py)


def long_coverage_py(p: Array, q: Array, chance: float, rest: float, train: Array, error: Array) -> None:
    """Fill the same for many patterns: at most 4 roundings, whatever their number (`compensated`).

    One for all steps together, one for a sum of two doubles, one for rest = 1 - chance, one for p.
    """
    for i in range(p.shape[0]):
        right, right_low = chance, 0.0
        wrong, wrong_low = rest, 0.0
        for k in range(p.shape[1]):
            right, right_low = missed(right, right_low, p[i, k], q[i, k])
            right, right_low = grown(right, right_low, p[i, k])
            wrong, wrong_low = missed(wrong, wrong_low, p[i, k], q[i, k])
            if k % RENEWED == 0:
                right, right_low = renewed(right, right_low)
                wrong, wrong_low = renewed(wrong, wrong_low)
        train[i] = min(1.0, right + right_low)
        error[i] = wrong + wrong_low


long_coverage_kernel = kernel(long_coverage_py)


def coverage(p: Array, q: Array, chance: float, rest: float) -> tuple[Array, Array]:
    """Return train accuracy and train error, each (T,)."""
    train = np.empty(p.shape[0])
    error = np.empty_like(train)
    chosen = long_coverage_kernel if p.shape[1] > LONG else coverage_kernel
    chosen(p, q, chance, rest, train, error)
    return train, error


def coverage_change_py(q: Array, rest: float, by_p: Array) -> None:
    """Fill `by_p` (T, n) with the derivatives of train accuracy, rest prod_{j != k} q_j, from q (T, n).

    Products of what comes before and after k: q_k may be 0, so it is not divided out.
    """
    for i in range(q.shape[0]):
        before = rest
        for k in range(q.shape[1]):
            by_p[i, k] = before
            before *= q[i, k]
        after = 1.0
        for k in range(q.shape[1] - 1, -1, -1):
            by_p[i, k] *= after
            after *= q[i, k]


coverage_change_kernel = kernel(coverage_change_py)


def coverage_change(q: Array, rest: float) -> Array:
    """Return the derivatives of train accuracy in each p_k, (T, n)."""
    by_p = np.empty(q.shape)
    coverage_change_kernel(q, rest, by_p)
    return by_p
