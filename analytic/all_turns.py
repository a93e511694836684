"""All turns of acc_test on the whole line, and whether, and how, they are proved to be all.

Two tail arguments (`tails`) leave an interval, on which balls find every turn (`turns`). Where something is exactly 0,
in a tail or where the slope only touches it, they cannot tell; there polynomials can (`common_clock`).
"""

from dataclasses import dataclass

from flint import fmpq

from .balls import BallCurves, as_float
from .common_clock import CommonClock
from .tails import Tail, tails
from .turns import Stretch, Turn, narrowed, turns

STANDS = "no pattern that acc_test depends on ever moves, so it is constant, exactly"
CANCELS = "the patterns that move cancel in acc_test, so it is constant, exactly"
BALLS = "two tail arguments, and between them balls that leave no interval open"
POLYNOMIALS = "acc_test is a quotient of polynomials of one exponential; the roots of its derivative are isolated"
CANCELS_IN_A_TAIL = "in a tail of acc_test its leading terms cancel exactly"
FAR_TAIL = "a tail of acc_test begins farther out than was looked, or its leading terms nearly cancel"
TOO_LARGE = "and the speeds of the patterns, and their times, have no common measure large enough for exact algebra"
FAR = 2**20
"""Where the tails are cut if they cannot be decided, in units of 1 / alpha of the slowest pattern."""


@dataclass(frozen=True)
class AllTurns:
    """The turns of acc_test in order of time, each in an interval of at most `finest`."""

    turns: list[Turn]
    complete: bool
    """Whether they are proved to be all."""
    reason: str
    """How, or why not."""


def all_turns(curves: BallCurves) -> AllTurns:
    """Return the turns of acc_test, and whether they are all of them."""
    left, right = tails(curves)
    if left.constant:
        return AllTurns([], True, CANCELS if curves.moving else STANDS)
    if len(left.clocks) == 1 and (exact := _exactly(curves)):  # for one clock this is quicker than balls
        return exact
    slowest = min(alpha for alpha, _ in left.clocks)
    (low, before), left_known = _end(left, slowest)
    (minus_high, minus_after), right_known = _end(right, slowest)
    known = left_known and right_known
    search = turns(curves, Stretch(low, -minus_high, before, -minus_after))
    found, left_open = next(search)
    # What more bits may settle takes them seconds; where exact algebra can settle it, it takes hardly any time.
    if (left_open or not known) and (exact := _exactly(curves)):
        return exact
    found, left_open = [(found, left_open), *search][-1]
    narrow = [narrowed(curves, turn, finest(curves)) for turn in found]
    if not known:
        return AllTurns(narrow, False, _why(curves, FAR_TAIL if left.leads and right.leads else CANCELS_IN_A_TAIL))
    if left_open:
        near = as_float(left_open[0].low)
        touches = f"near t = {near:.6g} the slope touches 0, or comes closer to it than can be told"
        return AllTurns(narrow, False, _why(curves, touches))
    return AllTurns(narrow, True, BALLS)


def finest(curves: BallCurves) -> fmpq:
    """Return how wide an enclosure of a time may be."""
    return 1 / (max(alpha for _, alpha, _ in curves.moving_parameters) * 2**80)


def _exactly(curves: BallCurves) -> AllTurns | None:
    """Return all turns by exact algebra; None if the polynomials are too large, or the bits do not suffice."""
    clock = CommonClock(curves)
    if not clock.small:
        return None
    if clock.constant:
        return AllTurns([], True, CANCELS)
    found = clock.turns(finest(curves))
    return None if found is None else AllTurns(found, True, POLYNOMIALS)


def _why(curves: BallCurves, reason: str) -> str:
    """Return why the balls left something undecided, and, where it is so, why exact algebra was not tried."""
    return reason if CommonClock(curves).small else f"{reason}, {TOO_LARGE}"


def _end(tail: Tail, slowest: fmpq) -> tuple[tuple[fmpq, int], bool]:
    """Return where a tail begins, with the sign of the slope there, and whether that is proved."""
    found = tail.begins()
    if found is not None:
        return found, True
    return (min(b for _, b in tail.clocks) - FAR / slowest, 0), False
