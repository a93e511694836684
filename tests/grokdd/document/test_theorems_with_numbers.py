"""What theorems say of a model: with its numbers, in order of inflection, and only where their hypotheses hold."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from grokdd.analytic import (
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Rule,
    SoftPreference,
    Table,
    plateau_heights,
    presets,
    shape,
)
from grokdd.analytic.exact import Exact
from grokdd.analytic.theory import grokking
from grokdd.document import counting_theorems, plateau_theorems
from grokdd.document.cited_theorems import theorem_statements
from grokdd.document.plateau_theorems import break_even

from ...analytic.random_models import random_model

HALF = Fraction(1, 2)


def cited(model):
    """Return the statements about a model by the theorem that they cite."""
    found = {}
    for one in theorem_statements(model, shape(model, levels=())):
        for way in one.verified:
            if way.startswith(("theorem: ", "conjecture: ", "contradiction")):
                found.setdefault(way.partition(": ")[2] or way, []).append(one)
    return found


def pair(*rows: tuple[Exact, ...], rule: Rule | None = None, chance: Exact | None = 0):
    return PatternModel([Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in rows], rule, chance)


def test_descent_with_the_papers_numbers():
    (one,) = cited(presets.double_descent())["descent"]
    assert one.value is True
    assert one.formulas == (
        r"\left(2 - \gamma_{0}\right) \left(g_{1} - c\right) < \gamma_{0} \left(g_{0} - c\right)",
        r"\qquad \left(2 - \frac{7}{10}\right) \cdot \left(0 - 0\right) < \frac{7}{10} \cdot \left(1 - 0\right)",
        r"\qquad 0 < \frac{7}{10}",
    )


def test_theorems_do_not_depend_on_the_order_in_which_patterns_are_listed():
    first, second, third = presets.double_descent().patterns
    shuffled = PatternModel([third, first, second], Preferred(0))
    said = {name: [one.value for one in some] for name, some in cited(presets.double_descent()).items()}
    assert {name: [one.value for one in some] for name, some in cited(shuffled).items()} == said
    one = next(theorem_statements(shuffled, shape(shuffled)))
    assert one.says == (
        "In this section patterns count in order of inflection: 0 = heuristic, 1 = overfitting, 2 = slow."
    )


def test_descent_under_the_mean_needs_no_preferred_pattern():
    model = replace(presets.double_descent(), rule=Mean())
    assert cited(model)["descent"][0].value is True
    assert "second ascent" not in cited(model)
    assert "descent" not in cited(replace(presets.double_descent(), rule=Preferred(1)))


def test_the_delay_of_the_grokking_preset():
    (one,) = cited(presets.grokking())["delay"]
    assert one.value == ["211.26826", "211.28546"]  # docs/theory.md, 3.3
    assert "delay" not in cited(presets.double_descent())  # never reaches 99 %


@pytest.mark.parametrize(
    "change",
    [
        lambda model: replace(model, rule=Mean()),
        lambda model: PatternModel(model.patterns[:2], Mean()),
        lambda model: PatternModel([replace(x, alpha=Fraction(0)) for x in model.patterns], Preferred(2)),
        lambda model: PatternModel([*model.patterns[:2], replace(model.patterns[2], g=HALF)], Preferred(2)),
        lambda model: PatternModel([*model.patterns[:2], replace(model.patterns[2], b=Fraction(1))], Preferred(2)),
        lambda model: PatternModel([*model.patterns[:2], replace(model.patterns[2], g=Fraction(0))], Preferred(2)),
        lambda model: PatternModel([replace(model.patterns[0], gamma=Fraction(1)), *model.patterns[1:]], Preferred(2)),
    ],
)
def test_no_delay_without_its_hypotheses(change):
    assert not grokking.speaks_of(change(presets.grokking()))


def test_the_side_of_the_papers_boundary():
    assert cited(presets.double_descent())["path"][0].value == ["0.000428147885092", 2]  # docs/theory.md, 3.12
    assert cited(presets.grokking())["path"][0].value == ["0.00213914722291", 0]
    assert "path" not in cited(replace(presets.grokking(), chance=Fraction(1, 97)))


def test_break_even_of_the_second_pattern_is_the_printed_condition():
    # g_1 (2 - gamma_0) < gamma_0 g_0, and with weights g_1 (1 - gamma_0 omega) < gamma_0 (1 - omega) g_0
    model = pair((Fraction(7, 10), 1, 10, 1), (1, 1, 20, 0))
    assert break_even(model, [0], 1) == Fraction(7, 13)
    soft = replace(model, rule=SoftPreference((1, 3)))
    omega = Fraction(1, 4)
    expected = Fraction(7, 10) * (1 - omega) / (1 - Fraction(7, 10) * omega)
    assert break_even(soft, [0], 1) == expected
    assert break_even(replace(model, rule=Preferred(1)), [0], 1) == Fraction(7, 10)
    assert break_even(replace(model, rule=Preferred(0)), [0], 1) == 0  # omega -> 1: a pattern of any g above 0 helps
    complete = PatternModel([replace(model.patterns[0], gamma=Fraction(1)), model.patterns[1]], Preferred(0))
    assert break_even(complete, [0], 1) is None


def test_break_even_agrees_with_the_plateaus_of_random_models():
    for model in map(random_model, range(30)):
        if not isinstance(model.rule, Mean | SoftPreference | Preferred) or not all(x.alpha for x in model.patterns):
            continue
        found = cited(model)
        assert "contradiction" not in found
        if model.n:
            assert len(found["break-even generalization"][0].value) == model.n


def test_a_break_even_that_the_plateaus_contradict_is_no_theorem(monkeypatch):
    monkeypatch.setattr(plateau_theorems, "break_even", lambda *_: Fraction(2))
    assert "break-even generalization" not in cited(presets.double_descent())


def test_plateaus_are_as_near_as_the_theorem_says():
    (one,) = cited(presets.double_descent())["plateaus"]
    assert [row[:2] for row in one.value] == [["40", "7/10"], ["125", "7/20"]]
    # at t = 125: exp(-0.15 95) 0.7 + exp(-0.15 75) + 0.2 exp(-0.05 75)
    bound = 0.7 * math.exp(-14.25) + math.exp(-11.25) + 0.2 * math.exp(-3.75)
    assert float(one.value[1][4]) == pytest.approx(bound, rel=5e-3)
    assert float(one.value[1][3]) < bound


def test_two_patterns_of_one_speed_have_their_condition_and_their_peak():
    model = pair((Fraction(7, 10), Fraction(3, 20), 30, 1), (1, Fraction(3, 20), 50, 0))
    found = cited(model)
    assert found["finite speed"][0].value is True
    assert found["peak"][0].value[0].startswith("43.5551")  # docs/theory.md, 3.4
    assert found["peak"][0].value[1].startswith("0.5336987")
    assert found["two patterns"][0].value == ["no extremum", "a maximum"]
    assert "finite speed" not in cited(pair((1, 1, 30, 0), (1, 1, 50, 1)))  # the poorer first
    late = cited(pair((1, 1, 30, 1), (HALF, 1, 30, HALF)))
    assert late["finite speed"][0].value is False
    assert "peak" not in late


def test_the_classification_of_two_patterns_holds_with_the_better_one_first_and_above_chance():
    quick_and_poor = pair((1, Fraction(1, 20), 100, 1), (1, 1, 100, 0))
    assert cited(quick_and_poor)["two patterns"][0].value == ["no extremum", "a maximum and then a minimum"]
    swapped = pair((1, 1, 100, 0), (1, Fraction(1, 20), 100, 1))
    assert cited(swapped)["two patterns"][0].value == ["no extremum", "a maximum and then a minimum"]
    assert "two patterns" not in cited(pair((1, 1, 10, 1), (1, 1, 20, 0), chance=HALF))  # one below chance
    table = Table([0, 1, 0, HALF])
    assert "two patterns" in cited(pair((1, 1, 10, 1), (1, 1, 20, 0), rule=table, chance=None))


def test_a_count_that_the_classification_contradicts_is_said(monkeypatch):
    monkeypatch.setattr(counting_theorems.two_patterns, "allowed_shapes", lambda _: [["minimum"]])
    assert "contradiction" in cited(pair((1, 1, 10, 1), (1, 1, 20, 0)))


def test_descents_under_the_mean_and_the_conjecture():
    alternating = pair(*((1, 1, 40 * (i + 1), (i + 1) % 2) for i in range(5)))
    found = cited(alternating)
    assert found["descents"][0].value == [2, 2]
    assert "extrema under the mean" not in found  # of one speed: nothing is left to a conjecture
    three = pair((1, Fraction(1, 50), 150, 1), (Fraction(9, 10), 3, 100, 0), (Fraction(9, 10), 3, 160, 0))
    assert cited(three)["descents"][0].value == [2, 2]
    assert cited(three)["extrema under the mean"][0].value == [4, 4]
    one_below = pair((1, 1, 10, 1), (1, 3, 20, 0), chance=HALF)
    for two in (one_below, pair((1, 1, 10, 1), (1, 3, 20, 0))):
        assert "and no more." in cited(two)["descents"][0].says
    assert "if the conjecture below holds" in cited(three)["descents"][0].says


def test_two_patterns_on_two_sides_of_chance():
    faster = pair((1, 1, 10, 1), (1, 3, 20, 0), chance=HALF)
    assert cited(faster)["across chance"][0].value == ["no extremum", "a maximum and then a minimum"]
    slower = pair((1, 3, 10, 1), (1, 1, 20, 0), chance=HALF)
    assert cited(slower)["across chance"][0].value == ["no extremum", "a minimum and then a maximum"]
    complete = pair((1, 1, 10, 1), (1, 3, 20, 0), rule=Preferred(1), chance=HALF)
    assert cited(complete)["across chance"][0].value == ["a maximum"]
    hump = pair((1, 3, 10, 1), (1, 1, 20, 0), rule=Preferred(0), chance=HALF)
    assert cited(hump)["across chance"][0].value == ["a minimum"]
    assert "across chance" not in cited(pair((1, 1, 10, 1), (1, 3, 20, HALF), chance=HALF))
    table = pair((1, 1, 10, 1), (1, 3, 20, 0), rule=Table([HALF, 1, 0, HALF]), chance=None)
    assert "across chance" not in cited(table)


def test_falling_ways_are_listed_with_their_numbers():
    first, listed = cited(presets.double_descent())["monotone"]
    assert first.value == [2, 12]
    assert listed.value == [["0", "1", "7/10", "7/20"], ["0, 2", "1", "19/25", "12/25"]]
    assert "dip and recovery" in cited(presets.double_descent())
    rising = pair((1, 1, 10, 1), (1, 1, 20, 1))
    assert len(cited(rising)["monotone"]) == 1


def test_recovery_is_not_said_of_a_complete_preference_or_of_useless_patterns():
    complete = pair((1, 1, 10, 1), (1, 1, 20, Fraction(1, 5)), rule=Preferred(1))
    assert "dip and recovery" not in cited(complete)
    assert cited(complete)["complete preference"][0].value == "one maximum"
    below = pair((1, 1, 10, Fraction(1, 10)), (1, 1, 20, 0), chance=HALF)
    assert "dip and recovery" not in cited(below)


def test_patterns_that_stand_leave_the_curve_alone():
    found = cited(pair((1, 1, 10, 1), (1, 0, 20, 0)))
    assert found == {}
    assert plateau_heights(pair((1, 1, 10, 1), (1, 0, 20, 0)))[0] == 0


def test_the_grokking_curve_is_found_wherever_its_patterns_are_listed_and_learned():
    first, second, slow = presets.grokking().patterns
    late = PatternModel([replace(first, b=Fraction(60)), second, slow], Preferred(2))
    assert cited(late)["grokking curve"][0].value == "p_2"
    listed = PatternModel([slow, replace(first, b=Fraction(300)), second], Preferred(0))
    one = cited(listed)["grokking curve"][0]  # in order of inflection: second, slow, first
    assert one.value == "p_1"
    dips = PatternModel(listed.patterns, listed.rule, chance=Fraction(1, 97))
    assert cited(dips)["below chance"][0].says.startswith("At t = b_0 it is below chance: 1 + exp(alpha_1 (b_1 - b_0))")


def test_patterns_of_equal_inflection_have_no_plateau_between_them():
    model = pair((1, 1, 10, 1), (1, 2, 10, 0), (1, 1, 30, 1))
    assert [row[0] for row in cited(model)["plateaus"][0].value] == ["20"]
    assert "plateaus" not in cited(pair((1, 1, 10, 1), (1, 2, 10, 0)))
    says = [one.says for one in theorem_statements(model, shape(model))]
    assert sum(one.startswith("Patterns of equal inflection stay in the order") for one in says) == 1


def test_a_condition_that_the_heights_contradict_is_no_theorem():
    model, relation = presets.double_descent(), plateau_theorems.symbolic_plateaus().descent
    assert plateau_theorems._condition(model, "descent", relation, True).verified[1] == "theorem: descent"
    assert plateau_theorems._condition(model, "descent", relation, False).verified == ("contradiction",)


def test_a_condition_that_does_not_hold_is_said_to_be_false():
    (one,) = cited(presets.grokking())["descent"]
    assert one.formulas[-1] == r"\qquad 0 < 0 \quad \text{is false}"


def test_at_equal_speeds_two_patterns_across_chance_turn_once_at_most():
    equal = pair((1, 1, 10, 1), (1, 1, 20, 0), chance=HALF)
    assert cited(equal)["across chance"][0].value == ["no extremum", "a maximum", "a minimum"]


def test_double_descent_is_said_of_three_patterns_that_are_all_there():
    assert cited(presets.double_descent())["double descent"][0].value is True
    assert "double descent" not in cited(presets.grokking())  # gamma_0 = 0: g_0 > c would not raise H1


def test_parity_is_cited_where_one_pattern_is_slowest():
    assert "parity" in cited(pair((1, 1, 10, 1), (1, 2, 20, 0)))
    assert "parity" not in cited(pair((1, 1, 10, 1), (1, 1, 20, 0)))


def test_a_preferred_pattern_meets_its_break_even_by_the_second_ascent():
    (one,) = cited(presets.double_descent())["break-even generalization"]
    assert one.verified[1:] == ("theorem: break-even generalization", "theorem: second ascent")
    (mean,) = cited(pair((1, 1, 10, 1), (1, 2, 20, 0)))["break-even generalization"]
    assert mean.verified[1:] == ("theorem: break-even generalization",)
