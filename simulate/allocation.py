"""The pattern model as it is told in Appendix A of [Davies2022]: examples, domains, and lots for the test set.

A pattern covers an example or not; the examples that it covers are its domain, and p_i(t) is the chance to be in it.
A training example is answered where some domain holds it. A test example is given to one of the patterns whose
domain holds it, by lot, except that a preferred pattern takes its own; given to pattern j it is answered rightly with
probability g_j. What no domain holds is guessed. Nothing here is summed over sets of patterns: agreement with
equation 2 is a check of both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from ..analytic.model import PatternModel, demand_model
from ..analytic.rules import Preferred, Priority, Rule, SoftPreference, Table
from ..analytic.training_curves import Curves
from .evaluate import curves
from .memory import require_memory
from .set_functions import scaled_weights

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

AT_ONCE = 1 << 14
"""Examples that are drawn at a time; what is drawn depends on it."""
MOST_EXAMPLES = 10**9
"""Of either set: standard errors are then below 2e-5, and nobody waits for more."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Curves of examples that were drawn, and by how much such curves scatter."""

    curves: Curves
    """Shares of right answers, with the sizes of both sets."""
    train_standard_error: Array
    """Standard error of each train accuracy, shape (T,), from the sample itself: 0 where it is 0 or 1."""
    test_standard_error: Array
    """The same for test accuracy."""


def sample(model: PatternModel, t: ArrayLike, *, train_size: int, test_size: int, rng: np.random.Generator) -> Sample:
    """Return train and test accuracy of a network that learns as the model says, on examples drawn at random.

    An example that a pattern covers once it covers from then on, and lots are drawn once: neighbouring times are as
    much alike as evaluations of one training run. Different times are therefore not independent.

    Parameters
    ----------
    model
        Any pattern model; the values of a `Table` must lie in [0, 1], since they are chances here.
    t
        Times, shape (T,), in the model's own units, in any order.
    train_size, test_size
        How many examples are drawn, at least 1 each.
    rng
        Where randomness comes from: `np.random.default_rng(seed)`.

    Raises
    ------
    InputError
        If a time is NaN, a size is no whole number in 1..10**9, `rng` is no Generator, or a table is not in [0, 1].

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> found = sample(presets.grokking(), [0, 100, 300], train_size=1000, test_size=1000, rng=np.random.default_rng(0))
    >>> found.curves.test.round(2), found.test_standard_error.round(3)
    (array([0.  , 0.01, 0.99]), array([0.   , 0.003, 0.003]))
    """
    demand_model(model)
    for name, size in (("train_size", train_size), ("test_size", test_size)):
        if isinstance(size, bool) or not isinstance(size, Integral) or not 1 <= size <= MOST_EXAMPLES:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(f"{name} must be a whole number in 1..{MOST_EXAMPLES}, got {shown(size)}")
    if not isinstance(rng, np.random.Generator):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"rng must be a NumPy Generator, got {shown(rng)}; write np.random.default_rng(seed)")
    needed = 6 * 8 * AT_ONCE * model.n
    require_memory(needed, f"a draw of {AT_ONCE} examples for {model.n} patterns", "take fewer patterns")
    of_model = curves(model, t)
    if isinstance(model.rule, Table) and not ((model.rule.values >= 0) & (model.rule.values <= 1)).all():
        raise InputError("rule must be a table of chances in [0, 1] to be drawn from, got other values")
    patterns = of_model.patterns
    assert patterns is not None
    train = sum(_train_answers(model, patterns, size, rng) for size in _parts(train_size)) / train_size
    test = sum(_test_answers(model, patterns, size, rng) for size in _parts(test_size)) / test_size
    drawn = Curves(of_model.t, train, test, patterns=patterns, train_size=train_size, test_size=test_size)
    return Sample(drawn, _standard_error(drawn.train, train_size), _standard_error(drawn.test, test_size))


def _parts(size: int) -> Iterator[int]:
    """Yield how many examples are drawn at a time."""
    for start in range(0, size, AT_ONCE):
        yield min(AT_ONCE, size - start)


def _standard_error(share: Array, size: int) -> Array:
    return np.sqrt(share * (1 - share) / size)


def _train_answers(model: PatternModel, patterns: Array, size: int, rng: np.random.Generator) -> Array:
    """Return how many of `size` training examples are right at each time, (T,)."""
    reached = rng.random((size, model.n))  # the example is in domain i from p_i > reached on
    guessed = rng.random(size) < float(model.chance_train)
    return np.array([np.count_nonzero((reached < p).any(axis=1) | guessed) for p in patterns], dtype=float)


def _test_answers(model: PatternModel, patterns: Array, size: int, rng: np.random.Generator) -> Array:
    """Return how many of `size` test examples are right at each time, (T,)."""
    reached = rng.random((size, model.n))
    lots = _lots(model.rule, size, model.n, rng)
    luck = rng.random((size, model.n + 1))
    chances = np.array([*(float(pattern.g) for pattern in model.patterns), float(model.chance)])
    right = luck < chances  # given to pattern j, or to none (the last column)
    counts = np.empty(len(patterns))
    for place, p in enumerate(patterns):
        covered = reached < p
        if isinstance(model.rule, Table):
            sets = covered @ (1 << np.arange(model.n))
            counts[place] = np.count_nonzero(luck[:, -1] < model.rule.values[sets])
        else:
            counts[place] = np.count_nonzero(right[np.arange(size), _given_to(covered, lots)])
    return counts


def _lots(rule: Rule, size: int, n: int, rng: np.random.Generator) -> Array:
    """Return a number for each example and pattern, (size, n): an example goes to the least of those that cover it.

    The least of exponential times is that of pattern j with probability w_j over the sum of all weights; times of a
    listed pattern are negative, so that it comes before all others, the first listed one before the next.
    """
    weights = scaled_weights(rule) if isinstance(rule, SoftPreference) else np.ones(n)
    lots = rng.standard_exponential((size, n)) / weights
    listed = (rule.pattern,) if isinstance(rule, Preferred) else rule.order if isinstance(rule, Priority) else ()
    for place, k in enumerate(listed):
        lots[:, k] = place - len(listed)
    return lots


def _given_to(covered: Flags, lots: Array) -> NDArray[np.intp]:
    """Return the pattern to which each example is given, (size,); n where none covers it."""
    n = covered.shape[1]
    if not n:
        return np.zeros(len(covered), dtype=np.intp)
    return np.where(covered.any(axis=1), np.where(covered, lots, np.inf).argmin(axis=1), n)
