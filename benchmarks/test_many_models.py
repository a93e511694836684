"""Curves of many models at 300 even times, beside one model at a time and beside writing the results alone."""

import numpy as np
import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred
from grokdd.benchmarking import many_models_case
from grokdd.simulate import curves, curves_of_many

from .conftest import each_way

TIMES = np.arange(300.0)
MODELS = 10_000


@pytest.mark.parametrize(("case", "way"), each_way(*(many_models_case.case(threads) for threads in (1, 2))))
def test_three_patterns(timed, case, way):
    timed(case, way)


def parameters_of(models, n):
    rng = np.random.default_rng(n)
    shape = (models, n)
    return rng.random(shape), 10 ** rng.uniform(-2, 0, shape), rng.uniform(0, 300, shape), rng.random(shape)


@pytest.mark.parametrize("n", [3, 8])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rule", [Mean(), Preferred(2)], ids=["mean", "preferred"])
def test_other_rules_and_numbers(benchmark, rule, threads, n):
    benchmark.group = f"{MODELS} models of {n} patterns, T=300"
    parameters = parameters_of(MODELS, n)
    out = curves_of_many(TIMES, *parameters, rule=rule)
    own = PatternModel(
        [Pattern(gamma=x[0], alpha=x[1], b=x[2], g=x[3]) for x in zip(*(p[7] for p in parameters), strict=True)], rule
    )
    assert np.allclose(out.test[7], curves(own, TIMES).test, rtol=1e-12, atol=0)
    benchmark.extra_info["models a call"] = MODELS
    benchmark(curves_of_many, TIMES, *parameters, rule=rule, threads=threads, out=out)
