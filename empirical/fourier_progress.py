"""Fourier progress measures of a run, from the weights that it kept along the way ([Nanda2022])."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file

from ..analytic.errors import InputError
from .configuration import Configuration
from .measures.fourier import (
    excluded_loss,
    key_frequencies,
    key_threshold,
    loss,
    power_by_frequency,
    restricted_loss,
)
from .measures.gini import gini
from .measures.groups import GroupTask, group_task
from .measuring import CHUNK
from .run_folder import SNAPSHOTS
from .runs import Run
from .tasks import BinaryOperation


def fourier_progress(run: Run) -> list[dict[str, Any]]:
    """Return one row a snapshot: step, losses, and what the key frequencies contribute.

    The key frequencies are those of the last snapshot, by the threshold of `measures.key_threshold`; at every snapshot
    - `train_loss`, `test_loss`: cross-entropy of the right answers on either side, on the group's pairs;
    - `restricted_loss`: over all pairs, of the logits restricted to the key frequencies;
    - `excluded_loss`: over the train pairs, of the logits without them;
    - `key_power`: share of the centred power of the logits at the key frequencies, in 0..1;
    - `gini`: of the power over the frequencies, 0 (all alike) to nearly 1 (one of them);
    - `keys`: how many frequencies are key at this snapshot itself.

    Raises
    ------
    InputError
        If the run kept no snapshots, or its task is no group operation on two operands.
    """
    configuration, paths = run.config, _snapshots(run)
    group, steps = _group(configuration), [int(path.stem.removeprefix("step-")) for path in paths]
    keys = key_frequencies(_table(configuration, group, paths[-1]))
    train = group.pairs(configuration.data.inputs[configuration.data.train])
    rows = []
    for step, path in zip(steps, paths, strict=True):
        table = _table(configuration, group, path)
        power = power_by_frequency(table)
        rows.append(
            {
                "step": step,
                "train_loss": loss(table, where=train),
                "test_loss": loss(table, where=~train),
                "restricted_loss": restricted_loss(table, keys),
                "excluded_loss": excluded_loss(table, keys, where=train),
                "key_power": float(power[np.array(keys, dtype=int) - 1].sum()),
                "gini": gini(power),
                "keys": int((power >= key_threshold(group.order)).sum()),
            }
        )
    return rows


def final_keys(run: Run) -> dict[int, float]:
    """Return the key frequencies of the last snapshot, with their shares of the centred power.

    InputError as from `fourier_progress`.
    """
    configuration = run.config
    table = _table(configuration, _group(configuration), _snapshots(run)[-1])
    power = power_by_frequency(table)
    return {k: float(power[k - 1]) for k in key_frequencies(table)}


def _snapshots(run: Run) -> list[Path]:
    paths = sorted((run.path / SNAPSHOTS).glob("step-*.safetensors"))
    if not paths:
        raise InputError(f"a run must have kept snapshots, got {run.path} without: set snapshot_ratio and train anew")
    return paths


def _group(configuration: Configuration) -> GroupTask:
    task = configuration.task
    if not isinstance(task, BinaryOperation):
        raise InputError(f"task must be a binary operation for Fourier measures, got {task!r}")
    outputs = configuration.network.weights(configuration.data.shape).get("unembedding.weight")
    return group_task(task.operation, task.modulus, None if outputs is None else outputs.shape[0])


@torch.no_grad()
def _table(configuration: Configuration, group: GroupTask, path: Path) -> np.ndarray:
    """Return the logits of the weights in a file as a function on the group, in float64."""
    weights = {name: weight.double().unsqueeze(0) for name, weight in load_file(path).items()}
    data = configuration.data
    parts = torch.from_numpy(data.inputs).unsqueeze(0).split(CHUNK, dim=1)
    logits = torch.cat([configuration.network.logits(weights, part, data.shape)[0] for part in parts])
    return group.table(data.inputs, logits.numpy())
