"""Intervals for the parameters of a fit to one run, over all arrangements of its patterns that fit as well."""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from ...analytic.rules import Rule
from .arrangements import distinct, in_order, treated_alike
from .candidates import Candidates, letters
from .dependence import inflation
from .profiles import profiles
from .search import Found

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FACTOR = 10.0
"""Between the ends of the interval of a speed that counts as identified, at most."""
LEVEL = 0.95
"""Of intervals, in 0..1."""
BETTER = 1e-3
"""A profile has come across a better minimum where the cost falls by more."""


@dataclass(frozen=True)
class Intervals:
    """Intervals of all parameters, in the order of a candidate, (4 n,) each."""

    low: Array
    high: Array
    open_below: Flags
    """Whether smaller values could not be tried: the lower end is the bound of the search."""
    open_above: Flags
    inflation: Array
    """By how much errors that go together widen the variance."""
    arrangements: Array
    """Candidates that fit as well as the best one, by the same quantile, the best one first (A, 4 n)."""
    better: Array | None
    """A candidate (4 n,) of less cost than the search found, if a profile came across one."""


def intervals(found: Found, rule: Rule, low: Array, high: Array, level: float = LEVEL) -> Intervals:
    """Return the intervals of a search's result within its bounds (4 n,)."""
    minima = np.array([in_order(rule, x) for x in found.minima])
    base, wider = float(found.costs[0]), _inflation(found, minima[0], low, high)
    as_good = base + 0.5 * chi2.ppf(level, 1) * wider.max()
    kept = [i for i in distinct(minima, high - low) if found.costs[i] <= as_good]
    own = [profiles(found.objective, minima[i], low, high, base=base, inflation=wider, level=level) for i in kept]
    lowest = min(own, key=lambda one: one.least)
    return Intervals(
        np.min([one.low for one in own], axis=0),
        np.max([one.high for one in own], axis=0),
        np.any([one.open_below for one in own], axis=0),
        np.any([one.open_above for one in own], axis=0),
        wider,
        minima[kept],
        lowest.lowest if lowest.least < base - BETTER else None,
    )


def _inflation(found: Found, x: Array, low: Array, high: Array) -> Array:
    first = np.zeros(1, dtype=np.intp)
    z, slopes = found.objective.residuals(x[None], first)[0], found.objective.slopes(x[None], first)[0]
    return inflation(z, slopes, (x > low) & (x < high), found.objective.outlying)


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of one parameter of a fit to one run, a profile at the level `LEVEL`."""

    name: str
    """"gamma_0", "alpha_2", ..."""
    value: float
    low: float
    high: float
    open_below: bool
    """Whether it is of a speed or an inflection and only the search ends there: smaller values could not be tried."""
    open_above: bool
    inflation: float
    """By how much errors of neighbouring evaluations that go together widen the variance."""
    identified: bool
    """Whether the run says what this parameter is (`identified`)."""


def identified(candidates: Candidates, own: Intervals, length: float) -> Flags:
    """Return which parameters (4 n,) a run of this length in the model's time identifies.

    None where several arrangements fit as well. Of a single one, those whose interval has both ends and is at most half
    as wide as the range of gamma and g, a factor of `FACTOR` of alpha, or half of the run for b; and of patterns that
    are in order for sure: their intervals of b do not meet that of another one which the rule treats alike.
    """
    n = candidates.n
    if len(own.arrangements) > 1:
        return np.zeros(4 * n, dtype=bool)
    widest = np.repeat([0.5, math.log(FACTOR), 0.5 * length, 0.5], n)
    searched = np.repeat([False, True, True, False], n)
    ended = ~(searched & (own.open_below | own.open_above))
    known = ended & (own.high - own.low <= widest)
    b = slice(2 * n, 3 * n)
    for alike in treated_alike(candidates.rule, n):
        for i, j in combinations(alike, 2):
            if own.low[b][i] <= own.high[b][j] and own.low[b][j] <= own.high[b][i]:
                known[i::n] = known[j::n] = False
    return known


def named_intervals(candidates: Candidates, x: Array, own: Intervals, length: float) -> tuple[Interval, ...]:
    """Return the intervals one by one, those of speeds for alpha and not for its logarithm."""
    names = letters(candidates.n)
    searched = np.array([name.startswith(("alpha", "b")) for name in names])
    natural = [np.concatenate(candidates.parameters(one)) for one in (x, own.low, own.high)]
    flags = own.open_below & searched, own.open_above & searched
    columns = *natural, *flags, own.inflation, identified(candidates, own, length)
    return tuple(
        Interval(name, float(value), float(low), float(high), bool(below), bool(above), float(wider), bool(known))
        for name, value, low, high, below, above, wider, known in zip(names, *columns, strict=True)
    )
