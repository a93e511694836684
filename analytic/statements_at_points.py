"""A statement at a point, as text that can be checked by hand: "5/8 >= 1"."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from .exact_statements import with_values


def at_point(statement: Any, point: Mapping[sp.Symbol, Fraction]) -> str:
    """Return a statement with the values of both sides in the place of each relation.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> at_point(sp.Equivalent(sp.Gt(x**2, 4), sp.Gt(x, 2)), {x: Fraction(-3)})
    '(-3 > 2) if and only if (9 > 4)'
    """
    match statement:
        case sp.Not(args=(inner,)):
            return f"not ({at_point(inner, point)})"
        case sp.And() | sp.Or() | sp.Implies() | sp.Equivalent():
            return _WORDS[type(statement)].join(f"({at_point(one, point)})" for one in _in_order(statement))
        case sp.core.relational.Relational():
            return _relation_at_point(statement, point)
    return str(statement)


_WORDS = {sp.And: " and ", sp.Or: " or ", sp.Implies: " implies ", sp.Equivalent: " if and only if "}


def _in_order(statement: Any) -> list[Any]:
    """Return the parts of a statement in an order that is the same in every process; that of Implies has a meaning."""
    return list(statement.args) if isinstance(statement, sp.Implies) else sorted(statement.args, key=str)


def _relation_at_point(relation: Any, point: Mapping[sp.Symbol, Fraction]) -> str:
    values = {letter: sp.Rational(value.numerator, value.denominator) for letter, value in point.items()}
    left, right = (with_values(side, values) for side in (relation.lhs, relation.rhs))
    return f"{left} {relation.rel_op} {right}"
