"""The identities of the closed forms: proved for open n, checked for given n, and refused when a side is changed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

from grokdd.analytic import Identity, InputError, acc_test, closed_forms, identities
from grokdd.analytic.forms.indexed import g, i, j, n, p, q, written_out
from grokdd.analytic.forms.induction import follows, is_zero, one_more, pulled_out
from grokdd.analytic.forms.steps import PRODUCT, SETS, WEIGHTED_PRODUCT, WEIGHTED_SETS
from grokdd.analytic.symbols import c, z

ALL = {identity.name: identity for identity in identities()}
OPEN = {form.name: form.value for form in closed_forms()}
ABOUT_A_PATTERN = {"preference", "preferred_pattern", "slope", "gradient_in_p", "gradient_in_g"}
CHEAP = ["expansion", "weighted_expansion", "total_probability", "mean_integral", "alternating_sum", "shift_rule"]

TINY = sp.Rational(1, 10**9)


def changed(identity: Identity) -> list[Identity]:
    """Return the identity with its right side slightly wrong, in ways that the case n = 0 does not see."""
    right = identity.right
    found = [right + n * TINY, right + TINY * sp.Sum(p[i], (i, 0, n - 1)), (1 + TINY) * right + n * TINY]
    if right.has(sp.Integral):
        found.append(right.replace(sp.Integral, lambda inner, limits: sp.Integral(inner * (1 + TINY * z), limits)))
    return [replace(identity, right=one) for one in found]


# --- checked


@pytest.mark.parametrize("name", ALL)
def test_identities_hold_for_few_patterns(name: str):
    for count in range(name in ABOUT_A_PATTERN, 6 if name not in ("slope", "equal_weights") else 5):
        assert ALL[name].check(count)


@pytest.mark.parametrize("name", ALL)
def test_check_sees_a_wrong_side(name: str):
    for wrong in changed(ALL[name]):
        assert not wrong.check(2)


@pytest.mark.parametrize("name", CHEAP)
def test_cheap_identities_hold_for_eight_patterns(name: str):
    assert ALL[name].check(8)


@pytest.mark.slow
@pytest.mark.parametrize("count", [6, 7, 8])
@pytest.mark.parametrize("name", ALL)
def test_identities_hold_for_more_patterns(name: str, count: int):
    assert ALL[name].check(count)


# --- proved


@pytest.mark.parametrize("name", ALL)
def test_the_proof_comes_out(name: str):
    assert ALL[name].induction()


@pytest.mark.parametrize("name", ALL)
def test_the_proof_sees_a_wrong_side(name: str):
    for wrong in [*changed(ALL[name]), replace(ALL[name], right=ALL[name].right + TINY)]:
        assert not wrong.induction()


def test_an_induction_needs_its_start_and_its_step():
    assert follows(SETS, PRODUCT)
    assert not follows(SETS, PRODUCT + 1)  # the step fails too
    doubled = 2 * SETS
    assert not follows(doubled, PRODUCT)  # the start alone: both sides grow by the factor x_n + y_n
    assert not follows(WEIGHTED_SETS, WEIGHTED_PRODUCT)  # without the first expansion
    assert follows(WEIGHTED_SETS, WEIGHTED_PRODUCT, {SETS: PRODUCT})


@pytest.mark.parametrize("count", range(4))
def test_one_more_is_the_next_instance(count: int):
    for expr in (
        SETS,
        PRODUCT,
        WEIGHTED_SETS,
        WEIGHTED_PRODUCT,
        *(OPEN[name] for name in OPEN if name != "soft_integral"),
    ):
        choice = {q: sp.Integer(min(1, count))}
        if expr.has(sp.Symbol("k", integer=True, nonnegative=True)):
            continue  # below
        got = written_out(one_more(expr), {n: sp.Integer(count), **choice})
        expected = written_out(expr, {n: sp.Integer(count + 1), **choice})
        assert sp.expand((got - expected).doit()) == 0


def test_the_integrand_grows_by_the_recurrence_of_quadrature():
    # docs/theory.md, section 2.5: N <- N D + g p L, with D = 1 - p + p z and L the product of the earlier D.
    integrand: Any = next(iter(OPEN["mean_integral"].atoms(sp.Integral))).args[0]
    factor = 1 - p[n] + p[n] * z
    all_earlier = sp.Product(1 - p[j] + p[j] * z, (j, 0, n - 1))
    assert is_zero(one_more(integrand) - (integrand * factor + g[n] * p[n] * all_earlier))
    assert not is_zero(one_more(integrand) - (integrand * factor + g[n] * p[n]))


def test_a_list_grows_by_its_last_pattern():
    listed: Any = sp.Sum(p[i] * sp.Product(1 - p[j], (j, 0, i - 1)), (i, 0, q - 1))
    assert one_more(listed, q) == listed + p[q] * sp.Product(1 - p[j], (j, 0, q - 1))


def test_factors_are_pulled_out_of_sums():
    assert pulled_out(sp.Sum(c * g[i], (i, 0, n - 1))) == c * sp.Sum(g[i], (i, 0, n - 1))


# --- what they say


def test_the_identities_name_the_forms_that_they_connect():
    sides = {(name, ALL[name].left, ALL[name].right) for name in ALL}
    for name, left, right in (
        ("train_accuracy", "train_subsets", "train"),
        ("mean_integral", "mean_subsets", "mean_integral"),
        ("mean_multilinear", "mean_multilinear", "mean_integral"),
        ("priority_order", "priority_subsets", "priority_integral"),
        ("soft_preference", "soft_subsets", "soft_integral"),
    ):
        assert (name, OPEN[left], OPEN[right]) in sides


def test_every_identity_has_a_proof_and_a_place_in_the_theory():
    assert len(ALL) == len(identities()) == 16
    for identity in ALL.values():
        assert identity.statement.endswith(".")
        assert identity.proof.endswith(".")
        assert identity.source.startswith("docs/theory.md, section")


def test_the_preferred_pattern_is_that_of_accuracy():
    # The right side for three patterns, written by hand: docs/theory.md, section 2.4.
    others = acc_test(2, chance=True)
    got = written_out(
        ALL["preferred_pattern"].right,
        {n: sp.Integer(3), sp.Symbol("k", integer=True, nonnegative=True): sp.Integer(2)},
    )
    p_2, g_2 = sp.symbols("p_2 g_2", nonnegative=True)
    assert sp.expand(got - (p_2 * g_2 + (1 - p_2) * others)) == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ALL["expansion"].check(9), "count must be a number of patterns, 0 to 8, got 9"),
        (lambda: ALL["expansion"].check(True), "count must be a number of patterns, 0 to 8, got True"),
        (lambda: ALL["slope"].check(0), "count must be at least 1 for slope, which is about a pattern, got 0"),
    ],
)
def test_what_cannot_be_checked_is_refused(make: Callable[[], object], message: str):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value) == message
