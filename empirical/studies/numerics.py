"""Numbers of the loss: does grokking without weight decay come from the rounding of float32?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ..configuration import Configuration
from ..experiments import addition_mod_113
from ..recorded_run import RecordedRun
from .finding import UNDECIDED, Finding, reported, within
from .generalizing import UNTIL_IT_GENERALIZES, addition, generalizes_at
from .study import Settings, Study, those

LOSSES: Mapping[str, Mapping[str, Any]] = {
    "float32": {"loss": "cross_entropy", "loss_format": "float32"},
    "float64": {"loss": "cross_entropy", "loss_format": "float64"},
    "stablemax": {"loss": "stablemax", "loss_format": "float32"},
}


@dataclass(frozen=True, kw_only=True)
class Numerics(Study):
    """Is grokking avoided altogether with a loss in float64, a low learning rate, the full batch and no weight decay?

    That it can be avoided says the author of [round-up]; the recipe is ours. Refuted if such runs generalize within the
    budget, undecided if no others do. Beside them: the same loss in float32, whose gradients vanish once it is below
    1e-7, and StableMax, of which its authors say that it lets a network grok without decay (arXiv:2501.04697): refuted
    if it does not.
    """

    name: ClassVar[str] = "numerics"

    modulus: int = 113
    train_fraction: float = 0.3
    width: int = 128
    rates: tuple[float, ...] = (1e-3, 1e-4)
    """Learning rates: the usual one, and a low one."""
    steps: int = 80_000
    """As many as the authors of StableMax took."""

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield a run for each loss, rate and seed."""
        for loss, settings in LOSSES.items():
            for rate in self.rates:
                for seed in self.seeds:
                    own = {
                        "task.modulus": self.modulus,
                        "split.train_fraction": self.train_fraction,
                        "network.width": self.width,
                        "optimizer.weight_decay": 0.0,
                        "optimizer.learning_rate": rate,
                        "steps": self.steps,
                    }
                    yield (
                        {"seed": seed, "loss": loss, "rate": rate},
                        addition_mod_113(seed, **dict(UNTIL_IT_GENERALIZES) | own | dict(settings)),
                    )

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield the two claims, and the step of each setting."""
        trained_on = f"{addition(self.modulus, self.train_fraction)}, width {self.width}"
        setting = f"{trained_on}, full batch, no decay, {self.steps} steps"
        low = min(self.rates)
        avoided = within(
            "Last test accuracy, cross-entropy in float64 at the low rate?",
            setting,
            (float(run.accuracy("test")[-1]) for run in those(runs, loss="float64", rate=low)),
            0,
            0.5,
            "where some other setting generalizes (round-up)",
        )
        yield avoided if any(map(generalizes_at, runs)) else replace(avoided, verdict=UNDECIDED)
        yield within(
            "Step of 95 % test accuracy with StableMax at the usual rate?",
            setting,
            map(generalizes_at, those(runs, loss="stablemax", rate=max(self.rates))),
            0,
            self.steps,
            "it generalizes without decay (Prieto et al. 2025, another network, 80 000 steps)",
        )
        for loss in LOSSES:
            for rate in self.rates:
                of_it = those(runs, loss=loss, rate=rate)
                yield reported(
                    f"Step of 95 % test accuracy, {loss}, rate {rate:g}?", setting, map(generalizes_at, of_it)
                )
                yield reported(
                    f"Last test accuracy, {loss}, rate {rate:g}?",
                    setting,
                    (float(run.accuracy("test")[-1]) for run in of_it),
                )


SIZES = {"small": Numerics(modulus=43, train_fraction=0.5, width=48, steps=6000), "full": Numerics()}
"""By the name of the size."""
