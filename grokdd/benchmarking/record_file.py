"""Where a record lies, and reading it back."""

import json
from pathlib import Path
from typing import Any

from ..analytic.errors import InputError
from ..empirical.run_folder import write_json

RECORD = "record.json"
FORMAT = 1


def write_record(record: dict[str, Any], folder: Path) -> None:
    """Write a record into a folder, whole or not at all."""
    write_json(folder / RECORD, record)


def read_record(folder: Path) -> dict[str, Any] | None:
    """Return the record in a folder, or None if there is none.

    Raises
    ------
    InputError
        If the file is no record, or one of another format.
    """
    path = folder / RECORD
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} must be a record of benchmarks, got a file that is no JSON: {error}") from None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise InputError(f"{path} must be a record of format {FORMAT}; make it again with `make bench-results`")
    return record
