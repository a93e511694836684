"""One block of a transformer on streams of symbols: attention, then an MLP, each added to what came in.

Shapes: E members, B examples, R rows of a stream, T symbols, D width.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import torch
from torch import Tensor
from torch.nn import functional

from .attention import Seen, attend
from .layers import activate, linear, normalize
from .positions import rotate
from .streams import Stream

Drop = Callable[[Tensor], Tensor]


class Fold(Enum):
    """Where the linear maps around attention are applied, for one head: to what is seen, or to what was gathered.

    A mean of mapped vectors is the map of their mean, so each map may stand where there are fewer rows.
    """

    NONE = auto()
    """Keys and values of all that is seen; attention's output of all that was gathered."""
    BEFORE_ATTENTION = auto()
    """The output map, too, of what is seen: the rows of tables that many examples share."""
    PAST_ATTENTION = auto()
    """No map of what is seen: one query an example asks, and what it gathers is mapped."""


@dataclass(frozen=True)
class Block:
    """The weights of one block, with the settings that say how they are used."""

    weights: Mapping[str, Tensor]
    heads: int
    activation: str
    norm: str
    norm_kind: str
    rotary_length: int | None
    """Length of the sequence, if queries and keys are rotated by their places."""

    def apply(self, streams: Sequence[Stream], examples: int, last: bool, drop: Drop | None) -> list[Stream]:
        """Return the streams after this block: the shared one, if there is one, and one of all other symbols.

        After the `last` block only the last symbol is computed, since nothing else is read.
        """
        fold = self._fold(streams, examples, last)
        seen = [self._seen(stream, fold) for stream in streams]
        shared = [] if last or len(streams) == 1 else [self._shared(streams[0], seen[0], fold)]
        spread = [
            Seen(stream.spread(one.keys), stream.spread(one.values), one.first)
            for stream, one in zip(streams, seen, strict=True)
        ]
        asking = [_last_symbol(streams[-1])] if last else streams[len(shared) :]
        first = asking[0].first
        queries = _together([stream.spread(self._query(stream, fold)) for stream in asking], examples)
        x = _together([stream.spread(stream.rows) for stream in asking], examples)
        gathered = attend(queries, first, spread, self.heads)
        return [*shared, Stream(self._after(x, gathered, fold, drop), None, first)]

    def _fold(self, streams: Sequence[Stream], examples: int, last: bool) -> Fold:
        """Return which maps are moved to where there are fewer rows; with one head they commute with the mean."""
        if self.heads > 1 or self.rotary_length is not None:
            return Fold.NONE
        if last:
            return Fold.PAST_ATTENTION
        rows = sum(stream.rows.shape[1] * stream.rows.shape[2] for stream in streams)
        asking = sum(stream.rows.shape[2] for stream in streams[1:]) * examples
        return Fold.BEFORE_ATTENTION if rows < asking else Fold.NONE

    def _shared(self, stream: Stream, seen: Seen, fold: Fold) -> Stream:
        """Return the first stream after this block: its symbols see one another alone, so its rows stay rows."""
        gathered = attend(self._query(stream, fold), stream.first, [seen], self.heads)
        return Stream(self._after(stream.rows, gathered, fold, None), stream.which, stream.first)

    def _seen(self, stream: Stream, fold: Fold) -> Seen:
        x = self._before("attention_norm", stream.rows)
        if fold is Fold.PAST_ATTENTION:
            return Seen(x, x, stream.first)
        keys = self._rotated(linear(x, self.weights["key.weight"]), stream.first)
        values = linear(x, self.weights["value.weight"])
        if fold is Fold.BEFORE_ATTENTION:
            values = linear(values, self.weights["attention_out.weight"])
        return Seen(keys, values, stream.first)

    def _query(self, stream: Stream, fold: Fold) -> Tensor:
        x = self._before("attention_norm", stream.rows)
        queries = self._rotated(linear(x, self.weights["query.weight"]), stream.first)
        if fold is Fold.PAST_ATTENTION:  # q . (K x) = (K' q) . x
            return linear(queries, self.weights["key.weight"].transpose(1, 2))
        return queries

    def _rotated(self, x: Tensor, first: int) -> Tensor:
        if self.rotary_length is None:
            return x
        return rotate(x.unflatten(-1, (self.heads, -1)), first, self.rotary_length).flatten(-2)

    def _after(self, x: Tensor, gathered: Tensor, fold: Fold, drop: Drop | None) -> Tensor:
        """Return what leaves the block for what came in and what attention gathered, both (E, ..., T, D)."""
        if fold is Fold.PAST_ATTENTION:
            gathered = linear(gathered, self.weights["value.weight"])
        if fold is not Fold.BEFORE_ATTENTION:
            gathered = linear(gathered, self.weights["attention_out.weight"])
        x = self._behind("attention_norm", x + gathered)
        update = self._mlp(self._before("mlp_norm", x))
        return self._behind("mlp_norm", x + (update if drop is None else drop(update)))

    def _mlp(self, x: Tensor) -> Tensor:
        weights, rows = self.weights, x.flatten(1, -2)
        inner = linear(rows, weights["mlp_in.weight"], weights.get("mlp_in.bias"))
        if self.activation == "gated_silu":
            inner = functional.silu(linear(rows, weights["mlp_gate.weight"])) * inner
        else:
            inner = activate(inner, self.activation)
        return linear(inner, weights["mlp_out.weight"], weights.get("mlp_out.bias")).view_as(x)

    def _before(self, name: str, x: Tensor) -> Tensor:
        return self._normalized(name, x) if self.norm == "pre" else x

    def _behind(self, name: str, x: Tensor) -> Tensor:
        return self._normalized(name, x) if self.norm == "post" else x

    def _normalized(self, name: str, x: Tensor) -> Tensor:
        return normalize(x, self.norm_kind, self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias"))


def _last_symbol(stream: Stream) -> Stream:
    return Stream(stream.rows[:, :, -1:], stream.which, stream.first + stream.rows.shape[2] - 1)


def _together(parts: Sequence[Tensor], examples: int) -> Tensor:
    """Return neighbouring symbols, each (E, B or 1, T, D), as one tensor (E, B, all T, D)."""
    wide = [part.expand(-1, examples, -1, -1) for part in parts]
    return wide[0] if len(wide) == 1 else torch.cat(wide, dim=2)
