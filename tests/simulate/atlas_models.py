"""Random models on which an atlas is tried: any rule, curves that may grok, ties, and models just beside a change."""

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from grokdd.analytic import (
    KindThresholds,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    Rule,
    SoftPreference,
    Table,
)
from grokdd.simulate import atlas
from tests.analytic.random_models import random_model

SOURCES = ("any", "staged", "staged", "tied", "beside a change")
"""Where the model of a seed comes from, in turn."""


def source_of(seed: int) -> str:
    return SOURCES[seed % len(SOURCES)]


def random_case(seed: int) -> tuple[PatternModel, KindThresholds]:
    """Return the model of a seed, the first pattern's gamma a double, and what counts as what."""
    rng = random.Random(seed)
    source = source_of(seed)
    if source == "any":
        model, limits = random_model(rng.randrange(10**6)), KindThresholds()
    elif source == "staged":
        model, limits = staged(rng), thresholds(rng)
    elif source == "tied":
        model, limits = tied(rng)
    else:
        limits = thresholds(rng)
        model = beside_a_change(staged(rng), limits, rng)
    return with_field(model, 0, gamma=Fraction(float(model.patterns[0].gamma))), limits


def with_field(model: PatternModel, i: int, **fields: Any) -> PatternModel:
    patterns = list(model.patterns)
    patterns[i] = replace(patterns[i], **fields)
    return PatternModel(
        patterns, model.rule, None if isinstance(model.rule, Table) else model.chance, model.chance_train
    )


def thresholds(rng: random.Random) -> KindThresholds:
    """Return the paper's reading, or another one."""
    if rng.random() < 0.5:
        return KindThresholds()
    return KindThresholds(
        eps=10 ** rng.uniform(-4, -0.5),
        delta=10 ** rng.uniform(-3, -0.3),
        tau=rng.choice([0, rng.uniform(0, 0.4)]),
        prominence=10 ** rng.uniform(-5, -0.5),
        ratio=rng.uniform(1, 5),
    )


def rule_of(n: int, rng: random.Random, g: list[float]) -> Rule:
    best = max(range(n), key=lambda i: g[i])
    rules: list[Callable[[], Rule]] = [
        Mean,
        lambda: Preferred(best),
        lambda: Preferred(best),
        lambda: Priority(rng.sample(range(n), rng.randint(1, n))),
        lambda: SoftPreference([10 ** rng.uniform(-2, 2) for _ in range(n)]),
        lambda: Table([rng.choice([0, 1, rng.random()]) for _ in range(2**n)]),
    ]
    return rng.choice(rules)()


def staged(rng: random.Random) -> PatternModel:
    """Return a model that learns in stages: a poor pattern soon, the best one late, others at any time."""
    n = rng.randint(1, 5)
    best = rng.choice([0.1, 1])  # of the patterns between: where none is of use, the curve may grok
    patterns = [
        Pattern(
            gamma=rng.choice([1, rng.random()]),
            alpha=10 ** rng.uniform(-2, 0),
            b=rng.uniform(0, 300),
            g=best * rng.random(),
        )
        for _ in range(n)
    ]
    patterns[0] = replace(patterns[0], gamma=rng.choice([1, 1, rng.random()]), b=Fraction(rng.uniform(0, 60)), g=0)
    patterns[-1] = replace(patterns[-1], gamma=rng.choice([1, 1, rng.random()]), g=rng.choice([1, 0.999]))
    rule = rule_of(n, rng, [float(pattern.g) for pattern in patterns])
    chance = None if isinstance(rule, Table) else rng.choice([0, Fraction(1, 97), Fraction(1, 2)])
    return PatternModel(patterns, rule, chance, rng.choice([0, Fraction(1, 97)]))


def tied(rng: random.Random) -> tuple[PatternModel, KindThresholds]:
    """Return a model of few different numbers, and thresholds of the same kind: much is equal to much else."""
    n = rng.randint(1, 4)
    share = [0, 0, Fraction(1, 2), 1, 1]
    patterns = [
        Pattern(
            gamma=rng.choice(share),
            alpha=rng.choice([0, Fraction(1, 10), Fraction(1, 10), 1]),
            b=rng.choice([0, 10, 50]),
            g=rng.choice(share),
        )
        for _ in range(n)
    ]
    rule = rule_of(n, rng, [float(pattern.g) for pattern in patterns])
    if isinstance(rule, Table):
        rule = Table([rng.choice(share) for _ in range(2**n)])
    chance = None if isinstance(rule, Table) else rng.choice([0, Fraction(1, 2)])
    limits = KindThresholds(
        eps=rng.choice([Fraction(1, 100), Fraction(1, 2)]),
        delta=rng.choice([Fraction(1, 100), Fraction(1, 2)]),
        tau=rng.choice([0, Fraction(1, 10), Fraction(1, 2)]),
        prominence=rng.choice([Fraction(2, 100), Fraction(1, 4), Fraction(1, 2)]),
        ratio=rng.choice([1, 3]),
    )
    return PatternModel(patterns, rule, chance, rng.choice([0, Fraction(1, 2)])), limits


def beside_a_change(model: PatternModel, limits: KindThresholds, rng: random.Random) -> PatternModel:
    """Return a model 1e-13 to 1e-4 of a parameter's range beside a change of what an atlas calls it.

    The parameter is halved towards the change; if there is none, it is the last value tried.
    """
    i, kind, low = rng.randrange(model.n), rng.choice(["gamma", "b", "alpha", "g"]), 0.0
    if isinstance(model.rule, Table) and kind == "g":
        kind = "gamma"
    high = {"gamma": 1.0, "g": 1.0, "b": 300.0, "alpha": 1.0}[kind]
    name, fewest = f"{kind}_{i}", high * 10 ** rng.uniform(-13, -4)

    def called(*values: float) -> list[int]:
        return atlas(model, {name: values}, limits, threads=1).kinds.tolist()

    grid = [low + (high - low) * k / 40 for k in range(41)]
    codes = called(*grid)
    changes = [k for k in range(40) if codes[k] != codes[k + 1]]
    if changes:
        k = rng.choice(changes)
        low, high, code = grid[k], grid[k + 1], codes[k]
        while high - low > fewest:
            middle = (low + high) / 2
            if called(middle) == [code]:
                low = middle
            else:
                high = middle
    return with_field(model, i, **{kind: Fraction(rng.choice([low, high]))})
