"""Checkpoints: weights and optimizer moments in safetensors, written whole or not at all, the two newest kept."""

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ..analytic.errors import InputError, MachineError
from .run_folder import CHECKPOINTS, write_whole

FORMAT = "1"
KEPT = 2
MOMENTS = ("exp_avg", "exp_avg_sq")


def save_checkpoint(folder: Path, step: int, digest: str, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Write the state after `step` updates into a run folder and drop all but the newest checkpoints.

    Raises
    ------
    MachineError
        If the disk does not take it; the checkpoints before it are left as they were.
    """
    (folder / CHECKPOINTS).mkdir(exist_ok=True)
    metadata = {"format": FORMAT, "step": str(step), "configuration": digest}
    tensors = _state(network, optimizer)
    path = folder / CHECKPOINTS / f"step-{step:09d}.safetensors"
    try:
        write_whole(path, lambda beside: save_file(tensors, beside, metadata))
    except SafetensorError as error:  # how safetensors tells that the disk is full
        way_out = "make room, and the same call goes on from the checkpoint before"
        raise MachineError(f"the disk must take the checkpoint {path.name}, but {error}: {way_out}") from None
    for old in _newest_first(folder)[KEPT:]:
        old.unlink()


def load_checkpoint(folder: Path, digest: str, network: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    """Restore the newest checkpoint of a run folder and return its step; 0, and nothing restored, if there is none.

    Raises
    ------
    InputError
        If the newest checkpoint is damaged or of another configuration.
    """
    found = _newest_first(folder)
    if not found:
        return 0
    try:
        with safe_open(found[0], framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a dict
        step = int(metadata["step"])
    except (SafetensorError, KeyError, ValueError, OSError):
        older = f"the one before, {found[1].name}," if found[1:] else "the first step"
        raise InputError(
            f"{found[0]} must be a whole checkpoint, got a damaged file: delete it to resume from {older}"
        ) from None
    if metadata.get("format") != FORMAT or metadata.get("configuration") != digest:
        raise InputError(
            f"{found[0]} must be a checkpoint of this run, got one of another: delete it to go on without it"
        )
    _restore(tensors, step, network, optimizer)
    return step


def _newest_first(folder: Path) -> list[Path]:
    return sorted((folder / CHECKPOINTS).glob("step-*.safetensors"), reverse=True)


def _state(network: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    tensors = {}
    for name, parameter in network.named_parameters():
        tensors[f"weights/{name}"] = parameter.detach().contiguous()
        for moment in MOMENTS:
            tensors[f"{moment}/{name}"] = optimizer.state[parameter][moment].contiguous()
    return tensors


@torch.no_grad()
def _restore(tensors: dict[str, Tensor], step: int, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    for name, parameter in network.named_parameters():
        parameter.copy_(tensors[f"weights/{name}"])
        optimizer.state[parameter] = {
            moment: tensors[f"{moment}/{name}"].to(parameter.device) for moment in MOMENTS
        } | {"step": torch.tensor(float(step), device=parameter.device)}
