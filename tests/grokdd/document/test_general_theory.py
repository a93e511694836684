"""The document of the general theory: forms held against the definition, identities, theorems, and its replay."""

import json
from dataclasses import replace
from typing import Any

import pytest

from grokdd import theorem_list
from grokdd.analytic import closed_forms, theorem
from grokdd.analytic.forms.identities import identities
from grokdd.document import general_theory, open_forms
from grokdd.document.html_page import to_html
from grokdd.document.latex_page import to_latex
from grokdd.document.record import differences
from grokdd.output import Output

QUIET = Output(quiet=True)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of its own, two theorems in place of all, and identities to n = 3."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROKDD_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(theorem_list, "theorems", lambda: (theorem("descent"), theorem("extrema under the mean")))
        patch.setattr(general_theory, "SIZES", range(4))
        yield


@pytest.fixture(scope="module")
def document(cache):
    return general_theory.general_theory(QUIET)


def test_it_holds_forms_derivatives_limits_identities_and_theorems(document):
    sections = [name for name, _ in document.sections()]
    assert sections == [
        "Closed forms",
        "Derivatives",
        "Limits",
        "Identities between the forms",
        "When the second pattern lowers test accuracy (descent)",
        "n patterns under the mean rule make at most 2 (n - 1) extrema (conjecture) (extrema under the mean)",
    ]
    assert not [one.says for one in document.statements if "contradiction" in one.verified]
    assert all(one.verified for one in document.statements)
    by_section = dict(document.sections())
    assert len(by_section["Closed forms"]) == len(closed_forms()) + 1
    assert len(by_section["Identities between the forms"]) == len(identities())
    assert by_section[sections[4]][0].says.startswith("Theorem: H2 < H1 if and only if")
    assert by_section[sections[5]][0].says.startswith("Conjecture: ")
    assert by_section[sections[5]][0].value == "supported"


def test_each_identity_says_for_which_n_it_was_computed(document):
    (one,) = (one for one in document.statements if one.says.startswith("expansion: "))
    assert one.verified[:2] == ("equal polynomials for n = 0 to 3", "computer algebra: the step of the proof")
    (other,) = (one for one in document.statements if one.says.startswith("preference: "))
    assert other.verified[0] == "equal polynomials for n = 1 to 3"  # about a pattern: it says nothing of n = 0


def test_a_wrong_identity_and_a_proof_that_fails_are_contradictions():
    first = identities()[0]
    assert general_theory._identity(first, [0, 1, 2], False).verified[0] == "contradiction"
    assert general_theory._identity(first, [0, 1], True).verified[0] == "contradiction"


@pytest.mark.parametrize("form", closed_forms(), ids=lambda form: form.name)
def test_a_form_that_is_twice_the_definition_is_noticed(form):
    assert open_forms._is_the_definition(form)
    assert not open_forms._is_the_definition(replace(form, expr=2 * form.expr))


def test_a_wrong_derivative_and_a_wrong_limit_are_noticed():
    train = closed_forms()[0]
    for form in open_forms.derivatives(train):
        assert open_forms._is_derivative(form, train)
        assert not open_forms._is_derivative(replace(form, expr=form.value + 1000 * open_forms.NEAR), train)
    for form in open_forms.limits(train):
        assert open_forms._is_limit(form)
        right: Any = form.expr
        wrong = right.func(right.lhs, right.rhs + 1, evaluate=False)
        assert not open_forms._is_limit(replace(form, expr=wrong))


def test_it_is_computed_again_to_the_same_and_a_change_is_noticed(document):
    again = general_theory.general_theory(QUIET, fresh=True).to_json()["statements"]
    kept = json.loads(json.dumps(document.to_json()))["statements"]
    assert list(differences(kept, again)) == []
    kept[40]["verified"] = ["hearsay"]
    assert len(list(differences(kept, again))) == 1


def test_its_pages_have_formulas_and_no_figure(document):
    html = to_html(document)
    assert html.count("<math ") == sum(len(one.formulas) for one in document.statements)
    assert "<svg" not in html
    assert "includegraphics" not in to_latex(document)


def test_a_failed_check_is_said(document):
    told = theorem_list.verified(QUIET)[0]
    wrong = {**told, "verdict": "failed", "evidence": [{**told["evidence"][0], "holds": False}]}
    first, _, checks, *_ = general_theory.theorem_statements(wrong)
    assert first.says.startswith("A check failed: ")
    assert checks.value[0][1].startswith("FAILED: ")


def test_the_command_writes_it_and_computes_it_again(grokdd, cache, tmp_path):
    got = grokdd("derive", "--theorems", "--report", tmp_path / "all")
    assert got.code == 0
    assert got.out.splitlines()[-2] == f"document: {tmp_path}/all/document.html"
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        "document.html",
        "document.json",
        "document.tex",
    ]
    again = grokdd("derive", "--replay", tmp_path / "all" / "document.json")
    assert again.out.endswith("statements computed again, all the same\n")
    assert "checking the identity expansion" in again.err
    assert again.code == 0
