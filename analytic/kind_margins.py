"""How far each parameter of a model can move, the others as they are, before the kind of its curve changes.

A parameter is moved outwards over a fixed grid until the kind is another one, and then the change is bisected. At both
ends of the interval that remains the kind is proved, and in it the kind changes at least once. What holds only between
two points of the grid is not seen.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .announced import progress
from .balls import moves
from .kind_changes import Change, KindAt, narrowed
from .kinds import Kind
from .model import PatternModel
from .parameters import Parameter
from .rules import SoftPreference, Table

KindIn = Callable[[PatternModel], Kind | None]
"""The proved kind of a model's curve; None where it is undecided."""

STEPS = 16
"""Steps of the grid over the range of a gamma, b, g or chance level."""
DOUBLINGS = 8
"""Doublings and halvings of an alpha or a weight that are tried."""
LARGEST = Fraction(sys.float_info.max)
"""No parameter may be larger."""


@dataclass(frozen=True, kw_only=True)
class KindChange:
    """The nearest change of the kind on one side of a parameter's value."""

    between: tuple[Fraction, Fraction]
    """Two values, 1e-6 of their size apart, the one nearer to the model's own first."""
    kinds: tuple[Kind, Kind]
    """The kinds proved at these: the model's own, and another."""
    distance: float
    """From the model's own value to the middle of the two, in the parameter's own unit."""
    relative: float | None
    """The same as a share of the model's own value; None if that is 0."""


@dataclass(frozen=True, kw_only=True)
class KindMargin:
    """How far one parameter can move before the kind changes.

    The grid of a gamma, g or chance level has 16 steps from 0 to 1, that of a b as many from 0 to twice the time at
    which the last pattern is all but learned; that of an alpha or a weight has 8 doublings and 8 halvings. None stands
    for a side on which the kind is the same wherever it was tried. A narrow region may be missed.
    """

    parameter: str
    """Its name, such as "gamma_0" or "chance"."""
    value: Fraction
    """Its value in the model."""
    below: KindChange | None
    """The nearest change at smaller values."""
    above: KindChange | None
    """The nearest change at larger values."""

    @property
    def nearest(self) -> KindChange | None:
        """The nearer of the two."""
        sides = [side for side in (self.below, self.above) if side is not None]
        return min(sides, key=lambda side: side.distance, default=None)


def find_margins(model: PatternModel, kind: Kind, kind_in: KindIn) -> tuple[KindMargin, ...]:
    """Return the margins of a model, pattern by pattern, those of the chance levels last.

    A parameter that changes neither curve has none, such as g under a `Table`; nor has an alpha of 0, which no doubling
    moves.

    Parameters
    ----------
    kind
        The proved kind of the model's curve.
    kind_in
        How the same is found for other models.
    """
    found: list[KindMargin] = []
    grids = list(_grids(model))
    for place, (parameter, grid) in enumerate(grids, start=1):
        progress(f"{parameter}, {place} of {len(grids)}")
        found.append(_margin(model, parameter, grid, kind, kind_in))
    return tuple(found)


# --- parameters


def _grids(model: PatternModel) -> Iterator[tuple[Parameter, Sequence[Fraction]]]:
    """Return each parameter with the values that are tried, in order."""
    shares, times = [Fraction(k, STEPS) for k in range(STEPS + 1)], _times(model)
    for i, pattern in enumerate(model.patterns):
        yield Parameter("gamma", i), shares
        if moves(pattern):
            yield Parameter("alpha", i), _doublings(pattern.alpha)
            yield Parameter("b", i), times
        if pattern.gamma and not isinstance(model.rule, Table):
            yield Parameter("g", i), shares
        if pattern.gamma and isinstance(model.rule, SoftPreference):
            yield Parameter("weight", i), _doublings(model.rule.weights[i])
    if not isinstance(model.rule, Table):
        yield Parameter("chance"), shares
    yield Parameter("chance_train"), shares


def _times(model: PatternModel) -> list[Fraction]:
    ends = (pattern.b + 5 / pattern.alpha for pattern in model.patterns if moves(pattern))  # p is 0.993 gamma there
    last = max(ends, default=Fraction(0))
    return [2 * last * k / STEPS for k in range(STEPS + 1)]


def _doublings(value: Fraction) -> list[Fraction]:
    return [value * Fraction(2) ** k for k in range(-DOUBLINGS, DOUBLINGS + 1)]


# --- changes


def _margin(
    model: PatternModel, parameter: Parameter, grid: Sequence[Fraction], kind: Kind, kind_in: KindIn
) -> KindMargin:
    def kind_at(there: Fraction) -> Kind | None:
        return kind_in(parameter.put(model, there))

    value = parameter.of(model)
    below = [there for there in reversed(grid) if there < value]
    above = [there for there in grid if value < there <= LARGEST]
    return KindMargin(
        parameter=str(parameter),
        value=value,
        below=_change(value, below, kind, kind_at),
        above=_change(value, above, kind, kind_at),
    )


def _change(value: Fraction, outwards: Iterable[Fraction], kind: Kind, kind_at: KindAt) -> KindChange | None:
    """Return where the kind first changes on a way outwards from a value; None if it never does."""
    near = value
    for at in outwards:
        found = kind_at(at)
        if found == kind:
            near = at
        elif found is not None:
            return _told(value, narrowed(Change(near, at, kind, found), kind_at))
    return None


def _told(value: Fraction, change: Change) -> KindChange:
    distance = abs((change.near + change.far) / 2 - value)
    return KindChange(
        between=(change.near, change.far),
        kinds=(change.kind, change.other),
        distance=float(distance),
        relative=float(min(distance / value, LARGEST)) if value else None,
    )
