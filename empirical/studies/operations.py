"""The operations of [Power2022], and how the time to generalize depends on the share of examples trained on."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from ..configuration import Configuration
from ..recorded_run import RecordedRun
from .finding import Finding, reported, within
from .generalizing import UNTIL_IT_GENERALIZES, generalizes_at
from .networks import NETWORKS, ONE_LAYER, TWO_LAYERS
from .study import Settings, Study, those

OF_THE_PAPER = (
    "x+y",
    "x-y",
    "x*y",
    "x/y",
    "x/y if y odd else x-y",
    "x^2+y^2",
    "x^2+xy+y^2",
    "x^2+xy+y^2+x",
    "x^3+xy",
    "x^3+xy^2+y",
)
"""Those of the paper on residues, and multiplication, which its code has."""
HARDEST = "x^3+xy^2+y"
"""The one that the paper's networks did not generalize on, as recalled."""


@dataclass(frozen=True, kw_only=True)
class Operations(Study):
    """Which operations on residues does a network generalize on within a budget, and from which share of the examples?

    [Power2022], as recalled, has all but x^3 + x y^2 + y, within 100 000 steps: each operation is refuted if it does
    not come within the budget, and that one if it does. Less data means later: refuted if for some operation the next
    larger share comes later by more than a tenth, or does not come. Least shares are reported.
    """

    name: ClassVar[str] = "operations"

    network: str = TWO_LAYERS
    """The paper's, or `ONE_LAYER`, which generalizes within minutes."""
    modulus: int = 97
    fractions: tuple[float, ...] = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.95)
    width: int = 128
    steps: int = 100_000
    """The paper's budget."""

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield a run for each operation, share and seed."""
        for operation in OF_THE_PAPER:
            for fraction in self.fractions:
                for seed in self.seeds:
                    own = {
                        "task.operation": operation,
                        "task.modulus": self.modulus,
                        "split.train_fraction": fraction,
                        "network.width": self.width,
                        "optimizer.weight_decay": 1.0,
                        "steps": self.steps,
                    }
                    yield (
                        {"seed": seed, "operation": operation, "fraction": fraction},
                        NETWORKS[self.network](seed, **dict(UNTIL_IT_GENERALIZES) | own),
                    )

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield what each operation needs."""
        setting = f"mod {self.modulus}, {self.network} of width {self.width}, weight decay 1, {self.steps} steps"
        largest = max(self.fractions)
        for operation in OF_THE_PAPER:
            steps = map(generalizes_at, those(runs, operation=operation, fraction=largest))
            question = f"Step of 95 % test accuracy on {operation} with {100 * largest:g} % of the examples?"
            low, high = (math.inf, math.inf) if operation == HARDEST else (0, math.inf)
            yield within(question, setting, steps, low, high, "Power et al. 2022, in 100 000 steps, recalled")
        yield within(
            "Largest step of 95 % test accuracy over that with the next smaller share, of all operations?",
            setting,
            (self._largest_ratio(those(runs, seed=seed)) for seed in self.seeds),
            0,
            1.1,
        )
        for operation in OF_THE_PAPER:
            least = [_least_share(those(runs, operation=operation, seed=seed)) for seed in self.seeds]
            yield reported(f"Least share of the examples that was enough for {operation}?", setting, least)

    def _largest_ratio(self, runs: Sequence[RecordedRun]) -> float:
        """Return how much later a larger share comes, at most, where the smaller one is enough; NaN if none is."""
        known = {(run.settings["operation"], run.settings["fraction"]): generalizes_at(run) for run in runs}
        ratios = [
            (known[operation, more] or math.inf) / max(step, 1)
            for operation in OF_THE_PAPER
            for less, more in pairwise(sorted(self.fractions))
            if (step := known.get((operation, less))) is not None and (operation, more) in known
        ]
        return max(ratios, default=math.nan)


def _least_share(runs: Sequence[RecordedRun]) -> float | None:
    return min((run.settings["fraction"] for run in runs if generalizes_at(run) is not None), default=None)


SIZES = {
    "small": Operations(network=ONE_LAYER, modulus=31, fractions=(0.5, 0.7, 0.9), steps=1700, seeds=(0, 1)),
    "full": Operations(),
}
"""By the name of the size."""
