"""The sequence that spells an example, "a op b =", embedded as streams of symbols that examples share.

Shapes: E members, B examples, K operands, V different operands, T symbols, D width.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ..tasks.task import Shape
from .layers import rows_of
from .streams import Stream


@dataclass(frozen=True)
class Spelling:
    """How an example of a task is spelled: [<eos>] a [op] b ... =.

    Operands are the symbols 0..V - 1; then come the operation, "=" and <eos>, as far as they are there.
    """

    shape: Shape
    operator: bool
    leading_eos: bool

    @property
    def symbols(self) -> int:
        """Number of different symbols."""
        return self.shape.symbols + self.operator + 1 + self.leading_eos

    @property
    def length(self) -> int:
        """Number of symbols in a sequence."""
        return self.shape.operands + self.operator + 1 + self.leading_eos

    @property
    def equals(self) -> int:
        """The symbol "="."""
        return self.shape.symbols + self.operator

    def head(self) -> list[int | None]:
        """Return the symbols up to the second operand, None for the first operand."""
        eos: list[int | None] = [self.equals + 1] if self.leading_eos else []
        return [*eos, None, *([self.shape.symbols] if self.operator else [])]

    def ids(self, inputs: Tensor) -> Tensor:
        """Return the symbols of operands (E, B, K), shape (E, B, T)."""

        def same(symbol: int) -> Tensor:
            return torch.full_like(inputs[:, :, 0], symbol)

        head = [inputs[:, :, 0] if symbol is None else same(symbol) for symbol in self.head()]
        rest = [inputs[:, :, i] for i in range(1, self.shape.operands)]
        return torch.stack([*head, *rest, same(self.equals)], dim=2)

    def one_stream(self, table: Tensor, positions: Tensor | None, inputs: Tensor) -> list[Stream]:
        """Return the sequence of every example by itself, (E, B, T, D), from the embedding `table` (E, rows, D)."""
        rows = rows_of(table, self.ids(inputs).flatten(1)).unflatten(1, (inputs.shape[1], self.length))
        return [Stream(rows if positions is None else rows + positions, None, 0)]

    def shared_streams(self, table: Tensor, positions: Tensor | None, inputs: Tensor) -> list[Stream]:
        """Return the head once for each first operand, (E, V, T, D), every other operand as a table, and "=" once.

        `positions` (T, D), or (E, 1, T, D), is added to the embeddings; None adds nothing.
        """
        operands = table[:, : self.shape.symbols].unsqueeze(2)

        def every(symbol: int) -> Tensor:
            return table[:, symbol].unflatten(1, (1, 1, -1))  # (E, 1, 1, D)

        head = [operands if symbol is None else every(symbol).expand_as(operands) for symbol in self.head()]
        parts: list[tuple[Tensor, Tensor | None]] = [(torch.cat(head, dim=2), inputs[:, :, 0])]
        parts += [(operands, inputs[:, :, i]) for i in range(1, self.shape.operands)]
        parts += [(every(self.equals), None)]
        streams, at = [], 0
        for rows, which in parts:
            here = slice(at, at + rows.shape[2])
            streams.append(Stream(rows if positions is None else rows + positions[..., here, :], which, at))
            at = here.stop
        return streams
