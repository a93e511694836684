"""Data: a task's examples after the split, with the labels that are trained on."""

from collections.abc import Mapping
from dataclasses import dataclass

from .task import Integers, Mask, Shape


@dataclass(frozen=True, eq=False)
class Data:
    """What one member trains on and is measured on.

    Parameters
    ----------
    inputs
        Operands of all N examples of the task, shape (N, K).
    labels
        What the loss asks for, shape (N,): the right answers, but for noise and random labels in the train set.
    answers
        Right answers, shape (N,).
    train, test
        Indices into the examples, each once: the train set in the order that batches count by, the test set.
        Examples in neither are left out of the run.
    parts
        Masks over the examples, shape (N,), by name; each is measured on either side.
    shape
        What a network must know of the task.
    """

    inputs: Integers
    labels: Integers
    answers: Integers
    train: Integers
    test: Integers
    parts: Mapping[str, Mask]
    shape: Shape
