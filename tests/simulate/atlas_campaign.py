"""Kinds of random models by an atlas, held against the certified classification.

    python -m tests.simulate.atlas_campaign --models 3000 --out results/atlas/campaign.json

It takes about 5 minutes. Where both decide and differ, one of them is wrong: the command then exits with 1.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grokdd.analytic import classify
from grokdd.simulate import atlas
from tests.campaign import command

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
    return command("Kinds of random models by an atlas, held against `classify`.", 3000, trial, summary)


if __name__ == "__main__":
    sys.exit(main())
