"""Other people's ways compute the same number, and those that are not installed are left out."""

import numpy as np
import pytest

from grokdd.analytic import Mean
from grokdd.benchmarking import errors_found, mean_rule_case, others
from grokdd.benchmarking.drawings import SAME_LINE, STYLES
from grokdd.benchmarking.witnesses import exactly, relative_error
from grokdd.simulate.set_functions import rule_table


@pytest.mark.parametrize("n", [2, 3, 7])
def test_every_way_that_is_installed_is_the_mean_rule(n):
    p, g = np.random.default_rng(n).random((2, n))
    found = others.installed_for(n)
    assert {"scipy.stats.poisson_binom", "numpy.einsum"} <= {other.name for other in found}
    for other in found:
        value = other.prepare(g, rule_table(Mean(), g, 0.0))(p)
        assert relative_error(value, exactly(p, g)) < 1e-13, other.name


def test_what_is_not_installed_or_takes_too_long_is_left_out(monkeypatch):
    monkeypatch.setattr(others, "find_spec", lambda name: None if name == "scipy" else object())
    assert "scipy.stats.poisson_binom" not in {other.name for other in others.installed_for(8)}
    assert {other.name for other in others.installed_for(200)} == {"fast_poibin"}
    assert others.installed_for(1) == []  # leaving one out leaves nothing


def test_every_way_has_a_line_of_its_own_in_the_figures():
    ways = {other.name for other in others.OTHERS} | {errors_found.QUADRATURE, errors_found.BY_TABLE}
    ways |= {mean_rule_case.CURVES, mean_rule_case.ONE_POINT, mean_rule_case.BY_TABLE}
    assert {SAME_LINE.get(way, way) for way in ways} == set(STYLES)
    looks = [(style["color"], str(style["linestyle"]), style["marker"]) for style in STYLES.values()]
    assert len({marks[1:] for marks in looks}) == len(looks)  # without colour too


def test_errors_have_a_row_a_way_and_are_the_largest_of_the_models(monkeypatch):
    scales = iter((1e-9, 1e-6, 1e-8))

    def prepare(g, table):
        scale = next(scales)
        return lambda p: float(exactly(p, g)) * (1 + scale)

    off = others.Other("off", "numpy", "numpy", 9, prepare, table=False)
    monkeypatch.setattr(errors_found, "installed_for", lambda n: [off])
    found = {one.way: one for one in errors_found.errors(5, "p uniform")}
    assert found["off"].relative == pytest.approx(1e-6)
    assert found["off"].models == 3
    assert found[errors_found.QUADRATURE].relative < 1e-15
    assert found[errors_found.BY_TABLE].witness == "exact rationals"
