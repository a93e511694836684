"""Division modulo a prime: every equation a / b = c (mod p) with b != 0, and the split of the public code."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError
from .configuration import is_prime

Integers = NDArray[np.int64]


def division_equations(modulus: int) -> Integers:
    """Return all equations a / b = c (mod p), shape (p (p - 1), 3), columns a, b, c.

    The order is that of the public code ([openai-grok]): over c, then over b, with a = b c.

    >>> division_equations(3).tolist()
    [[0, 1, 0], [0, 2, 0], [1, 1, 1], [2, 2, 1], [2, 1, 2], [1, 2, 2]]
    """
    if not is_prime(modulus):
        raise InputError(f"modulus must be prime, or division has no answer; got {modulus}")
    c, b = np.meshgrid(np.arange(modulus), np.arange(1, modulus), indexing="ij")
    return np.stack([b * c % modulus, b, c], axis=-1).reshape(-1, 3)


@dataclass(frozen=True, eq=False)
class Split:
    """The equations that are trained on and those that are not, each of shape (examples, 3)."""

    train: Integers
    test: Integers

    def parts(self) -> dict[str, tuple[str, NDArray[np.bool_]]]:
        """Return the parts measured apart: name -> (side, mask over its examples).

        The examples 0 / b = 0 are learned first ([Davies2022], section 3.2); the rest then falls below chance.
        """
        return {
            f"{side}_{part}": (side, mask)
            for side, equations in (("train", self.train), ("test", self.test))
            for part, mask in (("zero_dividend", equations[:, 0] == 0), ("rest", equations[:, 0] != 0))
        }


def split_equations(equations: Integers, train_size: int, seed: int) -> Split:
    """Return the first `train_size` equations of the shuffle that `seed` names as train set, the others as test set.

    NumPy's legacy generator is what the public code uses, and its stream is frozen for good (NEP 19), so
    seed 0 gives the split of the published runs.
    """
    order = np.arange(len(equations))
    np.random.RandomState(seed).shuffle(order)  # see above: the frozen stream is the point
    shuffled = equations[order]
    return Split(train=shuffled[:train_size], test=shuffled[train_size:])
