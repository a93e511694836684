"""Figure 7 of [Liu2022]: the norm of the weights through grokking, and what holding it does to the delay."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..configuration import Configuration
from ..experiments import addition_mod_113
from ..recorded_run import RecordedRun
from .finding import Finding, within
from .generalizing import addition
from .study import Settings, Study

FREE: Mapping[str, Any] = {"optimizer.weight_decay": 1.0}


@dataclass(frozen=True, kw_only=True)
class WeightNorm(Study):
    """Does a network that groks first grow, while it memorizes, and generalize as its norm falls below where it began?

    Refuted if the norm does not peak between the steps of memorizing and of generalizing, or is not below its initial
    value once it has generalized. Addition modulo a prime by the one-layer transformer of [nanda-code], all of the
    train set at each step, weight decay 1, no warm-up; one seed draws weights and split, as in [Liu2022].
    """

    name: ClassVar[str] = "weight_norm"

    modulus: int = 113
    """[Liu2022] has 113."""
    train_fraction: float = 0.3
    """As published."""
    steps: int = 15_000
    """As published."""

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield one run a seed."""
        for seed in self.seeds:
            yield (
                {"seed": seed},
                addition_mod_113(
                    seed,
                    **{
                        "split.seed": seed,
                        "task.modulus": self.modulus,
                        "split.train_fraction": self.train_fraction,
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
        """Yield the claims of Figure 7a; at modulus 113 with the numbers of check 6 (docs/sources.md)."""
        setting = f"{addition(self.modulus, self.train_fraction)}, weight decay 1, {self.steps} steps"
        published = self.modulus == 113

        def asked(question: str, values: Iterable[float | None], low: float, high: float, **options: Any) -> Finding:
            return within(question, setting, values, low, high, **options)

        yield asked("Norm of the initial weights?", (_norm(run, 0) for run in runs), *self._initial_norm())
        yield asked(
            "Step of 99 % train accuracy?",
            (run.first_step("train", 0.99, sustained=1) for run in runs),
            *((110, 200) if published else (0, self.steps)),
        )
        yield asked(
            "Step of 95 % test accuracy?",
            (run.first_step("test", 0.95, sustained=1) for run in runs),
            *((4225, 8775) if published else (0, self.steps)),
            demanded="a median of 6500 (Omnigrok, Figure 7a: 6900; re-run 6050) within 35 %" if published else "",
            of_median=True,
        )
        yield asked(
            "Largest test loss over that of guessing?",
            (float(np.nanmax(run.loss("test"))) / math.log(self.modulus) for run in runs),
            10 / math.log(113) if published else 1.2,
            math.inf,
            demanded="above 10 nats (TransformerLens: 34)" if published else "",
        )
        yield asked(
            "Largest norm over the initial one?",
            map(_peak, runs),
            *((58 / 42.2, 64 / 42.2) if published else (1.05, math.inf)),
        )
        yield asked(
            "Step of the largest norm over the step of 95 % test accuracy?", map(_peak_before_generalizing, runs), 0, 1
        )
        yield asked(
            "Norm at the end over the initial one?", map(_end, runs), *((28 / 42.2, 34 / 42.2) if published else (0, 1))
        )

    def _initial_norm(self) -> tuple[float, float]:
        """Return a range around the root of what the variances of all weights add up to: 1781 at modulus 113."""
        expected = math.sqrt(1781 + self.modulus - 113)
        return expected - 0.7, expected + 0.7


def _norm(run: RecordedRun, step: int) -> float:
    return run.at(run.columns["norm_all"], step)


def _peak(run: RecordedRun) -> float:
    return float(run.columns["norm_all"].max()) / _norm(run, 0)


def _end(run: RecordedRun) -> float:
    return float(run.columns["norm_all"][-1]) / _norm(run, 0)


def _peak_before_generalizing(run: RecordedRun) -> float:
    generalized = run.first_step("test", 0.95, sustained=1)
    return math.nan if generalized is None else float(run.step[run.columns["norm_all"].argmax()]) / generalized


SIZES = {
    "small": WeightNorm(modulus=43, train_fraction=0.5, steps=6000),
    "full": WeightNorm(),
}
"""By the name of the size."""
