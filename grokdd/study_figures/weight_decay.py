"""Figure 10a of [Liu2022]: the step of generalizing against weight decay."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.generalizing import generalizes_at
from ..empirical.studies.study import those
from ..empirical.studies.weight_decay import WeightDecay
from ..figures import REFERENCE, TEST, Style
from .medians import median_step
from .parts import DOT, NEVER, NEVER_GROUND, legend_above, number_axis, plain_ticks, sheet
from .strips import ground

SPREAD = 1.15
"""Factor over which the seeds of a decay are spread, lest they lie on each other."""
BUDGET: Style = {"color": "#444444", "linestyle": "none", "marker": "_", "markersize": 16}
RUN: Style = DOT | {"color": TEST["color"]}

Point = tuple[float, float]


def draw(study: WeightDecay, recorded: Recorded) -> Figure:
    """Return steps against decays, a dot a run, a line through the medians, and one of slope -1 beside it."""
    figure = sheet(4.0)
    axes = figure.subplots()
    decays = sorted({run.settings["decay"] for run in recorded.runs})
    steps = {decay: [generalizes_at(run) for run in those(recorded.runs, decay=decay)] for decay in decays}
    placed = [(decay * _beside(k, len(of_it)), step) for decay, of_it in steps.items() for k, step in enumerate(of_it)]
    came = [(decay, float(step)) for decay, step in placed if step is not None]
    medians = [(decay, step) for decay, of_it in steps.items() if (step := median_step(of_it)) is not None]
    axes.plot(*_columns(came), label="run", **RUN)
    axes.plot(*_columns(medians), label="median", **TEST)
    axes.plot(decays, [study.steps_at(decay) for decay in decays], label="budget", **BUDGET)
    _draw_slope(axes, medians, decays)
    longest = float(max(map(study.steps_at, decays), default=10))
    _draw_never(axes, [decay for decay, step in placed if step is None], [step for _, step in came], longest)
    _name_decays(axes, decays)
    legend_above(figure, [axes])
    return figure


def _beside(k: int, many: int) -> float:
    """Return by what factor the dot of seed k of so many stands beside its decay."""
    return SPREAD ** ((k + 0.5) / many - 0.5)


def _columns(points: Sequence[Point]) -> np.ndarray:
    return np.array(points).reshape(-1, 2).T


def _draw_slope(axes: Axes, medians: Sequence[Point], decays: Sequence[float]) -> None:
    """Draw the line of slope -1 through the middle of the medians."""
    if medians:
        product = np.exp(np.log(medians).sum(axis=1).mean())
        axes.plot(decays, product / np.array(decays), label="slope \N{MINUS SIGN}1", **REFERENCE)


def _draw_never(axes: Axes, never: Sequence[float], came: Sequence[float], longest: float) -> None:
    """Draw the runs that never generalize, by decay, on ground above the longest run."""
    low = min([longest / 10, *came]) / 1.3
    first, last = ground(low, longest)
    middle = float(np.sqrt(first * last))
    axes.axhspan(first, last, **NEVER_GROUND)
    axes.axhline(first, color="#444444", linewidth=0.8)
    axes.plot(never, [middle] * len(never), **NEVER | {"color": RUN["color"]})
    axes.set(yscale="log", ylim=(low, last), ylabel="step of 95 % test accuracy (log scale)")
    number_axis(axes.yaxis, plain_ticks(low, longest), never=middle)


def _name_decays(axes: Axes, decays: Sequence[float]) -> None:
    axes.set(xscale="log", xlabel="weight decay (log scale)")
    number_axis(axes.xaxis, decays)
    if decays:
        axes.set_xlim(decays[0] / 1.4, decays[-1] * 1.4)
