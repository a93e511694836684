"""Curves of many models of three patterns at 300 steps, beside one model at a time and beside writing them alone."""

from typing import Any

import numpy as np

from ..analytic import Pattern, PatternModel, Preferred
from ..simulate import curves, curves_of_many
from .case import Case, Prepared, agrees

STEPS = 300
MODELS = 10_000
PREFERRED = 2
TOLERANCE = 1e-11


def case(threads: int, models: int = MODELS) -> Case:
    """Return the case of the paper's three patterns, the last of them preferred."""

    def inputs() -> Any:
        rng = np.random.default_rng(3)
        shape = (models, 3)
        t = np.arange(float(STEPS))
        return t, (rng.random(shape), 10 ** rng.uniform(-2, 0, shape), rng.uniform(0, STEPS, shape), rng.random(shape))

    def together(shared: Any) -> Prepared:
        t, parameters = shared
        out = curves_of_many(t, *parameters, rule=Preferred(PREFERRED))

        def call() -> Any:
            return curves_of_many(t, *parameters, rule=Preferred(PREFERRED), threads=threads, out=out).test

        return Prepared(call, models, lambda test: agrees(_closed_form(shared), TOLERANCE)(test[0]))

    def one_by_one(shared: Any) -> Prepared:
        t, parameters = shared
        first = zip(*(column[0].tolist() for column in parameters), strict=True)
        model = PatternModel([Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in first], Preferred(PREFERRED))
        return Prepared(lambda: curves(model, t).test, 1, agrees(_closed_form(shared), TOLERANCE))

    def by_numpy(shared: Any) -> Prepared:
        return Prepared(lambda: _closed_form(shared), 1, agrees(one_by_one(shared).call(), TOLERANCE))

    def writing(_: Any) -> Prepared:
        out = np.empty((2, models, STEPS))

        def call() -> Any:
            out.fill(1.0)
            return out[0, 0, :1]

        return Prepared(call, models, agrees([1.0], 0.0))

    return Case(
        "curves of three patterns",
        3,
        "model",
        inputs,
        {"curves_of_many": together, "curves": one_by_one, "numpy, closed form": by_numpy},
        {"limit: writing the results": writing},
        size=f"{STEPS} steps",
        threads=threads,
    )


def _closed_form(shared: Any) -> Any:
    """Return the test accuracy of the first model as the paper's notebook computes it: the sum over sets, written out.

    [Davies2022], with plain exponentials; the train accuracy, which `curves` has too, is computed and left.
    """
    t, (gamma, alpha, b, g) = shared
    p = [gamma[0, k] / (1 + np.exp(-alpha[0, k] * (t - b[0, k]))) for k in range(3)]
    _ = 1 - (1 - p[0]) * (1 - p[1]) * (1 - p[2])
    others = g[0, 0] * p[0] * (1 - p[1]) + g[0, 1] * p[1] * (1 - p[0]) + (g[0, 0] + g[0, 1]) / 2 * p[0] * p[1]
    return g[0, 2] * p[2] + (1 - p[2]) * others
