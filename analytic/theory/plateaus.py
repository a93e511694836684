"""Theorems about plateaus: heights, descent, second ascent, double descent, the chance level, break-even patterns."""

import random
from fractions import Fraction
from itertools import pairwise
from typing import Any, cast

import sympy as sp
from flint import arb, ctx
from sympy.logic.boolalg import Boolean

from ..accuracy import acc_test
from ..balls import BallCurves, rational
from ..conditions import plateau_heights, symbolic_plateaus
from ..exact_statements import with_values
from ..model import PatternModel
from ..rules import Mean, Preferred, Priority, Rule, SoftPreference
from ..symbols import c, g, gamma, p
from .drawing import any_rule, patterns, share, with_chance
from .record import Counterexample, Law, Lemma, PolynomialIdentity, Theorem, same_polynomial

HALF, NEARLY = Fraction(1, 2), Fraction(9, 10)
HEIGHTS = symbolic_plateaus()
PAPER = {gamma(0): HALF, gamma(1): NEARLY, gamma(2): HALF, g(0): NEARLY, g(1): Fraction(1, 10), g(2): NEARLY}
"""A point of the paper's kind: good, poor, good."""
D = [sp.Symbol(f"d_{i}", real=True) for i in range(3)]
"""g_i - c. By the shift rule nothing else of g and c matters; fewer letters make a solver's work possible."""
H = sp.Symbol("h", real=True)
"""Any height in place of H2, which holds no letter of pattern 2."""


def above_chance(expr: sp.Basic) -> Any:
    """Return an expression in d_i = g_i - c instead of g_i and c."""
    return with_values(expr, {g(i): D[i] for i in range(3)} | {c: 0})


def heights() -> Theorem:
    """Return the theorem that the curve rests on its plateaus, with its error."""
    return Theorem(
        name="plateaus",
        title="Between two inflections far apart test accuracy rests on a plateau",
        statement=(
            "Let V(B) be acc_test with the patterns of B at gamma and the others at 0. At any time t, if B holds the "
            "patterns with b_i < t, |acc_test(t) - V(B)| <= (max G - min G) sum_i gamma_i exp(-alpha_i |t - b_i|)."
        ),
        hypotheses=("all alpha_i > 0", "any rule, any chance level"),
        derivation=(
            "acc_test is affine in each p_i, with slopes at most max G - min G in size (it averages differences of G).",
            "|p_i(t) - gamma_i| = gamma_i (1 - s_i) <= gamma_i exp(-alpha_i (t - b_i)) after b_i, and "
            "p_i(t) <= gamma_i exp(-alpha_i (b_i - t)) before it.",
            "Moving the patterns one by one from p_i(t) to gamma_i or 0 adds these up.",
            "With three patterns, the third preferred: V = H1, H2, H3 as printed.",
        ),
        parts=(
            PolynomialIdentity(
                says="H1, H2, H3 are acc_test at the vertices {0}, {0, 1}, {0, 1, 2}",
                left=_printed_height,
                right=lambda k: _vertex(acc_test(3, rule=Preferred(2), chance=True), range(k)),
                sizes=(1, 2, 3),
                too_much=lambda k: _vertex(acc_test(3, rule=Mean(), chance=True), range(k)),
            ),
            Law(
                says="acc_test is as close to a plateau as the bound says",
                means="balls",
                draw=lambda rng: with_chance(rng, patterns(rng, 3), any_rule(rng, 3)),
                holds=lambda model: _within(model, Fraction(1)),
                too_much=lambda model: _within(model, Fraction(1, 5)),
            ),
        ),
        meaning="Where patterns are learned far apart in time, accuracy waits on levels that the speeds do not change.",
        source="docs/theory.md, section 3.1; Davies et al. (2022), section 2.2",
        gap="The bound for any number of patterns is the proof above; the law tries it on three.",
        extra={"H1": HEIGHTS.H1, "H2": HEIGHTS.H2, "H3": HEIGHTS.H3},
    )


def _printed_height(k: int) -> sp.Expr:
    return (HEIGHTS.H1, HEIGHTS.H2, HEIGHTS.H3)[k - 1]


def _vertex(accuracy: sp.Expr, learned: range) -> sp.Expr:
    """Return acc_test with some patterns at gamma and the others at 0."""
    letters = {p(i): gamma(i) if i in learned else sp.Integer(0) for i in range(3)}
    return cast(sp.Expr, accuracy.xreplace(letters))


def _within(model: PatternModel, share_of_bound: Fraction) -> bool:
    """Return whether acc_test is as close to the plateaus as a share of the bound, half way between inflections."""
    order = sorted(model.patterns, key=lambda pattern: pattern.b)
    values = plateau_heights(model)
    sets = [model.generalization([i for i in range(model.n) if mask >> i & 1]) for mask in range(2**model.n)]
    spread = max(sets) - min(sets)
    times = [(one.b + other.b) / 2 for one, other in pairwise(order)]
    with ctx.workprec(200):
        curves = BallCurves(model)
        for k, t in enumerate([order[0].b - 10, *times, order[-1].b + 10]):
            bound = arb(0)
            for x in order:
                bound += rational(x.gamma) * arb(rational(-x.alpha * abs(t - x.b))).exp()
            off = abs(curves.at(rational(t)).test - rational(values[k]))
            if not off <= bound * rational(spread * share_of_bound) + arb(2) ** -150:
                return False
    return True


def descent() -> Theorem:
    """Return the theorem on the fall from the first plateau to the second."""
    return Theorem(
        name="descent",
        title="When the second pattern lowers test accuracy",
        statement="H2 < H1 if and only if (g_1 - c)(2 - gamma_0) < gamma_0 (g_0 - c).",
        hypotheses=("patterns 0, 1 under the plain mean, pattern 2 later", "gamma_1 > 0"),
        derivation=(
            "H1 - H2 = gamma_1 / 2 [gamma_0 (g_0 - c) - (2 - gamma_0)(g_1 - c)].",
            "gamma_1 > 0 leaves the sign of the bracket.",
        ),
        parts=(
            PolynomialIdentity(
                says="H1 - H2 is gamma_1 / 2 times the bracket",
                left=lambda _: HEIGHTS.H1 - HEIGHTS.H2,
                right=lambda _: gamma(1) / 2 * (gamma(0) * (g(0) - c) - (2 - gamma(0)) * (g(1) - c)),
                sizes=(2,),
                too_much=lambda _: gamma(1) / 2 * (gamma(0) * (g(0) - c) - 2 * (g(1) - c)),
            ),
            Lemma(
                says="the second plateau is lower iff the condition holds",
                claim=above_chance(sp.Equivalent(HEIGHTS.H2 < HEIGHTS.H1, HEIGHTS.descent)),
                where=sp.Gt(gamma(1), 0),
                witness=PAPER | {c: Fraction(0)},
                too_much=above_chance(sp.Equivalent(HEIGHTS.H2 < HEIGHTS.H1, g(1) < gamma(0) * g(0))),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="gamma_1 > 0",
                says="gamma = (1/2, 0), g = (1, 0) meets the condition, and H2 = H1",
                shown=lambda: _values(HEIGHTS.H2 - HEIGHTS.H1, gamma_1=0) == 0 and _values(HEIGHTS.descent, gamma_1=0),
            ),
        ),
        meaning=(
            "What is memorized must generalize worse than a share gamma_0 / (2 - gamma_0) of what was understood "
            "before, "
            "or test accuracy does not fall."
        ),
        source="docs/theory.md, section 3.2; Davies et al. (2022), section 2.2",
    )


def _values(expr: sp.Basic, **changed: int) -> bool | sp.Expr:
    """Return an expression at gamma = (1/2, 1, 1), g = (1, 0, 1), c = 0, but for what is changed."""
    values = {gamma(0): sp.Rational(1, 2), gamma(1): 1, gamma(2): 1, g(0): 1, g(1): 0, g(2): 1, c: 0}
    named = {str(letter): letter for letter in values}
    found = with_values(expr, values | {named[name]: value for name, value in changed.items()})
    return bool(found) if isinstance(found, Boolean) else found


def second_ascent() -> Theorem:
    """Return the theorem on the rise from the second plateau to the third."""
    return Theorem(
        name="second ascent",
        title="When the third pattern raises test accuracy again",
        statement="H3 > H2 if and only if g_2 > H2.",
        hypotheses=("pattern 2 preferred and last", "gamma_2 > 0"),
        derivation=("H3 - H2 = gamma_2 (g_2 - H2).",),
        parts=(
            Lemma(
                says="a plateau h is raised by pattern 2 iff pattern 2 is better than h",
                claim=cast(Boolean, sp.Equivalent(gamma(2) * g(2) + (1 - gamma(2)) * H > H, g(2) > H)),
                where=sp.Gt(gamma(2), 0),
                witness=PAPER,
                too_much=cast(Boolean, sp.Equivalent(gamma(2) * g(2) + (1 - gamma(2)) * H > H, gamma(2) * g(2) > H)),
            ),
            PolynomialIdentity(
                says="H3 - H2 = gamma_2 (g_2 - H2)",
                left=lambda _: HEIGHTS.H3 - HEIGHTS.H2,
                right=lambda _: gamma(2) * (g(2) - HEIGHTS.H2),
                sizes=(3,),
                too_much=lambda _: gamma(2) * (g(2) - HEIGHTS.H1),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="gamma_2 > 0",
                says="with gamma_2 = 0 the best pattern raises nothing: H3 = H2 < g_2",
                shown=lambda: (
                    _values(HEIGHTS.H3 - HEIGHTS.H2, gamma_2=0) == 0 and bool(_values(g(2) > HEIGHTS.H2, gamma_2=0))
                ),
            ),
            Counterexample(
                drops="pattern 2 preferred",
                says="under the plain mean gamma = (1, 1/2, 1), g = (1, 0, 4/5) has g_2 > H2 = 3/4, and H3 = 3/4 again",
                shown=_mean_does_not_rise,
            ),
        ),
        meaning="A preferred pattern helps exactly if it is better than the mixture it replaces, however late it "
        "comes.",
        source="docs/theory.md, section 3.2; Davies et al. (2022), section 2.2",
    )


def _mean_does_not_rise() -> bool:
    accuracy = acc_test(3, rule=Mean())
    values = {gamma(0): 1, gamma(1): sp.Rational(1, 2), gamma(2): 1, g(0): 1, g(1): 0, g(2): sp.Rational(4, 5)}
    second, third = (with_values(_vertex(accuracy, range(k)), values) for k in (2, 3))
    return bool(second == third == sp.Rational(3, 4))


def double_descent() -> Theorem:
    """Return the theorem on down, up, down of the test error."""
    first_two = sp.And(c < HEIGHTS.H1, HEIGHTS.H2 < HEIGHTS.H1)
    ascending = sp.And(g(0) > c, HEIGHTS.descent)
    return Theorem(
        name="double descent",
        title="When the plateaus of test accuracy go up, down, up",
        statement="c < H1 > H2 < H3 if and only if g_0 > c, (g_1 - c)(2 - gamma_0) < gamma_0 (g_0 - c) and g_2 > H2.",
        hypotheses=("patterns 0, 1 under the plain mean, pattern 2 preferred and last", "all gamma_i > 0"),
        derivation=("H1 - c = gamma_0 (g_0 - c); then descent and second ascent.",),
        parts=(
            Lemma(
                says="the first two plateaus go up and down iff the first two conditions hold",
                claim=above_chance(sp.Equivalent(first_two, ascending)),
                where=cast(Boolean, sp.And(gamma(0) > 0, gamma(1) > 0)),
                witness=PAPER,
                too_much=above_chance(sp.Equivalent(first_two, HEIGHTS.descent)),
            ),
            *second_ascent().parts,
            Lemma(
                says="without chance level a descent implies a first rise",
                claim=cast(Boolean, sp.Gt(g(0), 0)),
                where=cast(Boolean, sp.And(gamma(0) > 0, gamma(1) > 0, with_values(HEIGHTS.descent, {c: 0}))),
                witness=PAPER,
                too_much=cast(Boolean, sp.Gt(g(0), sp.Rational(1, 20))),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="g_0 > c",
                says="gamma = (1/2, 1, 1), g = (0, 0, 1), c = 1/10 falls from the start, and falls again before it "
                "rises",
                shown=_falls_twice,
            ),
        ),
        meaning="Double descent of the error takes a good pattern, then a bad one that covers it, then a good one "
        "that wins.",
        source="docs/theory.md, section 3.2; Davies et al. (2022), section 2.2",
    )


def _falls_twice() -> bool:
    values = {gamma(0): sp.Rational(1, 2), gamma(1): 1, gamma(2): 1, g(0): 0, g(1): 0, g(2): 1, c: sp.Rational(1, 10)}
    start, *later = (with_values(x, values) for x in (c, HEIGHTS.H1, HEIGHTS.H2, HEIGHTS.H3))
    return bool(start > later[0] > later[1] < later[2])


def chance_level() -> Theorem:
    """Return the shift rule."""
    rules: dict[int, Rule] = {
        1: Mean(),
        2: Preferred(1),
        3: Priority((2, 0)),
        4: SoftPreference((1, 2, 3, 4)),
        5: Mean(),
    }
    return Theorem(
        name="chance level",
        title="A chance level shifts accuracy, and every g with it",
        statement="acc_test with chance level c and generalizations g is c plus acc_test without it for g - c.",
        hypotheses=("an averaging rule: mean, preferred, priority or soft preference",),
        derivation=(
            "An averaging rule obeys G(A; g - c) = G(A; g) - c for every A but the empty one, where G = c, or 0.",
            "The probabilities of all sets add up to 1.",
        ),
        parts=(
            PolynomialIdentity(
                says="acc_test(c, g) = c + acc_test(0, g - c), for each rule",
                left=lambda n: acc_test(n, rule=rules[n], chance=True),
                right=lambda n: c + acc_test(n, rule=rules[n]).xreplace({g(i): g(i) - c for i in range(n)}),
                sizes=tuple(rules),
                too_much=lambda n: c + acc_test(n, rule=rules[n]),
            ),
            Law(
                says="the same for models with numbers, by the definition of G",
                means="exact fractions",
                draw=_with_chance_in_between,
                holds=lambda model: _shifted(model, model.chance),
                too_much=lambda model: _shifted(model, model.chance / 2),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="an averaging rule",
                says="a rule that multiplies, G(A) = prod of g over A, does not shift: (g_0 - c)(g_1 - c) is not g_0 "
                "g_1 - c",
                shown=lambda: not same_polynomial((g(0) - c) * (g(1) - c), g(0) * g(1) - c),
            ),
        ),
        meaning="Guessing is no pattern: measure every accuracy from chance, and a pattern below chance counts "
        "negative.",
        source="docs/theory.md, section 2.3",
        gap="The identity is checked to n = 5; for any n it is the proof above.",
    )


def _with_chance_in_between(rng: random.Random) -> PatternModel:
    members = patterns(rng, 3)
    return PatternModel(members, Mean(), share(rng, 1, 10))


def _shifted(model: PatternModel, by: Fraction) -> bool:
    """Return whether each G, with g lowered by `by`, is G - by; g may then be negative, so this is by hand."""
    values = [pattern.g for pattern in model.patterns]
    sets = ([i for i in range(model.n) if mask >> i & 1] for mask in range(1, 2**model.n))
    lowered = [value - by for value in values]
    return all(model.rule.value(members, lowered) == model.generalization(members) - model.chance for members in sets)


def break_even() -> Theorem:
    """Return the theorem on the generalization at which a pattern neither helps nor hurts."""
    w = [sp.Symbol(f"w_{i}", positive=True) for i in range(4)]
    omega = w[0] / (w[0] + w[1])
    soft_height = gamma(0) * (1 - gamma(1)) * g(0) + gamma(1) * (1 - gamma(0)) * g(1)
    soft_height += gamma(0) * gamma(1) * (w[0] * g(0) + w[1] * g(1)) / (w[0] + w[1])
    under_the_mean = with_values(HEIGHTS.descent, {c: 0})
    between = {g(0): 1, g(1): sp.Rational(2, 5), gamma(0): sp.Rational(1, 2)}
    condition = g(1) * (1 - gamma(0) * omega) < gamma(0) * (1 - omega) * g(0)
    return Theorem(
        name="break-even generalization",
        title="How good a new pattern must be so that it does not hurt",
        statement=(
            "Adding pattern i to plateau B changes it by gamma_i (g_i E[w_i / (W_A + w_i)] - E[w_i G(A) / (W_A + "
            "w_i)]), "
            "A the random set in B, W_A the sum of its weights. So it lowers the plateau iff gamma_i > 0 and g_i is "
            "below "
            "the quotient of the two, which does not depend on gamma_i. For B = {0}, omega = w_0 / (w_0 + w_1): iff "
            "g_1 (1 - gamma_0 omega) < gamma_0 (1 - omega) g_0."
        ),
        hypotheses=("a soft preference with weights w_i > 0, or the mean (w = 1)", "c = 0, or g - c in place of g"),
        derivation=("Adding i moves G(A) by w_i (g_i - G(A)) / (W_A + w_i); take the mean over A.",),
        parts=(
            PolynomialIdentity(
                says="V(B + i) - V(B) is the difference of the two expectations",
                left=lambda n: _gain(n, w),
                right=lambda n: _expected_gain(n, w),
                sizes=(0, 1, 2, 3),
                too_much=lambda n: _expected_gain(n, [w[3], *w[1:]]),
            ),
            Lemma(
                says="the second pattern lowers the plateau of the first iff the weighted condition holds",
                claim=cast(Boolean, sp.Equivalent(soft_height < gamma(0) * g(0), condition)),
                where=sp.Gt(gamma(1), 0),
                witness={**PAPER, w[0]: Fraction(1), w[1]: Fraction(3)},
                too_much=cast(Boolean, sp.Equivalent(soft_height < gamma(0) * g(0), under_the_mean)),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="a finite weight",
                says="if pattern 1 is preferred outright (omega = 0) it hurts iff g_1 < gamma_0 g_0, more often than "
                "under the mean",
                shown=lambda: (
                    bool(with_values(condition, between | {w[0]: 0})) and not bool(with_values(under_the_mean, between))
                ),
            ),
        ),
        meaning="The more a network prefers what it learned early, the less a bad later pattern can hurt.",
        source="docs/theory.md, section 3.2",
        gap="The identity is checked for plateaus of up to 3 patterns; for any plateau it is the proof above.",
        extra={"condition": condition},
    )


def _weighted(members: list[int], w: list[sp.Symbol]) -> sp.Expr:
    total = sp.Add(*(w[i] for i in members))
    return sp.Add(*(w[i] * g(i) for i in members)) / total if members else sp.Integer(0)


def _gain(n: int, w: list[sp.Symbol]) -> sp.Expr:
    """Return V({0 .. n}) - V({0 .. n-1}): what pattern n adds to the plateau of the first n."""
    whole = _plateau(n + 1, w)
    return sp.expand(whole - _plateau(n, w))


def _plateau(n: int, w: list[sp.Symbol]) -> sp.Expr:
    sets = ([i for i in range(n) if mask >> i & 1] for mask in range(2**n))
    return sp.Add(*(_probability(members, n) * _weighted(members, w) for members in sets))


def _probability(members: list[int], n: int) -> sp.Expr:
    return sp.Mul(*(gamma(i) if i in members else 1 - gamma(i) for i in range(n)))


def _expected_gain(n: int, w: list[sp.Symbol]) -> sp.Expr:
    total: sp.Expr = sp.Integer(0)
    for mask in range(2**n):
        members = [i for i in range(n) if mask >> i & 1]
        shared = w[n] / (sp.Add(*(w[i] for i in members)) + w[n])
        total += _probability(members, n) * shared * (g(n) - _weighted(members, w))
    return gamma(n) * total
