"""Limits of the open forms in closed form: early and late, sudden and vanishing patterns, preferences without bound.

Each record is an equation: its left side is the limit, not carried out, and its right side the value. All but the last
three rest on one fact, that accuracy is a polynomial in p: it goes where the p_i go.
"""

from typing import Any

import sympy as sp

from ..symbols import c, c_train, t
from .accuracy import NONE_RIGHT, closed_forms
from .closed_form import ClosedForm, open_form
from .derivatives import demand_open, rest_of_conditions
from .indexed import G, alpha, b, before, bit, g, gamma, i, j, k, n, over_patterns, p, put, put_each, r, timed, w

GROWING = sp.Symbol("x", positive=True)
"""What tends to 0 or to infinity where it is not time."""


def limits(form: ClosedForm) -> tuple[ClosedForm, ...]:
    """Return four limits of an open form: t to -oo and to oo, alpha_r to oo, gamma_r to 0.

    Parameters
    ----------
    form
        One of `closed_forms()`, in p[i].

    Returns
    -------
    forms
        Named after `form`, with `_early`, `_late`, `_sudden` and `_vanishing` added; in gamma[i], alpha[i],
        b[i] and, for the last two, t.

    Raises
    ------
    InputError
        If the form does not leave n open, or is not in p[i].

    Examples
    --------
    >>> early, late, *_ = limits(closed_forms()[0])
    >>> early.value
    c_train
    >>> late.value
    -(1 - c_train)*Product(1 - gamma[j], (j, 0, n - 1)) + 1
    """
    demand_open(form)
    curve = timed(form.value)
    moves = rest_of_conditions(form, sp.Gt(alpha[i], 0))
    step = gamma[r] * sp.Heaviside(t - b[r], sp.S.Half)
    return (
        open_form(
            f"{form.name}_early",
            f"limit as t goes to -oo of {form.title}",
            _limit(curve, t, -sp.oo, _at_nothing(form)),
            "docs/theory.md, sections 3.1 and 4.7",
            "Every p_i tends to 0, and accuracy is a polynomial in them: only chance is left.",
            where=moves,
            in_time=True,
        ),
        open_form(
            f"{form.name}_late",
            f"limit as t goes to oo of {form.title}",
            _limit(curve, t, sp.oo, put_each(form.value, p, lambda entry: gamma[entry.indices[0]])),
            "docs/theory.md, sections 3.1 and 4.7",
            "Every p_i tends to gamma_i, and accuracy is a polynomial in them.",
            where=moves,
            in_time=True,
        ),
        open_form(
            f"{form.name}_sudden",
            f"limit as alpha_r goes to oo of {form.title}",
            _limit(put(curve, alpha, r, GROWING), GROWING, sp.oo, timed(put(form.value, p, r, step))),
            "docs/theory.md, section 4.7",
            "Pattern r becomes a step from 0 to gamma_r at b_r, and half of it there.",
            where=rest_of_conditions(form, r < n),
            in_time=True,
        ),
        open_form(
            f"{form.name}_vanishing",
            f"limit as gamma_r goes to 0 of {form.title}",
            _limit(put(curve, gamma, r, GROWING), GROWING, 0, timed(put(form.value, p, r, 0))),
            "docs/theory.md, section 4.7",
            "Pattern r drops out: what is left is the accuracy of the others.",
            where=rest_of_conditions(form, r < n),
            in_time=True,
        ),
    )


def preference_limits() -> tuple[ClosedForm, ...]:
    """Return what soft preference tends to as weights grow: for one weight, one over equal others, all far apart.

    Examples
    --------
    >>> [form.name for form in preference_limits()]
    ['soft_strong', 'soft_strong_over_equals', 'soft_far_apart']
    """
    forms = {form.name: form.value for form in closed_forms()}
    soft = forms["soft_subsets"]
    equal = put_each(soft, w, lambda entry: 1 + bit(2**k, entry.indices[0]) * (GROWING - 1))
    apart = put_each(soft, w, lambda entry: GROWING ** -entry.indices[0])
    in_turn = over_patterns(g[i] * p[i] * before(1 - p[j], i)) + c * NONE_RIGHT
    return (
        open_form(
            "soft_strong",
            "limit as w_k goes to oo of test accuracy, soft preference",
            _limit(
                put(soft, w, k, GROWING),
                GROWING,
                sp.oo,
                p[k] * g[k] + (1 - p[k]) * put(forms["soft_integral"], p, k, 0),
            ),
            "docs/theory.md, section 2.8",
            "On a set with k, the weighted mean tends to g_k; a set without k keeps its own.",
            where=k < n,
        ),
        open_form(
            "soft_strong_over_equals",
            "limit as w_k goes to oo, the other weights being 1, of test accuracy, soft preference",
            _limit(equal, GROWING, sp.oo, forms["preferred_integral"]),
            "docs/theory.md, section 2.8",
            "Pattern k becomes the preferred pattern of the paper, for a set without k keeps its plain mean.",
            where=k < n,
        ),
        open_form(
            "soft_far_apart",
            "limit as x goes to oo, the weights being x**(-i), of test accuracy, soft preference",
            _limit(apart, GROWING, sp.oo, in_turn),
            "docs/theory.md, section 2.8",
            "Each pattern outweighs all later ones together: a priority order of all patterns, 0 first.",
        ),
    )


def _limit(expr: sp.Expr, letter: sp.Symbol, goal: sp.Expr | int, value: sp.Expr) -> Any:
    return sp.Eq(sp.Limit(expr, letter, goal), value, evaluate=False)


def _at_nothing(form: ClosedForm) -> sp.Expr:
    """Return what the form is where every p_i is 0."""
    chance = [letter for letter in (c, c_train) if letter in form.variables]
    return chance[0] if chance else G[0]
