"""Numbers of the loss: test accuracy without weight decay, by the format of the loss and the learning rate."""

from matplotlib.figure import Figure

from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.numerics import LOSSES, Numerics
from ..empirical.studies.study import those
from ..figures import PATTERNS, REFERENCE, Style, share_axis
from .parts import draw_seeds, few_steps, legend_above, of_all, others, sheet

LOOKS: dict[str, Style] = dict(zip(LOSSES, PATTERNS[:3], strict=True))


def draw(study: Numerics, recorded: Recorded) -> Figure:
    """Return test accuracy over steps, a panel for each learning rate."""
    rates = sorted({run.settings["rate"] for run in recorded.runs}, reverse=True)
    figure = sheet(2.9)
    panels = figure.subplots(1, max(1, len(rates)), sharey=True, squeeze=False)[0]
    for axes, rate in zip(panels, rates, strict=False):
        for loss, style in LOOKS.items():
            runs = those(recorded.runs, rate=rate, loss=loss)
            draw_seeds(axes, runs, lambda run: run.accuracy("test"), style, _told(loss))
        axes.axhline(1 / study.modulus, label="chance", **REFERENCE)
        axes.set_title(f"learning rate {rate:g}")
        few_steps(axes, of_all(recorded.runs, lambda run: run.step), most=5)
    share_axis(panels[0], "test accuracy")
    legend_above(figure, panels, thin=others(recorded.runs))
    return figure


def _told(loss: str) -> str:
    return "StableMax in float32" if loss == "stablemax" else f"cross-entropy in {loss}"
