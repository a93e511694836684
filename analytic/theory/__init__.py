"""Theorems about the pattern model, each with the checks that a machine makes of it."""

from ..errors import InputError, shown
from . import (
    across_chance,
    below_chance,
    complete_preference,
    counting,
    ends,
    equal_speeds,
    grokking,
    grokking_curve,
    paths,
    plateaus,
    schedules,
    two_patterns,
)
from .record import Counterexample, Evidence, Law, Lemma, PolynomialIdentity, Theorem, Verification, verify

__all__ = [
    "Counterexample",
    "Evidence",
    "Law",
    "Lemma",
    "PolynomialIdentity",
    "Theorem",
    "Verification",
    "theorem",
    "theorems",
    "verify",
]


def theorems() -> tuple[Theorem, ...]:
    """Return all theorems, in the order of docs/theory.md, conjectures last."""
    return (
        plateaus.chance_level(),
        plateaus.heights(),
        plateaus.descent(),
        plateaus.second_ascent(),
        plateaus.double_descent(),
        plateaus.break_even(),
        grokking.delay(),
        grokking_curve.without_the_first(),
        below_chance.dip(),
        equal_speeds.finite_speed(),
        equal_speeds.peak(),
        equal_speeds.at_most(),
        schedules.monotone(),
        schedules.recovery(),
        complete_preference.complete_preference(),
        two_patterns.classification(),
        across_chance.across_chance(),
        counting.descents(),
        ends.parity(),
        paths.path(),
        counting.extrema_of_the_mean(),
    )


def theorem(name: str) -> Theorem:
    """Return the theorem of a name.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> theorem("descent").statement
    'H2 < H1 if and only if (g_1 - c)(2 - gamma_0) < gamma_0 (g_0 - c).'
    """
    known = {one.name: one for one in theorems()}
    if not isinstance(name, str) or name not in known:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"name must be one of {', '.join(known)}; got {shown(name)}")
    return known[name]
