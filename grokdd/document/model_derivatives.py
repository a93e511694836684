"""Derivatives and limits of one model's test accuracy, with its numbers put in."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import sympy as sp
from flint import arb, arb_series, ctx

from ..analytic import Pattern, PatternModel, Table, acc_test
from ..analytic.balls import BallCurves, fraction, rational
from ..analytic.exact_statements import with_values
from ..analytic.symbols import g, numbers, p
from ..analytic.vertices import vertex_values
from ..output import exact_text, fraction_text
from .formulas import TEST, equal, in_lines, latex
from .model_forms import WRITTEN_OUT, polynomials
from .record import Statement
from .ways import ALGEBRA, EXACT, SERIES, agreeing

SECTION = "Derivatives and limits"
FIRST, SECOND = r"^{\prime}", r"^{\prime\prime}"


def derivative_statements(model: PatternModel) -> Iterator[Statement]:
    """Yield the derivatives of acc_test in p, g, gamma, alpha, b and t, and its limits; up to four patterns."""
    if not 0 < model.n <= WRITTEN_OUT:
        yield from _limits(model)
        return
    _, test = polynomials(model)
    yield from _by_p(model, test)
    yield from _by_g(model)
    yield _by_the_curve()
    yield from _in_time(model, test)
    yield from _limits(model)


def _by_p(model: PatternModel, test: sp.Expr) -> Iterator[Statement]:
    for i in range(model.n):
        slope = sp.expand(sp.diff(test, p(i)))
        difference = sp.expand(with_values(test, {p(i): 1}) - with_values(test, {p(i): 0}))
        says = f"D_{i}, the derivative by p_{i}: what is gained if pattern {i} is right always instead of never."
        left = rf"D_{{{i}}} = \frac{{\partial\, {TEST}}}{{\partial p_{{{i}}}}}"
        ways = agreeing(difference == slope, ALGEBRA, "the value at p = 1 less that at p = 0")
        yield Statement(SECTION, says, equal(left, slope), str(slope), ways)


def _by_g(model: PatternModel) -> Iterator[Statement]:
    if isinstance(model.rule, Table):
        return
    form = acc_test(model.n, rule=model.rule, chance=True)
    for i in range(model.n):
        slope = sp.expand(with_values(sp.diff(form, g(i)), numbers(model)))
        difference = with_values(with_values(form, {g(i): 1}) - with_values(form, {g(i): 0}), numbers(model))
        says = f"The derivative by g_{i}: the share of test examples that is left to pattern {i}."
        left = rf"\frac{{\partial\, {TEST}}}{{\partial g_{{{i}}}}}"
        ways = agreeing(sp.expand(difference - slope) == 0, ALGEBRA, "the value at g = 1 less that at g = 0")
        yield Statement(SECTION, says, equal(left, slope), str(slope), ways)


def _by_the_curve() -> Statement:
    """Return the derivatives by gamma, alpha and b, which are the same for every pattern, printed as they are checked.

    In them s stands for the logistic, and D for the derivative by p.
    """
    gamma, alpha, b, t, s, d = sp.symbols("gamma_i alpha_i b_i t s_i D_i", positive=True)
    share = 1 / (1 + sp.exp(-alpha * (t - b)))
    inner = {gamma: s, alpha: gamma * (t - b) * s * (1 - s), b: -alpha * gamma * s * (1 - s)}
    agrees = all(
        sp.simplify(sp.diff(gamma * share, letter) - with_values(slope, {s: share})) == 0
        for letter, slope in inner.items()
    )
    formulas = tuple(
        rf"\frac{{\partial\, {TEST}}}{{\partial {latex(letter)}}} = {latex(d * slope, order='old')}"
        for letter, slope in inner.items()
    )
    says = "The derivatives by gamma_i, alpha_i and b_i of any pattern: the chain rule."
    return Statement(SECTION, says, formulas, None, agreeing(agrees, ALGEBRA))


def _in_time(model: PatternModel, test: sp.Expr) -> Iterator[Statement]:
    """Yield both time derivatives, held against the power series of the definition at a time of each pattern."""
    first, second = (_agrees(model, test, order) for order in (1, 2))
    n = range(model.n)
    terms = [rf"{'+ ' if i else ''}D_{{{i}}} {_p(i, FIRST)}" for i in n]
    bends = [rf"{'+ ' if i else ''}D_{{{i}}} {_p(i, SECOND)}" for i in n]
    mixed = {(i, j): sp.expand(sp.diff(test, p(i), p(j))) for i, j in combinations(n, 2)}
    mixed = {pair: slope for pair, slope in mixed.items() if slope != 0}
    bends += [rf"+ 2 \, D_{{{i}{j}}} {_p(i, FIRST)} {_p(j, FIRST)}" for i, j in mixed]
    rate = rf"{_p('i', FIRST)} = \alpha_{{i}} p_{{i}} (1 - s_{{i}})"
    bend = rf"{_p('i', SECOND)} = \alpha_{{i}} {_p('i', FIRST)} (1 - 2 s_{{i}})"
    says = "The first derivative in time."
    lines = (*in_lines(f"{TEST}{FIRST} = ", terms), rate)
    yield Statement(SECTION, says, lines, None, agreeing(first, ALGEBRA, SERIES))
    says = "The second derivative in time, D_ij being the derivative by p_i and p_j."
    lines = [*in_lines(f"{TEST}{SECOND} = ", bends), bend]
    for (i, j), slope in mixed.items():
        lines += equal(f"D_{{{i}{j}}}", slope)
    value = {f"D_{i}{j}": str(slope) for (i, j), slope in mixed.items()}
    yield Statement(SECTION, says, tuple(lines), value, agreeing(second, ALGEBRA, SERIES))


def _p(i: int | str, primes: str) -> str:
    return f"p_{{{i}}}{primes}"


def _agrees(model: PatternModel, test: sp.Expr, order: int) -> bool:
    """Return whether a time derivative by the chain rule is that of the definition's series, beside each b."""
    letters = [p(i) for i in range(model.n)]
    slopes = [_polynomial(sp.diff(test, x), letters) for x in letters]
    bends = [[_polynomial(sp.diff(test, x, y), letters) for y in letters] for x in letters]
    with ctx.workdps(60):
        for t in dict.fromkeys(x.b + 1 for x in model.patterns):
            at = [_pattern_at(x, t) for x in model.patterns]
            shares, rates = [one[0] for one in at], [one[1] for one in at]
            found = sum((_value(D, shares) * one[order] for D, one in zip(slopes, at, strict=True)), arb(0))
            if order == 2:
                rows = zip(bends, rates, strict=True)
                found += sum(
                    (_value(D, shares) * x * y for row, x in rows for D, y in zip(row, rates, strict=True)), arb(0)
                )
            if not found.overlaps(_series(model, t)[order] * order):  # 2! = 2 and 1! = 1
                return False
    return True


def _polynomial(expr: sp.Expr, letters: list[sp.Symbol]) -> sp.Poly:
    return sp.Poly(expr, *letters, domain=sp.QQ)


def _pattern_at(x: Pattern, t: Fraction) -> tuple[arb, arb, arb]:
    """Return p, p' and p'' of a pattern, by the formulas."""
    share = logistic_series([arb(rational(x.alpha * (t - x.b)))])[0]
    reached = rational(x.gamma) * share
    rate = rational(x.alpha) * reached * (1 - share)
    return reached, rate, rational(x.alpha) * rate * (1 - 2 * share)


def logistic_series(x: list[arb]) -> arb_series:
    """Return the power series of the logistic of one in x; exponentials are taken where they vanish, not overflow."""
    late = x[0] >= 0
    decay = arb_series([-one if late else one for one in x], len(x)).exp()
    return 1 / (1 + decay) if late else decay / (1 + decay)


def _value(polynomial: sp.Poly, shares: Sequence[arb]) -> arb:
    total = arb(0)
    for powers, coefficient in polynomial.terms():
        term = arb(rational(Fraction(int(coefficient.p), int(coefficient.q))))
        for share, power in zip(shares, powers, strict=True):
            term *= share**power
        total += term
    return total


def _series(model: PatternModel, t: Fraction) -> list[arb]:
    """Return the first coefficients of acc_test around a time, set by set from the definition."""
    shares = [
        rational(x.gamma) * logistic_series([arb(rational(x.alpha * (t - x.b))), arb(rational(x.alpha)), arb(0)])
        for x in model.patterns
    ]
    total = arb_series([0], 3)
    for mask in range(2**model.n):
        term = arb_series([arb(rational(model.generalization([i for i in range(model.n) if mask >> i & 1])))], 3)
        for i, share in enumerate(shares):
            term = term * (share if mask >> i & 1 else 1 - share)
        total = total + term
    return [total[k] for k in range(3)]


def _limits(model: PatternModel) -> Iterator[Statement]:
    """Yield where test accuracy comes from and goes to; patterns of alpha = 0 stand at gamma / 2 in both."""
    values = vertex_values(BallCurves(model))
    for says, goal, value in (
        ("Before all times", r"-\infty", values[0]),
        ("After all times", r"\infty", values[-1]),
    ):
        height = fraction(value)
        formulas = equal(rf"\lim_{{t \to {goal}}} {TEST}", sp.Rational(height.numerator, height.denominator))
        yield Statement(
            SECTION, f"{says} test accuracy tends to {fraction_text(height)}.", formulas, exact_text(height), (EXACT,)
        )
