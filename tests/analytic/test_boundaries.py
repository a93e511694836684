"""Boundaries of strict shapes: printed numbers, both sides of every point, and the equations that define them."""

import math
import random
from fractions import Fraction
from typing import Any

import pytest
from flint import ctx

from grokdd.analytic import (
    InputError,
    Pattern,
    PatternModel,
    Preferred,
    SoftPreference,
    Table,
    presets,
    shape,
    shape_boundaries,
)
from grokdd.analytic.boundaries import LEAVING
from grokdd.analytic.parameters import parameter
from grokdd.document.nearest_boundary import line_distance

from .definition import acc_test

DOUBLE_DESCENT = presets.double_descent()


def test_the_papers_plane_has_the_printed_boundary():
    # docs/theory.md, 3.12
    (found,) = shape_boundaries(DOUBLE_DESCENT, "gamma_2", "gamma_0", points=11)
    got = {point.x: point.y for point in found.points}
    printed = {0.2: 0.000428147885092, 0.5: 0.00107007104590, 0.8: 0.00171163605395, 1.0: 0.00213914722291}
    for x, y in printed.items():
        assert math.isclose(got[x], y, rel_tol=5e-12)
    assert all(point.counts == (0, 2) for point in found.points)
    assert all(50.8221 < point.t < 50.8245 for point in found.points)
    assert found.where == "two extrema meet"


PAPERS = 0.00213914722291  # gamma_1 at gamma_3 = 1: docs/theory.md, 3.12


def test_a_boundary_below_the_first_step_of_x_is_found():
    """It is almost the line gamma_0 = 0.0021 gamma_2, all of it before the first of ten steps of gamma_0."""
    (found,) = shape_boundaries(DOUBLE_DESCENT, "gamma_0", "gamma_2", points=11)
    assert 0 < found.points[0].x < found.points[-1].x < 0.1
    assert math.isclose(found.points[-1].x, PAPERS, rel_tol=5e-12)
    assert [point.counts for point in found.points] == [(2, 0)] * 9 + [None]  # the last y is the end of its range
    for point in found.points:
        assert math.isclose(point.x / point.y, PAPERS, rel_tol=2e-3)


@pytest.mark.parametrize(("x", "y"), [("gamma_0", "gamma_2"), ("g_1", "g_2"), ("gamma_1", "g_2"), ("g_0", "gamma_1")])
def test_both_orders_of_a_plane_give_the_same_curves(x: str, y: str):
    one, other = (shape_boundaries(DOUBLE_DESCENT, *names, points=11) for names in ((x, y), (y, x)))
    assert {curve.where for curve in one} == {curve.where for curve in other}
    turned = [(curve.where, [(point.y, point.x) for point in curve.points]) for curve in other]
    curves = [(curve.where, [(point.x, point.y) for point in curve.points]) for curve in one]
    for some, rest in ((curves, turned), (turned, curves)):
        for where, points in some:
            for place in points:
                assert min(line_distance(place, line) for kind, line in rest if kind == where) < 0.02


def test_a_boundary_along_which_x_is_constant_is_found_without_counts():
    """Before all times the slowest pattern adds g_2 less chance: an extremum leaves where they are equal."""
    model = PatternModel(DOUBLE_DESCENT.patterns, Preferred(2), chance=Fraction(3, 10))
    for names, upright in ((("g_2", "gamma_0"), True), (("gamma_0", "g_2"), False)):
        (found,) = [one for one in shape_boundaries(model, *names, points=5) if "before" in one.where]
        assert {point.x if upright else point.y for point in found.points} == {0.3}
        assert {point.counts is None for point in found.points if 0 < point.x < 1 and 0 < point.y < 1} == {upright}


def test_at_a_point_the_slope_and_its_change_are_0():
    """From the definition, by 60-digit difference quotients."""
    (found,) = shape_boundaries(DOUBLE_DESCENT, "g_0", "g_1", points=3)[:1]
    for point in found.points:
        model = parameter(DOUBLE_DESCENT, "g_1").put(DOUBLE_DESCENT, Fraction(point.y))
        model = parameter(model, "g_0").put(model, Fraction(point.x))
        t, step = Fraction(point.t), Fraction(1, 10**6)
        with ctx.workdps(60):
            before, here, after = (acc_test(model, t + k * step) for k in (-1, 0, 1))
            slope, change = (after - before) / (2 * float(step)), (after - 2 * here + before) / float(step) ** 2
        assert abs(float(slope)) < 1e-13  # y is a double, and the slope of the slope in y is 1e-2
        assert abs(float(change)) < 1e-10


def test_counts_are_those_of_the_shapes_beside_it():
    found = shape_boundaries(DOUBLE_DESCENT, "g_2", "gamma_1", points=5)
    assert {one.where for one in found} == {"two extrema meet", *LEAVING.values()}
    points = [(one, point) for one in found for point in one.points if point.counts]
    assert points
    for _, point in points:
        beside = []
        for way in (-1, 1):
            model = parameter(DOUBLE_DESCENT, "g_2").put(DOUBLE_DESCENT, Fraction(point.x))
            model = parameter(model, "gamma_1").put(model, Fraction(point.y) + way * Fraction(1, 10**6))
            beside.append(len(shape(model, levels=()).extrema))
        assert point.counts == tuple(beside)
        assert beside[0] != beside[1]


def test_an_extremum_leaves_where_the_slowest_pattern_adds_nothing():
    # After all times: V(N) - V(N - 2) = gamma_2 (g_2 - H2) is 0 where g_2 = H2 = gamma_0 (1 - gamma_1 / 2) + ...
    found = [one for one in shape_boundaries(DOUBLE_DESCENT, "g_1", "g_2", points=5) if "after" in one.where]
    (leaving,) = found
    for point in leaving.points:
        # H2 = 0.7 (1 + g_1) / 2 + 0.3 g_1 at gamma = (0.7, 1)
        assert math.isclose(point.y, 0.35 * (1 + point.x) + 0.3 * point.x, rel_tol=1e-15)
        assert point.t == math.inf
    assert leaving.points[0].counts == (1, 2)


@pytest.mark.parametrize("seed", range(6))
def test_between_boundaries_the_count_is_the_same(seed: int):
    """Along a line of y the number of extrema changes at the boundaries that are found, and nowhere else."""
    rng = random.Random(seed)
    members = [
        Pattern(gamma=rng.random(), alpha=rng.choice((0.1, 0.3, 1)), b=rng.uniform(10, 60), g=rng.random())
        for _ in range(3)
    ]
    model = PatternModel(members, rng.choice((None, Preferred(2), SoftPreference((1, 2, 5)))))
    x, y = rng.choice((("gamma_0", "gamma_1"), ("g_0", "g_1"), ("gamma_2", "g_0"), ("g_2", "gamma_1")))
    found = shape_boundaries(model, x, y, points=3)
    at = 0.5
    ys = sorted(point.y for one in found for point in one.points if point.x == at)
    middles = [(low + high) / 2 for low, high in zip([0, *ys], [*ys, 1], strict=True) if high - low > 1e-6]
    for low, high in zip([0, *ys], [*ys, 1], strict=True):
        counts = {count_at(model, (x, at), (y, low + (high - low) * share)) for share in (0.05, 0.35, 0.65, 0.95)}
        assert len(counts) == 1
    assert len(middles) == len(ys) + 1


def count_at(model: PatternModel, *values: tuple[str, float]) -> int:
    for name, value in values:
        model = parameter(model, name).put(model, Fraction(value))
    found = shape(model, levels=())
    assert found.verdict == "proved"
    return len(found.extrema)


def test_rows_are_a_table():
    (found,) = shape_boundaries(DOUBLE_DESCENT, "gamma_2", "gamma_0", points=3)
    assert list(found.rows()[0]) == ["gamma_2", "gamma_0", "t", "counts", "where"]
    assert len(found.rows()) == len(found.points) == 2  # at gamma_2 = 0 nothing meets


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("alpha_0", "g_0"), "x must be a gamma, a g or chance, in which acc_test is affine, got 'alpha_0'"),
        (("g_0", "g_0"), "x and y must be two parameters, got 'g_0' twice"),
        (("g_3", "g_0"), "x must be of a pattern from 0 to 2, got 'g_3'"),
        (("g_0", "speed"), "y must be a parameter such as 'gamma_0', 'alpha_0', 'b_0', 'g_0', 'weight_0', 'chance' or "
         "'chance_train', got 'speed'"),
        (("g_0", 1), "y must be a parameter such as 'gamma_0', 'alpha_0', 'b_0', 'g_0', 'weight_0', 'chance' or "
         "'chance_train', got 1"),
        (("g_0", "g_1", 1), "points must be a number of points, 2 or more, got 1"),
        (("g_0", "g_1", 5, (0, 2)), "x_range[1] must lie in [0, 1], got 2"),
        (("g_0", "g_1", 5, (1, 0)), "x_range must rise, got (1, 0)"),
        (("g_0", "g_1", 5, (0, 1), 3), "y_range must be two numbers, got 3"),
    ],
)  # fmt: skip
def test_what_is_no_plane_is_refused(arguments: Any, message: str):
    with pytest.raises(InputError) as error:
        shape_boundaries(DOUBLE_DESCENT, *arguments)
    assert str(error.value) == message


def test_parameters_that_a_rule_does_not_have_are_refused():
    table = PatternModel([Pattern(gamma=1, alpha=1, b=1, g=0)], Table([0, 1]))
    with pytest.raises(
        InputError, match=r"^y must exist in the model, whose table holds its own chance level, got 'ch"
    ):
        shape_boundaries(table, "gamma_0", "chance")
    with pytest.raises(
        InputError, match=r"^parameter must exist in the model, whose rule has no weights, got 'weight_0'"
    ):
        parameter(table, "weight_0")


@pytest.mark.parametrize("name", ["gamma_1", "alpha_0", "b_1", "g_0", "weight_1", "chance", "chance_train"])
def test_a_parameter_is_read_and_put(name: str):
    pair = [Pattern(gamma=0.5, alpha=1, b=i, g=0.5) for i in range(2)]
    model = PatternModel(pair, SoftPreference((1, 2)), chance=0.1, chance_train=0.2)
    one = parameter(model, name)
    assert str(one) == name
    changed = one.put(model, Fraction(3, 4))
    assert one.of(changed) == Fraction(3, 4) != one.of(model)
    assert one.put(changed, one.of(model)) == model


def test_a_pattern_that_never_shows_is_not_the_slowest():
    def member(gamma: Any, alpha: Any, b: int, g: Any) -> Pattern:
        return Pattern(gamma=gamma, alpha=alpha, b=b, g=g)

    absent = member(0, Fraction(1, 100), 300, Fraction(1, 2))
    model = PatternModel([member(Fraction(7, 10), Fraction(3, 20), 30, 1), member(1, Fraction(1, 5), 50, 0), absent])
    found = shape_boundaries(model, "gamma_0", "chance", points=3)
    assert all(point.counts is None or point.counts[0] != point.counts[1] for one in found for point in one.points)
    assert not [one for one in found if one.where == "one leaves before all times" and one.points[0].y == 0.5]


def test_where_the_curve_is_constant_nothing_leaves():
    model = PatternModel([Pattern(gamma=1, alpha=1, b=10, g=1)], chance=Fraction(1, 2))
    assert shape_boundaries(model, "gamma_0", "g_0", points=3) == ()


def test_points_of_different_boundaries_hide_none():
    # On the line g_2 = 1/2 there are 4 extrema at g_1 = 9/100 and 2 at 1/10; a straight line from a point of this
    # boundary on g_1 = 0 to one of another on g_1 = 1/4 passes elsewhere, but in the right ranges of y and t.
    rows = [("3/20", 3, 15, "9/10"), ("4/5", "1/5", 12, "1/5"), ("1/4", 3, 12, 1)]
    members = [Pattern(gamma=Fraction(w), alpha=Fraction(x), b=y, g=Fraction(z)) for w, x, y, z in rows]
    found = shape_boundaries(PatternModel(members, Preferred(2), Fraction(1, 4)), "g_1", "g_2", 5)
    at_half = [
        point.x for curve in found for point in curve.points if abs(point.y - 0.5) < 1e-9 and math.isfinite(point.t)
    ]
    assert any(0.09 < at < 0.1 for at in at_half)
