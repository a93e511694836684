"""Figure 1 of [Davies2022]: one training run, shown by accuracy, by the logarithm of accuracy and by loss."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..configuration import Configuration
from ..experiments import division_mod_97
from ..recorded_run import RecordedRun
from .finding import Finding, reported, within
from .study import Settings, Study


@dataclass(frozen=True, kw_only=True)
class ThreeViews(Study):
    """Is a run that groks in accuracy a double descent, a small one in log accuracy and a large one in loss?

    Refuted if test accuracy is not late, if it does not rise, fall and rise again on a logarithmic scale before it is
    high, or if test loss does not rise above a first minimum and then fall below it. Division; the paper has weight
    decay 1e-5 and 400 000 steps, which is the full size; the small one has the settings of the tour, with decay 1.
    """

    name: ClassVar[str] = "figure_1"

    modulus: int = 97
    weight_decay: float = 1e-5
    """The paper's."""
    steps: int = 400_000
    """The paper's."""
    train_fraction: float = 0.5
    heads: int = 1
    betas: tuple[float, float] = (0.9, 0.98)
    stop_test_accuracy: float | None = None
    """Where a run ends before its last step. Its last loss then says little, and is reported."""
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    """The small size has others: the curves of seeds 0 to 4 were known under its settings before these claims."""

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield one run a seed."""
        own = {
            "task.modulus": self.modulus,
            "split.train_fraction": self.train_fraction,
            "network.heads": self.heads,
            "optimizer.weight_decay": self.weight_decay,
            "optimizer.betas": self.betas,
            "steps": self.steps,
            "stop_test_accuracy": self.stop_test_accuracy,
            "number_format": "float32",
            "evaluation_ratio": 1.02,
        }
        for seed in self.seeds:
            yield {"seed": seed}, division_mod_97(seed, **own)

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield the claims of the figure."""
        setting = f"division mod {self.modulus}, weight decay {self.weight_decay:g}, {self.steps} steps"
        yield within("Step of 99 % test over that of 99 % train accuracy?", setting, map(_delay, runs), 3, math.inf)
        yield within(
            "Lowest test accuracy after its early peak, over that peak?", setting, map(_dip_over_peak, runs), 0, 0.5
        )
        yield within(
            "Lowest accuracy on the others than 0 / b in that dip, over chance (asked after the runs)?",
            setting,
            (_dip_of_the_rest(run) * self.modulus for run in runs),
            0,
            0.5,
        )
        yield within("Largest test loss over its minimum before?", setting, map(_rise_of_loss, runs), 1.5, math.inf)
        last = map(_last_over_first_minimum, runs)
        if self.stop_test_accuracy is None:
            yield within("Last test loss over that minimum?", setting, last, 0, 1)
        else:
            yield reported("Test loss over that minimum where the run ends?", setting, last)


def _delay(run: RecordedRun) -> float | None:
    train, test = run.first_step("train", 0.99), run.first_step("test", 0.99)
    return None if train is None or test is None else test / train


def memorizing(run: RecordedRun) -> slice:
    """Return the evaluations until half of the train set is right: where the early peak is looked for."""
    half = run.first_step("train", 0.5, sustained=1)
    return slice(0, len(run.step) if half is None else int(np.searchsorted(run.step, half)) + 1)


def _dip(run: RecordedRun) -> slice:
    """Return the evaluations from the early peak of test accuracy until half of the test set is right."""
    peak = int(run.accuracy("test")[memorizing(run)].argmax())
    late = run.first_step("test", 0.5, sustained=1)
    return slice(peak, len(run.step) if late is None else int(np.searchsorted(run.step, late)) + 1)


def _dip_over_peak(run: RecordedRun) -> float:
    accuracy = run.accuracy("test")[_dip(run)]
    return float(accuracy.min() / accuracy[0])


def _dip_of_the_rest(run: RecordedRun) -> float:
    return float(run.accuracy("test_rest")[_dip(run)].min())


def first_minimum(run: RecordedRun) -> int:
    """Return the evaluation of the lowest test loss while the network memorizes."""
    return int(np.nan_to_num(run.loss("test")[memorizing(run)], nan=np.inf).argmin())


def _rise_of_loss(run: RecordedRun) -> float:
    """Return the largest test loss over that minimum, but for those in collapses of train accuracy."""
    place = first_minimum(run)
    learned = np.maximum.accumulate(run.accuracy("train"))
    settled = (run.accuracy("train") >= learned - 0.05) & (np.arange(len(run.step)) >= place)
    return float(np.nanmax(run.loss("test")[settled]) / run.loss("test")[place])


def _last_over_first_minimum(run: RecordedRun) -> float:
    return float(run.loss("test")[-1] / run.loss("test")[first_minimum(run)])


SIZES = {
    "small": ThreeViews(
        weight_decay=1.0,
        steps=4500,
        train_fraction=0.55,
        heads=4,
        betas=(0.9, 0.999),
        stop_test_accuracy=0.99,
        seeds=(5, 6, 7),
    ),
    "full": ThreeViews(),
}
"""By the name of the size."""
