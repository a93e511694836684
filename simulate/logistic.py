"""Predictiveness p of each pattern in time, and q = 1 - p, each to full relative accuracy (docs/theory.md, 1 and 4).

    p = gamma s(x),   q = (1 - gamma) + gamma s(-x),   s(x) = 1 / (1 + exp(-x)),   x = alpha (t - b)

Near saturation 1 - p has lost the digits that the error prod q lives on, so q takes the complementary branch s(-x).
"""

import math

import numpy as np
from numpy.typing import NDArray

from .compile import kernel

Array = NDArray[np.float64]


def argument_py(t: float, alpha: float, b: float) -> float:
    """Return x = alpha (t - b), where neither 0 * inf nor an overflow of t - b gives what it is not."""
    late = t - b
    if alpha == 0.0 and not math.isnan(t):
        return 0.0  # a constant gamma / 2, at infinite times too, where 0 * inf would be NaN
    if math.isinf(late) and not math.isinf(t):
        return 2.0 * (alpha * (0.5 * t - 0.5 * b))  # t - b overflowed; alpha may bring it back
    return alpha * late


argument = kernel(argument_py)


def predictiveness_py(t: Array, gamma: Array, gamma_rest: Array, alpha: Array, b: Array, p: Array, q: Array) -> None:
    """Fill `p` and `q`, both (T, n), for times `t` (T,) and parameters (n,); `gamma_rest` is 1 - gamma.

    Relative error, down to the smallest normal number: at most (abs(x) + 4) * 2^-52 for p, (abs(x) + 5) * 2^-52 for
    q. The part with x is what moving alpha by one unit in its last place would do. NaN in, NaN out.
    """
    for i in range(t.shape[0]):
        for k in range(gamma.shape[0]):
            x = argument(t[i], alpha[k], b[k])
            e = math.exp(-abs(x))  # never above 1, so it can underflow but not overflow
            near = 1.0 / (1.0 + e)
            far = e * near
            if x >= 0.0:
                p[i, k] = gamma[k] * near
                q[i, k] = gamma_rest[k] + gamma[k] * far
            else:
                p[i, k] = gamma[k] * far
                q[i, k] = gamma_rest[k] + gamma[k] * near


predictiveness_kernel = kernel(predictiveness_py)


def predictiveness(t: Array, gamma: Array, gamma_rest: Array, alpha: Array, b: Array) -> tuple[Array, Array]:
    """Return p and q = 1 - p, each (T, n), for normalised arrays (`arrays.column`)."""
    p = np.empty((t.shape[0], gamma.shape[0]))
    q = np.empty_like(p)
    predictiveness_kernel(t, gamma, gamma_rest, alpha, b, p, q)
    return p, q


def predictiveness_changes_py(
    t: Array,
    gamma: Array,
    gamma_rest: Array,
    alpha: Array,
    b: Array,
    p: Array,
    q: Array,
    by_gamma: Array,
    by_alpha: Array,
    by_t: Array,
) -> None:
    """Fill p and q as `predictiveness`, and the derivatives of p in gamma, alpha and t; in b it is minus that in t.

    s, gamma s (1 - s) (t - b) and alpha gamma s (1 - s): never alpha p (1 - p / gamma), which is 0 / 0 at gamma = 0.
    """
    for i in range(t.shape[0]):
        for k in range(gamma.shape[0]):
            x = argument(t[i], alpha[k], b[k])
            e = math.exp(-abs(x))
            near = 1.0 / (1.0 + e)
            far = e * near
            s, rest = (near, far) if x >= 0.0 else (far, near)
            p[i, k] = gamma[k] * s
            q[i, k] = gamma_rest[k] + gamma[k] * rest
            bell = gamma[k] * (near * far)
            by_gamma[i, k] = s
            if math.isinf(t[i]):  # nothing moves p any more; not 0 * inf
                bell = 0.0
            late = t[i] - b[k]
            if bell == 0.0:  # however far t is
                by_alpha[i, k] = 0.0
            elif math.isinf(late):  # t - b overflowed
                by_alpha[i, k] = 2.0 * bell * (0.5 * t[i] - 0.5 * b[k])
            else:
                by_alpha[i, k] = bell * late
            by_t[i, k] = bell * alpha[k]


predictiveness_changes_kernel = kernel(predictiveness_changes_py)


def predictiveness_changes(
    t: Array, gamma: Array, gamma_rest: Array, alpha: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Return p, q = 1 - p, and the derivatives of p in gamma, alpha and t, each (T, n), for normalised arrays."""
    p, q, by_gamma, by_alpha, by_t = (np.empty((t.shape[0], gamma.shape[0])) for _ in range(5))
    predictiveness_changes_kernel(t, gamma, gamma_rest, alpha, b, p, q, by_gamma, by_alpha, by_t)
    return p, q, by_gamma, by_alpha, by_t
