"""What is proved is true, what is refuted comes with a counterexample that can be checked, the rest is undecided."""

import os
import random
import time
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
import sympy as sp

from grokdd.analytic import (
    InputError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    never_falls,
    plateau_heights,
    prove,
    proving,
    solvers,
)
from grokdd.analytic.errors import MachineError
from grokdd.analytic.exact_statements import NotPolynomialError, exactly, truth_of
from grokdd.analytic.solvers import SOLVERS, ask
from grokdd.analytic.symbols import alpha, c, g, gamma, p

x, y = sp.symbols("x y", real=True)


def test_a_wrong_conjecture_is_refuted_by_hand():
    """ "Test accuracy never falls if the second pattern generalizes at all." """
    got = prove(never_falls(2), assuming=g(1) > 0)
    assert got.verdict == "refuted"
    values = {str(letter): value for letter, value in got.counterexample.items()}
    patterns = [Pattern(gamma=values[f"gamma_{i}"], alpha=1, b=100 * i, g=values[f"g_{i}"]) for i in range(2)]
    assert patterns[1].g > 0
    # One of the two orders of learning steps down.
    orders = [patterns, [Pattern(gamma=q.gamma, alpha=1, b=100 - q.b, g=q.g) for q in patterns]]
    heights = [plateau_heights(PatternModel(order)) for order in orders]
    assert any(later < one for steps in heights for one, later in pairwise(steps))
    assert all(value.denominator <= 4 for value in got.counterexample.values())
    assert str(got).startswith("refuted: gamma_0 = ")
    assert str(got).endswith(" is false")


TRUE = [
    (sp.Le(g(0) * g(1), g(0)), ()),
    (sp.Ge(x**2 + y**2, 2 * x * y), ()),
    (x**3 + y**3 >= x * y * (x + y), (x >= 0, y >= 0)),
    (sp.Equivalent(sp.Gt(1 / x, 0), x > 0), ()),
    (sp.Implies(x > 1, x**2 > x), ()),
    (sp.Or(x > 0, x <= 0), ()),
    (never_falls(2), sp.Eq(g(0), g(1))),
    (sp.Ge(alpha(0) * x**2 + 1, sp.Rational(1, 2)), ()),
    (sp.Le(p(0) * (1 - p(0)), sp.Rational(1, 4)), ()),
]
FALSE = [
    (sp.Gt(x**2, 0), ()),
    (sp.Ge(x, 0), ()),
    (sp.Le(p(0) * (1 - p(0)), sp.Rational(6, 25)), ()),
    (sp.Gt(x**2, 2), x >= sp.Rational(14142135623, 10**10)),
    (never_falls(3, Preferred(2)), (g(2) >= g(1), g(1) >= g(0))),
    (sp.Not(sp.And(x > 0, x < sp.Rational(1, 10**6))), ()),
    (sp.Ne(x**2, 4), ()),
]


@pytest.mark.parametrize(("claim", "assuming"), TRUE, ids=lambda x: str(x)[:40])
def test_what_is_true_is_proved(claim: Any, assuming: Any):
    got = prove(claim, assuming=assuming)
    assert got.verdict == "proved"
    assert len(got.means) >= 2 or got.means == ("SymPy",)
    assert got.counterexample == {}


@pytest.mark.parametrize(("claim", "assuming"), FALSE, ids=lambda x: str(x)[:40])
def test_what_is_false_is_refuted_exactly(claim: Any, assuming: Any):
    got = prove(claim, assuming=assuming)
    assert got.verdict == "refuted"
    point = exactly(got.counterexample)
    assert all(truth_of(one)(point) for one in got.assumed)
    assert not truth_of(claim)(point)
    assert got.fails is not None
    assert not truth_of(got.fails)(point)


def test_two_means_prove_a_claim_that_is_affine_in_each_letter():
    assert prove(sp.Le(g(0) * g(1), g(0))).means == ("vertices", "z3", "cvc5")
    assert "vertices" not in prove(sp.Le(g(0) * g(1), g(0)), assuming=g(0) > 0).means  # a box of another shape
    assert "vertices" not in prove(sp.Le(g(0) ** 2, g(0))).means


def test_one_solver_alone_proves_nothing(monkeypatch: pytest.MonkeyPatch):
    def only_z3(solver: Any, *rest: Any) -> Any:
        return ask("z3", *rest) if solver == "z3" else solvers.Finding("unknown", {})

    monkeypatch.setattr(proving, "ask", only_z3)
    got = prove(sp.Ge(x**2 + y**2, 2 * x * y))
    assert got.verdict == "undecided"
    assert got.reason == "cvc5 did not answer in 20 s; z3 alone finds no exception, which is not taken for a proof"


def test_a_solver_that_is_wrong_is_not_believed(monkeypatch: pytest.MonkeyPatch):
    """An exception that does not hold when it is put in, exactly, is none."""
    monkeypatch.setattr(proving, "ask", lambda *_: solvers.Finding("possible", {x: Fraction(3), y: Fraction(3)}))
    got = prove(sp.Ge(x**2 + y**2, 2 * x * y))
    assert got.verdict == "undecided"
    assert "at no rational numbers that confirm it" in got.reason


def test_an_exception_at_irrational_numbers_alone_is_undecided():
    got = prove(sp.Ne(x**2, 2))  # pyright: ignore[reportArgumentType]  # SymPy's stubs
    assert got.verdict == "undecided"
    assert "at no rational numbers that confirm it" in got.reason


def test_what_no_solver_understands_is_undecided():
    got = prove(sp.Ge(sp.exp(x), 1 + x))
    assert (got.verdict, got.means) == ("undecided", ())
    assert "is no polynomial with rational coefficients" in got.reason


def test_a_statement_says_nothing_where_it_is_undefined():
    got = prove(sp.Ge((x**2 + 1) / x, 2), assuming=x >= 0)
    assert got.verdict == "proved"
    assert sp.Ne(x, 0) in got.assumed


def test_the_answer_says_which_denominators_are_assumed_not_to_be_0():
    where = "; assumed: x is not 0"
    assert str(prove(sp.Ge((x**2 + 1) / x, 2), assuming=x >= 0)) == f"proved: z3 and cvc5 find no exception{where}"
    assert str(prove(sp.Gt(1 / x, 0), assuming=x <= 0)) == f"refuted: x = -1; there -1 > 0 is false{where}"
    two = prove(sp.Ge(1 / x, 1 / (x + y)), assuming=(x > 0, y >= 0))
    assert str(two).endswith("; assumed: x is not 0, x + y is not 0")
    inner = prove(sp.Ne(1 / (1 + 1 / x), 0))  # pyright: ignore[reportArgumentType]
    assert str(inner).endswith("no exception; assumed: 1 + 1/x is not 0, x is not 0")
    cancelled = prove(sp.Ne((x**2 - x) / x, -1))  # pyright: ignore[reportArgumentType]
    assert str(cancelled).endswith("no exception; assumed: x is not 0")
    assert prove(sp.Ne(x**2, 2)).defined == ()  # pyright: ignore[reportArgumentType]  # SymPy's stubs


@pytest.mark.parametrize(
    ("claim", "there"),
    [
        (sp.Equivalent(sp.Gt(x**2, 1), x > 1), "x = -2; there it is false that (-2 > 1) if and only if (4 > 1)"),
        (sp.Not(sp.And(x > 0, x < 1)), "x = 1/2; there it is false that not ((1/2 < 1) and (1/2 > 0))"),
        (sp.Implies(x > 0, x > 1), "x = 1; there it is false that (1 > 0) implies (1 > 1)"),
        (sp.Or(x > 1, x < 0), "x = 1; there it is false that (1 < 0) or (1 > 1)"),
        (
            sp.And(x**2 >= 0, sp.Equivalent(x > 0, y > 0)),
            "y = -1; there it is false that (1 > 0) if and only if (-1 > 0)",
        ),
    ],
    ids=str,
)
def test_what_fails_is_told_with_its_numbers(claim: Any, there: str):
    assert there in str(prove(claim))


@pytest.mark.parametrize("solver", SOLVERS)
def test_both_solvers_know_the_ranges(solver: Any):
    inside = sp.And(sp.Ge(x, 0), sp.Le(x, 1))
    assert ask(solver, inside, sp.Le(x**2, x), 5).answer == "impossible"
    found = ask(solver, inside, sp.Le(x, x**2), 5)
    assert found.answer == "possible"
    assert 0 < found.values[x] < 1


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_missing_solver_is_named(solver: Any, monkeypatch: pytest.MonkeyPatch):
    def missing(_: str) -> Any:
        raise ImportError

    monkeypatch.setattr(solvers, "import_module", missing)
    with pytest.raises(MachineError, match=rf"^{solver} is not installed: pip install 'grokdd\[proofs\]'$"):
        ask(solver, sp.true, sp.Ge(x, 0), 1)


@pytest.mark.parametrize(
    ("claim", "assuming", "message"),
    [
        ("x > 0", (), "claim must be a SymPy relation or Boolean, got 'x > 0'; write sp.Ge(x, y)"),
        (x, (), "claim must be a SymPy relation or Boolean, got x; write sp.Ge(x, y)"),
        (x > 0, "x > 1", "assuming must be SymPy relations, got 'x > 1'"),
        (x > 0, (x > 1, "y > 1"), "assuming[1] must be a SymPy relation or Boolean, got 'y > 1'"),
        (x > 0, (x > 1, x < 0), "assuming must be satisfiable, got (x > 1) & (x < 0); no values satisfy it"),
        (sp.Eq(sp.Symbol("z", imaginary=True), 0, evaluate=False), (), "letters must be real, got z"),
    ],
)
def test_what_is_no_question_is_refused(claim: Any, assuming: Any, message: str):
    with pytest.raises(InputError) as error:
        prove(claim, assuming=assuming)
    assert str(error.value) == message


@pytest.mark.parametrize("n", [-1, 7, 2.0, True])
def test_never_falls_is_for_few_patterns(n: Any):
    with pytest.raises(InputError, match=r"^n must be a number of patterns from 0 to 6, got "):
        never_falls(n)


def test_never_falls_says_what_the_plateaus_of_all_orders_say():
    rng, never = random.Random(5), truth_of(never_falls(3))
    seen = set()
    for _ in range(40):
        gammas, gs = ([Fraction(rng.randrange(9), 8) for _ in range(3)] for _ in range(2))
        point = {gamma(i): value for i, value in enumerate(gammas)} | {g(i): value for i, value in enumerate(gs)}
        heights = {
            mask: sum(_probability(gammas, mask, members) * Mean().value(_of(members), gs) for members in range(1, 8))
            for mask in range(8)
        }
        expected = all(heights[mask | 1 << i] >= heights[mask] for mask in range(8) for i in range(3))
        assert never(exactly(point)) == expected
        seen.add(expected)
    assert seen == {True, False}


def _of(mask: int) -> list[int]:
    return [i for i in range(3) if mask >> i & 1]


def _probability(gammas: list[Fraction], learned: int, members: int) -> Fraction:
    shares = [gammas[i] if learned >> i & 1 else Fraction(0) for i in range(3)]
    result = Fraction(1)
    for i, share in enumerate(shares):
        result *= share if members >> i & 1 else 1 - share
    return result


def test_with_a_chance_level_a_pattern_below_it_falls():
    assert prove(never_falls(1, chance=True), assuming=g(0) >= c).verdict == "proved"
    got = prove(never_falls(1, chance=True))
    assert got.verdict == "refuted"
    assert got.counterexample[g(0)] < got.counterexample[c]


def test_letters_of_one_name_are_not_one_letter():
    other = sp.Symbol("x", positive=True)
    got = prove(sp.Ne((x - other) ** 2, sp.Rational(9, 49)))  # pyright: ignore[reportArgumentType]  # SymPy's stubs
    assert got.verdict == "refuted"


def test_what_sympy_knows_of_a_sign_is_assumed_and_a_name_alone_is_not():
    negative, nonzero = sp.Symbol("N", negative=True), sp.Symbol("M", nonzero=True, real=True)
    assert prove(sp.Lt(negative, 0, evaluate=False)).verdict == "proved"
    assert prove(sp.Gt(nonzero**2, 0, evaluate=False)).verdict == "proved"
    assert prove(sp.Gt(sp.Symbol("gamma_0", positive=True), 0, evaluate=False)).verdict == "proved"
    assert prove(sp.Le(sp.Symbol("z", real=True), 1)).verdict == "refuted"


def test_a_denominator_that_cannot_be_0_is_no_assumption():
    positive = sp.Symbol("P", positive=True)
    got = prove(sp.Ge(1 / positive, 0, evaluate=False))
    assert str(got) == "proved: z3 and cvc5 find no exception"
    assert got.defined == ()


def test_an_integer_is_refused():
    with pytest.raises(
        InputError, match=r"^letters may be known to be real or of one sign, got I, which is integer too$"
    ):
        prove(sp.Ge(sp.Symbol("I", integer=True), 0))


@pytest.mark.parametrize("claim", [sp.Ge(x**20000, 0, evaluate=False), sp.Eq(x * 0.1, 1), sp.Eq(x > 0, y > 0)])
def test_what_would_take_a_solver_too_long_or_is_no_number_is_undecided(claim: Any):
    assert prove(claim).verdict == "undecided"


@pytest.mark.parametrize("seconds", [0, -1, "a", float("nan"), True])
def test_seconds_must_be_positive(seconds: Any):
    with pytest.raises(InputError, match=r"^seconds must be a number greater than 0, got "):
        prove(x > 0, seconds=seconds)


def test_assumptions_that_contradict_each_other_are_refused_whatever_the_claim():
    with pytest.raises(InputError, match=r"^assuming must be satisfiable"):
        prove(sp.true, assuming=(x > 1, x < 0))
    assert str(prove(sp.false)) == "refuted: SymPy has reduced it to false"


def test_time_is_kept_whatever_a_solver_does():
    """The mean of fifth powers against the product: cvc5 by itself goes on for minutes."""
    letters = [g(i) for i in range(5)]
    claim = sp.Ge(sp.Add(*(x**5 for x in letters)), 5 * sp.Mul(*letters))
    begun = time.monotonic()
    got = prove(claim, seconds=1)
    assert time.monotonic() - begun < 30  # two solvers and the points that are tried first, on a busy machine
    assert got.verdict == "undecided"
    assert "cvc5 did not answer in 1 s" in got.reason


def test_a_solver_that_is_ended_knows_nothing(monkeypatch):
    monkeypatch.setattr(solvers, "_asked", lambda *_: os._exit(1))
    x = sp.Symbol("x", real=True)
    assert solvers.ask("cvc5", sp.true, sp.Ge(x**2, 0), 1).answer == "unknown"


def test_what_a_solver_does_not_understand_is_said_from_its_own_process():
    x = sp.Symbol("x", real=True)
    with pytest.raises(NotPolynomialError):
        solvers.ask("cvc5", sp.true, sp.Ge(sp.sin(x), 0), 1)
