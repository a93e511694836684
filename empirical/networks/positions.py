"""Where a symbol stands: sines added to embeddings, or rotations of queries and keys."""

from functools import cache

import numpy as np
import torch
from torch import Tensor

POSITIONS = ("sinusoidal", "learned", "rotary")


@cache  # for good: captured graphs refer to its memory
def sinusoidal_positions(length: int, width: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Return the position vectors of the public code, shape (length, width): sines at even, cosines at odd places."""
    place = np.arange(width)[None, :]
    angle = np.arange(length)[:, None] / 10000 ** ((place - place % 2) / width)
    values = np.where(place % 2 == 0, np.sin(angle), np.cos(angle)).astype(np.float32)
    return torch.from_numpy(values).to(device, dtype)


@cache  # for good: captured graphs refer to its memory
def rotations(length: int, width: int, device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return cosines and sines of the rotary angles of each place, each of shape (length, width / 2)."""
    speeds = 10000 ** (-np.arange(0, width, 2) / width)
    angle = np.arange(length)[:, None] * speeds[None, :]
    return (torch.from_numpy(np.cos(angle)).to(device, dtype), torch.from_numpy(np.sin(angle)).to(device, dtype))


def rotate(x: Tensor, first: int, length: int) -> Tensor:
    """Return queries or keys x (..., T, H, d), at places first..first + T - 1 of `length`, rotated by their places."""
    cosine, sine = rotations(length, x.shape[-1], x.device, x.dtype)
    places = slice(first, first + x.shape[-3])
    cosine, sine = cosine[places].unsqueeze(1), sine[places].unsqueeze(1)
    even, odd = x.chunk(2, dim=-1)
    return torch.cat([even * cosine - odd * sine, even * sine + odd * cosine], dim=-1)
