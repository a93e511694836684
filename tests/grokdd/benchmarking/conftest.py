"""A record made up by hand, and a case that costs nothing."""

import pytest

from grokdd.benchmarking.case import Case, Prepared, agrees

ENVIRONMENT = {
    "python": "3.11.7",
    "versions": {"numpy": "2.4.6", "fast-poibin": None},
    "system": "Linux x86_64",
    "processor": "an abacus",
    "cores": 2,
    "commit": "0123456789abcdef",
}


def row(topic, n, way, best, *, size="", threads=1, limit=False, work=0.0, work_unit=""):
    """A row as JSON: `best` seconds a unit, and twice as much in the median turn."""
    return {
        "topic": topic, "n": n, "size": size, "threads": threads, "unit": "time point", "way": way, "limit": limit,
        "units_a_call": 1, "best": best, "median": 2 * best, "turns": 3, "work": work, "work_unit": work_unit,
    }  # fmt: skip


def error(n, way, relative, spread="p uniform"):
    return {"n": n, "spread": spread, "way": way, "witness": "by hand", "models": 1, "relative": relative}


@pytest.fixture
def by_hand():
    """A record in which half of the claims can be read off: some hold, some fail, some were not measured."""
    quadrature = {"size": "T=2000", "work": 1200.0, "work_unit": "operations"}
    table = {"work": 8.0 * 2**26, "work_unit": "bytes"}
    return {
        "format": 1,
        "environment": ENVIRONMENT,
        "date": "2026-11-26T10:00:00+00:00",
        "seconds": 12.3,
        "seconds_a_case": 1.0,
        "times": [
            row("mean rule", 3, "curves", 2e-7),
            row("mean rule", 3, "scipy.stats.poisson_binom", 1e-3),
            row("mean rule", 20, "curves", 1e-6),
            row("mean rule", 20, "scipy.stats.poisson_binom", 8e-3),
            row("mean rule", 20, "fast_poibin", 5e-5),
            row("mean rule", 10**6, "accuracies", 5e-2),
            row("quadrature", 20, "quadrature", 4e-7, **quadrature),
            row("quadrature", 20, "limit: matrix product", 1e-7, limit=True, **quadrature),
            row("table, one point", 26, "extension", 4e-2, **table),
            row("table, one point", 26, "limit: sum", 4e-2, limit=True, **table),
            row("table, one point", 26, "limit: sum by linear algebra", 3e-2, limit=True, **table),
            row("all sets, on the fly", 28, "mean rule", 5e-10, threads=2),
            row("gradient, mean rule", 20, "curves", 1e-6, size="T=2000"),
            row("gradient, mean rule", 20, "gradient", 2.5e-6, size="T=2000"),
        ],
        "errors": [error(3, "accuracies", 0.0), error(10**6, "accuracies", 2e-13), error(3, "pyfwht", 3e-16)],
        "left_out": {"atlas: n=3": "no memory"},
    }


@pytest.fixture
def tiny_case():
    """Adding up three numbers, in two ways."""

    def way(add):
        return lambda numbers: Prepared(lambda: add(numbers), 1, agrees([6.0], 0.0))

    return Case("sums", 3, "sum", lambda: [1.0, 2.0, 3.0], {"sum": way(sum), "sorted": way(lambda x: sum(sorted(x)))})
