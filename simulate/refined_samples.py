"""More samples where the kind of a curve is still open: intervals that matter are halved until it is told.

What matters is where acc_test may stray most, if its moves are open; where it may be above chance + tau, if that is;
and the intervals in which the times of complete training, of generalization, or of the last maximum lie, if these are.
"""

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .curve_samples import Samples
from .judged_curves import Judged, Limits, Span
from .kind_codes import LATE, MOVES, NEAR_CHANCE, RISES_ONCE, WAITS
from .sample_times import logistics

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SHARE = 0.25
"""Of the largest stray, from which on an interval is halved: halving divides a stray by about 4."""


def mark_span_py(samples: Samples, span: Span, off: float, halve: Flags) -> None:
    """Mark the intervals of a span in which acc_test is known no better than its samples are."""
    for i in range(span.begin, span.end):
        if samples.stray[i] > off or abs(samples.test[i + 1] - samples.test[i]) > 2.0 * off:
            halve[i] = True


mark_span = kernel(mark_span_py)


def mark_py(
    samples: Samples, size: int, found: Judged, limits: Limits, near_chance: float, off: float, halve: Flags
) -> int:
    """Fill `halve` with the intervals that matter for what is in doubt, and return their number."""
    for i in range(size - 1):
        halve[i] = False
    if found.doubts & MOVES:
        least = max(SHARE * found.largest, off)
        for i in range(size - 1):
            halve[i] = samples.stray[i] > least
    if found.doubts & NEAR_CHANCE:
        for i in range(size - 1):
            highest = max(samples.test[i], samples.test[i + 1]) + samples.stray[i]
            if samples.stray[i] > off and highest > near_chance - off:
                halve[i] = True
    if found.doubts & (WAITS | LATE | RISES_ONCE):
        for i in range(found.waiting.trained.begin, found.waiting.trained.end):
            level = limits.eps
            if max(abs(samples.error[i] - level), abs(samples.error[i + 1] - level)) > off:
                halve[i] = True
    if found.doubts & LATE:
        mark_span(samples, found.waiting.tested, off, halve)
    if found.doubts & RISES_ONCE:
        mark_span(samples, found.waiting.top, off, halve)
    count = 0
    for i in range(size - 1):
        middle = samples.t[i] + 0.5 * (samples.t[i + 1] - samples.t[i])
        halve[i] = halve[i] and samples.t[i] < middle < samples.t[i + 1] and middle < np.inf
        count += halve[i]
    return count


mark = kernel(mark_py)


def halved_py(alpha: Array, b: Array, size: int, count: int, halve: Flags, samples: Samples) -> int:
    """Put a sample into the middle of each interval that is marked, with its logistics; return the new number."""
    t, near, far = samples.t, samples.near, samples.far
    place = size + count - 1
    for i in range(size - 1, -1, -1):  # from the end, so that nothing is overwritten before it is moved
        t[place] = t[i]
        for k in range(alpha.shape[0]):
            near[k, place] = near[k, i]
            far[k, place] = far[k, i]
        place -= 1
        if i > 0 and halve[i - 1]:
            t[place] = t[i - 1] + 0.5 * (t[i] - t[i - 1])
            logistics(t[place], alpha, b, place, near, far)
            place -= 1
    return size + count


halved = kernel(halved_py)
