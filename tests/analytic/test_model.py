"""A pattern model: what it accepts, G of a set, and that it is a value."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Table, presets

P = Pattern(gamma=1, alpha=1, b=1, g=Fraction(1, 3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PatternModel([P], chance=1.5), "chance must lie in [0, 1], got 1.5"),
        (lambda: PatternModel([P], chance=-1), "chance must lie in [0, 1], got -1"),
        (lambda: PatternModel([P], chance=""), "chance must be a number (int, float or Fraction), got ''"),  # pyright: ignore[reportArgumentType]
        (lambda: PatternModel([P], chance=False), "chance must be a number (int, float or Fraction), got False"),
        (lambda: PatternModel([P], chance_train=2), "chance_train must lie in [0, 1], got 2"),
        (
            lambda: PatternModel([P], chance_train=None),  # pyright: ignore[reportArgumentType]
            "chance_train must be a number (int, float or Fraction), got None",
        ),
        (lambda: PatternModel([P, 3]), "patterns[1] must be a Pattern, got 3"),  # pyright: ignore[reportArgumentType]
        (lambda: PatternModel(P), "patterns must be a sequence of Pattern, got Pattern(gamma="),  # pyright: ignore[reportArgumentType]
        (
            lambda: PatternModel([P], Mean),  # pyright: ignore[reportArgumentType]
            "rule must be Mean, Preferred, Priority, SoftPreference or Table, got <class",
        ),
        (
            lambda: PatternModel([P], "mean"),  # pyright: ignore[reportArgumentType]
            "rule must be Mean, Preferred, Priority, SoftPreference or Table, got 'mean'",
        ),
        (
            lambda: PatternModel([P], Preferred(1)),
            "the preferred pattern must lie in 0..0 (patterns count from 0), got 1",
        ),
        (
            lambda: PatternModel([P], Table([0, 1]), chance=0),
            "chance must be left out with a Table, whose values[0] is G(empty); got chance = 0",
        ),
    ],
)
def test_a_model_is_refused_with_one_line(make: Callable[[], PatternModel], message: str):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_g_of_the_empty_set_is_the_chance_level():
    assert PatternModel([P]).generalization(()) == 0
    assert PatternModel([P], chance=Fraction(1, 97)).generalization(()) == Fraction(1, 97)
    table = PatternModel([P], Table([0.25, 1]))
    assert table.chance == table.generalization(()) == Fraction(1, 4)
    assert PatternModel([], chance=0.5).generalization(()) == Fraction(1, 2)


@pytest.mark.parametrize("members", [(0, 0), (1, 0), (2,), (-1,), (0, 1, 2)])
def test_members_must_be_increasing_indices(members: tuple[int, ...]):
    with pytest.raises(InputError, match=r"members must be increasing indices of patterns in 0\.\.1, got"):
        PatternModel([P, P]).generalization(members)


def test_models_are_values():
    a, b = (PatternModel([P, P], Preferred(1), chance=0.5) for _ in range(2))
    assert a == b
    assert hash(a) == hash(b)
    assert a != PatternModel([P, P], Preferred(0), chance=0.5)
    assert a != PatternModel([P, P], Preferred(1), chance=0.25)
    assert PatternModel([P]) == PatternModel((P,), Mean(), 0)
    assert len({PatternModel([P], Table([0, 1])), PatternModel([P], Table([0, 1]))}) == 1
    with pytest.raises(FrozenInstanceError):
        a.chance = Fraction(1)  # pyright: ignore[reportAttributeAccessIssue]


def test_patterns_may_come_from_any_iterable():
    assert PatternModel(iter([P, P])).n == 2


def test_double_descent_is_figure_2_of_the_paper():
    got = presets.double_descent()
    expected = [("0.7", "0.15", 30, 1), ("1", "0.15", 50, 0), ("0.2", "0.05", 200, 1)]
    assert [(x.gamma, x.alpha, x.b, x.g) for x in got.patterns] == [tuple(map(Fraction, row)) for row in expected]
    assert (got.rule, got.chance, got.chance_train) == (Preferred(2), 0, 0)


def test_grokking_is_figure_2_of_the_paper():
    got = presets.grokking()
    expected = [("0", "0.15", 30, 1), ("1", "0.15", 50, 0), ("1", "0.05", 200, 1)]
    assert [(x.gamma, x.alpha, x.b, x.g) for x in got.patterns] == [tuple(map(Fraction, row)) for row in expected]
    assert (got.rule, got.chance, got.chance_train) == (Preferred(2), 0, 0)


def test_a_preset_has_a_name():
    assert {name: presets.named(name) for name in presets.PRESETS} == {
        "double_descent": presets.double_descent(),
        "grokking": presets.grokking(),
    }
    with pytest.raises(InputError, match=r"^preset must be one of double_descent, grokking, got 'groking'$"):
        presets.named("groking")
