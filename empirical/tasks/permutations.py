"""Permutations: every equation of a product, a conjugation or a sandwich in the symmetric group."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..demands import demand_one_of, demand_whole
from ..kinds import kind
from .task import Examples, Integers

OPERATIONS: dict[str, Callable[[Integers, Integers], Integers]] = {
    "x.y": lambda x, y: then(x, y),
    "x.y.x^-1": lambda x, y: then(then(x, y), inverse(x)),
    "x.y.x": lambda x, y: then(then(x, y), x),
}
"""Read from the left: x.y is first x, then y, as in the public code ([openai-grok])."""


def then(first: Integers, second: Integers) -> Integers:
    """Return "first `first`, then `second`", row by row: (N, letters), where column i says where i goes."""
    return np.take_along_axis(second, first, axis=1)


def inverse(permutations: Integers) -> Integers:
    """Return the inverse of each row, shape (N, letters)."""
    return np.argsort(permutations, axis=1)


def ranks(permutations: Integers) -> Integers:
    """Return the place of each row among all permutations in lexicographic order, shape (N,).

    Each letter counts the smaller ones to its right; these counts are the digits of the rank in the factorial base.
    """
    rank = np.zeros(len(permutations), dtype=np.int64)
    letters = permutations.shape[1]
    for i in range(letters):
        rank = rank * (letters - i) + (permutations[:, i + 1 :] < permutations[:, i : i + 1]).sum(axis=1)
    return rank


@kind("task", "permutations")
@dataclass(frozen=True, kw_only=True)
class Permutations:
    """All equations of one operation on the permutations of a few letters; 120 x 120 of them for five letters.

    Symbol k is the k-th permutation that `itertools.permutations` gives, that is in lexicographic order, and 0 is the
    identity. The order of the examples is over x and then over y. The operations are those of [Power2022].

    Parts: "equal" (x = y), and "commuting" (x.y = y.x), where conjugation returns y.

    >>> Permutations(letters=3).examples().answers.reshape(6, 6)[1].tolist()
    [1, 0, 3, 2, 5, 4]

    Raises
    ------
    InputError
        If there is no such operation, or letters is not a whole number in 3..5.
    """

    operation: str = "x.y"
    """One of "x.y", "x.y.x^-1", "x.y.x"."""
    letters: int = 5

    def __post_init__(self) -> None:
        demand_one_of("operation", self.operation, tuple(OPERATIONS))
        demand_whole("letters", self.letters, 3, 5)

    def examples(self) -> Examples:
        """Return all equations: inputs x and y of shape (N, 2), answers of shape (N,), N = (letters!)^2."""
        elements = np.array(list(itertools.permutations(range(self.letters))), dtype=np.int64)
        first, second = np.divmod(np.arange(len(elements) ** 2, dtype=np.int64), len(elements))
        x, y = elements[first], elements[second]
        return Examples(
            inputs=np.stack([first, second], axis=1),
            answers=ranks(OPERATIONS[self.operation](x, y)),
            symbols=len(elements),
            classes=len(elements),
            parts={"equal": first == second, "commuting": (then(x, y) == then(y, x)).all(axis=1)},
        )
