"""The shape of a model's curves: extrema of acc_test, and the times at which a curve passes a level.

A first version, which finds but does not prove. Signs of acc_test' and of acc - level are decided by Arb
balls at a grid of exact times, so that no sign is ever wrong; but between two neighbours of the grid a
*pair* of zeros would be missed. It happens: at a share 0.99695152 of the way from the double-descent to
the grokking preset acc_test has a maximum and a minimum 0.011 apart (docs/theory.md, 3.10), and none is
found. Hence no list of extrema is called complete, but that of a curve which is constant.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from flint import arb, ctx, fmpq

from .balls import BallCurves, Balls, moves, rational
from .errors import InputError, shown
from .exact import Exact, as_fraction
from .model import PatternModel, demand_model

LARGEST = 12
"""Patterns up to which a shape is computed: each time costs 2**n multiplications of balls."""
PRECISIONS = (128, 256, 512, 1024, 2048)
"""Bits at which a sign is tried in turn, before it is left undecided."""


@dataclass(frozen=True)
class Extremum:
    """A strict local extremum of acc_test."""

    t: float
    """Time, in the model's own units; infinite where it lies beyond all floats."""
    value: float
    """acc_test there."""
    kind: Literal["maximum", "minimum"]


@dataclass(frozen=True)
class Crossing:
    """A time at which a curve passes a level."""

    curve: Literal["train", "test"]
    level: float
    """The accuracy that is passed."""
    t: float
    """Time, in the model's own units; infinite where it lies beyond all floats."""
    direction: Literal["up", "down"]
    """Which way, as time grows."""


@dataclass(frozen=True)
class Shape:
    """Extrema of acc_test on the whole real line, crossings of levels, and how far they can be trusted."""

    extrema: tuple[Extremum, ...]
    """In order of time."""
    crossings: tuple[Crossing, ...]
    """In order of time."""
    reason: str
    """Why the verdict is what it is."""
    verdict: Literal["proved", "undecided"] = "undecided"
    """Whether the list of extrema is proved to be complete: so far of a curve that is constant, and has none."""
    certified: bool = False
    """Whether the same is proved of the crossings too: so far where no pattern moves, and there are none."""


def shape(model: PatternModel, levels: Iterable[Exact] = (0.5, 0.9, 0.99)) -> Shape:
    """Return the extrema of acc_test, and the times at which acc_train and acc_test pass `levels`.

    Times are good to 1e-14 of themselves, and values to an ulp unless they cancel to almost nothing. Where the slope
    touches 0, or a curve a level, without a change of sign, there is neither an extremum nor a crossing. Two extrema
    between neighbouring times of the search can both be missed: these are 1/(8 alpha) apart around each inflection
    point, and farther in the tails.

    Parameters
    ----------
    model
        Any model of at most 12 patterns, under any rule: about 0.1 s for 3 of them, 1 s for 8, 10 s for 12.
    levels
        Accuracies to look for on both curves; finite numbers.

    Raises
    ------
    InputError
        If the model has more patterns, or a level is not a finite number.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> [(x.kind, round(x.t, 6), round(x.value, 6)) for x in shape(presets.double_descent()).extrema]
    [('maximum', 43.556042, 0.533736), ('minimum', 97.737144, 0.351035)]
    """
    demand_model(model)
    if model.n > LARGEST:
        raise InputError(
            f"the model must have at most {LARGEST} patterns for its shape (2**n sets a time), got {model.n}"
        )
    if isinstance(levels, str) or not isinstance(levels, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"levels must be a sequence of numbers, got {shown(levels)}")
    heights = dict.fromkeys(as_fraction(f"levels[{i}]", level) for i, level in enumerate(levels))
    curves = BallCurves(model)
    with ctx.workprec(PRECISIONS[0]):
        samples = [(t, curves.at(t)) for t in _grid(model)]
        signs = _signs(curves, samples, _slope)
        turns = [(t, before, curves.at(t)) for t, before in _zeros(curves, signs, _slope)]
        # The extrema join the grid, so that a level just below a maximum is passed twice, not never.
        refined = sorted([*samples, *((t, balls) for t, _, balls in turns)], key=lambda sample: sample[0])
        crossings = sorted(_crossings(curves, refined, heights), key=lambda crossing: crossing.t)
    return Shape(
        extrema=tuple(
            Extremum(_as_float(t), float(balls.test), "maximum" if before > 0 else "minimum")
            for t, before, balls in turns
        ),
        crossings=tuple(crossings),
        reason=_CONSTANT if curves.constant else _reason(signs),
        verdict="proved" if curves.constant else "undecided",
        certified=not any(moves(pattern) for pattern in model.patterns),
    )


_CONSTANT = "no pattern that acc_test depends on ever moves, so it is constant, exactly"


def _reason(signs: Sequence[tuple[fmpq, int]]) -> str:
    known = sum(bool(sign) for _, sign in signs)
    return (
        f"the sign of the slope is known at {known} of {len(signs)} times; a pair of extrema between two neighbours, "
        f"or beyond {float(_ARGUMENTS[-1]):.1g}/alpha on both sides of every inflection, would be missed"
    )


def _arguments() -> list[fmpq]:
    """Return where to look, as arguments of the logistic: densely where p moves, then ever farther into its tails."""
    near = [fmpq(k, 8) for k in range(8 * 40)]
    far = [fmpq(k, 2) for k in range(2 * 40, 2 * 80)]
    remote = [80 * fmpq(3, 2) ** k for k in range(25)]
    return sorted({sign * x for x in near + far + remote for sign in (-1, 1)})


_ARGUMENTS = _arguments()


def _grid(model: PatternModel) -> list[fmpq]:
    """Return the union of b_i + x / alpha_i over the patterns that move, in order of time, none twice."""
    patterns = [(rational(pattern.b), rational(pattern.alpha)) for pattern in model.patterns if moves(pattern)]
    return sorted({b + x / alpha for b, alpha in set(patterns) for x in _ARGUMENTS})


Reading = Callable[[Balls], arb]
"""The number whose sign is wanted, out of what is known at one time."""
Sample = tuple[fmpq, Balls]


def _slope(balls: Balls) -> arb:
    return balls.slope


def _crossings(curves: BallCurves, samples: Sequence[Sample], levels: Iterable[Fraction]) -> Iterator[Crossing]:
    for level in levels:
        height, room = rational(level), rational(1 - level)
        readings: dict[Literal["train", "test"], Reading] = {
            "train": lambda balls, room=room: room - balls.train_error,
            "test": lambda balls, height=height: balls.test - height,
        }
        for curve, reading in readings.items():
            for t, before in _zeros(curves, _signs(curves, samples, reading), reading):
                yield Crossing(curve, float(level), _as_float(t), "up" if before < 0 else "down")


def _signs(curves: BallCurves, samples: Sequence[Sample], reading: Reading) -> list[tuple[fmpq, int]]:
    return [(t, _sign(reading(balls)) or _sign_at(curves, t, reading)) for t, balls in samples]


def _zeros(curves: BallCurves, signs: Iterable[tuple[fmpq, int]], reading: Reading) -> Iterator[tuple[fmpq, int]]:
    """Yield the time of each change of sign and the sign before it; a sign of 0 is passed over."""
    for (low, before), (high, after) in pairwise((t, sign) for t, sign in signs if sign):
        if before != after:
            yield _bisect(curves, reading, low, high, before), before


def _sign(value: arb) -> int:
    return 1 if value > 0 else -1 if value < 0 else 0


def _sign_at(curves: BallCurves, t: fmpq, reading: Reading) -> int:
    """Return the sign of a reading at `t`, or 0 if it is 0 or cannot be told from it at the highest precision."""
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            value = reading(curves.at(t))
        if sign := _sign(value):
            return sign
        if value.is_zero():
            break
    return 0


def _bisect(curves: BallCurves, reading: Reading, low: fmpq, high: fmpq, before: int) -> fmpq:
    """Return the zero between two times of opposite sign, to half an ulp of a double."""
    while high - low > max(abs(low), abs(high)) / 2**55 and (high - low) * curves.fastest > fmpq(1, 2**60):
        middle = (low + high) / 2
        sign = _sign_at(curves, middle, reading)
        if not sign:
            return middle  # the zero itself, or as near to it as the highest precision can tell
        low, high = (middle, high) if sign == before else (low, middle)
    return (low + high) / 2


def _as_float(t: fmpq) -> float:
    """Return the float nearest to `t`; infinite where `t` lies beyond all floats."""
    try:
        return int(t.numerator) / int(t.denominator)
    except OverflowError:
        return math.inf if t > 0 else -math.inf
