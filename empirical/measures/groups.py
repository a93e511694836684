"""The group behind a modular operation: its pairs and classes as exponents in a cyclic group Z_n.

Addition and subtraction are addition of exponents in Z_p. Multiplication and division are addition in Z_(p-1): every
nonzero residue is g**i for one i, its discrete logarithm, where g is the smallest primitive root of the prime p. Zero
has no logarithm, so pairs with a zero stand outside the group and are measured apart.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...analytic.errors import InputError
from ...analytic.training_curves import Array
from ..tasks.task import Integers, Mask


@dataclass(frozen=True, eq=False)
class GroupTask:
    """A task whose right answer to (rows[i], cols[j]) is classes[(i + j) % n].

    Parameters
    ----------
    rows
        First operands in the order of their exponents, shape (n,).
    cols
        Second operands in the order of what they add to the exponent, shape (n,).
    classes
        All classes, shape (C,): the n answers in the order of their exponents, then those outside the group.
    """

    rows: Integers
    cols: Integers
    classes: Integers

    @property
    def order(self) -> int:
        """Number of elements of the group, n."""
        return len(self.rows)

    def on_group(self, inputs: ArrayLike) -> Mask:
        """Return which pairs of `inputs` (N, 2) stand on the group, shape (N,); the others are to be measured apart."""
        i, j = self._exponents(inputs)
        return (i >= 0) & (j >= 0)

    def pairs(self, inputs: ArrayLike) -> Mask:
        """Return which pairs of the group are among `inputs` (N, 2), shape (n, n): the train set on a table."""
        i, j = self._exponents(inputs)
        here = (i >= 0) & (j >= 0)
        among = np.zeros((self.order, self.order), dtype=bool)
        among[i[here], j[here]] = True
        return among

    def table(self, inputs: ArrayLike, logits: ArrayLike) -> Array:
        """Return the logits as a function on the group, shape (n, n, C), float64.

        Entry (i, j, m) is the logit of classes[m] for the pair (rows[i], cols[j]), whose right answer is
        m = (i + j) % n.

        Parameters
        ----------
        inputs
            Pairs of operands, shape (N, 2): each pair of the group once, in any order; others are left out.
        logits
            Logits of each pair, shape (N, C).

        Raises
        ------
        InputError
            If a pair of the group is missing or repeated, or if logits and classes differ in number.
        """
        i, j = self._exponents(inputs)
        values = np.asarray(logits, dtype=np.float64)
        if values.shape != (len(i), len(self.classes)):
            raise InputError(f"logits must have shape {(len(i), len(self.classes))}, got {values.shape}")
        here = np.flatnonzero((i >= 0) & (j >= 0))
        times = np.zeros((self.order, self.order), dtype=np.int64)
        np.add.at(times, (i[here], j[here]), 1)
        if (times != 1).any():
            row, col = np.argwhere(times != 1)[0]
            raise InputError(
                f"inputs must hold each pair of the group once, got ({self.rows[row]}, {self.cols[col]}) "
                f"{times[row, col]} times: a restriction needs the logits of all pairs, train and test"
            )
        table = np.empty((self.order, self.order, len(self.classes)))
        table[i[here], j[here]] = values[np.ix_(here, self.classes)]
        return table

    def _exponents(self, inputs: ArrayLike) -> tuple[Integers, Integers]:
        """Return the exponent that each operand of each pair adds, -1 where it stands outside the group."""
        pairs = np.asarray(inputs)
        if pairs.ndim != 2 or pairs.shape[1] != 2:
            raise InputError(f"inputs must have shape (N, 2), got {pairs.shape}")
        if pairs.size and pairs.min() < 0:
            raise InputError(f"inputs must be at least 0, got {pairs.min()}")
        size = 1 + max(int(self.rows.max()), int(self.cols.max()), int(pairs.max(initial=0)))
        return _places(self.rows, size)[pairs[:, 0]], _places(self.cols, size)[pairs[:, 1]]


def group_task(operation: str, modulus: int, classes: int | None = None) -> GroupTask:
    """Return the group of `operation` modulo `modulus`.

    Parameters
    ----------
    operation
        "x+y", "x-y", "x*y" or "x/y".
    modulus
        p, at least 2; for "x*y" and "x/y" a prime of at least 3.
    classes
        Number of classes of the network, at least p; None for p. Class c is residue c; those from p on, and class 0
        of a multiplicative group, stand outside the group.

    Examples
    --------
    >>> group_task("x/y", 5)  # 2 is the smallest primitive root: 1, 2, 4, 8 = 3
    GroupTask(rows=array([1, 2, 4, 3]), cols=array([1, 3, 4, 2]), classes=array([1, 2, 4, 3, 0]))
    """
    if operation not in _OPERATIONS:
        raise InputError(f"operation must be one of {', '.join(_OPERATIONS)}, got {operation!r}")
    if modulus < 2:
        raise InputError(f"modulus must be at least 2, got {modulus}")
    number = modulus if classes is None else classes
    if number < modulus:
        raise InputError(f"classes must be at least the modulus {modulus}, got {number}")
    elements, sign = _OPERATIONS[operation]
    rows = elements(modulus)
    cols = rows[sign * np.arange(len(rows)) % len(rows)]
    outside = np.setdiff1d(np.arange(number, dtype=np.int64), rows)
    return GroupTask(rows, cols, np.concatenate([rows, outside]))


def primitive_root(prime: int) -> int:
    """Return the smallest g whose powers are all nonzero residues modulo `prime`, an odd prime.

    g is one if and only if g**((p - 1) / q) is not 1 for every prime q that divides p - 1.
    """
    if prime < 3 or _prime_factors(prime) != [prime]:
        raise InputError(f"modulus must be a prime of at least 3 for a multiplicative group, got {prime}")
    exponents = [(prime - 1) // q for q in _prime_factors(prime - 1)]
    return next(g for g in range(2, prime) if all(pow(g, exponent, prime) != 1 for exponent in exponents))


def discrete_logarithms(prime: int) -> Integers:
    """Return i for each residue g**i modulo an odd prime, g its smallest primitive root; shape (p,), -1 for zero."""
    return _places(_powers(prime), prime)


def _residues(modulus: int) -> Integers:
    return np.arange(modulus, dtype=np.int64)


def _powers(prime: int) -> Integers:
    root = primitive_root(prime)
    return np.array([pow(root, i, prime) for i in range(prime - 1)], dtype=np.int64)


def _places(elements: Integers, size: int) -> Integers:
    """Return where each number below `size` stands in `elements`, -1 if nowhere."""
    places = np.full(size, -1, dtype=np.int64)
    places[elements] = np.arange(len(elements))
    return places


def _prime_factors(number: int) -> list[int]:
    """Return the different prime factors of `number`, by trial division."""
    factors, rest, q = [], number, 2
    while q * q <= rest:
        if rest % q == 0:
            factors.append(q)
            while rest % q == 0:
                rest //= q
        q += 1
    return factors + [rest] * (rest > 1)


_OPERATIONS: dict[str, tuple[Callable[[int], Integers], int]] = {
    "x+y": (_residues, 1),
    "x-y": (_residues, -1),
    "x*y": (_powers, 1),
    "x/y": (_powers, -1),
}
"""The elements of the group in the order of their exponents, and the sign with which the second operand counts."""
