"""The command of a campaign: trials of many seeds, in processes of their own, and their summary as a JSON record."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from grokdd.empirical.environment import environment

Trial = TypeVar("Trial")


def command(
    description: str, models: int, trial: Callable[[int], Trial], summary: Callable[[Iterable[Trial]], dict[str, Any]]
) -> int:
    """Try so many seeds, write the record, and return 1 if a trial is contradicted, else 0."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--models", type=int, default=models, help=f"how many ({models})")
    parser.add_argument("--workers", type=int, default=1, help="processes, at most one a free core (1)")
    parser.add_argument("--out", type=Path, required=True, help="JSON file of the result")
    arguments = parser.parse_args()
    made_with = environment()  # before the trials: a commit on the way is not what they ran on
    trials: list[Trial] = []
    with ProcessPoolExecutor(arguments.workers, mp_context=get_context("spawn")) as pool:
        for one in pool.map(trial, range(arguments.models), chunksize=4):
            trials.append(one)
            if len(trials) % 100 == 0:
                print(f"{len(trials)} of {arguments.models}", file=sys.stderr)
    result = summary(trials)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"environment": made_with, **result}, indent=2) + "\n")
    return 1 if result["contradicted"] else 0
