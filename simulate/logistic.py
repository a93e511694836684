"""Predictiveness p of each pattern in time, and q = 1 - p, each to full relative accuracy (docs/theory.md, 1 and 4).

    p = gamma s(x),   q = (1 - gamma) + gamma s(-x),   s(x) = 1 / (1 + exp(-x)),   x = alpha (t - b)

Near saturation 1 - p has lost the digits that the error prod q lives on, so q takes the complementary branch s(-x).
"""

import math

import numpy as np
from numpy.typing import NDArray

from .compile import kernel

Array = NDArray[np.float64]


def predictiveness_py(t: Array, gamma: Array, gamma_rest: Array, alpha: Array, b: Array, p: Array, q: Array) -> None:
    """Fill `p` and `q`, both (T, n), for times `t` (T,) and parameters (n,); `gamma_rest` is 1 - gamma.

    Relative error, down to the smallest normal number: at most (abs(x) + 4) * 2^-52 for p, (abs(x) + 5) * 2^-52 for
    q. The part with x is what moving alpha by one unit in its last place would do. NaN in, NaN out.
    """
    for i in range(t.shape[0]):
        for k in range(gamma.shape[0]):
            late = t[i] - b[k]
            if alpha[k] == 0.0 and not math.isnan(t[i]):
                x = 0.0  # a constant gamma / 2, at infinite times too, where 0 * inf would be NaN
            elif math.isinf(late) and not math.isinf(t[i]):
                x = 2.0 * (alpha[k] * (0.5 * t[i] - 0.5 * b[k]))  # t - b overflowed; alpha may bring it back
            else:
                x = alpha[k] * late
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
