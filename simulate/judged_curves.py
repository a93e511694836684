"""The kind of a curve from its samples and from bounds on what it does between them, as far as these can tell.

Each part of the evidence (`grokdd.analytic.KindEvidence`) is yes, no, or unknown. What is found as yes or no is so for
the curve itself, not only for its samples: every comparison leaves room for the rounding of a sample and for what the
curve can stray between two of them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .curve_samples import Samples
from .kind_codes import (
    ALL,
    COMPLETES,
    GENERALIZES,
    LATE,
    MEMORIZATION,
    MOVES,
    NEAR_CHANCE,
    RISES_ONCE,
    UNKNOWN,
    WAITS,
    kind_code,
    only_kind,
    rises_last,
)
from .sampled_moves import Moves, sampled_moves

Array = NDArray[np.float64]

YES, NO, OPEN = 1, 0, -1
NEARLY_ONE = 1.0 - 1e-14
"""Covers the roundings of a product of two times."""


class Limits(NamedTuple):
    """Thresholds of kinds, as doubles."""

    eps: float
    level: float
    """1 - delta."""
    tau: float
    prominence: float
    ratio: float


class Span(NamedTuple):
    """Two samples between which something happens; the later one may be at infinity."""

    begin: int
    end: int


def compared_py(value: float, level: float, off: float) -> int:
    """Return whether a number is above a level, given that it is known to within `off`."""
    if value - level > off:
        return YES
    return NO if level - value > off else OPEN


compared = kernel(compared_py)


def range_over_py(samples: Samples, span: Span) -> tuple[float, float]:
    """Return what acc_test is at least and at most between two samples, but for the rounding of these."""
    low = high = samples.test[span.begin]
    for i in range(span.begin, span.end):
        low = min(low, min(samples.test[i], samples.test[i + 1]) - samples.stray[i])
        high = max(high, max(samples.test[i], samples.test[i + 1]) + samples.stray[i])
    return low, high


range_over = kernel(range_over_py)


def when_trained_py(samples: Samples, size: int, eps: float, off: float) -> Span:
    """Return between which samples the train error, which only falls, comes down to eps."""
    error = samples.error
    low, high = 0, size - 1
    while low < high:
        middle = (low + high) // 2
        if error[middle] <= eps:
            high = middle
        else:
            low = middle + 1
    begin, end = high - 1, high
    while begin > 0 and compared(error[begin], eps, off) != YES:
        begin -= 1
    while end < size - 1 and compared(error[end], eps, off) != NO:
        end += 1
    if end == 0:
        begin = 0
    return Span(max(begin, 0), end)


when_trained = kernel(when_trained_py)


def when_tested_py(samples: Samples, size: int, level: float, off: float) -> Span:
    """Return between which samples acc_test comes up to a level for good, given that it may be there in the end."""
    test, stray = samples.test, samples.stray
    last = size - 2
    while last >= 0 and min(test[last], test[last + 1]) - stray[last] - level > off:
        last -= 1
    begin = last
    while begin > 0 and level - test[begin] <= off:
        begin -= 1
    return Span(max(begin, 0), last + 1)


when_tested = kernel(when_tested_py)


def when_highest_py(samples: Samples, sure: Moves, likely: Moves, off: float) -> Span:
    """Return between which samples the last prominent maximum lies, of moves that end with a fall and a rise.

    The rise to it is complete between two samples known from the moves for either prominence, and so is the fall after
    it. Between these the highest place is wherever the samples allow it.
    """
    begin, end = max(likely.third_last - 1, 0), sure.second_last
    highest = -np.inf
    for i in range(sure.third_last, likely.second_last):  # certainly between the two
        highest = max(highest, samples.test[i] - off)
    first, last = end, begin
    for i in range(begin, end):
        if max(samples.test[i], samples.test[i + 1]) + samples.stray[i] + off >= highest:
            first, last = min(first, i), max(last, i + 1)
    return Span(first, last)


when_highest = kernel(when_highest_py)


def is_later_py(samples: Samples, one: Span, other: Span, ratio: float) -> int:
    """Return whether one time is more than `ratio` times another."""
    t = samples.t
    if t[one.begin] * NEARLY_ONE > ratio * t[other.end]:
        return YES
    return NO if t[one.end] <= ratio * t[other.begin] * NEARLY_ONE else OPEN


is_later = kernel(is_later_py)


def at_most_py(low: float, high: float, level: float, off: float) -> int:
    """Return whether a number from `low` to `high`, but for a rounding, is at most a level."""
    if low - level > off:
        return NO
    return YES if level - high >= off else OPEN


at_most = kernel(at_most_py)


def stays_near_chance_py(samples: Samples, size: int, near_chance: float, off: float) -> int:
    """Return whether acc_test is never above a level: its largest value lies between that of the samples and more."""
    sampled = samples.test[size - 1]
    for i in range(size - 1):
        sampled = max(sampled, samples.test[i])
    _, high = range_over(samples, Span(0, size - 1))
    return at_most(sampled, high, near_chance, off)


stays_near_chance = kernel(stays_near_chance_py)


class Waiting(NamedTuple):
    """What a curve does from the end of training on, if its last move is a rise: what makes it grokking."""

    waits: int
    late: int
    rises_once: int
    trained: Span
    """When acc_train reaches 1 - eps."""
    tested: Span
    """From when on acc_test stays at 1 - delta or above."""
    top: Span
    """When acc_test is at its last prominent maximum."""


def waiting_py(
    samples: Samples, size: int, limits: Limits, near_chance: float, off: float, sure: Moves, likely: Moves
) -> Waiting:
    """Return the evidence for grokking; where one part is no, the others do not matter, and count as no."""
    nowhere = Span(0, 0)
    trained = when_trained(samples, size, limits.eps, off)
    low, high = range_over(samples, trained)
    waits = at_most(low, high, near_chance, off)
    if waits == NO:
        return Waiting(NO, NO, NO, trained, nowhere, nowhere)
    tested = when_tested(samples, size, limits.level, off)
    late = is_later(samples, tested, trained, limits.ratio)
    if late == NO or sure.moves <= 2:  # without a fall before the last rise there is no maximum
        return Waiting(waits, late, YES, trained, tested, nowhere)
    top = when_highest(samples, sure, likely, off)
    once = OPEN
    if samples.t[top.end] <= samples.t[trained.begin]:
        once = YES
    elif samples.t[top.begin] > samples.t[trained.end]:
        once = NO
    return Waiting(waits, late, once, trained, tested, top)


waiting = kernel(waiting_py)


class Judged(NamedTuple):
    """What the samples of a model say."""

    kind: int
    """The code of its kind, or the one that the samples have if more are possible."""
    doubts: int
    """0 if the kind is certain, else the bits of what is unknown (`kind_codes.DOUBTS`)."""
    largest: float
    """The largest stray."""
    waiting: Waiting


def judged_py(samples: Samples, size: int, limits: Limits, near_chance: float, largest: float, off: float) -> Judged:
    """Return what the samples say; `largest` is the largest stray, and `off` bounds the rounding of each sample.

    What cannot matter any more is not asked, and counts as no.
    """
    completes = compared(limits.eps, samples.error[size - 1], off)
    generalizes = compared(samples.test[size - 1], limits.level, off)
    within = largest + off
    sure = sampled_moves(samples.test, size, limits.prominence + 2.0 * within)
    likely = sampled_moves(samples.test, size, limits.prominence - 2.0 * within)
    told = limits.prominence > 2.0 * within and sure.first == likely.first and sure.moves == likely.moves
    near = NO
    if completes != NO and generalizes != YES:
        near = stays_near_chance(samples, size, near_chance, off)
    nowhere = Span(0, 0)
    groks = Waiting(NO, NO, NO, nowhere, nowhere, nowhere)
    if completes != NO and generalizes != NO and told and rises_last(sure.first, sure.moves):
        groks = waiting(samples, size, limits, near_chance, off, sure, likely)
    evidence, unknown = 0, 0
    for answer, bit in (
        (completes, COMPLETES),
        (near, NEAR_CHANCE),
        (groks.waits, WAITS),
        (groks.rises_once, RISES_ONCE),
        (generalizes, GENERALIZES),
        (groks.late, LATE),
    ):
        if answer == YES:
            evidence |= bit
        elif answer == OPEN:
            unknown |= bit
    if told:
        kind = only_kind(evidence, ALL & ~unknown, sure.first, sure.moves)
        if kind != UNKNOWN:
            return Judged(kind, 0, largest, groks)
        return Judged(kind_code(evidence | unknown, sure.first, sure.moves), unknown, largest, groks)
    if evidence == COMPLETES | NEAR_CHANCE and unknown == 0:  # this is so however it moves
        return Judged(MEMORIZATION, 0, largest, groks)
    seen = sampled_moves(samples.test, size, limits.prominence)
    return Judged(kind_code(evidence | unknown, seen.first, seen.moves), unknown | MOVES, largest, groks)


judged = kernel(judged_py)
