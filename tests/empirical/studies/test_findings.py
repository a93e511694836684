"""What a finding says of numbers, one a seed."""

import math

import pytest

from grokdd.empirical.studies.finding import FAILS, HOLDS, REPORTED, UNDECIDED, reported, within

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("values", "of_median", "verdict"),
    [
        ([1.0, 2.0, 3.0], False, HOLDS),
        ([1.0, 2.0, 3.1], False, FAILS),
        ([1.0, 2.0, 3.1], True, HOLDS),
        ([0.0, 0.0, 2.0], True, FAILS),
        ([1.0, None, 2.0], False, FAILS),
        ([1.0, None, None], True, FAILS),
        ([1.0, NAN], False, UNDECIDED),
        ([1.0, NAN], True, UNDECIDED),
        ([NAN, NAN], True, UNDECIDED),
        ([], False, UNDECIDED),
        ([], True, UNDECIDED),
    ],
)
def test_numbers_are_held_against_a_range(values, of_median, verdict):
    assert within("?", "", values, 1, 3, of_median=of_median).verdict == verdict


def test_never_is_later_than_any_step_even_without_a_last_one():
    assert within("?", "", [None], 0, INF).verdict == FAILS
    assert within("?", "", [5.0], 0, INF).verdict == HOLDS


def test_that_something_never_comes_can_be_demanded():
    assert within("?", "", [None, None], INF, INF).verdict == HOLDS
    assert within("?", "", [None, 5.0], INF, INF).verdict == FAILS


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (1, INF, "at least 1"),
        (-INF, 3, "at most 3"),
        (1, 3, "1 to 3"),
        (51, 51, "51"),
        (0, INF, "at all"),
        (INF, INF, "never"),
    ],
)
def test_what_was_demanded_is_told(low, high, told):
    assert within("?", "", [2.0], low, high).demanded == told


def test_what_is_demanded_of_the_median_is_told_beside_what_was_published():
    assert within("?", "", [2.0], 1, 3, "2 (a paper)").demanded == "2 (a paper); 1 to 3"
    assert within("?", "", [2.0], 1, 10_500, of_median=True).demanded == "1 to 10500, in the median"


def test_what_is_only_reported_has_no_verdict():
    found = reported("?", "", [3.0, None, 1.0])
    assert (found.verdict, found.median, found.values) == (REPORTED, 3.0, (3.0, INF, 1.0))
