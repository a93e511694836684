"""Plateaus of test accuracy, and what their heights say: descent, second ascent, double descent.

Order the patterns by inflection point and let the time scales separate: each pattern saturates before
the next one starts. Then acc_test climbs or falls from plateau to plateau. Plateau k is the value of
acc_test where the first k patterns stand at gamma and the others at 0 (`docs/theory.md`, section 3).
A pattern of alpha = 0 never moves: it stands at gamma / 2 on every plateau, and is none of the k.

The paper's types 1, 2, 3 are patterns 0, 1, 2 here, in order of inflection.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from .errors import InputError
from .exact import readable
from .model import PatternModel, demand_model
from .pattern import Pattern
from .symbols import alpha, c, g, gamma

Step = Literal["rises", "falls", "stays"]
"""What test accuracy does from one plateau to the next."""
_CHAINS: Mapping[str, tuple[Step, ...]] = {
    "descent": ("falls",),
    "second ascent": ("falls", "rises"),
    "double descent": ("rises", "falls", "rises"),
}
"""Which steps, in turn but perhaps with others between them, make what."""
_LACKS = {
    "descent": "no step falls",
    "second ascent": "no step rises after one that falls",
    "double descent": "it takes a step that rises, one that falls, and one that rises, in turn",
}

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
    """H2 < H1: the second step falls."""
    second_ascent: Boolean
    """H3 > H2: the third step rises."""
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
    """What the plateaus of one model say, exactly, for any number of patterns.

    H_k is the plateau after the first k patterns in order of inflection, and H_0 what is there before any of them. Of
    the paper's three types in their order the conditions of `symbolic_plateaus` speak of one step each: its `descent`
    is that the second step falls, its `second_ascent` that the third rises.
    """

    order: tuple[int, ...]
    """Indices of the patterns with alpha > 0, in order of inflection; equal inflections in order of index."""
    heights: tuple[Fraction, ...]
    """Test accuracy after the first k patterns of `order`, k = 0..len(order)."""
    steps: tuple[Step, ...]
    """What it does from each of these to the next: `steps[k]` is that of pattern `order[k]`."""
    descent: bool
    """Some step falls."""
    second_ascent: bool
    """Some step rises after one that falls."""
    double_descent: bool
    """Some step rises, a later one falls, and one after that rises: the test error falls, rises, falls."""
    separation: float | None
    """Least distance between neighbouring inflections, in units of 1/alpha of the slower; None below two in `order`.

    The conditions assume that it is large. Infinite where it lies beyond all floats.
    """
    text: str
    """The same in words, a line for each."""


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
    """Return the plateau heights of `model` and what they say of descent, second ascent and double descent.

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
    steps: tuple[Step, ...] = tuple(_step(one, other) for one, other in pairwise(heights))
    descent, second_ascent, double_descent = (_in_turn(steps, chain) for chain in _CHAINS.values())
    separation = _separation(model, order)
    return PlateauConditions(
        order=order,
        heights=heights,
        steps=steps,
        descent=bool(descent),
        second_ascent=bool(second_ascent),
        double_descent=bool(double_descent),
        separation=separation,
        text="\n".join(_lines(model.n, order, heights, steps, separation)),
    )


def _step(one: Fraction, other: Fraction) -> Step:
    return "rises" if other > one else "falls" if other < one else "stays"


def _in_turn(steps: Sequence[Step], chain: Sequence[Step]) -> list[int]:
    """Return which steps are those of a chain, each the first after the one before it; empty unless all are found."""
    found: list[int] = []
    for k, step in enumerate(steps):
        if len(found) < len(chain) and step == chain[len(found)]:
            found.append(k)
    return found if len(found) == len(chain) else []


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
    n: int, order: Sequence[int], heights: Sequence[Fraction], steps: Sequence[Step], separation: float | None
) -> Iterator[str]:
    if order:
        added = ", ".join(f"{'H1 adds' if k == 1 else f'H{k}'} p_{i}" for k, i in enumerate(order, start=1))
        yield f"patterns count from 0, plateaus from 1: H0 has none of them, {added}"
    yield ", ".join([f"H0 = {readable(heights[0])}", *map(_told, range(1, n + 1), heights[1:], steps)])
    for name, chain in _CHAINS.items():
        found = [f"H{k + 1} {steps[k]}" for k in _in_turn(steps, chain)]
        yield f"{name}: {'yes' if found else 'no'} ({', '.join(found) if found else _LACKS[name]})"
    if separation is not None:
        apart = f"here they are {separation:.3g} / alpha apart or more"
        yield f"assumed: each pattern saturates before the next begins; {apart}"
    if standing := [f"p_{i}" for i in range(n) if i not in order]:
        yield f"alpha = 0, so at gamma / 2 at all times and no step: {', '.join(standing)}"


def _told(k: int, height: Fraction, step: Step) -> str:
    return f"H{k} = {readable(height)} ({step})"
