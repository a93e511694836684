"""Train a network the plain way and keep it as a run."""

from pathlib import Path

import torch

from .configuration import Configuration
from .measuring import part_sizes
from .networks import Transformer
from .plain_addition import PlainAddition
from .plain_division import PlainDivision
from .plain_loop import PlainLoop
from .recorder import Recorder
from .run_settings import new_settings
from .runs import Run
from .schedule import evaluation_steps


def loop_of(configuration: Configuration) -> PlainLoop:
    """Return the loop that trains a configuration's network: one without norms adds, the others divide."""
    network = configuration.network
    assert isinstance(network, Transformer)
    return PlainAddition(configuration) if network.norm == "none" else PlainDivision(configuration)


def train_plainly(configuration: Configuration, out: Path) -> Run:
    """Train a network the plain way, with evaluations, budget and stop rule of the engine; return the run.

    A run that was interrupted begins anew: a plain loop keeps no checkpoints.
    """
    sizes = {side: part_sizes(configuration.data)[side] for side in ("train", "test")}
    level, last = configuration.stop_test_accuracy, configuration.steps
    with Recorder(
        out,
        configuration=configuration.to_json(),
        sizes=sizes,
        classes=configuration.data.shape.classes,
        extra=new_settings(configuration, torch.device("cpu")),
    ) as recorder:
        if recorder.record["finished"]:
            return Run.load(out)
        recorder.rewind(-1)
        loop, due = loop_of(configuration), frozenset(evaluation_steps(configuration))
        recorder.log(0, **loop.correct())
        while loop.step < last:
            loop.advance()
            if loop.step in due:
                found = loop.correct()
                recorder.log(loop.step, **found)
                if level is not None and found["test_correct"] >= level * sizes["test"]:
                    break
    return Run.load(out)
