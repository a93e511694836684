"""The curves of a pattern model in time: `curves` for a model, `accuracies` for a fit that asks 10^5 times."""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from ..analytic.model import PatternModel, demand_model
from ..analytic.rules import Rule, Table
from ..analytic.training_curves import Curves
from .arrays import column, normalised, number
from .coverage import coverage
from .logistic import predictiveness
from .memory import require_memory
from .model_arrays import model_arrays
from .value_forms import ValueForm, value_of

Array = NDArray[np.float64]

AT_ONCE = 2**22
"""Times and patterns of one call of a kernel: a fraction of a second."""


def curves(model: PatternModel, t: ArrayLike, *, form: ValueForm | None = None) -> Curves:
    """Return the train and test accuracy of `model` at times `t`, and the predictiveness of each pattern.

    Parameters
    ----------
    model
        Any pattern model. Exact parameters are converted to float64 once in its life.
    t
        Times, shape (T,), in the model's own units, in any order; infinities are allowed and give the limits.
    form
        How test accuracy is computed: "quadrature", "counting", "enumeration", "fold" or "matrix" (`value_forms`). By
        default by quadrature, and for a `Table` as `form_for(n)` says. All agree to roundings.

    Returns
    -------
    Curves
        `t`, `train`, `test` and `train_error` (1 - train, without cancellation) of shape (T,), `patterns` (T, n).

    Raises
    ------
    InputError
        If a time is NaN, weights lie more than a factor of 2**1000 apart, or the rule does not have the form.
    MachineError
        If there is not enough memory.

    Notes
    -----
    Mean, preferred and priority rules take O(n**2) per time up to 56 patterns and O(n) beyond, soft preferences O(n)
    times the logarithm of how far their weights are apart, tables O(2**n). docs/theory.md, sections 1, 2 and 4,
    states the formulas and the errors. One thread computes, but for form="matrix", which tables of 13 patterns and more
    take by default: its last bits may depend on the machine and the number of threads of NumPy's linear algebra.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> c = curves(presets.double_descent(), [44, 98, 299])
    >>> c.test.round(4)
    array([0.5335, 0.351 , 0.4791])
    """
    demand_model(model)
    times = normalised("t", t, 1)
    require_memory(24 * times.size * model.n, f"p of {model.n} patterns at {times.size} times", "ask for fewer times")
    *moving, g = model_arrays(model)
    start, rest, chance = float(model.chance_train), float(1 - model.chance_train), float(model.chance)
    patterns, (train, error, test) = np.empty((times.size, model.n)), np.empty((3, times.size))
    for part in _parts(times.size, model.n):
        p, q = predictiveness(times[part], *moving)
        patterns[part] = p
        train[part], error[part] = coverage(p, q, start, rest)
        test[part] = value_of(p, q, g, model.rule, chance, form)
    if not isinstance(model.rule, Table):  # a mean of numbers up to 1 passes 1 by a rounding at most
        np.minimum(test, 1.0, out=test)
    return Curves(times, train, test, patterns=patterns, train_error=error)


def _parts(times: int, n: int) -> list[slice]:
    """Return parts of times, as long as each other: a kernel does not hear Ctrl-C."""
    count = max(1, -(-times * max(1, n) // AT_ONCE))
    ends = [times * i // count for i in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(ends)]


def accuracies(
    t: ArrayLike,
    gamma: ArrayLike,
    alpha: ArrayLike,
    b: ArrayLike,
    g: ArrayLike,
    *,
    rule: Rule,
    chance: float | None,
    chance_train: float,
) -> tuple[Array, Array]:
    """Return train and test accuracy, each (T,), straight from float parameters: the fast door, for fits.

    No model is built; only shapes and kinds are checked. Parameters outside their ranges give whatever the formulas
    give; NaN in, NaN out.

    Parameters
    ----------
    t
        Times, shape (T,).
    gamma, alpha, b, g
        Parameters of the patterns, each of shape (n,): see `grokdd.analytic.Pattern`.
    rule
        The generalization rule.
    chance
        G(empty). With a `Table`, whose first value is G(empty), None or that value.
    chance_train
        Accuracy on the training set before anything is learned.

    Raises
    ------
    InputError
        If the shapes disagree, `rule` is no rule or does not fit the number of patterns, or a chance is no number.

    Examples
    --------
    >>> from grokdd.analytic import Mean
    >>> train, test = accuracies([0, 50], [1, 1], [0.1, 0.1], [50, 50], [1, 0], rule=Mean(), chance=0, chance_train=0)
    >>> float(train[1]), float(test[1])
    (0.75, 0.375)
    """
    if not isinstance(rule, Rule):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise InputError(
            f"rule must be an object of Mean, Preferred, Priority, SoftPreference or Table, got {shown(rule)}; "
            "for the mean give Mean()"
        )
    start = number("chance_train", chance_train, "give 0 for none")
    times = normalised("t", t, 1)
    height = normalised("gamma", gamma, 1)
    n = height.shape[0]
    p, q = predictiveness(times, height, 1.0 - height, column("alpha", alpha, n), column("b", b, n))
    train, _ = coverage(p, q, start, 1.0 - start)
    if isinstance(rule, Table):
        if chance is not None and number("chance", chance, "give None with a Table") != rule.values[0]:
            raise InputError(
                f"chance must be None with a Table, whose values[0] is {rule.values[0]}, got {shown(chance)}"
            )
        empty = float(rule.values[0])
    else:
        empty = number("chance", chance, "give 0 for none, and None with a Table alone")
    return train, value_of(p, q, column("g", g, n), rule, empty)
