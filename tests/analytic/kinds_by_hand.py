"""The same kinds once more: when each holds without a word of the others, and of which kind a dense scan is.

Nothing of `grokdd.analytic` computes here. A scan knows acc_test and acc_train in 50 digits from their definitions, on
a grid of 1/8 of 1 / alpha around each inflection, so a height between its points is off by at most some 1e-3.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import arb, ctx

from grokdd.analytic import Kind, KindEvidence, KindThresholds, PatternModel

from .definition import DIGITS, acc_test, rational

FARTHEST, STEPS = 25, 8
"""How far around an inflection a scan reaches, in 1 / alpha, and its points in each: e^-25 is 1e-11."""


# --- kinds


def groks(seen: KindEvidence) -> bool:
    times = seen.completes and seen.waits and seen.generalizes and seen.late
    return times and seen.rises_once and seen.moves[-1:] == "+"


def memorizes(seen: KindEvidence) -> bool:
    return seen.completes and seen.near_chance and not seen.generalizes


def shaped(*moves: str) -> Callable[[KindEvidence], bool]:
    """Return whether these are the moves of a curve that neither memorizes nor groks."""
    return lambda seen: seen.moves in moves and not memorizes(seen) and not groks(seen)


def half_generalizes(seen: KindEvidence) -> bool:
    return seen.completes and not seen.generalizes


HOLDS: dict[Kind, Callable[[KindEvidence], bool]] = {
    "memorization": memorizes,
    "constant": shaped(""),
    "decline": shaped("-"),
    "grokking": lambda seen: groks(seen) and seen.moves == "+",
    "grokking with a dip": lambda seen: groks(seen) and "-" in seen.moves,
    "multiple descent": shaped("+-+-+", "-+-+-+", "+-+-+-", "-+-+-+-"),
    "double descent": shaped("+-+", "-+-+", "+-+-", "-+-+-"),
    "overfitting": shaped("+-", "-+-"),
    "dip and recovery": shaped("-+"),
    "partial generalization": lambda seen: shaped("+")(seen) and half_generalizes(seen),
    "monotone learning": lambda seen: shaped("+")(seen) and not half_generalizes(seen),
}
"""When each kind holds; of curves with at most three rises."""


def kinds_that_hold(seen: KindEvidence) -> list[Kind]:
    return [kind for kind, holds in HOLDS.items() if holds(seen)]


# --- moves


def by_striking_out(heights: Sequence[float], prominence: float) -> list[int]:
    """Return which heights are left when the closest neighbours are struck out, as long as they are close.

    Heights go up and down in turn. Of a pair at an end of the curve only the end is struck out: what the curve does
    next begins at the other.
    """
    left = list(range(len(heights)))
    while len(left) > 1:
        gap, i = min((abs(heights[b] - heights[a]), i) for i, (a, b) in enumerate(pairwise(left)))
        if gap >= prominence:
            break
        first, last = i == 0, i == len(left) - 2
        del left[i if first or not last else i + 1 : i + 1 if first else i + 2]
    return left


def directions(heights: Sequence[float]) -> str:
    return "".join("+" if after > before else "-" for before, after in pairwise(heights))


# --- scans


@dataclass(frozen=True)
class Scan:
    """What a dense scan shows of a model's curves on t >= 0."""

    evidence: KindEvidence
    extrema: int
    train_time: float | None
    test_at_train_time: float | None
    test_time: float | None


def scan(model: PatternModel, limits: KindThresholds) -> Scan:
    with ctx.workdps(DIGITS):
        return _scan(model, limits)


def _scan(model: PatternModel, limits: KindThresholds) -> Scan:
    times = _times(model)
    curve = [acc_test(model, t) for t in times]
    errors = [_train_error(model, t) for t in times]
    turns = _turns(curve)
    chosen = by_striking_out([float(curve[i]) for i in turns], float(limits.prominence))
    moves = directions([float(curve[turns[i]]) for i in chosen])
    maxima = [times[turns[i]] for i, way in zip(chosen[1:-1], moves[:-1], strict=True) if way == "+"]
    eps, near_chance, level = (rational(x) for x in (limits.eps, model.chance + limits.tau, 1 - limits.delta))
    trained = _between(times, [error < eps for error in errors], lambda t: _train_error(model, t) < eps)
    above = [all(value > level for value in curve[i:]) for i in range(len(curve))]
    tested = _between(times, above, lambda t: acc_test(model, t) > level)
    then = None if trained is None else acc_test(model, trained)
    waits = then is not None and then < near_chance
    return Scan(
        evidence=KindEvidence(
            moves=moves,
            completes=trained is not None,
            near_chance=all(value < near_chance for value in curve),
            waits=waits,
            rises_once=trained is None or all(t < trained for t in maxima),
            generalizes=tested is not None,
            late=waits and trained is not None and tested is not None and tested > limits.ratio * trained,
        ),
        extrema=max(len(turns) - 2, 0),
        train_time=None if trained is None else float(trained),
        test_at_train_time=None if then is None else float(then),
        test_time=None if tested is None else float(tested),
    )


def _times(model: PatternModel) -> list[Fraction]:
    moving = [x for x in model.patterns if x.alpha and x.gamma]
    span = range(-FARTHEST * STEPS, FARTHEST * STEPS + 1)
    near = (x.b + Fraction(k, STEPS) / x.alpha for x in moving for k in span)
    end = max((x.b + 10**4 / x.alpha for x in moving), default=Fraction(1))  # e^-10000: the limits, to all digits
    return sorted({Fraction(0), *(t for t in near if t > 0), end})


def _train_error(model: PatternModel, t: Fraction) -> arb:
    error = rational(1 - model.chance_train)
    for x in model.patterns:
        error *= 1 - rational(x.gamma) / (1 + rational(-x.alpha * (t - x.b)).exp())
    return error


def _turns(curve: Sequence[arb]) -> list[int]:
    """Return the ends of a curve and the places at which it turns; steps that drown in roundings are none."""
    found, way = [0], 0
    for i, (value, after) in enumerate(pairwise(curve)):
        step = 1 if after > value else -1 if after < value else 0
        if step and step == -way:
            found.append(i)
        way = step or way
    return [*found, len(curve) - 1] if way else [0]


def _between(times: Sequence[Fraction], holds: Sequence[bool], at: Callable[[Fraction], bool]) -> Fraction | None:
    """Return from when on something holds that holds from some point of the grid on: the first, and then halving."""
    if not any(holds):
        return None
    i = holds.index(True)
    low, high = times[max(i - 1, 0)], times[i]
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if at(middle) else (middle, high)
    return high
