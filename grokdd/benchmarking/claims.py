"""What was asked of the kernels before they were measured, and what a record says of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from . import all_sets_case, errors_found, first_curve_case, gradient_case, mean_rule_case
from .all_cases import GROWTH, THREADS

Row = dict[str, Any]
Record = dict[str, Any]

ASKED_SHARES = {("quadrature", 20): 40.0, ("table, one point", 26): 70.0, ("table, many points", 20): 80.0}
"""Percent of the machine's limit that was asked for, by topic and number of patterns, with one thread."""


@dataclass(frozen=True)
class Claim:
    """A number that is asked for, and where it stands in a record."""

    question: str
    value: Callable[[Record], float | None]
    """None if it was not measured."""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def asked(self) -> str:
        """What was asked for, in words."""
        if self.at_least is not None:
            return f"at least {readable(self.at_least)}"
        return "nothing" if self.at_most is None else f"at most {readable(self.at_most)}"

    def verdict(self, record: Record) -> str:
        """Return "holds", "fails", "reported" where nothing was asked, or "not measured"."""
        value = self.value(record)
        if value is None:
            return "not measured"
        if self.at_least is None and self.at_most is None:
            return "reported"
        enough = self.at_least is None or value >= self.at_least
        return "holds" if enough and (self.at_most is None or value <= self.at_most) else "fails"


def readable(value: float) -> str:
    """Return a number with three digits, as a reader likes it.

    >>> readable(5000), readable(0.731), readable(1.5e-16), readable(1.06e9)
    ('5000', '0.731', '1.5e-16', '1.06e+09')
    """
    return f"{value:.0f}" if 1000 <= abs(value) < 100_000 else f"{value:.3g}"


def of_medians(record: Record) -> Record:
    """Return a record in which the time of the median turn stands for that of the fastest."""
    return record | {"times": [row | {"best": row["median"]} for row in record["times"]]}


def rows_of(record: Record, topic: str, n: int, *, threads: int = 1) -> dict[str, Row]:
    """Return the rows of a case by way; of one size, which is the first on record."""
    found = [row for row in record["times"] if (row["topic"], row["n"], row["threads"]) == (topic, n, threads)]
    return {row["way"]: row for row in found if row["size"] == found[0]["size"]}


def cases_of(record: Record) -> list[list[Row]]:
    """Return the rows of each case on record, in the order in which they were measured."""
    cases: dict[tuple[Any, ...], list[Row]] = {}
    for row in record["times"]:
        cases.setdefault((row["topic"], row["n"], row["size"], row["threads"]), []).append(row)
    return list(cases.values())


def seconds(rows: dict[str, Row], way: str) -> float | None:
    """Return the seconds a unit of a way in its fastest turn."""
    return rows[way]["best"] if way in rows else None


def share_of_limit(rows: Iterable[Row]) -> float | None:
    """Return how much of the machine's limit the first way of a case reaches: the fastest limit's time over its own."""
    listed = list(rows)
    limits = [row["best"] for row in listed if row["limit"]]
    own = [row["best"] for row in listed if not row["limit"]]
    return min(limits) / own[0] if limits and own else None


def _times(topic: str, n: int, slow: str, quick: str, threads: int = 1) -> Callable[[Record], float | None]:
    """Return how many times the seconds of `quick` a unit takes by `slow`."""

    def value(record: Record) -> float | None:
        rows = rows_of(record, topic, n, threads=threads)
        over, under = seconds(rows, slow), seconds(rows, quick)
        return None if over is None or under is None else over / under

    return value


def _percent(topic: str, n: int) -> Callable[[Record], float | None]:
    def value(record: Record) -> float | None:
        share = share_of_limit(rows_of(record, topic, n).values())
        return None if share is None else 100 * share

    return value


def _a_second(topic: str, n: int, way: str, threads: int) -> Callable[[Record], float | None]:
    def value(record: Record) -> float | None:
        one = seconds(rows_of(record, topic, n, threads=threads), way)
        return None if one is None else 1 / one

    return value


def _seconds(topic: str, n: int, way: str, *, less: str = "", threads: int = 1) -> Callable[[Record], float | None]:
    """Return the seconds a unit of a way, less those of another one if it is named."""

    def value(record: Record) -> float | None:
        rows = rows_of(record, topic, n, threads=threads)
        one, other = seconds(rows, way), seconds(rows, less) if less else 0.0
        return None if one is None or other is None else one - other

    return value


def _error(n: int, spread: str) -> Callable[[Record], float | None]:
    def value(record: Record) -> float | None:
        wanted = (n, spread, errors_found.QUADRATURE)
        found = [one["relative"] for one in record["errors"] if (one["n"], one["spread"], one["way"]) == wanted]
        return found[0] if found else None

    return value


CURVES = mean_rule_case.CURVES
PER_POINT = "Mean rule, 20 patterns, per point of a call at 2000 points: times faster than"
ONE_EACH = "The same where we too are asked one point a call: times quicker than"
CLAIMS: Sequence[Claim] = (
    Claim(f"{PER_POINT} SciPy, leaving one out", _times("mean rule", 20, "scipy.stats.poisson_binom", CURVES), 5000),
    Claim(f"{PER_POINT} fast-poibin, leaving one out", _times("mean rule", 20, "fast_poibin", CURVES), 100),
    Claim("Seconds of a call at a single point, 20 patterns", _seconds("mean rule", 20, mean_rule_case.ONE_POINT)),
    Claim("Seconds of another such call, of the same model", _seconds("mean rule", 20, mean_rule_case.AGAIN)),
    Claim(f"{ONE_EACH} SciPy", _times("mean rule", 20, "scipy.stats.poisson_binom", mean_rule_case.ONE_POINT)),
    Claim(f"{ONE_EACH} fast-poibin", _times("mean rule", 20, "fast_poibin", mean_rule_case.ONE_POINT)),
    *(
        Claim(f"Relative error at a million patterns, {spread}", _error(10**6, spread), at_most=1e-13)
        for spread in errors_found.SPREADS
    ),
    Claim(
        "Time a pattern at a million patterns over that at ten thousand, one point",
        _times("mean rule, growth", GROWTH[-1], f"n={GROWTH[-1]}", f"n={GROWTH[0]}"),
        at_most=2,
    ),
    *(
        Claim(f"{what}: percent of the rate of {limit}", _percent(topic, n), ASKED_SHARES[topic, n])
        for topic, n, what, limit in (
            ("quadrature", 20, "Batch quadrature, 20 patterns", "a matrix product"),
            ("table, one point", 26, "Table of 2^26 numbers, one point", "a plain sum"),
            ("table, many points", 20, "Table of 20 patterns, 256 points", "a matrix product"),
        )
    ),
    *(
        Claim(
            f"Sets a second, 28 patterns, no table, two threads, {way}",
            _a_second("all sets, on the fly", 28, way, THREADS),
            asked,
        )
        for way, asked in ((all_sets_case.MEAN, 1e9), (all_sets_case.OF_A_USER, 1e8))
    ),
    Claim(
        "Models of three patterns a second, 300 steps each, two threads",
        _a_second("curves of three patterns", 3, "curves_of_many", THREADS),
        1e6,
    ),
    *(
        Claim(
            f"Gradient over value, {rule}, {n} patterns",
            _times(f"gradient, {rule}", n, gradient_case.GRADIENT, gradient_case.VALUE),
            at_most=3,
        )
        for rule, n in (("mean rule", 20), ("mean rule", 100), ("soft preference", 20), ("table", 8), ("table", 16))
    ),
    Claim(
        "Seconds that the first curve on a machine spends compiling",
        _seconds("first curve", 3, first_curve_case.ANEW, less=first_curve_case.CACHED),
    ),
    Claim(
        "Seconds of the first curve of a process, compiled before, imports included",
        _seconds("first curve", 3, first_curve_case.CACHED),
    ),
    Claim(
        "Seconds of an atlas of 1000 by 1000, two threads", _seconds("atlas", 3, "atlas", threads=THREADS), at_most=5
    ),
)
