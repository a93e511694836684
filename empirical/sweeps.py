"""Sweeps: a TOML file that says what to train, as a grid over any settings.

    experiment = "division_mod_97"     # one of grokdd.empirical.experiments; the paper's own if left out

    [settings]                         # the same for all members
    steps = 2000
    network.width = 32

    [grid]                             # every combination of these; [[grid]] twice: the members of both
    seed = [0, 1, 2]
    optimizer.weight_decay = [0.1, 1.0]

Nothing in the file is evaluated.
"""

import itertools
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..analytic.errors import InputError
from . import experiments
from .configuration import Configuration

MOST_MEMBERS = 10_000


@dataclass(frozen=True)
class Sweep:
    """The members of a sweep by name, and those that cannot be, with the reason."""

    configurations: Mapping[str, Configuration]
    failures: Mapping[str, str]
    named: Mapping[str, Mapping[str, Any]]
    """What the grid says of each member that can be."""


def read_sweep(path: Path) -> Sweep:
    """Return the sweep in a TOML file; InputError if it is none.

    A combination that no configuration can have is a failure of that member alone.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a byte order mark
        return sweep(tomllib.loads(text))
    except FileNotFoundError:
        raise InputError(f"a sweep must be a file, got {path}, which does not exist") from None
    except IsADirectoryError:
        raise InputError(f"a sweep must be a file, got {path}, which is a folder") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} must be text in UTF-8, got something else") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} must be TOML: {error}") from None


def sweep(file: Mapping[str, Any]) -> Sweep:
    """Return the sweep that a parsed file describes."""
    unknown = sorted(file.keys() - {"experiment", "settings", "grid"})
    if unknown:
        raise InputError(f"a sweep must hold experiment, settings and grid, got {unknown[0]!r}")
    begin = _experiment(file.get("experiment", "division_mod_97"))
    common = dotted(_table("settings", file.get("settings", {})))
    found: dict[str, Configuration] = {}
    failures: dict[str, str] = {}
    named: dict[str, Mapping[str, Any]] = {}
    seen: set[str] = set()
    for number, settings in enumerate(_combinations(file.get("grid", {}))):
        name = f"member-{number:04d}"
        try:
            configuration = begin.changed(common | settings)  # checked together: one may need the other
        except InputError as error:
            failures[name] = f"{_told(settings)}: {error}"
            continue
        if configuration.digest not in seen:  # two grids may share members
            seen.add(configuration.digest)
            found[name], named[name] = configuration, settings
    if not found:
        raise InputError(f"a sweep must have a member that can be trained, got none: {next(iter(failures.values()))}")
    return Sweep(found, failures, named)


def dotted(settings: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return tables inside tables under dotted names, but for those that name a kind: they are a whole part.

    >>> dotted({"steps": 5, "network": {"width": 3}, "task": {"kind": "permutations"}})
    {'steps': 5, 'network.width': 3, 'task': {'kind': 'permutations'}}
    """
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping) and "kind" not in value:
            flat |= dotted(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value
    return flat


def _experiment(name: object) -> Configuration:
    known = [key for key, value in vars(experiments).items() if callable(value) and not key.startswith("_")]
    known = [key for key in known if getattr(experiments, key).__annotations__.get("return") is Configuration]
    if name not in known:
        raise InputError(f"experiment must be one of {', '.join(known)}, got {name!r}")
    return getattr(experiments, str(name))()


def _table(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{name} must be a table, got {value!r}")
    return value


def _combinations(grids: object) -> Iterator[dict[str, Any]]:
    """Yield every combination of each grid, the last setting changing fastest."""
    found = [dotted(_table("grid", grid)) for grid in (grids if isinstance(grids, list) else [grids])]
    for name, values in (axis for axes in found for axis in axes.items()):
        if not isinstance(values, list) or not values:
            raise InputError(f"grid.{name} must be a list of at least one value, got {values!r}")
    members = sum(math.prod(map(len, axes.values())) for axes in found)
    if members > MOST_MEMBERS:
        raise InputError(f"grid must have at most {MOST_MEMBERS} members, got {members}: make several sweeps of it")
    for axes in found:
        for values in itertools.product(*axes.values()):
            yield dict(zip(axes, values, strict=True))


def _told(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items()) or "the settings"
