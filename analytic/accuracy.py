"""Train and test accuracy as SymPy expressions in p_i and g_i, in three forms, and their time derivatives.

The subset form is the definition (Davies et al. 2022, equation 2) and exists for every rule. The mean
rule, with or without a preferred pattern, also has a multilinear and an integral form (`docs/theory.md`,
section 2); `docs/forms.md` says which form exists for which rule, and why the others do not.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, Literal, cast

import sympy as sp

from .errors import InputError, demand, shown
from .expression_json import to_json
from .kept_expressions import kept_expression
from .rules import Mean, Preferred, Priority, Rule, SoftPreference, Table, demand_rule
from .symbols import alpha, b, c, c_train, g, gamma, p, patterns_in, t, z

Form = Literal["subsets", "multilinear", "integral"]

LARGEST = {"subsets": 12, "multilinear": 12, "integral": 100}
"""Patterns up to which a form is written out: the first two have 2**n terms, the third n**2 factors."""
SLOW = 9
"""Patterns from which on a form of 2**n terms may take seconds: it is then kept on the disk."""
SLOW_TERMS = 100
"""Different parts of an expression from which on its time derivative may take seconds."""
LONG_TERMS = 4000
"""Different parts from which on putting in the curves may take a second."""

_NO_POLYNOMIAL = {
    Priority: "its closed form is Preferred applied once per listed pattern, which is not written out here",
    SoftPreference: "its integrand holds the powers z**weight, and its multilinear coefficients have no closed form",
    Table: "an arbitrary set function has no form shorter than its 2**n values",
}


def acc_train(n: int, *, chance: bool = False) -> sp.Expr:
    """Return acc_train as an expression in p_0 .. p_(n-1): 1 - prod_i (1 - p_i).

    Parameters
    ----------
    n
        Number of patterns, 0 to 100.
    chance
        Whether training starts at the accuracy `c_train` instead of 0.

    Raises
    ------
    InputError
        If n is no such number.

    Examples
    --------
    >>> acc_train(2)
    -(1 - p_0)*(1 - p_1) + 1
    """
    _check_n(n, LARGEST["integral"], "acc_train")
    demand("chance", chance, bool, "True or False")
    start: sp.Expr = 1 - c_train if chance else sp.Integer(1)
    return sp.Integer(1) - start * _none_of(range(n))


def acc_test(n: int, *, rule: Rule | None = None, form: Form = "subsets", chance: bool = False) -> sp.Expr:
    """Return acc_test as an expression in p_0 .. p_(n-1) and g_0 .. g_(n-1), under a generalization rule.

    From 9 patterns on a form of 2**n terms takes seconds, and is kept on the disk.

    Parameters
    ----------
    n
        Number of patterns: 0 to 12, in integral form 0 to 100.
    rule
        The generalization rule; the mean by default. The numbers in it become exact rationals.
    form
        "subsets": the sum over the sets A of patterns, every rule.
        "multilinear": by powers of p, coefficient (-1)**(|A|+1) mean_A(g); `Mean` and `Preferred`.
        "integral": an unevaluated `Integral` over z in [0, 1] of a polynomial; `Mean` and `Preferred`.
    chance
        Whether G(empty) is the letter `c` instead of 0. Must be False with a Table, which holds G(empty).

    Raises
    ------
    InputError
        If n is too large, the rule does not fit n patterns, or the form does not exist for the rule.

    Examples
    --------
    >>> acc_test(1, chance=True)
    c*(1 - p_0) + g_0*p_0
    >>> acc_test(2, rule=Preferred(1), form="multilinear")
    g_0*p_0*(1 - p_1) + g_1*p_1
    """
    if not isinstance(form, str) or form not in LARGEST:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"form must be one of {', '.join(LARGEST)}, got {shown(form)}")
    _check_n(n, LARGEST[form], f"the form {form!r}")
    rule = demand_rule(rule)
    demand("chance", chance, bool, "True or False")
    rule.check(n)
    if isinstance(rule, Table) and chance:
        raise InputError("chance must be False with a Table, whose values[0] is G(empty)")
    if form != "integral" and n >= SLOW:
        numbers = [str(x) for x in rule.fractions()] if isinstance(rule, Table) else repr(rule)
        asked = [n, form, chance, type(rule).__name__, numbers]
        says = f"writing out acc_test of {n} patterns"
        return kept_expression("acc-test", lambda: _written_out(n, rule, form, chance), asked, says)
    return _written_out(n, rule, form, chance)


def _written_out(n: int, rule: Rule, form: Form, chance: bool) -> sp.Expr:
    if form == "subsets":
        return _subset_form(n, rule, chance)
    mean_form = _multilinear_form if form == "multilinear" else _integral_form
    match rule:
        case Mean():
            return mean_form(range(n), chance)
        case Preferred(pattern=k):
            others = [i for i in range(n) if i != k]
            return p(k) * g(k) + (1 - p(k)) * mean_form(others, chance)
        case _:
            reason = _NO_POLYNOMIAL[type(rule)]
            demand = f"form {form!r} exists for Mean and Preferred, not for {type(rule).__name__}"
            raise InputError(f"{demand}: {reason}; use form='subsets'")


def in_time(expr: sp.Expr) -> sp.Expr:
    """Return `expr` with every p_i replaced by its logistic gamma_i / (1 + exp(-alpha_i (t - b_i))).

    Examples
    --------
    >>> in_time(p(0))
    gamma_0/(1 + exp(-alpha_0*(-b_0 + t)))
    """
    demand("expr", expr, sp.Basic, "a SymPy expression")
    return _kept_if_long("in-time", expr, lambda: _in_time(expr), LONG_TERMS, "putting in the curves of")


def _in_time(expr: sp.Expr) -> sp.Expr:
    return cast(sp.Expr, expr.xreplace({p(i): gamma(i) * _logistic(i) for i in patterns_in(expr)}))


def _kept_if_long(name: str, expr: sp.Expr, compute: Callable[[], sp.Expr], parts: int, says: str) -> sp.Expr:
    """Return what `compute` makes of `expr`, from the disk if `expr` has at least so many different parts."""
    try:
        asked = to_json(expr)
    except ValueError:  # it holds something of the caller's own, which is not kept
        asked = []
    if len(asked) < parts:
        return compute()
    return kept_expression(name, compute, asked, f"{says} {len(asked)} terms")


def rate(expr: sp.Expr) -> sp.Expr:
    """Return the total time derivative of `expr`, an expression in p_i and perhaps t, as a function of t.

    By the chain rule with p_i' = alpha_i gamma_i s_i (1 - s_i), s_i the logistic. The textbook's
    alpha_i p_i (1 - p_i / gamma_i) is the same but for gamma_i = 0, where it is 0/0.

    Examples
    --------
    >>> rate(p(0)).subs(gamma(0), 0)
    0
    """
    demand("expr", expr, sp.Expr, "a SymPy expression")
    return _kept_if_long("rate", expr, lambda: _rate(expr), SLOW_TERMS, "deriving in time")


def _rate(expr: sp.Expr) -> sp.Expr:
    slopes = (expr.diff(p(i)) * alpha(i) * gamma(i) * _logistic(i) * (1 - _logistic(i)) for i in patterns_in(expr))
    return _in_time(cast(sp.Expr, sp.Add(expr.diff(t), *slopes)))


def _check_n(n: object, largest: int, what: str) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise InputError(f"n must be a number of patterns, 0 or more, got {shown(n)}")
    if n > largest:
        raise InputError(f"n must be at most {largest} for {what}, got {n}; for values use grokdd.simulate")


def _logistic(i: int) -> sp.Expr:
    return 1 / (1 + sp.exp(-alpha(i) * (t - b(i))))


def _none_of(indices: Sequence[int]) -> sp.Expr:
    """Return the probability that none of these patterns is right."""
    return sp.Mul(*(1 - p(i) for i in indices))


def _subsets(indices: Sequence[int]) -> list[tuple[int, ...]]:
    return [members for size in range(len(indices) + 1) for members in combinations(indices, size)]


def _subset_form(n: int, rule: Rule, chance: bool) -> sp.Expr:
    # The rules only add, multiply and divide what they are given, so the letters do as well as numbers.
    letters = cast(Any, [g(i) for i in range(n)])
    terms: list[sp.Expr] = []
    for members in _subsets(range(n)):
        if members or isinstance(rule, Table):
            value = cast(sp.Expr, sp.sympify(rule.value(members, letters)))  # a Fraction, or letters
        else:
            value = c if chance else sp.Integer(0)
        others = [i for i in range(n) if i not in members]
        terms.append(sp.Mul(*(p(i) for i in members), _none_of(others), value))
    return sp.Add(*terms)


def _multilinear_form(indices: Sequence[int], chance: bool) -> sp.Expr:
    """Return the mean rule over `indices` as sum_A m(A) prod_A p; m is the Moebius transform of the mean."""
    terms: list[sp.Expr] = []
    for members in _subsets(indices):
        mean = sp.Add(*(g(i) for i in members)) / max(len(members), 1)
        terms.append((-1) ** len(members) * ((c if chance else 0) - mean) * sp.Mul(*(p(i) for i in members)))
    return sp.Add(*terms)


def _integral_form(indices: Sequence[int], chance: bool) -> sp.Expr:
    """Return the mean rule over `indices`: 1/|A| is the integral of z**(|A|-1), and the sum over A factors."""
    terms = (g(i) * p(i) * sp.Mul(*(1 - p(j) + p(j) * z for j in indices if j != i)) for i in indices)
    start = c * _none_of(indices) if chance else sp.Integer(0)
    return sp.Add(start, sp.Integral(sp.Add(*terms), (z, 0, 1)))
