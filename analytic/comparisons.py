"""Comparisons that are never wrong: of heights of acc_test with levels and with one another, and of times.

Heights and times are enclosed as narrowly as the precision of now asks, and the precision rises until a comparison is
decided. None stands for one that never is: the two are equal, or nearer to each other than can be told.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from flint import arb, ctx, fmpq

from .balls import BallCurves, rational
from .extrema import Extremum
from .slope import sign_of
from .turns import PRECISIONS, SHARES, Turn, narrowed

Number = Callable[[], arb]
"""An enclosure of a number, at whatever precision `flint.ctx` has when asked."""
Reading = Callable[[fmpq], arb]
"""A curve minus a level, at a time."""

NOTHING = fmpq(0)
LADDER = (32, 64, *PRECISIONS)
"""Bits at which a comparison is tried in turn. Few suffice for most, and then a time need not be known well either."""
CLOSER = (8, 32, 128, 512)
"""Bits to which two times are told apart, in turn, before it is left undecided which is the later one."""
FARTHEST = 200
"""Doublings of a distance after which a level is not looked for any more."""


def sign(number: Number) -> int | None:
    """Return the sign of a number, None if it cannot be told from 0."""
    for bits in LADDER:
        with ctx.workprec(bits):
            value = number()
        if found := sign_of(value):
            return found
        if value.is_zero():
            return 0
    return None


@dataclass(frozen=True, eq=False)
class Height:
    """A value of acc_test."""

    enclosed: Number
    exact: fmpq | None = None
    """The value itself, where it is rational."""
    _known: dict[int, arb] = field(default_factory=dict)
    """Enclosures by the bits at which they were asked for."""

    def ball(self) -> arb:
        """Return an enclosure at the precision of now."""
        if ctx.prec not in self._known:
            self._known[ctx.prec] = self.enclosed()
        return self._known[ctx.prec]

    def against(self, level: fmpq) -> int | None:
        """Return the sign of this height minus a level."""
        if self.exact is not None:
            return (self.exact > level) - (self.exact < level)
        return sign(lambda: self.ball() - level)

    def above(self, other: "Height", by: fmpq) -> int | None:
        """Return the sign of this height minus another one, minus a number."""
        if self.exact is not None and other.exact is not None:
            return (self.exact - other.exact > by) - (self.exact - other.exact < by)
        return sign(lambda: self.ball() - other.ball() - by)

    def __float__(self) -> float:
        """Return the value, to an ulp and 1e-18."""
        with ctx.workprec(PRECISIONS[0]):
            return float(self.ball())


def known(value: fmpq) -> Height:
    """Return a height that is known exactly."""
    return Height(lambda: arb(value), value)


def at_extremum(curves: BallCurves, extremum: Extremum) -> Height:
    """Return the height of an extremum."""
    low, high = (rational(t) for t in extremum.between)
    turn = Turn(low, high, 1 if extremum.kind == "maximum" else -1)

    def enclosed() -> arb:
        narrow = narrowed(curves, turn, _width(curves))
        return curves.test_over(narrow.low, narrow.high)

    return Height(enclosed)


class Moment:
    """A time at which a curve comes up to a level, between two times that close in on it.

    Parameters
    ----------
    reading
        The curve minus the level. Between the two times it is 0 once, negative before that and positive after it.
    low, high
        The two times, the same if the moment is known exactly.
    """

    def __init__(self, reading: Reading, low: fmpq, high: fmpq) -> None:
        self._reading, self.low, self.high = reading, low, high

    def narrow(self, width: fmpq = NOTHING, share: fmpq = NOTHING) -> None:
        """Bring the two times within `width` or a share of themselves, or as near to each other as can be told."""
        while self.high - self.low > max(width, share * self.high) and (cut := self._cut()):
            at, side = cut
            self.low, self.high = (at, self.high) if side < 0 else (self.low, at)

    def _cut(self) -> tuple[fmpq, int] | None:
        """Return a time between the two with the sign of the reading there; None if none can be told."""
        for share in SHARES:
            at = self.low + (self.high - self.low) * fmpq(share, 64)
            if side := sign(lambda at=at: self._reading(at)):
                return at, side
        return None

    def __float__(self) -> float:
        """Return the moment to an ulp, if it can be told; infinite where it lies beyond all floats."""
        self.narrow(share=fmpq(1, 2**55))
        middle = (self.low + self.high) / 2
        try:
            return int(middle.p) / int(middle.q)
        except OverflowError:
            return math.inf


def within(low: fmpq, high: fmpq) -> Moment:
    """Return a moment between two times, or at the one that both are, of which no more is known."""
    return Moment(lambda _: arb(0), low, high)


def coming_up(reading: Reading, first: fmpq, last: fmpq) -> Moment | None:
    """Return the moment of coming up to a level between two times, if the signs at these prove it."""
    there = sign(lambda: reading(first)) == -1 and sign(lambda: reading(last)) == 1
    return Moment(reading, first, last) if there else None


def time_above(reading: Reading, first: fmpq, slowest: fmpq) -> fmpq | None:
    """Return a time after `first` at which a curve is above a level, None if none is found.

    Parameters
    ----------
    slowest
        alpha of the slowest pattern that moves the curve.
    """
    times = (first + 2**doublings / slowest for doublings in range(FARTHEST))
    return next((t for t in times if sign(lambda t=t: reading(t)) == 1), None)


def at_moment(curves: BallCurves, moment: Moment) -> Height:
    """Return the height of acc_test at a moment."""

    def enclosed() -> arb:
        moment.narrow(_width(curves))
        return curves.test_over(moment.low, moment.high)

    return Height(enclosed)


def later(moment: Moment, other: Moment, ratio: fmpq) -> int | None:
    """Return the sign of a moment minus `ratio` times another, neither before 0; None if it cannot be told from 0."""
    for bits in CLOSER:
        for one in (moment, other):
            one.narrow(share=fmpq(1, 2**bits))
        low, high = moment.low - ratio * other.high, moment.high - ratio * other.low
        if low > 0 or high < 0 or low == high:
            return (low > 0) - (high < 0)
    return None


def _width(curves: BallCurves) -> fmpq:
    """Return how short an interval must be for the precision of now to matter on it."""
    fastest = max(curves.parameters[i][1] for i in curves.moving)
    return 1 / (fastest * 2 ** (ctx.prec // 2))
