"""sum_A w_A G(A) over all sets A of patterns, with w the product weights, and its derivatives in each p_i, as balls.

The weights of two halves of the patterns make w as an outer product. So G, as a matrix with a row for each set of one
half and a column for each set of the other, is multiplied by their two vectors of weights: 2**n multiplications, which
FLINT does in one go. The derivatives in the patterns of one half share the weights of the other one.
"""

from collections.abc import Sequence

from flint import arb, arb_mat, ctx, fmpq

from .factors import Factor, weights, weights_with_change


class Expectation:
    """sum_A w_A G(A); the table of G holds 2**n numbers."""

    def __init__(self, table: Sequence[fmpq]) -> None:
        self._lows = (len(table).bit_length() - 1) // 2
        self._matrix = _Matrix(len(table) >> self._lows, table)

    def at(self, factors: Sequence[Factor]) -> arb:
        """Return the sum where the pattern of bit i has `factors[i]`."""
        low, high = weights(factors[: self._lows]), weights(factors[self._lows :])
        return (arb_mat(1, len(high), high) * (self._matrix.rounded() * arb_mat(len(low), 1, low)))[0, 0]


class Gradient:
    """d / d p_i of such a sum for each pattern i: the same sum over the others, with G(A + i) - G(A) in place of G.

    These differences are taken exactly: where they vanish, as under a preferred pattern that has been learned, so does
    the sum, and the sign of the slope is not drowned in roundings of the larger numbers that it is the difference of.
    """

    def __init__(self, table: Sequence[fmpq]) -> None:
        count = len(table).bit_length() - 1
        self._lows = count // 2
        self._low = _HalfGradient(table, range(self._lows), range(self._lows, count))
        self._high = _HalfGradient(table, range(self._lows, count), range(self._lows))

    def at(self, factors: Sequence[Factor]) -> list[arb]:
        """Return the derivatives where the pattern of bit i has `factors[i]`."""
        low, high = factors[: self._lows], factors[self._lows :]
        return self._low.at(low, weights(high)) + self._high.at(high, weights(low))

    def with_change(self, factors: Sequence[Factor]) -> list[tuple[arb, arb]]:
        """Return the derivatives and their time derivatives."""
        low, high = factors[: self._lows], factors[self._lows :]
        return self._low.with_change(low, *weights_with_change(high)) + self._high.with_change(
            high, *weights_with_change(low)
        )


class _HalfGradient:
    """The derivatives in the patterns of one half.

    The differences of each make a matrix, with a row for each set of the other half and a column for each set of the
    rest of this one. These stand side by side, so that the weights of the other half are multiplied by all at once.
    """

    def __init__(self, table: Sequence[fmpq], own: Sequence[int], others: Sequence[int]) -> None:
        self._count, self._rows = len(own), 2 ** len(others)
        steps = [
            table[row | column | 1 << bit] - table[row | column]
            for row in _masks(others)
            for bit in own
            for column in _masks([one for one in own if one != bit])
        ]
        self._matrix = _Matrix(self._rows, steps)

    def at(self, own: Sequence[Factor], others: list[arb]) -> list[arb]:
        """Return the derivatives, from the factors of this half and the weights of the other one."""
        (blocks,) = self._folded([others])
        return [_mean(block, _without(own, i)) for i, block in enumerate(blocks)]

    def with_change(self, own: Sequence[Factor], others: list[arb], changes: list[arb]) -> list[tuple[arb, arb]]:
        """Return the derivatives and their time derivatives, likewise."""
        blocks, block_changes = self._folded([others, changes])
        rest = [_without(own, i) for i in range(self._count)]
        return list(map(_mean_with_change, blocks, block_changes, rest))

    def _folded(self, vectors: Sequence[list[arb]]) -> list[list[list[arb]]]:
        """Return each vector of the other half times the differences: for each pattern, by the sets of the rest."""
        if not self._count:
            return [[] for _ in vectors]
        flat = arb_mat(len(vectors), self._rows, [x for vector in vectors for x in vector]) * self._matrix.rounded()
        entries, size = flat.entries(), 2 ** (self._count - 1)
        blocks = [entries[start : start + size] for start in range(0, len(entries), size)]
        return [blocks[start : start + self._count] for start in range(0, len(blocks), self._count)]


class _Matrix:
    """A matrix of rationals, row by row, as balls."""

    def __init__(self, rows: int, entries: Sequence[fmpq]) -> None:
        self._rows, self._entries = rows, list(entries)
        self._rounded: dict[int, arb_mat] = {}

    def rounded(self) -> arb_mat:
        """Return it at the precision of now."""
        if ctx.prec not in self._rounded:
            self._rounded[ctx.prec] = arb_mat(self._rows, len(self._entries) // self._rows, self._entries)
        return self._rounded[ctx.prec]


def _masks(bits: Sequence[int]) -> list[int]:
    """Return the masks of all sets of some bits, in the order of the weights of their factors."""
    found = [0]
    for bit in bits:
        found += [mask | 1 << bit for mask in found]
    return found


def _without(factors: Sequence[Factor], i: int) -> list[Factor]:
    return [*factors[:i], *factors[i + 1 :]]


def _mean(values: Sequence[arb], factors: Sequence[Factor]) -> arb:
    """Return the mean, over the sets of some patterns, of a value for each: pattern by pattern, the first one first."""
    for factor in factors:
        p, q = factor.p, factor.q
        values = [q * out + p * within for out, within in zip(values[::2], values[1::2], strict=True)]
    return values[0]


def _mean_with_change(values: Sequence[arb], changes: Sequence[arb], factors: Sequence[Factor]) -> tuple[arb, arb]:
    """Return the same with its time derivative, from those of the values."""
    for factor in factors:
        p, q, slope = factor.p, factor.q, factor.slope
        pairs = list(zip(values[::2], values[1::2], strict=True))
        moves = zip(changes[::2], changes[1::2], strict=True)
        changes = [
            q * move_out + p * move_within + slope * (within - out)
            for (out, within), (move_out, move_within) in zip(pairs, moves, strict=True)
        ]
        values = [q * out + p * within for out, within in pairs]
    return values[0], changes[0]
