"""The figures of a record: time and errors against the number of patterns, and percent of the machine's limits."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ..figures import PATTERNS, REFERENCE, TEST, TRAIN, Style, panel
from . import errors_found, mean_rule_case
from .claims import ASKED_SHARES, cases_of, share_of_limit

Record = dict[str, Any]

LEFT_TO_THE_TABLE = {mean_rule_case.AGAIN}
"""Ways that would only crowd a figure."""
NO_ERROR = 1e-17
"""Where an error of 0 is drawn, which has no logarithm."""
ROUNDING = 2.0**-53
SIZE = (8.6, 4.2)
ASKED: Style = {"color": TEST["color"], "linestyle": "none", "marker": "|", "markersize": 15, "markeredgewidth": 2.6}


def _style(base: Style, marker: str, **more: Any) -> Style:
    return base | {"marker": marker, "markersize": 5} | more


STYLES: dict[str, Style] = {
    mean_rule_case.CURVES: _style(TEST, "o"),
    mean_rule_case.ONE_POINT: _style(TEST, "o", linestyle=(0, (1.5, 1.5)), markerfacecolor="white"),
    mean_rule_case.BY_TABLE: _style(TRAIN, "s"),
    "scipy.stats.poisson_binom": _style(PATTERNS[0], "^"),
    "fast_poibin": _style(PATTERNS[1], "v"),
    "numpy.einsum": _style(PATTERNS[2], "D"),
    "opt_einsum": _style(PATTERNS[3], "P"),
    "jax fold": _style(PATTERNS[4], "X"),
    "pyfwht": _style(REFERENCE, "d", linestyle=(0, (3, 1, 1, 1))),
    "shapiq Moebius": _style(REFERENCE, "*", color="#8A5A44", linestyle="-"),
}
"""Each way by colour, dashes and marker, so that a grey print can be read too."""
SAME_LINE = {errors_found.QUADRATURE: mean_rule_case.CURVES}
"""`accuracies` stands for `curves` where a record of the model would take longer than the curve."""
LABELS = {mean_rule_case.CURVES: "quadrature", mean_rule_case.ONE_POINT: "quadrature,\none point a call",
          mean_rule_case.BY_TABLE: "table"}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A figure: its title, and what draws it."""

    title: str
    draw: Callable[[Record], Figure]


def _by_way(cells: Iterable[tuple[str, int, float]]) -> dict[str, list[tuple[int, float]]]:
    """Return the points (n, value) of each line, in the order of STYLES."""
    lines: dict[str, list[tuple[int, float]]] = {way: [] for way in STYLES}
    for way, n, value in cells:
        if way not in LEFT_TO_THE_TABLE:
            lines[SAME_LINE.get(way, way)].append((n, value))
    return {way: sorted(points) for way, points in lines.items() if points}


def _draw_lines(axes: Axes, lines: dict[str, list[tuple[int, float]]]) -> None:
    for way, points in lines.items():
        label = LABELS.get(way, way)
        axes.plot([n for n, _ in points], [value for _, value in points], label=label, **STYLES[way])
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("number of patterns n (log scale)")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=20))
        axis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:.0f}" if n < 1e5 else f"$10^{{{np.log10(n):.0f}}}$"))


def _legend_beside(axes: Axes) -> None:
    shown = axes.get_legend_handles_labels()  # none is no warning
    axes.legend(*shown, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, borderaxespad=0.0)


def draw_times(axes: Axes, record: Record) -> None:
    """Draw the time of a point under the mean rule, for every way."""
    _draw_lines(
        axes, _by_way((row["way"], row["n"], row["best"]) for row in record["times"] if row["topic"] == "mean rule")
    )
    axes.set_ylabel("seconds a time point (log scale)")
    axes.set_title("Time of a point under the mean rule")
    _legend_beside(axes)


def draw_errors(axes: Axes, record: Record) -> None:
    """Draw the largest relative error of every way, p uniform; errors of 0 stand at 1e-17."""
    cells = [one for one in record["errors"] if one["spread"] == "p uniform"]
    _draw_lines(axes, _by_way((one["way"], one["n"], max(one["relative"], NO_ERROR)) for one in cells))
    axes.axhline(ROUNDING, label="one rounding, $2^{-53}$", **REFERENCE)
    axes.set_ylabel("relative error (log scale; 0 at $10^{-17}$)")
    axes.set_title("Largest relative error under the mean rule")
    _legend_beside(axes)


def draw_limits(axes: Axes, record: Record) -> None:
    """Draw what share of the machine's limit each piece of work reaches, beside what was asked of some."""
    bars = sorted(_bars(record), key=lambda bar: bar.order, reverse=True)  # the first on top
    places = range(len(bars))
    axes.barh(places, [bar.percent for bar in bars], color="#9CC3DE", edgecolor="#2F5D7C", height=0.62)
    asked = [(place, bar.asked) for place, bar in zip(places, bars, strict=True) if bar.asked is not None]
    axes.plot([at for _, at in asked], [place for place, _ in asked], label="asked for", **ASKED)
    beyond = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    for place, bar in zip(places, bars, strict=True):
        end = bar.percent + 1.0
        clear = end if bar.asked is None or not -2 < bar.asked - end < 9 else bar.asked + 2.0
        axes.text(clear, place, f"{bar.percent:.0f} %", va="center", fontsize=8.5, bbox=beyond)
    axes.set_yticks(places, [bar.label for bar in bars])
    axes.set_xlim(0, 1.13 * max([100.0, *(bar.percent for bar in bars)]))
    axes.set_xlabel("percent of what the machine reaches at a matrix product or a plain sum")
    axes.grid(visible=False, axis="y")
    axes.set_title("Share of the machine's limits")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1.0), frameon=False, borderaxespad=0.2)


@dataclass(frozen=True)
class _Bar:
    label: str
    percent: float
    asked: float | None
    order: tuple[str, int, int]
    """Topic, threads, number of patterns."""


def _bars(record: Record) -> Iterator[_Bar]:
    for case in cases_of(record):
        share, first = share_of_limit(case), case[0]
        if share is None or not first["work"]:
            continue
        topic, n, threads = first["topic"], first["n"], first["threads"]
        asked = ASKED_SHARES.get((topic, n)) if threads == 1 else None
        label = f"{topic}, n = {n}, {threads} thread{'s' if threads > 1 else ''}"
        yield _Bar(label, 100 * share, asked, (topic, threads, n))


FIGURES = {
    "times": Drawn(
        "Time of a point against the number of patterns", lambda record: panel(draw_times, record, size=SIZE)
    ),
    "limits": Drawn("Percent of the machine's limits", lambda record: panel(draw_limits, record, size=SIZE)),
    "errors": Drawn(
        "Relative errors against the number of patterns", lambda record: panel(draw_errors, record, size=SIZE)
    ),
}
"""The figures by the names of their files."""
