"""The page says what the record says, and nothing else: that of docs/ too."""

import json
import re
from pathlib import Path

import pytest

from grokdd.benchmarking.__main__ import main
from grokdd.benchmarking.page import duration, written
from grokdd.benchmarking.record_file import read_record

REPOSITORY = Path(__file__).resolve().parents[3]


def test_the_page_in_docs_is_written_from_the_record_on_file():
    page = (REPOSITORY / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert page == written(read_record(REPOSITORY / "results" / "benchmarks"))


def test_the_table_of_claims(by_hand):
    page = written(by_hand)
    assert re.search(r"\| .* faster than SciPy, leaving one out \| 8000 \| [\d.]+ \| at least 5000 \| holds \|", page)
    assert re.search(
        r"\| .* faster than fast-poibin, leaving one out \| 50 \| [\d.]+ \| at least 100 \| \*\*fails\*\* \|", page
    )
    assert re.search(r"\| .* atlas .* \| - \| - \| at most 5 \| not measured \|", page)


def test_medians_stand_beside_the_fastest_turns(by_hand):
    (fastest,) = re.findall(r"faster than fast-poibin, leaving one out \| 50 \| ([\d.]+) \|", written(by_hand))
    curves, other = (
        next(row for row in by_hand["times"] if (row["topic"], row["n"], row["way"]) == ("mean rule", 20, way))
        for way in ("curves", "fast_poibin")
    )
    assert float(fastest) == pytest.approx(other["median"] / curves["median"], rel=1e-2)


def test_the_other_tables(by_hand):
    page = written(by_hand)
    assert "| n | curves | scipy.stats.poisson_binom | fast_poibin | accuracies |" in page
    assert "| 20 | 1 µs | 8 ms | 50 µs | - |" in page
    assert "| quadrature | 20 | T=2000 | 1 | 25 % | 3e9 operations/s | 12e9 operations/s |" in page  # 1200 / 4e-7
    assert "| 3 | 0.0e+00 | 3.0e-16 |" in page
    assert "| atlas: n=3 | no memory |" in page
    assert "| gradient, mean rule | 20 | T=2000 | 1 | gradient | 2.5 µs a time point | 5 µs | 3 |" in page


def test_every_time_and_error_on_record_is_on_the_page(by_hand):
    page = written(by_hand)
    for row in by_hand["times"]:
        if not row["work"]:
            assert duration(row["best"]) in page, row
    for one in by_hand["errors"]:
        assert f"{one['relative']:.1e}" in page


def test_what_the_record_was_made_with(by_hand):
    page = written(by_hand)
    assert "Made on 2026-11-26 in 12 seconds: an abacus, 2 cores, Linux x86_64, Python 3.11.7, numpy 2.4.6" in page
    assert "commit 0123456789. Not installed: fast-poibin." in page


def test_pages_are_made_of_the_record_that_is_there(by_hand, tmp_path):
    (tmp_path / "record.json").write_text(json.dumps(by_hand))
    page = tmp_path / "page.md"
    assert main(["--out", str(tmp_path), "--page", str(page), "--pages-only"]) == 0
    assert page.read_text(encoding="utf-8") == written(by_hand)
    assert {one.name for one in tmp_path.glob("*.svg")} == {"times.svg", "limits.svg", "errors.svg"}
    assert set(re.findall(r"results/benchmarks/(\w+\.svg)", written(by_hand))) == {
        "times.svg",
        "limits.svg",
        "errors.svg",
    }


def test_a_foreign_record_is_refused(tmp_path, capsys):
    (tmp_path / "record.json").write_text('{"format": 2}')
    assert main(["--out", str(tmp_path), "--pages-only"]) == 2
    assert "must be a record of format 1; make it again" in capsys.readouterr().err
    (tmp_path / "record.json").write_text("{")
    assert main(["--out", str(tmp_path), "--pages-only"]) == 2
    assert "got a file that is no JSON" in capsys.readouterr().err
