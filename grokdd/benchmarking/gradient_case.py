"""Derivatives in time and in every parameter, beside the accuracies alone."""

from typing import Any

import numpy as np

from ..analytic import Mean, Pattern, PatternModel, SoftPreference, Table
from ..simulate import curves, gradient
from .case import Case, Prepared, WrongValue, agrees

STEP = 1e-4
"""Of the difference that a derivative in time is compared with: off by STEP^2 times a third derivative below 1."""
OFF = 1e-7
VALUE, GRADIENT = "curves", "gradient"


def mean_rule(n: int, points: int = 2000) -> Case:
    """Return the case of the mean rule, by quadrature."""
    return _case("gradient, mean rule", n, points, lambda: Mean())


def soft(n: int, points: int = 2000) -> Case:
    """Return the case of a soft preference with weights within a factor of 100, by quadrature."""
    weights = (10 ** np.random.default_rng(n).uniform(-1, 1, n)).tolist()
    return _case("gradient, soft preference", n, points, lambda: SoftPreference(weights))


def table(n: int, points: int) -> Case:
    """Return the case of a table over 2**n sets."""
    return _case("gradient, table", n, points, lambda: Table(np.random.default_rng(n).random(2**n)))


def _case(topic: str, n: int, points: int, rule: Any) -> Case:
    def inputs() -> tuple[PatternModel, Any]:
        columns = np.random.default_rng(n).random((n, 4)) * (1, 0.2, 200, 1)
        patterns = [Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in columns.tolist()]
        return PatternModel(patterns, rule()), np.linspace(0.0, 300.0, points)

    def value(shared: Any) -> Prepared:
        model, t = shared
        return Prepared(lambda: curves(model, t).test, points, agrees(gradient(model, t[:4]).test, 1e-11))

    def derivatives(shared: Any) -> Prepared:
        model, t = shared

        def check(found: Any) -> None:
            expected = (curves(model, t + STEP).test - curves(model, t - STEP).test) / (2 * STEP)
            if not np.allclose(found.of_test["t"], expected, rtol=0, atol=OFF):
                raise WrongValue("the derivative in time is not that of the curve")

        return Prepared(lambda: gradient(model, t), points, check)

    ways = {VALUE: value, GRADIENT: derivatives}
    return Case(topic, n, "time point", inputs, ways, size=f"T={points}")
