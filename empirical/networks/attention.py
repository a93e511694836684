"""Causal attention over short sequences, in which several examples may share a symbol's keys and values.

Shapes: E members, B examples, Q queries, T symbols of a stream, H heads, d = D / H.
The sequences of this field have four or five symbols. Products and sums over arrays are then faster than as many
tiny matrix products as there are examples and heads, and their order of summation does not depend on E.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Seen:
    """Keys and values of a stream, one an example: (E, B, T, D), or (E, 1, T, D) if all examples see the same.

    `first` is the place of the first of its T symbols.
    """

    keys: Tensor
    values: Tensor
    first: int


def attend(queries: Tensor, first: int, seen: Sequence[Seen], heads: int) -> Tensor:
    """Return what each query gathers from the symbols up to its own place, (E, B, Q, D).

    `queries` (E, B, Q, D) stand at the places first..first + Q - 1.
    """
    scores = torch.cat([_scores(queries, first, one, heads) for one in seen], dim=3)  # (E, B, Q, all T, H)
    shares = scores.softmax(dim=3)
    lengths = [one.keys.shape[2] for one in seen]
    gathered = [_mean(part, one.values, heads) for part, one in zip(shares.split(lengths, dim=3), seen, strict=True)]
    return sum(gathered[1:], start=gathered[0])


def _scores(queries: Tensor, first: int, seen: Seen, heads: int) -> Tensor:
    products = queries.unsqueeze(3) * seen.keys.unsqueeze(2)  # (E, B, Q, T, D)
    scores = products.unflatten(-1, (heads, -1)).sum(-1) / math.sqrt(queries.shape[-1] // heads)
    last_seen, last_query = seen.first + seen.keys.shape[2] - 1, first
    return scores if last_seen <= last_query else scores.masked_fill(_later(queries, first, seen), -math.inf)


def _later(queries: Tensor, first: int, seen: Seen) -> Tensor:
    """Return where a symbol stands after the query, (Q, T, 1)."""
    asked = first + torch.arange(queries.shape[2], device=queries.device)
    shown = seen.first + torch.arange(seen.keys.shape[2], device=queries.device)
    return (shown.unsqueeze(0) > asked.unsqueeze(1)).unsqueeze(-1)


def _mean(shares: Tensor, values: Tensor, heads: int) -> Tensor:
    """Return the values weighted by `shares` (E, B, Q, T, H): (E, B, Q, D)."""
    weighted = shares.unsqueeze(-1) * values.unflatten(-1, (heads, -1)).unsqueeze(2)  # (E, B, Q, T, H, d)
    return weighted.sum(3).flatten(-2)
