"""Steps of many runs as dots along a logarithmic axis, a strip for each setting, and ground apart for "never"."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ..figures import Style
from .parts import DOT, NEVER, NEVER_GROUND, number_axis, plain_ticks

SHARE = 0.16
"""Of an axis, in the logarithm, that is kept for what never came."""
OF_ROW = 0.76
"""Share of the height of a row that its strips take."""
OF_STRIP = 0.5
"""Share of the height of a strip over which seeds are spread."""


@dataclass(frozen=True)
class Strip:
    """The runs of one setting: a row, which of the strips of that row, and the step of each run, None for never."""

    row: int
    place: int
    steps: Sequence[float | None]
    style: Style


def ground(low: float, high: float) -> tuple[float, float]:
    """Return where the ground of "never" begins and ends, beyond a logarithmic axis from `low` to `high`."""
    span = np.log(high / low)
    return float(high * np.exp(0.04 * span)), float(high * np.exp((0.04 + SHARE) * span))


def on_ground(first: float, last: float, many: int) -> list[float]:
    """Return places for so many marks, evenly apart on the ground between `first` and `last`."""
    return [first * (last / first) ** ((k + 1) / (many + 1)) for k in range(many)]


def draw_strips(axes: Axes, strips: Sequence[Strip], rows: Sequence[str], budget: float) -> None:
    """Draw the strips of rows with these names from above, up to the last step, and what never came beyond it."""
    low = min([budget / 10, *(step for one in strips for step in one.steps if step is not None)]) / 1.3
    first, last = ground(low, budget)
    axes.axvspan(first, last, **NEVER_GROUND)
    axes.axvline(first, color="#444444", linewidth=0.8)
    each = 1 + max((one.place for one in strips), default=0)
    for one in strips:
        _draw_strip(axes, one, each, (first, last))
    axes.set_xscale("log")
    axes.set_xlim(low, last)
    number_axis(axes.xaxis, plain_ticks(low, budget), never=float(np.sqrt(first * last)))
    axes.set_xlabel("step of 95 % test accuracy (log scale)")
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    for border in range(1, len(rows)):
        axes.axhline(border - 0.5, color="#BBBBBB", linewidth=0.6, zorder=1)


def _draw_strip(axes: Axes, one: Strip, each: int, never: tuple[float, float]) -> None:
    """Draw the runs of a strip, of `each` in its row; those that come at one evaluation stand below each other."""
    height = one.row + OF_ROW * ((one.place + 0.5) / each - 0.5)
    apart = OF_STRIP * OF_ROW / each / max(1, len(one.steps) - 1)
    came = [(step, height + (k - (len(one.steps) - 1) / 2) * apart) for k, step in enumerate(one.steps) if step]
    axes.plot(*np.array(came).reshape(-1, 2).T, **DOT | one.style)
    places = on_ground(*never, len(one.steps) - len(came))
    axes.plot(places, [height] * len(places), **NEVER | {"color": one.style["color"]})
