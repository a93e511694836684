"""Every time between two others at which acc_test turns: each alone in an interval, none missed.

An interval is settled if the scaled slope R (`slope`) has one sign on it, or is monotone, and then turns once if its
ends differ in sign and not at all if they do not; or if R in the middle is larger than R can change from there. Else
it is halved, and what is known of its middle is what its halves know of their ends. Where R touches 0 this never ends,
and the interval is left open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from flint import arb, ctx, fmpq

from .balls import BallCurves
from .monomials import Monomials
from .slope import Instant, ScaledSlope, exact, sign_of

PRECISIONS = (128, 256, 512, 1024, 2048)
"""Bits at which a sign, or an interval, is tried in turn, before it is left undecided."""
LONG = 2**60
"""Times 1 / rate: an interval of this length is cut where something happens in it."""
FEW, VAST = 4, 2**20
"""Where an interval is longer than `FEW` / rate of the fastest pattern and R may be `VAST` times what it is in the
middle, R' hardly ever tells anything, and the interval is looked at in a second way instead (`monomials`)."""
MOST_OPEN = 20
"""Open intervals with which a search goes on at the next precision: more are no matter of a few bits."""
MOST_LOOKS = 4000
"""Intervals that are looked at before what is left of a stretch stays open: some 100 are usual."""
SHARES = (32, 31, 35, 29, 37)
"""Where an interval is cut, in 64ths: in the middle, unless the slope is 0 or too near to it just there."""


class Mark(NamedTuple):
    """A time near which something may happen, at a rate: within a few 1 / rate of it."""

    t: fmpq
    rate: fmpq


@dataclass(frozen=True)
class Turn:
    """An interval in which the slope of acc_test changes its sign exactly once."""

    low: fmpq
    high: fmpq
    before: int
    """Sign of the slope up to the turn."""


@dataclass(frozen=True)
class Stretch:
    """An interval of times with the signs of the slope at its ends."""

    low: fmpq
    high: fmpq
    before: int
    after: int


def turns(curves: BallCurves, whole: Stretch) -> Iterator[tuple[list[Turn], list[Stretch]]]:
    """Yield the turns in a stretch, in order of time, and the parts of it that are open yet; with ever more bits.

    It ends when all is settled, or more bits are not worth their time.
    """
    search = _Search(curves)
    left_open = [whole]
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            left_open = [part for stretch in left_open for part in search.settle(stretch)]
        yield sorted(search.found, key=lambda turn: turn.low), left_open
        if not left_open or len(left_open) > MOST_OPEN:
            return


class _Part(NamedTuple):
    """A stretch with what is known at its ends, which neighbours share."""

    low: Instant
    high: Instant
    before: int
    after: int

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.low.t, self.high.t, self.before, self.after)


class _Search:
    """The turns that were found, and what the search for more of them may still cost."""

    def __init__(self, curves: BallCurves) -> None:
        self.found: list[Turn] = []
        self._curves = curves
        self._marks = _marks(curves)
        self._quickest = max(mark.rate for mark in self._marks)
        self._fastest = max(alpha for _, alpha, _ in curves.moving_parameters)
        self._monomials = Monomials(curves)
        self._looks = MOST_LOOKS

    def settle(self, whole: Stretch) -> list[Stretch]:
        """Find the turns of a stretch, and return the parts of it that stay open at the precision of now."""
        finest = 1 / (self._fastest * 2 ** (ctx.prec // 2))
        low, high = Instant(self._curves, whole.low), Instant(self._curves, whole.high)
        waiting, left_open = [_Part(low, high, whole.before or low.sign, whole.after or high.sign)], list[_Part]()
        while waiting and self._looks:
            self._looks -= 1
            here = waiting.pop()
            middle = Instant(self._curves, (here.low.t + here.high.t) / 2)
            if self._settles(here, middle):
                continue
            cut = self._cut(here, middle) if here.high.t - here.low.t > finest else None
            if cut is None:
                left_open.append(here)
            else:
                waiting += [_Part(here.low, cut, here.before, cut.sign), _Part(cut, here.high, cut.sign, here.after)]
        return [part.stretch for part in left_open + waiting]

    def _settles(self, here: _Part, middle: Instant) -> bool:
        slope = ScaledSlope(self._curves, here.low, middle, here.high)
        both_signs = {-1, 1} <= {here.before, middle.sign, here.after}
        if not both_signs and sign_of(slope.over):
            return True
        width, value = here.high.t - here.low.t, abs(middle.value)
        if width * self._fastest > FEW and not abs(slope.over) < value * VAST:
            return not both_signs and self._monomials.sign_over(here.low, middle, here.high) != 0
        if here.before and here.after and sign_of(slope.change):
            if here.before != here.after:
                self.found.append(Turn(here.low.t, here.high.t, here.before))
            return True
        return not both_signs and value > abs(slope.change) * arb(width / 2)

    def _cut(self, here: _Part, middle: Instant) -> Instant | None:
        """Return where a stretch is cut; None if the sign of the slope can be told nowhere."""
        low, width = here.low.t, here.high.t - here.low.t
        if width * self._quickest > LONG:
            cuts = (Instant(self._curves, at) for at in beside_marks(low, here.high.t, self._marks))
            if (found := next((cut for cut in cuts if cut.sign), None)) is not None:
                return found
        if middle.sign:
            return middle
        shares = (Instant(self._curves, low + width * fmpq(share, 64)) for share in SHARES[1:])
        return next((cut for cut in shares if cut.sign), None)


def _marks(curves: BallCurves) -> list[Mark]:
    """Return the times near which something may happen: inflections, and where the tails of two patterns are equal.

    There -alpha (t - b) of one pattern is alpha (t - b) of another, or alpha (t - b) of both are the same.
    """
    clocks = sorted({one[1:] for one in curves.moving_parameters})
    found = [Mark(b, alpha) for alpha, b in clocks]
    for (slow, early), (fast, late) in combinations(clocks, 2):
        found.append(Mark((slow * early + fast * late) / (slow + fast), slow + fast))
        if slow != fast:
            found.append(Mark((fast * late - slow * early) / (fast - slow), fast - slow))
    return sorted(found)


def beside_marks(low: fmpq, high: fmpq, marks: Sequence[Mark]) -> Iterator[fmpq]:
    """Return where to cut an interval that is very long for something that happens in or near it.

    Halving needs as many steps as there are doublings from 1 / rate to the length of an interval. So it is cut beside a
    mark inside; and where one end lies much farther from a mark than the mark, or the other end, does, at the
    geometric mean of the distances.
    """
    width = high - low
    for mark in marks:
        if width * mark.rate <= LONG:
            continue
        before, after = mark.t - low, high - mark.t
        inside = before > 0 and after > 0
        if inside and min(before, after) * mark.rate > LONG:
            yield mark.t + 1 / (8 * mark.rate)
        for way, far, other in ((1, after, before), (-1, before, after)):
            near = 1 / mark.rate if inside else max(-other, 1 / mark.rate)
            if far > LONG * near:
                yield mark.t + way * near * 2 ** (_log2(far / near) // 2)


def _log2(number: fmpq) -> int:
    """Return about the binary logarithm of a positive number."""
    return int(number.p).bit_length() - int(number.q).bit_length()


def narrowed(curves: BallCurves, turn: Turn, width: fmpq) -> Turn:
    """Return the same turn in an interval of at most `width`, by Newton's method on intervals."""
    low, high = turn.low, turn.high
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            while high - low > width:
                before = high - low
                low, high = _step(curves, low, high, turn.before)
                if high - low > before * fmpq(3, 4):  # the balls are too wide to go on
                    break
            else:
                break
    return Turn(low, high, turn.before)


def _step(curves: BallCurves, low: fmpq, high: fmpq, before: int) -> tuple[fmpq, fmpq]:
    at = (low + high) / 2
    middle = Instant(curves, at)
    change = ScaledSlope(curves, Instant(curves, low), middle, Instant(curves, high)).change
    new_low, new_high = (at if middle.sign == before else low), (at if middle.sign == -before else high)
    if sign_of(change):
        newton = at - middle.value / change
        new_low, new_high = max(new_low, exact(newton.lower())), min(new_high, exact(newton.upper()))
    return new_low, new_high
