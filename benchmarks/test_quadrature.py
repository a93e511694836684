"""Quadrature alone, beside the rate at which linear algebra multiplies and adds."""

import pytest

from grokdd.benchmarking import quadrature_case

from .conftest import each_way


@pytest.mark.parametrize(("case", "way"), each_way(*(quadrature_case.case(n) for n in (3, 8, 20, 56, 200))))
def test_quadrature(timed, case, way):
    timed(case, way)
