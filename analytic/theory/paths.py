"""The theorem on the boundary between the paper's two presets, which no plateau shows."""

import random
from fractions import Fraction

import sympy as sp

from ..boundaries import BoundaryPoint, shape_boundaries
from ..conditions import plateau_conditions
from ..extrema import shape
from ..model import PatternModel
from ..pattern import Pattern
from ..presets import double_descent
from ..rules import Preferred
from ..symbols import g, gamma
from .record import Counterexample, Law, PolynomialIdentity, Theorem

SHARE = Fraction("0.996951521220565")
"""How far along the straight path from the double-descent to the grokking preset the shape changes."""
SLOPE = 0.00214113782
"""gamma_0 / gamma_2 on the boundary, as both tend to 0."""
M, DM, S, DS = sp.symbols("m dm s ds", real=True)
"""m = s_0 (1 - s_1 / 2) and s = s_2, with their time derivatives."""


def path() -> Theorem:
    """Return the theorem on the path between the presets."""
    slope = gamma(0) * DM * (1 - gamma(2) * S) + gamma(2) * DS * (g(2) - gamma(0) * M)
    line = DM / gamma(2) + g(2) * DS / gamma(0) - (DS * M + S * DM)
    return Theorem(
        name="path",
        title="The path from double descent to grokking changes its strict shape at its very end",
        statement=(
            "For the paper's speeds, g = (1, 0, 1), gamma_1 = 1, pattern 2 preferred, the plane of gamma_0 and "
            "gamma_2 has a boundary, nearly the line gamma_0 = 0.00214113782 gamma_2: wherever it was tried there are "
            "a maximum and a minimum above it, and no extremum below it. The straight path between the presets crosses "
            "it at 0.996951521220565 of its length."
        ),
        hypotheses=(
            "alpha = (3/20, 3/20, 1/20), b = (30, 50, 200)",
            "mean rule for patterns 0 and 1, pattern 2 preferred",
        ),
        derivation=(
            "With m = s_0 (1 - s_1 / 2), acc_test = gamma_0 m (1 - gamma_2 s_2) + gamma_2 g_2 s_2.",
            "acc_test' / (gamma_0 gamma_2) = m' / gamma_2 + g_2 s_2' / gamma_0 - (s_2 m)': at each time a straight "
            "line in "
            "the plane of 1 / gamma_2 and 1 / gamma_0.",
            "Two extrema meet on the envelope of these lines, which is followed in time with balls.",
        ),
        parts=(
            PolynomialIdentity(
                says="acc_test' over gamma_0 gamma_2 is the line",
                left=lambda _: slope / (gamma(0) * gamma(2)),
                right=lambda _: line,
                sizes=(3,),
                too_much=lambda _: line + DS * M,
            ),
            Law(
                says="for random gamma_2 there is one boundary point: two extrema above, none below, near the line",
                means="certified shapes",
                draw=lambda rng: on_the_path(Fraction(rng.randrange(1, 100), 100)),
                holds=lambda model: _near_the_line(model, 1.002),
                too_much=lambda model: _near_the_line(model, 1.0002),
                models=8,
            ),
            Law(
                says="on the path there are two extrema up to that share less 1e-14, none from 1e-14 more on",
                means="certified shapes",
                draw=_beside,
                holds=lambda model: _shape_is_of_its_side(model, SHARE),
                too_much=lambda model: _shape_is_of_its_side(model, SHARE - Fraction(1, 10**13)),
                models=12,
            ),
            Law(
                says="the boundary point itself, from the envelope, lies on the path to 1e-15",
                means="balls",
                draw=lambda _: on_the_path(SHARE),
                holds=lambda model: abs(_boundary(model).y - float(model.patterns[0].gamma)) < 1e-15,
                too_much=lambda model: abs(_boundary(model).y - float(_FARTHER.patterns[0].gamma)) < 1e-15,
                models=1,
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="finite speeds",
                says="the plateaus still descend where the curve no longer does: a share 999/1000 of the way",
                shown=lambda: (
                    plateau_conditions(on_the_path(Fraction(999, 1000))).descent is True
                    and shape(on_the_path(Fraction(999, 1000)), levels=()).extrema == ()
                ),
            ),
        ),
        meaning="What a reader calls grokking is set by thresholds: strictly, 99.7 % of the way is still double "
        "descent.",
        source="docs/theory.md, sections 3.10 and 3.12",
        gap="Shapes are certified at the points that are tried; that no other branch lies between them is not.",
    )


def on_the_path(share: Fraction) -> PatternModel:
    """Return the model at a share of the way from the double-descent to the grokking preset."""
    heuristic, overfitting, slow = double_descent().patterns
    first = Pattern(gamma=heuristic.gamma * (1 - share), alpha=heuristic.alpha, b=heuristic.b, g=1)
    third = Pattern(gamma=slow.gamma + share * (1 - slow.gamma), alpha=slow.alpha, b=slow.b, g=1)
    return PatternModel([first, overfitting, third], Preferred(2))


_FARTHER = on_the_path(SHARE + Fraction(1, 10**12))


def _boundary(model: PatternModel) -> BoundaryPoint:
    """Return the only boundary point in gamma_0 at the model's gamma_2."""
    at = model.patterns[2].gamma
    (found,) = shape_boundaries(model, "gamma_2", "gamma_0", points=2, x_range=(at / 2, at))
    return found.points[-1]


def _near_the_line(model: PatternModel, factor: float) -> bool:
    point = _boundary(model)
    off = point.y / (SLOPE * point.x)
    return point.counts == (0, 2) and 1 / factor < off < factor


def _beside(rng: random.Random) -> PatternModel:
    """Return a model on the path, from 1e-14 to 1e-6 beside the boundary."""
    return on_the_path(SHARE + rng.choice((-1, 1)) * Fraction(1, 10 ** rng.randint(6, 14)))


def _shape_is_of_its_side(model: PatternModel, share: Fraction) -> bool | None:
    found = shape(model, levels=())
    if found.verdict == "undecided":
        return None
    before = model.patterns[0].gamma > on_the_path(share).patterns[0].gamma
    return [x.kind for x in found.extrema] == (["maximum", "minimum"] if before else [])
