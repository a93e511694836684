"""Checkpoints: the state of a stack in safetensors, written whole or not at all, the two newest kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ..analytic.errors import InputError, MachineError
from .run_folder import CHECKPOINTS, sync_folder, write_whole

FORMAT = "2"
KEPT = 2


@dataclass(frozen=True)
class Checkpoint:
    """A state after `step` updates; each tensor has one entry a member, and `members` are their digests in order."""

    step: int
    members: tuple[str, ...]
    state: Mapping[str, Tensor]


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str], way_out: str) -> None:
    """Write a safetensors file, whole or not at all; MachineError with the way out if the disk does not take it."""
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        write_whole(path, lambda beside: save_file(whole, beside, dict(metadata)))
    except SafetensorError as error:  # how safetensors tells that the disk is full
        raise MachineError(f"the disk must take {path.name}, but {error}: {way_out}") from None


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint into a run folder and drop all but the newest.

    Raises
    ------
    MachineError
        If the disk does not take it; the checkpoints before it are left as they were.
    """
    if not (folder / CHECKPOINTS).is_dir():
        (folder / CHECKPOINTS).mkdir()
        sync_folder(folder)
    metadata = {"format": FORMAT, "step": str(checkpoint.step), "members": " ".join(checkpoint.members)}
    path = folder / CHECKPOINTS / f"step-{checkpoint.step:09d}.safetensors"
    save_tensors(path, checkpoint.state, metadata, "make room, and the same call goes on from the checkpoint before")
    for old in _newest_first(folder)[KEPT:]:
        old.unlink()


def load_checkpoint(folder: Path, members: tuple[str, ...]) -> Checkpoint | None:
    """Return the newest checkpoint of a run folder, on the CPU; None if there is none.

    Raises
    ------
    InputError
        If it is damaged, or holds other networks than some of `members`.
    """
    found = _newest_first(folder)
    if not found:
        return None
    try:
        with safe_open(found[0], framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a dict
        step = int(metadata["step"])
    except (SafetensorError, KeyError, ValueError, OSError):
        older = f"the one before, {found[1].name}" if found[1:] else "the first step"
        raise InputError(
            f"{found[0]} must be a whole checkpoint, got a damaged file: delete it to resume from {older}"
        ) from None
    held = tuple(metadata.get("members", "").split())
    if metadata.get("format") != FORMAT or not held or not set(held) <= set(members):
        raise InputError(
            f"{found[0]} must be a checkpoint of this run, got one of another: delete it to go on without it"
        )
    return Checkpoint(step, held, tensors)


def _newest_first(folder: Path) -> list[Path]:
    return sorted((folder / CHECKPOINTS).glob("step-*.safetensors"), reverse=True)
