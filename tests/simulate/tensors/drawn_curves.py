"""What tests of curves on tensors share: random models, tolerances, and curves at given p."""

import math

import numpy as np
import torch

from grokdd.analytic import (
    Mean,
    Preferred,
    Priority,
)
from grokdd.simulate import curves_on_tensors
from grokdd.simulate.legendre import LARGEST_RULE

EPS = {torch.float64: 2.0**-52, torch.float32: 2.0**-23}
INF = math.inf
NAMES = ("t", "gamma", "alpha", "b", "g", "chance", "chance_train")


def rules(n):
    yield Mean()
    if n:
        yield Preferred(n - 1)
        yield Priority((n - 1, *range(n - 1)))
    if n > 2:
        yield Priority((n // 2, 0))


def tolerance(n, dtype=torch.float64):
    """Return the relative error for g >= 0 and given p, q: as in `test_quadrature`, since halving adds nothing."""
    return (2 * n + min((n + 1) // 2, LARGEST_RULE) + 10) * EPS[dtype]


def beside_kernels(n, dtype=torch.float64):
    """Return how far from a kernel: both err by `tolerance`, and each of n factors p or q is off by 4 units.

    x is the same, bit for bit; the exponentials are within two units of each other, and the three roundings that make p
    and q of them fall alike but for two.
    """
    return 2 * tolerance(n, dtype) + 4 * n * EPS[dtype]


def drawn(shape, seed=0):
    rng = np.random.default_rng(seed)
    gamma = np.where(rng.random(shape) < 0.3, rng.integers(0, 2, shape), rng.random(shape))
    return gamma, 10 ** rng.uniform(-2, 1, shape), rng.uniform(0, 100, shape), rng.random(shape)


def tensors(device, *arrays, dtype=torch.float64):
    return [torch.tensor(np.array(x), dtype=dtype, device=device, requires_grad=True) for x in arrays]


def numpy_of(x):
    return x.detach().cpu().numpy()


def at_the_end(device, p, g, dtype=torch.float64, **settings):
    """Return curves at t = inf, where p is gamma."""
    n = len(p)
    gamma, share = tensors(device, p, g, dtype=dtype)
    ones = torch.ones(n, dtype=dtype, device=device)
    return (
        gamma,
        share,
        curves_on_tensors(torch.full((1,), INF, dtype=dtype, device=device), gamma, ones, 0 * ones, share, **settings),
    )
