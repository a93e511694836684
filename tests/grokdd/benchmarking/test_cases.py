"""The cases themselves: what their limits count, and that a wrong value is refused by each of them."""

import numpy as np
import pytest

from grokdd.benchmarking import (
    all_cases,
    all_sets_case,
    gradient_case,
    many_models_case,
    mean_rule_case,
    quadrature_case,
    table_case,
)
from grokdd.benchmarking.case import WrongValue
from grokdd.benchmarking.machine_limits import SIDE, matrix_product, plain_sums

SMALL = (
    mean_rule_case.case(5),
    mean_rule_case.case(2000),
    mean_rule_case.growth((2000,)),
    quadrature_case.case(5),
    table_case.one_point(5),
    table_case.many_points(5, points=3),
    all_sets_case.case(5, 2),
    many_models_case.case(2, models=3),
    gradient_case.mean_rule(5, points=7),
    gradient_case.soft(5, points=7),
    gradient_case.table(5, points=7),
)
WAYS = [pytest.param(case, way, id=f"{case.topic}, {way}") for case in SMALL for way in case.all_ways]


def moved(result):
    """A result that is off by a millionth, whatever its kind."""
    if hasattr(result, "of_test"):
        result.of_test["t"][:] += 1e-6
        return result
    if hasattr(result, "test"):
        return type(result)(result.t, result.train, result.test * (1 - 1e-6))
    return np.asarray(result) * (1 + 1e-6)


@pytest.mark.parametrize(("case", "way"), WAYS)
def test_a_right_value_passes_and_one_off_by_a_millionth_does_not(case, way):
    prepared = case.all_ways[way](case.inputs())
    result = prepared.call()
    prepared.check(result)
    with pytest.raises(WrongValue):
        prepared.check(moved(result))


def test_a_matrix_product_stands_for_as_many_units_as_it_has_operations():
    # SIDE^2 entries, each of SIDE multiplications and additions
    assert matrix_product(10.0)(None).units == pytest.approx(2 * SIDE**3 / 10)


def test_quadrature_counts_the_operations_that_are_executed():
    assert quadrature_case.operations(20) == 10 * (10 * 10 + 15)  # ten pairs at ceil(20 / 2) nodes, which are exact
    assert quadrature_case.operations(200) == 100 * 12 * 28
    assert quadrature_case.case(20).work == 1150


def test_the_work_of_a_table():
    assert (table_case.one_point(26).work, table_case.one_point(26).work_unit) == (2**29, "bytes")
    assert (table_case.many_points(20).work, table_case.many_points(20).work_unit) == (2**21, "operations")


@pytest.mark.parametrize("way", list(plain_sums()))
def test_a_plain_sum_sums_everything(way):
    table = np.arange(2.0**14)
    assert plain_sums()[way](table).call() == (2**14 - 1) * 2**13


def test_no_two_cases_bear_one_name():
    names = [case.name for case in (*all_cases.of_the_claims(), *all_cases.beside_them())]
    assert len(set(names)) == len(names)
    assert len(names) > 30
