"""Test accuracy from p, in one of several forms: the fastest that the rule has, or the one that is asked for.

| form | rules | work a time |
| --- | --- | --- |
| quadrature | mean, preferred, priority; soft preference | at most 28 n; n times the nodes of an exponential sum |
| counting | the same, where weights are whole multiples of one number | n times the sum of the weights |
| enumeration, fold, matrix | all | 2^n, over a table of G (`table_forms`) |
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError, shown
from ..analytic.rules import Rule, SoftPreference, Table
from .counting import counted
from .quadrature import preference_accuracy
from .set_functions import rule_table
from .soft_quadrature import soft_accuracy
from .table_forms import Form, of_table

Array = NDArray[np.float64]
ValueForm = Literal["quadrature", "counting"] | Form

_NAMES = ("quadrature", "counting", *get_args(Form))


def value_of(p: Array, q: Array, g: Array, rule: Rule, chance: float, form: ValueForm | None = None) -> Array:
    """Return test accuracy (T,) from p and q = 1 - p (T, n) and g (n,), for normalised arrays."""
    if form is not None and (not isinstance(form, str) or form not in _NAMES):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"form must be one of {', '.join(_NAMES)}, got {shown(form)}")
    if isinstance(rule, Table):
        if form in ("quadrature", "counting"):
            raise InputError(f"form must be one of {', '.join(get_args(Form))} for a Table, got {shown(form)}")
        return of_table(rule_table(rule, g, chance), p, q, form)
    if form == "counting":
        return counted(p, q, g, rule, chance)
    if form not in (None, "quadrature"):
        return of_table(rule_table(rule, g, chance), p, q, form)
    if isinstance(rule, SoftPreference):
        return soft_accuracy(p, q, g, rule, chance)
    return preference_accuracy(p, q, g, rule, chance)
