"""A table over all sets: one point beside a plain sum of it, many beside a matrix product of as many operations."""

from typing import Any, get_args

import numpy as np

from ..simulate import extension
from ..simulate.table_forms import Form
from .case import Case, Prepared, Way, agrees
from .machine_limits import matrix_product, plain_sums

TOLERANCE = 1e-9
"""Relative; sums of 2^(n/2) numbers in two orders differ by far less."""
CHECKED = 2
"""Points that are compared with another form."""


def _inputs(n: int, points: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(n)
    return rng.random(2**n), rng.random((points, n))


def one_point(n: int, threads: int = 1, *, every_form: bool = False) -> Case:
    """Return the case of a table of 2**n numbers that is read once."""
    sums = {name: lambda shared, sum_of=sum_of: sum_of(shared[0]) for name, sum_of in plain_sums().items()}
    return Case(
        "table, one point",
        n,
        "point",
        lambda: _inputs(n, 1),
        _ways(1, every_form),
        sums,
        threads=threads,
        work=8.0 * 2**n,
        work_unit="bytes",
    )


def many_points(n: int, points: int = 256, threads: int = 1, *, every_form: bool = False) -> Case:
    """Return the case of one table and many points; a multiplication and an addition a set and point."""
    return Case(
        "table, many points",
        n,
        "point",
        lambda: _inputs(n, points),
        _ways(points, every_form),
        {"limit: matrix product": matrix_product(2.0 * 2**n)},
        size=f"T={points}",
        threads=threads,
        work=2.0 * 2**n,
        work_unit="operations",
    )


def _ways(points: int, every_form: bool) -> dict[str, Way]:
    """Return the form that grokdd chooses, or else each of the forms by name."""

    def way(form: Form | None) -> Way:
        def make(shared: Any) -> Prepared:
            table, p = shared
            check = agrees(_another_form(table, p[:CHECKED], form), TOLERANCE)
            return Prepared(lambda: extension(table, p, form=form), points, check)

        return make

    return {form: way(form) for form in get_args(Form)} if every_form else {"extension": way(None)}


def _another_form(table: Any, p: Any, form: Form | None) -> Any:
    return extension(table, p, form="enumeration" if form == "fold" else "fold")
