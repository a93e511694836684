"""A document as data: what is said of a model, or of all models, in order, and how each statement was verified."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..analytic import InputError, PatternModel
from ..output import as_json

FORMAT = 3


@dataclass(frozen=True)
class Statement:
    """One thing that is true."""

    section: str
    says: str
    """In words, with every number put in."""
    formulas: tuple[str, ...]
    """What is set below the words, a line each, in LaTeX; empty where words do."""
    value: Any
    """What a machine may compare: exact numbers as "p/q", others as the decimals of which all digits are right."""
    verified: tuple[str, ...]
    """How: each entry is a way of its own."""
    head: tuple[str, ...] = ()
    """The headings of a table, where `value` is one: a list of rows of text. Empty where it is none."""


@dataclass(frozen=True)
class Document:
    """All statements about one model, or about all."""

    name: str
    model: PatternModel | None
    """None where the statements are those of the general theory."""
    statements: tuple[Statement, ...]

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"What is true of {self.name}"

    def sections(self) -> Iterator[tuple[str, list[Statement]]]:
        """Yield the sections in order, each with its statements."""
        titles = dict.fromkeys(one.section for one in self.statements)
        for title in titles:
            yield title, [one for one in self.statements if one.section == title]

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON values, from which `derive --replay` computes it again."""
        return {
            "format": FORMAT,
            "grokdd": __version__,
            "name": self.name,
            "model": None if self.model is None else self.model.to_toml(),
            "statements": [as_json(asdict(one)) for one in self.statements],
        }


def read_document(path: Path) -> tuple[str, PatternModel | None, list[dict[str, Any]]]:
    """Return name, model and statements of a document that was written as JSON; nothing in it is evaluated.

    The model is None where the document is that of the general theory.

    Raises
    ------
    InputError
        If the file is no such document.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: also of a number too long for Python
        raise InputError(
            f"{path} must be a JSON document of derive --report, got {' '.join(str(error).split())}"
        ) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(f"{path} must be a document of format {FORMAT}, written by derive --report")
    name, model, statements = (found.get(key) for key in ("name", "model", "statements"))
    if not (isinstance(name, str) and isinstance(model, str | None) and isinstance(statements, list)):
        raise InputError(f"{path} must hold a name, a model and statements, as derive --report writes them")
    if not all(isinstance(one, dict) for one in statements):
        raise InputError(f"{path} must hold statements that are JSON objects, as derive --report writes them")
    return name, None if model is None else PatternModel.from_toml(model), statements


def differences(kept: list[dict[str, Any]], again: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what differs between the statements of a document and those computed again."""
    if len(kept) != len(again):
        yield f"{len(kept)} statements, {len(again)} when computed again"
    for place, (one, other) in enumerate(zip(kept, again, strict=False), start=1):
        for key in sorted({*one, *other}):
            if one.get(key) != other.get(key):
                yield f"statement {place} ({other.get('section')}), {key}: {one.get(key)!r}, again {other.get(key)!r}"
