"""Theorems for every choice of times: when accuracy can never fall, and when a fall means fall and recovery."""

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple, cast

import sympy as sp
from flint import ctx
from sympy.logic.boolalg import Boolean

from ..balls import BallCurves, rational
from ..extrema import shape
from ..model import PatternModel
from ..pattern import Pattern
from ..proving import never_falls
from ..rules import Mean, Preferred, SoftPreference, Table
from ..symbols import g, gamma, p
from ..vertices import vertex_values
from .drawing import any_rule, patterns, share, with_chance
from .record import Counterexample, Law, Lemma, Theorem
from .shapes import proved_kinds


class Edge(NamedTuple):
    """A set of patterns, as a mask, and a pattern that is added to it."""

    mask: int
    i: int


def monotone() -> Theorem:
    """Return the theorem on accuracy that falls for no schedule."""
    alone, beside = sp.symbols("u v", real=True)
    edges = sp.And(alone >= 0, (1 - gamma(1)) * alone + gamma(1) * beside >= 0)
    slope = (1 - p(1)) * alone + p(1) * beside
    return Theorem(
        name="monotone",
        title="When test accuracy falls for no schedule",
        statement=(
            "acc_test is non-decreasing for every choice of inflections b iff V(B + i) >= V(B) for each set B and "
            "each i "
            "not in it. Equal speeds, b >= 0 and t >= 0 suffice to refute it."
        ),
        hypotheses=("all alpha_i > 0", "any set function"),
        derivation=(
            "dF/dp_i is affine in each other p_j, so over the box it is least at a vertex B, where it is "
            "(V(B + i) - V(B)) / gamma_i.",
            "If an edge falls: let B rise at 0, i at T and the others at 3 T. As T grows acc_test(T / 2) tends to "
            "V(B) and "
            "acc_test(2 T) to V(B + i), so for some T it fell.",
        ),
        parts=(
            Lemma(
                says="two patterns, u = G(0) - G() and v = G(0, 1) - G(1): if neither edge of pattern 0 falls, its "
                "slope is nowhere negative for p_1 up to gamma_1",
                claim=sp.Ge(slope, 0),
                where=cast(Boolean, sp.And(edges, sp.Gt(gamma(1), 0), sp.Le(p(1), gamma(1)))),
                witness={alone: Fraction(1), beside: Fraction(0), gamma(1): Fraction(1), p(1): Fraction(0)},
                too_much=sp.Gt(slope, 0),
            ),
            Law(
                says="a model without falling edge never falls, one with such an edge falls for the schedule of the "
                "proof",
                means="certified shapes",
                draw=_any_model,
                holds=lambda model: _falls_iff_an_edge_does(model, all_edges=True),
                too_much=lambda model: _falls_iff_an_edge_does(model, all_edges=False),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="every schedule",
                says="a fixed schedule may rise although an edge falls: gamma = (1, 1), g = (1, 0), alpha = 1, b = "
                "(10, 10)",
                shown=lambda: _only_rises((1, 1, 10, 1), (1, 1, 10, 0)),
            ),
            Counterexample(
                drops="all alpha_i > 0",
                says="g = (1, 0), alpha = (1, 0): the edge to pattern 1 falls, but it never moves, and accuracy only "
                "rises",
                shown=lambda: _only_rises((1, 1, 10, 1), (1, 0, 10, 0)),
            ),
        ),
        meaning="Accuracy can be made to fall by timing alone unless every further pattern helps on top of any others.",
        source="docs/theory.md, section 3.6",
        gap="Solvers prove it for two patterns; for more it is the proof above, and the law tries n = 2 to 4.",
        extra={"two patterns under the mean": never_falls(2)},
    )


def _only_rises(*rows: tuple[int, int, int, int]) -> bool:
    """Return whether accuracy of patterns (gamma, alpha, b, g) only rises, though an edge falls where all can move."""
    members = [Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in rows]
    everything_moves = PatternModel([Pattern(gamma=x.gamma, alpha=1, b=x.b, g=x.g) for x in members])
    values = vertex_values(BallCurves(PatternModel(members)))
    found = shape(PatternModel(members), levels=())
    return any(falling_edges(everything_moves)) and found.extrema == () and values[-1] > values[0]


def _any_model(rng: random.Random) -> PatternModel:
    n = rng.randint(2, 4)
    members = patterns(rng, n)
    if rng.random() < 0.5:  # nearly equal g: then often no edge falls
        members = [Pattern(gamma=x.gamma / 2, alpha=x.alpha, b=x.b, g=(2 + x.g) / 3) for x in members]
    return with_chance(rng, members, any_rule(rng, n))


def falling_edges(model: PatternModel) -> Iterator[Edge]:
    """Yield the edges on which test accuracy falls, for models all of whose patterns matter and move."""
    values = vertex_values(BallCurves(model))
    n = len(values).bit_length() - 1
    for mask, i in itertools.product(range(len(values)), range(n)):
        if not mask >> i & 1 and values[mask | 1 << i] < values[mask]:
            yield Edge(mask, i)


def _falls_iff_an_edge_does(model: PatternModel, *, all_edges: bool) -> bool | None:
    """Return whether the shape is as the edges say; `all_edges` False looks at those from the empty set alone."""
    curves = BallCurves(model)
    edges = [edge for edge in falling_edges(model) if all_edges or not edge.mask]
    if not edges:
        found = shape(model, levels=())
        return None if found.verdict == "undecided" else found.extrema == ()
    edge, moving = edges[0], curves.moving
    for gap in (20, 200, 2000):
        times = dict.fromkeys(moving, 3 * gap) | {i: 0 for bit, i in enumerate(moving) if edge.mask >> bit & 1}
        times[moving[edge.i]] = gap
        schedule = with_times(model, times, alpha=Fraction(1))
        with ctx.workprec(400):
            moved = BallCurves(schedule)
            if moved.at(rational(Fraction(2 * gap))).test < moved.at(rational(Fraction(gap, 2))).test:
                return True
    return False


def with_times(model: PatternModel, times: dict[int, int], alpha: Fraction | None = None) -> PatternModel:
    """Return a model with other inflections, and perhaps one speed for all patterns that move."""
    members = [
        Pattern(gamma=x.gamma, alpha=(alpha or x.alpha) if x.alpha else 0, b=times.get(i, x.b), g=x.g)
        for i, x in enumerate(model.patterns)
    ]
    return PatternModel(members, model.rule, None if isinstance(model.rule, Table) else model.chance)


def recovery() -> Theorem:
    """Return the theorem that a fall for some schedule means fall and recovery for some."""
    return Theorem(
        name="dip and recovery",
        title="Where accuracy can fall, it can fall and recover",
        statement=(
            "If V(B + i) < V(B) for some edge, and some pattern has gamma_j > 0 and g_j > c, some speeds and "
            "inflections "
            "give a strict maximum followed by a strict minimum."
        ),
        hypotheses=("mean, soft preference, or a preferred k with gamma_k < 1", "some g_j > c with gamma_j > 0"),
        derivation=(
            "Find a falling edge (B, i) with V(B) > c and a j in B with dF/dp_j > 0 at B + i (docs/theory.md, 3.7).",
            "Let B without j be learned, j slow and nearly done, i fast, all others far later: accuracy climbs to "
            "about "
            "V(B), drops to about V(B + i), and creeps up as j completes.",
        ),
        parts=(
            Law(
                says="the schedule of the proof makes a maximum and then a minimum",
                means="certified shapes",
                draw=_can_fall,
                holds=lambda model: _has_recovery(model),
                too_much=lambda model: _has_recovery(model, slow=Fraction(4)),
                models=15,
            ),
            Lemma(
                says="two patterns, mean rule: where the second lowers accuracy, completing the first raises it",
                claim=sp.Gt((1 - gamma(1)) * g(0) + gamma(1) * ((g(0) + g(1)) / 2 - g(1)), 0),
                where=cast(Boolean, sp.And(gamma(0) > 0, gamma(1) > 0, g(1) * (2 - gamma(0)) < gamma(0) * g(0))),
                witness={gamma(0): Fraction(1), gamma(1): Fraction(1), g(0): Fraction(1), g(1): Fraction(0)},
                too_much=sp.Gt((1 - gamma(1)) * g(0) + gamma(1) * ((g(0) + g(1)) / 2 - g(1)), g(1)),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="gamma_k < 1",
                says="pattern 1 preferred with gamma_1 = 1, g = (1, 1/5): it falls and never recovers, 60 schedules",
                shown=lambda: all(
                    _only_a_maximum(model) for model in itertools.islice(_complete_preferences(random.Random(3)), 60)
                ),
            ),
            Counterexample(
                drops="an averaging rule",
                says="the table G = (0, 1, 0, 0), gamma = 1: one maximum, 60 schedules",
                shown=lambda: all(
                    _only_a_maximum(model) for model in itertools.islice(_winner_loses_all(random.Random(4)), 60)
                ),
            ),
            Counterexample(
                drops="some g_j > c",
                says="one pattern below chance: accuracy only falls",
                shown=_one_pattern_only_falls,
            ),
        ),
        meaning="If timing can make a network lose accuracy, other timing makes it lose and regain it: double descent.",
        source="docs/theory.md, section 3.7",
        gap="The law tries the schedule on random models; that a suitable edge and pattern always exist is proved on "
        "paper.",
    )


def _one_pattern_only_falls() -> bool:
    model = PatternModel([Pattern(gamma=1, alpha=1, b=5, g=0)], chance=Fraction(1, 2))
    values = vertex_values(BallCurves(model))
    return shape(model, levels=()).extrema == () and values[-1] < values[0]


def _can_fall(rng: random.Random) -> PatternModel:
    """Return a model that satisfies the hypotheses."""
    while True:
        n = rng.randint(2, 3)
        k = rng.randrange(n)
        members = [Pattern(gamma=share(rng, 6, 19), alpha=1, b=0, g=share(rng)) for _ in range(n)]
        rule = rng.choice([Mean(), SoftPreference([rng.choice((1, 2, 5)) for _ in range(n)]), Preferred(k)])
        model = PatternModel(members, rule)
        values = vertex_values(BallCurves(model))
        if len(values) == 2**n and any(
            values[e.mask | 1 << e.i] < values[e.mask] * 19 / 20 for e in falling_edges(model)
        ):
            return model


def _has_recovery(model: PatternModel, slow: Fraction = Fraction(1, 1000)) -> bool:
    """Return whether one of the schedules of the proof, with the slow pattern at speed `slow`, falls and recovers."""
    for edge in falling_edges(model):
        for j in range(model.n):
            if edge.mask >> j & 1 and _recovers(model, edge, j, slow):
                return True
    return False


def _recovers(model: PatternModel, edge: Edge, j: int, slow: Fraction) -> bool:
    for nearly in (3, 6, 9):  # j is at gamma_j (1 - exp(-nearly)), about
        t_fast = Fraction(20000)
        members: list[Pattern] = []
        for i, x in enumerate(model.patterns):
            if i == j:
                alpha, b = slow, t_fast - nearly / slow
            elif i == edge.i:
                alpha, b = Fraction(4), t_fast
            else:
                alpha, b = Fraction(1), Fraction(100) if edge.mask >> i & 1 else 10 * t_fast
            members.append(Pattern(gamma=x.gamma, alpha=alpha, b=max(b, Fraction(0)), g=x.g))
        kinds = [x.kind for x in shape(PatternModel(members, model.rule, model.chance), levels=()).extrema]
        if ("maximum", "minimum") in itertools.pairwise(kinds):
            return True
    return False


def _complete_preferences(rng: random.Random) -> Iterator[PatternModel]:
    """Yield models of two patterns, the poor one preferred and complete."""
    while True:
        good, poor = _timed(rng, gamma=share(rng, 10), g=1), _timed(rng, gamma=Fraction(1), g=Fraction(1, 5))
        yield PatternModel([good, poor], Preferred(1))


def _winner_loses_all(rng: random.Random) -> Iterator[PatternModel]:
    while True:
        yield PatternModel([_timed(rng, gamma=Fraction(1), g=0) for _ in range(2)], Table([0, 1, 0, 0]))


def _timed(rng: random.Random, gamma: Fraction, g: Fraction | int) -> Pattern:
    """Return a pattern with a random speed and inflection."""
    return Pattern(gamma=gamma, alpha=Fraction(rng.randrange(1, 40), 20), b=rng.randrange(100), g=g)


def _only_a_maximum(model: PatternModel) -> bool:
    return proved_kinds(model) == ["maximum"]
