"""The shape of a model's curves: every extremum of acc_test, and every time at which a curve passes a level.

Signs are decided by Arb balls and exact algebra, so that none is ever wrong. Between extrema (`all_turns`) acc_test is
monotone, and passes a level once or not at all. Whether it touches one at an extremum, polynomials say
(`common_clock`).
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from flint import arb, ctx, fmpq

from .all_turns import AllTurns, all_turns, finest
from .balls import BallCurves, as_float, fraction, moves, rational
from .common_clock import CommonClock
from .errors import InputError, shown
from .exact import Exact, as_fraction
from .model import PatternModel, demand_model
from .slope import sign_of
from .turns import PRECISIONS, Mark, Turn, beside_marks, narrowed
from .vertices import vertex_values

LEVELS = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))
LARGEST = 12
"""Patterns up to which a shape is computed: each time costs 2**n multiplications of balls."""
FARTHEST = 200
"""Doublings of a distance after which a level is not looked for any more."""


@dataclass(frozen=True)
class Extremum:
    """A strict local extremum of acc_test."""

    t: float
    """Time, in the model's own units; infinite where it lies beyond all floats."""
    value: float
    """acc_test there."""
    kind: Literal["maximum", "minimum"]
    between: tuple[Fraction, Fraction]
    """Exact times that enclose it, and no other extremum: at most 1e-24 / alpha of the fastest pattern apart."""


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
    between: tuple[Fraction, Fraction]
    """Exact times that enclose it, and no other passing of the level by this curve."""


@dataclass(frozen=True)
class Shape:
    """Extrema of acc_test on the whole real line, crossings of levels, and how far they can be trusted."""

    extrema: tuple[Extremum, ...]
    """In order of time."""
    crossings: tuple[Crossing, ...]
    """In order of time."""
    reason: str
    """How it was proved, or why not."""
    verdict: Literal["proved", "undecided"]
    """Whether the list of extrema is proved to be complete; what an undecided one holds is there, but there may be
    more."""
    certified: bool
    """Whether the same is proved of the crossings too."""


def shape(model: PatternModel, levels: Iterable[Exact] = LEVELS) -> Shape:
    """Return the extrema of acc_test, and the times at which acc_train and acc_test pass `levels`.

    Times are good to 1e-14 of themselves or to 1e-18 / alpha of the fastest pattern, and values to an ulp. Where the
    slope touches 0, or a curve a level, without a change of sign, there is neither an extremum nor a crossing. That is
    proved where the speeds, and the times in their units, have common measures that are not too small (docs/theory.md,
    3.11); else the verdict is "undecided", or `certified` False.

    Parameters
    ----------
    model
        Any model of at most 12 patterns, under any rule: about 10 ms for 3 of them, 0.1 s for 8, seconds for
        12; minutes for 12 under a soft preference whose weights have many digits.
    levels
        Accuracies to look for on both curves: 1/2, 9/10 and 99/100 unless others are given. A float is its exact
        binary value, so that 0.99 is a little less than Fraction(99, 100).

    Raises
    ------
    InputError
        If the model has more patterns, or a level is not a finite number.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> found = shape(presets.double_descent())
    >>> [(x.kind, round(x.t, 6), round(x.value, 6)) for x in found.extrema], found.verdict
    ([('maximum', 43.556042, 0.533736), ('minimum', 97.737144, 0.351035)], 'proved')
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
        found = all_turns(curves)
        passed = [_train_crossing(model, curves, level) for level in heights]
        passed += [_test_crossings(curves, found, level) for level in heights]
        extrema = tuple(_extremum(curves, turn) for turn in found.turns)
    crossings = [crossing for some, _ in passed for crossing in some]
    return Shape(
        extrema=extrema,
        crossings=tuple(sorted(crossings, key=lambda crossing: crossing.t)),
        reason=found.reason,
        verdict="proved" if found.complete else "undecided",
        certified=found.complete and all(decided for _, decided in passed),
    )


def _extremum(curves: BallCurves, turn: Turn) -> Extremum:
    value = curves.test_over(turn.low, turn.high)
    return Extremum(
        t=as_float((turn.low + turn.high) / 2),
        value=float(value),
        kind="maximum" if turn.before > 0 else "minimum",
        between=(fraction(turn.low), fraction(turn.high)),
    )


Reading = Callable[[fmpq], arb]
"""The number whose sign is wanted, at a time."""


@dataclass(frozen=True)
class _Passing:
    """A curve minus a level, between times at which its sign is known; None stands for an infinite time."""

    reading: Reading
    curve: Literal["train", "test"]
    level: Fraction
    clocks: Sequence[Mark]
    """b and alpha of each pattern that moves the curve."""

    def between(self, low: fmpq | None, high: fmpq | None, before: int) -> Crossing | None:
        """Return the crossing between two times, the sign before which is known; None if it cannot be reached."""
        if low is None:  # beyond the first and the last inflection the curve nears its limits
            first = min(clock.t for clock in self.clocks)
            low = self._reach(first if high is None else min(first, high), -1, before)
        if high is None and low is not None:
            high = self._reach(max(low, *(clock.t for clock in self.clocks)), 1, -before)
        if low is None or high is None:
            return None
        low, t, high = self._bisected(low, high, before)
        direction = "up" if before < 0 else "down"
        return Crossing(self.curve, float(self.level), as_float(t), direction, (fraction(low), fraction(high)))

    def _reach(self, start: fmpq, way: int, sign: int) -> fmpq | None:
        """Return a time beyond `start`, one way or the other, at which the sign is `sign`."""
        slowest = min(clock.rate for clock in self.clocks)
        for doublings in range(FARTHEST):
            t = start + way * 2**doublings / slowest
            if _sign_at(self.reading, t) == sign:
                return t
        return None

    def _bisected(self, low: fmpq, high: fmpq, before: int) -> tuple[fmpq, fmpq, fmpq]:
        """Return the zero between two times of opposite sign, to half an ulp of a double, and what encloses it."""
        fastest = max(clock.rate for clock in self.clocks)
        while high - low > max(abs(low), abs(high)) / 2**55 and (high - low) * fastest > fmpq(1, 2**60):
            middle = next(beside_marks(low, high, self.clocks), (low + high) / 2)
            sign = _sign_at(self.reading, middle)
            if not sign:
                return low, middle, high  # the zero itself, or as near to it as the highest precision can tell
            low, high = (middle, high) if sign == before else (low, middle)
        return low, (low + high) / 2, high


def _test_crossings(curves: BallCurves, found: AllTurns, level: Fraction) -> tuple[list[Crossing], bool]:
    """Return where acc_test passes a level, and whether that is all."""
    if not curves.moving:
        return [], True
    crossings, decided = _monotone_crossings(curves, found.turns, level)
    if found.complete and not decided and (exact := _exact_crossings(curves, level)) is not None:
        return exact, True
    return crossings, decided


def _monotone_crossings(curves: BallCurves, extrema: Sequence[Turn], level: Fraction) -> tuple[list[Crossing], bool]:
    """Return the same from the signs at the extrema, between which acc_test is monotone."""
    values, height = vertex_values(curves), rational(level)
    signs = [sign_of(values[0] - height), *(_sign_at_turn(curves, turn, height) for turn in extrema)]
    signs.append(sign_of(values[-1] - height))
    clocks = [Mark(b, alpha) for _, alpha, b in curves.moving_parameters]
    passing = _Passing(lambda t: curves.at(t).test - height, "test", level, clocks)
    times = [None, *((turn.low + turn.high) / 2 for turn in extrema), None]
    # At an infinite time a curve that approaches the level does not pass it.
    known = [(t, sign) for t, sign in zip(times, signs, strict=True) if sign]
    found = [passing.between(low, high, before) for (low, before), (high, after) in pairwise(known) if before != after]
    return [one for one in found if one is not None], all(signs[1:-1]) and None not in found


def _exact_crossings(curves: BallCurves, level: Fraction) -> list[Crossing] | None:
    """Return the same by exact algebra, which knows a level that is touched; None if the polynomials are too large."""
    clock = CommonClock(curves)
    passes = clock.passes(rational(level), finest(curves)) if clock.small else None
    if passes is None:
        return None
    return [
        Crossing(
            curve="test",
            level=float(level),
            t=as_float((one.low + one.high) / 2),
            direction="up" if one.before < 0 else "down",
            between=(fraction(one.low), fraction(one.high)),
        )
        for one in passes
    ]


def _train_crossing(model: PatternModel, curves: BallCurves, level: Fraction) -> tuple[list[Crossing], bool]:
    """Return where acc_train, which only grows, passes a level, and whether that is decided."""
    moving = [pattern for pattern in model.patterns if moves(pattern)]
    first = 1 - model.chance_train
    for pattern in model.patterns:
        if pattern.alpha == 0:
            first *= 1 - pattern.gamma / 2
    last = math.prod((1 - pattern.gamma for pattern in moving), start=first)
    room = 1 - level
    if not first > room > last:
        return [], True
    clocks = [Mark(rational(pattern.b), rational(pattern.alpha)) for pattern in moving]
    reading: Reading = lambda t: rational(room) - curves.at(t).train_error  # noqa: E731
    found = _Passing(reading, "train", level, clocks).between(None, None, -1)
    return ([], False) if found is None else ([found], True)


def _sign_at_turn(curves: BallCurves, turn: Turn, height: fmpq) -> int:
    """Return the sign of acc_test - height at an extremum; 0 if it is 0, or cannot be told from it."""
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            if sign := sign_of(curves.test_over(turn.low, turn.high) - height):
                return sign
            turn = narrowed(curves, turn, (turn.high - turn.low) / 2**bits)
    return 0


def _sign_at(reading: Reading, t: fmpq) -> int:
    """Return the sign of a reading at `t`, or 0 if it is 0 or cannot be told from it at the highest precision."""
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            value = reading(t)
        if sign := sign_of(value):
            return sign
        if value.is_zero():
            break
    return 0
