"""The theorem on a pattern that is preferred wherever it is known, and is known everywhere in the end."""

import itertools
import math
import random
from fractions import Fraction
from typing import Literal, cast

import sympy as sp
from flint import fmpq
from sympy.logic.boolalg import Boolean

from ..balls import BallCurves, fraction, rational
from ..model import PatternModel
from ..pattern import Pattern
from ..rules import Preferred
from ..vertices import vertex_values
from .drawing import share
from .record import Counterexample, Law, Lemma, PolynomialIdentity, Theorem
from .schedules import falling_edges
from .shapes import kinds, proved_kinds

Case = Literal["rises", "one maximum", "recovers"]
"""What speeds and inflections can make of a model: it never falls; it has one maximum; it may fall and rise again."""
HALF = Fraction(1, 2)
N, N1, N2, Z = sp.symbols("n n1 n2 z", real=True)
"""N is acc_test - g_k without its denominators, N1 and N2 its time derivatives."""


def complete_preference() -> Theorem:
    """Return the theorem on which complete preferences for a worse pattern forbid recovery."""
    return Theorem(
        name="complete preference",
        title="A complete preference forbids recovery unless the others can do without one of them",
        statement=(
            "Pattern k is preferred with gamma_k = 1, g_k >= c; V(B) is the value of the others when those of B are "
            "learned, and no further one lowers it. If no V(B) exceeds g_k, acc_test falls for no speeds and "
            "inflections. If V(B) > g_k for a set B that lacks a pattern which matters, some speeds and inflections "
            "give a maximum and then a minimum. Otherwise all speeds and inflections give exactly one maximum and no "
            "minimum."
        ),
        hypotheses=(
            "pattern k preferred, gamma_k = 1, g_k >= c, all speeds > 0",
            "V(B + i) >= V(B) for all sets of the others; i matters if this is strict for some B",
        ),
        derivation=(
            "acc_test - g_k = (1 - s_k) h, with h = M - g_k and M the value of the others, which never falls. While "
            "h <= 0 accuracy rises; where h > 0 its slope has the sign of h' / h - alpha_k s_k.",
            "Otherwise: only V(all) exceeds g_k. With z_j = exp(-alpha_j (t - b_j)), s_j = 1 / (1 + z_j), h is N over "
            "the product of all 1 + z_j, where N = V(all) - g_k less terms (g_k - V(B)) prod z_j, j not in B: a "
            "number "
            "less exponentials, hence concave. So log N is concave, -log(1 + z_j) is too, and strictly: where h > 0, "
            "h' / h falls, to 0, from infinity where h begins to be positive, or from the sum of rates of a leading "
            "term if it always was; alpha_k s_k grows from less than that: one zero.",
            "If V(B) > g_k for a B without i, and i matters: let the others but i be learned very slowly. Near their "
            "ends "
            "h > 0 without i, and dM/dp_i > 0 (it is affine in each of them, nowhere negative at the vertices and "
            "positive at one). There let k pass its half, and i come at once: accuracy has fallen, and jumps up.",
        ),
        parts=(
            PolynomialIdentity(
                says="h times the product of all 1 + z_j is the sum of (V(B) - g_k) prod z_j, j not in B",
                left=lambda n: _interpolated(n) * sp.Mul(*(1 + z for z in _letters("z", n))),
                right=lambda n: _exponentials(n),
                sizes=(1, 2, 3, 4),
                too_much=lambda n: _exponentials(n, power=2),
            ),
            Lemma(
                says="a positive number less exponentials has a concave logarithm: N'' <= 0 gives N N'' - N'^2 <= 0",
                claim=sp.Le(N * N2 - N1**2, 0),
                where=cast(Boolean, sp.And(N > 0, N2 <= 0)),
                witness={N: Fraction(1), N1: Fraction(1), N2: Fraction(0)},
                too_much=sp.Lt(N * N2 - N1**2, 0),
            ),
            PolynomialIdentity(
                says="-log(1 + z) with z = exp(-x) has the second derivative -z / (1 + z)^2 in x: d/dx is -z d/dz",
                left=lambda _: -Z * sp.diff(-Z * sp.diff(-sp.log(1 + Z), Z), Z),
                right=lambda _: -Z / (1 + Z) ** 2,
                sizes=(1,),
                too_much=lambda _: -Z / (1 + Z),
            ),
            Law(
                says="where only V(all) exceeds g_k, there is one maximum and no minimum",
                means="certified shapes",
                draw=lambda rng: _drawn(rng, "one maximum"),
                holds=lambda model: _only_a_maximum(model),
                too_much=lambda model: proved_kinds(model) == [],
            ),
            Law(
                says="where a set without one that matters exceeds g_k, the schedule of the proof falls and recovers",
                means="certified shapes",
                draw=lambda rng: _drawn(rng, "recovers"),
                holds=lambda model: _recovers(model),
                too_much=lambda model: _recovers(model, sudden=Fraction(1, 10**7)),
                models=15,
            ),
            Law(
                says="where no V(B) exceeds g_k, no edge falls",
                means="exact fractions",
                draw=lambda rng: _drawn(rng, "rises"),
                holds=lambda model: not any(falling_edges(model)),
                too_much=lambda model: not any(falling_edges(_with_preferred(model, model.patterns[-1].g / 2))),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="the patterns that matter may be any",
                says="gamma = (1/2, 1, 1), g = (1, 1/3, 7/20), pattern 2 preferred: pattern 1 raises no set that "
                "exceeds g_2, V(0, 1) = V(0) = 1/2, but matters; alpha = (1/10, 10, 1), b = (10, 24, 24): up, down, "
                "up, down",
                shown=_a_recovery_without_a_rising_edge,
            ),
            Counterexample(
                drops="gamma_k = 1",
                says="gamma = (1, 9/10), g = (1, 1/5), pattern 1 preferred, alpha = (1/50, 2), b = (100, 150): down "
                "and up again",
                shown=lambda: (
                    kinds(Preferred(1), (1, Fraction(1, 50), 100, 1), (Fraction(9, 10), 2, 150, Fraction(1, 5)))
                    == ["maximum", "minimum"]
                ),
            ),
        ),
        meaning="A network that will always take a worse answer once it knows it regains accuracy on the way only if "
        "some part of what it knew was enough to beat that answer.",
        source="docs/theory.md, section 3.7",
        gap="That the parts give one zero, and that the schedule of the proof always works, is the proof above.",
    )


# The other patterns, as letters.


def _letters(name: str, n: int) -> list[sp.Symbol]:
    return [sp.Symbol(f"{name}{i}") for i in range(n)]


def _interpolated(n: int) -> sp.Expr:
    """Return h of n patterns: V(B) at the vertices, affine in each s_j = 1 / (1 + z_j), less g_k."""
    shares = [1 / (1 + z) for z in _letters("z", n)]
    value = -sp.Symbol("g")
    for mask, v in enumerate(_letters("v", 2**n)):
        value += v * sp.Mul(*(s if mask >> j & 1 else 1 - s for j, s in enumerate(shares)))
    return value


def _exponentials(n: int, power: int = 1) -> sp.Expr:
    """Return the sum of (V(B) - g_k) prod z_j^power, j not in B."""
    z, total = _letters("z", n), sp.Integer(0)
    for mask, v in enumerate(_letters("v", 2**n)):
        total += (v - sp.Symbol("g")) * sp.Mul(*(z[j] ** power for j in range(n) if not mask >> j & 1))
    return total


# Models with pattern k = n - 1 preferred.


def case_of(model: PatternModel) -> Case | None:
    """Return what speeds and inflections can make of a model; None if the theorem does not speak of it."""
    if not isinstance(model.rule, Preferred) or not all(x.alpha for x in model.patterns):
        return None
    preferred = model.patterns[model.rule.pattern]
    others = PatternModel([x for i, x in enumerate(model.patterns) if i != model.rule.pattern], chance=model.chance)
    if preferred.gamma != 1 or preferred.g < model.chance or any(falling_edges(others)):
        return None
    values = vertex_values(BallCurves(others))  # over those that matter
    above = [mask for mask, value in enumerate(values) if value > rational(preferred.g)]
    if not above:
        return "rises"
    return "one maximum" if above == [len(values) - 1] else "recovers"


def _drawn(rng: random.Random, case: Case) -> PatternModel:
    """Return a model of the case, of two to four patterns with random speeds and inflections."""
    while True:
        n = rng.randint(1, 3)
        others = [
            Pattern(gamma=share(rng, 4, 16), alpha=Fraction(rng.randrange(1, 40), 20), b=rng.randrange(100), g=g)
            for g in sorted(share(rng, 8) for _ in range(n))
        ]
        preferred = Pattern(gamma=1, alpha=Fraction(rng.randrange(1, 40), 20), b=rng.randrange(100), g=share(rng))
        model = PatternModel([*others, preferred], Preferred(n), rng.choice((0, Fraction(1, 10))))
        if case_of(model) == case:
            return model


def _with_preferred(model: PatternModel, g: Fraction | float) -> PatternModel:
    last = model.patterns[-1]
    poorer = Pattern(gamma=1, alpha=last.alpha, b=last.b, g=g)
    return PatternModel([*model.patterns[:-1], poorer], model.rule, model.chance)


def _only_a_maximum(model: PatternModel) -> bool | None:
    found = proved_kinds(model)
    return None if found is None else found == ["maximum"]


def _recovers(model: PatternModel, sudden: Fraction = Fraction(10**7)) -> bool:
    """Return whether a schedule of the proof, with the late pattern at speed `sudden`, falls and recovers."""
    for late in range(model.n - 1):
        start = _slow_share(model, late)
        if start is None:
            continue
        found = proved_kinds(_schedule(model, late, start, sudden))
        if found and ("maximum", "minimum") in itertools.pairwise(found):
            return True
    return False


def _slow_share(model: PatternModel, late: int) -> Fraction | None:
    """Return the least of 1/2, 3/4, 7/8, ... of gamma at which the others but `late` exceed g_k; None if none does."""
    for doublings in range(1, 30):
        part = 1 - Fraction(1, 2**doublings)
        others = [x for i, x in enumerate(model.patterns[:-1]) if i != late]
        stopped = PatternModel(
            [Pattern(gamma=x.gamma * part, alpha=1, b=0, g=x.g) for x in others], chance=model.chance
        )
        if _full_value(stopped) > rational(model.patterns[-1].g):
            return part
    return None


def _full_value(model: PatternModel) -> fmpq:
    """Return acc_test where all patterns stand at gamma."""
    return vertex_values(BallCurves(model))[-1]


def _schedule(model: PatternModel, late: int, part: Fraction, sudden: Fraction) -> PatternModel:
    """Return the model with the others, very slow, about `part` of the way when k passes its half and `late` comes."""
    slow, now = Fraction(1, 10**6), Fraction(10**8)
    reached = now - Fraction(math.log(part / (1 - part))) / slow  # there s_j(now) is about `part`
    members = [
        Pattern(gamma=x.gamma, alpha=slow, b=reached, g=x.g)
        if i not in (late, model.n - 1)
        else Pattern(gamma=x.gamma, alpha=sudden if i == late else 1, b=now, g=x.g)
        for i, x in enumerate(model.patterns)
    ]
    return PatternModel(members, model.rule, model.chance)


def _a_recovery_without_a_rising_edge() -> bool:
    g_k = Fraction(7, 20)
    rows = ((HALF, Fraction(1, 10), 10, 1), (1, 10, 24, Fraction(1, 3)), (1, 1, 24, g_k))
    values = vertex_values(BallCurves(PatternModel([Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in rows[:2]])))
    raised = [values[0b11] > values[0b01], values[0b11] > values[0b10]]
    exceed = [fraction(value) > g_k for value in values]
    unraised = raised == [False, True] and exceed == [False, True, False, True]
    return unraised and kinds(Preferred(2), *rows) == ["maximum", "minimum", "maximum"]
