"""Other people's ways to the mean rule's accuracy at one point: those of them that are installed.

    leaving one out     sum_i g_i p_i E[1 / (1 + number of the others that are right)]
    by a table          sum_A G(A) P(A), with all 2^n values of G made before

SciPy and NumPy are always there; `pip install '.[bench]'` brings the rest.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
OfCounts = Callable[[Array], Array]
"""From the probabilities of some patterns (k,) to those of 0 .. k of them being right (k + 1,)."""
Evaluate = Callable[[Array], float]
"""From one row of p (n,) to the accuracy."""


@dataclass(frozen=True)
class Other:
    """Somebody else's way."""

    name: str
    package: str
    """What it is imported as."""
    distribution: str
    """What it is installed as."""
    most: int
    """Patterns beyond which it takes too long, or too much memory, to be waited for."""
    prepare: Callable[[Array, Array], Evaluate]
    """From g (n,) and the table (2**n,) of the mean rule; the former kind leaves the table alone."""
    table: bool
    """Whether it needs the table."""

    @property
    def installed(self) -> bool:
        """Whether it can be imported."""
        return find_spec(self.package) is not None


def leaving_one_out(of_counts: OfCounts, g: Array) -> Evaluate:
    """Return sum_i g_i p_i E[1 / (1 + number of the others)] as a function of p, for at least two patterns."""
    n = g.size
    shares = 1.0 / np.arange(1, n + 1)
    return lambda p: sum(g[i] * p[i] * float(of_counts(np.delete(p, i)) @ shares) for i in range(n))


def _scipy(g: Array, _: Array) -> Evaluate:
    distribution = import_module("scipy.stats").poisson_binom
    counts = np.arange(g.size)
    return leaving_one_out(lambda p: distribution(p).pmf(counts), g)


def _fast_poibin(g: Array, _: Array) -> Evaluate:
    distribution = import_module("fast_poibin").PoiBin
    return leaving_one_out(lambda p: np.asarray(distribution(p).pmf), g)


def _operands(table: Array, p: Array) -> list[Any]:
    """Return a contraction of the table, one axis a pattern, the last pattern first, with each pattern's (q, p)."""
    n = p.size
    operands: list[Any] = [table.reshape((2,) * n), list(range(n))]
    for axis, right in enumerate(p[::-1]):
        operands += [np.array([1.0 - right, right]), [axis]]
    return [*operands, []]


def _numpy_einsum(_: Array, table: Array) -> Evaluate:
    return lambda p: float(np.einsum(*_operands(table, p), optimize="greedy"))


def _opt_einsum(_: Array, table: Array) -> Evaluate:
    contract = import_module("opt_einsum").contract
    return lambda p: float(contract(*_operands(table, p)))


def _pyfwht(_: Array, table: Array) -> Evaluate:
    """Return the sum of Walsh coefficients times products of 1 - 2 p; the transform is made anew for each point."""
    package = import_module("pyfwht")
    processor = package.Backend.CPU  # its own choice fails without a CUDA device

    def evaluate(p: Array) -> float:
        weights = np.ones(1)
        for right in p:
            weights = np.concatenate([weights, weights * (1.0 - 2.0 * right)])
        return float(package.fwht(table, backend=processor) @ weights) / table.size

    return evaluate


def _jax(_: Array, table: Array) -> Evaluate:
    """Return a fold of the table from the top pattern down, compiled by XLA."""
    # One thread, as the others; heeded if nobody has computed with jax before.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)

    @jax.jit
    def fold(values: Any, p: Any) -> Any:
        for k in range(p.shape[0] - 1, -1, -1):
            half = 1 << k
            values = values[:half] * (1.0 - p[k]) + values[half:] * p[k]
        return values[0]

    there = jax.device_put(table)
    return lambda p: float(fold(there, p))


def _shapiq(g: Array, table: Array) -> Evaluate:
    """Return the sum of Moebius coefficients times products of p; the coefficients are made before, once."""
    n = g.size
    bits = 1 << np.arange(n)
    game = import_module("shapiq").ExactComputer(lambda sets: table[np.asarray(sets, dtype=int) @ bits], n_players=n)
    coefficients = game("Moebius", n).dict_values
    return lambda p: float(sum(value * np.prod([p[i] for i in members]) for members, value in coefficients.items()))


OTHERS = (
    Other("scipy.stats.poisson_binom", "scipy", "scipy", 100, _scipy, table=False),
    Other("fast_poibin", "fast_poibin", "fast-poibin", 300, _fast_poibin, table=False),
    Other("numpy.einsum", "numpy", "numpy", 20, _numpy_einsum, table=True),
    Other("opt_einsum", "opt_einsum", "opt-einsum", 20, _opt_einsum, table=True),
    Other("jax fold", "jax", "jax", 24, _jax, table=True),
    Other("pyfwht", "pyfwht", "pyfwht", 24, _pyfwht, table=True),
    Other("shapiq Moebius", "shapiq", "shapiq", 12, _shapiq, table=True),
)


def installed_for(n: int) -> list[Other]:
    """Return the other ways that are installed and can be waited for with n patterns."""
    return [other for other in OTHERS if 2 <= n <= other.most and other.installed]
