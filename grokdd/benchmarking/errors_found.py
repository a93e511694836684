"""Relative errors of the mean rule's accuracy, by ours and other ways, against exact rationals and certified digits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analytic import Mean
from ..simulate import accuracies, extension
from ..simulate.set_functions import rule_table
from .others import Evaluate, installed_for
from .witnesses import by_moments, exactly, in_balls, relative_error

Array = NDArray[np.float64]

EXACT = 12
"""Patterns up to which the witness is an exact fraction."""
COUNTED = 1000
"""Patterns up to which it counts in balls; beyond, it sums moments."""
MOST_IN_A_TABLE = 20
QUADRATURE, BY_TABLE = "accuracies", "extension"
SEEDS = 3
"""Models of which the largest error is kept, where the witness takes no time."""

SPREADS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "p uniform": lambda n, rng: rng.random(n),
    "p = 1": lambda n, rng: np.ones(n),
    "p = 1/n": lambda n, rng: np.full(n, 1 / n),
}


@dataclass(frozen=True)
class Error:
    """The largest relative error of a way."""

    n: int
    spread: str
    """How p is spread over the patterns."""
    way: str
    witness: str
    models: int
    """Of how many random models."""
    relative: float

    def as_json(self) -> dict[str, Any]:
        """Return the error as JSON values."""
        return asdict(self)


def of_sizes(sizes: Sequence[int]) -> Iterator[Error]:
    """Yield the errors of all ways at each number of patterns, p uniform."""
    for n in sizes:
        yield from errors(n, "p uniform")


def errors(n: int, spread: str) -> Iterator[Error]:
    """Yield the error of each way that is installed and can be waited for, ours first."""
    witness, known = _witness(n)
    models = SEEDS if n <= COUNTED else 1
    worst: dict[str, float] = {}
    for seed in range(models):
        rng = np.random.default_rng(seed)
        p, g = SPREADS[spread](n, rng), rng.random(n)
        expected = known(p, g)
        for name, evaluate in _ways(n, g).items():
            worst[name] = max(worst.get(name, 0.0), relative_error(float(evaluate(p)), expected))
    for name, relative in worst.items():
        yield Error(n, spread, name, witness, models, relative)


def _witness(n: int) -> tuple[str, Callable[[Array, Array], Any]]:
    if n <= EXACT:
        return "exact rationals", exactly
    return ("60 digits, counting", in_balls) if n <= COUNTED else ("50 digits, moments", by_moments)


def _ways(n: int, g: Array) -> dict[str, Evaluate]:
    """Return all ways as functions of p, whose 1 - p each of them forms for itself."""
    table = rule_table(Mean(), g, 0.0) if n <= MOST_IN_A_TABLE else np.empty(0)
    found: dict[str, Evaluate] = {QUADRATURE: lambda p: _at_infinity(p, g)}
    if n <= MOST_IN_A_TABLE:
        found[BY_TABLE] = lambda p: float(extension(table, p[None])[0])
    others = (other for other in installed_for(n) if n <= MOST_IN_A_TABLE or not other.table)
    return found | {other.name: other.prepare(g, table) for other in others}


def _at_infinity(p: Array, g: Array) -> float:
    """Return the accuracy where everything is over, so that p is gamma to the last bit."""
    n = p.size
    _, test = accuracies([np.inf], p, np.ones(n), np.zeros(n), g, rule=Mean(), chance=0, chance_train=0)
    return float(test[0])
