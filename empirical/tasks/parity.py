"""SparseParity: whether the number of ones among the first few of many bits is odd."""

from dataclasses import dataclass

import numpy as np

from ...analytic.errors import InputError
from ..demands import demand_whole
from ..kinds import kind
from ..seeds import Stream, generator
from .task import Examples, Integers

MOST_BITS = 62
"""A string of bits is held as one number in 64 bits, and so is the number of strings."""
MOST_EXAMPLES = 1_000_000
"""On either side."""


@kind("task", "sparse_parity")
@dataclass(frozen=True, kw_only=True)
class SparseParity:
    """Strings of bits drawn at random, with the parity of the first `relevant` bits as answer.

    The defaults are those of Merrill et al. (2023), whose strings are of +1 and -1 (Tsili42/parity-nn); here -1 is
    the bit 1. The test set is always the same, and a new `data_seed` draws a new train set beside it. All strings are
    different. The train set comes first. There are no parts.

    Raises
    ------
    InputError
        If a setting is no whole number in its range, or there are fewer strings than examples.
    """

    bits: int = 40
    """Length of a string, 2..62."""
    relevant: int = 3
    """How many bits count, 1..bits."""
    train: int = 1000
    test: int = 100
    """Sizes of the two sets, 1..1,000,000 each, and together at most 2**bits."""
    data_seed: int = 0
    """Which train set is drawn."""

    def __post_init__(self) -> None:
        demand_whole("bits", self.bits, 2, MOST_BITS)
        demand_whole("relevant", self.relevant, 1, self.bits)
        demand_whole("train", self.train, 1, MOST_EXAMPLES)
        demand_whole("test", self.test, 1, MOST_EXAMPLES)
        demand_whole("data_seed", self.data_seed, 0)
        if self.train + self.test > 2**self.bits:
            raise InputError(
                f"train and test must together be at most 2**bits = {2**self.bits}, for all strings differ; "
                f"got {self.train} + {self.test}: take more bits"
            )

    def examples(self) -> Examples:
        """Return the train set and then the test set: inputs of shape (train + test, bits), answers 0 or 1."""
        strings = np.concatenate(draw(self.bits, self.train, self.test, self.data_seed))
        inputs = strings[:, None] >> np.arange(self.bits) & 1
        return Examples(
            inputs=inputs,
            answers=inputs[:, : self.relevant].sum(axis=1) % 2,
            symbols=2,
            classes=2,
            fixed_test=np.arange(len(strings)) >= self.train,
        )


def draw(bits: int, train: int, test: int, data_seed: int) -> tuple[Integers, Integers]:
    """Return train and test strings as numbers in 0..2**bits - 1, all different, shapes (train,) and (test,).

    The train strings are drawn by their place among those that the test set leaves over: nothing is rejected, and
    every such set is equally likely.
    """
    tested = generator(0, Stream.DATA, "test").choice(2**bits, size=test, replace=False)
    place = generator(data_seed, Stream.DATA, "train").choice(2**bits - test, size=train, replace=False)
    # Below the i-th smallest test string stand its value less i others, so that a place at or past that is beyond it.
    passed = np.searchsorted(np.sort(tested) - np.arange(test), place, side="right")
    return place + passed, tested
