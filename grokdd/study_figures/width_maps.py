"""Maps of losses and accuracies over steps and widths, medians over seeds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from ..empirical.recorded_run import RecordedRun
from ..empirical.studies.study import those
from ..figures import Style
from .medians import median_of_known
from .parts import legend_above, number_axis, plain_ticks

Grid = NDArray[np.float64]
"""One value for each width and step, shape (W, T), or for each of either."""

PLACES: dict[str, tuple[str, str, str]] = {
    "train loss in nats (log scale)": ("loss", "train", "magma"),
    "test loss in nats (log scale)": ("loss", "test", "magma"),
    "train accuracy": ("accuracy", "train", "viridis"),
    "test accuracy": ("accuracy", "test", "viridis"),
}
"""The maps: what each shows, of which side, in which colours."""
RANGE = 1000.0
"""Losses below the largest one by more than this factor have one colour, or the rise of a loss would hardly show."""
LEARNED = 0.9
"""Train accuracy whose contour is drawn."""
CONTOUR: Style = {"color": "#FFFFFF", "linewidth": 1.6, "linestyle": (0, (1.2, 1.4))}
HALO = withStroke(linewidth=2.6, foreground="#000000")


def draw_maps(figure: SubFigure, runs: Sequence[RecordedRun]) -> None:
    """Draw the four maps, and over each where train accuracy is 90 %."""
    panels: Any = figure.subplots(2, 2, sharex=True, sharey=True)
    widths = np.array(sorted({run.settings["width"] for run in runs}), dtype=float)
    steps = np.unique(np.concatenate([np.empty(0), *(run.step[run.step > 0] for run in runs)]))
    learned = over_grid(runs, widths, steps, "accuracy", "train")
    for axes, (label, (what, side, colors)) in zip(panels.flat, PLACES.items(), strict=True):
        _draw_map(axes, widths, steps, over_grid(runs, widths, steps, what, side), label, colors)
        _draw_contour(axes, widths, steps, learned)
    for axes in panels[-1]:
        axes.set_xlabel("training step (log scale)")
    for axes in panels[:, 0]:
        axes.set_ylabel("width (log scale)")
    contour = Line2D([], [], path_effects=[HALO], label=f"train accuracy {100 * LEARNED:g} %", **CONTOUR)
    legend_above(figure, [], more=[contour])


def over_grid(runs: Sequence[RecordedRun], widths: Grid, steps: Grid, what: str, side: str) -> Grid:
    """Return the median over seeds of "loss" or "accuracy" of a side at each width and step; NaN beyond a run's end."""
    return np.stack(
        [median_of_known([_at(run, steps, what, side) for run in those(runs, width=width)]) for width in widths]
    )


def _at(run: RecordedRun, steps: Grid, what: str, side: str) -> Grid:
    """Return a curve's values at steps: those of the last evaluation before."""
    values = run.loss(side) if what == "loss" else run.accuracy(side)
    place = np.maximum(np.searchsorted(run.step, steps, side="right") - 1, 0)
    return np.where(steps <= run.step[-1], values[place], np.nan)


def _draw_map(axes: Axes, widths: Grid, steps: Grid, values: Grid, label: str, colors: str) -> None:
    norm = _logarithmic(values) if "log scale" in label else Normalize(0, 1)
    drawn = axes.pcolormesh(_edges(steps), _edges(widths), values, cmap=colors, norm=norm, rasterized=True)
    axes.set(xscale="log", yscale="log")
    axes.grid(visible=False)
    number_axis(axes.xaxis, plain_ticks(steps[0], steps[-1], most=5))
    number_axis(axes.yaxis, [2.0**k for k in range(1, 12) if widths[0] <= 2**k <= widths[-1]])
    least = "min" if norm.vmin and (values < norm.vmin).any() else "neither"
    bar = axes.figure.colorbar(drawn, ax=axes, label=label, location="top", aspect=32, extend=least)
    number_axis(bar.ax.xaxis, plain_ticks(*bar.ax.get_xlim()) if isinstance(norm, LogNorm) else [0, 0.25, 0.5, 0.75, 1])


def _logarithmic(values: Grid) -> LogNorm:
    """Return colours for a loss; one of 0 has that of all small ones."""
    known = values[np.isfinite(values) & (values > 0)]
    low, high = (known.min(), known.max()) if known.size else (0.1, 1.0)
    return LogNorm(max(low, high / RANGE), max(high, 1.1 * low), clip=True)


def _draw_contour(axes: Axes, widths: Grid, steps: Grid, learned: Grid) -> None:
    """Draw where train accuracy is 90 %, if it crosses that anywhere."""
    if min(learned.shape) > 1 and np.nanmin(learned) < LEARNED < np.nanmax(learned):
        drawn = axes.contour(
            steps, widths, learned, [LEARNED], colors=CONTOUR["color"], linewidths=CONTOUR["linewidth"],
            linestyles=[CONTOUR["linestyle"]],
        )  # fmt: skip
        drawn.set(path_effects=[HALO])


def _edges(middles: Grid) -> Grid:
    """Return the ends of cells around the middles, in the logarithm."""
    logs = np.log(middles)
    if logs.size == 1:
        return np.exp([logs[0] - 0.5, logs[0] + 0.5])
    inner = (logs[1:] + logs[:-1]) / 2
    return np.exp(np.concatenate([[2 * logs[0] - inner[0]], inner, [2 * logs[-1] - inner[-1]]]))
