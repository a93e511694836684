"""Random models with short exact parameters, for laws that are held against them."""

import random
from collections.abc import Sequence
from fractions import Fraction

from ..model import PatternModel
from ..pattern import Pattern
from ..rules import Mean, Preferred, Priority, Rule, SoftPreference, Table

TWENTIETHS = [Fraction(k, 20) for k in range(21)]
SPEEDS = [Fraction(k, 20) for k in (1, 2, 3, 5, 8, 13, 20)]


def share(rng: random.Random, low: int = 0, high: int = 20) -> Fraction:
    """Return a number of twentieths from low / 20 to high / 20."""
    return rng.choice(TWENTIETHS[low : high + 1])


def patterns(rng: random.Random, n: int, *, alpha: Fraction | None = None, gap: int = 60) -> list[Pattern]:
    """Return n patterns of positive gamma, at one speed or at several, with inflections up to n gaps."""
    return [
        Pattern(
            gamma=share(rng, 1),
            alpha=alpha or rng.choice(SPEEDS),
            b=Fraction(rng.randrange(4 * n * gap), 4),
            g=share(rng),
        )
        for _ in range(n)
    ]


def averaging_rule(rng: random.Random, n: int) -> Rule:
    """Return the mean, a preferred pattern, a priority order or a soft preference."""
    return rng.choice(
        [
            Mean(),
            Preferred(rng.randrange(n)),
            Priority(rng.sample(range(n), min(n, 2))),
            SoftPreference([rng.choice((1, 2, 3, 7)) for _ in range(n)]),
        ]
    )


def any_rule(rng: random.Random, n: int) -> Rule:
    """Return an averaging rule, or a table."""
    table = Table([rng.randrange(17) / 16 for _ in range(2**n)])  # sixteenths: exact as floats
    return rng.choice([averaging_rule(rng, n), table])


def with_chance(rng: random.Random, members: Sequence[Pattern], rule: Rule) -> PatternModel:
    """Return a model, with or without a chance level; a table holds its own."""
    return PatternModel(members, rule, None if isinstance(rule, Table) else rng.choice((0, Fraction(1, 10))))
