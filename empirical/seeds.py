"""One seed, many independent NumPy streams: the same network on every device and with every framework version."""

import zlib
from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a stream of random numbers is for. The numbers are part of what a seed means: never reuse one."""

    WEIGHTS = 0
    BATCHES = 1
    DROPOUT = 2
    DATA = 3
    LABELS = 4
    SPLIT = 5


def generator(seed: int, stream: Stream, which: int | str) -> np.random.Generator:
    """Return the generator of `seed` for one purpose and one item of it: a tensor's name, an epoch, a step."""
    item = zlib.crc32(which.encode()) if isinstance(which, str) else which
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(int(stream), item)))
