"""Statements of real algebra as functions of exact numbers: whether they are true at a point, and quickly so."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

import sympy as sp
from flint import fmpq
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

Point = Mapping[sp.Symbol, Fraction]
Holds = Callable[[Mapping[sp.Symbol, fmpq]], bool]


HIGHEST = 60
"""Largest power that is worth a solver's time."""


class NotPolynomialError(ValueError):
    """A statement that is no relation between polynomials or their quotients; the message names the part."""


def letters(statements: Iterable[sp.Basic]) -> list[sp.Symbol]:
    """Return the letters of some statements: gamma first, then g, then the others, each by name."""
    found = {x for one in statements for x in one.free_symbols if isinstance(x, sp.Symbol)}
    first = {"gamma": 0, "g": 1}
    return sorted(found, key=lambda x: (first.get(x.name.split("_")[0], 2), x.name))


@lru_cache(maxsize=1024)
def quotient(relation: Any) -> tuple[sp.Poly, sp.Poly]:
    """Return left minus right side of a relation as a quotient of polynomials with rational coefficients."""
    above, below = _fraction(relation)
    return polynomial(above), polynomial(below)


def _fraction(relation: Any) -> tuple[sp.Expr, sp.Expr]:
    if not all(isinstance(side, sp.Expr) for side in (relation.lhs, relation.rhs)):
        raise NotPolynomialError(f"{relation} is no relation between numbers")
    difference = relation.lhs - relation.rhs
    if not any(one.exp.is_negative is not False and one.base.free_symbols for one in difference.atoms(sp.Pow)):
        return difference, sp.Integer(1)  # no letter below: `together` would take minutes to find that
    return sp.fraction(sp.together(difference))


def polynomial(expr: sp.Expr) -> sp.Poly:
    """Return an expression as a polynomial with rational coefficients in its own letters."""
    own = letters([expr])
    if expr.has(sp.Float):
        raise NotPolynomialError(f"{expr} holds a float; write sp.Rational(3, 10) for 0.3")
    if any(abs(one.exp) > HIGHEST for one in expr.atoms(sp.Pow) if one.exp.is_number):
        raise NotPolynomialError(f"{expr} holds a power above {HIGHEST}")
    gens = own or [sp.Dummy()]
    try:
        terms = sp.ring(gens, sp.QQ)[0].from_expr(expr)  # ten times as fast as expanding
    except (ValueError, sp.PolynomialError, sp.CoercionFailed):
        raise NotPolynomialError(f"{expr} is no polynomial with rational coefficients") from None
    return sp.Poly.from_dict(dict(terms), *gens, domain=sp.QQ)


def denominators(statement: sp.Basic) -> list[sp.Expr]:
    """Return what stands below a fraction line in a statement and holds letters: where one is 0, it says nothing."""
    powers = {one for relation in relations(statement) for one in relation.atoms(sp.Pow)}
    found = {one.base for one in powers if one.exp.is_negative and one.base.free_symbols}
    return sorted(found, key=str)


def relations(statement: sp.Basic) -> set[Any]:
    """Return the relations in a statement."""
    return set(statement.atoms(sp.core.relational.Relational))


def truth_of(statement: sp.Basic) -> Holds:
    """Return a function that says whether a statement is true at exact values of its letters.

    Raises
    ------
    NotPolynomialError
        If a relation in it is not one between polynomials or their quotients.
    """
    match statement:
        case BooleanTrue():
            return lambda _: True
        case BooleanFalse():
            return lambda _: False
        case sp.Not(args=(inner,)):
            holds = truth_of(inner)
            return lambda point: not holds(point)
        case sp.And() | sp.Or():
            parts = [truth_of(part) for part in statement.args]
            if isinstance(statement, sp.And):
                return lambda point: all(part(point) for part in parts)
            return lambda point: any(part(point) for part in parts)
        case sp.Implies(args=(if_, then)):
            first, second = truth_of(if_), truth_of(then)
            return lambda point: not first(point) or second(point)
        case sp.Equivalent():
            parts = [truth_of(part) for part in statement.args]
            return lambda point: len({part(point) for part in parts}) == 1
        case sp.core.relational.Relational():
            return _truth_of_relation(statement)
        case _:
            raise NotPolynomialError(f"{statement} is no relation and no combination of relations")


def _truth_of_relation(relation: Any) -> Holds:
    above, below = (_values_of(one) for one in quotient(relation))
    compare = SIGNS[type(relation)]
    return lambda point: compare(above(point) * below(point))  # x / y has the sign of x y


SIGNS: Mapping[type, Callable[[Any], Any]] = {
    sp.Eq: lambda x: x == 0,
    sp.Ne: lambda x: x != 0,
    sp.Lt: lambda x: x < 0,
    sp.Le: lambda x: x <= 0,
    sp.Gt: lambda x: x > 0,
    sp.Ge: lambda x: x >= 0,
}
"""What a relation says of left minus right side, for numbers and for a solver's own terms."""


def _values_of(poly: sp.Poly) -> Callable[[Mapping[sp.Symbol, fmpq]], fmpq]:
    terms = [(fmpq(int(c.p), int(c.q)), powers) for powers, c in poly.terms()]
    own = cast(Sequence[Any], poly.gens)

    def value(point: Mapping[sp.Symbol, fmpq]) -> fmpq:
        values = [point[x] if x in point else fmpq(0) for x in own]
        total = fmpq(0)
        for c, powers in terms:
            for x, power in zip(values, powers, strict=True):
                if power:
                    c = c * x**power
            total += c
        return total

    return value


def with_values(expr: sp.Basic, values: Mapping[Any, Any]) -> Any:
    """Return an expression or statement with values in the place of letters."""
    return cast(Any, expr).subs(dict(values))


def exactly(point: Point) -> dict[sp.Symbol, fmpq]:
    """Return a point in FLINT's rationals."""
    return {letter: fmpq(value.numerator, value.denominator) for letter, value in point.items()}
