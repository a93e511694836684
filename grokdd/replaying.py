"""`grokdd derive --replay`: every number of a document computed again, and compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .analytic.wording import counted
from .document.general_theory import general_theory
from .document.record import differences, read_document
from .document.statements import documented
from .output import Output


@dataclass(frozen=True)
class Replay:
    """What came of computing a document again."""

    path: Path
    statements: int
    """How many statements were compared."""
    differences: tuple[str, ...]


def replayed(path: Path, output: Output) -> Replay:
    """Return what differs between a document and the same computed again; InputError if it is no document.

    A document of the general theory takes some minutes, and `output` says whether standard error is told where it is.
    """
    name, model, kept = read_document(path)
    again = general_theory(output, fresh=True) if model is None else documented(name, model, fresh=True)
    statements = again.to_json()["statements"]
    return Replay(path, len(statements), tuple(differences(kept, statements)))


def lines(found: Replay) -> Iterator[str]:
    """Yield what differs, and how many statements were compared."""
    yield from found.differences
    count = len(found.differences)
    told = counted(count, "difference") if count else "all the same"
    yield f"{found.path}: {counted(found.statements, 'statement')} computed again, {told}"


def as_json(found: Replay) -> dict[str, Any]:
    """Return the same as JSON values."""
    return {"path": str(found.path), "statements": found.statements, "differences": list(found.differences)}
