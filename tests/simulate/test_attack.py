"""No number is farther off than its derived bound: a slice of the campaign, its record, and whether it can fail."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, SoftPreference, Table

from . import attack_curves, attack_forms, attack_long, exact_values
from .attack_campaign import CURVES, EXACT, FLOATS, campaign, of_curves, of_exact, of_floats, of_long, of_slopes
from .attack_floats import BLOCK
from .attack_models import FULL, KINDS, attack
from .attack_tally import Tally, class_of
from .exact_values import by_g, by_p, by_weight, roundings_off, value

RECORD = Path(__file__).resolve().parents[2] / "results" / "attack" / "campaign.json"
SEEDS = range(24)


def seen(check, *arguments):
    """Return what a check has noted of many arguments."""
    tally = Tally()
    for one in arguments:
        check(tally, *one)
    assert tally.largest
    return tally


@pytest.mark.parametrize("n", [*range(9), 12])
def test_values_are_within_their_bounds_of_exact_rationals(n):
    assert not seen(of_exact, *((attack(n, seed),) for seed in SEEDS)).above()


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_derivatives_are_within_their_bounds_of_exact_rationals(n):
    assert not seen(of_slopes, *((attack(n, seed),) for seed in SEEDS[: 60 // n])).above()


def test_many_patterns_are_within_their_bounds_of_60_digits():
    assert not seen(of_long, *((n, seed) for n in (60, 300, 1000, 3000) for seed in range(6))).above()


def test_curves_and_their_derivatives_are_within_the_bounds_that_are_returned():
    assert not seen(of_curves, *((seed,) for seed in range(80))).above()


def test_forms_that_share_nothing_agree_within_both_bounds():
    assert not seen(of_floats, *((n, 0) for n in (1, 2, 3, 5, 8, 12, 20, 33, 64))).above()


@pytest.mark.slow
def test_the_whole_campaign_finds_nothing_above_its_bound():
    found = campaign()
    assert not [row for part in PARTS for row in found[part]["above"]]


# --- the record

PARTS = ("exact", "slopes", "long", "curves", "floats")


def test_the_campaign_on_record_found_nothing_above_its_bound():
    record = json.loads(RECORD.read_text())
    assert record["share"] == 1
    assert not [row for part in PARTS for row in record[part]["above"]]
    assert sum(EXACT[n] for n in range(9)) == 10**5
    assert (EXACT[12], sum(FLOATS.values()) * BLOCK) == (2000, 10**6)
    rows = [row for row in record["exact"]["largest"] if row["form"] == "fold"]  # every model has this form
    assert sum(row["numbers"] for row in rows if row["n"] in ("0", "1 to 4", "5 to 8")) == 10**5
    models = [row for row in record["curves"]["largest"] if row["form"] == "tolerance"]
    assert sum(row["numbers"] for row in models) == CURVES


def test_the_bound_is_at_most_100_times_the_largest_error_seen():
    record = json.loads(RECORD.read_text())
    assert {name: ratio for part in PARTS for name, ratio in record[part]["bound_over_error"].items()} == {}


# --- can it fail?


@pytest.mark.parametrize("seed", SEEDS)
def test_exact_values_are_those_of_the_definition(seed, exact):
    one = attack(4, seed)
    p = [Fraction(a, a + b) for a, b in zip(one.sum.right, one.sum.wrong, strict=True)]
    expected = exact(model_of(one), p)
    assert Fraction(*value(one.sum)) == expected


def model_of(one):
    patterns = [Pattern(gamma=1, alpha=1, b=0, g=Fraction(g, FULL)) for g in one.sum.g]
    return PatternModel(patterns, one.rule, None if isinstance(one.rule, Table) else Fraction(one.sum.chance, FULL))


@pytest.mark.parametrize("seed", SEEDS)
def test_exact_derivatives_are_differences_of_exact_values(seed):
    """F is affine in p_k and in g_k; in w_k a small difference comes close."""
    one = attack(3, seed)
    for k in range(3):
        slope = by_p(one.sum, k)
        known = [value(exact_values.certain(one.sum, k, right)) for right in (True, False)]
        assert Fraction(*slope.difference) == Fraction(*known[0]) - Fraction(*known[1])
        assert Fraction(*slope.parts) >= abs(Fraction(*slope.difference))
        if isinstance(one.rule, Table):
            continue
        g = [*one.sum.g]
        g[k] += FULL
        moved = replace(one.sum, g=tuple(g))
        assert Fraction(*by_g(one.sum, k)) == Fraction(*value(moved)) - Fraction(*value(one.sum))
        if isinstance(one.rule, SoftPreference):
            weights = exact_values.weights_of(one.rule, 3)
            step = Fraction(weights[k], 10**9)
            other = SoftPreference([w + step * (i == k) for i, w in enumerate(weights)])
            change = Fraction(*value(replace(one.sum, rule=other))) - Fraction(*value(one.sum))
            got = by_weight(one.sum, k)
            assert abs(change / step - Fraction(*got.difference)) <= Fraction(*got.parts) / 10**8


def test_many_patterns_in_whole_numbers_are_what_the_definition_says():
    for seed in range(12):
        _, p, g = attack_long.long_model(9, seed)
        right = [Fraction(x) for x in p.tolist()]
        sum_ = exact_values.Sum(
            tuple(x.numerator for x in right),
            tuple(x.denominator - x.numerator for x in right),
            tuple(int(x * FULL) for x in g.tolist()),
            0,
            FULL,
            Mean(),
        )
        expected = Fraction(*value(sum_))
        assert abs(Fraction(*attack_long.mean(p, g)) - expected) <= Fraction(1, 2**280)


def test_models_are_of_all_kinds_and_rules():
    some = [attack(5, seed) for seed in range(200)]
    assert {one.kind for one in some} == set(KINDS)
    assert len({type(one.rule) for one in some}) == 5
    assert any(0 < x < 1e-300 for one in some for x in one.p[0])
    assert any(0 < x < 1e-300 for one in some for x in one.q[0])
    assert {0.0, 1.0} <= {x for one in some for x in one.p[0].tolist()}
    for one in some:
        for p, q, right, wrong in zip(one.p[0], one.q[0], one.sum.right, one.sum.wrong, strict=True):
            for got, exact in ((p, (right, right + wrong)), (q, (wrong, right + wrong))):
                assert roundings_off(float(got), exact) <= 2.0**-17


@pytest.mark.parametrize("off", [1 + 2.0**-40, float("nan"), float("inf"), 0.0])
def test_a_wrong_value_is_seen(off, monkeypatch):
    right = attack_forms.value_of
    monkeypatch.setattr(attack_forms, "value_of", lambda *given, **form: off * right(*given, **form))
    with np.errstate(invalid="ignore"):
        assert seen(of_exact, *((attack(5, seed),) for seed in range(12))).above()


def test_a_wrong_derivative_is_seen(monkeypatch):
    right = attack_forms.derivatives_in_p
    monkeypatch.setattr(
        attack_forms,
        "derivatives_in_p",
        lambda *given: right(*given)._replace(by_p=right(*given).by_p * (1 + 2.0**-40)),
    )
    assert seen(of_slopes, *((attack(5, seed),) for seed in range(12))).above()


@pytest.mark.parametrize("name", ["bounded_curves", "bounded_gradient"])
def test_a_bound_too_small_is_seen(name, monkeypatch):
    right = getattr(attack_curves, name)

    def smaller(*given, **options):
        found = right(*given, **options)
        if name == "bounded_curves":
            return replace(found, train=found.train / 1000)
        return replace(found, of_test={of: bound / 1000 for of, bound in found.of_test.items()})

    monkeypatch.setattr(attack_curves, name, smaller)
    assert seen(of_curves, *((seed,) for seed in range(20))).above()


def test_what_is_infinite_or_has_no_bound_is_above_any_bound():
    tally = Tally()
    tally.note("form", "rule", 3, float("inf"), 5.0, 1)
    tally.note("other", "rule", 3, 1.0, 0.0, 1)
    tally.note("fine", "rule", 3, 0.0, 0.0, 1)
    tally.note("nearly", "rule", 3, 1.00001, 1.0, 1)
    assert [row["form"] for row in tally.above()] == ["form", "nearly", "other"]
    assert class_of(0) == "0"
    assert class_of(8) == "5 to 8"
