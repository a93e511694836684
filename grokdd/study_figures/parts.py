"""What several figures of studies share: their width, runs of many seeds, legends, axes, and a place for "never"."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure, FigureBase
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from ..empirical.recorded_run import RecordedRun
from ..empirical.studies.study import those
from ..figures import REFERENCE, TEST, TRAIN, Style, legend_width, positive, share_axis, step_label, steps_axis

WIDTH = 6.69
"""Width of a figure in inches: 17 cm, that of the text of a page, so that print keeps the sizes of letters."""
MARGIN = 12.0
"""Points that a legend leaves free beside it."""
STRONG: Style = {"zorder": 3}
THIN: Style = {"linewidth": 0.7, "alpha": 0.6, "zorder": 2}
"""Looks of the first seed and of all others."""
DOT: Style = {"linestyle": "none", "marker": "o", "markersize": 4, "markeredgewidth": 0.9, "markerfacecolor": "none"}
NEVER: Style = {"linestyle": "none", "marker": "x", "markersize": 4.5, "markeredgewidth": 1.2}
NEVER_GROUND: Style = {"facecolor": "#EFEFEF", "edgecolor": "none", "zorder": 0}
"""Looks of a run, of one that never came, and of the ground that such runs stand on."""

Read = Callable[[RecordedRun], NDArray[np.float64]]


def sheet(height: float) -> Figure:
    """Return an empty figure of the width of a page; `height` in inches."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def draw_seeds(
    axes: Axes, runs: Iterable[RecordedRun], read: Read, style: Style, label: str, x: Read | None = None
) -> None:
    """Draw a curve of each run against `x`, the steps of its evaluations: the first seed strong, the others thin."""
    for place, run in enumerate(those(runs)):
        look: Style = style | ({"label": label} | STRONG if place == 0 else THIN)
        axes.plot(run.step if x is None else x(run), read(run), **look)


def draw_accuracies(axes: Axes, runs: Sequence[RecordedRun], chance: float) -> None:
    """Draw train and test accuracy of each run, and chance."""
    draw_seeds(axes, runs, lambda run: run.accuracy("train"), TRAIN, "train")
    draw_seeds(axes, runs, lambda run: run.accuracy("test"), TEST, "test")
    axes.axhline(chance, label="chance", **REFERENCE)
    share_axis(axes, "accuracy")


def of_all(runs: Iterable[RecordedRun], *reads: Read) -> NDArray[np.float64]:
    """Return the values of some curves of all runs, one after the other: what an axis must have room for."""
    return np.concatenate([np.empty(0), *(np.asarray(read(run), dtype=float) for run in runs for read in reads)])


def few_steps(axes: Axes, steps: NDArray[np.float64], most: int = 7) -> None:
    """Make the horizontal axis that of steps, with labels at 0 and at no more than `most` powers of ten.

    Marks without a label stand at 1, 2 and 5 times the powers: nine to each would be a grey bar in a narrow panel.
    """
    steps_axis(axes, steps)
    powers = [10.0**k for k in range(int(np.log10(max(10.0, float(steps.max(initial=1))))) + 1)]
    apart = -(-len(powers) // most)
    axes.xaxis.set_major_locator(FixedLocator([0, *powers[(len(powers) - 1) % apart :: apart]]))
    axes.xaxis.set_minor_locator(FixedLocator([factor * power for power in powers for factor in (1, 2, 5)]))


def legend_above(
    figure: FigureBase, axes: Iterable[Axes], *, thin: str = "", more: Sequence[Artist] = (), most: int = 6
) -> None:
    """Put one legend of all these axes above the figure, each name once; `thin` says what thin lines are."""
    named = [zip(*one.get_legend_handles_labels(), strict=True) for one in axes]
    handles = {label: handle for pairs in named for handle, label in pairs}
    if thin:
        handles[thin] = Line2D([], [], color=REFERENCE["color"], linewidth=0.8)
    handles |= {str(handle.get_label()): handle for handle in more}
    columns = next((k for k in range(most, 1, -1) if legend_width(list(handles), k) <= 72 * WIDTH - MARGIN), 1)
    figure.legend(
        list(handles.values()), list(handles), loc="outside upper left", ncols=columns, frameon=False, borderpad=0.2
    )


def others(runs: Iterable[RecordedRun]) -> str:
    """Return what a legend says of the thin lines; nothing if there are none."""
    return "other seeds" if len({run.settings["seed"] for run in runs}) > 1 else ""


def no_zeros(read: Read) -> Read:
    """Return the same curve with gaps where it has no logarithm."""
    return lambda run: positive(np.asarray(read(run), dtype=float))


def plain_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return where a logarithmic axis has labels: at powers of ten, and between these where they are few.

    >>> plain_ticks(0.5, 2000), plain_ticks(30, 300), plain_ticks(1.9, 4.3)
    ([1.0, 10.0, 100.0, 1000.0], [50.0, 100.0, 200.0], [2.0, 3.0, 4.0])
    """
    if high / low >= 1000:
        powers = _multiples(low, high, (1,))
        return powers[:: -(-len(powers) // most)]
    found = _multiples(low, high, (1, 2, 5))
    return found if len(found) > 2 else _multiples(low, high, range(1, 10))


def _multiples(low: float, high: float, factors: Iterable[int]) -> list[float]:
    """Return these multiples of powers of ten from `low` to `high`."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    return [at for k in powers for at in (factor * 10.0**k for factor in factors) if low <= at <= high]


def number_axis(axis: Axis, ticks: Sequence[float], never: float | None = None) -> None:
    """Put numbers as people write them, and no other marks, on a logarithmic axis; "never" at its own place."""
    axis.set_major_locator(FixedLocator([*ticks, *([] if never is None else [never])]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: "never" if value == never else number(value)))


def number(value: float) -> str:
    """Return a number as people write it on an axis."""
    if 0 < value < 0.001:
        return f"{value:.0e}"
    return f"{value:g}" if value < 1 else step_label(value)
