"""Curves of many models at 300 even times, beside one call of `curves` a model and beside writing the results alone."""

import numpy as np
import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred
from grokdd.simulate import curves, curves_of_many

TIMES = np.arange(300.0)
MODELS = 10_000


def case(models, n):
    rng = np.random.default_rng(n)
    shape = (models, n)
    return rng.random(shape), 10 ** rng.uniform(-2, 0, shape), rng.uniform(0, 300, shape), rng.random(shape)


@pytest.mark.parametrize("n", [3, 8])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rule", [Mean(), Preferred(2)], ids=["mean", "preferred"])
def test_ten_thousand_models(benchmark, rule, threads, n):
    benchmark.group = f"{MODELS} models of {n} patterns, T=300"
    parameters = case(MODELS, n)
    out = curves_of_many(TIMES, *parameters, rule=rule)
    own = PatternModel(
        [Pattern(gamma=x[0], alpha=x[1], b=x[2], g=x[3]) for x in zip(*(p[7] for p in parameters), strict=True)], rule
    )
    assert np.allclose(out.test[7], curves(own, TIMES).test, rtol=1e-12, atol=0)
    benchmark.extra_info["models a call"] = MODELS
    benchmark(curves_of_many, TIMES, *parameters, rule=rule, threads=threads, out=out)


def test_writing_the_results_alone(benchmark):
    benchmark.group = f"{MODELS} models of 3 patterns, T=300"
    out = np.empty((2, MODELS, TIMES.size))
    benchmark(out.fill, 1.0)
    assert (out == 1.0).all()


def test_one_model_by_curves(benchmark):
    benchmark.group = "1 model of 3 patterns, T=300"
    own = PatternModel([Pattern(gamma=0.5, alpha=0.1, b=b, g=0.5) for b in (10, 20, 30)], Preferred(2))
    benchmark(curves, own, TIMES)
