"""A sum, product or other composition of many parts by halves: few calls, and few roundings one after the other."""

from collections.abc import Callable

import torch
from torch import Tensor

Parts = tuple[Tensor, ...]


def composed(compose: Callable[[Parts, Parts], Parts], parts: Parts) -> Parts:
    """Return the composition of all parts, which lie along the first axis of each of some tensors, at least one part.

    `compose` is to be associative. It gets the first halves of all tensors and the second ones, and returns as many;
    what is left over of an odd number waits for the next round. Tensors may be narrower than what becomes of them.
    """
    while (number := parts[0].shape[0]) > 1:
        half = number // 2
        pairs = compose(tuple(x[:half] for x in parts), tuple(x[half : 2 * half] for x in parts))
        if number % 2:
            pairs = tuple(
                torch.cat([pair, x[-1:].expand(1, *pair.shape[1:])]) for pair, x in zip(pairs, parts, strict=True)
            )
        parts = pairs
    return tuple(x[0] for x in parts)
