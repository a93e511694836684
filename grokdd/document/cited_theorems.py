"""What theorems say of a model, each with its hypotheses checked and with the numbers put in."""

from collections.abc import Iterator

import sympy as sp

from ..analytic import PatternModel, Preferred, Shape, plateau_conditions, symbolic_plateaus, theorem
from ..analytic.balls import BallCurves, moves
from ..analytic.exact_statements import with_values
from ..analytic.symbols import numbers
from ..analytic.tails import tails
from ..analytic.theory import below_chance, complete_preference, grokking_curve
from ..analytic.vertices import vertex_values
from .record import Statement
from .ways import BALLS, CONTRADICTION, EXACT

SECTION = "Theorems, with these numbers"


def theorem_statements(model: PatternModel, found: Shape) -> Iterator[Statement]:
    """Yield what each theorem says of a model that meets its hypotheses."""
    yield from _papers_conditions(model)
    yield from curve_without_the_first(model)
    yield from _any_schedule(model)
    yield from complete_preference_statements(model)
    if found.verdict == "proved":
        yield from _bounds(model, len(found.extrema))


def _papers_conditions(model: PatternModel) -> Iterator[Statement]:
    """Yield descent and second ascent, for models of the paper's kind: the third of three preferred and last."""
    conditions = plateau_conditions(model)
    if model.n != 3 or conditions.order != (0, 1, 2) or model.rule != Preferred(2):
        return
    if not all(x.gamma > 0 for x in model.patterns):
        return
    says_so = symbolic_plateaus()
    for name, relation, by_heights in (
        ("descent", says_so.descent, conditions.descent),
        ("second ascent", says_so.second_ascent, conditions.second_ascent),
    ):
        by_condition = bool(with_values(relation, numbers(model)))
        one = theorem(name)
        says = f"{one.statement} Here it is {'' if by_condition else 'not '}so."
        means = (EXACT, "the condition of the theorem") if by_condition == by_heights else CONTRADICTION
        yield Statement(SECTION, says, sp.latex(relation), by_condition, means)


def curve_without_the_first(model: PatternModel) -> Iterator[Statement]:
    """Yield what acc_test is if pattern 0 is absent and pattern 2 preferred, as in the grokking preset."""
    if not grokking_curve.is_without_the_first(model):
        return
    formula = theorem("grokking curve").extra["acc_test"]
    form = with_values(formula, numbers(model))
    agrees = grokking_curve.equal_at_corners(model, formula)
    means = (EXACT, "theorem: grokking curve") if agrees else CONTRADICTION
    says = f"acc_test = {form} at all times, whatever the speeds{_monotone(model)}."
    yield Statement(SECTION, says, "", str(form), means)
    if below_chance.may_dip(model) and (late := below_chance.is_late(model)) is not None:
        says = f"At t = b_1 it is {'below' if late else 'not below'} chance: 1 + exp(alpha_2 (b_2 - b_1)) is "
        says += f"{'' if late else 'not '}above gamma_2 (1 + 2 (g_2 - c) / (gamma_1 (c - g_1)))."
        yield Statement(SECTION, says, "", late, (BALLS, "theorem: below chance"))


def _monotone(model: PatternModel) -> str:
    """Return what follows where pattern 1 is at chance, as the end of a sentence."""
    _, first, last = model.patterns
    if first.g != model.chance or last.g == model.chance or not moves(last):
        return ""
    return f": it only {'rises' if last.g > model.chance else 'falls'}"


def _any_schedule(model: PatternModel) -> Iterator[Statement]:
    falling, edges = _edges(model)
    says = f"Of {edges} ways to learn one more pattern, {falling} lower test accuracy: "
    says += "some schedule makes it fall." if falling else "no schedule makes it fall."
    yield Statement(SECTION, says, "", [falling, edges], (EXACT, "theorem: monotone"))


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
    yield Statement(SECTION, says, "", case, (EXACT, "theorem: complete preference"))


def _bounds(model: PatternModel, count: int) -> Iterator[Statement]:
    """Yield what theorems say of a number of extrema that is proved."""
    moving = [x for x in model.patterns if x.alpha > 0 and x.gamma > 0]
    if moving and len({x.alpha for x in moving}) == 1:
        says = f"At one speed {len(moving)} patterns make at most {len(moving) - 1} extrema; here there are {count}."
        yield Statement(SECTION, says, "", count <= len(moving) - 1, (BALLS, "theorem: equal speeds"))
    ends = [tail.begins() for tail in tails(BallCurves(model))]
    if moving and None not in ends:
        first, last = ends[0][1], -ends[1][1]  # pyright: ignore[reportOptionalSubscript]
        ways = [("falls", "rises")[sign > 0] for sign in (first, last)]
        parity = "odd" if first != last else "even"
        says = (
            f"Test accuracy {ways[0]} before all times and {ways[1]} after all, so the number of extrema is {parity}: "
        )
        says += f"it is {count}."
        yield Statement(SECTION, says, "", (first != last) == (count % 2 == 1), (BALLS, "theorem: parity"))


def _edges(model: PatternModel) -> tuple[int, int]:
    """Return how many edges fall, of how many."""
    values = vertex_values(BallCurves(model))
    bits = len(values).bit_length() - 1
    pairs = [(mask, mask | 1 << i) for i in range(bits) for mask in range(len(values)) if not mask >> i & 1]
    return sum(values[high] < values[low] for low, high in pairs), len(pairs)
