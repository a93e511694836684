"""A setting small enough to train in a second, for every test that needs a run."""

from typing import Any

import pytest

from grokdd.empirical import Configuration

TINY: dict[str, Any] = {
    "task.modulus": 11,
    "network.width": 16,
    "batch_size": 16,
    "steps": 60,
    "number_format": "float32",
    "dense_evaluations_until": 10,
    "dense_evaluations_every": 5,
    "evaluation_ratio": 1.3,
    "checkpoint_every": 15,
}
"""Division mod 11: 55 training examples, so three batches an epoch; evaluations and checkpoints interleave."""


@pytest.fixture
def tiny():
    """Make a tiny configuration; settings given by name replace its own, dotted ones those of a part."""

    def make(settings=None, **named):
        given = (settings or {}) | named
        # A part that is given whole takes none of the tiny one's own settings.
        kept = {name: value for name, value in TINY.items() if name.partition(".")[0] not in given}
        return Configuration().changed(kept | given)

    return make
