"""`grokdd derive --replay`: every number of a document computed again, and compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .analytic.wording import counted
from .document.record import differences, read_document
from .document.statements import documented


@dataclass(frozen=True)
class Replay:
    """What came of computing a document again."""

    path: Path
    statements: int
    """How many statements were compared."""
    differences: tuple[str, ...]


def replayed(path: Path) -> Replay:
    """Return what differs between a document and the same computed again; InputError if it is no document."""
    name, model, kept = read_document(path)
    again = documented(name, model, fresh=True).to_json()["statements"]
    return Replay(path, len(again), tuple(differences(kept, again)))


def lines(found: Replay) -> Iterator[str]:
    """Yield what differs, and how many statements were compared."""
    yield from found.differences
    count = len(found.differences)
    told = counted(count, "difference") if count else "all the same"
    yield f"{found.path}: {counted(found.statements, 'statement')} computed again, {told}"


def as_json(found: Replay) -> dict[str, Any]:
    """Return the same as JSON values."""
    return {"path": str(found.path), "statements": found.statements, "differences": list(found.differences)}
