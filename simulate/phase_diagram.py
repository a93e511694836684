"""Phase diagrams: the kind of every model on a grid of parameters, and where floats cannot tell it."""

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, demand, shown
from ..analytic.kinds import Kind, KindThresholds, demand_thresholds
from ..analytic.model import PatternModel, demand_model
from ..analytic.rules import SoftPreference, Table
from .arrays import thread_count
from .atlas_folder import AtlasFolder
from .atlas_question import Question, read_question
from .kind_codes import DOUBTS, NAMES
from .many_models import MOST
from .memory import require_memory
from .model_grid import ModelGrid

Array = NDArray[np.float64]
Codes = NDArray[np.uint8]
Progress = Callable[[int, int], None]
"""Hears how many models are done, and of how many."""

LARGEST_TABLE = 12
"""Patterns up to which soft preferences and tables are judged, 2**n sets a sample, as in the certified shapes."""


@dataclass(frozen=True, eq=False)
class Atlas:
    """The kind of every model on a grid."""

    model: PatternModel
    """What the parameters besides those of the axes are taken from."""
    axes: Mapping[str, Array]
    """The values of each parameter that runs, in the order of the grid's axes."""
    thresholds: KindThresholds
    """What counts as what."""
    kinds: Codes
    """The code of each model's kind, its place in `names`, in the shape of the grid. Where floats cannot tell, what the
    samples of the curve say."""
    doubts: Codes
    """0 where the kind is certain; else bits for what could not be told, which `doubt` spells out."""
    names: tuple[Kind, ...] = NAMES
    """The kinds by their codes, in order of precedence."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the grid."""
        return self.kinds.shape

    @property
    def undecided(self) -> NDArray[np.bool_]:
        """Where floats cannot tell the kind."""
        return self.doubts != 0

    def kind(self, *place: int) -> Kind | None:
        """Return the kind at a place of the grid; None where floats cannot tell."""
        return None if self.doubts[place] else self.names[self.kinds[place]]

    def doubt(self, *place: int) -> tuple[str, ...]:
        """Return which parts of the evidence (`KindEvidence`) could not be told at a place of the grid."""
        return tuple(name for name, bit in DOUBTS.items() if self.doubts[place] & bit)

    def counts(self) -> dict[Kind, int]:
        """Return how many models are certainly of each kind, kinds without any left out."""
        certain = self.doubts == 0
        found: dict[Kind, int] = {}
        for code, name in enumerate(self.names):
            if count := int(np.count_nonzero((self.kinds == code) & certain)):
                found[name] = count
        return found

    def model_at(self, *place: int) -> PatternModel:
        """Return the model at a place of the grid, with exactly the doubles of the axes as parameters."""
        return ModelGrid(self.model, self.axes).at(place)

    def save(self, folder: str | Path) -> None:
        """Write the atlas into a folder; InputError if that holds anything else."""
        question = Question(ModelGrid(self.model, self.axes), self.thresholds)
        place = question.folder(_path("folder", folder))
        kinds, doubts = self.kinds.reshape(-1), self.doubts.reshape(-1)
        for chunk in question.chunks():
            place.keep(chunk.number, kinds[chunk.models], doubts[chunk.models])

    @staticmethod
    def load(folder: str | Path) -> "Atlas":
        """Read an atlas; InputError if the folder holds none, a damaged one, or one that is not finished."""
        place = AtlasFolder(_path("folder", folder))
        question = read_question(place)
        kinds, doubts = _room(question.grid)
        missing = [chunk for chunk in question.chunks() if not place.read(chunk.number, kinds, doubts, chunk.models)]
        if missing:
            raise InputError(
                f"{place.path} must hold a finished atlas, got one with {len(missing)} of {len(question.chunks())} "
                "chunks missing: go on with the command or the call that began it"
            )
        return _answer(question, kinds, doubts)


def atlas(
    model: PatternModel,
    axes: Mapping[str, ArrayLike],
    thresholds: KindThresholds | None = None,
    *,
    out: str | Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Atlas:
    """Return the kind of every model on a grid of parameters.

    Curves are sampled in floats, at times that their own patterns give. Each comparison leaves room for rounding and
    for what a curve can do between two samples; where that leaves a kind open there are more samples, until it is told
    or floats can tell no more (docs/theory.md, 4.10). A kind that is not undecided is the one that
    `grokdd.analytic.classify` proves.

    Parameters
    ----------
    model
        What the other parameters are taken from: at most 56 patterns, 12 under a soft preference or a table.
    axes
        For each parameter that runs, by a name such as "gamma_0", "alpha_2", "b_1", "g_0", "weight_1", "chance" or
        "chance_train", its values: finite, one or more, taken as doubles. The grid holds every combination.
    thresholds
        What counts as what; those of the paper's reading by default.
    out
        A folder in which each finished chunk of 65536 models is kept. Called again with the same question it reads what
        is there and goes on where it was stopped. What is finished is what `Atlas.load` reads.
    threads
        How many to compute on, by default one a core. The result does not depend on it.
    progress
        Hears how many models are done, and of how many, after each chunk.

    Raises
    ------
    InputError
        If a parameter does not exist or a value is out of range, the model has too many patterns, or the folder holds
        another question.
    MachineError
        If there is no memory for the grid, two bytes a model.

    Notes
    -----
    About 3 microseconds a model and core for three patterns; 10 where a speed or an inflection runs along the last axis
    alone, so that every model has times of its own.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> found = atlas(presets.double_descent(), {"gamma_0": [0, 0.7], "gamma_2": [0.2, 1]})
    >>> found.kind(0, 1), found.kind(1, 0), int(found.undecided.sum())
    ('grokking', 'double descent', 0)
    """
    demand_model(model)
    _demand_few_patterns(model)
    if progress is not None and not callable(progress):  # pyright: ignore[reportUnnecessaryComparison]  # callers may be untyped
        raise InputError(f"progress must be a function of two numbers, got {shown(progress)}")
    cores = thread_count(len(os.sched_getaffinity(0)) if threads is None else threads)
    question = Question(ModelGrid(model, axes), demand_thresholds(thresholds))
    kinds, doubts = _room(question.grid)
    folder = None if out is None else question.folder(_path("out", out))
    done, left = 0, []
    for chunk in question.chunks():
        if folder is not None and folder.read(chunk.number, kinds, doubts, chunk.models):
            done += chunk.size
        else:
            left.append(chunk)
    if progress is not None and done:
        progress(done, question.grid.size)
    with closing(question.judged(left, kinds, doubts, cores)) as judged:  # closed, so that its threads stop with us
        for chunk in judged:
            if folder is not None:
                folder.keep(chunk.number, kinds[chunk.models], doubts[chunk.models])
            done += chunk.size
            if progress is not None:
                progress(done, question.grid.size)
    return _answer(question, kinds, doubts)


def _demand_few_patterns(model: PatternModel) -> None:
    if isinstance(model.rule, SoftPreference | Table):
        most, why = LARGEST_TABLE, " under a soft preference or a table"
    else:
        most, why = MOST, ""
    if model.n > most:
        raise InputError(f"the model must have at most {most} patterns{why} for an atlas, got {model.n}")


def _path(name: str, given: str | Path) -> Path:
    return given if isinstance(given, Path) else Path(demand(name, given, str, "a path"))


def _room(grid: ModelGrid) -> tuple[Codes, Codes]:
    require_memory(2 * grid.size, f"an atlas of {grid.size} models", "ask for fewer values")
    return np.empty(grid.size, dtype=np.uint8), np.empty(grid.size, dtype=np.uint8)


def _answer(question: Question, kinds: Codes, doubts: Codes) -> Atlas:
    kinds.flags.writeable = doubts.flags.writeable = False
    shape = question.grid.shape
    return Atlas(
        question.grid.model, question.grid.axes, question.thresholds, kinds.reshape(shape), doubts.reshape(shape)
    )
