"""`grokdd bench`, and the command that makes a record: with a case that costs nothing in place of the real ones."""

import json

import pytest

from grokdd.analytic.errors import MachineError
from grokdd.benchmarking import __main__ as generator
from grokdd.benchmarking import all_cases
from grokdd.benchmarking.case import Case
from grokdd.benchmarking.claims import CLAIMS
from grokdd.benchmarking.errors_found import Error


def without_memory():
    raise MachineError("no room for this table")


@pytest.fixture
def cheap(monkeypatch, tiny_case):
    greedy = Case("greedy", 3, "sum", without_memory, {})
    monkeypatch.setattr(all_cases, "of_the_claims", lambda: [tiny_case, greedy])
    monkeypatch.setattr(all_cases, "beside_them", list)
    error = Error(10**6, "p = 1", "accuracies", "by hand", 1, 1e-16)
    monkeypatch.setattr("grokdd.benchmark_run.errors", lambda n, spread: [error])
    monkeypatch.setattr(generator, "all_errors", lambda: [error])


@pytest.mark.usefixtures("cheap")
def test_the_table_has_every_claim(grokdd):
    got = grokdd("bench", "--seconds", "0.01")
    assert got.code == 0
    for claim in CLAIMS:
        assert claim.question in got.out
    assert (
        "1e-16            1e-16   at most 1e-13         holds  Relative error at a million patterns, p = 1\n" in got.out
    )
    assert "left out: greedy: n=3, 1 thread: no room for this table" in got.out
    assert got.err.splitlines() == [
        "measuring sums: n=3, 1 thread",
        "measuring greedy: n=3, 1 thread",
        "measuring relative errors",
    ]


@pytest.mark.usefixtures("cheap")
def test_json_is_the_record_and_its_claims(grokdd):
    got = grokdd("bench", "--seconds", "0.01", "--json", "--quiet")
    assert (got.code, got.err) == (0, "")
    record = json.loads(got.out)
    assert [row["way"] for row in record["times"]] == ["sum", "sorted"]
    assert all(0 < row["best"] <= row["median"] for row in record["times"])
    assert {claim["verdict"] for claim in record["claims"]} == {"holds", "not measured"}
    assert record["environment"]["versions"]["numpy"]
    assert grokdd("bench", "--seconds", "0.01", "--quiet").out == ""


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf"])
def test_no_time_at_all_is_bad_input(grokdd, seconds):
    got = grokdd("bench", "--seconds", seconds)
    assert got.code == 2
    assert got.err.startswith("grokdd: --seconds must be a finite number above 0, got ")


@pytest.mark.usefixtures("cheap")
def test_the_generator_leaves_record_figures_and_page(tmp_path, capsys):
    folder, page = tmp_path / "results", tmp_path / "page.md"
    assert generator.main(["--out", str(folder), "--page", str(page), "--seconds", "0.01"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "sums: n=3, 1 thread"
    record = json.loads((folder / "record.json").read_text())
    assert [row["way"] for row in record["times"]] == ["sum", "sorted"]
    assert record["errors"][0]["relative"] == 1e-16
    assert "| sums | 3 | - | 1 | sorted |" in page.read_text(encoding="utf-8")
    assert (folder / "times.svg").exists()
