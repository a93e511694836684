"""Figure 7 of [Liu2022]: the norm of the weights through grokking."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..configuration import Configuration
from ..experiments import addition_mod_113
from ..recorded_run import RecordedRun
from .finding import Finding, reported, within
from .generalizing import addition, generalizes_at
from .study import Settings, Study

Range = tuple[float, float]
WHENEVER: Range = (0, math.inf)
"""Any step, but not never."""
LATER = " (asked after the small runs)"


@dataclass(frozen=True, kw_only=True)
class Demanded:
    """Ranges for what is measured; by default, what any network must show that groks as the study asks."""

    memorized: Range = WHENEVER
    """Step of 99 % train accuracy."""
    generalized: Range = WHENEVER
    """Step of 95 % test accuracy, in the median over seeds."""
    generalized_in_words: str = ""
    largest_loss: Range = (1.2, math.inf)
    """Of the test set, over that of guessing."""
    step_of_largest_loss: Range | None = None
    """None is reported."""
    largest_norm: Range = (1.05, math.inf)
    """Over the initial one."""
    step_of_largest_norm: Range | None = None
    below_initial: Range = WHENEVER
    """First step, after that of the largest norm, at which the norm is below the initial one."""
    last_norm: Range = (0, 1)
    """Over the initial one."""


INITIAL = math.sqrt(1781)
"""Norm of the initial weights mod 113: the root of what the variances of all of them add up to."""

PUBLISHED: Mapping[tuple[int, float], Demanded] = {
    (113, 1.0): Demanded(
        memorized=(110, 200),
        generalized=(4225, 8775),
        generalized_in_words="6500 within 35 % (Omnigrok, Figure 7a: 6900; re-run 6050)",
        largest_loss=(10 / math.log(113), math.inf),
        step_of_largest_loss=(700, 2500),
        largest_norm=(58 / INITIAL, 64 / INITIAL),
        step_of_largest_norm=(150, 1200),
        below_initial=(0, 8000),
        last_norm=(28 / INITIAL, 34 / INITIAL),
    ),
    (113, 0.8): Demanded(
        generalized=(9100, 18_900),
        generalized_in_words="14 000 within 35 % (TransformerLens demo: test loss below 1 after 13 800)",
        largest_loss=(10 / math.log(113), math.inf),
        step_of_largest_loss=(700, 2500),
    ),
}
"""By modulus and scale of the initial weights: what was published, and how near is near enough."""


@dataclass(frozen=True, kw_only=True)
class WeightNorm(Study):
    """Does a network that groks first grow, while it memorizes, and generalize as its norm falls below where it began?

    Refuted if the norm does not peak between the steps of memorizing and of generalizing, or is not below its initial
    value when it generalizes. Addition modulo a prime by the one-layer transformer of [nanda-code], all of the
    train set at each step, weight decay 1, no warm-up; one seed draws weights and split, as in [Liu2022].
    """

    name: ClassVar[str] = "weight_norm"

    modulus: int = 113
    """[Liu2022] has 113."""
    train_fraction: float = 0.3
    """As published."""
    init_scale: float = 1.0
    """Of all initial weights. With 0.8 all standard deviations but that of the unembedding are those of
    TransformerLens, 0.8 over the root of the width; its biases, here trained, stay at 0."""
    steps: int = 15_000
    """As published."""

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield one run a seed."""
        for seed in self.seeds:
            yield (
                {"seed": seed, "init_scale": self.init_scale},
                addition_mod_113(
                    seed,
                    **{
                        "split.seed": seed,
                        "task.modulus": self.modulus,
                        "split.train_fraction": self.train_fraction,
                        "network.init_scale": self.init_scale,
                        "optimizer.warmup_steps": 0,
                        "number_format": "float32",
                        "steps": self.steps,
                        "dense_evaluations_until": 300,
                        "dense_evaluations_every": 10,
                        "evaluation_ratio": 1.02,
                    },
                ),
            )

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield the claims of Figure 7a; where numbers were published, with those."""
        setting = f"{addition(self.modulus, self.train_fraction)}, weight decay 1, {self.steps} steps"
        demanded = PUBLISHED.get((self.modulus, self.init_scale), Demanded())

        def asked(question: str, values: Iterable[float | None], of: Range | None) -> Finding:
            return reported(question, setting, values) if of is None else within(question, setting, values, *of)

        yield asked("Norm of the initial weights?", map(_initial, runs), self._initial_norm())
        memorized = (run.first_step("train", 0.99, sustained=1) for run in runs)
        yield asked("Step of 99 % train accuracy?", memorized, demanded.memorized)
        yield within(
            "Step of 95 % test accuracy?",
            setting,
            map(generalizes_at, runs),
            *demanded.generalized,
            demanded.generalized_in_words,
            of_median=True,
        )
        guessing = math.log(self.modulus)
        losses = (float(np.nanmax(run.loss("test"))) / guessing for run in runs)
        yield asked("Largest test loss over that of guessing?", losses, demanded.largest_loss)
        steps = (float(run.step[np.nanargmax(run.loss("test"))]) for run in runs)
        yield asked("Step of the largest test loss?", steps, demanded.step_of_largest_loss)
        yield asked("Largest norm over the initial one?", map(_largest, runs), demanded.largest_norm)
        yield asked("Step of the largest norm?", map(_step_of_largest, runs), demanded.step_of_largest_norm)
        before = map(_peak_before_generalizing, runs)
        yield asked("Step of the largest norm over the step of 95 % test accuracy?", before, (0, 1))
        memorizing = map(_peak_after_memorizing, runs)
        yield asked(f"The same over the step of 99 % train accuracy{LATER}?", memorizing, (1, math.inf))
        generalizing = map(_norm_when_generalizing, runs)
        yield asked(f"Norm at the step of 95 % test accuracy over the initial one{LATER}?", generalizing, (0, 1))
        late = map(_late_after_norm, runs)
        yield asked(f"Step of 95 % test accuracy over that of a norm below the initial one{LATER}?", late, None)
        yield asked("Step at which the norm is below the initial one?", map(_below, runs), demanded.below_initial)
        yield asked("Norm at the end over the initial one?", map(_last, runs), demanded.last_norm)

    def _initial_norm(self) -> Range:
        """Return a range around the root of what the variances of all weights add up to."""
        expected = self.init_scale * math.sqrt(INITIAL**2 + self.modulus - 113)
        return expected - 0.7, expected + 0.7


def _norm(run: RecordedRun) -> np.ndarray:
    return run.columns["norm_all"]


def _initial(run: RecordedRun) -> float:
    return float(_norm(run)[0])


def _largest(run: RecordedRun) -> float:
    return float(_norm(run).max()) / _initial(run)


def _last(run: RecordedRun) -> float:
    return float(_norm(run)[-1]) / _initial(run)


def _step_of_largest(run: RecordedRun) -> float:
    return float(run.step[_norm(run).argmax()])


def _below(run: RecordedRun) -> float | None:
    """Return the first step after that of the largest norm at which it is below the initial one."""
    low = (run.step > _step_of_largest(run)) & (_norm(run) < _initial(run))
    return float(run.step[low.argmax()]) if low.any() else None


def _peak_before_generalizing(run: RecordedRun) -> float:
    generalized = generalizes_at(run)
    return math.nan if generalized is None else _step_of_largest(run) / generalized


def _peak_after_memorizing(run: RecordedRun) -> float:
    memorized = run.first_step("train", 0.99, sustained=1)
    return math.nan if memorized is None else _step_of_largest(run) / memorized


def _late_after_norm(run: RecordedRun) -> float | None:
    """Return how many times later it generalizes than its norm is below the initial one; None if it does not."""
    generalized, below = generalizes_at(run), _below(run)
    if below is None:
        return math.nan
    return None if generalized is None else generalized / below


def _norm_when_generalizing(run: RecordedRun) -> float:
    generalized = generalizes_at(run)
    return math.nan if generalized is None else run.at(_norm(run), generalized) / _initial(run)


SIZES = {
    "small": WeightNorm(modulus=43, train_fraction=0.5, steps=6000),
    "full": WeightNorm(),
    "smaller_init": WeightNorm(init_scale=0.8, steps=25_000),
}
"""By the name of the size; the last one is the full size with the other published way to begin."""
