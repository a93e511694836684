"""Certified shapes of random models, held against the definition.

    python -m tests.analytic.shape_campaign --models 2000 --out results/shapes/campaign.json

It takes about 10 minutes. A contradiction is a wrong proof: the command then exits with 1.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from grokdd.analytic import shape
from grokdd.empirical.environment import environment

from .definition import contradictions
from .random_models import kind_of, random_model


@dataclass(frozen=True)
class Trial:
    """One random model: what `shape` said of it, how long that took, and what the definition has against it."""

    seed: int
    n: int
    kind: str
    verdict: str
    extrema: int
    seconds: float
    contradictions: tuple[str, ...]


def trial(seed: int) -> Trial:
    model = random_model(seed)
    begin = time.perf_counter()
    found = shape(model, levels=())
    seconds = time.perf_counter() - begin
    against = contradictions(model, found.extrema) if found.verdict == "proved" else []
    return Trial(seed, model.n, kind_of(seed), found.verdict, len(found.extrema), seconds, tuple(against))


def summary(trials: Iterable[Trial]) -> dict[str, Any]:
    done = sorted(trials, key=lambda one: one.seed)
    times: dict[int, list[float]] = defaultdict(list)
    for one in done:
        times[one.n].append(1e3 * one.seconds)
    return {
        "models": len(done),
        "kinds": Counter(one.kind for one in done),
        "extrema": dict(sorted(Counter(one.extrema for one in done).items())),
        "undecided": [one.seed for one in done if one.verdict != "proved"],
        "contradicted": {one.seed: one.contradictions for one in done if one.contradictions},
        "median_ms": {n: round(median(some), 1) for n, some in sorted(times.items())},
        "longest_ms": {n: round(max(some), 1) for n, some in sorted(times.items())},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Certified shapes of random models, held against the definition.")
    parser.add_argument("--models", type=int, default=2000, help="how many (2000)")
    parser.add_argument("--workers", type=int, default=1, help="processes, at most one a free core (1)")
    parser.add_argument("--out", type=Path, required=True, help="JSON file of the result")
    arguments = parser.parse_args()
    trials: list[Trial] = []
    with ProcessPoolExecutor(arguments.workers, mp_context=get_context("spawn")) as pool:
        for one in pool.map(trial, range(arguments.models), chunksize=4):
            trials.append(one)
            if len(trials) % 100 == 0:
                print(f"{len(trials)} of {arguments.models}", file=sys.stderr)
    result = summary(trials)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"environment": environment(), **result}, indent=2) + "\n")
    return 1 if result["contradicted"] else 0


if __name__ == "__main__":
    sys.exit(main())
