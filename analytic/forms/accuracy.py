"""Train and test accuracy in closed form under every rule, for a number of patterns that is left open or given.

For open n nothing is written out: the forms are sums over sets or patterns and integrals, as in `docs/theory.md`,
section 2. That they are equal is what `identities` states and checks.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from ..symbols import c, c_train, z
from .closed_form import ClosedForm, demand_count, open_form, point
from .indexed import (
    G,
    Letter,
    before,
    bit,
    g,
    i,
    j,
    k,
    m,
    n,
    over_all_patterns,
    over_others,
    over_patterns,
    over_sets,
    p,
    put,
    q,
    w,
    written_out,
)

PAPER = "Davies et al. (2022)"

NONE_RIGHT = over_all_patterns(1 - p[j])
"""The probability that no pattern covers an example."""
EXACTLY = over_all_patterns(bit(m, j) * p[j] + (1 - bit(m, j)) * (1 - p[j]))
"""The probability that exactly the patterns of the set m do."""
SIZE = over_patterns(bit(m, i))
MEAN = over_patterns(bit(m, i) * g[i]) / SIZE
"""The mean of g over the set m."""
WEIGHTED_MEAN = over_patterns(bit(m, i) * w[i] * g[i]) / over_patterns(bit(m, i) * w[i])
THINNED = 1 - p[j] + p[j] * z
"""Pattern j's factor in the integral form."""


def mean_integral() -> sp.Expr:
    """Return test accuracy under the mean, as an integral."""
    return sp.Integral(over_patterns(g[i] * p[i] * over_others(THINNED, i)), (z, 0, 1)) + c * NONE_RIGHT


def in_turn(share: sp.Expr, rest: sp.Expr) -> sp.Expr:
    """Return what patterns 0..q-1 get if each takes its `share`, in the index j, of what is left, and then the rest."""
    shares = share.subs(j, i) * g[i] * before(1 - share, i)
    return sp.Sum(shares, (i, 0, q - 1)) + before(1 - share, q) * rest


def unlisted_integral() -> sp.Expr:
    """Return test accuracy under the mean if there were no patterns but q..n-1, as an integral."""
    terms = sp.Sum(g[i] * p[i] * over_others(THINNED, i, start=q), (i, q, n - 1))
    return sp.Integral(terms, (z, 0, 1)) + c * sp.Product(1 - p[j], (j, q, n - 1))


def closed_forms(count: int | None = None) -> tuple[ClosedForm, ...]:
    """Return train and test accuracy in closed form, under every rule and in every form that we know.

    Parameters
    ----------
    count
        Number of patterns, 0 to 8; None leaves it open, as the letter `n`.

    Returns
    -------
    forms
        `train`, and `train_subsets`, the sum over sets; test accuracy under the mean, with pattern k
        preferred, with patterns 0..q-1 listed in order of priority, with soft preference weights and for a
        table. `mean_subsets`, `mean_multilinear` and `mean_integral` are the forms of one quantity, and
        likewise for the other rules. Each has a chance level, `c` or `c_train`, which is 0 in the paper;
        the table holds its own.

        For a given number, pattern n - 1 is preferred (not for 0) and the first two are listed; for others
        put numbers into an open form, with its `instance`.

    Raises
    ------
    InputError
        If count is no such number.

    Examples
    --------
    >>> [form.name for form in closed_forms()][:5]
    ['train', 'train_subsets', 'mean_subsets', 'mean_multilinear', 'mean_integral']
    >>> closed_forms(2)[0].expr
    -(1 - c_train)*(1 - p_0)*(1 - p_1) + 1
    """
    if count is None:
        return _open_forms()
    demand_count("count", count)
    return tuple(_given(form, count) for form in _open_forms() if count or k not in form.variables)


@lru_cache(maxsize=1)
def _open_forms() -> tuple[ClosedForm, ...]:
    return (*_train_forms(), *_mean_forms(), *_preferred_forms(), *_priority_forms(), *_soft_and_table_forms())


def _train_forms() -> list[ClosedForm]:
    return [
        open_form(
            "train",
            "train accuracy",
            1 - (1 - c_train) * NONE_RIGHT,
            f"{PAPER}, equation 1, and docs/theory.md, section 1.2",
            "An example is right unless no pattern covers it, and then it is right by chance.",
        ),
        open_form(
            "train_subsets",
            "train accuracy, subset form",
            c_train * NONE_RIGHT + over_sets(EXACTLY),
            f"{PAPER}, equation 1, and docs/theory.md, section 1.1",
            "The probabilities of all sets that are not empty, added up.",
        ),
    ]


def _mean_forms() -> list[ClosedForm]:
    power = over_all_patterns(1 - bit(m, j) + bit(m, j) * p[j])
    return [
        open_form(
            "mean_subsets",
            "test accuracy, mean rule, subset form",
            over_sets(EXACTLY * MEAN) + c * NONE_RIGHT,
            f"{PAPER}, equation 2, and docs/theory.md, section 1.1",
            "The definition: the mean of g over the patterns that cover an example, averaged over examples.",
        ),
        open_form(
            "mean_multilinear",
            "test accuracy, mean rule, multilinear form",
            c + over_sets((-1) ** SIZE * (c - MEAN) * power),
            "docs/theory.md, section 2.1",
            "By powers of p: the coefficient of a set is the mean again, less c and up to sign.",
        ),
        open_form(
            "mean_integral",
            "test accuracy, mean rule, integral form",
            mean_integral(),
            "docs/theory.md, section 2.2",
            "One over the size of a set is the integral of z**(size - 1), after which the sum over sets factors.",
        ),
    ]


def _preferred_forms() -> list[ClosedForm]:
    prefers = bit(m, k) * g[k] + (1 - bit(m, k)) * MEAN
    _, multilinear, integral = (p[k] * g[k] + (1 - p[k]) * put(form.value, p, k, 0) for form in _mean_forms())
    return [
        open_form(
            "preferred_subsets",
            "test accuracy, pattern k preferred, subset form",
            over_sets(EXACTLY * prefers) + c * NONE_RIGHT,
            f"{PAPER}, section 2.2, and docs/theory.md, section 1.2",
            "The definition: what pattern k covers is left to it, and the rest to the mean.",
            where=k < n,
        ),
        open_form(
            "preferred_multilinear",
            "test accuracy, pattern k preferred, multilinear form",
            multilinear,
            "docs/theory.md, sections 2.1 and 2.4",
            "Pattern k first, then the multilinear form of the others: it is the mean's with p_k = 0.",
            where=k < n,
        ),
        open_form(
            "preferred_integral",
            "test accuracy, pattern k preferred, integral form",
            integral,
            "docs/theory.md, sections 2.2 and 2.4",
            "Pattern k first, then the integral form of the others: it is the mean's with p_k = 0.",
            where=k < n,
        ),
    ]


def _priority_forms() -> list[ClosedForm]:
    return [
        open_form(
            "priority_subsets",
            "test accuracy, patterns 0..q-1 listed by priority, subset form",
            over_sets(EXACTLY * in_turn(bit(m, j), MEAN)) + c * NONE_RIGHT,
            "docs/theory.md, section 1.2",
            "The definition: an example is left to the first listed pattern that covers it, the rest to the mean.",
            where=q <= n,
        ),
        open_form(
            "priority_integral",
            "test accuracy, patterns 0..q-1 listed by priority, integral form",
            in_turn(p[j], unlisted_integral()),
            "docs/theory.md, sections 2.2 and 2.4",
            "Each listed pattern gets what those before it leave, and the mean over the others what they all leave.",
            where=q <= n,
        ),
    ]


def _soft_and_table_forms() -> list[ClosedForm]:
    thinned = 1 - p[j] + p[j] * z ** w[j]
    return [
        open_form(
            "soft_subsets",
            "test accuracy, soft preference, subset form",
            over_sets(EXACTLY * WEIGHTED_MEAN) + c * NONE_RIGHT,
            "docs/theory.md, section 1.2",
            "The definition: the mean of g with weights w over the patterns that cover an example.",
        ),
        open_form(
            "soft_integral",
            "test accuracy, soft preference, integral form",
            sp.Integral(over_patterns(w[i] * g[i] * p[i] * z ** (w[i] - 1) * over_others(thinned, i)), (z, 0, 1))
            + c * NONE_RIGHT,
            "docs/theory.md, section 2.8",
            "One over the weight W of a set is the integral of z**(W - 1), after which the sum over sets factors.",
        ),
        open_form(
            "table_subsets",
            "test accuracy, any table, subset form",
            over_sets(EXACTLY * G[m], empty=True),
            "docs/theory.md, sections 1.2 and 2.11",
            "The multilinear extension of any set function; no form is shorter than its table.",
        ),
    ]


def _given(form: ClosedForm, count: int) -> ClosedForm:
    """Return an open form with numbers for n, k and q."""
    values = point(count)
    choice = {letter: sp.Integer(values[letter]) for letter in (n, k, q)}
    conditions = [written_out(form.where, {**choice, i: sp.Integer(at)}) for at in range(count)]
    witness: dict[Letter, Any] = {c: values[c], c_train: values[c_train]}
    for base in (p, g, w, G):
        witness |= {written_out(base[at], {}): number for at, number in enumerate(values[base])}
    return replace(
        form,
        title=f"{form.title}, for n = {count}",
        expr=form.instance(count, k=values[k], q=values[q]),
        where=cast(Boolean, sp.And(*conditions)),
        witness=witness,
    )
