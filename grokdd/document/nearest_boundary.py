"""Where a document's model is nearest to another strict shape: a plane of two gammas or two g's, and curves in it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from ..analytic import Boundary, BoundaryPoint, PatternModel, Table, shape_boundaries
from ..analytic.announced import announced, progress
from ..analytic.kept import kept
from ..analytic.parameters import parameter
from ..figures import DrawnPlane
from .record import Document, Statement
from .ways import BALLS, SOURCES

SECTION = "Boundaries"
WIDEST = 3
"""Patterns up to which all planes are looked at: within seconds."""
COARSE, FINE = 5, 21
"""Values of the first parameter in each plane, and in the one that is shown."""
HEAD = ("t", "extrema below", "extrema above")
NOT_PROVED, AT_AN_END = "not proved", "end of range"
LOOKED = (f"a look along {COARSE} lines in each plane",)
"""How the nearest plane is found, which proves that a boundary is there, and not that no other is nearer."""
NOWHERE = "In no plane of two gammas or of two g's was a boundary found on which the number of extrema changes."


def boundary_statements(model: PatternModel, *, fresh: bool) -> Iterator[Statement]:
    """Yield the nearest boundary for a model of two or three patterns; found once, and then kept on the disk."""
    if not 2 <= model.n <= WIDEST:
        return

    def compute() -> dict[str, Any] | None:
        with announced("looking for the boundaries of the shape"):
            return _nearest_plane(model)

    found = kept("boundaries", compute, model.to_toml(), fresh=fresh, also=SOURCES)
    if found is None:
        yield Statement(SECTION, NOWHERE, (), None, LOOKED)
        return
    x, y = found["plane"]
    says = f"Of all planes of two gammas or two g's the number of extrema changes nearest to this model in that of {x} "
    says += f"and {y}, about {found['distance']} from it."
    yield Statement(SECTION, says, (), [x, y, *found["model"], found["distance"]], LOOKED)
    for where, rows in found["curves"]:
        says = f"The boundary on which {where}; below and above in {y}."
        proved = all(NOT_PROVED not in row and AT_AN_END not in row for row in rows)
        ways = (BALLS,) if proved else (f"{BALLS}, where numbers of extrema are given",)
        yield Statement(SECTION, says, (), rows, ways, (x, y, *HEAD))


def plane_of(document: Document) -> DrawnPlane | None:
    """Return what a document says of boundaries, to be drawn; None if it knows of none."""
    said = [one for one in document.statements if one.section == SECTION]
    curves = [one for one in said if one.head]
    if not curves:
        return None
    x, y, *at, _ = said[0].value
    drawn = [[(float(row[0]), float(row[1])) for row in one.value] for one in curves]
    return DrawnPlane(x, y, (float(at[0]), float(at[1])), drawn, [_label(one) for one in curves])


def _label(one: Statement) -> str:
    """Return the numbers of extrema on both sides of a boundary, as they are proved along it."""
    counts = {(row[3], row[4]) for row in one.value if row[3] not in (NOT_PROVED, AT_AN_END)}
    return "; ".join(f"{below} below, {above} above" for below, above in sorted(counts)) or "sides not proved"


@dataclass(frozen=True)
class _Plane:
    x: str
    y: str
    curves: tuple[Boundary, ...]
    distance: float
    """From the model to the nearest point of a curve; infinite without curves."""


def _nearest_plane(model: PatternModel) -> dict[str, Any] | None:
    """Return the nearest plane as JSON values; None if no plane has a boundary."""
    planes: list[_Plane] = []
    for x, y in _pairs(model):
        progress(f"the plane of {x} and {y}")
        planes.append(_plane(model, x, y, COARSE))
    nearest = min(planes, key=lambda plane: plane.distance, default=None)
    if nearest is None or math.isinf(nearest.distance):
        return None
    shown = _plane(model, nearest.x, nearest.y, FINE)
    return {
        "plane": [shown.x, shown.y],
        "model": [f"{at:.12g}" for at in _at(model, shown.x, shown.y)],
        "distance": f"{shown.distance:.2g}",
        "curves": [[curve.where, _rows(curve)] for curve in shown.curves],
    }


def _pairs(model: PatternModel) -> Iterator[tuple[str, str]]:
    for kind in ("gamma",) if isinstance(model.rule, Table) else ("gamma", "g"):
        yield from combinations([f"{kind}_{i}" for i in range(model.n)], 2)


def _plane(model: PatternModel, x: str, y: str, points: int) -> _Plane:
    curves = shape_boundaries(model, x, y, points)
    at = _at(model, x, y)
    distances = [line_distance(at, [(point.x, point.y) for point in curve.points]) for curve in curves]
    return _Plane(x, y, curves, min(distances, default=math.inf))


def _at(model: PatternModel, x: str, y: str) -> tuple[float, float]:
    return float(parameter(model, x).of(model)), float(parameter(model, y).of(model))


def line_distance(at: tuple[float, float], points: Sequence[tuple[float, float]]) -> float:
    """Return how far a point is from a line through others."""
    return min(_from_segment(at, one, other) for one, other in pairwise([*points, points[-1]]))


def _from_segment(at: tuple[float, float], one: tuple[float, float], other: tuple[float, float]) -> float:
    along = (other[0] - one[0], other[1] - one[1])
    length = along[0] ** 2 + along[1] ** 2
    share = ((at[0] - one[0]) * along[0] + (at[1] - one[1]) * along[1]) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    return math.dist(at, (one[0] + share * along[0], one[1] + share * along[1]))


def _rows(curve: Boundary) -> list[list[str]]:
    """Return the points of a boundary as text: to 12 digits, which balls prove, and the counts on both sides."""
    return [
        [
            f"{point.x:.12g}",
            f"{point.y:.12g}",
            f"{point.t:.12g}",
            *_counts(point),
        ]
        for point in curve.points
    ]


def _counts(point: BoundaryPoint) -> list[str]:
    """Return the numbers of extrema below and above a point, or why there are none."""
    if point.counts is not None:
        return [str(count) for count in point.counts]
    return [AT_AN_END if point.y in (0, 1) or point.x in (0, 1) else NOT_PROVED] * 2
