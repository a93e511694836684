"""What is said to make grokking come early, each beside an equal decay without it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..configuration import Configuration
from ..experiments import addition_mod_113
from ..recorded_run import RecordedRun
from .finding import Finding, reported, within
from .generalizing import UNTIL_IT_GENERALIZES, addition, generalizes_at
from .study import Settings, Study, those

PLAIN = "none"
ACCELERATORS: Mapping[str, Mapping[str, Any]] = {
    PLAIN: {},
    "grokfast": {"optimizer.grokfast": "ema"},
    "orthogonal gradient": {"optimizer.orthogonal_gradient": True},
    "held norm": {"optimizer.hold_norm": "whole", "network.init_scale": 0.8},
}
"""As published, but in other settings than there: twice the slow part of the gradient added ([Lee2024]), the part along
a weight taken out ([Prieto2025]), the norm held at 0.8 of its initial value, where such a run begins ([Liu2022])."""


@dataclass(frozen=True, kw_only=True)
class Accelerators(Study):
    """Does each of three accelerators bring the step of generalizing forward, beside the same weight decay without it?

    Users found that decay alone does as much as one of them ([Lee2024]). Refuted, for an accelerator, if the step
    of 95 % test accuracy is not brought forward by a factor of 2 at equal weight decay. Without decay, where a plain
    run may never generalize, steps are reported.
    """

    name: ClassVar[str] = "accelerators"

    modulus: int = 113
    train_fraction: float = 0.3
    decays: tuple[float, ...] = (0.0, 1.0)
    """None, and one at which a plain run generalizes within the budget: in the small size 2, chosen after plain runs of
    these seeds with decay 1 had taken up to 5277 steps, so that their steps with decay 2 were known beforehand."""
    steps: int = 30_000

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield a run for each accelerator, decay and seed."""
        for accelerator, settings in ACCELERATORS.items():
            for decay in self.decays:
                for seed in self.seeds:
                    own = {
                        "task.modulus": self.modulus,
                        "split.train_fraction": self.train_fraction,
                        "optimizer.weight_decay": decay,
                        "steps": self.steps,
                    }
                    told = {"seed": seed, "accelerator": accelerator, "decay": decay}
                    yield told, addition_mod_113(seed, **dict(UNTIL_IT_GENERALIZES) | own | dict(settings))

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield the ratio for each accelerator at the larger decay, and all steps."""
        setting = f"{addition(self.modulus, self.train_fraction)}, full batch, {self.steps} steps"
        decay = max(self.decays)
        for accelerator in ACCELERATORS:
            if accelerator != PLAIN:
                yield within(
                    f"Step of 95 % test accuracy at decay {decay:g}, plain over {accelerator} (0: never)?",
                    setting,
                    map(
                        _ratio,
                        those(runs, accelerator=PLAIN, decay=decay),
                        those(runs, accelerator=accelerator, decay=decay),
                    ),
                    2,
                    math.inf,
                    of_median=True,
                )
        for accelerator in ACCELERATORS:
            for decay in self.decays:
                of_it = those(runs, accelerator=accelerator, decay=decay)
                yield reported(
                    f"Step of 95 % test accuracy, {accelerator}, decay {decay:g}?", setting, map(generalizes_at, of_it)
                )


def _ratio(plain: RecordedRun, other: RecordedRun) -> float:
    """Return how many times earlier the other one generalizes; 0 if it never does, NaN if the plain one does not."""
    before, after = generalizes_at(plain), generalizes_at(other)
    if before is None:
        return math.nan
    return 0.0 if after is None else before / max(after, 1)


SIZES = {"small": Accelerators(modulus=43, train_fraction=0.5, decays=(0.0, 2.0), steps=2500), "full": Accelerators()}
"""By the name of the size."""
