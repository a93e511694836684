"""Plateaus of test accuracy, and what their heights say: descent, second ascent, double descent.

Order the patterns by inflection point and let the time scales separate: each pattern saturates before
the next one starts. Then acc_test climbs or falls from plateau to plateau. Plateau k is the value of
acc_test where the first k patterns stand at gamma and the others at 0 (`docs/theory.md`, section 3).
A pattern of alpha = 0 never moves: it stands at gamma / 2 on every plateau, and is none of the k.

The paper's types 1, 2, 3 are patterns 0, 1, 2 here, in order of inflection.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from .errors import InputError
from .exact import readable
from .model import PatternModel, demand_model
from .pattern import Pattern
from .symbols import alpha, c, g, gamma

LARGEST = 12
"""Patterns up to which plateau heights are computed: the last one is a sum over 2**n sets."""


@dataclass(frozen=True, kw_only=True)
class SymbolicPlateaus:
    """The three plateaus of the paper's three types, and the conditions on them, in its letters and `c`.

    Patterns 0 and 1 are under the mean rule, pattern 2 is preferred. Without chance level, set c to 0.
    """

    H1: sp.Expr
    """Plateau after pattern 0."""
    H2: sp.Expr
    """Plateau after patterns 0 and 1."""
    H3: sp.Expr
    """Plateau after all three."""
    descent: Boolean
    """H2 < H1."""
    second_ascent: Boolean
    """H3 > H2."""
    double_descent: Boolean
    """H1 > c, H2 < H1 and H3 > H2: the test error falls, rises, falls. At c = 0 the first follows from the second."""
    where: Boolean
    """Where the conditions hold as written; gamma = 0 leaves a plateau where it was, and alpha = 0 makes no plateau."""
    source: str


def symbolic_plateaus() -> SymbolicPlateaus:
    """Return the three plateaus and their conditions as SymPy expressions and relations.

    Printed as in `docs/theory.md`, section 3, with g - c in place of g and c added to the heights (the
    shift rule), so that they hold for every chance level c.

    Examples
    --------
    >>> symbolic_plateaus().descent.subs(c, 0)
    g_1*(2 - gamma_0) < g_0*gamma_0
    """
    first, second, third = (g(i) - c for i in range(3))
    above_1 = gamma(0) * first
    above_2 = (
        gamma(0) * (1 - gamma(1)) * first
        + gamma(1) * (1 - gamma(0)) * second
        + gamma(0) * gamma(1) * (first + second) / 2
    )
    above_3 = gamma(2) * third + (1 - gamma(2)) * above_2
    descent = sp.Lt(second * (2 - gamma(0)), gamma(0) * first)
    second_ascent = sp.Gt(third, above_2)
    return SymbolicPlateaus(
        H1=c + above_1,
        H2=c + above_2,
        H3=c + above_3,
        descent=descent,
        second_ascent=second_ascent,
        double_descent=cast(Boolean, sp.And(sp.Gt(above_1, 0), descent, second_ascent)),
        where=cast(Boolean, sp.And(*(sp.Gt(letter, 0) for letter in (gamma(1), gamma(2), *map(alpha, range(3)))))),
        source="docs/theory.md, section 3, after Davies et al. (2022), section 2.2",
    )


@dataclass(frozen=True, kw_only=True)
class PlateauConditions:
    """What the plateaus of one model say, exactly.

    The first three patterns in order of inflection stand for the paper's types 1, 2 and 3; where fewer
    than three have alpha > 0, the conditions are None.
    """

    order: tuple[int, ...]
    """Indices of the patterns with alpha > 0, in order of inflection; equal inflections in order of index."""
    heights: tuple[Fraction, ...]
    """Test accuracy after the first k patterns of `order`, k = 0..len(order)."""
    descent: bool | None
    """The second pattern lowers test accuracy: H2 < H1."""
    second_ascent: bool | None
    """The third pattern raises it again: H3 > H2."""
    double_descent: bool | None
    """The first raises it, the second lowers it, the third raises it."""
    separation: float | None
    """Least distance between neighbouring inflections, in units of 1/alpha of the slower; None below two in `order`.

    The conditions assume that it is large. Infinite where it lies beyond all floats.
    """
    text: str
    """The same in words, a few lines."""


def plateau_heights(model: PatternModel) -> tuple[Fraction, ...]:
    """Return test accuracy, exactly, after the first k patterns with alpha > 0 in order of inflection, from k = 0.

    Patterns with alpha = 0 stand at gamma / 2 on each of these plateaus and begin none.

    Parameters
    ----------
    model
        Any model of at most 12 patterns, under any rule.

    Raises
    ------
    InputError
        If there are more.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> [float(height) for height in plateau_heights(presets.double_descent())]
    [0.0, 0.7, 0.35, 0.48]
    """
    demand_model(model)
    if model.n > LARGEST:
        raise InputError(
            f"the model must have at most {LARGEST} patterns for plateau heights (2**n sets), got {model.n}"
        )
    order = _order(model)
    return tuple(_plateau(model, order[:k]) for k in range(len(order) + 1))


def plateau_conditions(model: PatternModel) -> PlateauConditions:
    """Return the plateau heights of `model` and what they say of descent and second ascent.

    Raises
    ------
    InputError
        If the model has more than 12 patterns.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> plateau_conditions(presets.double_descent()).double_descent
    True
    >>> plateau_conditions(presets.grokking()).descent
    False
    """
    heights, order = plateau_heights(model), _order(model)
    descent = second_ascent = double_descent = None
    if len(order) >= 3:
        descent, second_ascent = heights[2] < heights[1], heights[3] > heights[2]
        double_descent = heights[1] > heights[0] and descent and second_ascent
    separation = _separation(model, order)
    return PlateauConditions(
        order=order,
        heights=heights,
        descent=descent,
        second_ascent=second_ascent,
        double_descent=double_descent,
        separation=separation,
        text="\n".join(_lines(model.n, heights, descent, second_ascent, double_descent, separation)),
    )


def _order(model: PatternModel) -> tuple[int, ...]:
    moving = [i for i, pattern in enumerate(model.patterns) if not _stands(pattern)]
    return tuple(sorted(moving, key=lambda i: model.patterns[i].b))


def _stands(pattern: Pattern) -> bool:
    """Return whether p is gamma / 2 at all times; one of gamma = 0 and alpha > 0 counts as a step, of no height."""
    return pattern.alpha == 0


def _plateau(model: PatternModel, learned: Sequence[int]) -> Fraction:
    """Return acc_test with the patterns in `learned` at gamma, those that stand at gamma / 2 and the others at 0."""
    present = [i for i, pattern in enumerate(model.patterns) if i in learned or _stands(pattern)]
    values = [
        model.generalization([i for bit, i in enumerate(present) if mask >> bit & 1])
        for mask in range(2 ** len(present))
    ]
    for i in reversed(present):  # the highest bit is the last pattern: fold its half of the values onto the other
        half, pattern = len(values) // 2, model.patterns[i]
        share = pattern.gamma / 2 if _stands(pattern) else pattern.gamma
        values = [
            (1 - share) * without + share * with_ for without, with_ in zip(values[:half], values[half:], strict=True)
        ]
    return values[0]


def _separation(model: PatternModel, order: Sequence[int]) -> float | None:
    neighbours = [(model.patterns[i], model.patterns[j]) for i, j in pairwise(order)]
    least = min((min(a.alpha, b.alpha) * (b.b - a.b) for a, b in neighbours), default=None)
    try:
        return None if least is None else float(least)
    except OverflowError:
        return math.inf


def _lines(
    n: int,
    heights: Sequence[Fraction],
    descent: bool | None,
    second_ascent: bool | None,
    double_descent: bool | None,
    separation: float | None,
) -> list[str]:
    moving = len(heights) - 1
    standing = [f"alpha = 0: {n - moving} of {n} patterns stand at gamma / 2 at all times and are no step"]
    standing = standing if moving < n else []
    if descent is None:
        which = f"{moving} patterns" if moving == n else f"{moving} patterns with alpha > 0"
        return [f"{which}: descent and second ascent need three.", *standing]
    first, second, third = (readable(height) for height in heights[1:4])
    sign_1, sign_2 = ((">" if x > y else "<" if x < y else "=") for x, y in pairwise(heights[1:4]))
    start = readable(heights[0])
    why = "both, and" if double_descent else "it takes both, and"
    return [
        f"descent: {'yes' if descent else 'no'} (H1 = {first} {sign_1} H2 = {second})",
        f"second ascent: {'yes' if second_ascent else 'no'} (H2 = {second} {sign_2} H3 = {third})",
        f"double descent: {'yes' if double_descent else 'no'} ({why} H1 > {start})",
        f"assumed: each pattern saturates before the next begins; here they are {separation:.3g} / alpha apart or more",
        *standing,
    ]
