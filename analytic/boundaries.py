"""Where a curve changes its strict shape, in the plane of two parameters in which acc_test is affine.

acc_test is affine in each gamma, each g and the chance level. A pair of extrema appears or vanishes where
acc_test' = acc_test'' = 0: at a given time two equations, each affine in both parameters. So the boundary is an
explicit curve with time as its parameter (docs/theory.md, 3.12). It is followed along the first parameter: for each of
its values, acc_test' = 0 gives the second as a function of time, and the boundary is where that function is extremal.

A single extremum comes or goes at an end of the line, where what the slowest pattern adds is 0 (3.9): these boundaries
are rational, and exact.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np
from flint import arb, ctx, fmpq
from numpy.typing import NDArray

from .balls import BallCurves, fraction, moves, rational
from .errors import InputError, shown
from .exact import Exact, as_fraction
from .extrema import LARGEST, shape
from .factors import bend
from .model import PatternModel, demand_model
from .parameters import Parameter, parameter
from .slope import sign_of
from .vertices import vertex_values

BITS = 384
REACH, FINE = 14, 12
"""The grid of times: `FINE` per 1 / alpha of each pattern, up to `REACH` of these to both sides of its inflection."""
HALVINGS = 100
BESIDE = Fraction(1, 10**9)
"""How far from the boundary, in units of the second parameter's range, extrema are counted."""

Where = Literal["two extrema meet", "one leaves before all times", "one leaves after all times"]
LEAVING: Mapping[bool, Where] = {True: "one leaves before all times", False: "one leaves after all times"}
"""By whether it does so at the early end."""


@dataclass(frozen=True)
class BoundaryPoint:
    """A point of a boundary."""

    x: float
    """The first parameter."""
    y: float
    """The second one, to 1e-15."""
    t: float
    """The time at which two extrema meet; infinite where one leaves."""
    counts: tuple[int, int] | None
    """The certified numbers of extrema 1e-9 below and above in y; None if one is not proved or out of range."""


@dataclass(frozen=True)
class Boundary:
    """A curve in the plane of two parameters, by points in order of the first."""

    x: str
    y: str
    where: Where
    points: tuple[BoundaryPoint, ...]

    def rows(self) -> list[dict[str, object]]:
        """Return the points as rows of a table: the two parameters under their names, t, counts and where."""
        return [
            {self.x: one.x, self.y: one.y, "t": one.t, "counts": one.counts, "where": self.where} for one in self.points
        ]


def shape_boundaries(
    model: PatternModel,
    x: str,
    y: str,
    points: int = 41,
    x_range: tuple[Exact, Exact] = (0, 1),
    y_range: tuple[Exact, Exact] = (0, 1),
) -> tuple[Boundary, ...]:
    """Return the curves in a plane of two parameters on which the number of extrema of acc_test changes.

    Parameters
    ----------
    model
        What the other parameters are taken from; at most 12 patterns.
    x, y
        Two different ones of "gamma_0", "g_0", ..., "chance": those in which acc_test is affine. Boundaries on which x
        is constant are found with x and y exchanged.
    points
        Values of x, 2 or more, evenly spaced over its range, ends included.
    x_range, y_range
        Parts of [0, 1]; what lies outside is left out.

    Raises
    ------
    InputError
        If the model has more patterns, a parameter is none of these or does not exist, or a range is none.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> (boundary,) = shape_boundaries(presets.double_descent(), "gamma_2", "gamma_0", points=6)
    >>> boundary.where, [(point.x, round(point.y, 12), point.counts) for point in boundary.points][:1]
    ('two extrema meet', [(0.2, 0.000428147885, (0, 2))])
    """
    demand_model(model)
    if model.n > LARGEST:
        raise InputError(f"the model must have at most {LARGEST} patterns for boundaries (2**n sets), got {model.n}")
    plane = _Plane(model, *_axes(model, x, y), *_ranges(x_range, y_range))
    if isinstance(points, bool) or not isinstance(points, int) or points < 2:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"points must be a number of points, 2 or more, got {shown(points)}")
    low, high = plane.x_range
    across = [low + (high - low) * k / (points - 1) for k in range(points)]
    meetings = _linked([list(plane.meetings(at)) for at in across])
    found = [Boundary(x, y, "two extrema meet", branch) for branch in meetings]
    leaving = (
        Boundary(x, y, where, tuple(one for at in across for one in plane.leaving(at, early=early)))
        for early, where in LEAVING.items()
    )
    return (*found, *(one for one in leaving if one.points))


def _axes(model: PatternModel, x: object, y: object) -> tuple[Parameter, Parameter]:
    axes = parameter(model, x, "x"), parameter(model, y, "y")
    for name, axis in zip(("x", "y"), axes, strict=True):
        if axis.kind not in ("gamma", "g", "chance"):
            raise InputError(
                f"{name} must be a gamma, a g or chance, in which acc_test is affine, got {shown(str(axis))}"
            )
    if axes[0] == axes[1]:
        raise InputError(f"x and y must be two parameters, got {shown(str(axes[0]))} twice")
    return axes


def _ranges(x_range: object, y_range: object) -> list[tuple[Fraction, Fraction]]:
    found: list[tuple[Fraction, Fraction]] = []
    for name, ends in (("x_range", x_range), ("y_range", y_range)):
        if not isinstance(ends, Sequence) or isinstance(ends, str) or len(ends) != 2:
            raise InputError(f"{name} must be two numbers, got {shown(ends)}")
        low, high = (as_fraction(f"{name}[{i}]", end, low=0, high=1) for i, end in enumerate(ends))
        if not low < high:
            raise InputError(f"{name} must rise, got {shown(tuple(ends))}")
        found.append((low, high))
    return found


class _Line(NamedTuple):
    """The models at y = 0 and y = 1, for one x: acc_test is affine between them."""

    none: BallCurves
    full: BallCurves


@dataclass(frozen=True)
class _Plane:
    model: PatternModel
    x: Parameter
    y: Parameter
    x_range: tuple[Fraction, Fraction]
    y_range: tuple[Fraction, Fraction]

    def at(self, x: Fraction, y: Fraction) -> PatternModel:
        return self.y.put(self.x.put(self.model, x), y)

    def meetings(self, x: Fraction) -> Iterator[BoundaryPoint]:
        """Yield the points with this x at which two extrema meet, in order of time."""
        ends = self.at(x, Fraction(0)), self.at(x, Fraction(1))
        line = _Line(*(BallCurves(end) for end in ends))
        for low, high in self._brackets(*ends):
            with ctx.workprec(BITS):
                found = _extremal(line, low, high)
                if found is None:
                    continue
                t, y = found
            yield from self._point(x, y, float(t))

    def _brackets(self, none: PatternModel, full: PatternModel) -> Iterator[tuple[Fraction, Fraction]]:
        """Yield pairs of times between which y as a function of time may be extremal, seen in floats."""
        times = _grid(self.model)
        (p, dp), (q, dq) = _slopes(none, times), _slopes(full, times)
        # y = -p / (q - p), so y' has the sign of p dq - dp q; each is scaled, for signs on plateaus
        with np.errstate(all="ignore"):
            size = np.abs(p) + np.abs(q)
            turn = np.sign((p / size) * (dq / size) - (dp / size) * (q / size))
            y = -p / (q - p)
        low, high = (float(end) for end in self.y_range)
        near = (y > low - 0.1) & (y < high + 0.1)
        for k in np.flatnonzero((turn[:-1] * turn[1:] < 0) & (near[:-1] | near[1:])):
            yield Fraction(float(times[k])), Fraction(float(times[k + 1]))

    def _counts(self, x: Fraction, y: Fraction) -> tuple[int, int] | None:
        off = BESIDE * (self.y_range[1] - self.y_range[0])
        if y - off < 0 or y + off > 1:
            return None
        found = [shape(self.at(x, y + way * off), levels=()) for way in (-1, 1)]
        if any(one.verdict == "undecided" for one in found):
            return None
        return len(found[0].extrema), len(found[1].extrema)

    def leaving(self, x: Fraction, *, early: bool) -> Iterator[BoundaryPoint]:
        """Yield the point with this x at which an extremum leaves before (or after) all times, if there is one."""
        slowest = _only_slowest(self.at(x, Fraction(1, 2)))
        if slowest is None:
            return
        at_0, at_1 = (_last_gain(self.at(x, Fraction(end)), slowest, early=early) for end in (0, 1))
        if at_0 == at_1:
            return
        yield from self._point(x, at_0 / (at_0 - at_1), -math.inf if early else math.inf)

    def _point(self, x: Fraction, y: Fraction, t: float) -> Iterator[BoundaryPoint]:
        """Yield a point, unless it is out of range or the number of extrema is proved to be the same on both sides."""
        if self.y_range[0] <= y <= self.y_range[1]:
            counts = self._counts(x, y)
            if counts is None or counts[0] != counts[1]:
                yield BoundaryPoint(float(x), float(y), t, counts)


def _extremal(line: _Line, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction] | None:
    """Return a time between two others at which y is extremal, and y there; None if it is not."""
    ends = rational(low), rational(high)
    before, after = (sign_of(_turn(line, end)) for end in ends)
    if not before * after < 0:
        return None
    for _ in range(HALVINGS):
        middle = (ends[0] + ends[1]) / 2
        sign = sign_of(_turn(line, middle))
        if not sign:
            break
        ends = (middle, ends[1]) if sign == before else (ends[0], middle)
    t = (ends[0] + ends[1]) / 2
    (p, _), (q, _) = (_slope_and_change(one, t) for one in line)
    y = p / (p - q)
    return (fraction(t), Fraction(y.str(30, radius=False))) if y.is_finite() else None


def _turn(line: _Line, t: fmpq) -> arb:
    """Return what has the sign of dy / dt, up to one sign for all times."""
    (p, dp), (q, dq) = (_slope_and_change(one, t) for one in line)
    return p * dq - dp * q


def _slope_and_change(curves: BallCurves, t: fmpq) -> tuple[arb, arb]:
    """Return acc_test' and acc_test'': sum p_i' E_i, and sum p_i' (v_i E_i + E_i') with v = p'' / p'."""
    factors = curves.factors(t)
    slope = change = arb(0)
    partials = curves.gradient.with_change(factors)
    for (_, alpha, _), factor, (value, value_change) in zip(curves.moving_parameters, factors, partials, strict=True):
        slope += factor.slope * value
        change += factor.slope * (sum(bend(alpha, factor), arb(0)) * value + value_change)
    return slope, change


def _grid(model: PatternModel) -> NDArray[np.float64]:
    steps = np.arange(-REACH * FINE, REACH * FINE + 1) / FINE
    moving = [pattern for pattern in model.patterns if pattern.alpha]
    return np.unique(np.concatenate([[0.0], *(float(x.b) + steps / float(x.alpha) for x in moving)]))


def _slopes(model: PatternModel, times: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return acc_test' and acc_test'' in floats: the weights of all sets with two derivatives, pattern by pattern."""
    w, dw, ddw = np.ones((1, times.size)), np.zeros((1, times.size)), np.zeros((1, times.size))
    for x in model.patterns:
        s = 0.5 * (1 + np.tanh(0.5 * float(x.alpha) * (times - float(x.b))))
        p, dp = float(x.gamma) * s, float(x.gamma) * float(x.alpha) * s * (1 - s)
        ddp = dp * float(x.alpha) * (1 - 2 * s)
        without = ((1 - p) * w, (1 - p) * dw - dp * w, (1 - p) * ddw - 2 * dp * dw - ddp * w)
        with_it = (p * w, p * dw + dp * w, p * ddw + 2 * dp * dw + ddp * w)
        w, dw, ddw = (np.concatenate(pair) for pair in zip(without, with_it, strict=True))
    sets = ([i for i in range(model.n) if mask >> i & 1] for mask in range(2**model.n))
    values = np.array([float(model.generalization(members)) for members in sets])
    return values @ dw, values @ ddw


def _only_slowest(model: PatternModel) -> int | None:
    """Return the pattern that is slower than all others that move; None if two are."""
    moving = [i for i, x in enumerate(model.patterns) if moves(x)]
    moving.sort(key=lambda i: model.patterns[i].alpha)
    if not moving or (len(moving) > 1 and model.patterns[moving[0]].alpha == model.patterns[moving[1]].alpha):
        return None
    return moving[0]


def _last_gain(model: PatternModel, slowest: int, *, early: bool) -> Fraction:
    """Return d acc_test / d p of the slowest pattern before all times, or after all of them."""
    complete = Parameter("gamma", slowest).put(model, Fraction(1))
    curves = BallCurves(complete)
    if slowest not in curves.moving:
        return Fraction(0)
    values, bit = vertex_values(curves), 1 << curves.moving.index(slowest)
    gain = values[bit] - values[0] if early else values[-1] - values[len(values) - 1 - bit]
    return fraction(gain)


def _linked(rows: Sequence[Sequence[BoundaryPoint]]) -> list[tuple[BoundaryPoint, ...]]:
    """Return the points as curves: from each x to the next, the pairs that are nearest in time go on."""
    open_: list[list[BoundaryPoint]] = []
    done: list[list[BoundaryPoint]] = []
    for row in rows:
        left, going = list(row), []
        for branch in open_:
            nearest = min(left, key=lambda one, at=branch[-1].t: abs(one.t - at), default=None)
            if nearest is None:
                done.append(branch)
            else:
                left.remove(nearest)
                branch.append(nearest)
                going.append(branch)
        open_ = going + [[one] for one in left]
    return [tuple(branch) for branch in done + open_]
