"""What `grokdd train` does: a configuration from options, and a run with its progress."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .empirical import Configuration, Run
from .empirical import run as train_network
from .empirical.experiments import division_mod_97, public_division
from .empirical.run_folder import CHECKPOINTS, RECORD
from .exit_codes import writing
from .naming import task_name
from .output import Output
from .progress import training_progress


def configuration(public: bool, seed: int, settings: Mapping[str, Any]) -> Configuration:
    """Return the paper's experiment, or the public code's, with `settings` in place of its own."""
    return (public_division if public else division_mod_97)(
        seed, **{OPTIONS.get(name, name): value for name, value in settings.items()}
    )


OPTIONS = {
    "operation": "task.operation",
    "modulus": "task.modulus",
    "train_fraction": "split.train_fraction",
    "split_seed": "split.seed",
    "layers": "network.layers",
    "width": "network.width",
    "heads": "network.heads",
    "learning_rate": "optimizer.learning_rate",
    "weight_decay": "optimizer.weight_decay",
}
"""Options of the command whose settings belong to a part of the configuration."""


def default_folder(chosen: Configuration) -> Path:
    """Return the folder of a run that was given none: the same for the same configuration, so that it is resumed."""
    return Path("runs") / f"seed-{chosen.seed}-{chosen.digest[:8]}"


def train(chosen: Configuration, out: Path, device: str, output: Output) -> Run:
    """Train, or go on training, with progress as `output` wants it; return the run."""
    data = chosen.data
    output.say(
        f"{task_name(chosen.to_json()['task'])}: {len(data.inputs)} examples, {len(data.train)} to train on, in {out}"
    )
    if step := step_to_go_on_from(chosen, out):
        output.say(f"going on from step {step}")
    with writing(out), training_progress(output) as listener:
        return train_network(chosen, out=out, device=device, progress=listener)


def step_to_go_on_from(chosen: Configuration, out: Path) -> int:
    """Return the step of the newest checkpoint of an unfinished run in `out`; 0 where training begins or is done.

    InputError if the folder holds another configuration.
    """
    from .empirical.training import holds  # torch: loaded only where something is trained

    if not (out / RECORD).exists() or not holds(out, chosen) or Run.load(out).finished:
        return 0
    newest = max((out / CHECKPOINTS).glob("step-*.safetensors"), default=None)
    return 0 if newest is None else int(newest.stem.removeprefix("step-"))
