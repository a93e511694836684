"""Random models on which shapes are tried: equal speeds, double roots, duplicates, gamma 0, six decades of speed."""

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred, Priority, Rule, SoftPreference, Table

from .definition import acc_test, rational

KINDS = {"equal speeds": 25, "near a double root": 15, "duplicates": 10, "gamma of 0": 10, "six decades": 40}
"""Kinds of model, in percent."""


def kind_of(seed: int) -> str:
    """Return the kind of the model of a seed: 100 seeds in a row have them in the right shares."""
    at = seed * 37 % 100  # 37: each stretch of seeds has all kinds
    for kind, share in KINDS.items():
        if at < share:
            return kind
        at -= share
    raise AssertionError


def random_model(seed: int) -> PatternModel:
    """Return the model of a seed: n from 2 to 8, every rule in turn."""
    rng = random.Random(seed)
    n, kind = 2 + seed % 7, kind_of(seed)
    speeds = [10 ** rng.uniform(-3, 3) for _ in range(n)]
    if kind == "equal speeds":
        speeds = [speeds[0]] * n
    patterns = [Pattern(gamma=_share(rng), alpha=speed, b=rng.uniform(0, 100), g=_share(rng, 0, 1)) for speed in speeds]
    if kind == "duplicates":
        patterns[-1] = patterns[0]
    if kind == "gamma of 0":
        patterns[0] = replaced(patterns[0], gamma=0)
    model = with_rule(patterns, rng.randrange(5), rng)
    return near_a_double_root(model, rng) if kind == "near a double root" else model


def _share(rng: random.Random, *special: int) -> float:
    return rng.choice([1.0, rng.random(), rng.random(), *special])


def replaced(pattern: Pattern, **fields: Any) -> Pattern:
    """Return a pattern with other values of some fields."""
    kept: dict[str, Any] = {name: getattr(pattern, name) for name in ("gamma", "alpha", "b", "g")}
    return Pattern(**kept | fields)


def with_rule(patterns: list[Pattern], which: int, rng: random.Random) -> PatternModel:
    n = len(patterns)
    rules: list[Callable[[], Rule]] = [
        Mean,
        lambda: Preferred(rng.randrange(n)),
        lambda: Priority(rng.sample(range(n), 2)),
        lambda: SoftPreference([rng.uniform(0.2, 5) for _ in range(n)]),
        lambda: Table([rng.random() for _ in range(2**n)]),
    ]
    rule = rules[which]()
    return PatternModel(patterns, rule, chance=None if isinstance(rule, Table) else rng.choice([0, Fraction(1, 97)]))


# --- near a double root


def near_a_double_root(model: PatternModel, rng: random.Random) -> PatternModel:
    """Return the model with one gamma at which two extrema meet, but for a part in 1e12 to 1e6.

    acc_test' = A + gamma B for one gamma, so it is 0 at gamma = -A / B, a function of t; where that is extremal, two
    zeros of acc_test' meet. A model that has no such gamma in (0, 1) is drawn again, with another rule (under some none
    ever meet) and speeds that overlap.
    """
    while True:
        i = rng.randrange(model.n)
        meeting = _meeting(model, i)
        if meeting is not None:
            return with_gamma(model, i, meeting * (1 + Fraction(rng.choice((-1, 1)) * 10 ** rng.uniform(-12, -6))))
        patterns = [
            Pattern(gamma=rng.random(), alpha=10 ** rng.uniform(-1.5, 0), b=rng.uniform(0, 100), g=rng.random())
            for _ in range(model.n)
        ]
        model = with_rule(patterns, rng.randrange(5), rng)


def with_gamma(model: PatternModel, i: int, gamma: Fraction) -> PatternModel:
    patterns = list(model.patterns)
    patterns[i] = replaced(patterns[i], gamma=gamma)
    return PatternModel(patterns, model.rule, None if isinstance(model.rule, Table) else model.chance)


def _meeting(model: PatternModel, i: int) -> Fraction | None:
    """Return a gamma of pattern i at which two zeros of acc_test' meet, to 1e-18; None if none is seen in (0, 1)."""
    none, full = with_gamma(model, i, Fraction(0)), with_gamma(model, i, Fraction(1))
    times = float(model.patterns[i].b) + np.linspace(-12, 12, 400) / float(model.patterns[i].alpha)
    a = _float_slope(none, times)
    with np.errstate(divide="ignore", invalid="ignore"):
        gammas = -a / (_float_slope(full, times) - a)
    before, here, after = gammas[:-2], gammas[1:-1], gammas[2:]
    # Three of a kind, and not flat: a real extremum and no rounding.
    bend = (here - before) * (here - after)
    places = np.flatnonzero((here > 0.001) & (here < 0.999) & (bend > 1e-18))
    if not places.size:
        return None
    k = places[0]
    with ctx.workprec(240):
        return _extreme(
            none, full, Fraction(float(times[k])), Fraction(float(times[k + 2])), 1 if here[k] > before[k] else -1
        )


def _float_slope(model: PatternModel, times: np.ndarray) -> np.ndarray:
    """Return acc_test' at `times` in floats: the weights of all sets and their derivatives, pattern by pattern."""
    weights, changes = np.ones((1, times.size)), np.zeros((1, times.size))
    for x in model.patterns:
        share = 0.5 * (1 + np.tanh(0.5 * float(x.alpha) * (times - float(x.b))))
        p, slope = float(x.gamma) * share, float(x.gamma * x.alpha) * share * (1 - share)
        changes = np.concatenate([(1 - p) * changes - slope * weights, p * changes + slope * weights])
        weights = np.concatenate([(1 - p) * weights, p * weights])
    values = [model.generalization([i for i in range(model.n) if mask >> i & 1]) for mask in range(2**model.n)]
    return np.array([float(value) for value in values]) @ changes


def _extreme(none: PatternModel, full: PatternModel, low: Fraction, high: Fraction, way: int) -> Fraction | None:
    """Return the largest (way 1) or smallest gamma at which acc_test' is 0 somewhere between two times, by thirds."""

    def needed(t: Fraction) -> arb:
        a = _slope(none, t)
        return -a / (_slope(full, t) - a)

    for _ in range(60):  # a value is good to the square of (2/3)^60
        third = (high - low) / 3
        rises = way * (needed(high - third) - needed(low + third)) > 0
        low, high = (low + third, high) if rises else (low, high - third)
    value = needed((low + high) / 2)
    return Fraction(value.str(40, radius=False)) if value > 0.001 and value < 0.999 else None


def _slope(model: PatternModel, t: Fraction) -> arb:
    """Return acc_test' at `t`, from the definition, as a difference quotient good to 1e-40 of the fastest rate."""
    step = Fraction(1, 10**20) / max(pattern.alpha for pattern in model.patterns)
    return (acc_test(model, t + step) - acc_test(model, t - step)) / (2 * rational(step))
