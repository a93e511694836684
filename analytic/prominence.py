"""Which rises and falls of a curve are prominent: the longest chain of them in turn, each by the prominence or more.

Each move is taken as soon as it is complete, which makes the chain longest. For let the first move of the curve be
complete at a place j, a rise, say. Nothing before j lies above j, or another move would have been complete sooner. So a
chain that begins with a later rise, or whose first fall begins before j, is still one if it passes through j instead,
and one that begins with a fall gains the rise to j before it. From j on the same holds of the rest.

Only whether the curve moves by that much from one place to another is asked. Heights are never ordered, so that a tie
between two of them does no harm. What is found is what remains if neighbouring heights closer than the prominence are
struck out in pairs, the closest first, and where a pair holds an end of the curve, that end alone.
"""

from collections.abc import Callable

Moved = Callable[[int, int], int]
"""1 where the second place is above the first by the prominence or more, -1 where it is below it by that, 0 else."""


def prominent_moves(places: int, moved: Moved) -> tuple[str, list[range]]:
    """Return the moves, "+" and "-" in turn, and for each turn between two of them the places among which it is.

    Parameters
    ----------
    places
        How many places there are: the ends of a curve and its extrema, in order.
    moved
        Which way the curve has moved from one place to a later one.

    Examples
    --------
    >>> heights = [0, 5, 4, 9, 2, 3, 0]
    >>> prominent_moves(7, lambda i, j: (heights[j] - heights[i] >= 4) - (heights[i] - heights[j] >= 4))
    ('+-', [range(1, 4)])
    """
    moves, turns, since = "", list[range](), 0
    for place in range(1, places):
        ways = {moved(before, place) for before in range(since, place)} - {0, {"+": 1, "-": -1}.get(moves[-1:], 0)}
        if ways:
            if moves:
                turns.append(range(since, place))
            moves += "+" if ways == {1} else "-"
            since = place
    return moves, turns
