"""The theorem on both ends of the curve, and what they say of the number of extrema."""

import random
from fractions import Fraction

from flint import ctx

from ..balls import BallCurves, rational
from ..extrema import shape
from ..model import PatternModel
from ..pattern import Pattern
from ..rules import Mean
from ..slope import sign_of
from ..vertices import vertex_values
from .drawing import any_rule, patterns, with_chance
from .record import Counterexample, Law, Theorem


def parity() -> Theorem:
    """Return the theorem on the parity of the number of extrema."""
    return Theorem(
        name="parity",
        title="Whether the number of extrema is odd is seen at the two ends",
        statement=(
            "With one slowest pattern s, acc_test' has the sign of G(s) - G(empty) before all times and of V(N) - "
            "V(N - s) "
            "after all of them. So the number of extrema is odd iff these differ in sign."
        ),
        hypotheses=("all alpha_i > 0, one of them smaller than all others", "gamma_s > 0, neither difference is 0"),
        derivation=(
            "p_s' exceeds any multiple of the other p_i' far out, and multiplies dF/dp_s, which tends to its value "
            "at a "
            "vertex: the difference over gamma_s.",
        ),
        parts=(
            Law(
                says="the sign of the slope at the ends, far out",
                means="balls",
                draw=_with_one_slowest,
                holds=lambda model: _slopes_at_ends(model) == _ends(model),
                too_much=lambda model: _slopes_at_ends(model) == _ends(model, model.n - 1),
            ),
            Law(
                says="the number of extrema is odd iff the ends differ, and they take turns from the first end on",
                means="certified shapes",
                draw=_with_one_slowest,
                holds=_as_the_ends_say,
                too_much=lambda model: len(shape(model, levels=()).extrema) == (_ends(model)[0] != _ends(model)[1]),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="one of them smaller than all others",
                says="alpha = 1 twice, b = (9, 10), g = (1, 0), c = 1/2: either pattern taken as the slowest is "
                "wrong about an end",
                shown=_two_slowest,
            ),
        ),
        meaning="What is learned slowest decides how accuracy starts and how it ends; every count of extrema must "
        "obey it.",
        source="docs/theory.md, section 3.9",
        gap="The domination far out is the proof above; the laws try n = 1 to 4.",
    )


def _with_one_slowest(rng: random.Random) -> PatternModel:
    """Return a model whose first pattern is the slowest, with no difference 0 at the ends."""
    while True:
        n = rng.randint(1, 4)
        members = patterns(rng, n, gap=20)
        slowest = Pattern(gamma=members[0].gamma, alpha=Fraction(1, 30), b=members[0].b, g=members[0].g)
        model = with_chance(rng, [slowest, *members[1:]], any_rule(rng, n))
        if 0 not in _ends(model):
            return model


def _ends(model: PatternModel, s: int = 0) -> tuple[int, int]:
    """Return the signs of both differences for pattern s, the slowest if it is the first."""
    curves = BallCurves(model)
    values = vertex_values(curves)
    if s not in curves.moving:
        return 0, 0
    bit = 1 << curves.moving.index(s)
    return sign_of(values[bit] - values[0]), sign_of(values[-1] - values[len(values) - 1 ^ bit])


def _slopes_at_ends(model: PatternModel) -> tuple[int, int]:
    """Return the signs of acc_test' 3000 units of the slowest pattern before and after everything."""
    curves = BallCurves(model)
    far = rational(Fraction(3000 * 30))
    with ctx.workprec(40000):  # the slope is exp(-3000), and the others are exp(-4500) and less
        return sign_of(curves.at(-far).slope), sign_of(curves.at(far + 100000).slope)


def _as_the_ends_say(model: PatternModel) -> bool | None:
    found = shape(model, levels=())
    if found.verdict == "undecided":
        return None
    first, last = _ends(model)
    kinds = [x.kind for x in found.extrema]
    turns = [("maximum", "minimum")[(k + (first < 0)) % 2] for k in range(len(kinds))]
    return kinds == turns and (len(kinds) % 2 == 1) == (first != last)


def _two_slowest() -> bool:
    members = [Pattern(gamma=1, alpha=1, b=b, g=g) for b, g in ((9, 1), (10, 0))]
    model = PatternModel(members, Mean(), chance=Fraction(1, 2))
    curves = BallCurves(model)
    values = vertex_values(curves)
    with ctx.workprec(400):
        slopes = sign_of(curves.at(rational(Fraction(-50))).slope), sign_of(curves.at(rational(Fraction(70))).slope)
    claims = [(sign_of(values[bit] - values[0]), sign_of(values[3] - values[3 ^ bit])) for bit in (1, 2)]
    return slopes not in claims
