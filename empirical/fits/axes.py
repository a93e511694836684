"""The time of a model along the axis of a run: its steps (epochs, widths) themselves, or their logarithms."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...analytic.errors import InputError

Array = NDArray[np.float64]
TimeAxis = Literal["log", "linear"]

MOST = 512
"""Evaluations beyond which neighbours are averaged before a search: more say nothing new of curves this smooth."""


def unit_of(time: TimeAxis, steps: Array) -> float:
    """Return the step whose logarithm is the model's time 0: 1, or the first one above 0 where that is earlier.

    No pattern has its inflection before time 0, and epochs may begin with a hundredth.
    """
    return float(min(1.0, steps[steps > 0].min(initial=1.0))) if time == "log" else 1.0


def in_model_time(time: TimeAxis, steps: Array, unit: float = 1.0) -> Array:
    """Return the model's time at `steps`: the step, or its logarithm in such units; InputError if a step is below 0."""
    if (steps < 0).any():
        raise InputError(f"steps must be at least 0, got {steps[steps < 0][0]:g}")
    if time == "linear":
        return steps.copy()
    with np.errstate(divide="ignore"):  # step 0 is minus infinity, where every pattern is still at 0
        return np.log(steps / unit)


def thinned(steps: Array, curves: Array, most: int = MOST) -> tuple[Array, Array]:
    """Return at most so many evaluations, means of neighbours, of ascending steps (T,) and curves (2, T).

    Half of the groups are even in the number of evaluations and half in the logarithm of the step, so that neither the
    dense part of a schedule nor the beginning of a run is lost. Nothing is left out.
    """
    if steps.size <= most:
        return steps, curves
    by_number = np.linspace(0, steps.size, most // 2, endpoint=False)
    first = steps[steps > 0][0] if (steps > 0).any() else 1.0
    by_logarithm = np.searchsorted(steps, np.geomspace(first, max(steps[-1], first), most // 2))
    edges = np.unique(np.concatenate([[0], by_number.astype(int), by_logarithm]))
    edges = edges[edges < steps.size]
    counts = np.diff(np.append(edges, steps.size))
    mean = [np.add.reduceat(values, edges) / counts for values in (steps, *curves)]
    return mean[0], np.stack(mean[1:])
