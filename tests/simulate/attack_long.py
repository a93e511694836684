"""The mean over many patterns in 60 digits: a polynomial in z, made by multiplying halves in whole numbers.

With L = prod_j (q_j + p_j z) and N = sum_i g_i p_i prod_{j != i} (q_j + p_j z), two sets of patterns have L L' and
N L' + N' L, and F is the integral of N over z in [0, 1] (docs/theory.md, 2.2). No nodes, no cut.

Coefficients are whole multiples of 2^-300, rounded down after each product. The coefficients of L add up to 1 and those
of N to at most n, so a product makes no error larger, but adds those of its factors (n times, for N) and its own: in
all less than n^2 2^-299, and log n times that in F, which is above 1e-6 here.
"""

import numpy as np
from flint import fmpz, fmpz_poly
from numpy.typing import NDArray

Array = NDArray[np.float64]

BITS = 300
KINDS = ("any", "1/n", "equal", "near 1", "many decades", "50 near 1")


def long_model(n: int, seed: int) -> tuple[str, Array, Array]:
    """Return a kind of model, p and g (n,): p such that 1 - p is a double too, or p below 2^-70."""
    rng = np.random.default_rng([n, seed])
    kind, g = KINDS[seed % len(KINDS)], rng.random(n)
    match kind:
        case "1/n":
            p = np.round(2.0**53 * 2 * rng.random(n) / n) / 2.0**53
        case "equal":
            p, g = np.full(n, rng.random()), np.full(n, rng.random())
        case "near 1":
            p = 1 - rng.integers(0, 2**20, n) / 2.0**53
        case "50 near 1":  # few enough for p u beyond 1/2, which takes other steps above 1000 patterns
            p = np.where(np.arange(n) % max(1, n // 50) == 0, 1 - rng.random(n) / 8, rng.random(n) / (4 * n))
            p = np.round(p * 2.0**53) / 2.0**53
        case "many decades":
            p = np.where(rng.random(n) < 0.5, 10 ** rng.uniform(-300, -22, n), rng.random(n))
        case _:
            p = rng.random(n)
    return kind, p, g


def fixed(number: float) -> int:
    above, below = number.as_integer_ratio()
    return (above << BITS) // below


def product(one: fmpz_poly, other: fmpz_poly) -> list[fmpz]:
    return [coefficient >> BITS for coefficient in (one * other).coeffs()]


def polynomials(p: list[int], g: list[int]) -> tuple[fmpz_poly, fmpz_poly]:
    """Return L and N of at least one pattern, p and g whole multiples of 2^-300."""
    n = len(p)
    if n == 1:
        return fmpz_poly([(1 << BITS) - p[0], p[0]]), fmpz_poly([g[0] * p[0] >> BITS])
    half = n // 2
    (one, gained), (other, also) = polynomials(p[:half], g[:half]), polynomials(p[half:], g[half:])
    return fmpz_poly(product(one, other)), fmpz_poly(product(gained, other)) + fmpz_poly(product(also, one))


def mean(p: Array, g: Array) -> tuple[int, int]:
    """Return F for chance 0, as a ratio."""
    _, total = polynomials([fixed(x) for x in p.tolist()], [fixed(x) for x in g.tolist()])
    return int(sum(((one << BITS) // (s + 1) for s, one in enumerate(total.coeffs())), fmpz(0))), 1 << 2 * BITS
