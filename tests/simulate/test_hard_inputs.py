"""Eight inputs that break numerical code, and what every form makes of them: the tests of each form go further.

| input | more of it in |
| --- | --- |
| p of 0 and 1 | `test_quadrature`, `test_enumeration`, `test_derivatives`; at random in `test_attack` |
| many patterns | `test_long_quadrature` (10^6 in 50 digits), `test_coverage`, `test_set_functions` (bytes) |
| gamma = 0 | `test_metamorphic` (all rules), `test_derivatives` (its own derivative), `test_logistic` |
| alpha of 0 and without end, t = b | `test_logistic`, `test_many_models`, `test_bounds` |
| t without end, NaN | `test_evaluate`, `test_logistic`, `test_derivatives` |
| tiny p | `test_quadrature`, `test_enumeration`, `test_soft_quadrature`, `test_coverage` |
| copies | `test_evaluate` (binomial closed form), `test_metamorphic` |
| no pattern, one, what does not fit | `test_evaluate`, `test_quadrature`, `test_enumeration`, `test_many_models` |

What exact algebra and balls must say of them stands in tests/analytic/test_hard_inputs.py. Warnings are errors here.
"""

import math
from fractions import Fraction

import numpy as np
import pytest

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference, Table
from grokdd.simulate import bounded_curves, curves, gradient, hessian_product
from grokdd.simulate.derivatives import derivatives_in_p
from grokdd.simulate.rounding import U, roundings
from grokdd.simulate.value_forms import value_of

FORMS = ("quadrature", "counting", "enumeration", "fold", "matrix")


def rules(n):
    yield from (Mean(), SoftPreference([1] * n), SoftPreference(range(1, n + 1)))
    if n:
        yield from (Preferred(n - 1), Priority(range(n)))


def values(p, g, rule, chance=0.0):
    """Return test accuracy at p (n,) by every form of a rule that is no Table."""
    p = np.array([p], dtype=float)
    return [float(value_of(p, 1 - p, np.array(g, dtype=float), rule, chance, form)[0]) for form in FORMS]


def test_1_predictiveness_of_exactly_0_or_1():
    """p = (0, 1, 1/2), g = (0.2, 0.4, 0.9) under the mean: 0.5 * 0.4 + 0.5 * 0.65."""
    assert values([0, 1, 0.5], [0.2, 0.4, 0.9], Mean()) == pytest.approx([0.525] * 5, rel=30 * U, abs=0)
    for rule in rules(3):
        assert values([0, 0, 0], [0.25, 0.5, 1], rule) == [0.0] * 5
        everybody = float(rule.value((0, 1, 2), [Fraction(1, 4), Fraction(1, 2), Fraction(1)]))
        assert values([1, 1, 1], [0.25, 0.5, 1], rule) == pytest.approx([everybody] * 5, rel=30 * U, abs=0)
        for p in ([0.0, 1.0, 0.5], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 1.0]):
            found = derivatives_in_p(np.array([p]), 1 - np.array([p]), np.array([0.25, 0.5, 1.0]), rule, 0.125)
            for k in range(3):
                known = [values([*p[:k], x, *p[k + 1 :]], [0.25, 0.5, 1], rule, 0.125)[2] for x in (1, 0)]
                assert abs(found.by_p[0, k] - (known[0] - known[1])) <= 2 * roundings(rule, 3) * U


def test_2_many_patterns():
    """Of equal g, whoever is right: 1 - prod q times g, or g itself where all are certain."""
    for n in (70, 1000, 10**6):
        g = np.full(n, 0.75)
        for p, error in ((np.ones((1, n)), 0.0), (np.full((1, n), 1 / n), math.exp(n * math.log1p(-1 / n)))):
            got = float(value_of(p, 1 - p, g, Mean(), 0.0)[0])
            # n roundings of q = 1 - p in prod q, which is at most exp(-1); exp and log1p are good to a few units
            assert abs(got - 0.75 * (1 - error)) <= (roundings(Mean(), n) + 3 * n * error * (p[0, 0] < 1)) * U
    with pytest.raises(
        InputError, match=r"at most 30 for an enumeration of 2\*\*n sets, got 31, which takes \d+ bytes"
    ):
        curves(PatternModel([Pattern(gamma=1, alpha=1, b=0, g=1)] * 31), [0.0], form="fold")


def test_3_a_gamma_of_0():
    """Its p stays 0, but it could move: d acc_test / d gamma is s times what it would add."""
    idle = Pattern(gamma=0, alpha=1, b=3, g=1)
    other = Pattern(gamma=Fraction(1, 2), alpha=0, b=3, g=Fraction(1, 2))
    for rule in (Mean(), Preferred(1), SoftPreference((1, 1))):
        alone, both = PatternModel([other]), PatternModel([idle, other], rule)
        assert curves(both, [3.0, 90.0]).test.tolist() == curves(alone, [3.0, 90.0]).test.tolist()
        found = gradient(both, [3.0])
        for name in ("alpha", "b"):
            assert found.of_test[name][0, 0] == 0
        right = 0.5 if rule == Preferred(1) else 0.75  # G of both
        assert found.of_test["gamma"][0, 0] == pytest.approx(0.5 * (0.75 + 0.25 * right - 0.125), rel=30 * U)
        assert np.isfinite(hessian_product(both, [3.0], {"gamma": [1, 0]}).of_test["gamma"]).all()


@pytest.mark.parametrize("alpha", [1e4, 1e300, 1e308])
def test_4_speeds_without_end_and_none(alpha):
    step, constant = Pattern(gamma=0.5, alpha=alpha, b=7, g=1), Pattern(gamma=0.5, alpha=0, b=7, g=1)
    found = curves(PatternModel([step]), [6.0, 7.0, 8.0])
    assert found.test.tolist() == [0.0, 0.25, 0.5]
    for t in (-math.inf, -1e308, 7.0, 1e308, math.inf):
        assert curves(PatternModel([constant]), [t]).test.tolist() == [0.25]
        assert gradient(PatternModel([constant]), [t]).of_test["t"].tolist() == [0.0]
    bounds = bounded_curves(PatternModel([step, constant]), [6.0, 8.0, math.inf])
    assert bounds.test.max() <= 1e-14


@pytest.mark.parametrize("late", [1e308, math.inf])
def test_5_times_without_end_and_no_times(late):
    for n, chance in ((3, 0), (3, Fraction(1, 8))):
        model = PatternModel([Pattern(gamma=0.5, alpha=1, b=k, g=k / 4) for k in range(n)], chance=chance)
        for form in FORMS:
            found = curves(model, [-late, late], form=form)
            assert found.test[0] == float(chance)
            assert found.test[1] == pytest.approx(
                values([0.5] * n, [0, 0.25, 0.5], Mean(), float(chance))[0], rel=60 * U
            )
    nobody = np.array([[math.nan, 0.5]])
    for rule in rules(2):
        for form in FORMS:
            assert np.isnan(value_of(nobody, 1 - nobody, np.ones(2), rule, 0.0, form)).all()
    with pytest.raises(InputError, match="t must not hold NaN"):
        curves(PatternModel([]), [math.nan])


@pytest.mark.parametrize("tiny", [1e-300, 2.0**-1022, 5e-324])
def test_6_tiny_predictiveness(tiny):
    """Two are never right at once: F is the sum of g p, and train accuracy that of p."""
    for rule in rules(3):
        for got in values([tiny] * 3, [0.25, 0.5, 1], rule):
            assert abs(got - 1.75 * tiny) <= max(8 * U * got, 3 * 5e-324)
    early = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=1)] * 3)
    assert curves(early, [-690.0]).train[0] == pytest.approx(3 * math.exp(-690), rel=1e-12, abs=0)


def test_7_copies():
    """40 of them: the binomial closed form g (1 - q^40), the same bits in any order, the same share for each."""
    for p in (2.0**-20, 0.25, 1 - 2.0**-20):
        for rule in (Mean(), SoftPreference([3] * 40)):
            expected = 0.75 * -math.expm1(40 * math.log1p(-p))
            given = np.full((1, 40), p), np.full((1, 40), 1 - p), np.full(40, 0.75), rule, 0.0
            for form in ("quadrature", "counting"):
                assert value_of(*given, form)[0] == pytest.approx(expected, rel=(roundings(rule, 40) + 4) * U, abs=0)
            found = derivatives_in_p(*given)
            assert np.ptp(found.by_p) <= 2 * roundings(rule, 40) * U * found.parts.max()


def test_8_no_pattern_one_and_what_does_not_fit():
    for rule in (Mean(), SoftPreference(())):
        assert values([], [], rule, 0.25) == [0.25] * 5
    for rule in rules(1):
        assert values([0.3], [0.7], rule) == pytest.approx([0.3 * 0.7] * 5, rel=4 * U)
    empty = gradient(PatternModel([]), [1.0])
    assert empty.of_test["gamma"].shape == (1, 0)
    assert empty.of_test["t"].tolist() == [0.0]
    with pytest.raises(InputError, match=r"preferred pattern must lie in 0\.\.2"):
        values([0.5] * 3, [1] * 3, Preferred(3))
    with pytest.raises(InputError, match=r"values must hold 2\*\*n"):
        PatternModel([Pattern(gamma=1, alpha=1, b=0, g=1)] * 3, Table([0, 1]))
