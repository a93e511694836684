"""Which minima of a search are the same model, and which say something else as well as the best one does.

Patterns that a rule treats alike may change places without changing a curve: they are put in order of inflection.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ...analytic.rules import Mean, Preferred, Priority, Rule, SoftPreference

Array = NDArray[np.float64]

SAME = 1e-3
"""Largest difference of two minima, in units of the searched ranges, at which they are one."""


def in_order(rule: Rule, x: Array) -> Array:
    """Return a candidate (4 n,) with the patterns that the rule treats alike in order of inflection."""
    table = x.reshape(4, -1)
    place = list(range(table.shape[1]))
    for alike in treated_alike(rule, table.shape[1]):
        for at, pattern in zip(alike, sorted(alike, key=lambda i: table[2, i]), strict=True):
            place[at] = pattern
    return table[:, place].ravel()


def treated_alike(rule: Rule, n: int) -> list[list[int]]:
    """Return the groups of patterns that may change places without changing a curve."""
    match rule:
        case Mean():
            return [list(range(n))]
        case Preferred(pattern=k):
            return [[i for i in range(n) if i != k]]
        case Priority(order=order):
            return [[i for i in range(n) if i not in order]]
        case SoftPreference(weights=weights):
            return [[i for i in range(n) if weights[i] == weight] for weight in dict.fromkeys(weights)]
        case _:
            return [[i] for i in range(n)]


def exchanges(rule: Rule, n: int) -> list[list[int]]:
    """Return the orders of patterns in which two that the rule does not treat alike have changed places.

    What one of them did is then done by the other: an early pattern in the place of the preferred one, say. Descents
    hardly ever come from one such arrangement to another.
    """
    alike = {frozenset(pair) for group in treated_alike(rule, n) for pair in combinations(group, 2)}
    orders = []
    for i, j in combinations(range(n), 2):
        if frozenset((i, j)) not in alike:
            order = list(range(n))
            order[i], order[j] = j, i
            orders.append(order)
    return orders


def distinct(minima: Array, span: Array) -> NDArray[np.intp]:
    """Return the minima (M, k), the best first, without those that are one of the others, as indices."""
    kept: list[int] = []
    for i, x in enumerate(minima):
        if all(np.abs((x - minima[j]) / span).max() > SAME for j in kept):
            kept.append(i)
    return np.array(kept, dtype=np.intp)
