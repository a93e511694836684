"""1/W as a short sum of exponentials, to the last digits, for all W in a wide range at once.

    1/W = sum_a weight_a exp(-W s_a) (1 + error),  |error| <= 2^-55  for  lightest <= W <= heaviest,

before nodes and weights are rounded to doubles, which is as much again or twice.

This is what turns a weighted mean over a set, sum_A w g / W_A, into sums of products (`soft_quadrature`): a relative
error in 1/W_A is one in the mean. The nodes depend on the range of W alone: about 19 + 4.5 log(heaviest/lightest).

1/W is the integral of e^x exp(-W e^x) over all x. The trapezoidal rule of step h has s = e^(k h) for its nodes and
h s for its weights; by Poisson's summation formula its relative error is at most 2 sum_{j > 0} |Gamma(1 + 2 pi i j/h)|,
whatever W is. Nodes beyond 46/lightest hold less than exp(-43) of the whole. Those below 8/heaviest never end; but
there exp(-W s) is so smooth that a Gauss rule of a few nodes sums them: the *block*, the same for every range when s
is measured in 1/heaviest, made once by `make_nodes.py`. `tests/simulate/test_exponential_sum.py` evaluates each of
these bounds in balls, and the sum as it stands in doubles.
"""

import math
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEP = Fraction(11, 50)
"""h: the trapezoidal rule is then off by less than 9e-19, and by 3e-17 in its derivative in W."""
BLOCK_END = 8
"""The block sums the nodes s < BLOCK_END/heaviest."""
BLOCK_NODES = 11
"""Gauss nodes of the block: it is off by less than 1e-19."""
FAR = 46.0
"""Nodes s > FAR/lightest are left out."""
TABLE = Path(__file__).parent / "nodes" / "exponential.npz"


@lru_cache(maxsize=1)
def _block() -> tuple[Array, Array]:
    with np.load(TABLE, allow_pickle=False) as table:
        return table["y"], table["weight"]


def exponential_sum(lightest: float, heaviest: float) -> tuple[Array, Array]:
    """Return nodes s and weights, each (m,): 1/W is the sum of weight exp(-W s) for lightest <= W <= heaviest.

    Each s and weight has a relative error of at most 6 roundings of 2^-53.
    """
    y, weight = _block()
    count = math.ceil((math.log(heaviest) - math.log(lightest) + math.log(FAR / BLOCK_END)) / STEP) + 1
    series = BLOCK_END * np.array([_exp(k * STEP) for k in range(count)])
    return np.concatenate([y, series]) / heaviest, np.concatenate([weight, float(STEP) * series]) / heaviest


def _exp(x: Fraction) -> float:
    """Return exp(x): x rounded to a double would be off by x 2^-53, and exp(x) relatively by as much."""
    high = float(x)
    return math.exp(high) * (1.0 + float(x - Fraction(high)))
