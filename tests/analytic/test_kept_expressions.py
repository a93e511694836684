"""Long derivations are made once, and made again when what was kept is damaged."""

from typing import Any

import pytest
import sympy as sp

from grokdd.analytic import Preferred, accuracy, closed_forms, derivatives, limits
from grokdd.analytic.forms import closed_form
from grokdd.analytic.kept_expressions import kept_expression

X = sp.Symbol("x")


@pytest.fixture
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("GROKDD_CACHE", str(tmp_path))
    return tmp_path


def counted(made, expr=X + 1):
    def compute():
        made.append(1)
        return expr

    return compute


def test_it_is_derived_once(cache):
    made = []
    assert [kept_expression("x", counted(made), [1], "deriving x") for _ in range(3)] == [X + 1] * 3
    assert len(made) == 1


def test_a_damaged_file_costs_only_time(cache):
    made = []
    kept_expression("x", counted(made), [1], "deriving x")
    (path,) = cache.rglob("x-*.json")
    path.write_text('["__import__"]')
    assert kept_expression("x", counted(made), [1], "deriving x") == X + 1
    assert kept_expression("x", counted(made), [1], "deriving x") == X + 1
    assert len(made) == 2


@pytest.mark.parametrize("one", ["subsets", "chance", "rule", "rate"])
def test_what_is_asked_for_is_part_of_the_key(cache, monkeypatch, one):
    """Two that differ in one thing alone do not share a file."""
    monkeypatch.setattr(accuracy, "SLOW", 2)
    monkeypatch.setattr(accuracy, "SLOW_TERMS", 1)
    a, b = {
        "subsets": lambda: (accuracy.acc_test(3), accuracy.acc_test(3, form="multilinear")),
        "chance": lambda: (accuracy.acc_test(3), accuracy.acc_test(3, chance=True)),
        "rule": lambda: (accuracy.acc_test(2, rule=Preferred(0)), accuracy.acc_test(2, rule=Preferred(1))),
        "rate": lambda: (accuracy.rate(accuracy.p(0)), accuracy.rate(accuracy.p(1))),
    }[one]()
    assert a != b


def test_what_has_no_form_in_json_is_derived_each_time(cache):
    made = []
    root: Any = sp.pi * X
    assert [kept_expression("x", counted(made, root), [1], "deriving x") for _ in range(2)] == [root] * 2
    assert len(made) == 2


@pytest.mark.parametrize("name", ["mean_subsets", "mean_integral", "mean_subsets_rate", "mean_subsets_late"])
def test_long_instances_are_kept_and_as_they_were(cache, monkeypatch, name):
    mean = [one for one in closed_forms() if one.name in ("mean_subsets", "mean_integral")]
    forms = {one.name: one for form in mean for one in (form, *derivatives(form), *limits(form))}
    direct = forms[name].instance(3)
    assert list(cache.rglob("*.json")) == []
    monkeypatch.setattr(closed_form, "SLOW", 3)
    made, again = (forms[name].instance(3) for _ in range(2))
    assert made == again == direct
    assert len(list(cache.rglob("instance-*.json"))) == 1
    assert forms[name].instance(4) != made


def test_curves_of_long_forms_are_kept_and_as_they_were(cache, monkeypatch):
    form = accuracy.acc_test(3)
    direct = accuracy.in_time(form)
    monkeypatch.setattr(accuracy, "LONG_TERMS", 10)
    assert [accuracy.in_time(form) for _ in range(2)] == [direct] * 2
    assert [path.name.rsplit("-", 1)[0] for path in cache.rglob("*.json")] == ["in-time"]


def test_long_forms_and_rates_are_kept_and_as_they_were(cache, monkeypatch):
    direct_form, direct_rate = accuracy.acc_test(4), accuracy.rate(accuracy.acc_test(3))
    assert list(cache.rglob("*.json")) == []
    monkeypatch.setattr(accuracy, "SLOW", 4)
    monkeypatch.setattr(accuracy, "SLOW_TERMS", 10)
    for _ in range(2):  # derived, then read
        assert accuracy.acc_test(4) == direct_form
        assert accuracy.rate(accuracy.acc_test(3)) == direct_rate
    assert sorted(path.name.rsplit("-", 1)[0] for path in cache.rglob("*.json")) == ["acc-test", "rate"]


def test_what_has_no_form_on_the_disk_is_derived_all_the_same(cache, monkeypatch):
    monkeypatch.setattr(accuracy, "SLOW_TERMS", 1)
    assert accuracy.rate(sp.Function("f")(accuracy.t)) == sp.Function("f")(accuracy.t).diff(accuracy.t)
    assert list(cache.rglob("*.json")) == []
