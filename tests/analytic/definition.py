"""acc_test from its definition, and what a list of extrema claims of it, checked on a grid. Nothing of ours computes.

A list of extrema claims that acc_test rises and falls in turn between them. On the grid b_i + k / alpha_i it must do
so by every step that can be told from 0, and from each extremum to the next by as many digits as it takes.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from flint import arb, ctx, fmpq

from grokdd.analytic import Extremum, PatternModel

DIGITS = 50
FARTHEST = 120
"""Grid points on each side of an inflection, 1 / alpha apart: e^-120 is far below 1e-30."""


def rational(number: Fraction) -> arb:
    return arb(fmpq(number.numerator, number.denominator))


def acc_test(model: PatternModel, t: Fraction) -> arb:
    """Return sum_A prod_{i in A} p_i prod_{j not in A} (1 - p_j) G(A) at time `t`, at flint's precision of now."""
    weights = [arb(1)]
    for pattern in model.patterns:
        decay = rational(-abs(pattern.alpha * (t - pattern.b))).exp()
        share = (1 if t > pattern.b else decay) / (1 + decay)
        p = rational(pattern.gamma) * share
        weights = [(1 - p) * weight for weight in weights] + [p * weight for weight in weights]
    return sum((w * value for w, value in zip(weights, generalizations(model, ctx.prec), strict=True)), arb(0))


@lru_cache(maxsize=4)
def generalizations(model: PatternModel, bits: int) -> list[arb]:
    """Return G of all sets, by their masks, rounded to so many bits."""
    sets = ([i for i in range(model.n) if mask >> i & 1] for mask in range(2**model.n))
    return [rational(model.generalization(members)) for members in sets]


def grid(model: PatternModel) -> list[Fraction]:
    return sorted(
        {x.b + k / x.alpha for x in model.patterns if x.alpha and x.gamma for k in range(-FARTHEST, FARTHEST + 1)}
    )


def contradictions(model: PatternModel, extrema: Sequence[Extremum]) -> list[str]:
    """Return what the definition says against a list of extrema; nothing, if they are the extrema of acc_test."""
    return [*_on_the_grid(model, extrema), *_from_one_to_the_next(model, extrema)]


def _on_the_grid(model: PatternModel, extrema: Sequence[Extremum]) -> list[str]:
    """Return the steps of the grid that go the wrong way, by more than 1e-45."""
    with ctx.workdps(DIGITS + 10):
        smallest = arb(10) ** (5 - DIGITS)
        times = grid(model)
        values = [acc_test(model, t) for t in times]
        steps = [
            (t, later, 1 if after > value else -1)
            for (t, value), (later, after) in pairwise(zip(times, values, strict=True))
            if abs(after - value) > smallest
        ]
    if not extrema:
        ways = {way for _, _, way in steps}
        return ["acc_test rises and falls, but is said to have no extremum"] if len(ways) > 1 else []
    return [
        f"from {float(t)} to {float(later)} acc_test goes the other way"
        for t, later, way in steps
        if not any(t < x.between[1] and x.between[0] < later for x in extrema)
        and way != _way_after(extrema, sum(x.between[1] <= t for x in extrema))
    ]


def _way_after(extrema: Sequence[Extremum], passed: int) -> int:
    """Return which way acc_test is claimed to go after so many extrema."""
    rises = extrema[passed].kind == "maximum" if passed < len(extrema) else extrema[-1].kind == "minimum"
    return 1 if rises else -1


def _from_one_to_the_next(model: PatternModel, extrema: Sequence[Extremum]) -> list[str]:
    """Return pairs of neighbouring extrema that are not as high as their kinds say."""
    found: list[str] = []
    for one, other in pairwise(extrema):
        if one.kind == other.kind or one.between[1] > other.between[0]:
            found.append(f"the extrema at {one.t} and {other.t} do not take turns")
        for digits in (60, 250, 1000, 4000):
            with ctx.workdps(digits):
                first, second = (acc_test(model, (x.between[0] + x.between[1]) / 2) for x in (one, other))
                step = second - first
            if step > 0 or step < 0:
                break
        if not (step > 0 if one.kind == "minimum" else step < 0):
            found.append(f"from {one.t} to {other.t} acc_test changes by {step.str(5)}")
    return found
