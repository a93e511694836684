"""How the time to generalize falls with weight decay: Figure 10a of [Liu2022], whose code is not published."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..configuration import Configuration
from ..experiments import addition_mod_113
from ..recorded_run import RecordedRun
from .finding import Finding, reported, within
from .generalizing import UNTIL_IT_GENERALIZES, addition, generalizes_at
from .study import Settings, Study, those


@dataclass(frozen=True, kw_only=True)
class WeightDecay(Study):
    """Is the step at which a transformer generalizes inversely proportional to its weight decay?

    Refuted if the slope of its logarithm against that of the decay is not -1 within 0.3, over the decays at which every
    seed generalizes within its budget, which falls with decay as the law would have it. The largest such decay is
    reported. The one-layer transformer of [nanda-code] on addition, all of the train set at each step.
    """

    name: ClassVar[str] = "weight_decay"

    modulus: int = 113
    train_fraction: float = 0.3
    """Of all pairs: as in [nanda-code]; a smaller modulus needs more of them."""
    decays: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
    """About even steps of the logarithm."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """The small size has others. A first record of it, seeds 0 to 2 with decays from 0.5 to 8 and a budget of 5000, was
    too short: at three of the five decays a seed did not generalize in time."""
    budget: float = 30_000
    """Steps times decay that a run may take, as by the law itself; most of it is not needed."""
    longest: int = 100_000
    """Steps, at most."""

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield for each decay a run a seed."""
        for decay in self.decays:
            for seed in self.seeds:
                yield (
                    {"seed": seed, "decay": decay},
                    addition_mod_113(
                        seed,
                        **dict(UNTIL_IT_GENERALIZES)
                        | {
                            "task.modulus": self.modulus,
                            "split.train_fraction": self.train_fraction,
                            "optimizer.weight_decay": decay,
                            "steps": self.steps_at(decay),
                        },
                    ),
                )

    def steps_at(self, decay: float) -> int:
        """Return the steps that a run of this decay may take."""
        return min(self.longest, round(self.budget / decay))

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield the slope, by seed, and where it ends."""
        setting = (
            f"{addition(self.modulus, self.train_fraction)}, weight decay {self.decays[0]:g} to {self.decays[-1]:g}"
        )
        learned = [decay for decay in self.decays if all(map(generalizes_at, those(runs, decay=decay)))]
        slopes = [_slope(those(runs, seed=seed), learned) for seed in self.seeds]
        again = "; seeds 0 to 2 were replaced" if self.seeds == (3, 4, 5) else ""
        yield within(
            "Slope of log step of 95 % test accuracy against log decay, up to the next row's?",
            f"{setting}{again}",
            slopes,
            -1.3,
            -0.7,
            "-1 over two decades (Omnigrok, Figure 10a)",
            of_median=True,
        )
        yield reported("Largest decay at which every seed generalizes?", setting, [max(learned, default=math.nan)])
        yield reported(
            f"Largest train accuracy at weight decay {max(self.decays):g}?",
            setting,
            (float(run.accuracy("train").max()) for run in those(runs, decay=max(self.decays))),
        )
        for decay in self.decays:
            yield reported(
                f"Step of 95 % test accuracy at weight decay {decay:g}?",
                setting,
                map(generalizes_at, those(runs, decay=decay)),
            )


def _slope(runs: Sequence[RecordedRun], decays: Sequence[float]) -> float:
    points = [(run.settings["decay"], generalizes_at(run)) for run in runs if run.settings["decay"] in decays]
    known = np.array([(math.log(decay), math.log(step)) for decay, step in points if step])
    return float(np.polyfit(known[:, 0], known[:, 1], 1)[0]) if len(known) > 1 else math.nan


SIZES = {
    "small": WeightDecay(
        modulus=43, train_fraction=0.5, decays=(1.0, 2.0, 4.0, 8.0, 16.0), budget=8000, seeds=(3, 4, 5)
    ),
    "full": WeightDecay(),
}
"""By the name of the size."""
