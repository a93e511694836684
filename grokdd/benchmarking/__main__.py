"""Make a record on this machine, and all that is written from it: tables, figures and docs/benchmarks.md.

    python -m grokdd.benchmarking --out results/benchmarks --page docs/benchmarks.md
    python -m grokdd.benchmarking --out results/benchmarks --page docs/benchmarks.md --pages-only

`make bench-results` is the first of these, with all comparators installed.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from ..analytic.errors import exit_code_of
from ..empirical.run_folder import write_text
from . import all_cases, errors_found
from .errors_found import Error
from .record import made
from .record_file import read_record, write_record

SECONDS = 8.0
"""Of each case: the whole takes less than ten minutes."""


def all_errors() -> Iterator[Error]:
    """Yield the errors at all numbers of patterns, and those of the claims at a million."""
    yield from errors_found.of_sizes(all_cases.ERRORS)
    for spread in errors_found.SPREADS:
        yield from errors_found.errors(10**6, spread)


def write_pages(folder: Path, page: Path | None) -> None:
    """Write the figures beside the record, and the page, from the record alone."""
    from ..figures import save
    from .drawings import FIGURES
    from .page import written

    record = read_record(folder)
    if record is not None:
        for name, figure in FIGURES.items():
            save(figure.draw(record), folder / f"{name}.svg")
    if page is not None:
        write_text(page, written(record))


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    prog = "python -m grokdd.benchmarking"
    parser = argparse.ArgumentParser(prog=prog, description="All benchmarks on this machine, on record.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the record and its figures")
    parser.add_argument("--page", type=Path, help="the Markdown page to write too")
    parser.add_argument("--pages-only", action="store_true", help="write figures and page of the record that is there")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of each case (default: {SECONDS:g})")
    chosen = parser.parse_args(arguments)

    def work() -> None:
        if not chosen.pages_only:
            cases = [*all_cases.of_the_claims(), *all_cases.beside_them()]
            chosen.out.mkdir(parents=True, exist_ok=True)
            record = made(cases, all_errors(), seconds=chosen.seconds, say=lambda line: print(line, flush=True))
            write_record(record, chosen.out)
        write_pages(chosen.out, chosen.page)

    return exit_code_of("benchmarking", work)


if __name__ == "__main__":
    sys.exit(main())
