"""Test accuracy under the mean rule: many points a call, one, over all sets, and by other people's packages."""

import pytest

from grokdd.benchmarking import mean_rule_case

from .conftest import each_way


@pytest.mark.parametrize(("case", "way"), each_way(*(mean_rule_case.case(n) for n in (3, 8, 20, 100))))
def test_a_point(timed, case, way):
    timed(case, way)


@pytest.mark.parametrize(("case", "way"), each_way(mean_rule_case.growth((1000, 10_000, 100_000))))
def test_time_is_linear_in_the_number_of_patterns(timed, case, way):
    timed(case, way)
