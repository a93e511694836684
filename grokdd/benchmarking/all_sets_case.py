"""The sum over all sets, computed as they go by: how many of them a second."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from ..analytic import Mean, Preferred
from ..simulate import accuracies, sum_over_sets
from .case import Case, Prepared, agrees

MEAN, OF_A_USER = "mean rule", "rule of a user"
BEST = 0.9
"""Generalization where pattern 2 is in the set, under the user's rule."""


@numba.njit
def preferred_rule(mask: int, count: int, total: float) -> float:
    """Return G(A) as a user writes it: that of pattern 2 where it is in the set, else the mean."""
    return 0.9 if mask & 4 else (total / count if count else 0.0)


def case(n: int, threads: int) -> Case:
    """Return the case of n patterns; both rules are known in n steps too, by which the sums are checked."""

    def inputs() -> tuple[Any, Any]:
        rng = np.random.default_rng(n)
        p, g = rng.random((1, n)), rng.random(n)
        g[2] = BEST
        return p, g

    def known(shared: Any, rule: Mean | Preferred) -> Callable[[Any], None]:
        p, g = shared
        _, expected = accuracies([np.inf], p[0], np.ones(n), np.zeros(n), g, rule=rule, chance=0, chance_train=0)
        # sums of 2^11 / 4 or 2^11 and 2^(n - 11) numbers, each rounded: see `sum_over_sets`
        return agrees(expected, (3 * n + 2**11 + 2 ** max(0, n - 11)) * 2.0**-53)

    def mean(shared: Any) -> Prepared:
        p, g = shared
        return Prepared(lambda: sum_over_sets(p, g, threads=threads), 2**n, known(shared, Mean()))

    def of_a_user(shared: Any) -> Prepared:
        p, g = shared
        check = known(shared, Preferred(2))
        return Prepared(lambda: sum_over_sets(p, g, preferred_rule, threads=threads), 2**n, check)

    return Case("all sets, on the fly", n, "set", inputs, {MEAN: mean, OF_A_USER: of_a_user}, threads=threads)
