"""Sparse parity of [Merrill2023]: accuracies, and how few neurons do the work."""

import numpy as np
from matplotlib.figure import Figure

from ..empirical.recorded_run import RecordedRun
from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.sparse_parity import Parity
from ..figures import PATTERNS, Style, log_scale
from .parts import draw_accuracies, draw_seeds, few_steps, legend_above, of_all, others, sheet

NEURONS: Style = PATTERNS[2] | {"linestyle": "-"}


def draw(study: Parity, recorded: Recorded) -> Figure:
    """Return accuracies above; below the fewest neurons that answer as the whole network does."""
    runs = recorded.runs
    measured = [run for run in runs if run.measures]
    figure = sheet(4.6)
    above, below = figure.subplots(2, 1, sharex=True)
    draw_accuracies(above, runs, 0.5)
    lowest = of_all(runs, lambda run: run.accuracy("test")).min(initial=0.4)
    above.set_ylim(lowest - 0.02, 1.02)
    draw_seeds(below, measured, _needed, NEURONS, "neurons", x=lambda run: run.measures["step"])
    needed = of_all(measured, _needed)
    needed = needed[np.isfinite(needed)]
    log_scale(below, np.concatenate([needed, [1.0, study.hidden]]), "fewest neurons that\nanswer alike (log scale)")
    few_steps(below, of_all(runs, lambda run: run.step))
    legend_above(figure, [above], thin=others(runs))
    return figure


def _needed(run: RecordedRun) -> np.ndarray:
    """Return how many neurons answer alike, NaN before the train set is known: nearly constant answers need one."""
    memorized = run.first_step("train", 0.98)
    known = run.measures["step"] >= (np.inf if memorized is None else memorized)
    return np.where(known, run.measures["neurons"], np.nan)
