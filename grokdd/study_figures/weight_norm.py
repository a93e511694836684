"""Figure 7 of [Liu2022]: accuracies, and the norm of the weights, through grokking."""

from matplotlib.figure import Figure

from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.study import those
from ..empirical.studies.weight_norm import WeightNorm
from ..figures import PATTERNS, REFERENCE, Style
from .parts import draw_accuracies, draw_seeds, few_steps, legend_above, of_all, others, sheet

NORM: Style = PATTERNS[2] | {"linestyle": "-"}
INITIAL: Style = REFERENCE | {"linestyle": (0, (6, 1.5, 1.5, 1.5))}


def draw(study: WeightNorm, recorded: Recorded) -> Figure:
    """Return accuracies above and the norm of all weights below."""
    runs = recorded.runs
    figure = sheet(4.6)
    above, below = figure.subplots(2, 1, sharex=True)
    draw_accuracies(above, runs, 1 / study.modulus)
    draw_seeds(below, runs, lambda run: run.columns["norm_all"], NORM, "norm of all weights")
    for run in those(runs)[:1]:
        below.axhline(run.columns["norm_all"][0], label="initial norm", **INITIAL)
    below.set_ylim(0, 1.08 * of_all(runs, lambda run: run.columns["norm_all"]).max(initial=1))
    below.set_ylabel("norm of all weights")
    few_steps(below, of_all(runs, lambda run: run.step))
    legend_above(figure, [above, below], thin=others(runs))
    return figure
