"""The sum over all 2^n sets of a set function that is computed as the sets go by, so that no table is kept.

The sets of the low patterns are columns and those of the high ones rows. What a column contributes, its probability,
number of patterns and sum of g, is made once; a row adds its own to all columns in one loop. Columns stand in order
of their number of patterns, so that under the mean the divisor is the same along a stretch of them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from math import comb, fsum
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from .arrays import column, normalised, number, thread_count
from .compile import is_compiled, kernel, kernel_around
from .enumeration import product_weights
from .memory import require_memory

Array = NDArray[np.float64]

COLUMNS = 11
"""Patterns of a column: what is known of 2**11 of them stays in the nearest cache."""
MOST_PATTERNS = 40
"""2**40 sets take a quarter of an hour a point and core; beyond that nobody waits."""
STRETCH = 64
"""Columns that are added up by themselves under a user's rule, so that few additions follow each other."""
PARTS = 64
"""Stretches into which the rows are cut, whatever the number of threads, so that the sum has the same bits."""


def mean_rows_py(
    weight: Array, total: Array, ends: Any, row_weight: Array, row_total: Array, row_count: Any, values: Array
) -> None:
    """Fill `values` (R,) with each row's sum over all columns of weight * (mean of g), but for the empty set's.

    Parameters
    ----------
    weight, total
        Probability and sum of g of each column, in order of its number of patterns.
    ends
        Where the columns of 0, 1, 2, .. patterns end.
    row_weight, row_total, row_count
        Probability, sum of g and number of patterns of each row.
    """
    for r in range(row_weight.shape[0]):
        value = 0.0
        start = 0
        for count in range(ends.shape[0]):
            size = count + row_count[r]
            one, two, three, four = 0.0, 0.0, 0.0, 0.0
            stop = start + (ends[count] - start) // 4 * 4
            for a in range(start, stop, 4):  # four sums, so that the additions need not wait for each other
                one += weight[a] * (total[a] + row_total[r])
                two += weight[a + 1] * (total[a + 1] + row_total[r])
                three += weight[a + 2] * (total[a + 2] + row_total[r])
                four += weight[a + 3] * (total[a + 3] + row_total[r])
            for a in range(stop, ends[count]):
                one += weight[a] * (total[a] + row_total[r])
            start = ends[count]
            if size:
                value += ((one + two) + (three + four)) / size
        values[r] = row_weight[r] * value


mean_rows = kernel(mean_rows_py)


def set_totals_py(g: Array, totals: Array, counts: Any) -> None:
    """Fill `totals` and `counts` (2**n,) with the sum of g (n,) and the number of patterns of each set."""
    totals[0] = 0.0
    counts[0] = 0
    for k in range(g.shape[0]):
        for a in range(1 << k):
            totals[a + (1 << k)] = totals[a] + g[k]
            counts[a + (1 << k)] = counts[a] + 1


set_totals = kernel(set_totals_py)


@lru_cache(maxsize=64)
def _rows_of(rule: Any) -> Any:
    """Return what `mean_rows` is for a user's rule: compiled with the rule inside, and so for each rule anew."""

    @kernel_around
    def rows(
        weight: Array, total: Array, count: Any, mask: Any, row_weight: Array, row_total: Array, row_count: Any,
        row_mask: Any, values: Array,
    ) -> None:  # fmt: skip
        for r in range(row_weight.shape[0]):
            value = 0.0
            for start in range(0, weight.shape[0], STRETCH):
                part = 0.0
                for a in range(start, min(start + STRETCH, weight.shape[0])):
                    part += weight[a] * rule(mask[a] + row_mask[r], count[a] + row_count[r], total[a] + row_total[r])
                value += part
            values[r] = row_weight[r] * value

    return rows


def roundings_on_the_fly(n: int) -> int:
    """Return how many roundings the mean of `sum_over_sets` may be off by, relative to itself, for g >= 0.

    q = 1 - p, products and sums of g 3 n; a column times what it adds 1; the longest stretch of columns in four sums,
    with up to three left over; the four of them 2, the quotient 1, the stretches, the row 1, all rows 1, chance 1.
    Under a rule of one's own stretches are of 64, and 32 of them: 3 n + 100, with the same 4 beside.
    """
    low = min(n, COLUMNS)
    return 3 * n + comb(low, low // 2) // 4 + 3 + (low + 1) + 7


def sum_over_sets(
    p: ArrayLike,
    g: ArrayLike,
    rule: Callable[[int, int, float], float] | None = None,
    *,
    chance: float = 0.0,
    threads: int = 1,
) -> Array:
    """Return test accuracy at each row of `p`, shape (T,), by summing over all 2**n sets without a table of them.

    Parameters
    ----------
    p
        Probabilities, shape (T, n), n at most 40: 2**n sets a row, some 10**9 of them a second and core.
    g
        Generalization of each pattern, shape (n,).
    rule
        G(A) as a function of numba's `njit`, called with the set as a mask (int64: bit i is pattern i), its number of
        patterns (int64) and the sum of its g (float64), for the empty set too. By default the mean of g over A.
    chance
        G of the empty set under the default rule; a rule of one's own is asked for it.
    threads
        How many to compute on. The bits of the result do not depend on it.

    Raises
    ------
    InputError
        If shapes do not fit, n > 40, the rule is not compiled, `chance` is no number or `threads` no positive one.
    MachineError
        If there is no memory for what is known of the 2**(n - 11) sets of the high patterns; it states the bytes.

    Notes
    -----
    NaN in, NaN out; p outside [0, 1] gives whatever the formula gives. For g >= 0 nothing cancels: every probability is
    a product of n factors, and the relative error is at most `roundings_on_the_fly(n)` roundings of 2**-53, 3 n + 138
    for n above 10; under a rule of one's own 3 n + 100, and what the rule adds. This is the sum as it is defined, as a
    witness and a measure of the machine: `curves` has the same mean in n steps.

    Examples
    --------
    >>> sum_over_sets([[0.5, 0.5]], [1, 0])
    array([0.375])
    """
    rows = normalised("p", p, 2)
    n = rows.shape[1]
    values = column("g", g, n)
    if n > MOST_PATTERNS:
        raise InputError(f"p must have at most {MOST_PATTERNS} columns, got {n}: that is 2**{n} sets a row")
    if rule is not None:
        _demand_rule(rule)
    start = number("chance", chance, "give 0 for none")
    if rule is not None and start != 0.0:
        raise InputError(
            f"chance must be left out with a rule of one's own, which is asked for it, got {shown(chance)}"
        )
    workers = thread_count(threads)
    require_memory(40 << max(0, n - COLUMNS), f"what is known of 2**{n - COLUMNS} sets", "leave out some patterns")
    with ThreadPoolExecutor(workers) as pool:
        return np.array([_one_point(row, values, rule, start, pool) for row in rows])


def _demand_rule(rule: Callable[[int, int, float], float]) -> None:
    """Refuse a rule that does not turn (mask, count, total) into a number, seen by asking it for the empty set."""
    if not is_compiled(rule):
        raise InputError(f"rule must be a function compiled by numba.njit, got {shown(rule)}")
    try:
        answer = rule(0, 0, 0.0)
    except Exception as error:  # whatever numba says of a function it cannot compile, or the function itself
        raise InputError(
            f"rule must return a number for (mask, count, total), got for (0, 0, 0.0): {_in_short(error)}"
        ) from None
    if not isinstance(answer, Real):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise InputError(f"rule must return a number for (mask, count, total), got for (0, 0, 0.0): {shown(answer)}")


def _one_point(p: Array, g: Array, rule: Any, chance: float, pool: ThreadPoolExecutor) -> float:
    q, low = 1.0 - p, min(p.shape[0], COLUMNS)
    weight, total, count = _sets(p[:low], q[:low], g[:low])
    row_weight, row_total, row_count = _sets(p[low:], q[low:], g[low:])
    found = np.empty(row_weight.shape[0])
    if rule is None:
        order = np.argsort(count, kind="stable")
        ends = np.cumsum(np.bincount(count))
        columns = (np.ascontiguousarray(weight[order]), np.ascontiguousarray(total[order]), ends)
        kernel_of_rows: Any = mean_rows
        rows: tuple[Any, ...] = (row_weight, row_total, row_count)
    else:
        columns = (weight, total, count, np.arange(weight.shape[0]))
        kernel_of_rows = _rows_of(rule)
        rows = (row_weight, row_total, row_count, np.arange(row_weight.shape[0]) << low)
    size = max(1, -(-found.shape[0] // PARTS))
    parts = [slice(start, start + size) for start in range(0, found.shape[0], size)]
    _computed(
        pool,
        lambda part: kernel_of_rows(*columns, *(one[part] for one in rows), found[part]),
        parts,
        rule,
    )
    nobody = chance * weight[0] * row_weight[0] if rule is None else 0.0
    if np.isfinite(found).all():
        return fsum(found) + nobody
    with np.errstate(invalid="ignore"):  # infinities of both signs, where fsum raises
        return float(found.sum()) + nobody


def _computed(pool: ThreadPoolExecutor, work: Callable[[slice], None], parts: list[slice], rule: Any) -> None:
    """Do all parts; what a rule of a user raises is an error of that argument."""
    try:
        list(pool.map(work, parts))
    except Exception as error:
        if rule is None:
            raise
        raise InputError(f"rule must return a number for every set, got {_in_short(error)}") from None


def _in_short(error: Exception) -> str:
    """Return the last line of a message: numba's own begin with where it was, and end with what was wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith(("File ", "This error", "During", "def ", "^", "<source"))]
    return f"{type(error).__name__}: {said[-1] if said else 'no reason given'}"


def _sets(p: Array, q: Array, g: Array) -> tuple[Array, Array, NDArray[np.int64]]:
    """Return probability, sum of g and number of patterns of each set of some patterns."""
    size = 1 << p.shape[0]
    weight, total, count = np.empty(size), np.empty(size), np.empty(size, dtype=np.int64)
    product_weights(p, q, weight)
    set_totals(g, total, count)
    return weight, total, count
