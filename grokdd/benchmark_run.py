"""What `grokdd bench` does: the short version of the benchmarks on this machine, beside what was asked of it."""

import math
import sys
from collections.abc import Iterator
from typing import Any

from .analytic.errors import InputError
from .benchmarking import all_cases
from .benchmarking.claims import CLAIMS
from .benchmarking.errors_found import errors
from .benchmarking.page import claim_columns, claim_rows, made_on
from .benchmarking.record import made
from .output import Output, wrapped

MILLION = 10**6
QUICK_SPREADS = ("p = 1", "p = 1/n")
"""How p is spread where the witness takes a second at a million patterns, because many are equal."""

Record = dict[str, Any]


def run(seconds: float, output: Output) -> Record:
    """Return a record of the cases that answer what was asked, each of so many seconds."""
    if not (math.isfinite(seconds) and seconds > 0):
        raise InputError(f"--seconds must be a finite number above 0, got {seconds}")
    found = (one for spread in QUICK_SPREADS for one in errors(MILLION, spread))
    return made(all_cases.of_the_claims(), found, seconds=seconds, say=lambda line: _tell(line, output))


def _tell(line: str, output: Output) -> None:
    if not output.quiet:
        print(f"measuring {line}", file=sys.stderr, flush=True)


def lines(record: Record) -> Iterator[str]:
    """Yield the table of claims for a reader, what it was made with, and what had to be left out."""
    rows = [claim_columns(), *claim_rows(record)]
    widths = [max(len(row[place]) for row in rows) for place in range(1, len(rows[0]))]
    for what, *cells in rows:
        yield "  ".join([*(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)), what])
    yield ""
    yield from wrapped(made_on(record), "")
    for case, why in record["left_out"].items():
        yield from wrapped(f"left out: {case}: {why}", "")


def as_json(record: Record) -> dict[str, Any]:
    """Return the record with what it says of each claim."""
    claims = [
        {
            "question": claim.question,
            "value": claim.value(record),
            "at_least": claim.at_least,
            "at_most": claim.at_most,
            "verdict": claim.verdict(record),
        }
        for claim in CLAIMS
    ]
    return {**record, "claims": claims}
