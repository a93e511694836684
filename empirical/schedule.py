"""When what happens in a run: batches, evaluations, snapshots, dropout. All are functions of the step alone.

Because nothing here has a state, a resumed run needs no more than the number of its last step.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .configuration import Configuration
from .seeds import Stream, generator

DROPOUT_RETURNS_AT = 1000
"""From this step on the public code evaluates once an epoch, after its last batch. An evaluation switches dropout off
until the next epoch begins, so an epoch that begins from here on no longer loses its dropout."""


def batches_per_epoch(configuration: Configuration) -> int:
    """Return the number of updates in an epoch; what does not fill a batch is skipped unless the quirk is on."""
    full, left_over = divmod(len(configuration.data.train), configuration.batch)
    return full + (1 if left_over and configuration.ragged_last_batch else 0)


def batch_length(configuration: Configuration, step: int) -> int:
    """Return the number of examples of update `step`, counted from 1."""
    place = (step - 1) % batches_per_epoch(configuration)
    return min(configuration.batch, len(configuration.data.train) - place * configuration.batch)


def batch(configuration: Configuration, step: int) -> NDArray[np.int64]:
    """Return the examples of update `step`, counted from 1: indices into the task's examples, shape (B,)."""
    train, size = configuration.data.train, configuration.batch
    if size == len(train):  # all of them at every step: no order to draw
        return train
    epoch, place = divmod(step - 1, batches_per_epoch(configuration))
    order = epoch_order(shuffle_seed(configuration), len(train), epoch)
    return train[order[place * size : (place + 1) * size]]


def shuffle_seed(configuration: Configuration) -> int:
    """Return the seed of batch order and dropout."""
    return configuration.seed if configuration.batch_seed is None else configuration.batch_seed


@lru_cache(maxsize=1024)
def epoch_order(seed: int, train_size: int, epoch: int) -> NDArray[np.int64]:
    """Return the order of the training examples in an epoch, shape (train_size,)."""
    order = generator(seed, Stream.BATCHES, epoch).permutation(train_size)
    order.flags.writeable = False
    return order


def drops_out(configuration: Configuration, step: int) -> bool:
    """Return whether update `step`, counted from 1, is made with dropout, if the network has any."""
    since_first_of_epoch = (step - 1) % batches_per_epoch(configuration)
    epoch_begins_at = step - since_first_of_epoch
    lost = since_first_of_epoch > 0 and epoch_begins_at < DROPOUT_RETURNS_AT
    return not (lost and configuration.dropout_lost_in_evaluation)


def dropout_key(configuration: Configuration, step: int) -> int:
    """Return the number that decides the dropout masks of update `step`, in 0..2**63 - 1."""
    return int(generator(shuffle_seed(configuration), Stream.DROPOUT, step).integers(2**63))


def evaluation_steps(configuration: Configuration) -> list[int]:
    """Return the steps at which the network is evaluated: 0, every few at first, then geometrically, then the last.

    >>> evaluation_steps(Configuration(steps=20, dense_evaluations_until=4, evaluation_ratio=1.5))
    [0, 2, 4, 6, 9, 14, 20]
    """
    last = configuration.steps
    steps = list(range(0, min(configuration.dense_evaluations_until, last) + 1, configuration.dense_evaluations_every))
    at = max(1.0, float(configuration.dense_evaluations_until))
    while (at := at * configuration.evaluation_ratio) < last:
        if round(at) > steps[-1]:
            steps.append(round(at))
    return steps if steps[-1] == last else [*steps, last]


def snapshot_steps(configuration: Configuration) -> list[int]:
    """Return the evaluations after which the weights are kept: those next to a geometric grid, the last included.

    >>> snapshot_steps(Configuration(steps=20, dense_evaluations_until=4, evaluation_ratio=1.5, snapshot_ratio=3.0))
    [0, 2, 6, 20]
    """
    if configuration.snapshot_ratio is None:
        return []
    evaluations, kept, due = evaluation_steps(configuration), [], 0.0
    for step in evaluations:
        if step >= due or step == evaluations[-1]:
            kept.append(step)
            due = max(1.0, step * configuration.snapshot_ratio)
    return kept
