"""Derivatives in time and in every parameter, beside the accuracies alone."""

import numpy as np
import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred, SoftPreference, Table
from grokdd.simulate import curves, gradient

RULES = {
    "mean": lambda n: Mean(),
    "preferred": lambda n: Preferred(n - 1),
    "soft": lambda n: SoftPreference(range(1, n + 1)),
    "table": lambda n: Table(np.linspace(0, 1, 2**n)),
}


CASES = [(rule, n) for rule in RULES for n in (3, 8, 20) if n < 20 or rule in ("mean", "preferred")]


@pytest.mark.parametrize(("rule", "n"), CASES)
@pytest.mark.parametrize("what", ["curves", "gradient"])
def test_gradient(benchmark, what, rule, n):
    benchmark.group = f"{rule}: n={n}, T=300"
    columns = np.random.default_rng(n).random((n, 4)) * (1, 0.2, 200, 1)
    model = PatternModel([Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in columns.tolist()], RULES[rule](n))
    t = np.linspace(0.0, 300.0, 300)
    step = 1e-4
    found = gradient(model, t)
    difference = (curves(model, t + step).test - curves(model, t - step).test) / (2 * step)
    assert np.allclose(found.of_test["t"], difference, atol=1e-7)
    benchmark(curves if what == "curves" else gradient, model, t)
