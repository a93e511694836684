"""Certified shapes of random models, held against the definition.

    python -m tests.analytic.shape_campaign --models 2000 --out results/shapes/campaign.json

It takes about 10 minutes. A contradiction is a wrong proof: the command then exits with 1.
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from grokdd.analytic import shape
from tests.campaign import command

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
    return command("Certified shapes of random models, held against the definition.", 2000, trial, summary)


if __name__ == "__main__":
    sys.exit(main())
