"""What an atlas answers: which models, against which thresholds; cut into chunks, and put to threads."""

import threading
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError
from ..analytic.kinds import KindThresholds
from ..analytic.model import PatternModel
from ..analytic.rules import SoftPreference, Table
from .atlas_folder import AtlasFolder
from .judged_curves import Limits
from .kinds_of_models import Judge
from .model_grid import ModelGrid

Codes = NDArray[np.uint8]

CHUNK = 1 << 16
"""Models of a chunk, which is kept as one file."""
PART = 1 << 10
"""Models that a thread judges before it looks whether it shall stop; fewer where each takes 2**n sets a sample."""
NAMES_OF_THRESHOLDS = ("eps", "delta", "tau", "prominence", "ratio")


@dataclass(frozen=True)
class Chunk:
    """A stretch of the grid, in C order."""

    number: int
    models: slice

    @property
    def size(self) -> int:
        """Number of models."""
        return self.models.stop - self.models.start


@dataclass(frozen=True)
class Question:
    """The models of a grid, and what counts as what."""

    grid: ModelGrid
    thresholds: KindThresholds

    def chunks(self) -> list[Chunk]:
        """Return the chunks of the grid."""
        size = self.grid.size
        starts = range(0, size, CHUNK)
        return [Chunk(number, slice(start, min(start + CHUNK, size))) for number, start in enumerate(starts)]

    def folder(self, path: Path) -> AtlasFolder:
        """Return the folder of this question, made if it is new; InputError if it holds anything else."""
        folder = AtlasFolder(path)
        asked = {
            "model": self.grid.model.to_toml(),
            "axes": {name: values.size for name, values in self.grid.axes.items()},
            "thresholds": {name: str(getattr(self.thresholds, name)) for name in NAMES_OF_THRESHOLDS},
            "chunk": CHUNK,
        }
        folder.begin(asked, self.grid.axes)
        return folder

    def judged(
        self, chunks: Sequence[Chunk], kinds: Codes, doubts: Codes, threads: int
    ) -> Generator[Chunk, None, None]:
        """Fill in the kinds and doubts of chunks, and yield each chunk when it is done.

        Whatever is raised here, Ctrl-C included, stops the threads after the part that they are at.
        """
        stop = threading.Event()
        left = iter(chunks)
        running: dict[Future[None], Chunk] = {}

        def begin_another(pool: ThreadPoolExecutor) -> None:
            chunk = next(left, None)
            if chunk is not None:
                running[pool.submit(self._judge, chunk, kinds, doubts, stop)] = chunk

        with ThreadPoolExecutor(threads) as pool:
            try:
                for _ in range(threads + 1):  # one waits, so that no thread does while a chunk is written
                    begin_another(pool)
                while running:
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for one in done:
                        one.result()
                        begin_another(pool)
                        yield running.pop(one)
            finally:
                stop.set()

    def _judge(self, chunk: Chunk, kinds: Codes, doubts: Codes, stop: threading.Event) -> None:
        limits = Limits(
            eps=float(self.thresholds.eps),
            level=float(1 - self.thresholds.delta),
            tau=float(self.thresholds.tau),
            prominence=float(self.thresholds.prominence),
            ratio=float(self.thresholds.ratio),
        )
        model = self.grid.model
        judge = Judge(model.rule, model.n, limits)
        indices = self.grid.in_order(chunk.models.start, chunk.models.stop)
        size = max(PART >> model.n, 1) if isinstance(model.rule, SoftPreference | Table) else PART
        for start in range(0, indices.size, size):
            if stop.is_set():
                return
            part = indices[start : start + size]
            found, doubted = np.empty(part.size, dtype=np.uint8), np.empty(part.size, dtype=np.uint8)
            judge.judge(self.grid.columns(part), found, doubted)
            kinds[part], doubts[part] = found, doubted


def read_question(folder: AtlasFolder) -> Question:
    """Return the question that a folder holds; InputError if it holds none, or a damaged one."""
    asked = folder.question()
    try:
        model = PatternModel.from_toml(asked["model"])
        thresholds = KindThresholds(**{name: Fraction(asked["thresholds"][name]) for name in NAMES_OF_THRESHOLDS})
        values = folder.axes()
        question = Question(ModelGrid(model, {name: values[name] for name in asked["axes"]}), thresholds)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise InputError(f"{folder.path} must hold an atlas, got one whose files are damaged") from None
    question.folder(folder.path)  # the same to the last bit of its values, or refused
    return question
