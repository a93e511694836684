"""The tour: the whole chain once, from the model's prediction over a trained network to the verdict on both."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from .empirical import Configuration, experiments
from .empirical.run_folder import RECORD
from .model_against_run import Comparison, answer, compare
from .model_against_run import as_json as comparison_json
from .output import Output
from .report import Findings, figure_2_derivations, write_report
from .training_run import train

T = TypeVar("T")
RUN, REPORT = "run", "report.html"


def tour_configuration(*, seed: int, steps: int | None) -> Configuration:
    """Return the tour's experiment; `steps` replaces its own budget."""
    return experiments.tour(seed, **({} if steps is None else {"steps": steps}))


def take_tour(configuration: Configuration, out: Path, *, device: str, output: Output, command: str) -> Path:
    """Derive, simulate, train, fit, judge, and write the report; return where it is.

    Parameters
    ----------
    configuration
        What to train.
    out
        Folder of the run and the report. A run in it is resumed, or used as it is if it is finished.
    device
        Where to train.
    output
        How to tell of it.
    command
        The command line, for the report.

    Raises
    ------
    InputError
        If `out` holds a run of another configuration.
    KeyboardInterrupt
        After Ctrl-C; the same call goes on.
    """
    clock = Stopwatch()
    output.say("1/4  asking the model: plateaus, conditions, curves of Figure 2")
    derivations = clock.time("derivation", figure_2_derivations)
    for derivation in derivations:
        output.say(f"     {derivation.name}: {len(derivation.shape.extrema)} extrema of test accuracy")
    output.say("2/4  training a transformer")
    trained = "training since it was last begun" if (out / RUN / RECORD).exists() else "training"
    run = clock.time(trained, lambda: train(configuration, out / RUN, device, output))
    output.say("3/4  fitting the model to the run")
    found = clock.time("fit", lambda: compare(run.path, seed=configuration.seed))
    output.say("4/4  writing the report")
    path = out / REPORT
    write_report(Findings(derivations, found, command, clock.seconds), path)
    output.answer((f"     {line}" for line in _told(found, path)), _json(found, path))
    return path


class Stopwatch:
    """Wall-clock seconds of named steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, name: str, step: Callable[[], T]) -> T:
        """Return what `step` returns, and keep how long it took."""
        started = time.monotonic()
        done = step()
        self.seconds[name] = time.monotonic() - started
        return done


def _told(found: Comparison, path: Path) -> tuple[str, ...]:
    seen = found.verdict.observed
    return f"run: {seen.kind}; {seen.reason}", f"model: {answer(found.verdict)}", f"report: {path}"


def _json(found: Comparison, path: Path) -> dict[str, Any]:
    seen = found.verdict.observed
    return comparison_json(found) | {"report": str(path), "kind": seen.kind, "reason": seen.reason}
