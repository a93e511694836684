"""Where a curve changes its strict shape, in the plane of two parameters in which acc_test is affine.

acc_test is affine in each gamma, each g and the chance level. A pair of extrema appears or vanishes where
acc_test' = acc_test'' = 0: at a given time two equations, each affine in both parameters. So the boundary is an
explicit curve with time as its parameter (docs/theory.md, 3.12). It is followed along the first parameter: for each of
its values, acc_test' = 0 gives the second as a function of time, and the boundary is where that function is extremal.

A single extremum comes or goes at an end of the line, where what the slowest pattern adds is 0 (3.9): these boundaries
are rational, and exact.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
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
CLOSE = Fraction(1, 10**12)
"""Lines of constant x that are nearer to each other than this are one."""
ROUNDED = Fraction(1, 10**20)
"""How far a y that is computed may lie beyond its range and still be the end of it."""
NEAR = Fraction(1, 10**6)
"""How far apart in y the same point may be seen by lines of both kinds."""
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
    """The certified numbers of extrema 1e-9 below and above in y; None if one is not proved or out of range, or
    x is constant along the boundary."""


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

    The plane is looked at along `points` lines of constant x and as many of constant y. Where one of the latter meets
    a boundary that does not pass between the neighbouring lines of constant x, to an eighth of a mesh, one more of
    these is drawn there. So a
    boundary that crosses any of the lines is found, but for one that comes and goes between two times of the grid
    (`FINE`); one that lies wholly within a mesh of the lines is not seen. On a boundary along which x is constant the
    points are those of the lines of constant y, and without counts: with x and y exchanged it has them.

    Parameters
    ----------
    model
        What the other parameters are taken from; at most 12 patterns.
    x, y
        Two different ones of "gamma_0", "g_0", ..., "chance": those in which acc_test is affine.
    points
        Values of x, 2 or more, evenly spaced over its range, ends included; and as many of y.
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
    turned = _Plane(model, plane.y, plane.x, plane.y_range, plane.x_range)
    across, along = (_evenly(*ends, points) for ends in (plane.x_range, plane.y_range))
    seen = [_Place(at, *one) for at in along for one in turned.meeting_places(at)]
    mesh = float(along[1] - along[0])
    rows, lost = _filled(plane.meetings, across, seen, mesh)
    found = [Boundary(x, y, "two extrema meet", branch) for branch in (*_linked(rows), turned.upright(lost))]
    for early, where in LEAVING.items():
        seen = [_Place(at, *one) for at in along for one in turned.leaving_places(at, early=early)]
        rows, lost = _filled(partial(plane.leaving, early=early), across, seen, mesh)
        ends = tuple(one for row in rows for one in row)
        found += [Boundary(x, y, where, points) for points in (ends, turned.upright(lost))]
    return tuple(one for one in found if one.points)


def _evenly(low: Fraction, high: Fraction, points: int) -> list[Fraction]:
    return [low + (high - low) * k / (points - 1) for k in range(points)]


class _Place(NamedTuple):
    """A candidate for a point of a boundary, seen on a line of constant y."""

    y: Fraction
    t: float
    x: Fraction


def _filled(
    points_at: Callable[[Fraction], Iterator[BoundaryPoint]],
    across: Sequence[Fraction],
    seen: Sequence[_Place],
    mesh: float,
) -> tuple[list[list[BoundaryPoint]], list[_Place]]:
    """Return the points on lines of constant x, in order of x, and on more lines where those of constant y see others.

    The second list is what these do not find there: what has no y at this x, or is no change of the number of extrema.

    Parameters
    ----------
    points_at
        The points on the line with a given x.
    across
        The lines that are looked at in any case.
    seen
        What is seen on lines of constant y.
    mesh
        How far these are apart.
    """
    rows = {at: list(points_at(at)) for at in across}
    drawn, lost = list(across), list[_Place]()
    for place in seen:
        after = bisect_left(drawn, place.x)
        if _passes([rows[at] for at in drawn[max(after - 1, 0) : after + 1]], place, mesh):
            continue
        at = min(rows, key=lambda other, x=place.x: abs(other - x))
        if abs(at - place.x) >= CLOSE:
            at = place.x
            rows[at] = list(points_at(at))
            insort(drawn, at)
        if not any(abs(one.y - place.y) < NEAR for one in rows[at]):
            lost.append(place)
    return [rows[at] for at in sorted(rows)], lost


def _passes(beside: Sequence[list[BoundaryPoint]], place: _Place, mesh: float) -> bool:
    """Return whether a straight line through points of two neighbouring lines of constant x passes a place.

    Nearly: by an eighth of a mesh. Points of different boundaries may be joined by a line that passes elsewhere.
    """
    if len(beside) < 2:
        return False
    return any(
        min(one.t, other.t) <= place.t <= max(one.t, other.t) and _off(one, other, place) <= mesh / 8
        for one in beside[0]
        for other in beside[1]
    )


def _off(one: BoundaryPoint, other: BoundaryPoint, place: _Place) -> float:
    """Return how far in y a place is from the straight line through two points."""
    share = (float(place.x) - one.x) / (other.x - one.x)
    return abs(one.y + share * (other.y - one.y) - float(place.y))


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
        for t, y in self.meeting_places(x):
            yield from self._point(x, y, t)

    def meeting_places(self, x: Fraction) -> Iterator[tuple[float, Fraction]]:
        """Yield time and y of the candidates for these, in order of time; the sides of them are not looked at."""
        ends = self.at(x, Fraction(0)), self.at(x, Fraction(1))
        line = _Line(*(BallCurves(end) for end in ends))
        for low, high in self._brackets(*ends):
            with ctx.workprec(BITS):
                found = _extremal(line, low, high)
                if found is None:
                    continue
                t, y = found
            low_y, high_y = self.y_range
            if low_y - ROUNDED <= y <= high_y + ROUNDED:
                yield float(t), min(max(y, low_y), high_y)

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
        for t, y in self.leaving_places(x, early=early):
            yield from self._point(x, y, t)

    def leaving_places(self, x: Fraction, *, early: bool) -> Iterator[tuple[float, Fraction]]:
        """Yield time and y of the candidate for it, likewise."""
        slowest = _only_slowest(self.at(x, Fraction(1, 2)))
        if slowest is None:
            return
        at_0, at_1 = (_last_gain(self.at(x, Fraction(end)), slowest, early=early) for end in (0, 1))
        if at_0 == at_1:
            return
        y = at_0 / (at_0 - at_1)
        if self.y_range[0] <= y <= self.y_range[1]:
            yield -math.inf if early else math.inf, y

    def upright(self, lost: Sequence[_Place]) -> tuple[BoundaryPoint, ...]:
        """Return what is seen on lines of constant y where lines of constant x have nothing at that y.

        This is the plane with x and y exchanged, in which the sides of these points can be told.
        """
        sure = [place for place in lost for _ in self._point(place.y, place.x, place.t)]
        return tuple(BoundaryPoint(float(place.x), float(place.y), place.t, None) for place in sure)

    def _point(self, x: Fraction, y: Fraction, t: float) -> Iterator[BoundaryPoint]:
        """Yield a point, unless the number of extrema is proved to be the same on both sides."""
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
    moving = [pattern for pattern in model.patterns if float(pattern.alpha)]
    with np.errstate(over="ignore"):  # a speed near the smallest float: its times are none
        times = np.unique(np.concatenate([[0.0], *(float(x.b) + steps / float(x.alpha) for x in moving)]))
    return times[np.isfinite(times)]


_QUIETLY = np.errstate(over="ignore", invalid="ignore")
"""Slopes in floats only say where to look; where they overflow, nothing is seen."""


@_QUIETLY
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
