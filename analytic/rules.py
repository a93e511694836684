"""Generalization rules: the set function G(A), the test accuracy when exactly the patterns in A are right.

Patterns count from 0. A set of patterns is an increasing tuple of indices; as a bit mask, bit i stands
for pattern i. Every rule answers two questions: does it fit n patterns (`check`), and what is G(A)
(`value`). `value` is the definition in exact arithmetic; kernels and derivations are held against it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError, demand, shown
from .exact import Exact, as_fraction, frozen_floats, readable


def _index(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InputError(f"{name} must be the index of a pattern (an int, counting from 0), got {shown(value)}")
    return int(cast(int, value))


def _check_index(name: str, k: int, n: int) -> None:
    if not 0 <= k < n:
        demand = f"lie in 0..{n - 1}" if n else "be absent where there are no patterns"
        raise InputError(f"{name} must {demand} (patterns count from 0), got {k} with n = {n}")


@dataclass(frozen=True, slots=True)
class Mean:
    """G(A) is the mean of g over A (Davies et al. 2022, equation 2)."""

    def check(self, n: int) -> None:
        """Do nothing: the mean is defined for every number of patterns."""

    def value(self, members: Sequence[int], g: Sequence[Fraction]) -> Fraction:
        """Return G of a non-empty set."""
        return sum((g[i] for i in members), Fraction(0)) / len(members)


@dataclass(frozen=True, init=False, slots=True)
class Priority:
    """G(A) is g of the first listed pattern that is in A, the mean of A if none of them is.

    Parameters
    ----------
    order
        Indices of patterns, the most preferred first; at least one, none twice.
    """

    order: tuple[int, ...]

    def __init__(self, order: Iterable[int]) -> None:
        if not isinstance(order, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
            raise InputError(f"order must be a sequence of indices, got {shown(order)}; for one pattern use Preferred")
        listed = tuple(_index("order", k) for k in order)
        if not listed:
            raise InputError("order must name at least one pattern, got none; use Mean() for no preference")
        if len(set(listed)) < len(listed):
            raise InputError(f"order must name each pattern once, got {shown(listed)}")
        object.__setattr__(self, "order", listed)

    def check(self, n: int) -> None:
        """Raise InputError unless every listed pattern exists among n."""
        for k in self.order:
            _check_index("order", k, n)

    def value(self, members: Sequence[int], g: Sequence[Fraction]) -> Fraction:
        """Return G of a non-empty set."""
        for k in self.order:
            if k in members:
                return g[k]
        return Mean().value(members, g)


@dataclass(frozen=True, init=False, slots=True)
class Preferred:
    """G(A) is g of the preferred pattern if it is in A, the mean of A otherwise (Davies et al. 2022, section 2.2).

    Parameters
    ----------
    pattern
        Index of the preferred pattern, counting from 0.
    """

    pattern: int

    def __init__(self, pattern: int) -> None:
        object.__setattr__(self, "pattern", _index("pattern", pattern))

    def check(self, n: int) -> None:
        """Raise InputError unless the preferred pattern exists among n."""
        _check_index("the preferred pattern", self.pattern, n)

    def value(self, members: Sequence[int], g: Sequence[Fraction]) -> Fraction:
        """Return G of a non-empty set."""
        return g[self.pattern] if self.pattern in members else Mean().value(members, g)


@dataclass(frozen=True, init=False, slots=True)
class SoftPreference:
    """G(A) is the weighted mean of g over A.

    Equal weights are the mean; one weight far above equal others, a preferred pattern; weights far
    apart, a priority order. Only their ratios matter.

    Parameters
    ----------
    weights
        One weight > 0 per pattern.
    """

    weights: tuple[Fraction, ...]

    def __init__(self, weights: Iterable[Exact]) -> None:
        if not isinstance(weights, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
            raise InputError(f"weights must be a sequence of numbers, got {shown(weights)}")
        exact = tuple(as_fraction(f"weights[{i}]", w) for i, w in enumerate(weights))
        for i, weight in enumerate(exact):
            if weight <= 0:
                raise InputError(f"weights[{i}] must be greater than 0, got {readable(weight)}")
        object.__setattr__(self, "weights", exact)

    def check(self, n: int) -> None:
        """Raise InputError unless there is one weight per pattern."""
        if len(self.weights) != n:
            raise InputError(f"weights must hold one weight per pattern, got {len(self.weights)} with n = {n}")

    def value(self, members: Sequence[int], g: Sequence[Fraction]) -> Fraction:
        """Return G of a non-empty set."""
        total = sum((self.weights[i] for i in members), Fraction(0))
        return sum((self.weights[i] * g[i] for i in members), Fraction(0)) / total


@dataclass(frozen=True, init=False, eq=False, slots=True)
class Table:
    """G(A) is whatever the table says, for any set function.

    Parameters
    ----------
    values
        2**n finite numbers; bit i of the index stands for pattern i, so `values[0]` is G(empty). Kept as a read-only
        float64 copy, and exactly where they are given as Fractions, which is how decimals in TOML are read: 0.1 as a
        float is not 1/10, and where two ways to a value are equal in tenths, as floats one is larger.
    """

    values: NDArray[np.float64]
    exact: tuple[Fraction, ...] | None = field(repr=False)
    """The same as Fractions, if some were given; None if the floats are all there is."""

    def __init__(self, values: ArrayLike | Sequence[Exact]) -> None:
        array = frozen_floats("values", values)
        if array.ndim != 1 or array.size == 0 or array.size & (array.size - 1):
            raise InputError(f"values must be a list of 2**n numbers, got shape {array.shape}")
        bad = np.flatnonzero(~np.isfinite(array))
        if bad.size:
            raise InputError(f"values must be finite, got {array[bad[0]]} at index {bad[0]}")
        given = () if isinstance(values, np.ndarray) and values.dtype != object else cast(Sequence[Exact], values)
        exact = any(isinstance(value, Fraction) for value in given)
        object.__setattr__(self, "values", array)
        object.__setattr__(
            self, "exact", tuple(as_fraction(f"values[{i}]", x) for i, x in enumerate(given)) if exact else None
        )

    def fractions(self) -> tuple[Fraction, ...]:
        """Return all values exactly."""
        return self.exact or tuple(Fraction(value) for value in self.values.tolist())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table) or not np.array_equal(self.values, other.values):
            return False
        return (self.exact is None and other.exact is None) or self.fractions() == other.fractions()

    def __hash__(self) -> int:
        return hash((self.values + 0.0).tobytes())  # + 0.0: -0.0 equals 0.0, so it must hash like it

    def check(self, n: int) -> None:
        """Raise InputError unless the table has an entry for each set of n patterns."""
        if self.values.size != 2**n:
            raise InputError(f"values must hold 2**n numbers for n = {n}, got {self.values.size}")

    def value(self, members: Sequence[int], g: Sequence[Fraction]) -> Fraction:
        """Return G of a set, the empty one included."""
        index = sum(1 << i for i in members)
        return Fraction(float(self.values[index])) if self.exact is None else self.exact[index]


Rule = Mean | Preferred | Priority | SoftPreference | Table
"""Any generalization rule."""


def demand_rule(rule: object) -> Rule:
    """Return a rule, the mean for None; InputError for anything else."""
    if rule is None:
        return Mean()
    return demand("rule", rule, cast(type[Rule], Rule), "Mean, Preferred, Priority, SoftPreference or Table")
