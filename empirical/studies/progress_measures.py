"""Progress measures of [Nanda2022]: what the key frequencies contribute, long before test accuracy shows it."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..configuration import Configuration
from ..experiments import fourier_progress
from ..recorded_run import RecordedRun
from .finding import Finding, within
from .generalizing import addition
from .study import Settings, Study

if TYPE_CHECKING:
    from ..runs import Run


@dataclass(frozen=True, kw_only=True)
class ProgressMeasures(Study):
    """Is the circuit of a few frequencies there before it shows, and is it all that the network generalizes by?

    Refuted if the loss restricted to the key frequencies is not half of guessing's before test accuracy is one half, if
    the train loss without them is not at least that of guessing at the end, or if they are more than ten.
    """

    name: ClassVar[str] = "progress_measures"

    modulus: int = 113
    train_fraction: float = 0.3
    steps: int = 16_000
    """[Nanda2022]: clean-up ends at 14 000."""

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield one run a seed, its weights kept along the way."""
        for seed in self.seeds:
            own = {"task.modulus": self.modulus, "split.train_fraction": self.train_fraction, "steps": self.steps}
            yield {"seed": seed}, fourier_progress(seed, **own)

    def measured(self, run: "Run") -> list[dict[str, float]]:
        """Return the measures at every snapshot."""
        from ..fourier_progress import fourier_progress as measures

        return measures(run)

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield the claims."""
        setting = f"{addition(self.modulus, self.train_fraction)}, weight decay 1"
        yield within(
            "Step of 95 % test accuracy?", setting, (run.first_step("test", 0.95) for run in runs), 0, self.steps
        )
        yield within("Key frequencies at the end?", setting, (_last(run, "keys") for run in runs), 3, 10)
        yield within(
            "Train loss without them over that of guessing, at the end?",
            setting,
            (_last(run, "excluded_loss") / math.log(self.modulus) for run in runs),
            1,
            math.inf,
        )
        yield within(
            "Loss restricted to them over the test loss, at the end?",
            setting,
            (_last(run, "restricted_loss") / _last(run, "test_loss") for run in runs),
            0,
            1,
        )
        yield within(
            "Step at which the restricted loss is half of guessing's, over the step of 50 % test accuracy?",
            setting,
            (self._before_it_shows(run, run.measures["restricted_loss"] <= math.log(self.modulus) / 2) for run in runs),
            0,
            1,
        )
        yield within(
            "Step at which the train loss without them is that of guessing, over that step (asked after the runs)?",
            setting,
            (self._before_it_shows(run, _without_keys_it_guesses(run, self.modulus)) for run in runs),
            0,
            1,
        )

    def _before_it_shows(self, run: RecordedRun, so: np.ndarray) -> float | None:
        """Return the first step at which it is so, over the step of 50 % test accuracy; None if either never comes."""
        test = run.first_step("test", 0.5)
        return float(run.measures["step"][np.argmax(so)] / test) if so.any() and test else None


def _without_keys_it_guesses(run: RecordedRun, modulus: int) -> np.ndarray:
    """Return at which snapshots the memorized part alone does not answer, once half of the train set is known.

    A restricted loss is low of memorized answers too, whose half of all pairs it averages in; this loss is not.
    """
    known = run.measures["step"] > (run.first_step("train", 0.5, sustained=1) or math.inf)
    return known & (run.measures["excluded_loss"] >= math.log(modulus))


def _last(run: RecordedRun, name: str) -> float:
    return float(run.measures[name][-1])


SIZES = {
    "small": ProgressMeasures(modulus=43, train_fraction=0.5, steps=6000),
    "full": ProgressMeasures(seeds=tuple(range(5))),
}
"""By the name of the size."""
