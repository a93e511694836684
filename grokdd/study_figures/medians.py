"""Medians over seeds: of steps, of which some never came, and of curves, of which some ended early."""

import math
from collections.abc import Iterable, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray


def median_step(steps: Iterable[float | None]) -> float | None:
    """Return the median of steps, None if it is never; never counts as later than all.

    >>> median_step([100, None, 200]), median_step([100, None]), median_step([])
    (200, None, None)
    """
    known = [math.inf if step is None else step for step in steps]
    found = median(known) if known else math.inf
    return None if found == math.inf else found


def median_of_known(values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the median over the first axis of what is finite; NaN where nothing is."""
    return np.ma.median(np.ma.masked_invalid(np.stack(values)), axis=0).astype(float).filled(np.nan)
