"""Whatever a record allows can be derived from: long fractions, speeds and times at the ends of the floats."""

import math
import random
import sys
from collections.abc import Iterator
from fractions import Fraction

import pytest

from grokdd.analytic import (
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    Rule,
    SoftPreference,
    Table,
    plateau_conditions,
    plateau_heights,
    shape,
)

LARGEST = sys.float_info.max
SHARES = [0, 5e-324, 1e-300, Fraction(1, 10**1999), Fraction(1, 3), 0.5, 1 - Fraction(1, 10**1500), 1]
SPEEDS = [0, 5e-324, 1e-309, Fraction(1, 10**1999), 0.15, 30, 1e308, LARGEST]
TIMES = [0, 5e-324, Fraction(1, 10**1999), 50, 1e308, LARGEST]


def extreme_models(seed: int, count: int) -> Iterator[PatternModel]:
    rng = random.Random(seed)
    for _ in range(count):
        n = rng.randint(0, 4)
        patterns = [
            Pattern(gamma=rng.choice(SHARES), alpha=rng.choice(SPEEDS), b=rng.choice(TIMES), g=rng.choice(SHARES))
            for _ in range(n)
        ]
        rules: list[Rule] = [Mean(), SoftPreference([rng.choice([5e-324, 1, LARGEST]) for _ in range(n)])]
        rules += [Table([rng.choice([-LARGEST, 0, 5e-324, LARGEST]) for _ in range(2**n)])]
        rules += [Preferred(rng.randrange(n)), Priority(rng.sample(range(n), n))] if n else []
        rule = rng.choice(rules)
        chance = None if isinstance(rule, Table) else rng.choice(SHARES)
        yield PatternModel(patterns, rule, chance=chance, chance_train=rng.choice(SHARES))


def test_plateaus_and_conditions_of_extreme_models():
    for model in extreme_models(seed=1, count=200):
        got = plateau_conditions(model)
        assert got.heights == plateau_heights(model)
        assert len(got.heights) == len(got.order) + 1
        assert got.separation is None or 0 <= got.separation <= math.inf
        assert len(got.steps) == len(got.order)
        assert all(len(word) < 60 for word in got.text.split())


def look_at_shapes(seed: int, count: int):
    for model in extreme_models(seed, count):
        got = shape(model, levels=(Fraction(1, 10**1999), 0.5))
        times = [x.t for x in got.crossings]
        assert times == sorted(times)  # no NaN either, which is in no order
        assert [x.t for x in got.extrema] == sorted(x.t for x in got.extrema)
        assert all(math.isfinite(x.value) for x in got.extrema)


def test_shapes_of_extreme_models():
    look_at_shapes(seed=2, count=12)


@pytest.mark.slow
def test_shapes_of_many_extreme_models():
    look_at_shapes(seed=3, count=200)


def test_a_level_passed_beyond_all_floats_is_passed_at_infinity():
    # p = level where t = logit(level) / alpha: +-4.6e309 at 0.01 and 0.99.
    got = shape(PatternModel([Pattern(gamma=1, alpha=1e-309, b=0, g=1)]), levels=(0.01, 0.5, 0.99)).crossings
    assert [(x.level, x.t) for x in got if x.curve == "test"] == [(0.01, -math.inf), (0.5, 0), (0.99, math.inf)]


def test_a_separation_beyond_all_floats_is_infinite():
    pair = [Pattern(gamma=1, alpha=30, b=b, g=1) for b in (0, 1e308)]
    assert plateau_conditions(PatternModel(pair)).separation == math.inf


def test_long_fractions_are_told_as_decimals():
    # 1500 digits above and below; a third of a pattern and two more make heights of 4500 and more.
    third, long = 10**1500 // 3, 10**1500 + 1
    patterns = [Pattern(gamma=Fraction(third, long), alpha=1, b=b, g=Fraction(third + b, long)) for b in range(3)]
    _, told, *_ = plateau_conditions(PatternModel(patterns)).text.splitlines()
    # H1 = 1/9; H2 = 2/3 1/3 1/3 + 1/3 2/3 1/3 + 1/9 1/3 = 5/27; H3 = (1 - (2/3)^3) / 3 = 19/81
    h1, h2, h3 = (f"about 0.{digits}" for digits in ("111111111111111", "185185185185185", "234567901234568"))
    assert told == f"H0 = 0, H1 = {h1} (rises), H2 = {h2} (rises), H3 = {h3} (rises)"
