"""Two patterns on two sides of chance, whatever their speeds and times: at most two extrema, in one order."""

import random
from fractions import Fraction
from typing import cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from ..model import PatternModel
from ..pattern import Pattern
from ..rules import Mean, Preferred, Priority, Rule, SoftPreference, Table
from .drawing import share
from .record import Counterexample, Law, Lemma, PolynomialIdentity, Theorem
from .shapes import proved_kinds

A, E, K, R = sp.symbols("a e k r", real=True)
"""a = gamma_0 (g_0 - c) > 0, k = gamma_1 (c - g_1) > 0, e: lost where both are learned, r = alpha_1 / alpha_0."""
MIDDLE = 2 * A - E - R * (2 * K + E)
"""The middle coefficient of the exponential sum of the theorem on two patterns, with a_1 = -k."""
Y, C, F, X, B = sp.symbols("y C f x b", real=True)
"""y = cosh of a time, C = cosh of half a distance; f = sinh / (cosh + C); x = 1 / (C^2 - 1), b^2 = f^2 + x."""
SLOPE = (1 + C * Y) / (Y + C) ** 2
"""f' = f'(time)."""
ROOT = sp.Symbol("w", real=True)
"""sqrt(1 + x)."""


def _equals(one: sp.Expr, other: sp.Expr) -> Boolean:
    return cast(Boolean, sp.Eq(one, other))


def across_chance() -> Theorem:
    """Return the theorem on a pattern above chance and one below it."""
    return Theorem(
        name="across chance",
        title="One pattern above chance and one below it turn accuracy at most twice",
        statement=(
            "Let g_0 > c > g_1, G_01 between g_0 and g_1, gamma > 0 and r = alpha_1 / alpha_0. If the poor pattern is "
            "faster (r > 1), acc_test has no extremum or a maximum and then a minimum, or one maximum if the poor "
            "pattern is preferred and complete (G_01 = g_1, gamma_1 = 1). If it is slower, it has none or a minimum "
            "and then a maximum, or one minimum if the good pattern is preferred and complete. At equal speeds it has "
            "at most one."
        ),
        hypotheses=(
            "n = 2, positive speeds, gamma_0 > 0, gamma_1 > 0",
            "mean, soft preference, or either pattern preferred",
            "g_0 > c > g_1",
        ),
        derivation=(
            "Measure g from chance; let a = gamma_0 g_0 > 0, k = -gamma_1 g_1 > 0 and e = gamma_0 gamma_1 (g_0 + g_1 - "
            "G_01). Take e >= 0: else look at -acc_test with the names of the patterns exchanged, which turns r into "
            "1 / r and maxima into minima. Then a >= e.",
            "acc_test' has the sign of the exponential sum of the theorem on two patterns with a_1 = -k: exponents 1, "
            "r, r + 1, r + 2, 2 r + 1, signs +, -, those of m = 2 a - e - r (2 k + e), -, +. For r > 1 with m <= 0, "
            "and for r < 1 with m >= 0, Descartes' rule leaves two changes of sign. If a = e the last term is missing: "
            "then m < 0 for r > 1, one change, and at most two for r < 1, whatever m is.",
            "There remain r > 1 with m > 0, so that a > k + e, and r < 1 with m < 0, so that a < k + e; both with a > "
            "e. acc_test' has the sign of phi - r, phi = [s_0 (1 - s_0) / (k + e s_0)] / [s_1 (1 - s_1) / (a - e "
            "s_1)]. In time tau = alpha_0 t, (log phi)' = r f_1(r tau - ..) - f_0(tau - ..) with f_i(u) = sinh u / "
            "(cosh u + C_i), C_0 = cosh(log((k + e) / k) / 2) and C_1 = cosh(log(a / (a - e)) / 2): C_1 < C_0 if a > k "
            "+ e, and C_1 > C_0 if a < k + e (equal, both 1, for e = 0).",
            "f' = (1 - f^2 - rho) / 2 with rho = (sqrt(1 + x) - sqrt(f^2 + x))^2 and x = 1 / (C^2 - 1), which grows "
            "with C. So at a zero of (log phi)', where f_0 = s and f_1 = s / r, its own slope r^2 f_1' - f_0' is for r "
            "> 1 at least, and for r < 1 at most, [r^2 P(s / r) - P(s)] / 2 with P = 1 - rho for one and the same C. P "
            "/ f^2 falls as |f| grows, so this is positive for r > 1 and negative for r < 1; for s = 0 it is (r^2 - 1) "
            "P(0) / 2, and P(0) > 0.",
            "(log phi)' tends to 1 - r before and to r - 1 after all times, so it has a zero, and by its slope there "
            "exactly one: phi one turn, and phi - r at most two changes of sign. Their order "
            "is that of the two ends, where the slower and the faster pattern rule.",
        ),
        parts=(
            Lemma(
                says="for r > 1 and m > 0: a > k + e",
                claim=cast(Boolean, A > K + E),
                where=cast(Boolean, sp.And(R > 1, MIDDLE > 0, K > 0, E >= 0)),
                witness={A: Fraction(10), K: Fraction(1), E: Fraction(1), R: Fraction(2)},
                too_much=cast(Boolean, A > 2 * K + 2 * E),
            ),
            Lemma(
                says="for r < 1 and m < 0: a < k + e",
                claim=cast(Boolean, A < K + E),
                where=cast(Boolean, sp.And(R > 0, R < 1, MIDDLE < 0, K > 0, E >= 0)),
                witness={A: Fraction(1), K: Fraction(3), E: Fraction(1), R: Fraction(1, 2)},
                too_much=cast(Boolean, A < K),
            ),
            Lemma(
                says="for a = e and r > 1: m < 0",
                claim=sp.Lt(MIDDLE.subs(A, E), 0),
                where=cast(Boolean, sp.And(R > 1, K > 0, E >= 0)),
                witness={K: Fraction(1), E: Fraction(1), R: Fraction(2)},
                too_much=sp.Lt(MIDDLE.subs(A, E), -3 * K),
            ),
            Lemma(
                says="for a > k + e: a / (a - e) < (k + e) / k, so C_1 < C_0",
                claim=cast(Boolean, A * K < (A - E) * (K + E)),
                where=cast(Boolean, sp.And(A > K + E, K > 0, E > 0)),
                witness={A: Fraction(3), K: Fraction(1), E: Fraction(1)},
                too_much=cast(Boolean, 2 * A * K < (A - E) * (K + E)),
            ),
            Lemma(
                says="for a < k + e: a / (a - e) > (k + e) / k, so C_1 > C_0",
                claim=cast(Boolean, A * K > (A - E) * (K + E)),
                where=cast(Boolean, sp.And(A < K + E, A > E, K > 0, E > 0)),
                witness={A: Fraction(2), K: Fraction(3), E: Fraction(1)},
                too_much=cast(Boolean, A * K > 2 * (A - E) * (K + E)),
            ),
            PolynomialIdentity(
                says="f' = (1 - f^2) / 2 - (C^2 - 1) / (2 (y + C)^2), with f^2 = (y^2 - 1) / (y + C)^2",
                left=lambda _: SLOPE,
                right=lambda _: (1 - (Y**2 - 1) / (Y + C) ** 2) / 2 - (C**2 - 1) / (2 * (Y + C) ** 2),
                sizes=(1,),
                too_much=lambda _: (1 - (Y**2 - 1) / (Y + C) ** 2) / 2,
            ),
            Lemma(
                says="1 / (y + C) = (w - b) / (C^2 - 1)^(1/2) with w^2 = 1 + x and b^2 = f^2 + x: both solve the "
                "equation of f, (C^2 - 1) m^2 - 2 C m + 1 - f^2 = 0; the other root, w + b, is above 1 / (1 + C)",
                claim=cast(Boolean, sp.Eq((ROOT - B) ** 2 - 2 * ROOT * (ROOT - B) + 1 - F**2, 0)),
                where=cast(Boolean, sp.And(_equals(ROOT**2, 1 + X), _equals(B**2, F**2 + X), X > 0)),
                witness={X: Fraction(9, 16), ROOT: Fraction(5, 4), F: Fraction(0), B: Fraction(3, 4)},
                too_much=cast(Boolean, sp.Eq((ROOT - B) ** 2 - 2 * ROOT * (ROOT - B) + 1, 0)),
            ),
            Lemma(
                says="rho grows with C: its root w - b falls as x grows, since 1 / w < 1 / b",
                claim=cast(Boolean, 1 / ROOT < 1 / B),
                where=cast(
                    Boolean, sp.And(_equals(ROOT**2, 1 + X), _equals(B**2, F**2 + X), X > 0, F**2 < 1, B > 0, ROOT > 0)
                ),
                witness={X: Fraction(9, 16), ROOT: Fraction(5, 4), F: Fraction(0), B: Fraction(3, 4)},
                too_much=cast(Boolean, 2 / ROOT < 1 / B),
            ),
            Lemma(
                says="P / f^2 falls as |f| grows: 2 P - f P' = 2 (w b + w x / b - 2 x) > 0",
                claim=cast(Boolean, sp.Gt(ROOT * (B**2 + X) - 2 * X * B, 0)),
                where=cast(Boolean, sp.And(_equals(ROOT**2, 1 + X), X > 0, B > 0, ROOT > 0)),
                witness={X: Fraction(9, 16), ROOT: Fraction(5, 4), B: Fraction(3, 4)},
                too_much=cast(Boolean, sp.Gt(ROOT * (B**2 + X) - 3 * X * B, 0)),
            ),
            PolynomialIdentity(
                says="2 P - f P' is that, with P = 1 - (w - b)^2, P' = 2 (w - b) f / b",
                left=lambda _: (2 * (1 - (ROOT - B) ** 2) - 2 * (ROOT - B) * (B**2 - X) / B).subs(X, ROOT**2 - 1),
                right=lambda _: (2 * (ROOT * B + ROOT * X / B - 2 * X)).subs(X, ROOT**2 - 1),
                sizes=(1,),
                too_much=lambda _: (2 * (ROOT * B + ROOT * X / B - X)).subs(X, ROOT**2 - 1),
            ),
            Law(
                says="the extrema are those of the case",
                means="certified shapes",
                draw=lambda rng: _drawn(rng),
                holds=lambda model: _is_of_its_case(model),
                too_much=lambda model: proved_kinds(model) in ([], ["maximum", "minimum"]),
                models=100,
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="g_0 > c > g_1",
                says="g = (1, 1/10), the poor one slower: one maximum with c = 0, which with c = 1/5 there never is",
                shown=lambda: (
                    proved_kinds(_pair(Fraction(1), Fraction(1, 10), Fraction(0))) == ["maximum"]
                    and proved_kinds(_pair(Fraction(1), Fraction(1, 10), Fraction(1, 5))) == ["minimum", "maximum"]
                ),
            ),
            Counterexample(
                drops="G_01 between g_0 and g_1",
                says="the table G = (7/8, 1, 5/8, 1/8), gamma = 1, alpha = (1, 3), b = (10, 61/10): one maximum, "
                "though both are needed for G_01",
                shown=lambda: proved_kinds(_table()) == ["maximum"],
            ),
        ),
        meaning="Something worse than guessing can dent accuracy once, never twice, and only if it is learned faster; "
        "learned more slowly, it makes a hump instead.",
        source="docs/theory.md, section 3.8",
        gap="Descartes' rule for sums of real exponentials is classical, and checked by no part; that the slope "
        "of log phi is the difference of the two functions f is the proof above.",
    )


def better_above(model: PatternModel) -> tuple[Pattern, Pattern, Fraction] | None:
    """Return the good and the poor pattern and G_01 of a model with these hypotheses; None of any other."""
    if model.n != 2 or not all(x.alpha * x.gamma for x in model.patterns) or not isinstance(model.rule, _AVERAGES):
        return None
    good, poor = sorted(model.patterns, key=lambda x: x.g, reverse=True)
    return (good, poor, model.generalization([0, 1])) if good.g > model.chance > poor.g else None


_AVERAGES = (Mean, SoftPreference, Preferred, Priority)


def allowed_shapes(model: PatternModel) -> list[list[str]] | None:
    """Return the sequences of extrema that a model may have; None if the theorem does not speak of it."""
    found = better_above(model)
    if found is None:
        return None
    good, poor, together = found
    if poor.alpha == good.alpha:
        return [[], ["maximum"], ["minimum"]]
    if poor.alpha > good.alpha:
        return [["maximum"]] if together == poor.g and poor.gamma == 1 else [[], ["maximum", "minimum"]]
    return [["minimum"]] if together == good.g and good.gamma == 1 else [[], ["minimum", "maximum"]]


def _is_of_its_case(model: PatternModel) -> bool | None:
    kinds, allowed = proved_kinds(model), allowed_shapes(model)
    return None if kinds is None else allowed is not None and kinds in allowed


def _drawn(rng: random.Random) -> PatternModel:
    """Return a model of two patterns on two sides of chance, at speeds that may be nearly the same."""
    chance = share(rng, 4, 16)
    above, below = chance + (1 - chance) * share(rng, 1), chance * share(rng, 0, 19)
    ratio = rng.choice((Fraction(1), Fraction(101, 100), Fraction(11, 10), Fraction(3), Fraction(20)))
    ratio = rng.choice((ratio, 1 / ratio))
    rules: list[Rule] = [Mean(), SoftPreference((1, rng.choice((1, 5)))), Preferred(0), Preferred(1)]
    rows = [(Fraction(1), above), (ratio, below)]
    members = [
        Pattern(
            gamma=rng.choice((Fraction(1), share(rng, 1))), alpha=alpha, b=Fraction(rng.randrange(40, 160), 10), g=g
        )
        for alpha, g in rows
    ]
    return PatternModel(members, rng.choice(rules), chance)


def _pair(above: Fraction, below: Fraction, chance: Fraction) -> PatternModel:
    """Return a good and a poor pattern that come at the same time, the poor one at half the speed."""
    rows = [(Fraction(1), above), (Fraction(1, 2), below)]
    return PatternModel([Pattern(gamma=1, alpha=alpha, b=20, g=g) for alpha, g in rows], Mean(), chance)


def _table() -> PatternModel:
    rows = [(1, Fraction(10)), (3, Fraction(61, 10))]
    values = [Fraction(7, 8), Fraction(1), Fraction(5, 8), Fraction(1, 8)]
    return PatternModel([Pattern(gamma=1, alpha=alpha, b=b, g=0) for alpha, b in rows], Table(values))
