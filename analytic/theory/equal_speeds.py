"""Theorems about patterns of one speed: when two of them fall, where the peak is, and how many extrema n can have."""

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import cast

import sympy as sp
from flint import arb, ctx
from sympy.logic.boolalg import Boolean

from ..accuracy import acc_test
from ..balls import BallCurves, rational
from ..exact_statements import with_values
from ..extrema import shape
from ..model import PatternModel
from ..pattern import Pattern
from ..rules import Mean
from ..symbols import g, gamma, p
from ..vertices import vertex_values
from .drawing import any_rule, patterns, share, with_chance
from .record import Counterexample, Law, Lemma, PolynomialIdentity, Theorem
from .shapes import has_at_most, kinds

X = sp.Symbol("x", positive=True)
"""exp(alpha (t - b_0))."""
DELTA = sp.Symbol("delta", positive=True)
"""exp(alpha (b_1 - b_0))."""
LEADING = 2 * gamma(0) * g(0) - gamma(1) * ((1 + DELTA) * gamma(0) * (g(0) + g(1)) - 2 * DELTA * g(1))
MIDDLE = 2 * DELTA * (2 * gamma(0) * g(0) + 2 * gamma(1) * g(1) - gamma(0) * gamma(1) * (g(0) + g(1)))
CONSTANT = 2 * DELTA * (DELTA * gamma(0) * g(0) + gamma(1) * g(1))
QUADRATIC = LEADING * X**2 + MIDDLE * X + CONSTANT
BETTER_FIRST = cast(Boolean, sp.And(sp.Gt(gamma(0), 0), sp.Gt(g(0), 0), sp.Le(g(1), g(0))))
WITNESS = {gamma(0): Fraction(1, 2), gamma(1): Fraction(1), g(0): Fraction(1), g(1): Fraction(0)}
OVERTAKEN = ((1, Fraction(1, 20), 100, 1), (1, 1, 100, 0))
"""A slow good pattern and a quick poor one: gamma, alpha, b, g."""
PEAK = DELTA * (1 + sp.sqrt(2 * DELTA - 1)) / (DELTA - 1)
"""x at the peak for g_1 = 0, gamma_1 = 1."""


def finite_speed() -> Theorem:
    """Return the theorem on two patterns of equal speed."""
    return Theorem(
        name="finite speed",
        title="Two patterns of equal speed: when test accuracy falls",
        statement=(
            "With delta = exp(alpha (b_1 - b_0)), acc_test falls at some time iff "
            "gamma_1 [(1 + delta)(g_0 + g_1) gamma_0 - 2 delta g_1] > 2 gamma_0 g_0; then it has exactly one maximum "
            "and "
            "falls for good, else it has no extremum. The condition is never met for delta <= 1."
        ),
        hypotheses=(
            "mean rule, c = 0, or g - c in place of g",
            "gamma_0 > 0, g_0 > 0, 0 <= g_1 <= g_0",
            "equal alpha > 0",
        ),
        derivation=(
            "p_0 = gamma_0 x / (x + 1), p_1 = gamma_1 x / (x + delta) with x = exp(alpha (t - b_0)).",
            "d acc_test / dx = Q(x) / (2 (x + 1)^2 (x + delta)^2) with a quadratic Q.",
            "Its constant term is positive and its middle one not negative, so Q has a positive zero iff its leading "
            "coefficient is negative, and then one, from + to -.",
        ),
        parts=(
            PolynomialIdentity(
                says="d acc_test / dx is the quadratic over 2 (x + 1)^2 (x + delta)^2",
                left=lambda _: sp.diff(_in_x(), X),
                right=lambda _: QUADRATIC / (2 * (X + 1) ** 2 * (X + DELTA) ** 2),
                sizes=(2,),
                too_much=lambda _: QUADRATIC / (2 * (X + 1) ** 2 * (X + DELTA)),
            ),
            Lemma(
                says="the middle coefficient is not negative",
                claim=cast(Boolean, sp.Ge(MIDDLE / (2 * DELTA), 0)),
                where=BETTER_FIRST,
                witness=WITNESS,
                too_much=cast(Boolean, sp.Ge(MIDDLE / (2 * DELTA), gamma(0) * g(0) * 2)),
            ),
            Lemma(
                says="for delta <= 1 the leading coefficient is not negative",
                claim=cast(Boolean, sp.Ge(LEADING, 0)),
                where=cast(Boolean, sp.And(BETTER_FIRST, sp.Le(DELTA, 1))),
                witness=WITNESS | {DELTA: Fraction(1, 2)},
                too_much=cast(Boolean, sp.Gt(LEADING, 0)),
            ),
            Law(
                says="there is one maximum iff the condition holds, and else no extremum",
                means="certified shapes",
                draw=_better_first,
                holds=lambda model: _as_predicted(model, excess),
                too_much=lambda model: _as_predicted(model, _plateau_excess),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="equal speeds",
                says="alpha = (1/20, 1), b = (100, 100), gamma = (1, 1), g = (1, 0) rises again after it fell",
                shown=lambda: kinds(Mean(), *OVERTAKEN) == ["maximum", "minimum"],
            ),
            Counterexample(
                drops="0 <= g_1",
                says="g = (3/5, 0), c = 1/2, alpha = 1, b = (100, 101): the condition holds, and accuracy only falls",
                shown=_below_chance_only_falls,
            ),
            Counterexample(
                drops="g_1 <= g_0",
                says="the poorer first: alpha = 1, b = (10, 16), gamma = (1, 1), g = (1/2, 1) does not fall; swapped "
                "it does",
                shown=lambda: (
                    kinds(Mean(), (1, 1, 10, Fraction(1, 2)), (1, 1, 16, 1)) == []
                    and kinds(Mean(), (1, 1, 10, 1), (1, 1, 16, Fraction(1, 2))) == ["maximum"]
                ),
            ),
        ),
        meaning="At equal speeds accuracy falls only if the better pattern comes first, and early enough; it never "
        "recovers.",
        source="docs/theory.md, section 3.4",
        extra={"leading": LEADING, "middle": MIDDLE, "constant": CONSTANT},
    )


def _in_x() -> sp.Expr:
    """Return acc_test of two patterns under the mean rule as a function of x."""
    shares = {p(0): gamma(0) * X / (X + 1), p(1): gamma(1) * X / (X + DELTA)}
    return cast(sp.Expr, acc_test(2).xreplace(shares))


def _better_first(rng: random.Random) -> PatternModel:
    first, second = share(rng, 1), share(rng, 1)
    chance = rng.choice((Fraction(0), Fraction(1, 5)))
    good = share(rng, 1)
    bad = good * share(rng)
    alpha, b = Fraction(rng.randrange(1, 20), 20), Fraction(rng.randrange(1, 200))
    later = max(Fraction(0), b + Fraction(rng.randrange(-40, 160), 20) / alpha)
    rows = ((first, b, good), (second, later, bad))  # both g measured from chance
    members = [Pattern(gamma=x, alpha=alpha, b=y, g=chance + (1 - chance) * z) for x, y, z in rows]
    return PatternModel(members, Mean(), chance)


def _below_chance_only_falls() -> bool:
    rows = ((100, Fraction(3, 5)), (101, Fraction(0)))
    model = PatternModel([Pattern(gamma=1, alpha=1, b=b, g=g) for b, g in rows], chance=Fraction(1, 2))
    values = vertex_values(BallCurves(model))
    with ctx.workprec(200):
        holds = bool(excess(model) > 0)
    return holds and shape(model, levels=()).extrema == () and values[-1] < values[0]


def _as_predicted(model: PatternModel, excess: Callable[[PatternModel], arb]) -> bool | None:
    """Return whether there is one maximum where `excess` is positive, and no extremum where it is negative."""
    with ctx.workprec(200):
        predicted = excess(model)
    found = shape(model, levels=())
    if found.verdict == "undecided" or not (predicted > 0 or predicted < 0):
        return None
    return [x.kind for x in found.extrema] == (["maximum"] if predicted > 0 else [])


def speaks_of(model: PatternModel) -> bool:
    """Return whether a model has the hypotheses of the theorem on two patterns of equal speed."""
    if model.n != 2 or not isinstance(model.rule, Mean):
        return False
    first, second = model.patterns
    return first.alpha == second.alpha > 0 and first.gamma > 0 and first.g > model.chance <= second.g <= first.g


def excess(model: PatternModel) -> arb:
    """Return left minus right side of the condition at finite speed."""
    first, second = model.patterns
    delta = arb(rational(first.alpha * (second.b - first.b))).exp()
    good, bad = first.g - model.chance, second.g - model.chance
    left = (1 + delta) * rational((good + bad) * first.gamma) - 2 * delta * rational(bad)
    return rational(second.gamma) * left - rational(2 * first.gamma * good)


def _plateau_excess(model: PatternModel) -> arb:
    """Return the same of the condition on plateaus, to which the other tends as the gap grows."""
    first, second = model.patterns
    good, bad = first.g - model.chance, second.g - model.chance
    return arb(rational(first.gamma * good - bad * (2 - first.gamma)))


def peak() -> Theorem:
    """Return the theorem on time and height of the peak at equal speeds."""
    root = sp.Symbol("R", positive=True)
    half_square = (root**2 + 1) / 2  # delta
    at = (root**2 + 1) / (root - 1)
    no_use = {gamma(1): 1, g(1): 0, DELTA: half_square, X: at}
    return Theorem(
        name="peak",
        title="Two patterns of equal speed: when test accuracy peaks, and how high",
        statement=(
            "For g_1 = 0, gamma_1 = 1 and delta > 1, with R = sqrt(2 delta - 1), the peak is at "
            "exp(alpha (t - b_0)) = (R^2 + 1) / (R - 1), whatever gamma_0 is; there p_1 = 2 / (R + 1), and its "
            "height is "
            "gamma_0 g_0 (R^2 + 1) / (R + 1)^2."
        ),
        hypotheses=("mean rule, c = 0", "equal alpha > 0", "gamma_0 g_0 > 0, g_1 = 0, gamma_1 = 1", "delta > 1"),
        derivation=("Put g_1 = 0, gamma_1 = 1 into Q and solve Q = 0; of two zeros one is positive.",),
        parts=(
            PolynomialIdentity(
                says="Q is 0 there",
                left=lambda _: with_values(QUADRATIC, no_use),
                right=lambda _: sp.Integer(0),
                sizes=(2,),
                too_much=lambda _: gamma(0) * g(0),
            ),
            PolynomialIdentity(
                says="the height there",
                left=lambda _: with_values(_in_x(), no_use),
                right=lambda _: gamma(0) * g(0) * (root**2 + 1) / (root + 1) ** 2,
                sizes=(2,),
                too_much=lambda _: gamma(0) * g(0) * (root**2 + 1) / (root + 2) ** 2,
            ),
            Law(
                says="time and value of the certified maximum are those of the formula, to 1e-20",
                means="certified shapes",
                draw=_useless_second,
                holds=lambda model: _peaks(model, Fraction(0)),
                too_much=lambda model: _peaks(model, Fraction(1, 10**12)),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="delta > 1",
                says="if the useless pattern comes first or at the same time there is no peak",
                shown=lambda: all(kinds(Mean(), (1, 1, 10, 1), (1, 1, b, 0)) == [] for b in (9, 10)),
            ),
        ),
        meaning="The peak's time is set by the speeds alone; only its height tells how much was understood.",
        source="docs/theory.md, section 3.4",
        extra={"x": PEAK, "height": gamma(0) * g(0) * (root**2 + 1) / (root + 1) ** 2},
    )


def _useless_second(rng: random.Random) -> PatternModel:
    alpha, b = Fraction(rng.randrange(1, 20), 20), Fraction(rng.randrange(1, 200))
    later = b + Fraction(rng.randrange(1, 200), 20) / alpha
    good = Pattern(gamma=share(rng, 1), alpha=alpha, b=b, g=share(rng, 1))
    return PatternModel([good, Pattern(gamma=1, alpha=alpha, b=later, g=0)])


def has_closed_peak(model: PatternModel) -> bool:
    """Return whether a model has the hypotheses of the theorem on the peak."""
    if not speaks_of(model) or model.chance:
        return False
    first, second = model.patterns
    return second.gamma == 1 and second.g == 0 and second.b > first.b


def closed_peak(model: PatternModel) -> tuple[arb, arb]:
    """Return time and height of the peak of a model with these hypotheses, by the formula, at 200 bits."""
    first, second = model.patterns
    with ctx.workprec(200):
        root = (2 * arb(rational(first.alpha * (second.b - first.b))).exp() - 1).sqrt()
        at = rational(first.b) + ((root**2 + 1) / (root - 1)).log() / rational(first.alpha)
        return at, rational(first.gamma * first.g) * (root**2 + 1) / (root + 1) ** 2


def _peaks(model: PatternModel, off: Fraction) -> bool:
    """Return whether the only extremum is where and as high as the formula says, `off` aside."""
    found = shape(model, levels=()).extrema
    if [x.kind for x in found] != ["maximum"]:
        return False
    at, height = closed_peak(model)
    with ctx.workprec(200):
        low, high = (rational(end) - rational(off) for end in found[0].between)
        near = arb(rational(Fraction(1, 10**20)))
        return bool(at > low - near and at < high + near) and abs(float(height) - found[0].value) < 1e-15


def at_most() -> Theorem:
    """Return the theorem on the number of extrema of n patterns of one speed."""
    return Theorem(
        name="equal speeds",
        title="n patterns of equal speed make at most n - 1 extrema",
        statement=(
            "If all alpha_i are equal and positive, acc_test is constant or has at most n - 1 extrema on the whole "
            "line, "
            "under any rule, and takes each value at most n times. The bound is attained for every n."
        ),
        hypotheses=("all alpha_i = alpha > 0", "any set function"),
        derivation=(
            "With x = exp(alpha t) and delta_i = exp(alpha b_i) acc_test is rational in x with simple poles, so its "
            "derivative is sum_i r_i / (x + delta_i)^2.",
            "r_i = gamma_i delta_i dF/dp_i where p_j = gamma_j delta_i / (delta_i - delta_j) for the others.",
            "1 / (x + delta)^2 is the integral of s exp(-x s) exp(-delta s) over s > 0, so this is the Laplace "
            "transform "
            "of s sum_i r_i exp(-delta_i s), which has no more positive zeros than sign changes in r_1 .. r_n.",
        ),
        parts=(
            PolynomialIdentity(
                says="d acc_test / dx is the sum of r_i / (x + delta_i)^2, for any set function",
                left=lambda n: sp.diff(_rational(n), X),
                right=lambda n: _partial_fractions(n),
                sizes=(1, 2, 3),
                too_much=lambda n: 2 * _partial_fractions(n),
            ),
            Law(
                says="models of n = 2 to 5 patterns have at most n - 1 extrema",
                means="certified shapes",
                draw=_one_speed,
                holds=lambda model: has_at_most(model, model.n - 1),
                too_much=lambda model: has_at_most(model, model.n - 2),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="equal speeds",
                says="two patterns, alpha = (1/20, 1), have two extrema",
                shown=lambda: kinds(Mean(), *OVERTAKEN) == ["maximum", "minimum"],
            ),
        ),
        meaning="If everything is learned at one rate, double descent needs three patterns, and k descents need 2 k "
        "+ 1.",
        source="docs/theory.md, section 3.5",
        gap="That a Laplace transform has no more zeros than its function has sign changes is a classical theorem "
        "(Polya and "
        "Szego, part V), which no part checks.",
    )


def _set_function(n: int) -> list[sp.Symbol]:
    return [sp.Symbol(f"G_{mask}", real=True) for mask in range(2**n)]


def _extension(n: int, shares: Sequence[sp.Expr]) -> sp.Expr:
    """Return the multilinear extension of a set function with letters for values."""
    values = _set_function(n)
    return sp.Add(
        *(
            values[mask] * sp.Mul(*(shares[i] if mask >> i & 1 else 1 - shares[i] for i in range(n)))
            for mask in range(2**n)
        )
    )


_DELTAS = [sp.Integer(2), sp.Integer(3), sp.Integer(7)]
"""delta_i; three different numbers do, since both sides are rational in them too and letters would take minutes."""


def _rational(n: int) -> sp.Expr:
    return _extension(n, [gamma(i) * X / (X + _DELTAS[i]) for i in range(n)])


def _partial_fractions(n: int) -> sp.Expr:
    letters = [p(i) for i in range(n)]
    accuracy = _extension(n, letters)
    total: sp.Expr = sp.Integer(0)
    for i in range(n):
        others = {p(j): gamma(j) * _DELTAS[i] / (_DELTAS[i] - _DELTAS[j]) for j in range(n) if j != i}
        r = gamma(i) * _DELTAS[i] * accuracy.diff(p(i)).xreplace(others)
        total += r / (X + _DELTAS[i]) ** 2
    return total


def _one_speed(rng: random.Random) -> PatternModel:
    n = rng.randint(2, 5)
    if rng.random() < 0.2:  # the ones that attain the bound
        return PatternModel([Pattern(gamma=1, alpha=1, b=30 * i, g=(i + 1) % 2) for i in range(n)])
    return with_chance(rng, patterns(rng, n, alpha=share(rng, 1), gap=15), any_rule(rng, n))
