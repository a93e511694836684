"""The moves of a curve from its samples: those that it certainly has, and those that it may have.

If the curve is within E of a function that is monotone between samples and passes through them, a rise or fall of
P + 2 E of the samples is one of P of the curve, and one of P of the curve is one of P - 2 E of the samples. So the
longest chain of the curve is at least as long as that of the samples for P + 2 E, and at most as long as that for
P - 2 E (docs/theory.md, 4.10). Each is found by taking every move as soon as it is complete (`analytic.prominence`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import kernel

Array = NDArray[np.float64]


class Moves(NamedTuple):
    """A chain of rises and falls in turn."""

    first: int
    """1 if it begins with a rise, -1 if with a fall, 0 without any."""
    moves: int
    """How many."""
    last: int
    """At which sample the last move is complete; 0 where there are too few."""
    second_last: int
    third_last: int


def sampled_moves_py(test: Array, size: int, prominence: float) -> Moves:
    """Return the moves of the samples."""
    first, way, moves = 0, 0, 0
    last, second_last, third_last = 0, 0, 0
    lowest = highest = test[0]
    for i in range(1, size):
        here = test[i]
        moved = 0
        if way <= 0 and here - lowest >= prominence:
            moved = 1
        elif way >= 0 and highest - here >= prominence:
            moved = -1
        if moved != 0:
            way = moved
            if moves == 0:
                first = moved
            moves += 1
            last, second_last, third_last = i, last, second_last
            lowest = highest = here
        else:
            lowest = min(lowest, here)
            highest = max(highest, here)
    return Moves(first, moves, last, second_last, third_last)


sampled_moves = kernel(sampled_moves_py)
