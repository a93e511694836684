"""Figure 7 of [Davies2022]: early correct answers, and those to 0 / b, with and without 0 / b in the train set."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..empirical.recorded_run import RecordedRun
from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.study import those
from ..empirical.studies.zero_dividend import ZeroDividend
from ..figures import PATTERNS, REFERENCE, TEST, Style
from .parts import draw_seeds, few_steps, legend_above, of_all, others, sheet

CHANCE = 1 / 97
"""The public setting is division mod 97."""
REST: Style = PATTERNS[2] | {"linestyle": "-"}
EVERY: Style = REFERENCE | {"linestyle": (0, (6, 1.5, 1.5, 1.5))}


def draw(study: ZeroDividend, recorded: Recorded) -> Figure:
    """Return correct test answers above and accuracy on the rest below, one column for each train set."""
    figure = sheet(4.6)
    panels = figure.subplots(2, 2, sharex=True, sharey="row")
    titles = "with 0/b in the train set", "with 0/b taken out of it"
    for column, title, taken_out in zip(panels.T, titles, (False, True), strict=True):
        runs = those(recorded.runs, taken_out=taken_out)
        _draw_correct(column[0], runs)
        _draw_rest(column[1], runs)
        column[0].set_title(title)
        for axes in column:
            few_steps(axes, of_all(recorded.runs, lambda run: run.step))
    for axes in panels.flat:
        axes.label_outer()
    panels[0, 0].set_ylabel("correct test answers")
    panels[1, 0].set_ylabel("accuracy on all but 0/b")
    legend_above(figure, panels.flat, thin=others(recorded.runs))
    return figure


def _draw_correct(axes: Axes, runs: Sequence[RecordedRun]) -> None:
    """Draw correct answers, up to four times as many as there are of the form 0 / b."""
    zeros = max((run.sizes["test_zero_dividend"] for run in runs), default=0)
    draw_seeds(axes, runs, lambda run: run.columns["test_correct"], TEST, "all")
    draw_seeds(axes, runs, lambda run: run.columns["test_zero_dividend_correct"], PATTERNS[0], "0/b")
    if zeros:
        axes.axhline(zeros, label=f"every 0/b ({zeros})", **EVERY)
        axes.set_ylim(-0.06 * zeros, 4 * zeros)


def _draw_rest(axes: Axes, runs: Sequence[RecordedRun]) -> None:
    """Draw accuracy on the others, up to three times chance."""
    draw_seeds(axes, runs, lambda run: run.accuracy("test_rest"), REST, "all but 0/b")
    axes.axhline(CHANCE, label="chance", **REFERENCE)
    axes.set_ylim(-0.06 * CHANCE, 3 * CHANCE)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))
