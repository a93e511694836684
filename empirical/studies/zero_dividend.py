"""Figure 7 of [Davies2022]: the rule that 0 / b is 0, which is learned first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..configuration import Configuration
from ..experiments import zero_dividend_bump
from ..recorded_run import RecordedRun
from .finding import Finding, reported, within
from .study import Settings, Study, those


@dataclass(frozen=True, kw_only=True)
class ZeroDividend(Study):
    """Is 0 / b = 0 the first thing that a network learns of division, and is it the whole early rise of test accuracy?

    Refuted if not all such test examples are right while nothing else is, if accuracy on the others does not fall below
    chance while the network memorizes, or if the rise is still there once these examples are taken out of the train
    set. The public setting ([davies-code]) without dropout.
    """

    name: ClassVar[str] = "zero_dividend"

    steps: int = 600
    """The fall below chance lasts from step 100 or so to the last one ([Davies2022], re-runs: docs/sources.md)."""

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield for each seed the run with these examples and the one without."""
        for taken_out in (False, True):
            for seed in self.seeds:
                part = "zero_dividend" if taken_out else None
                yield (
                    {"seed": seed, "taken_out": taken_out},
                    zero_dividend_bump(seed, steps=self.steps, **{"split.leave_out": part}),
                )

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield the claims of Figure 7, with the numbers of check 2 (docs/sources.md), and of the intervention."""
        setting = f"division mod 97, the public setting, {self.steps} steps"
        own, without = those(runs, taken_out=False), those(runs, taken_out=True)
        yield within(
            "How many test examples are 0 / b?", setting, (run.sizes["test_zero_dividend"] for run in own), 51, 51
        )
        yield within(
            "By which step are all of them right?",
            setting,
            (run.first_step("test_zero_dividend", 1.0, sustained=1) for run in own),
            0,
            60,
        )
        yield within(
            "Most correct test answers from step 15 to 60?",
            setting,
            (_most_correct(run) for run in own),
            84,
            108,
            "96 (Davies et al. 2022, Figure 7)",
        )
        yield within(
            "Highest accuracy on the others from step 250 to 500, where chance is 0.0103?",
            setting,
            (_highest(run, "test_rest", 250, 500) for run in own),
            0,
            0.003,
        )
        setting += ", 0 / b taken out of the train set"
        yield reported(
            "Highest accuracy on 0 / b up to step 60, whose answer no longer stands in the train set?",
            setting,
            (_highest(run, "test_zero_dividend", 0, 60) for run in without),
        )
        yield within(
            "Most correct test answers from step 15 to 60?",
            setting,
            (_most_correct(run) for run in without),
            0,
            76,
            "48 by chance, and four standard deviations of 7",
        )


def _most_correct(run: RecordedRun) -> float:
    return run.highest(run.columns["test_correct"], 15, 60)


def _highest(run: RecordedRun, part: str, first: int, last: int) -> float:
    return run.highest(run.accuracy(part), first, last)


SIZES = {"small": ZeroDividend(), "full": ZeroDividend(seeds=tuple(range(10)), steps=2000)}
"""By the name of the size."""
