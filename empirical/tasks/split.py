"""Split: which examples are trained on, which are tested, and which labels are trained on; `divide` carries it out."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from ...analytic.errors import InputError
from ..demands import demand_flags, demand_number, demand_whole
from ..seeds import Stream, generator
from .data import Data
from .task import Examples, Integers, Mask

LARGEST_SEED = 2**32 - 1
"""NumPy's legacy generator takes no more."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """How the examples of a task become a train set and a test set. Defaults: one half, as the public code splits.

    Raises
    ------
    InputError
        If a setting is out of range, or label_noise and random_labels are both asked for.
    """

    train_fraction: float = 0.5
    """Share of the examples that are trained on, between 0 and 1, both excluded."""
    seed: int = 0
    """Which examples are trained on, 0..2**32 - 1; 0 is the split of the published runs."""
    symmetric: bool = False
    """Keep an example and its mirror, the same with its operands swapped, on one side."""
    leave_out: str | None = None
    """A part whose examples are taken out of the train set, and stay in the test set."""
    label_noise: float = 0.0
    """Share of the train labels, 0..1, that are replaced by a wrong answer; a larger share contains a smaller one."""
    random_labels: bool = False
    """Replace every train label by one drawn at random, which may be the right one."""
    label_seed: int = 0
    """Which labels are replaced, and by what."""

    def __post_init__(self) -> None:
        demand_number("train_fraction", self.train_fraction, "between 0 and 1, both excluded", math.ulp(0), 1)
        demand_whole("seed", self.seed, 0, LARGEST_SEED)
        demand_flags(self, ("symmetric", "random_labels"))
        if self.leave_out is not None and not isinstance(self.leave_out, str):  # pyright: ignore  # from a file
            raise InputError(f"leave_out must be the name of a part or None, got {self.leave_out!r}")
        demand_number("label_noise", self.label_noise, "a share in 0..1", 0, math.nextafter(1, 2))
        demand_whole("label_seed", self.label_seed, 0)
        if self.random_labels and self.label_noise:
            raise InputError(
                f"label_noise must be 0 where random_labels is true, got {self.label_noise}: choose one of the two"
            )


def divide(examples: Examples, split: Split) -> Data:
    """Return the examples with their train set, test set and labels.

    Where the task itself fixes the test set, train_fraction, seed and symmetric must stand at their defaults; leave_out
    and the labels may still be chosen. The labels of the test set are always the right answers.

    Raises
    ------
    InputError
        If a side would be empty, the task has no part of that name or no mirror, a fixed test set is to be split, or
        label noise finds no wrong answer.
    """
    train, test = two_sides(examples, split)
    train = without_part(examples, train, split.leave_out)
    return Data(
        inputs=examples.inputs,
        labels=trained_labels(examples, train, split),
        answers=examples.answers,
        train=train,
        test=test,
        parts=examples.parts,
        shape=examples.shape,
    )


def two_sides(examples: Examples, split: Split) -> tuple[Integers, Integers]:
    """Return the indices of the train set and of the test set."""
    if examples.fixed_test is not None:
        return fixed_sides(examples.fixed_test, split)
    # Python's rounding, half to even: [openai-grok] and [davies-code] round so, while other codes cut off.
    size = round(len(examples) * split.train_fraction)
    if split.symmetric:
        train, test = whole_orbits(mirror_of(examples), size, split.seed)
    else:
        train, test = np.split(shuffled(np.arange(len(examples), dtype=np.int64), split.seed), [size])
    if not (len(train) and len(test)):
        raise InputError(
            f"train_fraction must leave at least one example on each side, got {split.train_fraction} of "
            f"{len(examples)}, that is {len(train)} and {len(test)}"
        )
    return train, test


def fixed_sides(tested: Mask, split: Split) -> tuple[Integers, Integers]:
    """Return the two sides that the task itself decides; InputError if `split` decides otherwise or one is empty."""
    demand_defaults(split, ("train_fraction", "seed", "symmetric"))
    if tested.all() or not tested.any():
        raise InputError(
            f"fixed_test must leave at least one example on each side, got {tested.sum()} of {len(tested)}"
        )
    return np.flatnonzero(~tested), np.flatnonzero(tested)


def shuffled(items: Integers, seed: int) -> Integers:
    """Return the items in the order that `seed` names.

    NumPy's legacy generator is what the public code uses, and its stream is frozen for good (NEP 19), so seed 0 gives
    the split of the published runs.
    """
    order = items.copy()
    np.random.RandomState(seed).shuffle(order)  # see above: the frozen stream is the point
    return order


def whole_orbits(mirror: Integers, size: int, seed: int) -> tuple[Integers, Integers]:
    """Return the two sides of a split that parts no example from its mirror.

    An orbit is an example and its mirror, or an example that is its own. The train set is the longest beginning of the
    shuffled orbits that has at most `size` examples: it has `size` or, where only half an orbit would still fit, one
    less.
    """
    first = shuffled(np.flatnonzero(np.arange(len(mirror)) <= mirror), seed)
    orbits = np.stack([first, mirror[first]], axis=1)
    new = np.stack([np.full(len(first), True), first != mirror[first]], axis=1)  # an own mirror counts once
    taken = int(np.searchsorted(new.sum(axis=1).cumsum(), size, side="right"))
    return orbits[:taken][new[:taken]], orbits[taken:][new[taken:]]


def mirror_of(examples: Examples) -> Integers:
    """Return the mirror; InputError if there is none, or if it does not lead back."""
    if examples.mirror is None:
        raise InputError("symmetric must be false for a task whose operands cannot be swapped, got True")
    if not np.array_equal(examples.mirror[examples.mirror], np.arange(len(examples))):
        raise InputError("mirror must lead back: the mirror of an example's mirror is the example itself")
    return examples.mirror


def demand_defaults(split: Split, names: tuple[str, ...]) -> None:
    """Refuse a split of a task that brings its own test set, unless the settings `names` are untouched."""
    defaults = {field.name: field.default for field in dataclasses.fields(split)}
    for name in names:
        value = getattr(split, name)
        if value != defaults[name]:
            raise InputError(
                f"{name} must be left at {defaults[name]} for a task that fixes its own test set, got {value}"
            )


def without_part(examples: Examples, train: Integers, part: str | None) -> Integers:
    """Return the train set without the examples of a part; InputError if there is no such part or nothing is left."""
    if part is None:
        return train
    if part not in examples.parts:
        known = ", ".join(examples.parts) or "none"
        raise InputError(f"leave_out must be one of the parts of the task ({known}), got {part!r}")
    left = train[~examples.parts[part][train]]
    if not len(left):
        raise InputError(f"leave_out must leave at least one example to train on, got {part!r}")
    return left


def trained_labels(examples: Examples, train: Integers, split: Split) -> Integers:
    """Return the labels of all examples, shape (N,): the answers, but for what `split` asks of the train set."""
    labels = examples.answers.copy()
    if split.random_labels:
        labels[train] = generator(split.label_seed, Stream.LABELS, "random").integers(examples.classes, size=len(train))
    elif split.label_noise:
        add_noise(labels, train, split, examples.classes)
    return labels


def add_noise(labels: Integers, train: Integers, split: Split, classes: int) -> None:
    """Replace round(label_noise * train size) of the train labels, each by a wrong one, all equally likely."""
    if classes < 2:
        raise InputError(f"label_noise must be 0 for a task of one class, got {split.label_noise}")
    stream = generator(split.label_seed, Stream.LABELS, "noise")
    # Both draws are of the size of the whole train set, so that a larger share contains a smaller one.
    order, shift = stream.permutation(len(train)), stream.integers(1, classes, size=len(train))
    chosen = order[: round(len(train) * split.label_noise)]
    labels[train[chosen]] = (labels[train[chosen]] + shift[chosen]) % classes
