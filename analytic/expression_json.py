"""SymPy expressions as JSON values and back, as they stand: nothing is evaluated, neither as code nor by SymPy.

An expression is the list of its different parts, each after its own parts, the whole last. A part is an integer; a
rational, {"above": 1, "below": 2}; an infinity, {"infinite": "oo"}; a letter, with what SymPy was told of it,
{"letter": "p_0", "is": {"nonnegative": true}}; or the name of a class with the places of its arguments, ["Mul", 0, 3].
What occurs many times is written once.
"""

from collections.abc import Sequence
from typing import Any, cast

import sympy as sp

_CLASSES: dict[str, type[sp.Basic]] = {
    one.__name__: one
    for one in (sp.Add, sp.Mul, sp.Pow, sp.exp, sp.log, sp.Integral, sp.Tuple, sp.Limit, sp.Heaviside, sp.Equality)
}
_INFINITE: dict[str, sp.Expr] = {"oo": sp.oo, "-oo": -sp.oo}


def to_json(expr: sp.Basic) -> list[Any]:
    """Return an expression as JSON values.

    Raises
    ------
    ValueError
        If it holds something else than sums, products, powers, exponentials, logarithms, steps, integrals, limits,
        equations, rationals, infinities and letters.
    """
    parts: list[Any] = []
    places: dict[sp.Basic, int] = {}

    def place(part: sp.Basic) -> int:
        if part not in places:
            parts.append(_written(part, [place(inner) for inner in part.args]))
            places[part] = len(parts) - 1
        return places[part]

    place(expr)
    return parts


def from_json(parts: object) -> sp.Expr:
    """Return the expression that `to_json` wrote.

    Raises
    ------
    ValueError
        If it is not such a list.
    """
    found: list[sp.Basic] = []
    try:
        for part in cast(list[Any], parts if isinstance(parts, list) else []):
            found.append(_read(part, found))
    except (TypeError, AttributeError) as error:  # parts that SymPy does not put together
        raise ValueError(f"an expression in JSON must be one that was written, got {error}") from None
    if not found or not isinstance(found[-1], sp.Expr | sp.Equality):
        raise ValueError("an expression in JSON must be a list of at least one part, of which the last is a number")
    return cast(sp.Expr, found[-1])


def _written(part: sp.Basic, arguments: Sequence[int]) -> Any:
    name = type(part).__name__
    if isinstance(part, sp.Integer):
        return int(part)
    if isinstance(part, sp.Rational):
        return {"above": int(part.p), "below": int(part.q)}
    if part in (sp.oo, -sp.oo):
        return {"infinite": str(part)}
    if type(part) is sp.Symbol:
        return {"letter": part.name, "is": part._assumptions_orig}  # pyright: ignore[reportAttributeAccessIssue]
    if _CLASSES.get(name) is not type(part):
        raise ValueError(f"{name} has no form in JSON")
    return [name, *arguments]


def _read(part: object, found: Sequence[sp.Basic]) -> sp.Basic:
    match part:
        case int():
            return sp.Integer(part)
        case {"above": int(above), "below": int(below)} if below > 1:
            return sp.Rational(above, below)
        case {"infinite": str(name)} if name in _INFINITE:
            return _INFINITE[name]
        case {"letter": str(name), "is": dict(told)} if set(map(type, told.values())) <= {bool}:
            return sp.Symbol(name, **cast(dict[str, bool], told))
        case [str(name), *places] if name in _CLASSES and all(
            type(at) is int and 0 <= at < len(found) for at in places
        ):
            return _node(_CLASSES[name], [found[cast(int, at)] for at in places])
        case _:
            raise ValueError(f"{str(part)[:80]} is no part of an expression in JSON")


def _is_place(at: object, found: Sequence[sp.Basic]) -> bool:
    return type(at) is int and 0 <= at < len(found)


def _node(of: Any, arguments: list[Any]) -> sp.Basic:
    if of not in (sp.Integral, sp.Tuple) and not all(isinstance(x, sp.Expr) for x in arguments):
        raise ValueError(f"{of.__name__} in JSON must have numbers as arguments")
    if issubclass(of, sp.Add | sp.Mul):
        return of._from_args(arguments)  # in the order in which they stood
    if of in (sp.Integral, sp.Tuple, sp.Limit):
        return of(*arguments)
    return of(*arguments, evaluate=False)
