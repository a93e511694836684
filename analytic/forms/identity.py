"""An identity of open forms as a record: both sides, the proof for every n, and a check by exact computation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, cast

import sympy as sp
from sympy.polys.rings import ring

from ..errors import InputError
from ..symbols import z
from .closed_form import demand_count
from .indexed import Letter, k, letters, n, q, r, w, written_out

ONE_WEIGHT = sp.Symbol("W", positive=True)
"""A weight that all patterns share. It alone may stand in a denominator."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Two open expressions that are equal for every number of patterns, and why.

    They are equal as polynomials in p, g and c, so that it does not matter whether those lie in [0, 1].

    Examples
    --------
    >>> from grokdd.analytic import identities
    >>> identity = identities()[0]
    >>> identity.check(3), identity.induction()
    (True, True)
    """

    name: str
    statement: str
    """In one sentence."""
    left: sp.Expr
    right: sp.Expr
    proof: str
    """For every n; where it is an induction, what is checked at n = 0 and in the step."""
    source: str
    step: Callable[[Any, Any], bool] = field(repr=False)
    """What `induction` computes, from left and right."""

    def check(self, count: int) -> bool:
        """Return whether both sides are one polynomial for `count` patterns, whatever k, q and r.

        Integrals are carried out term by term, in rational arithmetic. The weights w[i] of a soft preference are
        i + 1, and then 2**i; for all weights there is `induction`.

        Raises
        ------
        InputError
            If count is no number from 0 to 8, or 0 where the identity is about a pattern.
        """
        demand_count("count", count)
        cases = list(_cases({*letters(self.left), *letters(self.right)}, count))
        if not cases:
            raise InputError(f"count must be at least 1 for {self.name}, which is about a pattern, got 0")
        return all(_equal(written_out(self.left, case), written_out(self.right, case)) for case in cases)

    def induction(self) -> bool:
        """Return whether what the proof computes comes out, for open n. False says that this proof fails, no more."""
        return self.step(self.left, self.right)


def _cases(found: set[Letter], count: int) -> Iterator[dict[Letter, Any]]:
    """Return every way to choose the patterns, and some to choose the weights, that these letters stand for."""
    weights = [tuple(sp.Integer(at + 1) for at in range(count)), tuple(sp.Integer(2**at) for at in range(count))]
    ranges: dict[Letter, Any] = {k: range(count), q: range(count + 1), r: range(count), w: weights}
    chosen = {letter: values for letter, values in ranges.items() if letter in found}
    for values in product(*chosen.values()):
        numbers = (value if isinstance(value, tuple) else sp.Integer(value) for value in values)
        yield {n: sp.Integer(count), **dict(zip(chosen, numbers, strict=True))}


def _equal(left: sp.Expr, right: sp.Expr) -> bool:
    """Return whether two expressions are one polynomial, integrals over z in [0, 1] carried out."""
    found = cast(set[sp.Symbol], left.free_symbols | right.free_symbols)
    domain = sp.QQ.frac_field(ONE_WEIGHT) if ONE_WEIGHT in found else sp.QQ
    base: Any = ring([*sorted(found - {ONE_WEIGHT}, key=str), z], domain)[0]
    return _in_ring(left, base) == _in_ring(right, base)


def _in_ring(expr: sp.Basic, base: Any) -> Any:
    """Return `expr` in a ring whose last letter is z."""
    if isinstance(expr, sp.Integral):
        total = base.zero
        for exponents, coefficient in _in_ring(expr.function, base).terms():
            total += base.from_dict({(*exponents[:-1], 0): coefficient / (exponents[-1] + 1)})
        return total
    if isinstance(expr, sp.Add | sp.Mul) and expr.has(sp.Integral):
        result = base.zero if isinstance(expr, sp.Add) else base.one
        for argument in expr.args:
            part = _in_ring(argument, base)
            result = result + part if isinstance(expr, sp.Add) else result * part
        return result
    return base.from_expr(expr)
