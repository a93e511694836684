"""Derivatives of the open forms in closed form: in p, g, gamma, alpha and b of one pattern, and in time, twice.

Two facts give them all. Every form is affine in each p_r and g_r, so that its slope there is the difference of its
values at 1 and at 0. And p' = alpha gamma s (1 - s), p'' = alpha p' (1 - 2 s), s the logistic: unlike the textbook's
alpha p (1 - p / gamma), this is no 0/0 at gamma = 0.
"""

from typing import Any

import sympy as sp

from ..errors import InputError, demand
from ..symbols import c, t, z
from .accuracy import THINNED
from .closed_form import ClosedForm, open_form
from .indexed import (
    alpha,
    b,
    g,
    gamma,
    i,
    j,
    letters,
    logistic,
    n,
    over_others,
    over_patterns,
    p,
    put,
    r,
    timed,
)

_OTHER = sp.Symbol("l", integer=True, nonnegative=True)
"""The second pattern of a second derivative."""


def derivatives(form: ClosedForm) -> tuple[ClosedForm, ...]:
    """Return the derivatives of an open form: in p, g, gamma, alpha and b of pattern r, and two in time.

    Parameters
    ----------
    form
        One of `closed_forms()`, in p[i].

    Returns
    -------
    forms
        Named after `form`, with `_by_p`, `_by_g` (where there is a g), `_by_gamma`, `_by_alpha`, `_by_b`,
        `_rate` and `_acceleration` added. The first two are in p[i], the others in gamma[i], alpha[i],
        b[i] and t.

    Raises
    ------
    InputError
        If the form does not leave n open, or is not in p[i].

    Examples
    --------
    >>> from grokdd.analytic import closed_forms
    >>> by_p = derivatives(closed_forms()[0])[0]
    >>> by_p.name, by_p.instance(2, r=0)
    ('train_by_p', (1 - c_train)*(1 - p_1))
    """
    demand_open(form)
    return (*_in_one_letter(form), *_in_the_curve(form), *_in_time(form))


def demand_open(form: ClosedForm) -> None:
    """Raise InputError unless `form` is an open form in p[i], and no derivative yet."""
    demand("form", form, ClosedForm, "one of closed_forms()")
    if n not in form.variables or p not in form.variables or r in form.variables:
        raise InputError(f"form must be one of closed_forms(), which leave n open, got {form.name}")


def rest_of_conditions(form: ClosedForm, *more: Any) -> Any:
    """Return what the form demands besides p[i] <= 1, and more."""
    own = [condition for condition in sp.And.make_args(form.where) if p not in letters(condition)]
    return sp.And(*own, *more)


def slope(expr: sp.Expr, base: sp.IndexedBase, index: sp.Expr) -> sp.Expr:
    """Return the derivative of `expr`, which is affine in base[index], by it: its value at 1 less that at 0."""
    return put(expr, base, index, 1) - put(expr, base, index, 0)


def _in_one_letter(form: ClosedForm) -> list[ClosedForm]:
    found = [
        open_form(
            f"{form.name}_by_p",
            f"derivative by p_r of {form.title}",
            slope(form.value, p, r),
            "docs/theory.md, section 2.7",
            "What test accuracy, or train accuracy, gains if pattern r is right always instead of never.",
            where=rest_of_conditions(form, r < n),
        )
    ]
    if g in form.variables:
        found.append(
            open_form(
                f"{form.name}_by_g",
                f"derivative by g_r of {form.title}",
                slope(form.value, g, r),
                "docs/theory.md, section 2.7",
                "The share of test examples that is left to pattern r; where patterns share one, its part of it.",
                where=rest_of_conditions(form, r < n),
            )
        )
    return found


def _in_the_curve(form: ClosedForm) -> list[ClosedForm]:
    by_p = timed(slope(form.value, p, r))
    rise = gamma[r] * logistic(r) * (1 - logistic(r))
    inner = {
        "gamma": (logistic(r), "s_r"),
        "alpha": ((t - b[r]) * rise, "(t - b_r) gamma_r s_r (1 - s_r)"),
        "b": (-alpha[r] * rise, "-alpha_r gamma_r s_r (1 - s_r)"),
    }
    return [
        open_form(
            f"{form.name}_by_{name}",
            f"derivative by {name}_r of {form.title}",
            by_p * factor,
            "docs/theory.md, sections 1.1 and 2.7",
            f"The chain rule: the derivative by p_r, times that of p_r by {name}_r, which is {written}.",
            where=rest_of_conditions(form, r < n),
            in_time=True,
        )
        for name, (factor, written) in inner.items()
    ]


def _in_time(form: ClosedForm) -> list[ClosedForm]:
    by_p = slope(form.value, p, r)
    by_both = slope(by_p, p, _OTHER)  # 0 where both are the same pattern, as it must be
    turning = over_patterns(timed(by_both) * _velocity(_OTHER), _OTHER) * _velocity(r)
    bending = timed(by_p) * alpha[r] * _velocity(r) * (1 - 2 * logistic(r))
    return [
        open_form(
            f"{form.name}_rate",
            f"first time derivative of {form.title}",
            over_patterns(timed(by_p) * _velocity(r), r),
            "docs/theory.md, sections 1.1 and 2.7",
            "The chain rule, with p' = alpha gamma s (1 - s).",
            where=rest_of_conditions(form),
            in_time=True,
        ),
        open_form(
            f"{form.name}_acceleration",
            f"second time derivative of {form.title}",
            over_patterns(bending + turning, r),
            "docs/theory.md, sections 1.1 and 2.7",
            "The chain rule once more, with p'' = alpha p' (1 - 2 s) and a mixed difference for each two patterns.",
            where=rest_of_conditions(form),
            in_time=True,
        ),
    ]


def _velocity(index: sp.Expr) -> sp.Expr:
    return alpha[index] * gamma[index] * logistic(index) * (1 - logistic(index))


def mean_gradient() -> tuple[ClosedForm, ClosedForm]:
    """Return the derivatives by p_r and by g_r of test accuracy under the mean, each as one integral.

    Examples
    --------
    >>> by_p, by_g = mean_gradient()
    >>> by_g.instance(2, r=0)
    Integral(p_0*(p_1*z - p_1 + 1), (z, 0, 1))
    """
    others = put(over_patterns(g[i] * p[i] * over_others(THINNED, i)), p, r, 0)
    kept = over_others(THINNED, r)
    return (
        open_form(
            "mean_gradient_in_p",
            "derivative by p_r of test accuracy, mean rule, integral form",
            sp.Integral(g[r] * kept - (1 - z) * others, (z, 0, 1)) - c * over_others(1 - p[j], r),
            "docs/theory.md, section 2.7",
            "What pattern r brings where it is the first to come, less what it takes from the others.",
            where=r < n,
        ),
        open_form(
            "mean_gradient_in_g",
            "derivative by g_r of test accuracy, mean rule, integral form",
            sp.Integral(p[r] * kept, (z, 0, 1)),
            "docs/theory.md, section 2.7",
            "The share of test examples that is left to pattern r.",
            where=r < n,
        ),
    )
