"""An atlas of two parameters as a figure: one colour and one hatching a kind, numbered, exact boundaries over it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from scipy import ndimage

from .figures import STYLE, house_style
from .plane_boundaries import ExactPoint, joined
from .simulate import Atlas

LOOKS: Mapping[str, tuple[str, str]] = {
    "memorization": ("#5A6978", ""),
    "constant": ("#E9E9E9", ""),
    "decline": ("#B5A08A", "\\\\\\"),
    "grokking": ("#D55E00", ""),
    "grokking with a dip": ("#F0B27A", "///"),
    "multiple descent": ("#33628F", "xxx"),
    "double descent": ("#7FB7DE", ""),
    "overfitting": ("#CC79A7", "..."),
    "dip and recovery": ("#8C6BB1", "---"),
    "partial generalization": ("#B9DFA9", "\\\\\\"),
    "monotone learning": ("#F5E79E", ""),
}
"""Colour and hatching of each kind. Colours differ in lightness too, and hatching tells apart those that hardly do."""
HATCHING = "#404040"
BOUNDARY = {"color": "#000000", "linewidth": 1.1, "marker": "o", "markersize": 1.8}
SMALLEST_PART = 0.004
"""Share of the plane from which on a part of a region has a number of its own, besides the largest part."""
DEEP = 0.016
"""Depth, as a share of the plane, from which on a number has room in its region."""
MOST_CELLS = 1500
"""Cells of a row or column that are drawn; of more, every second, third, ... one."""
MOST_MARKS = 2000
"""Undecided places that are marked one by one."""


def atlas_figure(
    found: Atlas, points: Sequence[ExactPoint] | None = None, places: Mapping[str, tuple[float, float]] | None = None
) -> Figure:
    """Return an atlas of two parameters as a figure.

    Parameters
    ----------
    found
        The atlas; its first parameter runs to the right and its second upwards, both in increasing order.
    points
        The exact changes of the kind.
    places
        What else to mark, by name.
    """
    with house_style():
        figure = Figure(figsize=(7.6, 4.9), layout="constrained")
        axes = figure.add_subplot()
        _draw_kinds(axes, _thinned(found))
        handles: list[Artist] = [_patch(code, found) for code in _present(found)]
        if points:
            for curve in joined(points, found):
                axes.plot(*curve.T, **BOUNDARY)
            handles.append(Line2D([], [], label="exact boundary", **BOUNDARY))
        handles += _draw_undecided(axes, found)
        for (name, place), mark in zip((places or {}).items(), "D^sv", strict=False):
            look = {
                "linestyle": "none",
                "marker": mark,
                "markersize": 8,
                "color": "#000000",
                "markeredgecolor": "#FFFFFF",
            }
            handles += axes.plot(*place, label=name, clip_on=False, zorder=5, **look)
        axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False, borderaxespad=0)
    return figure


def _thinned(found: Atlas) -> Atlas:
    steps = [slice(None, None, -(-values.size // MOST_CELLS)) for values in found.axes.values()]
    axes = {name: values[step] for (name, values), step in zip(found.axes.items(), steps, strict=True)}
    return replace(found, axes=axes, kinds=found.kinds[tuple(steps)], doubts=found.doubts[tuple(steps)])


def _present(found: Atlas) -> list[int]:
    return [int(code) for code in np.unique(found.kinds)]


def _patch(code: int, found: Atlas) -> Patch:
    name = found.names[code]
    color, hatch = LOOKS[name]
    share = np.count_nonzero(found.kinds == code) / found.kinds.size
    return Patch(facecolor=color, hatch=hatch, edgecolor=HATCHING, label=f"{code + 1}  {name}, {share:.2%}")


def _edges(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the ends of the outer cells, in whose middles the outer values lie."""
    if values.size == 1:
        return values[0] - 0.5, values[0] + 0.5
    return values[0] - (values[1] - values[0]) / 2, values[-1] + (values[-1] - values[-2]) / 2


def _draw_kinds(axes: Axes, found: Atlas) -> None:
    (x, xs), (y, ys) = found.axes.items()
    kinds = found.kinds.T  # rows are y
    extent = (*_edges(xs), *_edges(ys))
    colors = ListedColormap([LOOKS[name][0] for name in found.names])
    norm = BoundaryNorm(np.arange(len(found.names) + 1) - 0.5, len(found.names))
    axes.imshow(kinds, colors, norm, aspect="auto", origin="lower", extent=extent, interpolation="nearest")
    axes.grid(False)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    for code in _present(found):
        region = kinds == code
        if (hatch := LOOKS[found.names[code]][1]) and min(kinds.shape) > 1:
            _hatch(axes, region, extent, hatch)
        for place, deep in _middles(region):
            at = (
                extent[0] + (place[1] + 0.5) / region.shape[1] * (extent[1] - extent[0]),
                extent[2] + (place[0] + 0.5) / region.shape[0] * (extent[3] - extent[2]),
            )
            _number(axes, str(code + 1), at, extent, beside=deep < DEEP)
    axes.set_xlim(extent[:2])
    axes.set_ylim(extent[2:])


def _hatch(axes: Axes, region: NDArray[np.bool_], extent: tuple[float, float, float, float], hatch: str) -> None:
    rows, columns = region.shape
    x = np.linspace(extent[0], extent[1], columns + 1)
    y = np.linspace(extent[2], extent[3], rows + 1)
    middles = (x[1:] + x[:-1]) / 2, (y[1:] + y[:-1]) / 2
    drawn = axes.contourf(*middles, region.astype(float), [0.5, 1.5], colors="none", hatches=[hatch])
    drawn.set_edgecolor(HATCHING)
    drawn.set_linewidth(0.0)


def _middles(region: NDArray[np.bool_]) -> list[tuple[tuple[int, int], float]]:
    """Return the deepest place of each part of a region that is large, or the largest, and how deep that is."""
    parts = np.empty(region.shape, dtype=np.int32)
    ndimage.label(region, output=parts)
    sizes = np.bincount(parts.reshape(-1))
    sizes[0] = 0  # what is not in the region
    found: list[tuple[tuple[int, int], float]] = []
    for part in np.flatnonzero((sizes >= SMALLEST_PART * region.size) | (sizes == sizes.max())):
        deep = np.empty((region.shape[0] + 2, region.shape[1] + 2))
        ndimage.distance_transform_edt(np.pad(parts == part, 1), 1 / np.array(region.shape), distances=deep)
        deep = deep[1:-1, 1:-1]
        row, column = np.unravel_index(int(deep.argmax()), deep.shape)
        found.append(((int(row), int(column)), float(deep.max())))
    return found


def _number(axes: Axes, text: str, at: tuple[float, float], extent: tuple[float, ...], *, beside: bool) -> None:
    """Write a number into its region, or beside it, towards the middle of the figure, with a line to it."""
    halo = [withStroke(linewidth=2.5, foreground="#FFFFFF")]
    look = {"ha": "center", "va": "center", "fontsize": STYLE["legend.fontsize"], "fontweight": "bold", "zorder": 6}
    if not beside:
        axes.text(*at, text, path_effects=halo, **look)
        return
    way = [1 if at[0] < (extent[0] + extent[1]) / 2 else -1, 1 if at[1] < (extent[2] + extent[3]) / 2 else -1]
    line = {"arrowstyle": "-", "color": "#000000", "linewidth": 0.8, "shrinkA": 4, "shrinkB": 0}
    axes.annotate(
        text, at, (22 * way[0], 16 * way[1]), textcoords="offset points", arrowprops=line, path_effects=halo, **look
    )


def _draw_undecided(axes: Axes, found: Atlas) -> list[Line2D]:
    """Mark the places at which floats cannot tell; of very many, an even share."""
    places = np.argwhere(found.undecided)
    if not places.size:
        return []
    (_, xs), (_, ys) = found.axes.items()
    shown = places[:: -(-len(places) // MOST_MARKS)]
    label = f"undecided, {len(places) / found.kinds.size:.2%}"
    look = {"linestyle": "none", "marker": "x", "markersize": 5, "color": "#000000", "markeredgewidth": 1.2}
    return axes.plot(xs[shown[:, 0]], ys[shown[:, 1]], label=label, zorder=4, **look)
