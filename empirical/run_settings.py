"""What a run was begun with besides its configuration: device, threads, number format. It goes on with the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ..analytic.errors import InputError, MachineError
from .configuration import Configuration
from .number_format import faster_format
from .run_folder import RECORD, read_record
from .stack import Stack


def device_named(name: str) -> torch.device:
    """Return a device; InputError if the name is none, MachineError if this machine does not have it."""
    try:
        device = torch.device(name)
    except RuntimeError:
        raise InputError(f"device must be cpu, cuda or cuda:N, got {name!r}") from None
    if device.type not in ("cpu", "cuda"):
        raise InputError(f"device must be cpu, cuda or cuda:N, got {name!r}")
    if device.type == "cuda" and (not torch.cuda.is_available() or (device.index or 0) >= torch.cuda.device_count()):
        raise MachineError(
            f"device {name!r} must exist, but PyTorch finds {torch.cuda.device_count()} CUDA devices: use cpu"
        )
    return device


def settings_of(folder: Path, configuration: Configuration, device: torch.device) -> dict[str, Any]:
    """Return what the run in `folder` was begun with, or, for a new one, what it shall be."""
    return resumed_settings(folder, device) or new_settings(configuration, device)


def resumed_settings(folder: Path, device: torch.device) -> dict[str, Any] | None:
    """Return what a run was begun with, so that it goes on in the same numbers; None for a new run."""
    if not (folder / RECORD).exists():
        return None
    held = read_record(folder)["environment"]
    if not {"device", "threads", "number_format"} <= held.keys():
        raise InputError(f"{folder / RECORD} must say device, threads and number format, got a damaged file")
    if held["device"] != device.type:
        raise InputError(
            f"device must be {held['device']}, on which {folder} was begun, got {device.type}: choose another out"
        )
    return held


def new_settings(configuration: Configuration, device: torch.device) -> dict[str, Any]:
    """Return device, threads and number format for a new run; "auto" is decided by timing a few steps."""
    settings: dict[str, Any] = {
        "device": device.type,
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else None,
        "threads": torch.get_num_threads(),
        "number_format": configuration.number_format,
    }
    if configuration.number_format == "auto":
        plain = replace(configuration, dropout_lost_in_evaluation=False)
        scratch = {name: Stack([plain], device, name, captured=False) for name in ("float32", "bfloat16")}
        chosen, seconds = faster_format(lambda name: scratch[name].advance(), device)
        settings |= {"number_format": chosen, "seconds_per_step_when_chosen": seconds}
    elif configuration.number_format == "tf32" and device.type != "cuda":
        raise InputError(f"number_format must be float32, bfloat16 or float64 on {device.type}, got tf32")
    return settings


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Compute with as many threads as the run was begun with: sums depend on it in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
