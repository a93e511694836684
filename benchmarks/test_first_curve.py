"""The first curve of a new process: compiled anew, compiled before, and the imports alone."""

import pytest

from grokdd.benchmarking import first_curve_case

from .conftest import each_way


@pytest.mark.parametrize(("case", "way"), each_way(first_curve_case.case()))
def test_first_curve(timed, case, way):
    timed(case, way)
