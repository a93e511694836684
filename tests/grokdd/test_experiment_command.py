"""`grokdd experiment`: a study is carried out, drawn, judged and put on record; what cannot be is told in one line."""

import json

import pytest

from grokdd.empirical.studies import all_studies, on_record
from grokdd.empirical.studies.weight_norm import WeightNorm

SIZES = {"small": WeightNorm(modulus=5, steps=8, seeds=(0, 1)), "full": WeightNorm()}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """One study, of a second."""
    for module in (all_studies, on_record):
        monkeypatch.setattr(module, "STUDIES", {"weight_norm": SIZES})
    monkeypatch.setattr("grokdd.experiment_run.STUDIES", {"weight_norm": SIZES})


def test_a_study_is_carried_out_judged_drawn_and_kept(grokdd, tmp_path):
    answer = grokdd("experiment", "weight_norm", "--out", tmp_path / "out", "--results", tmp_path / "results")
    assert answer.code == 0
    assert "Does a network that groks first grow" in answer.out
    assert f"2 runs in {tmp_path / 'out'}" in answer.out
    assert "Norm of the initial weights?  4" in answer.out
    kept = {path.name for path in (tmp_path / "results" / "weight_norm" / "small").iterdir()}
    assert kept == {"curves.parquet", "record.json", "figure.svg"}
    page = (tmp_path / "results" / "README.md").read_text()
    assert "![weight_norm](weight_norm/small/figure.svg)" in page
    assert "| Norm of the initial weights? | addition mod 5, 30 % of the pairs, weight decay 1, 8 steps | 2 |" in page


def test_it_goes_on_where_it_was_and_answers_in_json(grokdd, tmp_path):
    first = grokdd("experiment", "weight_norm", "--out", tmp_path / "out", "--json", "--quiet")
    again = grokdd("experiment", "weight_norm", "--out", tmp_path / "out", "--json", "--quiet")
    assert (first.code, again.code, first.err) == (0, 0, "")
    assert json.loads(first.out) == json.loads(again.out)
    (study,) = json.loads(first.out)["studies"]
    assert study["record"]["study"] == "weight_norm"
    assert [one["verdict"] for one in study["findings"]][:1] == ["holds"]


def test_seeds_replace_its_own(grokdd, tmp_path):
    answer = grokdd("experiment", "weight_norm", "--out", tmp_path, "--seeds", "7", "--json", "--quiet")
    assert list(json.loads(answer.out)["studies"][0]["record"]["members"]) == ["seed-7-init_scale-1.0"]


def test_other_seeds_do_not_take_the_place_of_a_record(grokdd, tmp_path):
    answer = grokdd("experiment", "weight_norm", "--out", tmp_path / "out", "--seeds", "7", "--results", tmp_path)
    assert answer.code == 2
    assert "--seeds must be left out with --results" in answer.err
    assert not (tmp_path / "out").exists()


def test_results_must_be_a_folder(grokdd, tmp_path):
    (tmp_path / "file").write_text("")
    for results in (tmp_path / "file", tmp_path / "file" / "below"):
        answer = grokdd("experiment", "weight_norm", "--out", tmp_path / "out", "--results", results)
        assert answer.code == 2
        assert f"which is or lies under the file {tmp_path / 'file'}" in answer.err
        assert not (tmp_path / "out").exists()


def test_results_that_may_not_be_written_are_refused_before_training(grokdd, tmp_path, monkeypatch):
    monkeypatch.setattr("grokdd.experiment_run.os.access", lambda *_: False)
    answer = grokdd("experiment", "weight_norm", "--out", tmp_path / "out", "--results", tmp_path / "results")
    assert answer.code == 2
    assert "Permission denied" in answer.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["figure_9"], "NAME must be one of weight_norm, or all, got 'figure_9'"),
        (["weight_norm", "--size", "large"], "--size must be one of small, full for weight_norm, got 'large'"),
        (["weight_norm", "--seeds", "-1"], "--seeds must be different whole numbers of at least 0, got -1"),
        (["all", "--out", "somewhere"], "--out must be left out with all"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(grokdd, arguments, says):
    answer = grokdd("experiment", *arguments)
    assert answer.code == 2
    assert says in answer.err
    assert len(answer.err.splitlines()) == 1
