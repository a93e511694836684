"""Every theorem is proved by two independent means, its conditions can be met, and its checks refuse what is false."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

from grokdd.analytic import InputError
from grokdd.analytic.exact_statements import exactly, truth_of
from grokdd.analytic.theory import Law, Lemma, PolynomialIdentity, Theorem, theorem, theorems, verify
from grokdd.analytic.theory.record import Counterexample, same_polynomial

ALL = theorems()
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "theory.md").read_text()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_theorem_passes_its_checks_by_two_means(one: Theorem):
    got = verify(one)
    assert [x for x in got.evidence if not x.holds] == []
    assert got.verdict == ("supported" if one.conjecture else "checked" if one.gap else "proved")
    assert len(got.means) >= (1 if one.conjecture else 2)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_its_conditions_can_be_met(one: Theorem):
    for part in one.parts:
        if isinstance(part, Lemma):
            assert set(part.witness) >= part.where.free_symbols
            assert truth_of(part.where)(exactly(part.witness))
        elif isinstance(part, Law):
            assert sum(1 for _ in part.drawn()) == part.models
        else:
            assert part.sizes


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_it_fails_when_a_condition_is_perturbed(one: Theorem):
    """With the false neighbour of any one part in its place, the theorem is no longer proved."""
    for k, part in enumerate(one.parts):
        match part:
            case Lemma():
                wrong = replace(part, claim=part.too_much)
            case PolynomialIdentity():
                wrong = replace(part, right=part.too_much)
            case Law():
                wrong = replace(part, holds=part.too_much)
        assert not wrong.check().holds
        if k == 0:
            assert verify(replace(one, parts=(wrong,))).verdict == "failed"


def test_a_check_that_accepts_its_false_neighbour_fails():
    lemma = Lemma(
        says="x", claim=sp.Ge(sp.Symbol("x", real=True) ** 2, 0, evaluate=False), witness={}, too_much=sp.true
    )
    assert verify(replace(ALL[0], parts=(lemma,))).verdict == "failed"


def test_a_counterexample_that_shows_nothing_fails():
    nothing = Counterexample(drops="all", says="nothing", shown=lambda: False)
    assert verify(replace(theorem("descent"), counterexamples=(nothing,))).verdict == "failed"


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_its_source_is_a_section_of_the_page_on_theory(one: Theorem):
    sections = re.findall(r"\b\d+\.\d+\b", one.source)
    assert sections
    for section in sections:
        assert f"### {section} " in PAGE


def test_names_are_unique_and_a_theorem_is_found_by_its_own():
    names = [one.name for one in ALL]
    assert len(set(names)) == len(names)
    assert theorem("path").title.startswith("The path")
    with pytest.raises(InputError, match=r"^name must be one of chance level, .*; got 'pythagoras'$"):
        theorem("pythagoras")


def test_words_for_training_are_one_sentence():
    for one in ALL:
        assert one.meaning.endswith(".")
        assert len(one.meaning) < 160


def test_two_rational_expressions_are_the_same_iff_their_difference_is_0():
    x, y = sp.symbols("x y")
    assert same_polynomial((x**2 - y**2) / (x - y), x + y)
    assert not same_polynomial((x**2 - y**2) / (x - y), x + y + sp.Rational(1, 10**30))
    assert not same_polynomial(sp.Integer(1), sp.Rational(10**30 + 1, 10**30))


def test_the_two_zeros_of_the_quadratic_are_on_record():
    # docs/theory.md, 3.4: with the paper's speeds the peak is at 43.5551143907, 0.762426800268 gamma_0 g_0 high.
    delta = sp.exp(3)
    peak = theorem("peak").extra
    x = peak["x"].subs(sp.Symbol("delta", positive=True), delta)
    assert abs(30 + sp.log(x) / Fraction(3, 20) - 43.5551143907) < 1e-9
    height = peak["height"].subs({sp.Symbol("R", positive=True): sp.sqrt(2 * delta - 1)})
    assert abs(height.subs(dict.fromkeys(height.free_symbols, 1)) - 0.762426800268) < 1e-11
