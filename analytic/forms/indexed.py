"""The paper's letters with an index, for a number n of patterns that is left open, and how numbers are put in.

| letter | meaning | assumed |
|---|---|---|
| `n` | number of patterns | integer, >= 0 |
| `k`, `r` | a preferred pattern; a pattern in whose letters a derivative or limit is taken | integer, >= 0 |
| `q` | how many patterns are listed by priority, pattern 0 first | integer, >= 0 |
| `p[i]`, `g[i]`, `gamma[i]`, `alpha[i]`, `b[i]` | as in `symbols`, with `p[0]` for `p_0` | >= 0 |
| `w[i]` | weight of pattern i in a soft preference | > 0 |
| `G[m]` | accuracy on test examples of the set m, in a table | real |
| `i`, `j`, `m` | what sums and products run over: patterns, patterns, sets | integer, >= 0 |

A set of patterns is a mask m, 0 to 2**n - 1, and `bit(m, i)` is 1 if pattern i is in it, else 0; so bit(2**k, i) is 1
for i = k alone. (KroneckerDelta says the same, but SymPy 1.14 loses itself in `doit` of sums of products that hold it.)
Sums and products over no index at all are 0 and 1.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

import sympy as sp

from ..symbols import t, z

Letter = sp.Symbol | sp.IndexedBase
Values = Mapping[Any, Any]
"""What is put in for letters: a number for a symbol, a sequence of them for a letter with an index."""

n, k, r, q, i, j, m = sp.symbols("n k r q i j m", integer=True, nonnegative=True)


def indexed(name: str, **assumed: Any) -> Any:
    """Return a letter that takes an index."""
    return sp.IndexedBase(name, **assumed)  # Any: SymPy's own annotations know of no entries


p = indexed("p", nonnegative=True)
g = indexed("g", nonnegative=True)
gamma = indexed("gamma", nonnegative=True)
alpha = indexed("alpha", nonnegative=True)
b = indexed("b", nonnegative=True)
w = indexed("w", positive=True)
G = indexed("G", real=True)


def bit(mask: Any, index: Any) -> Any:
    """Return 1 if the pattern `index` is in the set `mask`, else 0, in SymPy's own functions.

    Examples
    --------
    >>> bit(m, i)
    Mod(floor(m/2**i), 2)
    """
    return sp.Mod(sp.floor(mask / 2**index), 2)


def over_patterns(term: sp.Expr, index: sp.Symbol = i) -> Any:
    """Return the sum of `term` over all patterns."""
    return sp.Sum(term, (index, 0, n - 1))


def over_all_patterns(factor: sp.Expr) -> Any:
    """Return the product of `factor`, in the index j, over all patterns."""
    return sp.Product(factor, (j, 0, n - 1))


def before(factor: sp.Expr, index: sp.Expr) -> Any:
    """Return the product of `factor`, in the index j, over the patterns before `index`."""
    return sp.Product(factor, (j, 0, index - 1))


def over_others(factor: sp.Expr, index: sp.Expr, *, start: sp.Expr | int = 0) -> Any:
    """Return the product of `factor`, in the index j, over all patterns from `start` on but `index`."""
    earlier: Any = sp.Product(factor, (j, start, index - 1))
    return earlier * sp.Product(factor, (j, index + 1, n - 1))


def over_sets(term: sp.Expr, *, empty: bool = False) -> Any:
    """Return the sum of `term` over the masks m of all sets, the empty one left out unless asked for."""
    return sp.Sum(term, (m, 0 if empty else 1, 2**n - 1))


def put(expr: sp.Expr, base: sp.IndexedBase, index: Any, value: sp.Expr | int) -> Any:
    """Return `expr` with `value` in place of base[index], also where base has another letter as its index.

    Examples
    --------
    >>> put(p[i], p, r, 1)
    (1 - Mod(floor(2**r/2**i), 2))*p[i] + Mod(floor(2**r/2**i), 2)
    """

    def chosen(entry: Any) -> Any:
        is_it = bit(2**index, entry.indices[0])
        return (1 - is_it) * entry + is_it * value

    return put_each(expr, base, chosen)


def put_each(expr: Any, base: sp.IndexedBase, value: Callable[[Any], Any]) -> Any:
    """Return `expr` with value(base[index]) in place of base[index], whatever the index.

    Examples
    --------
    >>> put_each(p[i] * p[k], p, lambda entry: 1 - entry)
    (1 - p[i])*(1 - p[k])
    """
    return expr.replace(lambda part: isinstance(part, sp.Indexed) and part.base == base, value)


def logistic(index: sp.Expr) -> Any:
    """Return the share of its maximum that pattern `index` has reached at time t."""
    return 1 / (1 + sp.exp(-alpha[index] * (t - b[index])))


def timed(expr: sp.Expr) -> Any:
    """Return `expr` with every p[i] replaced by its logistic curve."""
    return put_each(expr, p, lambda entry: gamma[entry.indices[0]] * logistic(entry.indices[0]))


def letters(expr: sp.Basic) -> tuple[Letter, ...]:
    """Return the free letters of `expr`, one for all indices, sorted by name.

    Examples
    --------
    >>> letters(over_patterns(g[i] * p[i]))
    (g, n, p)
    """
    return tuple(sorted(_free(expr), key=str))


@lru_cache(maxsize=2**14)
def _free(expr: Any) -> frozenset[Any]:
    match expr:
        case sp.Symbol() | sp.IndexedBase():
            return frozenset([expr])
        case sp.Indexed():
            return frozenset([expr.base]).union(*map(_free, expr.indices))
        case sp.Sum() | sp.Product() | sp.Integral():
            ((bound, *ends),) = cast(Any, expr.limits)
            return (_free(expr.function) - {bound}).union(*map(_free, ends))
        case sp.Limit():
            inner, letter, goal, _ = expr.args
            return (_free(inner) - {letter}) | _free(goal)
        case _:
            return frozenset[Any]().union(*map(_free, expr.args))


def written_out(expr: sp.Basic, values: Values) -> Any:
    """Return `expr` with numbers for letters, its sums and products carried out, and p_0 for p[0].

    Parameters
    ----------
    expr
        Any expression whose sums and products run over one index each, between bounds that `values` makes integers.
    values
        A number for each letter in those bounds and indices, and for any others. For a letter with an
        index, a sequence; without one, its entries become letters of their own, those of `symbols`.

    Examples
    --------
    >>> written_out(over_patterns(g[i] * p[i]), {n: sp.Integer(2)})
    g_0*p_0 + g_1*p_1
    """
    match expr:
        case sp.Sum() | sp.Product():
            ((index, low, high),) = expr.limits
            first, last = (int(written_out(end, values)) for end in (low, high))
            parts = [written_out(expr.function, {**values, index: sp.Integer(at)}) for at in range(first, last + 1)]
            return (sp.Add if isinstance(expr, sp.Sum) else sp.Mul)(*parts)
        case sp.Indexed():
            return _entry(expr.base, int(written_out(expr.indices[0], values)), values)
        case sp.Mod():
            return _bit_at(expr, tuple((letter, values.get(letter, letter)) for letter in _free(expr)))
        case sp.Derivative():
            inner, *by = (written_out(argument, values) for argument in expr.args)
            return inner.diff(*by)
        case _ if not expr.args:
            return values.get(expr, expr)
        case _:
            return expr.func(*(written_out(argument, values) for argument in expr.args))


@lru_cache(maxsize=2**14)
def _bit_at(expr: Any, values: tuple[Any, ...]) -> Any:
    return expr.xreplace(dict(values))


def _entry(base: Any, index: int, values: Values) -> sp.Expr:
    if base in values:
        return values[base][index]
    return sp.Symbol(f"{base.name}_{index}", **base.label.assumptions0)


def integrated(expr: sp.Expr) -> sp.Expr:
    """Return `expr` with each integral over z in [0, 1] of a sum of powers of z carried out, term by term.

    Examples
    --------
    >>> integrated(2 * sp.Integral(3 / sp.sqrt(z) + z**2, (z, 0, 1)))
    38/3
    """
    return cast(sp.Expr, expr.replace(sp.Integral, lambda function, _: _powers_integrated(function)))


def _powers_integrated(function: sp.Expr) -> sp.Expr:
    terms: Any = (term.as_independent(z, as_Add=False) for term in sp.Add.make_args(sp.expand(function)))
    return sp.Add(*(factor if power == 1 else factor / (1 + power.as_base_exp()[1]) for factor, power in terms))
