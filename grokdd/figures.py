"""The figures of the paper and of a report, as matplotlib Figures that belong to nobody (no pyplot, no global state).

A `draw_...` function draws one panel on the Axes it is given. `panel` makes a Figure of one such panel;
`figure_2`, the only figure of [Davies2022] that needs no training run, is made of four.

Colours are Okabe and Ito's, which colour-blind readers can tell apart, the orange and the sky blue darkened until
they stand out from white paper; each comes with its own dashes, so that a grey print can be read too. Legends stand
above the axes, where no curve can pass beneath them.
"""

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, SymmetricalLogLocator
from numpy.typing import ArrayLike, NDArray

from .analytic import Curves, PatternModel, presets
from .analytic.errors import InputError
from .exit_codes import visible, writing
from .naming import pattern_names

PANEL_SIZE = (4.2, 3.0)
"""Width and height of one panel in inches: 302 points, so that 9-point text is still 11 pixels high on a phone."""
LEFT_OF_AXES = 50.0
"""Points that tick labels and the name of the vertical axis take at most."""
LONGEST_NAME = 20
"""Characters of a name in a legend; what is longer is cut."""
NARROW_PANEL = (3.3, 2.8)
"""The same for three panels in a row."""
FIGURE_2_STEPS = 300
"""Length of the time axis of Figure 2, in the model's own time."""

FORMATS: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}
"""Endings of the files that a figure can be written to, and what keeps the date out of each."""

Style = dict[str, Any]

TRAIN: Style = {"color": "#0072B2", "linestyle": (0, (5, 1.6))}
TEST: Style = {"color": "#D55E00", "linestyle": "-"}
REFERENCE: Style = {"color": "#555555", "linestyle": (0, (1.5, 1.5)), "linewidth": 1.4}
PATTERNS: tuple[Style, ...] = (
    {"color": "#009E73", "linestyle": "-"},
    {"color": "#CC79A7", "linestyle": (0, (5, 1.6))},
    {"color": "#332288", "linestyle": (0, (1.5, 1.5))},
    {"color": "#C58800", "linestyle": (0, (6, 1.5, 1.5, 1.5))},
    {"color": "#4A9CCA", "linestyle": (0, (8, 3))},
)
"""One style a pattern, in order; a sixth pattern begins again."""

STYLE: Style = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same widths on every machine
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "legend.handlelength": 2.4,
    "legend.handletextpad": 0.8,
    "legend.columnspacing": 1.2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.6,
    "text.color": "#1A1A1A",
    "axes.labelcolor": "#1A1A1A",
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "svg.fonttype": "path",  # a reader's own fonts would have other widths
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with the settings above and matplotlib's defaults, whatever the user's own settings are."""
    with matplotlib.style.context(STYLE, after_reset=True), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box; a warning would tell the reader no more.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        yield


def panel(draw: Callable[..., None], *args: Any, size: tuple[float, float] = PANEL_SIZE, **options: Any) -> Figure:
    """Return a Figure of one panel, the one that `draw(axes, *args, **options)` draws; `size` in inches."""
    with house_style():
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.add_subplot(), *args, **options)
    return figure


def figure_2(size: tuple[float, float] = (8.6, 6.2)) -> Figure:
    """Return Figure 2 of [Davies2022] as four panels: patterns and accuracies, in double descent and in grokking."""
    with house_style():
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(2, 2)
        for row, (title, model) in zip(grid, figure_2_models(), strict=True):
            computed = figure_2_curves(model)
            draw_patterns(row[0], computed, pattern_names(model), title=f"{title}: patterns")
            draw_accuracies(row[1], computed, title=f"{title}: accuracy")
    return figure


def figure_2_models() -> tuple[tuple[str, PatternModel], ...]:
    """Return the title and the model of each half of Figure 2."""
    return ("Double descent", presets.double_descent()), ("Grokking", presets.grokking())


def figure_2_curves(model: PatternModel) -> Curves:
    """Return the curves of `model` on the time axis of Figure 2."""
    from .simulate import curves  # numba: loaded only where something is computed

    return curves(model, np.linspace(0, FIGURE_2_STEPS, 601))


def model_figure(model: PatternModel, computed: Curves, size: tuple[float, float] = (8.6, 3.1)) -> Figure:
    """Return the patterns and the accuracies of one model side by side."""
    with house_style():
        figure = Figure(figsize=size, layout="constrained")
        left, right = figure.subplots(1, 2)
        draw_patterns(left, computed, pattern_names(model))
        draw_accuracies(right, computed)
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write `figure` to `path`, in the format that its ending names; InputError if that is none of FORMATS."""
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"a figure must end in {', '.join(FORMATS)}, got {str(path)!r}")
    with house_style(), matplotlib.rc_context({"svg.hashsalt": path.name}), writing(path):
        figure.savefig(path, dpi=150, metadata=FORMATS[path.suffix.lower()])


def draw_patterns(axes: Axes, curves: Curves, names: Sequence[str], *, title: str = "") -> None:
    """Draw the predictiveness of each pattern against the axis of `curves`."""
    if curves.patterns is None:
        raise ValueError("curves must carry the predictiveness of patterns; those of a training run do not")
    for i, (name, values) in enumerate(zip(names, curves.patterns.T, strict=True)):
        axes.plot(curves.t, values, label=_label(name), **PATTERNS[i % len(PATTERNS)])
    _time_axis(axes, curves)
    share_axis(axes, "predictiveness")
    _legend(axes, title=title)


def draw_accuracies(axes: Axes, curves: Curves, *, chance: float | None = None, title: str = "") -> None:
    """Draw train and test accuracy, and the chance level if one is given."""
    axes.plot(curves.t, curves.train, label="train", **TRAIN)
    axes.plot(curves.t, curves.test, label="test", **TEST)
    draw_reference(axes, chance, "chance")
    _time_axis(axes, curves)
    share_axis(axes, "accuracy")
    _legend(axes, title=title)


def draw_log_accuracies(axes: Axes, curves: Curves, *, chance: float | None = None) -> None:
    """Draw train and test accuracy on a logarithmic scale; an accuracy of 0 leaves a gap."""
    axes.plot(curves.t, positive(curves.train), label="train", **TRAIN)
    axes.plot(curves.t, positive(curves.test), label="test", **TEST)
    draw_reference(axes, chance, "chance")
    _time_axis(axes, curves)
    log_scale(axes, np.concatenate([curves.train, curves.test]), "accuracy (log scale)")
    _legend(axes)


def draw_losses(axes: Axes, steps: ArrayLike, train_loss: ArrayLike, test_loss: ArrayLike) -> None:
    """Draw train and test loss, both axes logarithmic."""
    axes.plot(steps, train_loss, label="train", **TRAIN)
    axes.plot(steps, test_loss, label="test", **TEST)
    steps_axis(axes, np.asarray(steps, dtype=float))
    log_scale(axes, np.concatenate([np.asarray(train_loss, float), np.asarray(test_loss, float)]), "loss (log scale)")
    _legend(axes)


def draw_correct_answers(axes: Axes, steps: ArrayLike, correct: ArrayLike, zero_correct: ArrayLike, zeros: int) -> None:
    """Draw the number of correct test answers early on and those of the form 0 / b (Figure 7 of [Davies2022]).

    Parameters
    ----------
    axes
        Where to draw; its upper end is four times `zeros`, and the curve leaves through it once the network groks.
    steps
        Training steps, shape (T,).
    correct, zero_correct
        Numbers of correct test answers, of all and of those with dividend 0, shape (T,).
    zeros
        How many test examples have dividend 0.
    """
    axes.plot(steps, correct, label="all", **TEST)
    axes.plot(steps, zero_correct, label="0/b", **PATTERNS[0])
    draw_reference(axes, zeros, f"every 0/b ({zeros})")
    axes.set_ylim(0, 4 * zeros if zeros else None)
    axes.set_ylabel("correct test answers")
    steps_axis(axes, np.asarray(steps, dtype=float))
    _legend(axes)


def draw_rest(axes: Axes, steps: ArrayLike, rest: ArrayLike, chance: float) -> None:
    """Draw test accuracy on everything but 0 / b against chance; it leaves at three times chance."""
    axes.plot(steps, rest, label="test without 0/b", **TEST)
    draw_reference(axes, chance, "chance")
    axes.set_ylim(-0.06 * chance, 3 * chance)
    axes.set_ylabel("accuracy")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))
    steps_axis(axes, np.asarray(steps, dtype=float))
    _legend(axes)


@dataclass(frozen=True)
class DrawnPlane:
    """Boundaries in a plane of two parameters that lie in [0, 1]."""

    x: str
    y: str
    model: tuple[float, float]
    """Where the model is."""
    curves: Sequence[Sequence[tuple[float, float]]]
    """Each boundary by its points, in order."""
    labels: Sequence[str]
    """What each is called."""


def draw_boundaries(axes: Axes, plane: DrawnPlane) -> None:
    """Draw boundaries and the model, over the part of the unit square that they need."""
    for i, (label, points) in enumerate(zip(plane.labels, plane.curves, strict=True)):
        mark = {"marker": "o", "markersize": 4} if len(points) == 1 else {}
        axes.plot(*zip(*points, strict=True), label=label, **PATTERNS[i % len(PATTERNS)], **mark)
    axes.plot(*plane.model, label="this model", linestyle="none", marker="D", markersize=7, color=TEST["color"])
    axes.margins(0.08)
    axes.set_xlabel(plane.x)
    axes.set_ylabel(plane.y)
    _legend(axes, most_columns=2)


def draw_fit(axes: Axes, run: Curves, fitted: Curves) -> None:
    """Draw a training run as marks and the curves of a fitted model as lines over them."""
    marks: Style = {"linestyle": "none", "markersize": 3.2, "markerfacecolor": "none", "markeredgewidth": 0.8}
    axes.plot(run.t, run.train, label="train, run", marker="s", color=TRAIN["color"], **marks)
    axes.plot(fitted.t, fitted.train, label="train, model", **TRAIN)
    axes.plot(run.t, run.test, label="test, run", marker="o", color=TEST["color"], **marks)
    axes.plot(fitted.t, fitted.test, label="test, model", **TEST)
    _time_axis(axes, run)
    share_axis(axes, "accuracy")
    _legend(axes, most_columns=2)


def draw_reference(axes: Axes, level: float | None, label: str) -> None:
    """Draw a level across the axes, if there is one."""
    if level is not None:
        axes.axhline(level, label=label, **REFERENCE)


def positive(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values with NaN, which leaves a gap, for those that have no logarithm."""
    return np.where(values > 0, values, np.nan)


def _legend(axes: Axes, most_columns: int = 3, title: str = "") -> None:
    """Put the legend above the axes, in as many columns as there is room for, and the title above the legend."""
    handles, labels = axes.get_legend_handles_labels()
    columns = next((k for k in range(most_columns, 1, -1) if legend_width(labels, k) <= _room(axes)), 1)
    place: Style = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.1, "borderpad": 0.2}
    axes.legend(handles, labels, ncols=columns, frameon=False, **place)
    rows = math.ceil(len(labels) / columns)
    axes.set_title(title, pad=1.6 * STYLE["legend.fontsize"] * rows + 8)


def _label(name: str) -> str:
    """Return a name from a file as matplotlib draws it as it stands: on one line, cut if long, and no formula."""
    name = visible(" ".join(name.split()))
    cut = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    literal = cut.replace("$", r"\$")
    return f" {literal}" if literal.startswith("_") else literal  # legends leave out labels that begin with _


def legend_width(labels: Sequence[str], columns: int) -> float:
    """Return the width in points of a legend, which fills its columns from the left."""
    size = STYLE["legend.fontsize"]
    around = size * (STYLE["legend.handlelength"] + STYLE["legend.handletextpad"] + STYLE["legend.columnspacing"])
    widths = [around + TextPath((0, 0), label, size=size).get_extents().width for label in labels]
    return sum(max(column, default=0.0) for column in np.array_split(widths, columns))


def _room(axes: Axes) -> float:
    """Return the width in points that a figure leaves the legend of one of its panels."""
    place = axes.get_subplotspec()
    beside_each_other = 1 if place is None else place.get_gridspec().ncols
    figure = axes.get_figure(root=True)
    return 0.0 if figure is None else 72 * figure.get_figwidth() / beside_each_other - LEFT_OF_AXES


def share_axis(axes: Axes, label: str) -> None:
    """Make the vertical axis that of a share, with room for a line at 0 and at 1."""
    axes.set_ylim(-0.02, 1.02)
    axes.set_ylabel(label)


def _time_axis(axes: Axes, curves: Curves) -> None:
    if curves.axis == "steps":
        steps_axis(axes, curves.t)
    else:
        axes.set_xlabel("time t" if curves.axis == "t" else curves.axis)


def steps_axis(axes: Axes, steps: NDArray[np.float64]) -> None:
    """Make the horizontal axis logarithmic beyond step 1, so that step 0 has a place."""
    axes.set_xscale("symlog", linthresh=1, linscale=0.35)
    axes.set_xlim(0, 1.12 * max(float(steps.max(initial=1)), 10.0))  # room for the last mark
    axes.xaxis.set_major_formatter(FuncFormatter(step_label))
    axes.xaxis.set_minor_locator(SymmetricalLogLocator(base=10, linthresh=1, subs=range(2, 10)))
    axes.set_xlabel("training step (log scale)")


def step_label(value: float, _: int = 0) -> str:
    r"""Return a round number as people write it: digits below 100 000, an exponent from there on.

    >>> step_label(1000), step_label(200_000)
    ('1\u2009000', '$2\\times10^{5}$')
    """
    if value < 100_000:
        return f"{value:,.0f}".replace(",", "\N{THIN SPACE}")
    power = math.floor(math.log10(value) + 1e-9)
    factor = f"{value / 10**power:.3g}"
    return f"$10^{{{power}}}$" if factor == "1" else rf"${factor}\times10^{{{power}}}$"


def log_scale(axes: Axes, values: NDArray[np.float64], label: str) -> None:
    """Make the vertical axis logarithmic, with a label at each power of ten, or each 1-2-5 where those are few."""
    axes.set_yscale("log")
    known = values[np.isfinite(values) & (values > 0)]
    low, high = (known.min(), known.max()) if known.size else (0.1, 1.0)
    axes.set_ylim(low / 1.15, high * 1.15)
    decades = range(int(np.floor(np.log10(low))) - 1, int(np.ceil(np.log10(high))) + 1)
    whole = [10.0**k for k in decades]
    inside = [v for v in whole if low / 1.15 <= v <= high * 1.15]
    step = 1 + len(inside) // 7
    ticks = inside[::step] if len(inside) >= 3 else [m * v for v in whole for m in (1, 2, 5)]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0e}" if value < 1e-3 else f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel(label)
