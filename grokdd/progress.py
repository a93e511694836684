"""What a reader sees while a network trains: a live bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from .output import Output

if TYPE_CHECKING:
    from .empirical import Evaluation

SECONDS_BETWEEN_LINES = 5.0

Listener = Callable[["Evaluation"], None]


@contextmanager
def training_progress(output: Output) -> Iterator[Listener | None]:
    """Provide the function that hears of every evaluation, or None where nobody wants to.

    A live bar goes to the terminal on standard error; lines go to standard output, unless it is to hold JSON.
    """
    if output.quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as listener:
            yield listener
    elif output.json:
        yield None
    else:
        with lines_now_and_then(sys.stdout) as listener:
            yield listener


def told(evaluation: "Evaluation") -> str:
    """Return an evaluation as one line."""
    return (
        f"step {evaluation.step:>7}/{evaluation.total_steps}"
        f"  train {evaluation.train_accuracy:7.2%}  test {evaluation.test_accuracy:7.2%}"
        f"  loss {evaluation.train_loss:.3g} / {evaluation.test_loss:.3g}"
        f"  {evaluation.steps_per_second:.0f} steps/s"
    )


@contextmanager
def lines_now_and_then(stream: TextIO, clock: Callable[[], float] = time.monotonic) -> Iterator[Listener]:
    """Provide a listener that writes the first evaluation, the last one, and one every few seconds between."""
    due, untold = clock(), None

    def listener(evaluation: "Evaluation") -> None:
        nonlocal due, untold
        if clock() < due:
            untold = evaluation
            return
        print(told(evaluation), file=stream, flush=True)
        due, untold = clock() + SECONDS_BETWEEN_LINES, None

    try:
        yield listener
    finally:
        if untold is not None:
            print(told(untold), file=stream, flush=True)


@contextmanager
def _bar() -> Iterator[Listener]:
    # rich: loaded only where there is a terminal to draw on.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
        BarColumn(bar_width=None),
        TextColumn("train {task.fields[train]:.1%}  test {task.fields[test]:.1%}"),
        TextColumn("{task.fields[rate]:.0f} steps/s"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1, train=0.0, test=0.0, rate=0.0)

        def listener(evaluation: "Evaluation") -> None:
            bar.update(
                task,
                completed=evaluation.step,
                total=evaluation.total_steps,
                train=evaluation.train_accuracy,
                test=evaluation.test_accuracy,
                rate=evaluation.steps_per_second,
            )

        yield listener
