"""A closed form as a record: the formula, its letters, where it holds, a point where it does, and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from ..announced import announced
from ..errors import InputError, demand, shown
from ..exact import Exact, as_fraction, readable
from ..kept_expressions import kept_expression
from ..symbols import c, c_train, t
from .indexed import G, Letter, alpha, b, g, gamma, i, integrated, k, letters, n, p, q, r, w, written_out

LARGEST = 8
"""Patterns up to which a form is written out: some have 2**n terms, and rates sum over two patterns more."""

SLOW = 6
"""Patterns from which on writing out a form of 2**n terms, or its second derivative, may take seconds: it is kept."""

_CHOICES = ((k, 0), (q, 1), (r, 0))
"""The other letters that an instance must choose, and how far beyond n - 1 each may go."""


def demand_count(name: str, count: object) -> None:
    """Raise an InputError that calls it `name` unless `count` is a number of patterns that can be written out."""
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= LARGEST:
        raise InputError(f"{name} must be a number of patterns, 0 to {LARGEST}, got {shown(count)}")


def point(count: int) -> dict[Letter, Any]:
    """Return a number for every letter, for `count` patterns: where most of our formulas hold, and none is trivial."""
    patterns = range(count)
    return {
        n: count,
        k: count - 1,
        q: min(2, count),
        r: 0,
        p: [Fraction(1, at + 2) for at in patterns],
        g: [Fraction(at % 3, 2) for at in patterns],
        w: [Fraction(at + 2, 2) for at in patterns],
        G: [Fraction(at + 1, 2**count) for at in range(2**count)],
        gamma: [Fraction(at + 1, count + 1) for at in patterns],
        alpha: [Fraction(at + 1, 10) for at in patterns],
        b: [10 * at for at in patterns],
        c: Fraction(1, 97),
        c_train: Fraction(1, 97),
        t: 15,
    }


@dataclass(frozen=True, kw_only=True)
class ClosedForm:
    """A formula for one quantity, with the conditions under which it holds.

    The number of patterns may be left open: then it is the letter `n`, and patterns have an index, as in
    `indexed`. Or it is given, and the letters are those of `symbols`.

    Raises
    ------
    InputError
        If the witness leaves out a letter, lies where the form does not hold, or makes it undefined.

    Examples
    --------
    >>> from grokdd.analytic import closed_forms
    >>> train = closed_forms()[0]
    >>> train.expr, train.variables
    (-(1 - c_train)*Product(1 - p[j], (j, 0, n - 1)) + 1, (c_train, n, p))
    >>> train.instance(2)
    -(1 - c_train)*(1 - p_0)*(1 - p_1) + 1
    """

    name: str
    """Short and unique, such as mean_integral."""
    title: str
    """What it is the value of."""
    expr: sp.Expr | sp.Eq
    """The formula; for a limit an equation, whose left side is the limit, not carried out."""
    where: Boolean
    """Where it holds, besides what the letters assume. A condition on p[i] is meant for every i in 0..n-1."""
    witness: Mapping[Letter, Exact | Sequence[Exact]] = field(hash=False)
    """A point where it holds: a number for each letter, and a sequence of them for one with an index."""
    source: str
    """Where it is proved, and the paper if it is the paper's."""
    says: str
    """What it means or why it is so, in one sentence."""

    def __post_init__(self) -> None:
        demand("expr", self.expr, sp.Basic, "a SymPy expression or equation")
        demand("where", self.where, Boolean, "a SymPy relation or Boolean")
        demand("witness", self.witness, Mapping, "a mapping from letters to numbers")
        object.__setattr__(self, "witness", MappingProxyType(dict(self.witness)))
        try:
            self.at(self.witness)
        except InputError as error:
            raise InputError(f"witness of {self.name} must be a point of it: {error}") from None

    @property
    def value(self) -> sp.Expr:
        """The formula; of an equation, its right side."""
        return cast(sp.Expr, self.expr.rhs if isinstance(self.expr, sp.Eq) else self.expr)

    @cached_property
    def variables(self) -> tuple[Letter, ...]:
        """The free letters of the formula and its conditions, one for all indices of p[i], sorted by name."""
        found = {*letters(self.expr), *letters(self.where)}
        open_too = {n} if any(isinstance(letter, sp.IndexedBase) for letter in found) else set[Letter]()
        return tuple(sorted((found | open_too) - {i}, key=str))

    def instance(self, count: int, *, k: int | None = None, q: int | None = None, r: int | None = None) -> Any:
        """Return the formula for `count` patterns in the letters of `symbols`, its sums and products written out.

        From 6 patterns on it is kept on the disk: with 8, sums over sets take seconds, and their second derivatives
        in time minutes.

        Parameters
        ----------
        count
            Number of patterns, 0 to 8, put in for `n`.
        k, q, r
            Numbers for these letters: needed if they are in the formula, else passed over.

        Returns
        -------
        expr
            As `expr`; integrals and limits stay as they are.

        Raises
        ------
        InputError
            If the number of patterns is given already, or a number is missing or has no meaning.
        """
        if n not in self.variables:
            raise InputError(f"{self.name} must leave n open to have instances, but its number of patterns is given")
        demand_count("count", count)
        numbers = {n: sp.Integer(count)}
        for (letter, beyond), choice in zip(_CHOICES, (k, q, r), strict=True):
            if letter in self.variables:
                numbers[letter] = sp.Integer(_chosen(f"{letter} of {self.name}", choice, count + beyond))
        if count < SLOW:
            return written_out(self.expr, numbers)
        says = f"writing out {self.name} for {count} patterns"
        asked = [sp.srepr(self.expr), {str(letter): str(number) for letter, number in numbers.items()}]
        return kept_expression("instance", lambda: written_out(self.expr, numbers), asked, says)

    def at(self, values: Mapping[Letter, Exact | Sequence[Exact]]) -> sp.Expr:
        """Return the value at a point, exactly: a SymPy number, never a float.

        Parameters
        ----------
        values
            A number for each of `variables`; for a letter with an index a sequence of them, n for the
            patterns and 2**n for the sets. Floats stand for their exact binary values. Other letters
            are passed over.

        Raises
        ------
        InputError
            If a letter has no number or one that it cannot be, or the form does not hold or is undefined there.

        Examples
        --------
        >>> from grokdd.analytic import closed_forms
        >>> from grokdd.analytic.symbols import c_train
        >>> closed_forms()[0].at({n: 2, p: (Fraction(1, 2), Fraction(1, 3)), c_train: 0})
        2/3
        """
        demand("values", values, Mapping, "a mapping from letters to numbers")
        numbers = _numbers(self.variables, values)
        self._demand_conditions(numbers)
        with announced(f"computing {self.name} exactly"):
            found = integrated(written_out(self.value, numbers))
        if not found.is_number or found.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
            raise InputError(f"values must be a point where {self.name} is defined, got {shown(found)}")
        return found

    def _demand_conditions(self, numbers: Mapping[Letter, Any]) -> None:
        for condition in sorted(sp.And.make_args(self.where), key=str):
            indices = range(int(numbers[n])) if i in letters(condition) else [0]
            for index in indices:
                if written_out(condition, {**numbers, i: sp.Integer(index)}) != sp.true:
                    where = f" for i = {index}" if i in letters(condition) else ""
                    raise InputError(f"values must meet {condition}, where {self.name} holds, and do not{where}")


def open_form(
    name: str, title: str, expr: Any, source: str, says: str, *, where: Any = sp.true, in_time: bool = False
) -> ClosedForm:
    """Return a record for open n, whose witness is `point(3)`, or `point(2)` in time.

    Parameters
    ----------
    name, title, expr, source, says
        As in `ClosedForm`.
    where
        What is demanded besides p[i] <= 1; in time, besides gamma[i] <= 1.
    in_time
        Whether the letters are gamma[i], alpha[i], b[i] and t instead of p[i].
    """
    conditions = cast(Boolean, sp.And(sp.Le(gamma[i] if in_time else p[i], 1), where))
    found = {*letters(expr), *letters(conditions)}
    witness = {letter: value for letter, value in point(2 if in_time else 3).items() if letter in found}
    return ClosedForm(name=name, title=title, expr=expr, where=conditions, witness=witness, source=source, says=says)


def _chosen(name: str, choice: object, beyond: int) -> int:
    if isinstance(choice, bool) or not isinstance(choice, int) or not 0 <= choice < beyond:
        demand = f"be an int from 0 to {beyond - 1}" if beyond else "be absent where there are no patterns"
        raise InputError(f"{name} must {demand}, got {shown(choice)}")
    return choice


def _numbers(variables: Sequence[Letter], values: Mapping[Letter, Any]) -> dict[Letter, Any]:
    """Return a SymPy number for each variable, a tuple of them for one with an index."""
    found: dict[Letter, Any] = {}
    for letter in sorted(variables, key=lambda one: one != n):  # n first: it says how many the others need
        if letter not in values:
            raise InputError(f"values must hold {letter}, got none")
        given = values[letter]
        if isinstance(letter, sp.Symbol):
            found[letter] = _number(str(letter), letter, given)
            if letter == n and found[n] > LARGEST:
                raise InputError(f"n must be at most {LARGEST}, got {found[n]}; for more use grokdd.simulate")
            continue
        needed = 2 ** found[n] if letter == G else found[n]
        if not isinstance(given, Sequence) or len(given) != needed:
            raise InputError(f"{letter} must be a sequence of {needed} numbers, got {shown(given)}")
        found[letter] = tuple(_number(f"{letter}[{at}]", letter.label, one) for at, one in enumerate(given))
    return found


def _number(name: str, letter: Any, value: object) -> sp.Expr:
    exact = as_fraction(name, value)
    number = sp.Rational(exact.numerator, exact.denominator)
    for fact in ("integer", "positive", "nonnegative"):
        if letter.assumptions0.get(fact) and not getattr(number, f"is_{fact}"):
            raise InputError(f"{name} must be {fact}, got {readable(exact)}")
    return number
