"""Sparse parity of [Merrill2023]: a few neurons of a wide network come to do all of the work."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from safetensors.numpy import load_file

from ..configuration import Configuration
from ..networks import MLP
from ..optimization import SGD
from ..recorded_run import RecordedRun
from ..run_folder import SNAPSHOTS
from ..tasks import SparseParity as Task
from .finding import Finding, reported, within
from .study import Settings, Study

if TYPE_CHECKING:
    from ..runs import Run

AGREE = 0.98
"""Share of the test set on which a set of neurons must answer as the whole network does, to reproduce it."""


@dataclass(frozen=True, kw_only=True)
class Parity(Study):
    """Does a network learn the parity of three bits late, and is it then a small part of the network that knows it?

    Refuted if test accuracy does not take twice the steps of train accuracy, or if at the end more than 12 of its
    neurons are needed to answer as it does (the paper found 6). Settings of its public code; its network
    has one output where this one has two, whose difference moves twice as fast under the same rate.
    """

    name: ClassVar[str] = "sparse_parity"

    bits: int = 40
    relevant: int = 3
    hidden: int = 1000
    epochs: int = 300
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield one run a seed, each with a train set of its own."""
        for seed in self.seeds:
            task = Task(bits=self.bits, relevant=self.relevant, data_seed=seed)
            yield (
                {"seed": seed},
                Configuration(
                    task=task,
                    network=MLP(hidden=(self.hidden,), inputs="signs", output_bias=False),
                    optimizer=SGD(learning_rate=0.1, weight_decay=0.01, warmup_steps=0),
                    seed=seed,
                    batch_size=32,
                    ragged_last_batch=True,
                    loss="hinge",
                    number_format="float32",
                    steps=self.epochs * math.ceil(task.train / 32),
                    evaluation_ratio=1.02,
                    snapshot_ratio=1.1,
                ),
            )

    def measured(self, run: "Run") -> list[dict[str, float]]:
        """Return how many neurons answer as the whole network does, at every snapshot."""
        data = run.config.data
        signs = 1.0 - 2.0 * data.inputs[data.test]
        return [
            {"step": int(path.stem.removeprefix("step-")), "neurons": fewest_neurons(load_file(path), signs)}
            for path in sorted((run.path / SNAPSHOTS).glob("step-*.safetensors"))
        ]

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield delay, norms and neurons."""
        setting = f"parity of {self.relevant} of {self.bits} bits, {self.hidden} neurons, {self.epochs} epochs"
        yield within("Step of 98 % test over that of 98 % train accuracy?", setting, map(_delay, runs), 2, math.inf)
        yield within(
            "How many neurons, the largest first, answer as the network does on 98 of 100 test strings, at the end?",
            setting,
            (float(run.measures["neurons"][-1]) for run in runs),
            1,
            12,
            "6 (Merrill et al. 2023, recalled)",
        )
        yield reported(
            "The same at the step of 98 % train accuracy?", setting, (_neurons_when_memorized(run) for run in runs)
        )
        yield reported(
            "Norm of all weights at the end over that at the beginning?",
            setting,
            (float(run.columns["norm_all"][-1] / run.columns["norm_all"][0]) for run in runs),
        )


def fewest_neurons(weights: dict[str, np.ndarray], signs: np.ndarray) -> int:
    """Return how many hidden neurons answer as all of them do on `AGREE` of the inputs, the largest taken first.

    Parameters
    ----------
    weights
        Of a network with one hidden layer of H neurons and two outputs.
    signs
        Inputs, +1 and -1, shape (N, bits).
    """
    inward, outward = weights["layers.0.weight"].astype(float), weights["layers.1.weight"].astype(float)
    active = np.maximum(signs @ inward.T + weights["layers.0.bias"], 0.0)  # (N, H)
    of_each = active * (outward[1] - outward[0])  # what each adds to the margin of answer 1
    order = np.argsort(-np.linalg.norm(inward, axis=1) * np.linalg.norm(outward, axis=0))
    margins = of_each[:, order].cumsum(axis=1)
    agreement = ((margins > 0) == (margins[:, -1:] > 0)).mean(axis=0)
    return int(np.argmax(agreement >= AGREE)) + 1


def _delay(run: RecordedRun) -> float | None:
    train, test = (run.first_step(side, 0.98) for side in ("train", "test"))
    return None if train is None or test is None else test / train


def _neurons_when_memorized(run: RecordedRun) -> float:
    train = run.first_step("train", 0.98)
    place = np.searchsorted(run.measures["step"], train or 0)
    return float(run.measures["neurons"][min(place, len(run.measures["neurons"]) - 1)])


SIZES = {"small": Parity(), "full": Parity(seeds=tuple(range(20)))}
"""By the name of the size."""
