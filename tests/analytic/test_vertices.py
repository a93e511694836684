"""Values at vertices and their polynomials, against sums over all sets."""

import pytest
from flint import fmpq

from grokdd.analytic.balls import BallCurves
from grokdd.analytic.vertices import moebius, scaled_vertices, vertex_values

from .random_models import random_model


def by_definition(curves: BallCurves, learned: int) -> fmpq:
    """Return acc_test where the moving patterns of one set stand at gamma and the others at 0."""
    table = list(curves.table)
    for bit, (gamma, _, _) in enumerate(curves.moving_parameters):
        p = gamma if learned >> bit & 1 else fmpq(0)
        table = [(1 - p) * out + p * within for out, within in zip(table[::2], table[1::2], strict=True)]
    return table[0]


@pytest.mark.parametrize("longest", [1, 2**15])
@pytest.mark.parametrize("seed", range(14))
def test_vertices_are_those_of_the_definition(seed: int, longest: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grokdd.analytic.vertices.LONG", longest)
    curves = BallCurves(random_model(seed))
    values, scale = scaled_vertices(curves)
    expected = [by_definition(curves, mask) for mask in range(len(values))]
    assert vertex_values(curves) == expected
    assert scale > 0
    assert [fmpq(value) for value in values] == [value * scale for value in expected]


def test_moebius_gives_the_coefficients():
    # 2 - 3 x + 5 y + 7 x y at (0, 0), (1, 0), (0, 1), (1, 1)
    assert moebius([fmpq(2), fmpq(-1), fmpq(7), fmpq(11)]) == [2, -3, 5, 7]
