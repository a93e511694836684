"""The multilinear extension of a table over 2^n sets, in three forms, of which the number of patterns chooses one.

| form | work a point | at its best |
| --- | --- | --- |
| enumeration | 2^n multiplications and additions, in numba | few patterns, where a call of anything else costs more |
| fold | the same, in a table that halves with every pattern | where the last digits count: 3 n roundings |
| matrix | the same, as one matrix product for all points | many patterns: linear algebra keeps all units busy |
"""

from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from .arrays import normalised
from .enumeration import enumerate_sets
from .folding import folded
from .matrix_form import matrix_products
from .memory import require_memory
from .set_functions import MOST_PATTERNS

Numbers = NDArray[Any]  # float64 or float32
Floats = NDArray[np.float64] | NDArray[np.float32]
Form = Literal["enumeration", "fold", "matrix"]

MANY = 13
"""Patterns from which on the matrix form is the faster one, for one point as for many (`benchmarks/`)."""

AT_ONCE = 2**28
"""Entries of the table times points of one call of a kernel: a fraction of a second."""

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
"""Types of a table that is computed with as it is."""

_FORMS: Mapping[str, Callable[[Numbers, Numbers, Numbers], Numbers]] = {
    "enumeration": enumerate_sets,
    "fold": folded,
    "matrix": matrix_products,
}


def form_for(n: int) -> Form:
    """Return the form in which a table over n patterns is evaluated by default.

    Raises
    ------
    InputError
        If n is no whole number in 0..30.

    >>> form_for(3), form_for(20)
    ('enumeration', 'matrix')
    """
    if isinstance(n, bool) or not isinstance(n, Integral) or not 0 <= n <= MOST_PATTERNS:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"n must be a whole number in 0..{MOST_PATTERNS}, got {shown(n)}")
    return "matrix" if n >= MANY else "enumeration"


def of_table(table: Numbers, p: Numbers, q: Numbers, form: Form | None = None) -> Numbers:
    """Return the extension (T,) for normalised arrays; for callers who know q better than 1 - p."""
    chosen = form_for(p.shape[1]) if form is None else form
    if not isinstance(chosen, str) or chosen not in _FORMS:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"form must be one of {', '.join(get_args(Form))}, got {shown(form)}")
    n, evaluate = p.shape[1], _FORMS[chosen]
    points = max(1, AT_ONCE >> n)
    if chosen == "matrix" or p.shape[0] <= points:
        return evaluate(table, p, q)
    values = np.empty(p.shape[0], table.dtype)
    for start in range(0, p.shape[0], points):  # a kernel does not hear Ctrl-C
        part = slice(start, start + points)
        values[part] = evaluate(table, p[part], q[part])
    return values


def extension(table: ArrayLike, p: ArrayLike, *, form: Form | None = None) -> Floats:
    """Return the multilinear extension of the set function `table` at each row of `p`, shape (T,).

    Parameters
    ----------
    table
        G(A) for all sets A, shape (2**n,); bit i of the index stands for pattern i. At most n = 30. A float32 array is
        computed with as it is, in half the memory, and gives a float32 result; everything else becomes float64.
    p
        Probabilities, shape (T, n): row by row, pattern i is in A with probability p[:, i], independently.
    form
        How: "enumeration", "fold" or "matrix"; by default `form_for(n)`.

    Raises
    ------
    InputError
        If the shapes do not fit, there is no such form, or n > 30; the message states the bytes that would be needed.
    MachineError
        If `table` has to be copied (it is not floats in C order) and there is no memory for the copy.

    Notes
    -----
    For `table` >= 0 and p in [0, 1] the relative error is at most (2 n + 2**(n/2) + 2**(n - n/2)) roundings of 2**-53,
    n/2 rounded down, in the fold at most 3 n; in float32 n more, of 2**-24. Time 2**n per row of p, memory besides the
    table at most 2**23 numbers and, in the fold, half of the table. NaN in, NaN out. The matrix form adds in the order
    of NumPy's linear algebra: its last bits may depend on the machine and the number of threads, those of the others do
    not.

    Examples
    --------
    >>> extension([0, 1, 0, 0.5], [[0.5, 0.5], [1, 0]])  # the mean rule with g = (1, 0)
    array([0.375, 1.   ])
    """
    rows = normalised("p", p, 2)
    n = rows.shape[1]
    if n > MOST_PATTERNS:
        raise InputError(
            f"p must have at most {MOST_PATTERNS} columns, got {n}: its table takes {_item(table)} * 2**{n} bytes"
        )
    single = _is_single(table)
    if not (isinstance(table, np.ndarray) and table.dtype in FLOATS and table.flags.c_contiguous):
        require_memory(8 << n, f"a copy of a table over 2**{n} sets", "give it as an array of floats in C order")
    values: Floats = _as_it_is(table) if single else normalised("table", table, 1)
    if values.shape[0] != 1 << n:
        raise InputError(f"table must hold 2**n = {1 << n} numbers for p with n = {n} columns, got {values.shape[0]}")
    right, wrong = (one.astype(values.dtype, copy=False) for one in (rows, 1.0 - rows))
    return of_table(values, right, wrong, form)


def _item(table: ArrayLike) -> int:
    return 4 if _is_single(table) else 8


def _is_single(table: ArrayLike) -> bool:
    """Return whether a table is of float32, in whatever order of bytes."""
    return isinstance(table, np.ndarray) and table.dtype.newbyteorder("=") == np.float32


def _as_it_is(table: ArrayLike) -> NDArray[np.float32]:
    """Return a float32 table in C order, read-only, like other arrays behind the front door."""
    single = np.ascontiguousarray(table, np.float32).view()
    if single.ndim != 1:
        raise InputError(f"table must have 1 axis, got shape {single.shape}")
    single.flags.writeable = False
    return single
