"""What `grokdd atlas` does: the kinds in a plane of two parameters, kept in a folder, drawn, and counted."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .analytic import PatternModel, presets
from .analytic.errors import InputError
from .analytic.parameters import parameter
from .counting_progress import counting_progress
from .exit_codes import writing
from .output import Output
from .plane_boundaries import ExactPoint, exact_boundaries
from .simulate import Atlas, atlas

Axis = tuple[str, float, float]
"""Name of a parameter, and the first and the last of its values."""

MOST_POINTS = 10_000
"""Values of a parameter: 10^8 models."""
FIGURES = ("atlas.svg", "atlas.png")
BOUNDARIES = "boundaries.json"


@dataclass(frozen=True)
class Done:
    """What became of an atlas."""

    found: Atlas
    points: list[ExactPoint] | None
    """The exact changes of the kind; None where they were not asked for."""
    folder: Path


def plane(model: PatternModel, x: Axis, y: Axis, points: int) -> dict[str, np.ndarray]:
    """Return the values of two parameters, evenly spaced."""
    if not 2 <= points <= MOST_POINTS:
        raise InputError(f"--points must lie in 2..{MOST_POINTS}, got {points}")
    for option, (name, first, last) in (("--x", x), ("--y", y)):
        parameter(model, name, option)
        if not (math.isfinite(first) and math.isfinite(last) and first < last):
            raise InputError(f"{option} must run from a finite number to a larger one, got {first} and {last}")
    if x[0] == y[0]:
        raise InputError(f"--x and --y must be two parameters, got {x[0]!r} twice")
    return {name: np.linspace(first, last, points) for name, first, last in (x, y)}


def run_atlas(
    model: PatternModel, axes: Mapping[str, np.ndarray], folder: Path, *, boundaries: bool, output: Output
) -> Done:
    """Compute an atlas in a folder, or go on with it, and draw it there."""
    from .atlas_figure import atlas_figure
    from .figures import save

    with counting_progress(output, "models") as progress:
        found = atlas(model, axes, out=folder, progress=progress)
    points = None
    if boundaries:
        with counting_progress(output, "changes of the kind proved") as progress:
            points = exact_boundaries(found, progress)
        with writing(folder / BOUNDARIES):
            (folder / BOUNDARIES).write_text(json.dumps([asdict(point) for point in points], indent=1) + "\n")
    figure = atlas_figure(found, points, preset_places(found))
    for name in FIGURES:
        save(figure, folder / name)
    return Done(found, points, folder)


def preset_places(found: Atlas) -> dict[str, tuple[float, float]]:
    """Return where those presets lie in an atlas that differ from its model in the two parameters alone."""
    places: dict[str, tuple[float, float]] = {}
    one, other = (parameter(found.model, name) for name in found.axes)
    for name in presets.PRESETS:
        preset = presets.named(name)
        if preset.n != found.model.n or type(preset.rule) is not type(found.model.rule):
            continue
        x, y = one.of(preset), other.of(preset)
        here = all(values[0] <= at <= values[-1] for at, values in zip((x, y), found.axes.values(), strict=True))
        if here and other.put(one.put(found.model, x), y) == preset:
            places[name.replace("_", " ")] = float(x), float(y)
    return places


def lines(done: Done) -> Iterator[str]:
    """Yield how many models are of each kind, how many are undecided and for what, and where the files are."""
    found = done.found
    (x, xs), (y, ys) = found.axes.items()
    yield f"{xs.size} x {ys.size} models, {x} from {xs[0]:g} to {xs[-1]:g}, {y} from {ys[0]:g} to {ys[-1]:g}"
    for name, count in found.counts().items():
        yield f"  {name:<24}{count:>10}  {count / found.kinds.size:8.3%}"
    undecided = int(found.undecided.sum())
    yield f"  {'undecided':<24}{undecided:>10}  {undecided / found.kinds.size:8.3%}"
    for reason, count in _reasons(found).items():
        yield f"    floats cannot tell: {reason:<24}{count:>6}"
    if done.points is not None:
        yield f"{len(done.points)} changes of the kind proved, to 1e-6, in {done.folder / BOUNDARIES}"
    yield f"figure in {done.folder / FIGURES[0]}"


def as_json(name: str, done: Done) -> dict[str, Any]:
    """Return the same as JSON values."""
    found = done.found
    return {
        "model": name,
        "axes": {
            axis: {"from": values[0], "to": values[-1], "points": values.size} for axis, values in found.axes.items()
        },
        "kinds": found.counts(),
        "undecided": int(found.undecided.sum()),
        "undecided_for": _reasons(found),
        "boundaries": None if done.points is None else [asdict(point) for point in done.points],
        "folder": str(done.folder),
    }


def _reasons(found: Atlas) -> dict[str, int]:
    places = map(tuple, np.argwhere(found.undecided).tolist())
    return dict(Counter(", ".join(found.doubt(*place)) for place in places).most_common())
