"""Gini coefficient: how unequally a whole is shared."""

import numpy as np
from numpy.typing import ArrayLike

from ...analytic.errors import InputError


def gini(values: ArrayLike) -> float:
    """Return the Gini coefficient of `values`: 0 if all are equal, (n - 1) / n if one has everything.

    It is the mean absolute difference of two values, drawn with replacement, over twice the mean. In ascending order
    x_1..x_n, x_i exceeds i - 1 values and falls short of n - i, so the sum over all differences is
    2 sum_i (2 i - n - 1) x_i.

    Parameters
    ----------
    values
        At least one number, each finite and at least 0, shape (n,): the shares of a spectrum, say. All zero counts
        as equal.

    Examples
    --------
    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 5])
    (0.0, 0.75)
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    if x.ndim != 1 or x.size == 0:
        raise InputError(f"values must be one-dimensional and not empty, got shape {x.shape}")
    if not (np.isfinite(x).all() and x[0] >= 0):
        raise InputError("values must be finite and at least 0, got at least one that is not")
    total = x.sum()
    if total == 0:
        return 0.0
    weights = 2 * np.arange(1, x.size + 1) - x.size - 1
    return float(weights @ x / (x.size * total))
