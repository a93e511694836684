"""`grokdd derive --theorems`: what is listed, what is kept, and what is said of a check that fails."""

import json
from dataclasses import replace

import pytest

from grokdd import theorem_list
from grokdd.analytic import theorem


@pytest.fixture
def two(monkeypatch, tmp_path):
    """Two quick theorems in place of all, and a cache of their own."""
    monkeypatch.setenv("GROKDD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(theorem_list, "theorems", lambda: (theorem("descent"), theorem("second ascent")))
    return tmp_path / "cache"


def test_it_lists_statements_means_and_what_they_mean(grokdd, two):
    got = grokdd("derive", "--theorems")
    assert got.code == 0
    first, second = got.out.split("\n\n")[:2]
    assert first.splitlines()[:3] == [
        "descent: When the second pattern lowers test accuracy",
        "  H2 < H1 if and only if (g_1 - c)(2 - gamma_0) < gamma_0 (g_0 - c).",
        "  for patterns 0, 1 under the plain mean, pattern 2 later; gamma_1 > 0",
    ]
    assert "  proved by cvc5, polynomials, z3; see docs/theory.md, section 3.2" in first
    assert "  for training: What is memorized must" in first
    assert second.startswith("second ascent: ")
    assert got.out.splitlines()[-1] == "2 theorems, all checks passed"
    assert got.err.splitlines() == ["checking 1 of 2: descent", "checking 2 of 2: second ascent"]
    assert max(len(line) for line in got.out.splitlines()) <= 100


def test_checks_are_kept_until_they_are_asked_for_again(grokdd, two):
    first = grokdd("derive", "--theorems", "--json")
    again = grokdd("derive", "--theorems", "--json")
    assert (again.out, again.err) == (first.out, "")
    assert grokdd("derive", "--theorems", "--fresh").err.count("checking") == 2
    assert len(list(two.rglob("theorem-*.json"))) == 2


def test_json_holds_every_check(grokdd, two):
    found = json.loads(grokdd("derive", "--theorems", "--json").out)["theorems"]
    assert [one["theorem"] for one in found] == ["descent", "second ascent"]
    assert all(check["holds"] for one in found for check in one["evidence"])
    assert {"statement", "hypotheses", "derivation", "left_to_paper", "source", "verdict"} <= set(found[0])
    assert found[0]["without_a_hypothesis"][0]["drops"] == "gamma_1 > 0"


def test_a_check_that_fails_is_the_answer_no(grokdd, two, monkeypatch):
    lemma = theorem("descent").parts[1]
    wrong = replace(theorem("descent"), parts=(replace(lemma, claim=lemma.too_much),))
    monkeypatch.setattr(theorem_list, "theorems", lambda: (wrong,))
    got = grokdd("derive", "--theorems", "--fresh")
    assert got.code == 1
    assert got.out.splitlines()[-1] == "failed: descent"


def test_quiet_says_nothing(grokdd, two):
    got = grokdd("derive", "--theorems", "--quiet")
    assert (got.code, got.out, got.err) == (0, "", "")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--theorems", "--replay", "x.json"), "--replay must be left out with --theorems, got 'x.json'"),
        (("--replay", "x.json", "--report", "out"), "--report must be left out with --replay, got 'out'"),
    ],
)
def test_options_without_effect_are_refused(grokdd, options, says):
    got = grokdd("derive", *options)
    assert (got.code, got.err) == (2, f"grokdd: {says}\n")
