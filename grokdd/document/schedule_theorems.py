"""What theorems say of all curves that other speeds and inflections could make of a model's patterns."""

from collections.abc import Iterator
from fractions import Fraction

from ..analytic import Mean, PatternModel, Preferred, SoftPreference
from ..analytic.balls import BallCurves, fraction
from ..analytic.theory import complete_preference
from ..analytic.theory.schedules import falling_edges
from ..analytic.vertices import vertex_values
from ..output import fraction_text
from .record import Statement
from .ways import CITED, EXACT, theorem_way

SHOWN = 8
"""Ways to lower test accuracy that are listed; the least first."""
HEAD = ("learned", "next", "accuracy before", "after")


def schedule_statements(model: PatternModel) -> Iterator[Statement]:
    """Yield whether some schedule makes accuracy fall, and whether it can recover; all alpha are positive."""
    curves = BallCurves(model)
    values = [fraction(value) for value in vertex_values(curves)]
    falls = [(edge.mask, edge.i) for edge in falling_edges(model)]
    count = len(values).bit_length() - 1
    edges = count * 2 ** (count - 1) if count else 0
    says = f"Of {edges} ways to learn one more pattern, {len(falls)} lower test accuracy: "
    says += "some schedule makes it fall." if falls else "no schedule makes it fall."
    yield Statement(CITED, says, (), [len(falls), edges], (EXACT, theorem_way("monotone")))
    if falls:
        yield _listed(curves.moving, values, falls)
        yield from _recovery(model)
    yield from complete_preference_statements(model)


def _listed(moving: list[int], values: list[Fraction], falls: list[tuple[int, int]]) -> Statement:
    rows = [
        [
            ", ".join(str(i) for bit, i in enumerate(moving) if mask >> bit & 1) or "nothing",
            str(moving[i]),
            fraction_text(values[mask]),
            fraction_text(values[mask | 1 << i]),
        ]
        for mask, i in sorted(falls, key=lambda edge: values[edge[0] | 1 << edge[1]] - values[edge[0]])[:SHOWN]
    ]
    some = f"the {SHOWN} deepest of them" if len(falls) > SHOWN else "all of them"
    return Statement(CITED, f"What lowers test accuracy, {some}.", (), rows, (EXACT, theorem_way("monotone")), HEAD)


def _recovery(model: PatternModel) -> Iterator[Statement]:
    """Yield that a fall can be followed by a rise, where the theorem's hypotheses hold."""
    match model.rule:
        case Preferred(pattern=k):
            averages = model.patterns[k].gamma < 1
        case Mean() | SoftPreference():
            averages = True
        case _:
            averages = False
    if averages and any(x.gamma > 0 and x.g > model.chance for x in model.patterns):
        says = "Some speeds and inflections give a maximum followed by a minimum: where it can fall, it can recover."
        yield Statement(CITED, says, (), True, (EXACT, theorem_way("dip and recovery")))


def complete_preference_statements(model: PatternModel) -> Iterator[Statement]:
    """Yield what every schedule can do where a preferred pattern is known everywhere in the end."""
    case = complete_preference.case_of(model)
    if case is None or case == "rises":  # which says no more than that no edge falls
        return
    says = f"Pattern {getattr(model.rule, 'pattern', None)} is preferred and complete. "
    if case == "one maximum":
        says += (
            "Only all others together exceed it: for all speeds and inflections there is one maximum and no minimum."
        )
    else:
        says += (
            "Others exceed it without one that matters: some speeds and inflections make a maximum and then a minimum."
        )
    yield Statement(CITED, says, (), case, (EXACT, theorem_way("complete preference")))
