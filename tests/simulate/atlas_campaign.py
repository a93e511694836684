"""Kinds of random models by an atlas, held against the certified classification.

    python -m tests.simulate.atlas_campaign --models 3000 --out results/atlas/campaign.json

It takes about 5 minutes. Where both decide and differ, one of them is wrong: the command then exits with 1.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from grokdd.analytic import classify
from grokdd.empirical.environment import environment
from grokdd.simulate import atlas

from .atlas_models import random_case, source_of


@dataclass(frozen=True)
class Trial:
    """One random model: what an atlas and the certified classification say of it."""

    seed: int
    source: str
    kind: str | None
    """By the atlas; None where floats cannot tell."""
    doubt: tuple[str, ...]
    certified: str | None
    """By `classify`; None where it is undecided."""
    microseconds: float

    @property
    def contradicted(self) -> bool:
        return None not in (self.kind, self.certified) and self.kind != self.certified


def trial(seed: int) -> Trial:
    model, limits = random_case(seed)
    axes = {"gamma_0": [float(model.patterns[0].gamma)]}
    begin = time.perf_counter()
    found = atlas(model, axes, limits, threads=1)
    took = 1e6 * (time.perf_counter() - begin)
    certified = classify(model, limits)
    proved = certified.kind if certified.verdict == "proved" else None
    return Trial(seed, source_of(seed), found.kind(0), found.doubt(0), proved, took)


def summary(trials: Iterable[Trial]) -> dict[str, Any]:
    done = sorted(trials, key=lambda one: one.seed)
    open_ = [one for one in done if one.kind is None]
    return {
        "models": len(done),
        "sources": Counter(one.source for one in done),
        "kinds": Counter(one.certified for one in done if one.certified is not None),
        "contradicted": [one.seed for one in done if one.contradicted],
        "undecided": len(open_),
        "undecided_by_source": Counter(one.source for one in open_),
        "undecided_for": Counter(" and ".join(one.doubt) for one in open_),
        "undecided_seeds": [one.seed for one in open_],
        "certified_undecided": [one.seed for one in done if one.certified is None],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Kinds of random models by an atlas, held against `classify`.")
    parser.add_argument("--models", type=int, default=3000, help="how many (3000)")
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
