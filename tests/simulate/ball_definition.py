"""Curves and derivatives from the definition, in balls: what an exact model has at an exact time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isinf

from flint import arb, fmpq

from grokdd.analytic import Pattern, PatternModel, Table


def ball(number: float | Fraction) -> arb:
    exact = Fraction(number)
    return arb(fmpq(exact.numerator, exact.denominator))


@dataclass(frozen=True)
class Moved:
    """One pattern at one time: p, 1 - p, and what p moves by in gamma, alpha and t."""

    p: arb
    q: arb
    by_gamma: arb
    by_alpha: arb
    by_t: arb


def moved(pattern: Pattern, t: float) -> Moved:
    """Return the limits at infinite times, where nothing moves p but gamma."""
    gamma, rest_of_gamma, zero = ball(pattern.gamma), ball(1 - pattern.gamma), arb(0)
    if isinf(t) and pattern.alpha:
        s, rest = (arb(1), zero) if t > 0 else (zero, arb(1))
        return Moved(gamma * s, rest_of_gamma + gamma * rest, s, zero, zero)
    late = Fraction(0) if isinf(t) else Fraction(t) - pattern.b
    x = pattern.alpha * late
    e = (-abs(ball(x))).exp()
    s, rest = (1 / (1 + e), e / (1 + e))[:: 1 if x >= 0 else -1]
    bell = gamma * s * rest
    return Moved(gamma * s, rest_of_gamma + gamma * rest, s, bell * ball(late), bell * ball(pattern.alpha))


@lru_cache(maxsize=8)
def exact_table(model: PatternModel) -> tuple[Fraction, ...]:
    """Return G of all sets, by their masks."""
    sets = ([i for i in range(model.n) if mask >> i & 1] for mask in range(2**model.n))
    return tuple(model.generalization(members) for members in sets)


@lru_cache(maxsize=8)
def table(model: PatternModel) -> tuple[arb, ...]:
    return tuple(map(ball, exact_table(model)))


@lru_cache(maxsize=8)
def tables_by_p(model: PatternModel) -> tuple[tuple[arb, ...], ...]:
    """Return what each pattern adds to G of all sets of the others, subtracted before anything is rounded."""
    sets = exact_table(model)
    return tuple(
        tuple(ball(sets[mask | 1 << k] - sets[mask]) for mask in range(2**model.n) if not mask >> k & 1)
        for k in range(model.n)
    )


@lru_cache(maxsize=8)
def tables_by_g(model: PatternModel) -> tuple[tuple[arb, ...], ...]:
    """Return the derivative of G of all sets in each g_k: G for g_k = 1 and all others 0."""
    found = []
    for k in range(model.n):
        patterns = [Pattern(gamma=x.gamma, alpha=x.alpha, b=x.b, g=int(i == k)) for i, x in enumerate(model.patterns)]
        found.append(table(PatternModel(patterns, model.rule, chance=0)))
    return tuple(found)


def extension(values: Sequence[arb], chances: Sequence[tuple[arb, arb]]) -> arb:
    """Return the expectation of a set function, `chances` (n,) being p and 1 - p of each pattern."""
    for p, q in reversed(chances):
        half = len(values) // 2
        values = [q * low + p * high for low, high in zip(values[:half], values[half:], strict=True)]
    return values[0]


def without_each(chances: Sequence[tuple[arb, arb]]) -> list[list[tuple[arb, arb]]]:
    """Return the chances of all others, for each pattern."""
    return [[*chances[:k], *chances[k + 1 :]] for k in range(len(chances))]


@dataclass(frozen=True)
class Truth:
    """Accuracies and their derivatives at one time."""

    values: Mapping[str, arb]
    """ "train", "train_error" and "test"."""
    slopes: Mapping[str, Mapping[str, list[arb]]]
    """Those of "of_train" and "of_test", by the names of `grokdd.simulate.Gradient`."""


def by_definition(model: PatternModel, t: float) -> Truth:
    """Return what the definition says of a model at time t, at flint's precision of now."""
    moves = [moved(pattern, t) for pattern in model.patterns]
    chances = [(one.p, one.q) for one in moves]
    rest = ball(1 - model.chance_train)

    def error(known: Sequence[tuple[arb, arb]]) -> arb:
        none = rest
        for _, q in known:
            none *= q
        return none

    def through_p(slopes: Sequence[arb]) -> dict[str, list[arb]]:
        in_time = [slope * one.by_t for slope, one in zip(slopes, moves, strict=True)]
        return {
            "t": [sum(in_time, arb(0))],
            "gamma": [slope * one.by_gamma for slope, one in zip(slopes, moves, strict=True)],
            "alpha": [slope * one.by_alpha for slope, one in zip(slopes, moves, strict=True)],
            "b": [-one for one in in_time],
        }

    others = without_each(chances)
    of_test = through_p([extension(*both) for both in zip(tables_by_p(model), others, strict=True)])
    if not isinstance(model.rule, Table):
        of_test["g"] = [extension(values, chances) for values in tables_by_g(model)]
    train = ball(model.chance_train)
    for p, q in chances:  # not 1 - error, which would lose a tiny one
        train = p + q * train
    values = {"train": train, "train_error": error(chances), "test": extension(table(model), chances)}
    return Truth(values, {"of_train": through_p([error(one) for one in others]), "of_test": of_test})
