"""Intervals for the parameters of a fit to one run, over all arrangements of its patterns that fit as well."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from ...analytic.rules import Rule
from .arrangements import distinct, in_order
from .candidates import Candidates, letters
from .dependence import inflation
from .profiles import Profiles, profiles
from .search import Found

Array = NDArray[np.float64]

LEVEL = 0.95
"""Of intervals, in 0..1."""
BETTER = 1e-3
"""A profile has come across a better minimum where the cost falls by more."""


@dataclass(frozen=True)
class Intervals:
    """Intervals of all parameters, in the order of a candidate, (4 n,) each."""

    low: Array
    high: Array
    open_below: NDArray[np.bool_]
    """Whether smaller values could not be tried: the lower end is the bound of the search."""
    open_above: NDArray[np.bool_]
    inflation: Array
    """By how much errors that go together widen the variance."""
    arrangements: Array
    """Candidates that fit as well as the best one, by the same quantile, the best one first (A, 4 n)."""
    better: Array | None
    """A candidate (4 n,) of less cost than the search found, if a profile came across one."""


def intervals(found: Found, rule: Rule, low: Array, high: Array, level: float = LEVEL) -> Intervals:
    """Return the intervals of a search's result within its bounds (4 n,)."""
    minima = np.array([in_order(rule, x) for x in found.minima])
    base, quantile = float(found.costs[0]), chi2.ppf(level, 1)
    own: list[tuple[Array, Profiles, Array]] = []
    for i in distinct(minima, high - low):
        wider = _inflation(found, minima[i], low, high)
        if own and 2.0 * (found.costs[i] - base) > quantile * wider.max():
            break
        own.append(
            (minima[i], profiles(found.objective, minima[i], low, high, base=base, inflation=wider, level=level), wider)
        )
    candidates, profiled, widths = zip(*own, strict=True)
    lowest = min(profiled, key=lambda one: one.least)
    return Intervals(
        np.min([one.low for one in profiled], axis=0),
        np.max([one.high for one in profiled], axis=0),
        np.any([one.open_below for one in profiled], axis=0),
        np.any([one.open_above for one in profiled], axis=0),
        widths[0],
        np.array(candidates),
        lowest.lowest if lowest.least < base - BETTER else None,
    )


def _inflation(found: Found, x: Array, low: Array, high: Array) -> Array:
    first = np.zeros(1, dtype=np.intp)
    z, slopes = found.objective.residuals(x[None], first)[0], found.objective.slopes(x[None], first)[0]
    return inflation(z, slopes, (x > low) & (x < high))


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of one parameter of a fit to one run, a profile at the level `LEVEL`."""

    name: str
    """"gamma_0", "alpha_2", ..."""
    value: float
    low: float
    high: float
    open_below: bool
    """Whether a speed or an inflection has no lower end: the search ends there, and the range of gamma and g does."""
    open_above: bool
    inflation: float
    """By how much errors of neighbouring evaluations that go together widen the variance."""


def named_intervals(candidates: Candidates, x: Array, own: Intervals) -> tuple[Interval, ...]:
    """Return the intervals one by one, those of speeds for alpha and not for its logarithm."""
    names = letters(candidates.n)
    searched = np.array([name.startswith(("alpha", "b")) for name in names])
    natural = [np.concatenate(candidates.parameters(one)) for one in (x, own.low, own.high)]
    columns = *natural, own.open_below & searched, own.open_above & searched, own.inflation
    return tuple(
        Interval(name, float(value), float(low), float(high), bool(below), bool(above), float(wider))
        for name, value, low, high, below, above, wider in zip(names, *columns, strict=True)
    )
