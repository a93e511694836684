"""What studies share that ask at which step a network generalizes."""

from collections.abc import Mapping
from typing import Any

from ..recorded_run import RecordedRun

UNTIL_IT_GENERALIZES: Mapping[str, Any] = {
    "number_format": "float32",
    "evaluation_ratio": 1.03,
    "stop_test_accuracy": 0.95,
    "stop_sustained": 2,
}
"""Settings of a run of which no more is asked than the step of 95 % test accuracy."""


def addition(modulus: int, train_fraction: float) -> str:
    """Return what a run of addition is trained on, in words."""
    return f"addition mod {modulus}, {100 * train_fraction:g} % of the pairs"


def generalizes_at(run: RecordedRun) -> int | None:
    """Return the step of 95 % test accuracy."""
    return run.first_step("test", 0.95, sustained=1)
