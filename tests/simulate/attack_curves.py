"""Returned bounds against balls: random exact models, mild and hard, at times in all regimes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, nextafter
from typing import Any

import numpy as np
from flint import arb, ctx

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Priority, Rule, SoftPreference, Table
from grokdd.simulate import BoundedCurves, bounded_curves, bounded_gradient
from grokdd.simulate.legendre import LARGEST_RULE

from .ball_definition import ball, by_definition

BITS = 200
MILD, HARD = "mild", "hard"


@dataclass(frozen=True)
class Share:
    """One error over its bound."""

    of: str
    at: float
    share: float


def random_curves(seed: int) -> tuple[str, PatternModel, list[float]]:
    """Return how hard a model is, the model and times: every second one is mild."""
    rng = random.Random(seed)
    how = HARD if seed % 2 else MILD
    patterns = [_pattern(rng, how) for _ in range(rng.randrange(6))]
    rule = _rule(rng, len(patterns))
    chance = None if isinstance(rule, Table) else rng.choice((0, Fraction(1, 97), Fraction(rng.random())))
    model = PatternModel(patterns, rule, chance, chance_train=rng.choice((0, Fraction(1, 97), 1)))
    return how, model, _times(rng, model)


def _fraction(rng: random.Random) -> Fraction:
    return Fraction(rng.randrange(1001), 1000)


def _pattern(rng: random.Random, how: str) -> Pattern:
    if how == MILD:
        alpha, b = Fraction(rng.randrange(1, 3000), 10000), Fraction(rng.randrange(3000), 10)
        return Pattern(gamma=_fraction(rng), alpha=alpha, b=b, g=_fraction(rng))
    gamma: Any = rng.choice((0, 1, Fraction(1, 3), 1 - Fraction(1, 10**30), Fraction(1, 10**300), _fraction(rng)))
    alpha: Any = rng.choice((0, 10**4, 10**300, 10.0 ** rng.uniform(-5, 20), Fraction(rng.randrange(1, 100), 7)))
    b: Any = rng.choice((0, Fraction(1, 3), 1 + Fraction(1, 2**53) - Fraction(1, 2**70), 10 ** rng.uniform(-3, 9), 50))
    return Pattern(gamma=gamma, alpha=alpha, b=b, g=rng.choice((0, 1, _fraction(rng))))


def _rule(rng: random.Random, n: int) -> Rule:
    match rng.randrange(6):
        case 1 if n:
            return Preferred(rng.randrange(n))
        case 2 if n:
            return Priority(rng.sample(range(n), rng.randrange(1, n + 1)))
        case 3:
            return SoftPreference([10 ** rng.uniform(-3, 3) for _ in range(n)])
        case 4:
            return Table([rng.random() for _ in range(2**n)])
        case 5:
            return Table([rng.gauss(0, 1) for _ in range(2**n)])
        case _:
            return Mean()


def _times(rng: random.Random, model: PatternModel) -> list[float]:
    times = [rng.choice((inf, -inf, 1e308, -1e308, 0.0))]
    for one in rng.sample(model.patterns, min(2, model.n)):
        b, alpha = float(one.b), float(one.alpha) or 1.0
        reach = rng.choice((1.0, 40.0, 800.0))
        times += [b, nextafter(b, rng.choice((inf, -inf))), b + rng.uniform(-reach, reach) / alpha]
    return times


def shares(seed: int) -> Iterator[Share]:
    """Yield the errors of all curves and derivatives of one model over their bounds."""
    _, model, times = random_curves(seed)
    found, moved = bounded_curves(model, times), bounded_gradient(model, times)
    with ctx.workprec(BITS):
        for i, t in enumerate(times):
            truth = by_definition(model, t)
            for name, exact in truth.values.items():
                yield Share(name, t, over(getattr(found.curves, name)[i], getattr(found, name)[i], exact))
            for accuracy, slopes in truth.slopes.items():
                for name, exact in slopes.items():
                    got = np.atleast_1d(getattr(moved.gradient, accuracy)[name][i])
                    bounds = np.atleast_1d(getattr(moved, accuracy)[name][i])
                    for value, bound, one in zip(got.tolist(), bounds.tolist(), exact, strict=True):
                        yield Share(f"{accuracy} {name}", t, over(value, bound, one))
        if isinstance(model.rule, Mean | Preferred | Priority):
            nodes = 1 + seed % LARGEST_RULE
            few = bounded_curves(model, times, nodes=nodes)
            for i, t in enumerate(times):
                share = over(few.curves.test[i], few.test[i], by_definition(model, t).values["test"])
                yield Share("bracket", t, share)


def over(got: float, bound: float, exact: arb) -> float:
    """Return an error over its bound, from above; infinite where either is no number, or the bound is 0."""
    if not isfinite(got) or bound != bound:
        return inf
    off = abs(ball(got) - exact)
    if bound == inf or not off.upper() > 0:
        return 0.0
    return inf if bound == 0 else float((off / ball(bound)).upper())


def demand_is_kept(seed: int) -> bool:
    """Return whether a tolerance of half the largest relative bound raises, and one of twice it does not."""
    _, model, times = random_curves(seed)
    found = bounded_curves(model, times)
    relative = _relative(found)
    if not relative.size or not 0 < relative.max() < inf:
        return True
    least = float(relative.max())
    bounded_curves(model, times, tolerance=2 * least)
    try:
        bounded_curves(model, times, tolerance=least / 2)
    except InputError:
        return True
    return False


def _relative(found: BoundedCurves) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return found.test / np.abs(found.curves.test)
