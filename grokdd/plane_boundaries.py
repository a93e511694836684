"""The exact boundaries of kinds in the plane of an atlas: changes that it shows along some lines, bisected with proofs.

An atlas says between which neighbours the kind changes; `kind_boundaries` narrows each change to 1e-6, with the kinds
proved at both ends. Lines of constant x and of constant y are looked at, so that boundaries of any direction are met.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .analytic import Kind, kind_boundaries
from .counting_progress import Count
from .simulate import Atlas

LINES = 24
"""Lines of each direction."""
REACH = 1.6
"""How far apart neighbours on one curve may be, in distances of two lines: the diagonal of a square is 1.41."""


@dataclass(frozen=True)
class ExactPoint:
    """A place in the plane at which the kind changes, to 1e-6."""

    x: float
    y: float
    kinds: tuple[Kind, Kind]
    """The kinds proved beside it, in order of precedence."""


def exact_boundaries(found: Atlas, progress: Count | None = None, lines: int = LINES) -> list[ExactPoint]:
    """Return the changes of the kind along some lines of an atlas of two parameters, at most so many of each direction.

    Where floats cannot tell a kind, what the atlas has for it may show a change that is none; there is no point then.
    """
    changes = [(upright, line, i) for upright in (True, False) for line, i in _changes(found, upright, lines)]
    points: list[ExactPoint] = []
    for done, (upright, line, i) in enumerate(changes, start=1):
        points += _narrowed(found, upright, line, i)
        if progress is not None:
            progress(done, len(changes))
    return points


def _changes(found: Atlas, upright: bool, lines: int) -> Iterator[tuple[int, int]]:
    """Yield each line that is looked at with the places before its changes; `upright` lines are of constant x."""
    kinds = found.kinds if upright else found.kinds.T
    for line in np.unique(np.linspace(0, kinds.shape[0] - 1, lines).round().astype(int)):
        for i in np.flatnonzero(kinds[line, 1:] != kinds[line, :-1]):
            yield int(line), int(i)


def _narrowed(found: Atlas, upright: bool, line: int, i: int) -> Iterator[ExactPoint]:
    (x, xs), (y, ys) = found.axes.items() if upright else reversed(list(found.axes.items()))
    ends = [float(ys[i]), float(ys[i + 1])]
    for one in kind_boundaries(found.model, x, [float(xs[line])], y, ends, found.thresholds).points:
        at = float(sum(one.y_between) / 2)
        first, second = sorted(one.kinds, key=found.names.index)
        yield ExactPoint(*((one.x, at) if upright else (at, one.x)), kinds=(first, second))


def joined(points: Sequence[ExactPoint], found: Atlas) -> list[NDArray[np.float64]]:
    """Return the points as curves (K, 2): of those with the same kinds beside them, each goes on to its nearest."""
    (_, xs), (_, ys) = found.axes.items()
    scale = np.array([np.ptp(xs), np.ptp(ys)]) / (min(LINES, xs.size, ys.size) - 1)
    curves: list[NDArray[np.float64]] = []
    for kinds in dict.fromkeys(point.kinds for point in points):
        left = sorted((point.x, point.y) for point in points if point.kinds == kinds)
        while left:
            curve = [left.pop(0)]
            for end in (-1, 0):  # on from the one end, and then from the other
                while left:
                    away = np.hypot(*((np.array(left) - curve[end]) / scale).T)
                    if away.min() > REACH:
                        break
                    curve.insert(len(curve) if end else 0, left.pop(int(away.argmin())))
            curves.append(np.array(curve))
    return curves
