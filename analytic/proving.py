"""`prove`: whether a statement about the model's letters holds wherever its assumptions do.

Proved means that two independent means found no exception: z3, cvc5, or, where the statement is affine in each letter
and nothing is assumed but ranges, the vertices of the box (an affine function is least at a vertex). Refuted means a
counterexample in rational numbers that was put into the statement exactly. Everything else is undecided.
"""

import itertools
import math
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal, cast

import sympy as sp
from flint import fmpq
from sympy.logic.boolalg import Boolean

from .accuracy import acc_test
from .announced import announced
from .errors import InputError, demand, shown
from .exact_statements import NotPolynomialError, Point, denominators, exactly, letters, quotient, truth_of
from .rules import Rule
from .solvers import SOLVERS, ask
from .statements_at_points import at_point
from .symbols import gamma, p

SHARES = re.compile(r"(p|gamma|g)_\d+|c|c_train|z")
"""Letters that lie in [0, 1], with SymPy's assumption of `symbols` that they are not negative."""
SIGNS_OF_LETTERS: Mapping[str, Any] = {
    "positive": sp.Gt,
    "negative": sp.Lt,
    "nonnegative": sp.Ge,
    "nonpositive": sp.Le,
    "nonzero": sp.Ne,
}
"""What SymPy may know of the sign of a letter, the strongest first."""
MOST_VERTICES = 2**16
CANDIDATES = 3000
"""Points at which a counterexample is looked for before a solver is asked: small fractions, for checks by hand."""
SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """What `prove` found."""

    claim: Boolean
    assumed: tuple[Boolean, ...]
    """What was assumed of the letters: their ranges, the assumptions given, and that no denominator is 0."""
    verdict: Literal["proved", "refuted", "undecided"]
    reason: str
    means: tuple[str, ...]
    """The independent means that found no exception: two or more where the verdict is "proved", but for a claim that
    SymPy itself has reduced to true."""
    counterexample: Mapping[sp.Symbol, Fraction]
    """Where the assumptions hold and the claim does not, exactly; empty unless refuted."""
    fails: Boolean | None
    """The part of the claim that is false there."""
    defined: tuple[Boolean, ...] = ()
    """Those of `assumed` that say that no denominator is 0: elsewhere the claim says nothing."""

    def __str__(self) -> str:
        """Return the verdict, what can be checked by hand, and the assumptions that nobody has written down."""
        there = f"; there {_false(self.fails, self.counterexample)}" if self.counterexample else ""
        silently = [*(f"{one} is real" for one in self._of_unknown_kind()), *map(_not_zero, self.defined)]
        where = f"; assumed: {', '.join(silently)}" if silently else ""
        return f"{self.verdict}: {self.reason}{there}{where}"

    def _of_unknown_kind(self) -> list[sp.Symbol]:
        """Return the letters that SymPy itself would take for complex numbers."""
        return [one for one in letters((self.claim, *self.assumed)) if one.is_real is None]


def prove(claim: Boolean, assuming: Boolean | Iterable[Boolean] = (), seconds: float = SECONDS) -> Answer:
    """Return whether `claim` holds for all letters that satisfy `assuming`.

    The letters of `symbols` have their ranges: p, gamma, g, c, c_train and z lie in [0, 1], alpha and b are at least
    0. Of other letters is assumed that they are real, and their sign, if SymPy was told of it.

    Parameters
    ----------
    claim
        A SymPy relation between polynomials or their quotients, or a combination of such by And, Or, Not, Implies,
        Equivalent. Strings are refused: nothing that a file or a user writes is evaluated.
    assuming
        One or several of the same.
    seconds
        For each solver, more than 0.

    Raises
    ------
    InputError
        If these are no SymPy statements, or the assumptions contradict each other.
    MachineError
        If a solver is needed and not installed.

    Examples
    --------
    >>> from grokdd.analytic.symbols import g
    >>> print(prove(never_falls(2), assuming=g(1) > 0))
    refuted: gamma_0 = 1, gamma_1 = 1, g_0 = 0, g_1 = 1; there 1/2 >= 1 is false
    >>> print(prove(sp.Le(g(0) * g(1), g(0))))
    proved: vertices, z3 and cvc5 find no exception
    """
    given = _demand_statements(claim, assuming)
    with announced("looking for a proof or an exception"):
        return _answer(claim, given, seconds)


def _answer(claim: Boolean, given: tuple[Boolean, ...], seconds: float) -> Answer:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < math.inf:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"seconds must be a number greater than 0, got {shown(seconds)}")
    assumed = (*_ranges(claim, given), *given)
    try:
        defined = tuple(_defined(claim, given))
        question = _Question(claim, (*defined, *assumed))
    except NotPolynomialError as error:
        return Answer(claim, assumed, "undecided", f"no solver understands it: {error}", (), {}, None)
    if not question.assumptions_can_hold(seconds):
        raise InputError(f"assuming must be satisfiable, got {shown(sp.And(*given))}; no values satisfy it")
    return replace(question.answer(seconds, only_ranges=not given), defined=defined)


def never_falls(n: int, rule: Rule | None = None, *, chance: bool = False) -> Boolean:
    """Return the condition that acc_test of n patterns falls for no speeds and inflections whatever.

    It is V(B + i) >= V(B) for each set B of patterns and each other pattern i, where V(B) is acc_test with the
    patterns in B at gamma and the others at 0 (docs/theory.md, 3.6).

    Parameters
    ----------
    n
        Number of patterns, 0 to 6.
    rule
        The generalization rule; the mean by default.
    chance
        Whether G(empty) is the letter `c` instead of 0.

    Examples
    --------
    >>> never_falls(1, chance=True)
    c*(1 - gamma_0) + g_0*gamma_0 >= c
    """
    if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= 6:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"n must be a number of patterns from 0 to 6, got {shown(n)}")
    demand("chance", chance, bool, "True or False")
    heights = [acc_test(n, rule=rule, chance=chance)]
    for i in range(n):  # bit i of the place in the list is whether pattern i is learned
        heights = [one.xreplace({p(i): stands_at}) for stands_at in (sp.Integer(0), gamma(i)) for one in heights]
    edges = [(mask, mask | 1 << i) for i in range(n) for mask in range(2**n) if not mask >> i & 1]
    # SymPy would ask itself of each whether it is always true, for seconds; only against 0 it can tell.
    steps = (sp.Ge(heights[high], heights[low], evaluate=heights[low] == 0) for low, high in edges)
    return cast(Boolean, sp.And(*steps))


def _demand_statements(claim: object, assuming: object) -> tuple[Boolean, ...]:
    if not _is_statement(claim):
        raise InputError(f"claim must be a SymPy relation or Boolean, got {shown(claim)}; write sp.Ge(x, y)")
    given = (assuming,) if _is_statement(assuming) else assuming
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InputError(f"assuming must be SymPy relations, got {shown(assuming)}")
    statements = tuple(cast(Iterable[object], given))
    for i, one in enumerate(statements):
        if not _is_statement(one):
            raise InputError(f"assuming[{i}] must be a SymPy relation or Boolean, got {shown(one)}")
    for one in cast(tuple[Boolean, ...], (claim, *statements)):
        for letter in one.free_symbols:
            if isinstance(letter, sp.Symbol):
                _demand_real(letter)
    return cast(tuple[Boolean, ...], statements)


def _demand_real(letter: sp.Symbol) -> None:
    """Refuse a letter of which more or less is assumed than a solver of real arithmetic can be told."""
    if letter.is_extended_real is False:
        raise InputError(f"letters must be real, got {letter}")
    told = {name for name, value in letter.assumptions0.items() if value is not None}
    kinds = ("prime", "even", "odd", "integer", "noninteger", "rational", "irrational", "algebraic", "transcendental")
    known = [name for name in kinds if name in told and name not in _implied_by_sign(letter)]
    if known:
        raise InputError(f"letters may be known to be real or of one sign, got {letter}, which is {known[0]} too")


def _implied_by_sign(letter: sp.Symbol) -> set[str]:
    """Return what SymPy concludes from the sign of a letter alone."""
    sign = {name: True for name in ("real", *SIGNS_OF_LETTERS) if letter.assumptions0.get(name)}
    return set(sp.Symbol(letter.name, **sign).assumptions0)


def _is_statement(value: object) -> bool:
    """Return whether a value is a relation or a combination of relations; to SymPy a letter is a Boolean too."""
    return isinstance(value, Boolean) and not isinstance(value, sp.Symbol)


def _ranges(claim: Boolean, given: Iterable[Boolean]) -> Iterator[Boolean]:
    for letter in letters((claim, *given)):
        if is_share(letter):
            yield cast(Boolean, sp.Le(letter, 1))
        for name, relation in SIGNS_OF_LETTERS.items():
            if letter.assumptions0.get(name):
                yield cast(Boolean, relation(letter, 0, evaluate=False))
                break


def is_share(letter: sp.Symbol) -> bool:
    """Return whether a letter is one of those of `symbols` that lie in [0, 1]; a name alone does not make it one."""
    return SHARES.fullmatch(letter.name) is not None and letter == sp.Symbol(letter.name, nonnegative=True)


def _defined(claim: Boolean, given: Iterable[Boolean]) -> Iterator[Boolean]:
    for below in denominators(cast(Boolean, sp.And(claim, *given))):
        if (condition := sp.Ne(below, 0)) != sp.true:  # true where the letters are of one sign
            yield cast(Boolean, condition)


class _Question:
    """A claim with all that is assumed."""

    def __init__(self, claim: Boolean, assumed: tuple[Boolean, ...]) -> None:
        self.claim, self.assumed = claim, assumed
        self.letters = letters((claim, *assumed))
        self._everything = cast(Boolean, sp.And(*assumed))
        self._claimed, self._allowed = truth_of(claim), truth_of(self._everything)

    def assumptions_can_hold(self, seconds: float) -> bool:
        """Return whether the assumptions hold somewhere, or may."""
        if any(self._allowed(exactly(point)) for point in _candidates(self.letters)):
            return True
        return not all(ask(one, self._everything, sp.false, seconds).answer == "impossible" for one in SOLVERS)

    def answer(self, seconds: float, *, only_ranges: bool) -> Answer:
        if self.claim == sp.true:
            return Answer(self.claim, self.assumed, "proved", "SymPy has reduced it to true", ("SymPy",), {}, None)
        if self.claim == sp.false:
            return Answer(self.claim, self.assumed, "refuted", "SymPy has reduced it to false", (), {}, self.claim)
        for point in _candidates(self.letters):
            if self._contradicted_by(point):
                return self._refuted(point)
        means = ["vertices"] if only_ranges and self._holds_at_vertices() else []
        unknown: list[str] = []
        for solver in SOLVERS:
            found = ask(solver, self._everything, self.claim, seconds)
            if found.answer == "impossible":
                means.append(solver)
            elif found.answer == "unknown":
                unknown.append(f"{solver} did not answer in {seconds:g} s")
            elif len(found.values) == len(self.letters) and self._contradicted_by(found.values):
                return self._refuted(found.values)
            else:
                unknown.append(f"{solver} knows of an exception, but at no rational numbers that confirm it")
        if len(means) >= 2:
            listed = f"{', '.join(means[:-1])} and {means[-1]}"
            return Answer(self.claim, self.assumed, "proved", f"{listed} find no exception", tuple(means), {}, None)
        alone = [f"{means[0]} alone finds no exception, which is not taken for a proof"] if means else []
        return Answer(self.claim, self.assumed, "undecided", "; ".join([*unknown, *alone]), tuple(means), {}, None)

    def _contradicted_by(self, point: Point) -> bool:
        values = exactly(point)
        return self._allowed(values) and not self._claimed(values)

    def _refuted(self, point: Point) -> Answer:
        fails = next(part for part in _parts(self.claim) if not truth_of(part)(exactly(point)))
        where = ", ".join(f"{letter} = {value}" for letter, value in point.items())
        return Answer(self.claim, self.assumed, "refuted", where, (), dict(point), fails)

    def _holds_at_vertices(self) -> bool:
        """Return whether the claim joins relations that are affine in each letter, which all hold at each vertex."""
        if 2 ** len(self.letters) > MOST_VERTICES or not all(map(is_share, self.letters)):
            return False
        if not all(isinstance(part, sp.Lt | sp.Le | sp.Gt | sp.Ge) and _is_affine(part) for part in _parts(self.claim)):
            return False
        vertices = itertools.product((fmpq(0), fmpq(1)), repeat=len(self.letters))
        return all(self._claimed(dict(zip(self.letters, vertex, strict=True))) for vertex in vertices)


def _parts(claim: Boolean) -> tuple[Boolean, ...]:
    return cast(tuple[Boolean, ...], claim.args if isinstance(claim, sp.And) else (claim,))


def _is_affine(relation: Any) -> bool:
    """Return whether both sides differ by a polynomial of degree 1 or less in each letter."""
    above, below = quotient(relation)
    return below.is_ground and all(degree <= 1 for degree in above.degree_list())


def _candidates(letters: Sequence[sp.Symbol]) -> Iterator[dict[sp.Symbol, Fraction]]:
    """Yield points of small fractions: all corners of the shares first, then a grid or as many points of it as fit."""
    steps = {x: _steps(x) for x in letters}
    corners = itertools.product(*(steps[x][:2] for x in letters))
    rest = itertools.product(*steps.values())
    if 5 ** len(letters) > CANDIDATES:
        rng = random.Random(0)
        rest = (tuple(rng.choice(steps[x]) for x in letters) for _ in range(CANDIDATES))
    for values in itertools.chain(itertools.islice(corners, CANDIDATES), rest):
        yield dict(zip(letters, values, strict=True))


def _steps(letter: sp.Symbol) -> list[Fraction]:
    if is_share(letter):
        return [Fraction(1), Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)]
    if letter.is_positive:
        return [Fraction(1), Fraction(2), Fraction(1, 2), Fraction(4), Fraction(1, 4)]
    if letter.is_nonnegative:
        return [Fraction(1), Fraction(0), Fraction(1, 2), Fraction(2), Fraction(4)]
    if letter.is_nonpositive:
        return [Fraction(-1), Fraction(-2), Fraction(-1, 2), Fraction(-4), Fraction(0)]
    return [Fraction(1), Fraction(-1), Fraction(0), Fraction(1, 2), Fraction(2)]


def _false(statement: Boolean | None, point: Point) -> str:
    """Return that a statement is false at a point, with the values there: "5/8 >= 1 is false"."""
    values = at_point(statement, point)
    return f"{values} is false" if isinstance(statement, sp.Rel) else f"it is false that {values}"


def _not_zero(relation: Any) -> str:
    return f"{relation.lhs} is not 0"
