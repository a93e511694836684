"""The curves of a model, and the fast door for fits."""

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from grokdd.analytic import (
    Curves,
    InputError,
    MachineError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    SoftPreference,
    Table,
    presets,
)
from grokdd.simulate import accuracies, counting, curves, evaluate, memory

EPS = 2.0**-52
INF = math.inf


def tolerance(n):
    """Return the relative error of test accuracy for given p and q: the wider of the two methods' bounds.

    `test_quadrature` and `test_enumeration` derive both; the enumeration also reads a table of 2 n + 2 roundings.
    """
    return max(2 * n + (n + 1) // 2 + 10, (3 * n + 2 + 2 ** (n // 2) + 2 ** (n - n // 2)) / 2) * EPS


def rules(n):
    return (
        Mean(),
        Preferred(n - 1),
        Priority((n - 1, 0)),
        SoftPreference(range(1, n + 1)),
        Table([(3 * k % 7) / 8 for k in range(2**n)]),
    )


def random_model(rng, n, rule):
    patterns = [
        Pattern(gamma=k / 16, alpha=a / 64, b=b, g=h / 16)
        for k, a, b, h in rng.integers([0, 1, 0, 0], [17, 64, 100, 17], (n, 4)).tolist()
    ]
    chance = None if isinstance(rule, Table) else Fraction(1, 64)
    return PatternModel(patterns, rule, chance=chance, chance_train=Fraction(1, 32))


def logistic(pattern, t):
    """Return p in 60 digits, from the formula as it is written."""
    x = pattern.alpha * (Fraction(t) - pattern.b)
    return _mpf(pattern.gamma) / (1 + mpmath.exp(-_mpf(x)))


def _mpf(number):
    return mpmath.mpf(number.numerator) / number.denominator


def definition(model, t):
    """Return train and test accuracy in 60 digits, from equations (1) and (2)."""
    p = [logistic(pattern, t) for pattern in model.patterns]
    test = mpmath.mpf(0)
    for index in range(2**model.n):
        inside = tuple(i for i in range(model.n) if index >> i & 1)
        weight = mpmath.fprod(p[i] if i in inside else 1 - p[i] for i in range(model.n))
        test += weight * _mpf(model.generalization(inside))
    train = 1 - (1 - _mpf(model.chance_train)) * mpmath.fprod(1 - x for x in p)
    return train, test


@pytest.mark.parametrize(("name", "t", "height"), [
    # docs/theory.md, section 1: the interior maximum and minimum of test accuracy, to 30 digits.
    ("double_descent", 43.556041575451128656475653320877, 0.53373611745528388982959371257407),
    ("double_descent", 97.73714393562846824905595590045, 0.35103530116407378840849677279582),
    ("double_descent", INF, 0.48),
    ("grokking", 291.902397002691798537048681036, 0.99),
])  # fmt: skip
def test_heights_of_the_presets(name, t, height):
    got = curves(presets.named(name), [t]).test[0]
    assert abs(got - height) <= 1e-12


def test_train_level_of_the_grokking_preset():
    assert abs(curves(presets.grokking(), [80.616939225929095105924344327702]).train[0] - 0.99) <= 1e-12


def test_extrema_of_the_double_descent_preset_are_where_they_are_said_to_be():
    for t, sign in ((43.556041575451129, 1), (97.737143935628468, -1)):
        before, there, after = curves(presets.double_descent(), [t - 1e-3, t, t + 1e-3]).test
        assert sign * (there - before) > 0
        assert sign * (there - after) > 0


def test_numbers_of_the_authors_notebook():
    """Davies et al. (2022), Figure 2: the public notebook's parameters on its 300 steps [davies-code]."""
    t = np.arange(300)
    dd, grokking = curves(presets.double_descent(), t), curves(presets.grokking(), t)
    peak = int(dd.test[:80].argmax())
    trough = peak + int(dd.test[peak:].argmin())
    assert (peak, trough) == (44, 98)
    assert dd.test[44] == pytest.approx(0.5335, abs=0.001)
    assert dd.test[98] == pytest.approx(0.3510, abs=0.001)
    assert dd.test[299] == pytest.approx(0.4791, abs=0.001)
    assert grokking.test[200] == pytest.approx(0.500, abs=0.001)
    assert int((grokking.train >= 0.99).argmax()) == 81


def test_grokking_preset_is_its_slow_pattern_exactly():
    c = curves(presets.grokking(), np.linspace(-100, 500, 101))
    assert c.patterns is not None
    assert np.array_equal(c.test, c.patterns[:, 2])


@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize("kind", range(5))
def test_curves_agree_with_the_definition_in_60_digits(n, kind):
    rng = np.random.default_rng(10 * n + kind)
    model = random_model(rng, n, rules(n)[kind])
    times = rng.uniform(-50, 200, 12)
    c = curves(model, times)
    for t, train, error, test in zip(times.tolist(), c.train, c.train_error, c.test, strict=True):
        with mpmath.workdps(60):
            expected_train, expected_test = definition(model, t)
            x = max(abs(float(pattern.alpha) * (t - float(pattern.b))) for pattern in model.patterns)
            # Each product holds n factors p or q, each right to (|x| + 5) eps (`test_logistic`).
            inherited = n * (x + 5) * EPS
            assert abs(train / expected_train - 1) <= inherited + n * EPS
            assert abs(error / (1 - expected_train) - 1) <= inherited + (n + 1) * EPS
            assert abs(test / expected_test - 1) <= inherited + tolerance(n)


def test_curves_are_of_the_stated_shapes():
    model = presets.double_descent()
    c = curves(model, range(7))
    assert isinstance(c, Curves)
    assert c.t.shape == c.train.shape == c.test.shape == c.train_error.shape == (7,)
    assert c.patterns is not None
    assert c.patterns.shape == (7, 3)
    assert curves(model, []).test.shape == (0,)


def test_times_may_come_in_any_order():
    model, t = presets.double_descent(), np.array([300.0, -INF, 44, 0, INF, 44])
    got, expected = curves(model, t), curves(model, np.sort(t))
    back = np.argsort(np.argsort(t, kind="stable"), kind="stable")
    assert np.array_equal(got.t, t)
    for name in ("train", "test", "train_error", "patterns"):
        assert np.array_equal(getattr(got, name), getattr(expected, name)[back])


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("t", [INF, 1e308])
def test_late_limit_is_everything_learned(kind, t, exact):
    model = random_model(np.random.default_rng(kind), 4, rules(4)[kind])
    expected = float(exact(model, [pattern.gamma for pattern in model.patterns]))
    assert curves(model, [t]).test[0] == pytest.approx(expected, rel=tolerance(4), abs=0)


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("t", [-INF, -1e308])
def test_early_limit_is_chance(kind, t):
    model = random_model(np.random.default_rng(kind), 4, rules(4)[kind])
    c = curves(model, [t])
    assert c.test[0] == float(model.chance)
    assert c.train[0] == float(model.chance_train)
    assert c.train_error[0] == 1 - float(model.chance_train)


def test_train_error_keeps_digits_that_the_subtraction_loses():
    slow = Pattern(gamma=1, alpha=1, b=0, g=1)
    c = curves(PatternModel([slow, slow]), [100])
    assert c.train[0] == 1.0
    assert c.train_error[0] == pytest.approx(math.exp(-200), rel=2 * 105 * EPS, abs=0)


def test_gamma_just_below_one_keeps_its_distance():
    pattern = Pattern(gamma=1 - Fraction(1, 10**30), alpha=1, b=0, g=1)
    assert curves(PatternModel([pattern]), [INF]).train_error[0] == 1e-30


def test_no_patterns_are_chance_for_ever():
    c = curves(PatternModel([], chance=Fraction(1, 4), chance_train=Fraction(1, 8)), [-INF, 0, INF])
    assert c.test.tolist() == [0.25] * 3
    assert c.train.tolist() == [0.125] * 3
    assert c.patterns is not None
    assert c.patterns.shape == (3, 0)


@pytest.mark.parametrize("rule", [Mean(), Preferred(0), SoftPreference((3,))])
def test_one_pattern_is_g_times_p(rule):
    c = curves(PatternModel([Pattern(gamma=1, alpha=1, b=3, g=Fraction(3, 4))], rule), np.linspace(-20, 20, 9))
    assert c.patterns is not None
    assert np.array_equal(c.test, 0.75 * c.patterns[:, 0])


@pytest.mark.parametrize("n", [40, 70])
def test_copies_of_one_pattern_are_the_binomial_closed_form(n):
    pattern = Pattern(gamma=Fraction(1, 2), alpha=1, b=3, g=Fraction(3, 4))
    c = curves(PatternModel([pattern] * n), np.linspace(-30, 30, 13))
    assert c.patterns is not None
    expected = -0.75 * np.expm1(n * np.log1p(-c.patterns[:, 0]))  # whoever is right, the mean is g
    # log1p and expm1 are good to an ulp or two, n log1p to one more; p and q carry up to (|x| + 5) eps each.
    x = np.abs(c.t - 3)
    assert (np.abs(c.test / expected - 1) <= (2 * n + n / 2 + 15 + n * (x + 5)) * EPS).all()
    assert np.abs(c.test / expected - 1).max() <= 1e-13


@pytest.mark.parametrize(("rule", "shuffled"), [
    (Mean(), Mean()),
    (Preferred(0), Preferred(2)),
    (Priority((1, 0)), Priority((0, 2))),
    (SoftPreference((1, 2, 3)), SoftPreference((2, 3, 1))),
])  # fmt: skip
def test_order_of_patterns_changes_roundings_only(rule, shuffled):
    first, second, third = random_model(np.random.default_rng(9), 3, Mean()).patterns
    t = np.linspace(-10, 150, 17)
    expected = curves(PatternModel([first, second, third], rule, chance=Fraction(1, 64)), t)
    got = curves(PatternModel([second, third, first], shuffled, chance=Fraction(1, 64)), t)
    assert np.abs(got.test / expected.test - 1).max() <= 2 * tolerance(3)
    assert np.abs(got.train / expected.train - 1).max() <= 2 * 3 * EPS


@pytest.mark.parametrize("make", [lambda n: Mean(), lambda n: SoftPreference([2] * n), lambda n: Preferred(0)])
def test_pattern_with_gamma_zero_drops_out(make):
    rng = np.random.default_rng(2)
    patterns = random_model(rng, 3, Mean()).patterns
    idle = Pattern(gamma=0, alpha=1, b=10, g=1)
    t = np.linspace(-10, 150, 17)
    with_it = curves(PatternModel([*patterns, idle], make(4), chance=Fraction(1, 64)), t)
    without = curves(PatternModel(patterns, make(3), chance=Fraction(1, 64)), t)
    assert np.array_equal(with_it.train, without.train)
    # Not ==: one pattern more may take one node or one row more.
    assert np.abs(with_it.test / without.test - 1).max() <= 2 * tolerance(4)


def test_alpha_may_be_zero_or_huge():
    model = PatternModel([Pattern(gamma=1, alpha=0, b=1, g=1), Pattern(gamma=1, alpha=1e308, b=100, g=1)])
    c = curves(model, [-INF, 99, 100, 101, INF])
    assert c.patterns is not None
    assert c.patterns.tolist() == [[0.5, 0.0], [0.5, 0.0], [0.5, 0.5], [0.5, 1.0], [0.5, 1.0]]
    assert c.test.tolist() == pytest.approx([0.5, 0.5, 0.75, 1, 1], rel=tolerance(2), abs=0)


def test_speed_too_small_for_a_double_still_reaches_its_limits():
    c = curves(PatternModel([Pattern(gamma=1, alpha=Fraction(1, 10**400), b=5, g=1)]), [-INF, 5, INF])
    assert c.test.tolist() == [0.0, 0.5, 1.0]


def test_test_accuracy_never_exceeds_one():
    rng = np.random.default_rng(0)
    patterns = [Pattern(gamma=float(x), alpha=1, b=float(y), g=1) for x, y in rng.random((3, 2))]
    t = rng.uniform(-5, 5, 20_000)
    model = PatternModel(patterns, chance=1)
    parameters = [[float(getattr(pattern, name)) for pattern in patterns] for name in ("gamma", "alpha", "b", "g")]
    assert accuracies(t, *parameters, rule=Mean(), chance=1.0, chance_train=0.0)[1].max() > 1.0  # by a rounding
    assert curves(model, t).test.max() == 1.0


@pytest.mark.parametrize("kind", range(5))
def test_fast_door_gives_the_same_numbers(kind):
    rng = np.random.default_rng(kind)
    model = random_model(rng, 3, rules(3)[kind])
    t = rng.uniform(-50, 200, 50)
    gamma, alpha, b, g = ([float(getattr(x, name)) for x in model.patterns] for name in ("gamma", "alpha", "b", "g"))
    chances = {"chance": float(model.chance), "chance_train": float(model.chance_train)}
    train, test = accuracies(t, gamma, alpha, b, g, rule=model.rule, **chances)
    expected = curves(model, t)
    assert np.array_equal(train, expected.train)
    assert np.array_equal(test, expected.test)


def test_fast_door_takes_any_dtype_and_layout_and_leaves_it_alone():
    wide = np.arange(24, dtype=np.float64).reshape(3, 8)
    variants = [[0, 8, 16], np.array([0, 8, 16], dtype=np.int16), wide[:, 0], np.array([0, 8, 16], dtype=">f8")]
    for b in variants:
        train, test = accuracies([1, 2], [1, 1, 1], [1, 1, 1], b, [1, 0, 1], rule=Mean(), chance=0, chance_train=0)
        assert train.flags.writeable
        assert np.array_equal(
            test,
            accuracies(
                [1, 2], np.ones(3), np.ones(3), np.array([0.0, 8, 16]), [1, 0, 1], rule=Mean(), chance=0, chance_train=0
            )[1],
        )
    assert wide.flags.writeable


def test_fast_door_lets_nan_through():
    train, test = accuracies([math.nan, 1], [1, 1], [1, 1], [1, 1], [1, 0], rule=Preferred(1), chance=0, chance_train=0)
    assert np.isnan(train).tolist() == np.isnan(test).tolist() == [True, False]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"alpha": [1]}, r"alpha must hold one value per pattern, shape \(2,\), got \(1,\)"),
        ({"b": [1, 2, 3]}, r"b must hold one value per pattern, shape \(2,\), got \(3,\)"),
        ({"g": [[1, 0]]}, r"g must have 1 axis, got shape \(1, 2\)"),
        ({"t": 3.0}, r"t must have 1 axis, got shape \(\)"),
        ({"gamma": ["x", "y"]}, "gamma must be an array of numbers, got .'x', 'y'."),
        ({"gamma": [None, 1]}, "gamma must be an array of numbers, got .None, 1.: .*None"),
        ({"gamma": np.ma.masked_greater([1, 0.5], 0.7)}, "gamma must hold no masked values, got .*: fill or drop them"),
        ({"rule": Preferred(2)}, "preferred pattern must lie in 0..1 .patterns count from 0., got 2"),
        ({"rule": Table([0, 1])}, r"values must hold 2\*\*n .* got 2"),
        (
            {"rule": Table([0, 1, 1, 1]), "chance": np.zeros(2)},
            "chance must be a number, got .*; give None with a Table",
        ),
        ({"rule": Table([0.5, 1, 1, 1])}, r"chance must be None with a Table, whose values\[0\] is 0.5, got 0"),
        ({"chance": None}, "^chance must be a number, got None; give 0 for none, and None with a Table alone$"),
        ({"chance": "x"}, "^chance must be a number, got 'x'; give 0 for none, and None with a Table alone$"),
        ({"chance": True}, "^chance must be a number, got True; "),
        ({"chance": 10**400}, "^chance must be a number that a float can hold, got 1000.*; give 0 for none"),
        ({"chance_train": "x"}, "^chance_train must be a number, got 'x'; give 0 for none$"),
        ({"chance_train": None}, "^chance_train must be a number, got None; give 0 for none$"),
        ({"rule": "mean"}, "^rule must be an object of Mean, .* or Table, got 'mean'; for the mean give Mean..$"),
        ({"rule": Mean}, "^rule must be an object of Mean, .* or Table, got <class .*>; for the mean give Mean..$"),
        ({"rule": Table([0, 1, 1, 1]), "chance": "x"}, r"^chance must be a number, got 'x'; give None with a Table$"),
    ],
)
def test_fast_door_refuses_what_does_not_fit(changes, message):
    call: dict[str, Any] = {"t": [0.0], "gamma": [1, 1], "alpha": [1, 1], "b": [1, 1], "g": [1, 0]}
    call |= {"rule": Mean(), "chance": 0, "chance_train": 0}
    with pytest.raises(InputError, match=message) as error:
        accuracies(**{**call, **changes})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("t", "message"),
    [
        ([0.0, math.nan], "t must not hold NaN, got one at index 1"),
        ([[0.0]], r"t must have 1 axis, got shape \(1, 1\)"),
        (0.0, r"t must have 1 axis, got shape \(\)"),
        (["soon"], "t must be an array of numbers, got .'soon'."),
    ],
)
def test_times_that_are_none_are_refused(t, message):
    with pytest.raises(InputError, match=message):
        curves(presets.grokking(), t)


def test_what_is_no_model_is_refused():
    with pytest.raises(InputError, match="model must be a PatternModel, got 'grokking'"):
        curves("grokking", [0])  # pyright: ignore[reportArgumentType]  # that it is wrong is the point


def test_parameters_at_the_ends_of_the_range_are_simulated():
    largest = Fraction(float(np.finfo(np.float64).max))
    c = curves(PatternModel([Pattern(gamma=1, alpha=largest, b=largest, g=1)]), [-INF, 0, float(largest), INF])
    assert c.test.tolist() == [0.0, 0.0, 0.5, 1.0]


def test_a_table_over_too_many_patterns_is_refused_with_the_bytes():
    model = PatternModel([Pattern(gamma=1, alpha=1, b=1, g=1)] * 31, SoftPreference([1] * 31))
    found = curves(model, [0])
    assert found.test[0] == pytest.approx(found.train[0], rel=1e-14)  # g = 1: whoever is right
    with pytest.raises(InputError, match=r"at most 30 .* got 31, which takes 34359738368 bytes"):
        curves(model, [0], form="enumeration")


def test_curves_beyond_free_memory_are_refused_with_the_bytes(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 10**8)
    times = np.broadcast_to(0.0, 5 * 10**6)
    with pytest.raises(MachineError, match="takes 360000000 bytes of memory, and 100000000 are free: ask"):
        curves(presets.grokking(), times)


@pytest.mark.parametrize("form", [None, "counting"])
def test_many_times_are_computed_in_parts_that_ctrl_c_can_come_between(form, monkeypatch):
    times = np.linspace(0, 300, 101)
    model = presets.double_descent()
    expected = curves(model, times, form=form)
    monkeypatch.setattr(evaluate, "AT_ONCE", 60)
    monkeypatch.setattr(counting, "AT_ONCE", 30)
    got = curves(model, times, form=form)
    for name in ("train", "test", "patterns", "train_error"):
        np.testing.assert_allclose(getattr(got, name), getattr(expected, name), rtol=1e-14)
