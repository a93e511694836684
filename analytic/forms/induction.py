"""One pattern more: what the open forms for n + 1 patterns are in terms of those for n, by splitting off the last.

Nothing is evaluated and no pattern is left out: a sum over patterns loses its last term, a product its last factor, a
sum over sets falls into the sets without pattern n and those with it. That makes an induction over n a question of
whether one polynomial in the parts is zero.
"""

from collections.abc import Mapping
from typing import Any

import sympy as sp

from .indexed import bit, m, n, written_out

_BIT = sp.Function("bit")
"""Stands for bit(m, index), while the mask m is taken apart."""


def one_more(expr: sp.Expr, size: sp.Symbol = n, *, last: sp.Symbol | None = None) -> sp.Expr:
    """Return `expr` for size + 1, as a polynomial in sums and products for `size`.

    Parameters
    ----------
    expr
        Sums and products up to pattern size - 1, from 0 or from the index of an outer one on; sums over sets.
    size
        What grows by one: n, or the length q of a list.
    last
        A letter for a pattern, which is taken to be the new one. Other letters stand for one of the old.

    Examples
    --------
    >>> from grokdd.analytic.forms.indexed import g, i, over_patterns
    >>> one_more(over_patterns(g[i]))
    g[n] + Sum(g[i], (i, 0, n - 1))
    """
    grown = expr.subs(size, size + 1)
    return _split(grown if last is None else grown.subs(last, size), size)


def follows(left: sp.Expr, right: sp.Expr, known: Mapping[sp.Expr, sp.Expr] | None = None) -> bool:
    """Return whether left = right for n = 0, and for n + 1 if for n.

    Parameters
    ----------
    left
        Linear in one sum over sets, which is what the induction is about.
    right
        Without a sum over sets.
    known
        Sums that may be replaced by what they have been shown to be equal to.
    """
    nothing = {n: sp.Integer(0)}
    if not is_zero(written_out(left, nothing) - written_out(right, nothing)):
        return False
    (over_sets,) = (one for one in left.atoms(sp.Sum) if one.variables == [m])
    hypothesis = {over_sets: right - left.xreplace({over_sets: sp.Integer(0)})}
    step = one_more(left).xreplace({**(known or {}), **hypothesis})
    return is_zero(step - one_more(right))


def is_zero(expr: sp.Expr) -> bool:
    """Return whether `expr` is zero as a polynomial in its sums, products and integrals, each taken as a letter."""
    parts = expr.atoms(sp.Sum, sp.Product, sp.Integral)
    return sp.expand(expr.xreplace({part: sp.Dummy() for part in parts})) == 0


def _split(expr: Any, size: sp.Symbol) -> Any:
    """Return `expr` with the last term or factor split off each sum and product that runs up to `size`."""
    match expr:
        case sp.Sum() if expr.limits[0][2] == 2 ** (size + 1) - 1:
            return _halved(expr, size)
        case sp.Sum() | sp.Product():
            ((index, low, high),) = expr.limits
            if low == high + 1:
                return sp.Integer(isinstance(expr, sp.Product))
            if high != size:
                return expr.func(_split(expr.function, size), (index, low, high))
            rest, last = _split(expr.function, size), _split(expr.function.subs(index, size), size)
            if isinstance(expr, sp.Product):
                return sp.Product(rest, (index, low, size - 1)) * last
            return _summed(rest, (index, low, size - 1)) + last
        case sp.Mod() if expr.has(size) and not expr.has(m):
            return sp.Integer(0)  # bit(2**size, index): the index is that of an old pattern
        case _ if not expr.args:
            return expr
        case _:
            return expr.func(*(_split(argument, size) for argument in expr.args))


def _halved(expr: sp.Sum, size: sp.Symbol) -> sp.Expr:
    """Return the sum over the sets without pattern `size` and the sum over those with it."""
    low = expr.limits[0][1]
    without, with_it = (_at_bit(expr.function, size, choice) for choice in (0, 1))
    limits = (m, low, 2**size - 1)
    alone = _at_empty(with_it) if low == 1 else sp.Integer(0)  # the set that holds nothing but the new pattern
    return _summed(_masked(without), limits) + _summed(_masked(with_it), limits) + alone


def _at_bit(function: Any, size: sp.Symbol, choice: int) -> Any:
    """Return the term of a set, by the bits of its other patterns, where pattern `size` is in it or not."""
    bits = function.replace(lambda part: isinstance(part, sp.Mod) and part.has(m), lambda part: _BIT(_index(part)))
    moved = _split(bits.subs(m, m + choice * 2**size), size)
    return moved.xreplace({_BIT(size): sp.Integer(choice)})


def _index(part: Any) -> Any:
    """Return i of bit(m, i) = Mod(floor(m/2**i), 2)."""
    return -(part.args[0].args[0] / m).as_base_exp()[1]


def _masked(function: Any) -> Any:
    return function.replace(_BIT, lambda index: bit(m, index))


def _at_empty(function: Any) -> Any:
    return function.replace(_BIT, lambda index: sp.Integer(0)).subs(m, 0)


def pulled_out(expr: Any) -> Any:
    """Return `expr` with factors that do not depend on its index pulled out of each innermost sum."""
    return expr.replace(
        lambda part: isinstance(part, sp.Sum) and not part.function.has(sp.Sum),
        lambda part: _summed(part.function, part.limits[0]),
    )


def _summed(function: sp.Expr, limits: tuple[Any, ...]) -> sp.Expr:
    """Return the sum of `function` term by term, factors without the index pulled out."""
    terms = (term.as_independent(limits[0], as_Add=False) for term in sp.Add.make_args(function.expand(deep=False)))
    return sp.Add(*(factor * sp.Sum(rest, limits) for factor, rest in terms))
