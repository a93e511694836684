"""How often intervals cover what was drawn, on runs of known models: the record in results/fits/coverage.json.

    python -m tests.empirical.fits.coverage_campaign --out results/fits/coverage.json

A run is a model of 2, 3 or 4 patterns in logarithmic time, under the mean or a preferred last pattern, counted on sets
of 4656 and 4656 examples at 150 steps. Its own number of patterns, rule and time axis are fitted. All is drawn from the
seed. An interval counts where the fit calls its parameter identified.
"""

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from grokdd.analytic import Curves, Mean, Pattern, PatternModel, Preferred
from grokdd.empirical.fits.arrangements import in_order
from grokdd.empirical.fits.fitting import fit
from grokdd.simulate import curves
from tests.campaign import command

STEPS = np.unique(np.concatenate([[0], np.geomspace(4, 10_000, 150).round()]))
SIZE = 4656
CHANCE = 1 / 97
LETTERS = ("gamma", "alpha", "b", "g")
MODELS = 500


@dataclass(frozen=True)
class Trial:
    """One run: its number of patterns and rule, and for each parameter whether it is identified and covered."""

    n: int
    rule: str
    letters: tuple[str, ...]
    identified: tuple[bool, ...]
    covered: tuple[bool, ...]


def trial(seed: int) -> Trial:
    """Draw a model and a run of it, fit it, and say what is covered."""
    rng = np.random.default_rng(seed)
    n = 2 + seed % 3
    rule = Mean() if seed // 3 % 2 else Preferred(n - 1)
    truth = in_order(
        rule,
        np.concatenate(
            [
                rng.uniform(0.3, 1, n),
                rng.uniform(math.log(2), math.log(8), n),
                rng.uniform(math.log(20), math.log(5000), n),
                rng.uniform(0, 1, n),
            ]
        ),
    )
    gamma, log_alpha, b, g = truth.reshape(4, n)
    patterns = [Pattern(gamma=gamma[k], alpha=math.exp(log_alpha[k]), b=b[k], g=g[k]) for k in range(n)]
    with np.errstate(divide="ignore"):
        exact = curves(PatternModel(patterns, rule, chance=CHANCE, chance_train=CHANCE), np.log(STEPS))
    counted = [rng.binomial(SIZE, np.clip(one, 0, 1)) / SIZE for one in (exact.train, exact.test)]
    run = Curves(STEPS, *counted, axis="steps", train_size=SIZE, test_size=SIZE)
    best = fit(run, n=n, rules=[rule], times=["log"], chance=CHANCE, seed=seed).best
    assert best.intervals is not None
    natural = np.concatenate([gamma, np.exp(log_alpha), b, g])
    return Trial(
        n,
        str(rule),
        tuple(letter for letter in LETTERS for _ in range(n)),
        tuple(one.identified for one in best.intervals),
        tuple(one.low <= value <= one.high for one, value in zip(best.intervals, natural, strict=True)),
    )


def summary(trials: Iterable[Trial]) -> dict[str, Any]:
    """Return the share of intervals that cover, of all and of those identified, by patterns, rule and letter."""
    known = list(trials)
    rows = {"all": known}
    rows |= {f"n={n}": [one for one in known if one.n == n] for n in (2, 3, 4)}
    rows |= {rule: [one for one in known if one.rule.startswith(rule)] for rule in ("Mean", "Preferred")}
    found = {name: _counted(of_it) for name, of_it in rows.items()}
    found |= {letter: _counted(known, letter) for letter in LETTERS}
    return {"runs": len(known), "intervals": found, "contradicted": 0}


def _counted(trials: Iterable[Trial], letter: str | None = None) -> dict[str, Any]:
    pairs = [
        (known, covered)
        for one in trials
        for name, known, covered in zip(one.letters, one.identified, one.covered, strict=True)
        if letter in (None, name)
    ]
    identified = [covered for known, covered in pairs if known]
    return {
        "parameters": len(pairs),
        "covered": round(float(np.mean([covered for _, covered in pairs])), 4) if pairs else None,
        "identified": len(identified),
        "identified covered": round(float(np.mean(identified)), 4) if identified else None,
    }


if __name__ == "__main__":
    sys.exit(command((__doc__ or "").splitlines()[0], MODELS, trial, summary))
