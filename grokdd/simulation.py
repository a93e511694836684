"""What `grokdd simulate` says of a model: its curves at given times, as columns, as JSON and as a figure."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .analytic import Curves, PatternModel
from .analytic.errors import InputError
from .naming import pattern_names
from .simulate import curves

DRAWN_POINTS = 601
"""Times between the ends of a figure; its panels are some 300 points wide."""
MOST_POINTS = 1_000_000
"""A grid of more times than this is a slip of the finger: its output would be some 100 MB."""


def grid(until: float, points: int) -> NDArray[np.float64]:
    """Return `points` times from 0 to `until`, evenly spaced."""
    if not (math.isfinite(until) and until > 0):
        raise InputError(f"--until must be a finite time above 0, got {until}")
    if not 1 <= points <= MOST_POINTS:
        raise InputError(f"--points must lie in 1..{MOST_POINTS}, got {points}")
    return np.linspace(0, until, points)


def listed(times: Sequence[float]) -> NDArray[np.float64]:
    """Return the times of --at; infinities are allowed."""
    if any(math.isnan(t) for t in times):
        raise InputError("--at must be a number, got nan: leave it out for an even grid, or give inf for the end")
    return np.asarray(times, dtype=np.float64)


def simulate(model: PatternModel, times: Sequence[float] | NDArray[np.float64]) -> Curves:
    """Return the curves of `model` at `times`."""
    return curves(model, np.asarray(times, dtype=np.float64))


def lines(model: PatternModel, found: Curves) -> Iterator[str]:
    """Yield one line a time: t, train and test accuracy, and the predictiveness of each pattern."""
    names = ("t", "train", "test", *pattern_names(model))
    widths = [max(12, len(name)) for name in names]
    yield "  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True))
    for t, train, test, patterns in zip(found.t, found.train, found.test, _patterns(found), strict=True):
        cells = (f"{t:.6g}", *(f"{value:.8f}" for value in (train, test, *patterns)))
        yield "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def as_json(name: str, model: PatternModel, found: Curves) -> dict[str, Any]:
    """Return the curves as JSON values; infinite times are the strings "inf" and "-inf"."""
    return {
        "model": name,
        "t": found.t,
        "train": found.train,
        "test": found.test,
        "train_error": found.train_error,
        "patterns": [
            {"name": pattern, "p": p} for pattern, p in zip(pattern_names(model), _patterns(found).T, strict=True)
        ],
    }


def draw(model: PatternModel, found: Curves, path: Path) -> None:
    """Draw patterns and accuracies from the first to the last finite time into `path`, whose ending names the format.

    However few times were asked for, the lines are smooth.
    """
    from .figures import model_figure, save

    save(model_figure(model, simulate(model, fine_times(found.t))), path)


def fine_times(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the finite ones of `t`, with as many between their ends as a figure can show, in order."""
    finite = t[np.isfinite(t)]
    if not finite.size:
        raise InputError("--figure must have a finite time to draw, got none: give one with --at, or leave --at out")
    return np.union1d(finite, np.linspace(finite.min(), finite.max(), DRAWN_POINTS))


def _patterns(found: Curves) -> NDArray[np.float64]:
    return np.empty((len(found.t), 0)) if found.patterns is None else found.patterns
