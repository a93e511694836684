"""Forms on tensors on a processor, beside the numba forms; for cards: `simulate/tensors/rates.py`."""

import numpy as np
import pytest
import torch

from grokdd.analytic import Mean, Pattern, PatternModel
from grokdd.simulate import curves_of_many, curves_on_tensors, extension, extension_on_tensors, gradient

TIMES = np.arange(300.0)


def case(models, n):
    rng = np.random.default_rng(n)
    shape = (models, n)
    return rng.random(shape), 10 ** rng.uniform(-2, 0, shape), rng.uniform(0, 300, shape), rng.random(shape)


def tensors(*arrays, moved=False, dtype=torch.float64):
    return [torch.tensor(x, dtype=dtype, requires_grad=moved) for x in arrays]


@pytest.mark.parametrize(("models", "n"), [(1000, 3), (300, 8), (100, 20), (20, 56)])
@pytest.mark.parametrize("form", ["numba", "tensors", "tensors, float32"])
def test_curves(benchmark, form, models, n):
    benchmark.group = f"{models} models of {n} patterns, T=300"
    parameters = case(models, n)
    expected = curves_of_many(TIMES, *parameters)
    if form == "numba":
        benchmark(curves_of_many, TIMES, *parameters, out=expected)
        return
    single = form != "tensors"
    given = tensors(TIMES, *parameters, dtype=torch.float32 if single else torch.float64)
    got = curves_on_tensors(*given).test.double().numpy()
    # float32 rounds alpha and b as well: x, up to 300, to 1e-4 of p where p is small
    assert np.allclose(got, expected.test, rtol=1e-3 if single else 1e-11, atol=1e-37)
    benchmark(curves_on_tensors, *given)


@pytest.mark.parametrize(("models", "n"), [(100, 3), (100, 8), (30, 20)])
@pytest.mark.parametrize("form", ["numba, model by model", "tensors"])
def test_derivatives_of_test_accuracy_summed_over_times(benchmark, form, models, n):
    benchmark.group = f"derivatives of {models} models of {n} patterns, T=300"
    parameters = case(models, n)
    given = tensors(*parameters, moved=True)
    names = ("gamma", "alpha", "b", "g")
    rows = [zip(*(x[i].tolist() for x in parameters), strict=True) for i in range(models)]
    own = [PatternModel([Pattern(**dict(zip(names, x, strict=True))) for x in row], Mean()) for row in rows]

    def by_tensors():
        return torch.autograd.grad(curves_on_tensors(TIMES, *given).test.sum(), given)

    def by_kernels():
        return [gradient(model, TIMES) for model in own]

    for name, got in zip(names, by_tensors(), strict=True):
        expected = np.array([found.of_test[name].sum(axis=0) for found in by_kernels()[:3]])
        assert np.allclose(got[:3].numpy(), expected, rtol=1e-9, atol=1e-9)
    benchmark(by_tensors if form == "tensors" else by_kernels)


@pytest.mark.parametrize(("n", "points"), [(12, 256), (16, 256), (20, 256)])
@pytest.mark.parametrize("form", ["NumPy", "tensors", "tensors, with derivatives in p"])
def test_tables(benchmark, form, n, points):
    benchmark.group = f"table on tensors: n={n}, T={points}"
    rng = np.random.default_rng(n)
    table, p = rng.random(2**n), rng.random((points, n))
    (values,), (rows,) = tensors(table), tensors(p, moved=form.endswith("in p"))
    expected = extension(table, p[:4], form="fold")
    assert np.allclose(extension_on_tensors(values, rows).detach().numpy()[:4], expected, rtol=1e-12, atol=0)
    if form == "NumPy":
        benchmark(extension, table, p, form="matrix")
    elif form == "tensors":
        benchmark(extension_on_tensors, values, rows)
    else:
        benchmark(lambda: torch.autograd.grad(extension_on_tensors(values, rows).sum(), rows))
