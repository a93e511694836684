"""Figures 4, 5 and 6 of [Davies2022]: test accuracy and loss over the width of the network instead of over steps."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..configuration import Configuration
from ..recorded_run import RecordedRun
from .finding import Finding, within
from .networks import NETWORKS, ONE_LAYER, TWO_LAYERS
from .study import Settings, Study, those

Read = Callable[[RecordedRun], int | None]
"""At which evaluation a run is read; None for a run that never comes there."""


@dataclass(frozen=True, kw_only=True)
class Width(Study):
    """Does test accuracy come later than train accuracy, and test loss rise and fall, as the network grows wider?

    Model-wise grokking is the one new empirical claim of [Davies2022]. The rival is that larger networks learn faster a
    step, so widths are compared three times: at equal steps, the last one; at equal train loss, each width read when
    its train loss first is that low; and at equal compute, the wider half of them, read after as many weights times
    steps. Seen, if in the median over seeds test accuracy takes at least 1.5 times the width of train accuracy to be
    90 %; at equal train loss, where all have memorized alike, if it rises from below one half to above 90 % with width.
    Refuted otherwise.
    """

    name: ClassVar[str] = "width"

    network: str = TWO_LAYERS
    """The paper's, on division, or `ONE_LAYER`, on addition, which generalizes within minutes."""
    modulus: int = 97
    train_fraction: float = 0.5
    widths: tuple[int, ...] = (4, 6, 8, 10, 12, 14, 16, 18, 24, 28, 36, 44, 56, 68, 86, 106, 132, 166, 206, 256)
    """Even, in even steps of the logarithm as far as that goes."""
    weight_decay: float = 1e-5
    """The paper's."""
    steps: int = 400_000
    """The paper's."""
    train_loss: float = 0.01
    """In nats, of the comparison at equal train loss."""

    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield a run for each width and seed."""
        for width in self.widths:
            for seed in self.seeds:
                own = {
                    "task.modulus": self.modulus,
                    "split.train_fraction": self.train_fraction,
                    "network.width": width,
                    "optimizer.weight_decay": self.weight_decay,
                    "number_format": "float32",
                    "steps": self.steps,
                    "evaluation_ratio": 1.03,
                }
                yield {"seed": seed, "width": width}, NETWORKS[self.network](seed, **own)

    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield the three comparisons."""
        task = {TWO_LAYERS: "division", ONE_LAYER: "addition"}[self.network]
        trained_on = f"{task} mod {self.modulus}, {self.network}, {100 * self.train_fraction:g} % of the equations"
        setting = f"{trained_on}, {len(self.widths)} widths, weight decay {self.weight_decay:g}"
        for told, read in (
            (f"at step {self.steps}", at_last_step),
            (f"at equal compute, that of width {self.middle} at its last step", self.at_equal_compute),
        ):
            of_seeds = [read_over_widths(those(runs, seed=seed), read) for seed in self.seeds]
            yield within(
                f"Width of 90 % test over that of 90 % train accuracy, {told}?",
                setting,
                (_ratio_of_widths(one) for one in of_seeds),
                1.5,
                math.inf,
                of_median=True,
            )
            yield within(
                f"Largest test loss over that of the narrowest network, {told}?",
                setting,
                (float(np.max(one.loss) / one.loss[0]) for one in of_seeds),
                1.1,
                math.inf,
                of_median=True,
            )
            yield within(
                f"Test loss of the widest network over that of the narrowest, {told}?",
                setting,
                (float(one.loss[-1] / one.loss[0]) for one in of_seeds),
                0,
                0.5,
                of_median=True,
            )
        alike = [read_over_widths(those(runs, seed=seed), self.at_equal_train_loss) for seed in self.seeds]
        told = f"of those read when their train loss first is {self.train_loss:g}"
        yield within(
            f"Test accuracy of the narrowest that comes there, {told}?",
            setting,
            (float(one.test[0]) if one.test.size else math.nan for one in alike),
            0,
            0.5,
            of_median=True,
        )
        yield within(
            f"Test accuracy of the widest network, {told}?",
            setting,
            (float(one.test[-1]) if one.test.size else math.nan for one in alike),
            0.9,
            1,
            of_median=True,
        )

    @property
    def middle(self) -> int:
        """The width whose compute at its last step all wider ones are given."""
        return self.widths[len(self.widths) // 2]

    def at_equal_compute(self, run: RecordedRun) -> int | None:
        """Return the evaluation after the steps that make weights times steps equal; None if it has not so many.

        Weights, and the operations of a step, are taken to grow as the square of the width. (By count they are 13.6
        times as many at 128 as at 32, not 16.) Networks narrower than the middle one would need more steps than they
        have.
        """
        if run.settings["width"] < self.middle:
            return None
        step = self.steps * (self.middle / run.settings["width"]) ** 2
        return int(np.searchsorted(run.step, step, side="right")) - 1

    def at_equal_train_loss(self, run: RecordedRun) -> int | None:
        """Return the first evaluation of a train loss that low."""
        low = np.flatnonzero(run.loss("train") <= self.train_loss)
        return int(low[0]) if low.size else None


def at_last_step(run: RecordedRun) -> int:
    """Return the last evaluation."""
    return len(run.step) - 1


@dataclass(frozen=True, eq=False)
class OverWidths:
    """What runs of one seed show at the evaluations at which they are read, by width."""

    widths: np.ndarray
    train: np.ndarray
    test: np.ndarray
    loss: np.ndarray
    """Of the test set."""


def read_over_widths(runs: Iterable[RecordedRun], read: Read) -> OverWidths:
    """Return what runs of one seed show, narrowest first, without those that never come there."""
    known = sorted(((run.settings["width"], run, read(run)) for run in runs), key=lambda one: one[0])
    places = [(width, run, place) for width, run, place in known if place is not None]
    return OverWidths(
        np.array([width for width, _, _ in places]),
        np.array([run.accuracy("train")[place] for _, run, place in places]),
        np.array([run.accuracy("test")[place] for _, run, place in places]),
        np.array([run.loss("test")[place] for _, run, place in places]),
    )


def _ratio_of_widths(one: OverWidths) -> float | None:
    """Return by which factor the first width of 90 % test accuracy is larger than that of 90 % train accuracy."""
    train, test = (np.flatnonzero(accuracy >= 0.9) for accuracy in (one.train, one.test))
    if not train.size:
        return math.nan
    return float(one.widths[test[0]] / one.widths[train[0]]) if test.size else None


SIZES = {
    "small": Width(
        network=ONE_LAYER,
        modulus=43,
        widths=(4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128),
        weight_decay=1.0,
        steps=3000,
    ),
    "full": Width(),
}
"""By the name of the size."""
