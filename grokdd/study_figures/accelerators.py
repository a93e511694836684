"""What is said to make grokking come early: when runs with it generalize, and runs without it."""

from matplotlib.figure import Figure

from ..empirical.studies.accelerators import ACCELERATORS, PLAIN, Accelerators
from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.generalizing import generalizes_at
from ..empirical.studies.study import those
from ..figures import PATTERNS, Style
from .medians import median_step
from .parts import legend_above, sheet
from .strips import Strip, draw_strips

LOOKS: tuple[Style, ...] = tuple(
    {"color": style["color"], "marker": marker, "markersize": 6}
    for style, marker in zip(PATTERNS, "osD^v", strict=True)
)
"""Of each decay, in order."""


def draw(study: Accelerators, recorded: Recorded) -> Figure:
    """Return a row for each accelerator, in it a strip for each decay; lines are medians of the plain runs."""
    known = [name for name in ACCELERATORS if those(recorded.runs, accelerator=name)]
    decays = sorted({run.settings["decay"] for run in recorded.runs})
    figure = sheet(1.1 + 0.55 * len(known))
    axes = figure.subplots()
    strips = [
        Strip(row, place, [generalizes_at(run) for run in those(recorded.runs, accelerator=name, decay=decay)],
              LOOKS[place % len(LOOKS)])
        for row, name in enumerate(known)
        for place, decay in enumerate(decays)
    ]  # fmt: skip
    draw_strips(axes, strips, known, study.steps)
    axes.set_ylabel("accelerator")
    for place, decay in enumerate(decays):
        look = LOOKS[place % len(LOOKS)]
        axes.plot([], [], label=f"weight decay {decay:g}", linestyle="none", markerfacecolor="none", **look)
        plain = median_step(map(generalizes_at, those(recorded.runs, accelerator=PLAIN, decay=decay)))
        if plain is not None:
            label = f"median without any, decay {decay:g}"
            axes.axvline(plain, label=label, color=look["color"], linewidth=1, linestyle=(0, (1.5, 1.5)), zorder=1)
    legend_above(figure, [axes])
    return figure
