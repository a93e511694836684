"""The folder of a run: what its files are called, and how they are written so that a kill leaves them whole.

record.json       format number, configuration, set sizes, environment; written before the first step
log.jsonl         one JSON object an evaluation, appended and flushed; a torn last line is dropped
checkpoints/      step-000001000.safetensors, ...: weights and optimizer moments; the two newest are kept
snapshots/        step-000001000.safetensors, ...: weights, where the configuration asks for them
curves.parquet    the log as a table, written when the run ends
weights.safetensors, examples.parquet    final weights; the step at which each example was first learned
lock              held by the process that writes the run
"""

import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..analytic.errors import InputError

FORMAT = 2
RECORD, LOG, CHECKPOINTS, TABLE, LOCK = "record.json", "log.jsonl", "checkpoints", "curves.parquet", "lock"
ENSEMBLE, MEMBERS = "ensemble.json", "members"
SNAPSHOTS, WEIGHTS, EXAMPLES = "snapshots", "weights.safetensors", "examples.parquet"


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a file beside `path`, sync it and rename it into place: `path` is never half written."""
    beside = path.with_name(path.name + ".partial")
    try:
        write(beside)
        with open(beside, "rb") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk itself: without it a power cut may lose a file that is synced."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_text(path: Path, text: str) -> None:
    """Write `text`, whole or not at all."""

    def write(beside: Path) -> None:
        beside.write_text(text, encoding="utf-8")

    write_whole(path, write)


def write_json(path: Path, value: object) -> None:
    """Write `value` as JSON, whole or not at all."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def read_record(folder: Path) -> dict[str, Any]:
    """Return what `record.json` holds; InputError if the folder is not a run or the record is damaged."""
    path = folder / RECORD
    if not folder.is_dir():
        raise InputError(f"a run must be a folder, got {folder}: there is none of that name")
    if not path.is_file():
        raise InputError(f"a run must hold {RECORD}, got {folder} without one: it is not a run of grokdd")
    foreign = InputError(f"{path} must be the record of a run, got a damaged or foreign file")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        known = record["format"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise foreign from None
    if known != FORMAT:
        raise InputError(f"{path} must have format {FORMAT}, got {known!r}: written by another version of grokdd")
    tables = ("configuration", "sizes", "environment")
    if not isinstance(record, dict):
        raise foreign
    if not all(isinstance(record.get(name), dict) for name in tables) or not isinstance(record.get("finished"), bool):
        raise foreign
    if not all(type(size) is int and size >= 0 for size in record["sizes"].values()):
        raise foreign
    if not (record.get("classes") is None or (type(record["classes"]) is int and record["classes"] >= 1)):
        raise foreign
    return record


def read_log(folder: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the records of the log and the length in bytes of the whole ones.

    A last line without its line end was torn by a kill and is left out; any other damage raises InputError.
    """
    path = folder / LOG
    data = path.read_bytes() if path.is_file() else b""
    whole = data.rfind(b"\n") + 1
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(data[:whole].splitlines(), start=1):
        try:
            row = json.loads(line)
            numbers = all(type(value) in (int, float) for value in row.values()) and type(row["step"]) is int
            in_order = row["step"] > rows[-1]["step"] if rows else row["step"] >= 0
            alike = not rows or row.keys() == rows[0].keys()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            numbers = in_order = alike = False
            row = {}
        if not (numbers and in_order and alike):
            raise InputError(f"{path} must hold one evaluation a line, got a damaged or foreign line {number}")
        rows.append(row)
    return rows, whole


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, or raise an InputError that names the process which holds it."""
    with open(folder / LOCK, "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise InputError(f"out must not be in use, got {folder}, which {lock.read().strip()} is writing") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        lock.flush()
        yield
