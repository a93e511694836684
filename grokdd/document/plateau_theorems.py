"""What the theorems on plateaus say of a model: heights with their error, break-even, descent and ascent, the delay."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import arb, ctx

from ..analytic import Mean, PatternModel, Preferred, SoftPreference, plateau_heights, symbolic_plateaus, theorem
from ..analytic.balls import BallCurves, rational
from ..analytic.exact_statements import with_values
from ..analytic.symbols import g, numbers
from ..analytic.theory import grokking
from ..output import fraction_text
from .formulas import equals, latex, number_latex, with_numbers
from .record import Statement
from .ways import BALLS, CITED, EXACT, agreeing, theorem_way

DIGITS = 10


def plateau_statements(model: PatternModel) -> Iterator[Statement]:
    """Yield what theorems on plateaus say of a model whose patterns are in order and all have alpha > 0."""
    if len({x.b for x in model.patterns}) > 1:
        yield _nearness(model)
    yield from _break_even(model)
    yield from _papers_conditions(model)
    yield from _delay(model)


def _nearness(model: PatternModel) -> Statement:
    """Return how near the curve is to its plateaus, half way between inflections, and what the theorem allows."""
    heights, rows, within = plateau_heights(model), list[list[str]](), True
    values = [model.generalization([i for i in range(model.n) if mask >> i & 1]) for mask in range(2**model.n)]
    spread = max(values) - min(values)
    with ctx.workprec(200):
        curves = BallCurves(model)
        for k, (one, other) in enumerate(pairwise(model.patterns), start=1):
            if one.b == other.b:  # no time lies between them, and no plateau
                continue
            t = (one.b + other.b) / 2
            height, bound = heights[k], arb(0)
            for x in model.patterns:
                bound += rational(spread * x.gamma) * arb(rational(-x.alpha * abs(t - x.b))).exp()
            test = curves.at(rational(t)).test
            within &= bool(abs(test - rational(height)) <= bound + arb(2) ** -150)
            rows.append(
                [
                    fraction_text(t),
                    fraction_text(height),
                    _shown(test),
                    f"{float(abs(test - rational(height))):.3g}",
                    f"{float(bound):.3g}",
                ]
            )
    says = (
        "Half way between two inflections acc_test is as near to the plateau as (max G - min G) sum_i gamma_i "
        "exp(-alpha_i |t - b_i|) says; where that is above 1 the patterns are too close for plateaus."
    )
    head = ("t", "plateau", "acc_test", "off by", "at most")
    return Statement(CITED, says, (), rows, agreeing(within, BALLS, theorem_way("plateaus")), head)


def _shown(value: arb) -> str:
    return value.str(DIGITS, radius=False)


# --- break-even


def _break_even(model: PatternModel) -> Iterator[Statement]:
    """Yield how good each pattern must be so that it does not lower the plateau that it meets."""
    if not isinstance(model.rule, Mean | SoftPreference | Preferred) or not model.n:
        return
    heights, rows, agree = plateau_heights(model), list[list[str]](), True
    for i, x in enumerate(model.patterns):
        least = break_even(model, range(i), i)
        way = _way(x.gamma * (x.g - least)) if least is not None else "stays"
        agree &= way == _way(heights[i + 1] - heights[i])
        asked = "any" if least is None else fraction_text(least)
        rows.append([str(i), fraction_text(x.g), asked, way, fraction_text(heights[i]), fraction_text(heights[i + 1])])
    says = "How good each pattern must be, on the plateau of those before it, to raise test accuracy: its break-even."
    head = ("pattern", "g", "break-even", "accuracy", "from", "to")
    cites = [theorem_way("break-even generalization")]
    if isinstance(model.rule, Preferred):  # that theorem is about the others; the preferred one meets them as a height
        cites.append(theorem_way("second ascent"))
    ways = agreeing(agree, EXACT, *cites)
    yield Statement(CITED, says, (), rows, ways, head)


def _way(difference: Fraction) -> str:
    return "rises" if difference > 0 else "falls" if difference < 0 else "stays"


def break_even(model: PatternModel, learned: Sequence[int], i: int) -> Fraction | None:
    """Return the g of pattern i at which it neither helps nor hurts, on the plateau where others are learned.

    None if its g does not matter: a preferred pattern is complete. The quotient of two expectations over the random
    set A of patterns that are right, as `theorem("break-even generalization")` has it; by the shift rule g is measured
    from chance.
    """
    others, weights = list(learned), [Fraction(1)] * model.n
    match model.rule:
        case SoftPreference(weights=given):
            weights = list(given)
        case Preferred(pattern=k) if k == i:
            return _height_without_preference(model, others)
        case Preferred(pattern=k) if k in others:
            if model.patterns[k].gamma == 1:
                return None
            others.remove(k)
    above = below = Fraction(0)
    for mask in range(2 ** len(others)):
        chosen = [j for bit, j in enumerate(others) if mask >> bit & 1]
        weight = sum((weights[j] for j in chosen), Fraction(0))
        share = _probability(model, others, chosen) * weights[i] / (weight + weights[i])
        mean = sum((weights[j] * (model.patterns[j].g - model.chance) for j in chosen), Fraction(0))
        above, below = above + (share * mean / weight if chosen else 0), below + share
    return model.chance + above / below


def _height_without_preference(model: PatternModel, learned: Sequence[int]) -> Fraction:
    """Return the plateau of patterns none of which is preferred."""
    sets = ([j for bit, j in enumerate(learned) if mask >> bit & 1] for mask in range(2 ** len(learned)))
    return sum((_probability(model, learned, chosen) * model.generalization(chosen) for chosen in sets), Fraction(0))


def _probability(model: PatternModel, learned: Sequence[int], chosen: Sequence[int]) -> Fraction:
    found = Fraction(1)
    for j in learned:
        share = model.patterns[j].gamma
        found *= share if j in chosen else 1 - share
    return found


# --- the paper's conditions


def _papers_conditions(model: PatternModel) -> Iterator[Statement]:
    """Yield descent, for two patterns first that are under the mean; and for the paper's three the ascent and both."""
    symbolic, heights = symbolic_plateaus(), plateau_heights(model)
    if _begins_under_the_mean(model) and model.patterns[1].gamma > 0:
        yield _condition(model, "descent", symbolic.descent, heights[2] < heights[1])
    if model.n == 3 and model.rule == Preferred(2) and all(x.gamma > 0 for x in model.patterns[1:]):
        yield _condition(model, "second ascent", sp.Gt(g(2), sp.Symbol("H_2")), heights[3] > heights[2])
    if model.n == 3 and model.rule == Preferred(2) and all(x.gamma > 0 for x in model.patterns):
        both = heights[0] < heights[1] > heights[2] < heights[3]
        yield _condition(model, "double descent", symbolic.double_descent, both)


def _begins_under_the_mean(model: PatternModel) -> bool:
    match model.rule:
        case Mean():
            return model.n >= 2
        case Preferred(pattern=k):
            return model.n >= 2 and k > 1
    return False


def _condition(model: PatternModel, name: str, relation: Any, by_heights: bool) -> Statement:
    """Return a condition, the same with numbers in place of letters, and whether it holds, as the heights say too."""
    heights = plateau_heights(model)
    values: dict[sp.Symbol, Any] = dict(numbers(model))
    values[sp.Symbol("H_2")] = sp.Rational(heights[2].numerator, heights[2].denominator)
    holds = bool(with_values(relation, values))
    parts = sorted(sp.And.make_args(relation), key=sp.default_sort_key)  # a set: of another order in each process
    formulas = [line for part in parts for line in _substituted(part, values)]
    one = theorem(name)
    says = f"{one.statement} Here that is {'so' if holds else 'not so'}."
    ways = agreeing(holds == by_heights, EXACT, theorem_way(name))
    return Statement(CITED, says, tuple(formulas), holds, ways)


def _substituted(part: Any, values: dict[sp.Symbol, Any]) -> list[str]:
    """Return a relation, the same with numbers, what both sides come to, and whether that is true."""
    left, right = (with_values(side, values) for side in (part.lhs, part.rhs))
    says = "" if bool(with_values(part, values)) else r" \quad \text{is false}"
    numbers_alone = rf"\qquad {number_latex(left)} {part.rel_op} {number_latex(right)}"
    substituted = rf"\qquad {with_numbers(part, values)}"
    lines = [latex(part, order="old"), *([] if substituted == numbers_alone else [substituted])]
    return [*lines, numbers_alone + says]


# --- the delay


def _delay(model: PatternModel) -> Iterator[Statement]:
    """Yield how long grokking takes, by the formula for far gaps and between the certified crossings."""
    if not grokking.speaks_of(model):
        return
    by_formula, exactly = grokking.delay_by_formula(model), grokking.delay_exactly(model)
    first, second = grokking.levels(model)
    says = (
        f"From 99 % train to 99 % test it takes {by_formula:.8g} by the formula for patterns far apart in time, and "
        f"{exactly:.8g} between the certified crossings."
    )
    formulas = (
        r"b_{2} - b_{1} + \frac{\mathrm{logit}(l_{2})}{\alpha_{2}} - \frac{\mathrm{logit}(l_{1})}{\alpha_{1}}",
        rf"l_{{1}} {equals(first)} {number_latex(first)}, \qquad l_{{2}} {equals(second)} {number_latex(second)}",
    )
    value = [f"{by_formula:.8g}", f"{exactly:.8g}"]
    yield Statement(CITED, says, formulas, value, (BALLS, theorem_way("delay")))
