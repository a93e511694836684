"""Two solvers of real arithmetic, z3 and cvc5, asked whether a statement can be false.

A statement is a SymPy Boolean of polynomial or rational relations between real letters. Both solvers have given wrong
answers in public, so nothing is proved by one of them alone (`proving`).
"""

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from multiprocessing import get_context
from typing import Any, Literal, cast

import sympy as sp
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from .errors import MachineError
from .exact_statements import SIGNS, NotPolynomialError, letters, quotient

Solver = Literal["z3", "cvc5"]
SOLVERS: tuple[Solver, ...] = ("z3", "cvc5")
_MODULES: Mapping[Solver, str] = {"z3": "z3", "cvc5": "cvc5.pythonic"}
_TIME_LIMIT: Mapping[Solver, str] = {"z3": "timeout", "cvc5": "tlimit-per"}
GRACE = 0.5
"""Seconds that a solver may take to notice that its time is over."""
_LOGIC = "QF_NRA"
"""Real polynomials without quantifiers. Left to choose for itself, cvc5 does not answer x^2 + y^2 >= 2 x y."""


@dataclass(frozen=True)
class Finding:
    """What a solver says of the question whether assumptions hold and a claim does not."""

    answer: Literal["impossible", "possible", "unknown"]
    values: Mapping[sp.Symbol, Fraction]
    """Where it is possible, to 30 digits if irrational; empty otherwise, and where a solver cannot write a value."""


def ask(solver: Solver, assumed: Boolean, claim: Boolean, seconds: float) -> Finding:
    """Return whether `assumed` can hold where `claim` does not, for real letters, as one solver sees it.

    Each solver has `seconds`. z3 keeps to them; cvc5 does not always, and hears no interrupt meanwhile, so it is asked
    in a process of its own, which is ended.

    Raises
    ------
    NotPolynomialError
        If a relation is not one between polynomials or their quotients.
    MachineError
        If the solver is not installed.
    """
    _module(solver)
    return _asked(solver, assumed, claim, seconds) if solver == "z3" else _asked_apart(solver, assumed, claim, seconds)


def _asked_apart(solver: Solver, assumed: Boolean, claim: Boolean, seconds: float) -> Finding:
    context = get_context("fork")  # the statements need not be sent, nor SymPy be loaded again
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_answer_into, args=(sender, solver, assumed, claim, seconds), daemon=True)
    with warnings.catch_warnings():  # Python 3.12 warns where there are other threads; the child starts none of theirs
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    sender.close()
    try:
        answer = receiver.recv() if receiver.poll(seconds + GRACE) else Finding("unknown", {})
    except EOFError:  # it was ended from outside, by the system for its memory perhaps
        answer = Finding("unknown", {})
    finally:
        child.kill()
        child.join()
        receiver.close()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer_into(sender: Any, *question: Any) -> None:
    """Send what `_asked` returns or raises, and end the process without what the parent would do at its end."""
    try:
        answer = _asked(*question)
    except Exception as error:
        answer = error
    sender.send(answer)
    os._exit(0)


def _asked(solver: Solver, assumed: Boolean, claim: Boolean, seconds: float) -> Finding:
    api = _module(solver)
    asked = api.SolverFor(_LOGIC)
    asked.set(_TIME_LIMIT[solver], int(1000 * seconds))
    question = sp.And(assumed, sp.Not(claim))
    own = {letter: api.Real(f"x{place}") for place, letter in enumerate(letters([question]))}  # names may repeat
    asked.add(_translated(api, question, own))
    answer = asked.check()
    if answer == api.unsat:
        return Finding("impossible", {})
    if answer != api.sat:
        return Finding("unknown", {})
    model = asked.model()
    values = {letter: _value(model[one]) for letter, one in own.items()}
    return Finding("possible", {letter: value for letter, value in values.items() if value is not None})


def _module(solver: Solver) -> Any:
    try:
        return import_module(_MODULES[solver])
    except ImportError:
        raise MachineError(f"{solver} is not installed: pip install 'grokdd[proofs]'") from None


def _translated(api: Any, statement: sp.Basic, own: Mapping[sp.Symbol, Any]) -> Any:
    """Return a statement in a solver's own terms."""
    match statement:
        case BooleanTrue():
            return api.BoolVal(True)
        case BooleanFalse():
            return api.BoolVal(False)
        case sp.core.relational.Relational():
            return _relation(api, statement, own)
        case sp.Not(args=(inner,)):
            return api.Not(_translated(api, inner, own))
        case sp.And() | sp.Or():
            parts = [_translated(api, part, own) for part in statement.args]
            return api.And(*parts) if isinstance(statement, sp.And) else api.Or(*parts)
        case sp.Implies(args=(if_, then)):
            return api.Implies(_translated(api, if_, own), _translated(api, then, own))
        case sp.Equivalent():
            first, *others = (_translated(api, part, own) for part in statement.args)
            return api.And(*(first == other for other in others)) if len(others) > 1 else first == others[0]
        case _:
            raise NotPolynomialError(f"{statement} is no relation and no combination of relations")


def _relation(api: Any, relation: Any, own: Mapping[sp.Symbol, Any]) -> Any:
    above, below = (_polynomial(api, one, own) for one in quotient(relation))
    return SIGNS[type(relation)](above * below)  # x / y has the sign of x y


def _polynomial(api: Any, poly: sp.Poly, own: Mapping[sp.Symbol, Any]) -> Any:
    """Return a polynomial in a solver's own terms."""
    total = api.RealVal(0)
    gens = cast(Sequence[Any], poly.gens)
    for powers, c in poly.terms():
        term = api.RealVal(f"{c.p}/{c.q}")
        for letter, power in zip(gens, powers, strict=True):
            for _ in range(power):
                term = term * own[letter]
        total = total + term
    return total


def _value(value: Any) -> Fraction | None:
    """Return a value as a fraction; 0 for a letter that a solver leaves open, None if it can only describe it."""
    if value is None:
        return Fraction(0)
    if hasattr(value, "as_fraction"):
        return Fraction(value.as_fraction())
    return Fraction(value.as_decimal(30).rstrip("?")) if hasattr(value, "as_decimal") else None
