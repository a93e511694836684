"""Progress measures of [Nanda2022]: losses with and without the key frequencies, and how many there are."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..empirical.recorded_run import RecordedRun
from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.progress_measures import ProgressMeasures
from ..empirical.studies.study import those
from ..figures import PATTERNS, REFERENCE, TEST, TRAIN, Style, log_scale, share_axis
from .parts import Read, draw_seeds, few_steps, legend_above, of_all, others, sheet

LOSSES: dict[str, tuple[str, Style]] = {
    "train_loss": ("train", TRAIN),
    "test_loss": ("test", TEST),
    "restricted_loss": ("restricted to key frequencies", PATTERNS[0]),
    "excluded_loss": ("without key frequencies (train)", PATTERNS[1]),
}
COUNT: Style = PATTERNS[2] | {"linestyle": "-"}


def draw(study: ProgressMeasures, recorded: Recorded) -> Figure:
    """Return losses above; below the number of key frequencies and the power at the final ones."""
    runs = [run for run in recorded.runs if run.measures]
    figure = sheet(5.0)
    panels = figure.subplot_mosaic([["loss", "loss"], ["keys", "power"]], height_ratios=(1.5, 1))
    for name, (label, style) in LOSSES.items():
        draw_seeds(panels["loss"], runs, _measure(name), style, label, x=_measure("step"))
    panels["loss"].axhline(np.log(study.modulus), label="guessing", **REFERENCE)
    log_scale(panels["loss"], of_all(runs, *map(_measure, LOSSES)), "loss in nats (log scale)")
    draw_seeds(panels["keys"], runs, _measure("keys"), COUNT, "", x=_measure("step"))
    panels["keys"].set_ylim(bottom=0)
    panels["keys"].yaxis.set_major_locator(MaxNLocator(5, integer=True))
    panels["keys"].set_ylabel("key frequencies")
    draw_seeds(panels["power"], runs, _measure("key_power"), COUNT, "", x=_measure("step"))
    share_axis(panels["power"], "share of power at\nthe final frequencies")
    _mark_generalizing(figure, runs)
    for name, axes in panels.items():
        few_steps(axes, of_all(runs, _measure("step")), most=7 if name == "loss" else 5)
    legend_above(figure, [panels["loss"]], thin=others(runs))
    return figure


def _mark_generalizing(figure: Figure, runs: list[RecordedRun]) -> None:
    """Draw the step of 50 % test accuracy of the first seed through all panels."""
    step = those(runs)[0].first_step("test", 0.5) if runs else None
    if step is not None:
        for axes in figure.axes:
            axes.axvline(
                step, label="test accuracy 50 %", color="#777777", linewidth=1.2, linestyle=(0, (6, 1.5, 1.5, 1.5))
            )


def _measure(name: str) -> Read:
    return lambda run: np.asarray(run.measures[name], dtype=float)
