"""What theorems say of the number and the order of a model's extrema, beside the certified shape."""

from collections.abc import Iterator
from itertools import pairwise

from flint import ctx

from ..analytic import Mean, PatternModel, Shape
from ..analytic.balls import BallCurves
from ..analytic.tails import tails
from ..analytic.theory import across_chance, equal_speeds, two_patterns
from ..analytic.wording import counted
from ..output import fraction_text
from .formulas import equals, number_latex
from .record import Statement
from .ways import BALLS, CITED, agreeing, theorem_way

PEAK = (
    r"t = b_{0} + \frac{1}{\alpha} \log\frac{R^{2} + 1}{R - 1}, \qquad R = \sqrt{2 \delta - 1}",
    r"\frac{\gamma_{0} g_{0} (R^{2} + 1)}{(R + 1)^{2}}",
)
"""Time and height of the peak at equal speeds."""


def counting_statements(model: PatternModel, found: Shape) -> Iterator[Statement]:
    """Yield what theorems say of the extrema of a model, whose number is proved; all alpha are positive."""
    kinds = [x.kind for x in found.extrema]
    yield from _two_patterns(model, kinds)
    yield from _across_chance(model, kinds)
    yield from _two_of_one_speed(model, kinds)
    yield from _one_speed(model, len(kinds))
    yield from _parity(model, len(kinds))
    yield from _under_the_mean(model, kinds)


def _two_patterns(model: PatternModel, kinds: list[str]) -> Iterator[Statement]:
    """Yield which case of the classification a model of two patterns is."""
    better = two_patterns.better_first(model)
    if better is None:
        return
    a, b, e = two_patterns.terms(better)
    ratio = better.patterns[1].alpha / better.patterns[0].alpha
    allowed = two_patterns.allowed_shapes(better)
    names = _named(allowed)
    says = f"The better pattern as pattern 0: a_1 {'<' if b < e else '>='} e, a_0 {'>' if a > e else '='} e and "
    says += f"r = {fraction_text(ratio)}, so there is {' or '.join(names)}."
    values = zip(("a_{0}", "a_{1}", "e", "r"), (a, b, e, ratio), strict=True)
    formula = r", \qquad ".join(f"{letter} {equals(value)} {number_latex(value)}" for letter, value in values)
    yield Statement(CITED, says, (formula,), names, agreeing(kinds in allowed, BALLS, theorem_way("two patterns")))


def _named(allowed: list[list[str]]) -> list[str]:
    """Return sequences of extrema in words."""
    return [" and then ".join(f"a {kind}" for kind in one) or "no extremum" for one in allowed]


def _across_chance(model: PatternModel, kinds: list[str]) -> Iterator[Statement]:
    """Yield what is left to two patterns on two sides of chance."""
    allowed = across_chance.allowed_shapes(model)
    if allowed is None:
        return
    names = _named(allowed)
    says = f"One pattern is above chance and one below it, so there is {' or '.join(names)}."
    yield Statement(CITED, says, (), names, agreeing(kinds in allowed, BALLS, theorem_way("across chance")))


def _two_of_one_speed(model: PatternModel, kinds: list[str]) -> Iterator[Statement]:
    """Yield the condition at finite speed, and the peak where its closed form holds."""
    if not equal_speeds.speaks_of(model):
        return
    with ctx.workprec(200):
        excess = equal_speeds.excess(model)
    if not (excess > 0 or excess < 0):
        return
    falls = bool(excess > 0)
    says = "With delta = exp(alpha (b_1 - b_0)), gamma_1 [(1 + delta)(g_0 + g_1) gamma_0 - 2 delta g_1] less "
    says += f"2 gamma_0 g_0 is {excess.str(8, radius=False)}: acc_test "
    says += "has one maximum and falls for good." if falls else "has no extremum."
    expected = ["maximum"] if falls else []
    yield Statement(CITED, says, (), falls, agreeing(kinds == expected, BALLS, theorem_way("finite speed")))
    if equal_speeds.has_closed_peak(model):
        t, height = equal_speeds.closed_peak(model)
        says = (
            f"Its peak is at t = {t.str(15, radius=False)}, of height {height.str(15, radius=False)}, in closed form."
        )
        value = [t.str(15, radius=False), height.str(15, radius=False)]
        yield Statement(CITED, says, PEAK, value, (BALLS, theorem_way("peak")))


def _one_speed(model: PatternModel, count: int) -> Iterator[Statement]:
    moving = [x for x in model.patterns if x.gamma > 0]
    if moving and len({x.alpha for x in moving}) == 1:
        says = f"At one speed {counted(len(moving), 'pattern')} can make {len(moving) - 1} extrema at most; "
        says += f"here there are {count}."
        yield Statement(CITED, says, (), count, agreeing(count < len(moving), BALLS, theorem_way("equal speeds")))


def _parity(model: PatternModel, count: int) -> Iterator[Statement]:
    curves = BallCurves(model)
    ends = [tail.begins() for tail in tails(curves)] if curves.moving else [None]
    if None in ends:
        return
    first, last = ends[0][1], -ends[1][1]  # pyright: ignore[reportOptionalSubscript]
    ways = [("falls", "rises")[sign > 0] for sign in (first, last)]
    parity = "odd" if first != last else "even"
    says = f"Test accuracy {ways[0]} before all times and {ways[1]} after all, so the number of extrema is {parity}: "
    agrees = (first != last) == (count % 2 == 1)
    speeds = sorted(x.alpha for x in model.patterns if x.gamma > 0)
    cites = [theorem_way("parity")] if speeds[:1] != speeds[1:2] else []  # it is about models with one slowest pattern
    yield Statement(CITED, f"{says}it is {count}.", (), [*ways, count], agreeing(agrees, BALLS, *cites))


def _under_the_mean(model: PatternModel, kinds: list[str]) -> Iterator[Statement]:
    """Yield how many descents there are, how many the theorem gives to so many patterns, and the conjecture."""
    n = sum(x.gamma > 0 for x in model.patterns)
    if not isinstance(model.rule, Mean) or not n:
        return
    descents = sum(pair == ("maximum", "minimum") for pair in pairwise(kinds))
    one_speed = len({x.alpha for x in model.patterns if x.gamma > 0}) == 1
    most = (n - 1) // 2 if one_speed else n - 1
    known = one_speed or n <= 2
    says = f"Descents, a maximum and then a minimum: {descents}. "
    says += f"{counted(n, 'pattern')} {'of one speed ' if one_speed and n > 1 else ''}can make {most}"
    says += " and no more." if known else ", and no more if the conjecture below holds."
    ways = agreeing(descents <= most, BALLS, theorem_way("descents"))
    yield Statement(CITED, says, (), [descents, most], ways)
    if not known:
        says = f"Conjecture, not proved: {n} patterns under the mean rule make at most {2 * (n - 1)} extrema. "
        says += f"Here there are {len(kinds)}."
        yield Statement(CITED, says, (), [len(kinds), 2 * (n - 1)], ("conjecture: extrema under the mean",))
