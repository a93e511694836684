"""The operations of [Power2022]: when each is generalized, by the share of the examples trained on."""

from matplotlib import colormaps
from matplotlib.figure import Figure

from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.generalizing import generalizes_at
from ..empirical.studies.operations import Operations
from ..empirical.studies.study import those
from ..figures import Style
from .parts import legend_above, sheet
from .strips import Strip, draw_strips


def draw(study: Operations, recorded: Recorded) -> Figure:
    """Return a row for each operation, in it a strip for each share, the smallest above, in it a dot for each seed."""
    operations = list(dict.fromkeys(run.settings["operation"] for run in recorded.runs))
    fractions = sorted({run.settings["fraction"] for run in recorded.runs})
    figure = sheet(1.0 + len(operations) * (0.16 + 0.065 * len(fractions)))
    axes = figure.subplots()
    strips = [
        Strip(row, place, [generalizes_at(run) for run in those(recorded.runs, operation=name, fraction=fraction)],
              _look(place, len(fractions)))
        for row, name in enumerate(operations)
        for place, fraction in enumerate(fractions)
    ]  # fmt: skip
    draw_strips(axes, strips, [_written(name) for name in operations], study.steps)
    axes.set_ylabel("operation")
    for place, fraction in enumerate(fractions):
        axes.plot([], [], label=f"{100 * fraction:g} %", linestyle="none", **_look(place, len(fractions)))
    legend_above(figure, [axes], most=8)
    figure.legends[0].set_title("share of the examples trained on")
    figure.legends[0].set_alignment("left")
    return figure


def _look(place: int, many: int) -> Style:
    """Return a colour from dark to light, but not so light that it would not stand out from paper."""
    color = colormaps["viridis"](0.8 * place / max(1, many - 1))
    return {"color": color, "marker": "o", "markersize": 4, "markerfacecolor": color}


def _written(name: str) -> str:
    """Return an operation as people write it, long ones on two lines."""
    for code, sign in {"^2": "²", "^3": "³", "*": "·", "-": "\N{MINUS SIGN}", " else": "\nelse"}.items():
        name = name.replace(code, sign)
    return name
