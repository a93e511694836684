"""A pattern is validated at birth, exact and frozen."""

import copy
import math
import pickle
from dataclasses import FrozenInstanceError
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import numpy as np
import pytest

from grokdd.analytic import InputError, Pattern
from grokdd.analytic.errors import shown
from grokdd.analytic.exact import MOST_DIGITS, as_fraction, readable

VALID: dict[str, Any] = {"gamma": 1, "alpha": 0.15, "b": 30, "g": 1}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("gamma", 1.2, "gamma must lie in [0, 1], got 1.2"),
        ("gamma", -1, "gamma must lie in [0, 1], got -1"),
        ("gamma", Fraction(4, 3), "gamma must lie in [0, 1], got 4/3"),
        ("g", 1.5, "g must lie in [0, 1], got 1.5"),
        ("alpha", -0.5, "alpha must be at least 0, got -0.5"),
        ("b", -1, "b must be at least 0, got -1"),
        ("b", math.nan, "b must be finite, got nan"),
        ("alpha", math.inf, "alpha must be finite, got inf"),
        ("alpha", True, "alpha must be a number (int, float or Fraction), got True"),
        ("alpha", "0.15", "alpha must be a number (int, float or Fraction), got '0.15'"),
        ("alpha", None, "alpha must be a number (int, float or Fraction), got None"),
        ("alpha", 1j, "alpha must be a number (int, float or Fraction), got 1j"),
        ("alpha", Decimal("0.15"), "alpha must be a number (int, float or Fraction), got Decimal('0.15')"),
        ("alpha", np.ones((2, 2)), "alpha must be a number (int, float or Fraction), got array([[1., 1.], [1., 1.]])"),
        ("b", 10**400, "b must be at most 1.8e+308 in size, as floats are, got 1000"),
        (
            "gamma",
            Fraction(1, 10**MOST_DIGITS),
            "gamma must have at most 2000 digits above and below its fraction line",
        ),
        ("name", 3, "name must be a string, got 3"),
        ("name", "\ud800", "name must be text that UTF-8 can hold, got the lone surrogate in '\\ud800'"),
    ],
)
def test_each_parameter_is_refused_with_one_line_that_names_it(field: str, value: object, message: str):
    with pytest.raises(InputError) as error:
        Pattern(**cast(dict[str, Any], VALID | {field: value}))
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.15, Fraction(5404319552844595, 2**55)),  # 0.15 is not 3/20: the exact binary value, by float.hex
        (Fraction(3, 20), Fraction(3, 20)),
        (7, Fraction(7)),
        (5e-324, Fraction(1, 2**1074)),
        (1e308, Fraction(int(1e308))),
        (np.float32(0.5), Fraction(1, 2)),
        (np.float64(0.5), Fraction(1, 2)),
    ],
)
def test_a_number_keeps_its_exact_value(value: float, expected: Fraction):
    got = Pattern(gamma=1, alpha=value, b=0, g=0).alpha
    assert got == expected


def test_a_numpy_integer_becomes_a_python_integer():
    # A Fraction of np.int64 parts wraps around: 2**62 * 4 would be 0.
    got = as_fraction("b", np.int64(2**62)) * 4
    assert got == 2**64


def test_the_ends_of_the_ranges_belong_to_them():
    low, high = Pattern(gamma=0, alpha=0, b=0, g=0), Pattern(gamma=1, alpha=1, b=1, g=1)
    assert (low.gamma, low.alpha, low.b, low.g) == (0, 0, 0, 0)
    assert (high.gamma, high.g) == (1, 1)


def test_patterns_are_values():
    a, b = Pattern(**VALID, name="x"), Pattern(**VALID, name="x")
    assert a == b
    assert hash(a) == hash(b)
    assert a != Pattern(**VALID, name="y")
    assert copy.deepcopy(a) == a
    assert pickle.loads(pickle.dumps(a)) == a  # for worker processes; files never hold pickles


def test_patterns_are_frozen():
    pattern = Pattern(**VALID)
    with pytest.raises(FrozenInstanceError):
        pattern.gamma = Fraction(1)  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises((AttributeError, TypeError)):
        pattern.speed = 1  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (Fraction(0), "0"),
        (Fraction(-3), "-3"),
        (Fraction(1, 2), "0.5"),
        (Fraction(3, 20), "0.15"),
        (Fraction(0.15), "0.15"),
        (Fraction(1, 3), "1/3"),
        (Fraction(10**300), "1e+300"),
        (Fraction(10**16 + 1), "10000000000000001"),
        (Fraction(10**39, 10**40 - 1), f"{10**39}/{10**40 - 1}"),  # the longest that is written out
        (Fraction(10**39, 10**40 + 1), "about 0.100000000000000"),
        (Fraction(-2 * 10**5000, 3 * 10**5000 + 1), "about -0.666666666666667"),  # Python writes no int so long
        (Fraction(1, 3 * 10**5000), "about 3.33333333333333E-5001"),  # below all floats
        (Fraction(10**300 + 1), "about 1.00000000000000E+300"),
    ],
)
def test_a_fraction_is_written_as_people_write_it(number: Fraction, expected: str):
    assert readable(number) == expected


@pytest.mark.parametrize(
    "value", ["x" * 10**6, "a\nb", [[[[[[[[[1]]]]]]]]], 10**5000, np.zeros((300, 300)), ["\n"] * 99], ids=shown
)
def test_whatever_is_shown_is_one_short_line(value: object):
    got = shown(value)
    assert 0 < len(got) < 200
    assert len(got.splitlines()) == 1
