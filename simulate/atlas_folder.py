"""An atlas on disk: a folder that can be read without grokdd, and in which an unfinished atlas is resumed.

question.json       format number, model, axes, thresholds, models in a chunk
axes.npz            the values of each parameter
chunks/000000.npz   kinds and doubts of one chunk of models, in C order, as unsigned bytes

Every file is written beside its place and renamed, so that none is ever half written. No pickle anywhere.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError

Array = NDArray[np.float64]
Codes = NDArray[np.uint8]

FORMAT = 1
QUESTION, AXES, CHUNKS = "question.json", "axes.npz", "chunks"


class AtlasFolder:
    """The chunks of one question.

    Parameters
    ----------
    path
        The folder. It may hold an atlas, or nothing, or not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, question: Mapping[str, Any], axes: Mapping[str, Array]) -> None:
        """Make the folder of a question, or find it there; InputError if it holds anything else."""
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"out must be a folder, got the file {self.path}")
        asked = {"format": FORMAT, **question, "values": _hash(axes)}
        if (self.path / QUESTION).is_file():
            held = self.question()
            different = [name for name in asked if held.get(name) != asked[name]]
            if different:
                raise InputError(
                    f"out must hold an atlas of the same question, got {self.path}, which has another "
                    f"{' and '.join(different)}: choose another folder"
                )
            return
        (self.path / CHUNKS).mkdir(parents=True, exist_ok=True)
        foreign = (
            {one.name for one in self.path.iterdir()} - {CHUNKS, AXES} - {f"{AXES}.partial", f"{QUESTION}.partial"}
        )
        if foreign:
            raise InputError(f"out must be a new folder or hold an atlas, got {self.path} with {min(foreign)} in it")
        _write(self.path / AXES, _npz(axes))
        _write(self.path / QUESTION, (json.dumps(asked, indent=2) + "\n").encode())  # the last: now it is an atlas

    def question(self) -> dict[str, Any]:
        """Return what was asked; InputError if the folder holds no atlas, or one of another format."""
        path = self.path / QUESTION
        if not path.is_file():
            raise InputError(f"an atlas must be a folder with {QUESTION}, got {self.path} without one")
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            known = held["format"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise InputError(f"{path} must say what the atlas is of, got a damaged or foreign file") from None
        if known != FORMAT:
            raise InputError(f"{path} must have format {FORMAT}, got {known!r}: written by another version of grokdd")
        return held

    def axes(self) -> dict[str, Array]:
        """Return the values of each parameter, in the order in which they were given."""
        return _read(self.path / AXES)

    def keep(self, chunk: int, kinds: Codes, doubts: Codes) -> None:
        """Write a chunk."""
        _write(self._path(chunk), _npz({"kinds": kinds, "doubts": doubts}))

    def read(self, chunk: int, kinds: Codes, doubts: Codes, models: slice) -> bool:
        """Fill in the kinds and doubts of a chunk, and return whether it is there."""
        path = self._path(chunk)
        if not path.is_file():
            return False
        held = _read(path)
        for name, place in (("kinds", kinds[models]), ("doubts", doubts[models])):
            if name not in held or held[name].shape != place.shape or held[name].dtype != np.uint8:
                raise InputError(f"{path} must hold {place.size} {name}, got a damaged or foreign file: delete it")
            place[:] = held[name]
        return True

    def _path(self, chunk: int) -> Path:
        return self.path / CHUNKS / f"{chunk:06d}.npz"


def _hash(axes: Mapping[str, Array]) -> str:
    digest = hashlib.sha256()
    for name, values in axes.items():
        digest.update(f"{name} {values.size}\n".encode() + np.ascontiguousarray(values, dtype="<f8").tobytes())
    return digest.hexdigest()


def _npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    written = io.BytesIO()
    np.savez_compressed(written, allow_pickle=False, **arrays)
    return written.getvalue()


def _read(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as held:
            return dict(held)
    except (ValueError, EOFError, zipfile.BadZipFile, KeyError):
        raise InputError(f"{path} must hold arrays, got a damaged or foreign file: delete it") from None


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(path.name + ".partial")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
