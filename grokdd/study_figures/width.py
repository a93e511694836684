"""Figures 4, 5 and 6 of [Davies2022]: losses and accuracies over steps and widths, and three cuts through them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.study import those
from ..empirical.studies.width import OverWidths, Read, Width, at_last_step, read_over_widths
from ..figures import REFERENCE, TEST, TRAIN, Style, log_scale, share_axis
from .parts import legend_above, number_axis, sheet
from .width_maps import draw_maps

Floats = NDArray[np.float64]

SEED: Style = {"linestyle": "none", "marker": "o", "markersize": 2.4, "markeredgewidth": 0, "alpha": 0.6}


def draw(study: Width, recorded: Recorded) -> Figure:
    """Return four maps, medians over seeds, and below them what three comparisons of widths show."""
    figure = sheet(8.7)
    above, below = (figure.add_subfigure(part) for part in figure.add_gridspec(2, 1, height_ratios=(1.45, 1)))
    draw_maps(above, recorded.runs)
    _draw_cuts(below, study, recorded)
    return figure


def _draw_cuts(figure: SubFigure, study: Width, recorded: Recorded) -> None:
    """Draw accuracies and test loss against width at equal steps, at equal compute and at equal train loss."""
    panels: Any = figure.subplots(2, 3, sharex=True, sharey="row")
    reads: dict[str, Read] = {
        "last step": at_last_step,
        "equal compute": study.at_equal_compute,
        "equal train loss": study.at_equal_train_loss,
    }
    seeds = sorted({run.settings["seed"] for run in recorded.runs})
    for column, (title, read) in zip(panels.T, reads.items(), strict=True):
        column[0].set_title(title)
        _draw_cut(column, [read_over_widths(those(recorded.runs, seed=seed), read) for seed in seeds])
    _finish_cuts(panels, [run.settings["width"] for run in recorded.runs])
    seed = Line2D([], [], color=REFERENCE["color"], label="each seed", **SEED)
    legend_above(figure, [panels[0, 0]], more=[seed])


def _draw_cut(column: Sequence[Axes], seeds: Sequence[OverWidths]) -> None:
    """Draw accuracies above and test loss below: each seed as dots, the median of those that come there as a line."""
    lines = ((column[0], "train", TRAIN), (column[0], "test", TEST), (column[1], "loss", TEST))
    for axes, name, style in lines:
        for one in seeds:
            axes.plot(one.widths, getattr(one, name), color=style["color"], **SEED)
        widths, medians = over_widths(seeds, name)
        axes.plot(widths, medians, label=f"{name}, median over seeds", **style)


def over_widths(seeds: Sequence[OverWidths], name: str) -> tuple[Floats, Floats]:
    """Return the widths at which some seed is read, and the median over those seeds."""
    widths = np.unique(np.concatenate([np.ones(0), *(one.widths for one in seeds)]))
    return widths, np.array(
        [np.median([v for one in seeds for v in getattr(one, name)[one.widths == width]]) for width in widths]
    )


def _finish_cuts(panels: Any, widths: Sequence[int]) -> None:
    losses = np.concatenate([line.get_ydata() for axes in panels[1] for line in axes.lines])
    for axes in panels.flat:
        axes.set_xscale("log")
        number_axis(axes.xaxis, [4.0**k for k in range(1, 6) if min(widths) <= 4**k <= max(widths)])
    for axes in panels[1]:
        axes.set_xlabel("width (log scale)")
    share_axis(panels[0, 0], "accuracy")
    log_scale(panels[1, 0], losses, "test loss in nats\n(log scale)")
