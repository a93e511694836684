"""What theorems say of the whole test curve of a model of the paper's kind: three patterns, the last preferred."""

from collections.abc import Iterator
from typing import NamedTuple

from ..analytic import PatternModel, Preferred, presets, shape_boundaries, theorem
from ..analytic.balls import moves
from ..analytic.exact_statements import with_values
from ..analytic.symbols import numbers, p
from ..analytic.theory import below_chance, grokking_curve
from .formulas import TEST, equal, number_latex
from .record import Statement
from .ways import BALLS, CITED, EXACT, agreeing, theorem_way


class _Places(NamedTuple):
    """Where the patterns of the theorem stand in a model, whatever the order in which it lists them."""

    absent: int
    first: int
    last: int


def curve_without_the_first(model: PatternModel) -> Iterator[Statement]:
    """Yield what acc_test is if one of three patterns is absent and another preferred, as in the grokking preset."""
    places = _places(model)
    if places is None:
        return
    canonical = PatternModel([model.patterns[i] for i in places], Preferred(2), model.chance, model.chance_train)
    formula = theorem("grokking curve").extra["acc_test"]
    agrees = grokking_curve.equal_at_corners(canonical, formula)
    own = {p(1): p(places.first), p(2): p(places.last)}
    form = with_values(formula, numbers(canonical)).xreplace(own)
    says = f"acc_test = {form} at all times, whatever the speeds{_monotone(canonical)}."
    ways = agreeing(agrees, EXACT, theorem_way("grokking curve"))
    yield Statement(CITED, says, equal(TEST, form), str(form), ways)
    if below_chance.may_dip(canonical) and (late := below_chance.is_late(canonical)) is not None:
        yield _below_chance(canonical, places, late)


def _places(model: PatternModel) -> _Places | None:
    if model.n != 3 or not isinstance(model.rule, Preferred):
        return None
    last = model.rule.pattern
    absent = next((i for i in range(3) if i != last and not model.patterns[i].gamma), None)
    return None if absent is None else _Places(absent, 3 - absent - last, last)


def _monotone(model: PatternModel) -> str:
    """Return what follows where pattern 1 is at chance, as the end of a sentence."""
    _, first, last = model.patterns
    if first.g != model.chance or last.g == model.chance or not moves(last):
        return ""
    return f": it only {'rises' if last.g > model.chance else 'falls'}"


def _below_chance(model: PatternModel, places: _Places, late: bool) -> Statement:
    i, k = places.first, places.last
    _, first, last = model.patterns
    says = f"At t = b_{i} it is {'below' if late else 'not below'} chance: 1 + exp(alpha_{k} (b_{k} - b_{i})) is "
    says += f"{'' if late else 'not '}above gamma_{k} (1 + 2 (g_{k} - c) / (gamma_{i} (c - g_{i})))."
    least = last.gamma * (1 + 2 * (last.g - model.chance) / (first.gamma * (model.chance - first.g)))
    ahead = last.alpha * (last.b - first.b)
    sign = ">" if late else r"\leq"
    formula = rf"1 + \exp({number_latex(ahead)}) {sign} {number_latex(least)}"
    return Statement(CITED, says, (formula,), late, (BALLS, theorem_way("below chance")))


def path_statements(model: PatternModel) -> Iterator[Statement]:
    """Yield on which side of the boundary between the presets a model lies that differs from them in two gammas."""
    if not _is_of_the_papers_plane(model) or not model.patterns[2].gamma:
        return
    at = model.patterns[2].gamma
    (curve,) = shape_boundaries(model, "gamma_2", "gamma_0", points=2, x_range=(at / 2, at))
    point, here = curve.points[-1], float(model.patterns[0].gamma)
    if point.counts is None or abs(here - point.y) < 1e-12:
        return
    count = point.counts[here > point.y]
    side = "above" if here > point.y else "below"
    says = (
        f"With gamma_2 as it is the boundary is at gamma_0 = {point.y:.12g}: this model is {side} it, where there are "
    )
    says += f"{count or 'no'} extrema."
    yield Statement(CITED, says, (), [f"{point.y:.12g}", count], (BALLS, theorem_way("path")))


def _is_of_the_papers_plane(model: PatternModel) -> bool:
    """Return whether a model is a preset but for gamma_0 and gamma_2."""

    def rest(one: PatternModel) -> tuple[object, ...]:
        return (one.rule, one.chance, *((x.alpha, x.b, x.g) for x in one.patterns), one.patterns[1].gamma)

    return model.n == 3 and model.rule == Preferred(2) and rest(model) == rest(presets.double_descent())
