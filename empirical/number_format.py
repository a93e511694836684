"""In which numbers a network computes, and which are faster on this machine."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

TRIALS = 8
GAIN = 1.15
"""bfloat16 must be this much faster to be worth its rounding."""


def computing(number_format: str, device: torch.device) -> AbstractContextManager[object]:
    """Return the context in which a network of `number_format` computes: autocast for bfloat16, nothing otherwise.

    The cast weights are not kept between calls: a captured graph must cast them anew at each replay.
    """
    if number_format == "bfloat16":
        return torch.autocast(device.type, dtype=torch.bfloat16, cache_enabled=False)
    return nullcontext()


@contextmanager
def matrix_products(number_format: str) -> Iterator[None]:
    """Let float32 matrix products on CUDA be rounded to 10 bits of mantissa for "tf32", and not for any other."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if number_format == "tf32" else "highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def weight_type(number_format: str) -> torch.dtype:
    """Return the type in which weights are kept: float64 for float64, float32 for the others."""
    return torch.float64 if number_format == "float64" else torch.float32


def faster_format(time_one: Callable[[str], None], device: torch.device) -> tuple[str, dict[str, float]]:
    """Return "float32" or "bfloat16", whichever `time_one` runs faster with, and seconds a call of both.

    bfloat16 pays only where the processor has instructions for it. Of several trials the fastest counts,
    because other work on the machine can only slow a trial down.
    """
    seconds = {name: _fastest(time_one, name, device) for name in ("float32", "bfloat16")}
    return "bfloat16" if seconds["float32"] > GAIN * seconds["bfloat16"] else "float32", seconds


def _fastest(time_one: Callable[[str], None], name: str, device: torch.device) -> float:
    trials = []
    for _ in range(TRIALS):
        started = time.perf_counter()
        time_one(name)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        trials.append(time.perf_counter() - started)
    return min(trials)
