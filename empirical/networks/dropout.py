"""Dropout whose masks are a function of a key and a place: the same on every device, and nothing to resume.

Each place is hashed by a bijection of 32-bit numbers that mixes all bits (the constants are Wellons' "lowbias32",
found by search for the least bias), in 64-bit integers, because not every device has unsigned ones.
"""

import math

import torch
from torch import Tensor

LOW = 0xFFFFFFFF


def mix(x: Tensor) -> Tensor:
    """Return x (int64, in 0..2**32 - 1) hashed, in the same range."""
    x = (x ^ (x >> 16)) * 0x7FEB352D & LOW
    x = (x ^ (x >> 15)) * 0x846CA68B & LOW
    return x ^ (x >> 16)


def dropout_mask(key: Tensor, layer: int, shape: tuple[int, ...], share: float, like: Tensor) -> Tensor:
    """Return a mask (E, *shape) that is 0 for about `share` of the places and 1 / (1 - share) elsewhere.

    `key` (E,), int64, names the update and the member; `layer` tells the masks of one update apart.
    """
    places = torch.arange(math.prod(shape), device=key.device)
    stream = mix(mix(key & LOW) ^ (key >> 32 & LOW)) + layer & LOW
    hashed = mix(mix(places.unsqueeze(0) ^ mix(stream).unsqueeze(1)))
    kept = hashed >= round(share * 2**32)
    return (kept.to(like.dtype) / (1 - share)).view(-1, *shape)
