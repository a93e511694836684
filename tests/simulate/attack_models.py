"""Random sums over sets, hostile to floating point, each made by its number of patterns and its seed.

Every p is right / (right + wrong), over a power of 2, and stands in a kernel as two doubles, p and q = 1 - p. Both are
exact, or one of them is below 2^-70 and the other, rounded to 1, off by as little: 2^-17 of a rounding.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from grokdd.analytic import Mean, Preferred, Priority, Rule, SoftPreference, Table

from .exact_values import Sum

Array = NDArray[np.float64]

FULL = 2**53
SHORT = 2**8


@dataclass(frozen=True)
class Attack:
    """One sum over sets, in whole numbers and as the arrays that kernels take."""

    n: int
    seed: int
    kind: str
    sum: Sum
    p: Array
    """(1, n)."""
    q: Array
    """(1, n)."""
    g: Array
    """(n,)."""
    chance: float

    @property
    def rule(self) -> Rule:
        return self.sum.rule

    @property
    def known_by_p(self) -> bool:
        """Whether q is 1 - p in doubles too."""
        return bool(np.array_equal(self.q, 1 - self.p))


def attack(n: int, seed: int) -> Attack:
    """Return the attack of a seed: every rule and kind in turn."""
    rng = random.Random(1000 * seed + n)
    kind = KINDS[seed % len(KINDS)]
    right, wrong = zip(*_chances(rng, n, kind), strict=True) if n else ((), ())
    g = _generalizations(rng, n, kind)
    rule = _rule(rng, n, kind)
    chance = 0 if rng.random() < 0.5 else rng.randrange(FULL + 1)
    if isinstance(rule, Table):
        chance = int(rule.values[0] * FULL)
    return Attack(
        n,
        seed,
        kind,
        Sum(right, wrong, g, chance, FULL, rule),
        np.array([[a / (a + b) for a, b in zip(right, wrong, strict=True)]]).reshape(1, n),
        np.array([[b / (a + b) for a, b in zip(right, wrong, strict=True)]]).reshape(1, n),
        np.array([one / FULL for one in g]),
        chance / FULL,
    )


KINDS = ("any", "edges", "any", "equal", "edges", "short")
"""Any p; p at and near 0 and 1; the same p, g and weight for all, whose roundings all go one way; few digits."""


def _chances(rng: random.Random, n: int, kind: str) -> list[tuple[int, int]]:
    match kind:
        case "any":
            return [_of(rng.randrange(FULL + 1), FULL) for _ in range(n)]
        case "edges":
            return [rng.choice(_EDGES)(rng) for _ in range(n)]
        case "equal":
            half = (1, 1)  # all sets are then equally likely, and a sum of equal terms drifts as far as it can
            return [rng.choice((half, half, _of(rng.randrange(FULL + 1), FULL), rng.choice(_EDGES)(rng)))] * n
        case _:
            return [_of(rng.randrange(SHORT + 1), SHORT) for _ in range(n)]


def _of(right: int, unit: int) -> tuple[int, int]:
    return right, unit - right


def _tiny(rng: random.Random) -> tuple[int, int]:
    """Return a p below 2^-70, down to the smallest double."""
    digits = rng.choice((1, 10, 53))
    exponent = rng.choice((rng.randrange(123, 1000), rng.randrange(1000, 1075)))
    return _of(rng.randrange(1, 2**digits), 2**exponent)


def _other(one: tuple[int, int]) -> tuple[int, int]:
    return one[1], one[0]


_EDGES: tuple[Callable[[random.Random], tuple[int, int]], ...] = (
    lambda rng: (0, 1),
    lambda rng: (1, 0),
    _tiny,
    lambda rng: _other(_tiny(rng)),
    lambda rng: _of(rng.randrange(1, 2**20), FULL),
    lambda rng: _other(_of(rng.randrange(1, 2**20), FULL)),
    lambda rng: (1, 1),
    lambda rng: _of(rng.randrange(FULL + 1), FULL),
)


def _generalizations(rng: random.Random, n: int, kind: str) -> tuple[int, ...]:
    if kind == "equal":
        return (rng.randrange(FULL + 1),) * n
    coarse = rng.random() < 0.3
    return tuple(rng.choice((0, FULL)) if coarse or rng.random() < 0.2 else rng.randrange(FULL + 1) for _ in range(n))


def _rule(rng: random.Random, n: int, kind: str) -> Rule:
    match rng.randrange(5):
        case 1 if n:
            return Preferred(rng.randrange(n))
        case 2 if n:
            return Priority(rng.sample(range(n), rng.randrange(1, n + 1)))
        case 3:
            return SoftPreference(_weights(rng, n, kind))
        case 4:
            return Table(_table(rng, n, kind))
        case _:
            return Mean()


def _weights(rng: random.Random, n: int, kind: str) -> list[Fraction]:
    if kind == "equal":
        return [Fraction(1)] * n
    match rng.randrange(3):
        case 0:
            return [Fraction(rng.randrange(1, 10)) for _ in range(n)]
        case 1:  # six decades
            return [Fraction(10 ** rng.uniform(-3, 3)).limit_denominator(10**5) for _ in range(n)]
        case _:
            step = rng.choice((25, 990 // max(1, n)) if rng.random() < 0.2 else (1, 10))
            weights = [Fraction(2) ** (step * j) for j in range(n)]
            rng.shuffle(weights)
            return weights


def _table(rng: random.Random, n: int, kind: str) -> Array:
    if kind == "equal":
        return np.full(2**n, rng.random())
    values = np.random.default_rng(rng.randrange(2**32)).random(2**n)  # multiples of 2^-53
    return np.where(values < 0.1, 0.0, values)
