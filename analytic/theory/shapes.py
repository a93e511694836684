"""What theorems ask of certified shapes."""

from fractions import Fraction

from ..extrema import shape
from ..model import PatternModel
from ..pattern import Pattern
from ..rules import Rule

Row = tuple[Fraction | int, Fraction | int, Fraction | int, Fraction | int]
"""gamma, alpha, b and g of a pattern."""


def proved_kinds(model: PatternModel) -> list[str] | None:
    """Return the kinds of all extrema, in order of time; None if the list is not proved to be complete."""
    found = shape(model, levels=())
    return [x.kind for x in found.extrema] if found.verdict == "proved" else None


def kinds(rule: Rule, *rows: Row) -> list[str] | None:
    """Return the same for patterns given as rows."""
    return proved_kinds(PatternModel([Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in rows], rule))


def has_at_most(model: PatternModel, most: int) -> bool | None:
    """Return whether a model has at most so many extrema; None if that is undecided."""
    found = shape(model, levels=())
    if len(found.extrema) > most:
        return False
    return True if found.verdict == "proved" else None
