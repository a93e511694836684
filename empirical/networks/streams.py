"""Streams: symbols whose vectors are the same for many examples, computed once.

With causal attention a symbol depends on those before it alone. So in "a / b =" whatever stands at a and at /
is a function of a, and before the first attention every symbol is a function of itself. A stream holds such
symbols as rows of a table, and for each example which row is its own.
"""

from dataclasses import dataclass

from torch import Tensor

from .layers import rows_of


@dataclass(frozen=True)
class Stream:
    """Neighbouring symbols of a sequence.

    Parameters
    ----------
    rows
        Their vectors, shape (E, R, T, D).
    which
        The row of each example, shape (E, B); None where the rows are the examples themselves, or where one row
        serves all of them.
    first
        The place of the first of the T symbols in the sequence.
    """

    rows: Tensor
    which: Tensor | None
    first: int

    def spread(self, values: Tensor) -> Tensor:
        """Return `values` (E, R, ...), one a row, as one an example: (E, B, ...), or (E, 1, ...) if all are equal."""
        return values if self.which is None else rows_of(values, self.which)
