"""Test accuracy under the mean rule at one time point: many at once, a call for each, and other people's ways."""

from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analytic import Mean, Pattern, PatternModel
from ..simulate import accuracies, curves, extension
from ..simulate.set_functions import rule_table
from .case import Case, Prepared, Way, agrees, of_test
from .others import Other, installed_for
from .witnesses import by_moments, in_balls

Array = NDArray[np.float64]

POINTS = 2000
"""Time points of a call where patterns are few."""
NUMBERS = 10**6
"""Points times patterns of a call at most."""
CHECKED = 2
"""Points whose value is compared with certified digits."""
COUNTED = 1000
"""Patterns up to which the witness counts; beyond, it sums moments."""
MOST_IN_A_TABLE = 24
CURVES, ONE_POINT, AGAIN, BY_TABLE = "curves", "curves, one point a call", "curves, the same model again", "extension"
TOLERANCE = 1e-12
"""Relative; the errors themselves are in `errors_found`."""


@dataclass(frozen=True)
class Inputs:
    """A model of random patterns, times, and what is known of it at the first of them."""

    parameters: tuple[Array, Array, Array, Array]
    """gamma, alpha, b and g, (n,) each."""
    t: Array
    p: Array
    """At the first times, (at most 2, n)."""
    expected: Array
    """Test accuracy at those, from a witness."""


def inputs_of(n: int, points: int = POINTS) -> Inputs:
    """Return a model of n patterns that are learned between 0 and 100, at times spread over 0 to 200, shuffled.

    Beyond 1000 patterns these are repeated, each time with other g: the witness takes those of equal p together.
    """
    rng = np.random.default_rng(n)
    own = min(n, COUNTED)
    gamma, alpha, b = (np.resize(scale * rng.random(own), n) for scale in (1.0, 0.1, 100.0))
    g = rng.random(n)
    t = rng.permutation(np.linspace(0.0, 200.0, POINTS))[: max(1, min(points, NUMBERS // n))]
    p = gamma / (1.0 + np.exp(-alpha * (t[:CHECKED, None] - b)))
    witness = in_balls if n <= COUNTED else by_moments
    expected = np.array([float(witness(row, g)) for row in p])
    return Inputs((gamma, alpha, b, g), t, p, expected)


def _model(inputs: Inputs) -> PatternModel:
    columns = (column.tolist() for column in inputs.parameters)
    return PatternModel([Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in zip(*columns, strict=True)], Mean())


def by_curves(inputs: Inputs) -> Prepared:
    """Compute all points in one call."""
    model = _model(inputs)
    check = of_test(agrees(inputs.expected, TOLERANCE))
    return Prepared(lambda: curves(model, inputs.t), inputs.t.size, check)


def one_point(inputs: Inputs) -> Prepared:
    """Compute one point in a call, of a model that was never asked: its numbers are converted."""
    model = _model(inputs)
    check = of_test(agrees(inputs.expected[:1], TOLERANCE))
    return Prepared(lambda: curves(copy(model), inputs.t[:1]), 1, check)


def one_point_again(inputs: Inputs) -> Prepared:
    """Compute one point in a call, of one and the same model."""
    model = _model(inputs)
    check = of_test(agrees(inputs.expected[:1], TOLERANCE))
    return Prepared(lambda: curves(model, inputs.t[:1]), 1, check)


def by_accuracies(inputs: Inputs) -> Prepared:
    """Compute all points in one call, without a record of a million patterns."""
    gamma, alpha, b, g = inputs.parameters
    check = agrees(inputs.expected, TOLERANCE)
    return Prepared(
        lambda: accuracies(inputs.t, gamma, alpha, b, g, rule=Mean(), chance=0, chance_train=0)[1], inputs.t.size, check
    )


def by_table(inputs: Inputs) -> Prepared:
    """Sum over all sets at one point, from their table."""
    table = rule_table(Mean(), inputs.parameters[3], 0.0)
    return Prepared(lambda: extension(table, inputs.p[:1]), 1, agrees(inputs.expected[:1], TOLERANCE))


def by_other(other: Other) -> Way:
    """Return somebody else's way, at one point."""

    def make(inputs: Inputs) -> Prepared:
        g = inputs.parameters[3]
        evaluate = other.prepare(g, rule_table(Mean(), g, 0.0) if other.table else np.empty(0))
        return Prepared(lambda: evaluate(inputs.p[0]), 1, agrees(inputs.expected[:1], TOLERANCE))

    return make


def case(n: int) -> Case:
    """Return the case of n patterns; beyond 1000 of them `accuracies` stands for `curves`."""
    at_once: dict[str, Way] = {CURVES: by_curves, ONE_POINT: one_point, AGAIN: one_point_again}
    ways = at_once if n <= 1000 else {"accuracies": by_accuracies}
    if n <= MOST_IN_A_TABLE:
        ways[BY_TABLE] = by_table
    ways |= {other.name: by_other(other) for other in installed_for(n)}
    return Case("mean rule", n, "time point", lambda: inputs_of(n), ways)


def growth(sizes: tuple[int, ...]) -> Case:
    """Return a case whose ways are numbers of patterns, at one point, to see whether time is linear in them."""

    def way(n: int) -> Way:
        def make(_: Any) -> Prepared:
            one = by_accuracies(inputs_of(n, points=1))
            return Prepared(one.call, n, one.check)

        return make

    ways = {f"n={n}": way(n) for n in sizes}
    return Case("mean rule, growth", max(sizes), "pattern", lambda: None, ways, size="one time point")
