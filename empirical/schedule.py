"""When what happens in a run: batches, learning rate, evaluations, dropout. All are functions of the step alone.

Because nothing here has a state, a resumed run needs no more than the number of its last step.
"""

import numpy as np
from numpy.typing import NDArray

from .configuration import Configuration
from .seeds import Stream, generator

DROPOUT_RETURNS_AT = 1000
"""From this step on the public code evaluates once an epoch, after its last batch, and no longer loses its dropout."""


def batches_per_epoch(configuration: Configuration) -> int:
    """Return the number of updates in an epoch; what does not fill a batch is skipped unless the quirk is on."""
    full, left_over = divmod(configuration.train_size, configuration.batch_size)
    return full + (1 if left_over and configuration.quirks.ragged_last_batch else 0)


def epoch_order(configuration: Configuration, epoch: int) -> NDArray[np.int64]:
    """Return the order of the training examples in an epoch, shape (train_size,)."""
    return generator(configuration.seed, Stream.BATCHES, epoch).permutation(configuration.train_size)


def learning_rate(configuration: Configuration, step: int) -> float:
    """Return the learning rate of update `step`, counted from 1, with linear warm-up."""
    if step >= configuration.warmup_steps:
        return configuration.learning_rate
    return configuration.learning_rate * step / configuration.warmup_steps


def drops_out(configuration: Configuration, step: int) -> bool:
    """Return whether update `step`, counted from 1, is made with dropout."""
    quirks = configuration.quirks
    if not quirks.mlp_dropout:
        return False
    first_of_epoch = (step - 1) % batches_per_epoch(configuration) == 0
    return first_of_epoch or step > DROPOUT_RETURNS_AT or not quirks.dropout_lost_in_evaluation


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
