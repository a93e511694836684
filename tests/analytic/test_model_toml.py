"""Models as TOML: every model comes back equal, and every file that is not a model gets one line."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grokdd.analytic import (
    InputError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    SoftPreference,
    Table,
    presets,
    shape,
)
from grokdd.analytic.errors import shown

unit = st.one_of(
    st.fractions(0, 1),
    st.floats(0, 1),
    st.sampled_from([0, 1, Fraction("0.15"), Fraction(1, 10**400), Fraction(1, 97)]),
)
positive = st.one_of(
    st.fractions(0), st.floats(0, allow_infinity=False), st.integers(0, 10**308), st.sampled_from([1e308, 5e-324])
)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.one_of(
    text, st.sampled_from(['"', "'", '"""', "\\", "\x00\x1f\x7f", "\r\n", "\u2028", "γ₁", "a = [1]\n[rule]"])
)
patterns = st.builds(Pattern, gamma=unit, alpha=positive, b=positive, g=unit, name=names)


@st.composite
def models(draw: st.DrawFn) -> PatternModel:
    members = draw(st.lists(patterns, max_size=4))
    n = len(members)
    kinds: list[st.SearchStrategy[Any]] = [
        st.just(Mean()),
        st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2**n, max_size=2**n).map(Table),
        st.lists(positive.filter(bool), min_size=n, max_size=n).map(SoftPreference),
    ]
    if n:
        kinds.append(st.integers(0, n - 1).map(Preferred))
        kinds.append(st.lists(st.integers(0, n - 1), min_size=1, unique=True).map(Priority))
    rule = draw(st.one_of(kinds))
    chance = None if isinstance(rule, Table) else draw(unit)
    return PatternModel(members, rule, chance=chance, chance_train=draw(unit))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(models())
def test_round_trip_is_exact(model: PatternModel):
    assert PatternModel.from_toml(model.to_toml()) == model


@pytest.mark.parametrize("name", presets.PRESETS)
def test_presets_survive_the_round_trip(name: str):
    assert PatternModel.from_toml(presets.named(name).to_toml()) == presets.named(name)


def test_the_text_is_what_a_person_would_write():
    got = PatternModel(
        [Pattern(gamma=Fraction("0.7"), alpha=Fraction(1, 3), b=30, g=1, name="x")], Preferred(0)
    ).to_toml()
    expected = """\
format = 1
chance = 0
chance_train = 0
patterns = [
    { name = "x", gamma = 0.7, alpha = "1/3", b = 30, g = 1 },
]

[rule]
kind = "preferred"
pattern = 0
"""
    assert got == expected


def test_decimals_are_exact_decimals():
    model = PatternModel.from_toml("patterns = [{ gamma = 0.7, alpha = 0.15, b = 3e1, g = 1.0 }]")
    assert model.patterns[0] == Pattern(gamma=Fraction(7, 10), alpha=Fraction(3, 20), b=30, g=1)
    assert (model.rule, model.chance, model.chance_train) == (Mean(), 0, 0)


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert PatternModel.from_toml("\ufeffpatterns = []") == PatternModel([])


def test_a_table_of_12_patterns_is_written_and_13_are_sent_to_npy():
    pattern = Pattern(gamma=1, alpha=1, b=1, g=1)
    largest = PatternModel([pattern] * 12, Table([math.pi] * 2**12))
    assert PatternModel.from_toml(largest.to_toml()) == largest
    with pytest.raises(InputError, match=r"at most 2\*\*12 values, got 8192: keep it with numpy.save\('table.npy'"):
        PatternModel([pattern] * 13, Table([0.0] * 2**13)).to_toml()


def test_decimals_of_a_table_are_decimals():
    """0.4 - 0.1 - 0.3 + 0 is 0: as floats it is not, and accuracy would seem to have a maximum."""
    row = "{ gamma = 0.5, alpha = 1, b = 10, g = 1 }, { gamma = 1, alpha = 0.05, b = 50, g = 1 }"
    model = PatternModel.from_toml(f'patterns = [{row}]\n[rule]\nkind = "table"\nvalues = [0, 0.4, 0.1, 0.3]')
    assert isinstance(model.rule, Table)
    assert model.rule.fractions() == tuple(Fraction(k, 10) for k in (0, 4, 1, 3))
    assert shape(model, levels=()).extrema == ()
    assert "0.4" in model.to_toml()
    assert PatternModel.from_toml(model.to_toml()) == model


ONE = "{ gamma = 1, alpha = 1, b = 1, g = 1 }"


def with_alpha(value: str) -> str:
    return f"patterns = [{{ gamma = 1, alpha = {value}, b = 1, g = 1 }}]"


def with_rule(rule: str) -> str:
    return f"patterns = [{ONE}]\nrule = {rule}"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        # not TOML
        ("PK\x03\x04", "the model must be TOML: "),
        ("patterns = [", "the model must be TOML: "),
        ('{"patterns": []}', "the model must be TOML: "),
        ("patterns = []\npatterns = []", "the model must be TOML: "),
        ("__import__('os').system('true')", "the model must be TOML: "),
        (f"patterns = {'[' * 10**5}", "the model must be plain TOML: RecursionError"),
        (b"patterns = []", "the model must be TOML text, got b'patterns = []'"),
        (None, "the model must be TOML text, got None"),
        # numbers that are not numbers, or would fill the memory
        (
            with_alpha("1e999999999"),
            "a number must have at most 2000 digits and an exponent of at most 400, got 1e9999",
        ),
        (
            with_alpha("1e-999999999"),
            "a number must have at most 2000 digits and an exponent of at most 400, got 1e-999",
        ),
        (with_alpha("1e99999999999999999999"), "a number must have at most 2000 digits and an exponent of at most 400"),
        (with_alpha("0e99999999999999999999"), "a number must have at most 2000 digits and an exponent of at most 400"),
        (with_alpha("0." + "1" * 10**5), "a number must have at most 2000 digits and an exponent of at most 400"),
        (with_alpha("1" * 10**5), "alpha in line 1 must have at most 2000 digits, got 100000: write fewer"),
        (with_alpha("1" * 4000), "patterns[0].alpha must have at most 2000 digits above and below its fraction line"),
        (with_alpha("1" * 400), "patterns[0].alpha must be at most 1.8e+308 in size, as floats are, got 1111"),
        (with_alpha("1e400"), "patterns[0].alpha must be at most 1.8e+308 in size, as floats are, got 1000"),
        (with_alpha("nan"), "patterns[0].alpha must be a finite number or a fraction \"p/q\", got Decimal('NaN')"),
        (
            with_alpha("-inf"),
            "patterns[0].alpha must be a finite number or a fraction \"p/q\", got Decimal('-Infinity')",
        ),
        (with_alpha("true"), 'patterns[0].alpha must be a finite number or a fraction "p/q", got True'),
        (with_alpha('"1/0"'), "patterns[0].alpha must be a finite number or a fraction \"p/q\", got '1/0'"),
        (with_alpha('"1/3/5"'), "patterns[0].alpha must be a finite number or a fraction \"p/q\", got '1/3/5'"),
        (with_alpha('"1/3\\n"'), "patterns[0].alpha must be a finite number or a fraction \"p/q\", got '1/3\\n'"),
        (with_alpha('"١/٣"'), "patterns[0].alpha must be a finite number or a fraction \"p/q\", got '١/٣'"),
        (with_alpha('"exp(1)"'), "patterns[0].alpha must be a finite number or a fraction \"p/q\", got 'exp(1)'"),
        (with_alpha(f'"1/{"3" * 2001}"'), 'patterns[0].alpha must be a finite number or a fraction "p/q", got \'1/333'),
        (with_alpha("1979-05-27"), 'patterns[0].alpha must be a finite number or a fraction "p/q", got datetime.date('),
        (with_alpha("[1]"), 'patterns[0].alpha must be a finite number or a fraction "p/q", got [1]'),
        (with_alpha("-1"), "patterns[0].alpha must be at least 0, got -1"),
        ("chance = 2\npatterns = []", "chance must lie in [0, 1], got 2"),
        (f"chance{'.a' * 5000} = 1\npatterns = []", 'chance must be a finite number or a fraction "p/q", got {'),
        # tables of the wrong kind
        ("", "the model must have patterns"),
        (
            "patterns = []\nrules = 1",
            "the model must have no key but patterns, format, chance, chance_train, rule, got 'rules'",
        ),
        (
            'patterns = []\n"a\\nb" = 1',
            "the model must have no key but patterns, format, chance, chance_train, rule, got 'a\\nb'",
        ),
        ("patterns = 3", "patterns must be an array of tables, [[patterns]]"),
        ("patterns = [3]", "patterns[0] must be a table, got 3"),
        ("patterns = [{ gamma = 1 }]", "patterns[0] must have alpha, b, g"),
        (f"patterns = [{ONE[:-1]}, name = 3 }}]", "patterns[0].name must be a string, got 3"),
        (
            f"patterns = [{ONE[:-1]}, speed = 3 }}]",
            "patterns[0] must have no key but gamma, alpha, b, g, name, got 'speed'",
        ),
        ("format = 2\npatterns = []", "format must be 1, got 2: written by another version of grokdd"),
        # rules
        (with_rule('"mean"'), 'rule must be a table with a kind, such as { kind = "mean" }'),
        (with_rule("{ kind = 3 }"), 'rule must be a table with a kind, such as { kind = "mean" }'),
        (with_rule('{ kind = "best" }'), "rule.kind must be one of mean, preferred, priority, soft, table, got 'best'"),
        (with_rule('{ kind = "mean", pattern = 0 }'), "rule must have no key but kind, got 'pattern'"),
        (with_rule('{ kind = "preferred" }'), "rule must have pattern"),
        (with_rule('{ kind = "preferred", pattern = 0.0 }'), "pattern must be the index of a pattern (an int"),
        (
            with_rule('{ kind = "preferred", pattern = 1 }'),
            "the preferred pattern must lie in 0..0 (patterns count from 0)",
        ),
        (with_rule('{ kind = "priority", order = 0 }'), "rule.order must be an array, got 0"),
        (with_rule('{ kind = "soft", weights = [-1] }'), "weights[0] must be greater than 0, got -1"),
        (
            with_rule('{ kind = "soft", weights = ["x"] }'),
            'rule.weights[0] must be a finite number or a fraction "p/q"',
        ),
        (with_rule('{ kind = "table", values = [1] }'), "values must hold 2**n numbers for n = 1, got 1"),
        (
            with_rule('{ kind = "table", values = [0, nan] }'),
            'rule.values[1] must be a finite number or a fraction "p/q"',
        ),
        (
            with_rule('{ kind = "table", values = [0, 1e400] }'),
            "values must be an array of numbers, got [Fraction(0, 1)",
        ),
        (
            'chance = 0\npatterns = []\nrule = { kind = "table", values = [0] }',
            "chance must be left out with a Table, whose values[0] is G(empty); got chance = 0",
        ),
    ],
    ids=shown,
)
def test_a_hostile_file_gets_one_line(source: Any, message: str):
    with pytest.raises(InputError) as error:
        PatternModel.from_toml(source)
    assert str(error.value).startswith(message)
    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < 500
