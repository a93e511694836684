"""Where the kind of a curve changes in the plane of any two parameters, traced with proved kinds on both sides.

Kinds rest on thresholds, so their boundaries have no closed form. The plane is read line by line: along each line of
constant x the kind is decided on a grid of y, and wherever it differs between neighbours the change is bisected. At
both ends of what remains the kind is proved. A region narrower than the grid is not seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from .classification import proved_kind
from .errors import InputError, shown
from .exact import Exact, as_fraction
from .kind_changes import Change, narrowed
from .kinds import Kind, KindThresholds, demand_thresholds
from .model import PatternModel, demand_model
from .parameters import Parameter, parameter


@dataclass(frozen=True)
class KindBoundaryPoint:
    """A change of the kind along a line of constant x."""

    x: float
    y_between: tuple[Fraction, Fraction]
    """Two values of y, 1e-6 of their size apart, between which the kind changes."""
    kinds: tuple[Kind, Kind]
    """The kinds proved at them."""


@dataclass(frozen=True)
class KindBoundaries:
    """All changes of the kind that were found in a plane."""

    x: str
    y: str
    points: tuple[KindBoundaryPoint, ...]
    """In order of x, then of y."""
    undecided: tuple[tuple[float, float], ...]
    """Points (x, y) of the grid at which the kind is undecided."""

    def rows(self) -> list[dict[str, object]]:
        """Return the points as rows of a table: the two parameters, y in the middle, and the kinds below and above."""
        return [
            {self.x: one.x, self.y: float(sum(one.y_between) / 2), "below": one.kinds[0], "above": one.kinds[1]}
            for one in self.points
        ]


def kind_boundaries(
    model: PatternModel,
    x: str,
    xs: Sequence[Exact],
    y: str,
    ys: Sequence[Exact],
    thresholds: KindThresholds | None = None,
) -> KindBoundaries:
    """Return where the kind of the curve changes with `y`, for each of some values of `x`.

    Parameters
    ----------
    model
        What the other parameters are taken from; at most 12 patterns.
    x, y
        Two different parameters, such as "gamma_0" and "alpha_2".
    xs, ys
        Values of each, in increasing order and within its range; two ys or more.
    thresholds
        What counts as what; those of the paper's reading by default.

    Raises
    ------
    InputError
        If a parameter does not exist, or its values are out of range or out of order.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> found = kind_boundaries(presets.double_descent(), "gamma_0", [0.5], "gamma_2", [0, 0.5, 1])
    >>> [(round(row["gamma_2"], 4), row["below"], row["above"]) for row in found.rows()]
    [(0.027, 'overfitting', 'double descent')]
    """
    demand_model(model)
    across, along = parameter(model, x, "x"), parameter(model, y, "y")
    if across == along:
        raise InputError(f"x and y must be two parameters, got {shown(x)} twice")
    limits = demand_thresholds(thresholds)
    lines, steps = _values("xs", xs, 1), _values("ys", ys, 2)
    points: list[KindBoundaryPoint] = []
    undecided: list[tuple[float, float]] = []
    for at in lines:
        line = _Line(across.put(model, at), along, limits)
        kinds: list[Kind | None] = [line.kind_at(step) for step in steps]
        undecided += [(float(at), float(step)) for step, kind in zip(steps, kinds, strict=True) if kind is None]
        points += [KindBoundaryPoint(float(at), *change) for change in line.changes(steps, kinds)]
    return KindBoundaries(x, y, tuple(points), tuple(undecided))


def _values(name: str, values: object, fewest: int) -> list[Fraction]:
    if isinstance(values, str) or not isinstance(values, Sequence) or len(values) < fewest:
        raise InputError(f"{name} must be {fewest} or more numbers, got {shown(values)}")
    found = [as_fraction(f"{name}[{i}]", value) for i, value in enumerate(values)]
    if not all(one < later for one, later in pairwise(found)):
        raise InputError(f"{name} must increase, got {shown(list(values))}")
    return found


@dataclass(frozen=True)
class _Line:
    """The models along which one parameter varies."""

    model: PatternModel
    along: Parameter
    limits: KindThresholds

    def kind_at(self, value: Fraction) -> Kind | None:
        return proved_kind(self.along.put(self.model, value), self.limits)

    def changes(
        self, values: Sequence[Fraction], kinds: Sequence[Kind | None]
    ) -> Iterator[tuple[tuple[Fraction, Fraction], tuple[Kind, Kind]]]:
        """Yield two values close together and the kinds at them, for each change between decided neighbours."""
        decided: list[tuple[Fraction, Kind]] = [
            (value, kind) for value, kind in zip(values, kinds, strict=True) if kind is not None
        ]
        for (low, kind), (high, other) in pairwise(decided):
            if kind != other:
                found = narrowed(Change(low, high, kind, other), self.kind_at)
                yield (found.near, found.far), (found.kind, found.other)
