"""The one door through which arguments reach the forms on tensors: one number format, one device, enough memory."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...analytic.errors import InputError, MachineError, shown
from ..arrays import numbers
from ..memory import require_memory

FORMATS = (torch.float32, torch.float64)


def tensors(**given: Any) -> list[Tensor]:
    """Return all arguments as tensors of one format and device, those of the tensors among them.

    The format is float32 if every tensor of floating-point numbers is, else float64.
    """
    known = {name: x for name, x in given.items() if isinstance(x, Tensor)}
    for name, x in known.items():
        if x.layout != torch.strided:
            raise InputError(f"{name} must be a dense tensor, got {x.layout}: give it as .to_dense()")
        if x.dtype.is_complex or (x.is_floating_point() and x.dtype not in FORMATS):
            raise InputError(f"{name} must be a tensor of float32 or float64, got {x.dtype}")
        first = next(iter(known))
        if x.device != known[first].device:
            raise InputError(
                f"{name} must be on the device of {first}, {known[first].device}, got {x.device}: move it with .to"
            )
    floating = {x.dtype for x in known.values() if x.is_floating_point()}
    dtype = torch.float32 if floating == {torch.float32} else torch.float64
    device = next((x.device for x in known.values()), torch.device("cpu"))
    return [
        x.to(dtype) if isinstance(x, Tensor) else torch.tensor(numbers(name, x), dtype=dtype, device=device)
        for name, x in given.items()
    ]


def constant(values: np.ndarray, like: Tensor) -> Tensor:
    """Return an array as a tensor of the format and on the device of another."""
    return torch.tensor(values, dtype=like.dtype, device=like.device)


def shape_of_models(t: Tensor, columns: Mapping[str, Tensor], **levels: Tensor) -> tuple[tuple[int, ...], int]:
    """Return the shape to which the leading axes of all arguments broadcast, and the number n of patterns.

    `t` is (..., T), each of the columns (..., n), and a level of chance (...).
    """
    n, leading = -1, tuple[int, ...]()
    for name, x in {"t": t, **columns, **levels}.items():
        own = tuple(x.shape)
        if name not in levels:
            if not own:
                raise InputError(f"{name} must have at least one axis, got a single number")
            if name != "t" and n not in (-1, own[-1]):
                raise InputError(f"{name} must hold one value per pattern, {n} in its last axis, got {own[-1]}")
            n, own = (n if name == "t" else own[-1]), own[:-1]
        try:
            leading = np.broadcast_shapes(leading, own)  # torch's own would load SymPy
        except ValueError:
            raise InputError(
                f"{name} must have leading axes that broadcast with {leading}, those before it, got {own}"
            ) from None
    return leading, n


def at_once_on(device: torch.device, at_once: int | None, default: dict[str, int]) -> int:
    """Return how many numbers a tensor of a block may hold: what is asked for, else what suits the device."""
    if at_once is None:
        return default.get(device.type, default["cuda"])
    if isinstance(at_once, bool) or not isinstance(at_once, int) or at_once < 1:  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise InputError(f"at_once must be a whole number of at least 1, got {shown(at_once)}")
    return at_once


def require_memory_on(device: torch.device, needed: int, what: str, way_out: str) -> None:
    """Raise MachineError, in one line that states the bytes, if a device has less memory free than is needed."""
    if device.type != "cuda":
        require_memory(needed, what, way_out)
        return
    free = torch.cuda.mem_get_info(device)[0]
    free += torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # held by torch, and unused
    if needed > free:
        raise MachineError(f"{what} takes {needed} bytes of memory on {device}, and {free} are free: {way_out}")
