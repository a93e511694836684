"""The page of results, docs/benchmarks.md, written from a record alone: nothing in it is typed by hand."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from . import mean_rule_case
from .claims import CLAIMS, cases_of, of_medians, readable, share_of_limit
from .drawings import FIGURES

Record = dict[str, Any]

HEAD = """# Benchmarks

What the kernels cost, beside other people's ways to the same numbers and beside the machine's own limits.
`make bench-results` measures, and writes this page and [results/benchmarks](../results/benchmarks) anew;
`grokdd bench` runs a short version; `make bench` runs the modules of `benchmarks/` under pytest-benchmark.
"""
NO_RECORD = """
No run is on record yet.
"""
HOW = """
{made_on}

Every way is checked before it is timed: against certified digits, a closed form, or another form. The ways of a case
take turns, so that what else the machine does falls on all of them; a time is that of the fastest turn. Only numbers
of one table row mean anything beside each other.
"""
CLAIM_NOTE = """
A percentage is the time that the machine's limit takes for the same work, over the time taken: a matrix product for
operations, the faster of two plain sums for bytes, measured in turn with what they limit and with as many threads.
Of one table of 2^n numbers each is read once; a point of a batch takes a multiplication and an addition a number. Of
quadrature the operations are counted that are executed, five or six a pattern and node, and nothing for nodes, weights
and p. More than 100 percent says that we read faster than either plain sum. Where nothing was asked, the number is
there to be known. A verdict is that of the fastest turns, what the kernels can do where nothing else runs; the medians
of the same turns say what they did beside everything else on this machine. Curves of many models take a path of their
own for three patterns, the paper's number: the sum over their eight sets.
"""
TIME_NOTE = """
*curves* computes p, train accuracy and test accuracy at {points} time points of a call, fewer for many patterns; *one
point a call* is of a model that was never asked, whose numbers are converted, *the same model again* of one that was;
*accuracies* stands for it beyond 1000 patterns. *extension* sums over a table of all sets, made before. Other people's
ways get p as given and compute one point a call. *scipy.stats.poisson_binom* and *fast_poibin* give the distribution
of the number of the other patterns that are right, once for each pattern left out. *numpy.einsum*, *opt_einsum* and
*jax fold* contract the table of all sets, made before, with the probabilities; *pyfwht* transforms it for each point
and multiplies; *shapiq Moebius* sums coefficients, made before. One thread each.
"""
ERROR_NOTE = """
Largest relative error of random models with p as given, against exact rationals, or against Arb balls of {bits} bits
by other formulas than the kernels'. A rounding is 1.1e-16.
"""


def written(record: Record | None) -> str:
    """Return the page; without a record it says how to make one."""
    return HEAD + (NO_RECORD if record is None else "".join(_sections(record)))


def _sections(record: Record) -> Iterator[str]:
    from .witnesses import BITS

    yield HOW.format(made_on=made_on(record))
    yield "\n## What was asked for\n\n" + "\n".join(table(claim_columns(), claim_rows(record))) + "\n" + CLAIM_NOTE
    yield "\n## Percent of the machine's limit\n\n" + _figure("limits") + "\n".join(_shares(record)) + "\n"
    yield "\n## Time of a point under the mean rule\n\n" + _figure("times") + "\n".join(_times(record)) + "\n"
    yield TIME_NOTE.format(points=mean_rule_case.POINTS)
    yield "\n## Errors\n\n" + _figure("errors") + "\n".join(_errors(record)) + "\n" + ERROR_NOTE.format(bits=BITS)
    yield "\n## All other times\n\n" + "\n".join(_others(record)) + "\n"
    if record["left_out"]:
        left_out = [(name, why) for name, why in record["left_out"].items()]
        yield "\n## Left out\n\n" + "\n".join(table(("case", "why"), left_out)) + "\n"


def made_on(record: Record) -> str:
    """Return what a record was made with, in sentences."""
    made = record["environment"]
    versions = ", ".join(f"{name} {version}" for name, version in made["versions"].items() if version)
    missing = ", ".join(name for name, version in made["versions"].items() if not version)
    commit = (made["commit"] or "unknown")[:10]
    return (
        f"Made on {record['date'][:10]} in {record['seconds']:.0f} seconds: {made['processor']}, "
        f"{made['cores']} cores, {made['system']}, Python {made['python']}, {versions}; commit {commit}."
        + (f" Not installed: {missing}." if missing else "")
    )


def claim_columns() -> Sequence[str]:
    """Return the heads of the columns of `claim_rows`."""
    return "what", "measured", "by median turns", "asked", "verdict"


def claim_rows(record: Record) -> list[tuple[str, ...]]:
    """Return each claim, what was measured, what was asked, and whether it holds."""
    rows: list[tuple[str, ...]] = []
    for claim in CLAIMS:
        fastest, usual = (_told(claim.value(one)) for one in (record, of_medians(record)))
        rows.append((claim.question, fastest, usual, claim.asked, claim.verdict(record)))
    return rows


def _told(value: float | None) -> str:
    return "-" if value is None else readable(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown; a failed verdict stands out."""
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join(['---'] * len(columns))} |"
    for row in rows:
        yield f"| {' | '.join('**fails**' if cell == 'fails' else cell for cell in row)} |"


def duration(seconds: float) -> str:
    """Return seconds as a reader likes them.

    >>> duration(1.234e-6), duration(0.0123), duration(75)
    ('1.23 µs', '12.3 ms', '75 s')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{readable(seconds / size)} {unit}"
    return f"{readable(seconds / 1e-9)} ns"


def _figure(name: str) -> str:
    return f"![{FIGURES[name].title}](../results/benchmarks/{name}.svg)\n\n"


def _shares(record: Record) -> Iterator[str]:
    rows: list[Sequence[str]] = []
    for case in sorted(cases_of(record), key=lambda case: (case[0]["topic"], case[0]["threads"], case[0]["n"])):
        share, first = share_of_limit(case), case[0]
        if share is None or not first["work"]:
            continue
        reached, limit = (first["work"] / seconds for seconds in (first["best"], first["best"] * share))
        cells = (first["topic"], first["n"], first["size"] or "-", first["threads"], f"{100 * share:.0f} %")
        rates = [f"{readable(rate / 1e9)}e9 {first['work_unit']}/s" for rate in (reached, limit)]
        rows.append([*map(str, cells), *rates])
    return table(("work", "n", "size", "threads", "share", "reached", "limit"), rows)


def _times(record: Record) -> Iterator[str]:
    cases = [case for case in cases_of(record) if case[0]["topic"] == "mean rule"]
    by_size = {case[0]["n"]: {row["way"]: row["best"] for row in case} for case in cases}
    return _by_size(by_size, duration)


def _errors(record: Record) -> Iterator[str]:
    uniform: dict[int, dict[str, float]] = {}
    for one in record["errors"]:
        if one["spread"] == "p uniform":
            uniform.setdefault(one["n"], {})[one["way"]] = one["relative"]
    return _by_size(uniform, lambda relative: f"{relative:.1e}")


def _by_size(cells: dict[int, dict[str, float]], told: Any) -> Iterator[str]:
    """Yield a table with a row a number of patterns and a column a way, in the order in which they are met."""
    ways = list(dict.fromkeys(way for n in sorted(cells) for way in cells[n]))
    rows = [[str(n), *(told(row[way]) if way in row else "-" for way in ways)] for n, row in sorted(cells.items())]
    return table(("n", *ways), rows)


def _others(record: Record) -> Iterator[str]:
    rows = [
        (row["topic"], str(row["n"]), row["size"] or "-", str(row["threads"]), row["way"],
         f"{duration(row['best'])} a {row['unit']}", duration(row["median"]), str(row["turns"]))
        for row in record["times"]
        if row["topic"] != "mean rule" and not row["work"]
    ]  # fmt: skip
    return table(("work", "n", "size", "threads", "way", "fastest turn", "median", "turns"), rows)
