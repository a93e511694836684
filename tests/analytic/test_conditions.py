"""Plateaus and the conditions on them: `docs/theory.md`, section 3."""

import random
import re
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import pytest
import sympy as sp

from grokdd.analytic import (
    InputError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    Rule,
    SoftPreference,
    Table,
    acc_test,
    plateau_conditions,
    plateau_heights,
    presets,
    symbolic_plateaus,
)
from grokdd.analytic.exact import readable
from grokdd.analytic.symbols import c, g, gamma, numbers, p

RULES: list[Rule] = [
    Mean(),
    Preferred(2),
    Priority((1, 2)),
    SoftPreference((1, 2, 5)),
    Table([0, 0.5, -1, 2, 0.25, 1, 0.75, 3]),
]


def unit(rng: random.Random, low: int = 0) -> Fraction:
    return Fraction(rng.randint(low, 40), 40)


def model_of(gammas: Any, gs: Any, rule: Rule | None = None, chance: Any = None) -> PatternModel:
    """Return a model whose patterns come in the order given."""
    rows = enumerate(zip(gammas, gs, strict=True))
    patterns = [Pattern(gamma=reach, alpha=1, b=100 * i, g=value) for i, (reach, value) in rows]
    return PatternModel(patterns, Preferred(2) if rule is None else rule, chance=chance)


def printed_heights(gammas: Any, gs: Any) -> tuple[Fraction, ...]:
    """Return 0, H1, H2, H3 as section 3 prints them, for types 1, 2, 3 with 3 preferred."""
    (r1, r2, r3), (g1, g2, g3) = gammas, gs
    h1 = r1 * g1
    h2 = r1 * (1 - r2) * g1 + r2 * (1 - r1) * g2 + r1 * r2 * (g1 + g2) / 2
    return Fraction(0), h1, h2, r3 * g3 + (1 - r3) * h2


def test_heights_are_the_printed_formulas():
    rng = random.Random(1)
    for _ in range(100):
        gammas, gs = [unit(rng) for _ in range(3)], [unit(rng) for _ in range(3)]
        assert plateau_heights(model_of(gammas, gs)) == printed_heights(gammas, gs)


def test_heights_obey_the_shift_rule():
    rng = random.Random(2)
    for _ in range(100):
        gammas, gs, chance = [unit(rng) for _ in range(3)], [unit(rng) for _ in range(3)], unit(rng)
        got = plateau_heights(model_of(gammas, gs, chance=chance))
        expected = tuple(chance + height for height in printed_heights(gammas, [x - chance for x in gs]))
        assert got == expected


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_heights_are_the_definition_at_the_vertices(rule: Rule):
    rng = random.Random(3)
    for _ in range(10):
        model = model_of([unit(rng) for _ in range(3)], [unit(rng) for _ in range(3)], rule)
        for k, got in enumerate(plateau_heights(model)):
            expected = Fraction(0)
            for size in range(k + 1):
                for members in combinations(range(k), size):
                    term = model.generalization(members)
                    for i in range(k):
                        term *= model.patterns[i].gamma if i in members else 1 - model.patterns[i].gamma
                    expected += term
            assert got == expected


@pytest.mark.parametrize("name", ["H1", "H2", "H3"])
def test_symbolic_heights_are_the_subset_form_at_the_vertices(name: str):
    learned = int(name[1])
    vertex = {p(i): gamma(i) if i < learned else sp.Integer(0) for i in range(3)}
    expected = acc_test(3, rule=Preferred(2), chance=True).xreplace(vertex)
    assert sp.expand(getattr(symbolic_plateaus(), name) - expected) == 0


def test_the_order_of_the_patterns_does_not_matter():
    rng = random.Random(4)
    model = model_of([unit(rng) for _ in range(3)], [unit(rng) for _ in range(3)], Mean(), Fraction(1, 97))
    for order in permutations(range(3)):
        shuffled = PatternModel([model.patterns[i] for i in order], Mean(), chance=Fraction(1, 97))
        assert plateau_heights(shuffled) == plateau_heights(model)
        assert [order[i] for i in plateau_conditions(shuffled).order] == [0, 1, 2]


def test_equal_inflections_keep_the_order_of_the_indices():
    same = Pattern(gamma=1, alpha=1, b=5, g=1)
    assert plateau_conditions(PatternModel([same, Pattern(gamma=1, alpha=1, b=4, g=1), same])).order == (1, 0, 2)


def test_double_descent_preset():
    got = plateau_conditions(presets.double_descent())
    assert got.heights == (0, Fraction("0.7"), Fraction("0.35"), Fraction("0.48"))
    assert (got.descent, got.second_ascent, got.double_descent) == (True, True, True)
    assert got.separation == 3.0  # 0.15 * (50 - 30)
    assert got.text.splitlines() == [
        "patterns count from 0, plateaus from 1: H0 has none of them, H1 adds p_0, H2 p_1, H3 p_2",
        "H0 = 0, H1 = 0.7 (rises), H2 = 0.35 (falls), H3 = 0.48 (rises)",
        "descent: yes (H2 falls)",
        "second ascent: yes (H2 falls, H3 rises)",
        "double descent: yes (H1 rises, H2 falls, H3 rises)",
        "assumed: each pattern saturates before the next begins; here they are 3 / alpha apart or more",
    ]


def test_grokking_preset():
    got = plateau_conditions(presets.grokking())
    assert got.heights == (0, 0, 0, 1)
    assert got.steps == ("stays", "stays", "rises")
    assert (got.descent, got.second_ascent, got.double_descent) == (False, False, False)
    said = "double descent: no (it takes a step that rises, one that falls, and one that rises, in turn)"
    assert said in got.text.splitlines()


def test_what_is_no_model_is_refused():
    for function in (plateau_heights, plateau_conditions):
        with pytest.raises(InputError, match=r"^model must be a PatternModel, got None$"):
            function(None)  # pyright: ignore[reportArgumentType]  # that it is wrong is the point


@pytest.mark.parametrize("chance", [Fraction(0), Fraction(1, 97)])
def test_descent_turns_exactly_at_its_boundary(chance: Fraction):
    # g_2 (2 - gamma_1) < gamma_1 g_1, with g - c for g
    rng, step = random.Random(5), Fraction(1, 10**12)
    for _ in range(50):
        reach, g1 = unit(rng, 1), chance + (1 - chance) * unit(rng, 1)
        boundary = chance + reach * (g1 - chance) / (2 - reach)
        for shift, expected in ((-step, True), (Fraction(0), False), (step, False)):
            if not 0 <= boundary + shift <= 1:
                continue
            model = model_of([reach, unit(rng, 1), 1], [g1, boundary + shift, 1], chance=chance)
            assert (plateau_conditions(model).steps[1] == "falls") is expected
            assert plateau_conditions(model).descent is expected  # the last pattern, of g = 1, cannot fall


def test_second_ascent_turns_exactly_at_its_boundary():
    step = Fraction(1, 10**12)
    h2 = Fraction(7, 20)  # the plateau before it: 0.7 * (1 + 0) / 2
    for shift, expected in ((-step, False), (Fraction(0), False), (step, True)):
        model = model_of([Fraction(7, 10), 1, Fraction(1, 5)], [1, 0, h2 + shift])
        assert plateau_conditions(model).second_ascent is expected


def test_the_relations_are_strict_at_equality():
    symbolic = symbolic_plateaus()
    flat_top = numbers(model_of([Fraction(1, 2), 1, 1], [1, Fraction(1, 3), 1]))  # g_2 (2 - 1/2) = 1/2 g_1
    assert symbolic.descent.xreplace(flat_top) == sp.false
    flat_end = numbers(model_of([Fraction(7, 10), 1, Fraction(1, 5)], [1, 0, Fraction(7, 20)]))  # g_3 = H2
    assert symbolic.descent.xreplace(flat_end) == sp.true
    assert symbolic.second_ascent.xreplace(flat_end) == sp.false
    assert symbolic.double_descent.xreplace(flat_end) == sp.false


def test_the_relations_say_what_the_numbers_say():
    rng, seen = random.Random(6), set[tuple[Any, ...]]()
    symbolic = symbolic_plateaus()
    for _ in range(300):
        gammas, gs = [unit(rng, 1), unit(rng, 1), unit(rng, 1)], [unit(rng) for _ in range(3)]
        model = model_of(gammas, gs, chance=rng.choice([Fraction(0), Fraction(1, 97), unit(rng)]))
        values = numbers(model)
        assert symbolic.where.xreplace(values) == sp.true
        got = plateau_conditions(model)
        verdicts = (got.steps[1] == "falls", got.steps[2] == "rises", got.double_descent)
        expected = (symbolic.descent, symbolic.second_ascent, symbolic.double_descent)
        assert verdicts == tuple(bool(relation.xreplace(values)) for relation in expected)
        assert got.descent >= verdicts[0]
        assert got.second_ascent >= (verdicts[0] and verdicts[1])
        seen.add(verdicts)
    # Every combination that can occur did: double descent needs the other two.
    assert seen == {(a, b, d) for a in (False, True) for b in (False, True) for d in (False, a and b)}


def test_without_chance_double_descent_is_both_as_printed():
    symbolic = symbolic_plateaus()
    rng = random.Random(7)
    for _ in range(200):
        values = numbers(model_of([unit(rng, 1) for _ in range(3)], [unit(rng) for _ in range(3)]))
        both = sp.And(symbolic.descent, symbolic.second_ascent).xreplace(values)
        assert symbolic.double_descent.xreplace(values) == both


def test_a_first_pattern_below_chance_does_not_descend_twice():
    # Three plateaus below one another and a rise: the error rises first, so there is no first descent.
    got = plateau_conditions(model_of([1, 1, 1], [Fraction(1, 4), 0, 1], chance=Fraction(1, 2)))
    assert got.heights == (Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), 1)
    assert (got.descent, got.second_ascent, got.double_descent) == (True, True, False)


def test_separation_is_in_units_of_the_slower_neighbour():
    # 0.2 * (40 - 30) and 0.2 * (60 - 40), whichever of two neighbours is the slower; the quicker would give 5.
    quick, slow = {"gamma": 1, "alpha": Fraction(1, 2), "g": 1}, {"gamma": 1, "alpha": Fraction(1, 5), "g": 1}
    for order in ((quick, slow, quick), (slow, quick, slow)):
        model = PatternModel([Pattern(b=b, **kind) for b, kind in zip((30, 40, 60), order, strict=True)])
        assert plateau_conditions(model).separation == 2.0


def standing(model: PatternModel, *which: int) -> PatternModel:
    """Return `model` with alpha = 0 for these patterns."""
    patterns = [
        Pattern(gamma=x.gamma, alpha=0 if i in which else x.alpha, b=x.b, g=x.g) for i, x in enumerate(model.patterns)
    ]
    return PatternModel(patterns, model.rule, chance=None if isinstance(model.rule, Table) else model.chance)


def test_a_pattern_that_stands_is_no_step():
    # p_0 = 0.35 for ever. Mean rule, g = (1, 0, 1): 0.35; then 0.35 / 2; then, where p_1 = 1 and p_2 = 1/5,
    # 0.65 * 0.2 / 2 + 0.35 * 0.8 / 2 + 0.35 * 0.2 * 2/3.
    got = plateau_conditions(standing(PatternModel(presets.double_descent().patterns, Mean()), 0))
    last = Fraction("0.065") + Fraction("0.14") + Fraction("0.14") / 3
    assert (got.order, got.heights) == ((1, 2), (Fraction("0.35"), Fraction("0.175"), last))
    assert got.steps == ("falls", "rises")
    assert (got.descent, got.second_ascent, got.double_descent) == (True, True, False)
    assert got.separation == 7.5  # 0.05 * (200 - 50)
    assert got.text.splitlines() == [
        "patterns count from 0, plateaus from 1: H0 has none of them, H1 adds p_1, H2 p_2",
        f"H0 = 0.35, H1 = 0.175 (falls), H2 = {readable(last)} (rises)",
        "descent: yes (H1 falls)",
        "second ascent: yes (H1 falls, H2 rises)",
        "double descent: no (it takes a step that rises, one that falls, and one that rises, in turn)",
        "assumed: each pattern saturates before the next begins; here they are 7.5 / alpha apart or more",
        "alpha = 0, so at gamma / 2 at all times and no step: p_0",
    ]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_heights_with_a_pattern_that_stands_are_half_way_between_never_and_always(rule: Rule):
    # F is affine in p_1, so at gamma_1 / 2 it is the mean of its values at 0 and gamma_1.
    rng = random.Random(8)
    for _ in range(10):
        reaches, gs = [unit(rng) for _ in range(3)], [unit(rng) for _ in range(3)]

        def at(reach: Fraction, learned: list[int], rule: Rule, reaches: Any = reaches, gs: Any = gs) -> Fraction:
            heights = [reaches[i] if i in learned else Fraction(0) for i in range(3)]
            heights[1] = reach
            return plateau_heights(model_of(heights, gs, rule))[3]

        got = plateau_heights(standing(model_of(reaches, gs, rule), 1))
        for height, learned in zip(got, ([], [0], [0, 2]), strict=True):
            assert height == (at(Fraction(0), learned, rule) + at(reaches[1], learned, rule)) / 2


def test_those_that_move_are_judged():
    four = model_of([1, Fraction(7, 10), 1, Fraction(1, 5)], [1, 1, 0, 1], Preferred(3))
    got = plateau_conditions(standing(four, 0))
    # p_0 = 1/2 with g = 1. V: 1/2; 1/2 + 1/2 * 7/10; p_2 = 1 halves pattern 1 alone, pattern 0 alone; both: 2/3.
    below = Fraction(1, 2) * Fraction(3, 10) / 2 + Fraction(1, 2) * Fraction(7, 10) / 2 + Fraction(7, 20) * 2 / 3
    assert got.heights == (Fraction(1, 2), Fraction(17, 20), below, Fraction(1, 5) + Fraction(4, 5) * below)
    assert (got.order, got.double_descent) == ((1, 2, 3), True)
    assert got.text.splitlines()[-1] == "alpha = 0, so at gamma / 2 at all times and no step: p_0"


def test_the_symbolic_conditions_ask_for_patterns_that_move():
    for i in range(3):
        values = numbers(standing(presets.double_descent(), i))
        assert symbolic_plateaus().where.xreplace(values) == sp.false


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_than_three_patterns_are_judged_by_the_steps_that_there_are(n: int):
    got = plateau_conditions(model_of([1, 1][:n], [1, 0][:n], Mean(), Fraction(1, 10)))
    assert got.heights == (Fraction(1, 10), 1, Fraction(1, 2))[: n + 1]
    assert got.steps == ("rises", "falls")[:n]
    assert (got.descent, got.second_ascent, got.double_descent) == (n == 2, False, False)


@pytest.mark.parametrize(
    ("gs", "steps", "found"),
    [  # each pattern is complete and preferred to all before it, so that the plateaus are chance and the g
        ((1, 3, 2, 2, 4), ("falls", "rises", "falls", "stays", "rises"), ("H1", "H1, H2", "H2, H3, H5")),
        ((3, 4, 1), ("rises", "rises", "falls"), ("H3", "", "")),
        ((3, 3, 4, 3), ("rises", "stays", "rises", "falls"), ("H4", "", "")),
        ((2, 1, 0, 3), ("stays", "falls", "falls", "rises"), ("H2", "H2, H4", "")),
    ],
)
def test_all_plateaus_are_judged(gs: Any, steps: Any, found: Any):
    order = Priority(tuple(reversed(range(len(gs)))))
    got = plateau_conditions(model_of([1] * len(gs), [Fraction(x, 4) for x in gs], order, Fraction(1, 2)))
    assert got.steps == steps
    assert (got.descent, got.second_ascent, got.double_descent) == tuple(map(bool, found))
    said = dict(line.split(": ") for line in got.text.splitlines()[2:5])
    for name, plateaus in zip(("descent", "second ascent", "double descent"), found, strict=True):
        assert said[name].startswith("yes" if plateaus else "no")
        assert not plateaus or re.findall(r"H\d", said[name]) == plateaus.split(", ")


def test_more_than_12_patterns_are_refused():
    pattern = Pattern(gamma=1, alpha=1, b=1, g=1)
    assert len(plateau_heights(PatternModel([pattern] * 12))) == 13
    with pytest.raises(InputError, match=r"^the model must have at most 12 patterns for plateau heights .*, got 13$"):
        plateau_heights(PatternModel([pattern] * 13))


def test_the_printed_descent_in_the_letters():
    got = symbolic_plateaus().descent.subs(c, 0)
    assert got == sp.Lt(g(1) * (2 - gamma(0)), gamma(0) * g(0))
