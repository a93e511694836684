"""The figures show the numbers of the record, with no label on another, the same in every process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grokdd.benchmarking import drawings, mean_rule_case
from grokdd.benchmarking.drawings import FIGURES, NO_ERROR

from ..test_figures import hold_labels_apart

REPOSITORY = Path(__file__).resolve().parents[3]


def lines_of(figure):
    return {line.get_label(): line.get_xydata().tolist() for line in figure.axes[0].lines}


@pytest.mark.parametrize("name", FIGURES)
def test_no_label_lies_on_another(by_hand, monkeypatch, name):
    texts = hold_labels_apart(FIGURES[name].draw(by_hand), monkeypatch)
    assert len(texts) >= 8


def test_times_are_those_on_record(by_hand):
    drawn = lines_of(FIGURES["times"].draw(by_hand))
    assert drawn["quadrature"] == [[3, 2e-7], [20, 1e-6], [10**6, 5e-2]]  # `curves`, then `accuracies`
    assert drawn["fast_poibin"] == [[20, 5e-5]]


def test_an_error_of_0_is_drawn(by_hand):
    drawn = lines_of(FIGURES["errors"].draw(by_hand))
    assert drawn["quadrature"] == [[3, NO_ERROR], [10**6, 2e-13]]
    assert drawn["pyfwht"] == [[3, 3e-16]]


def test_bars_are_shares_of_the_limit_beside_what_was_asked(by_hand):
    axes = FIGURES["limits"].draw(by_hand).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    widths = [bar.get_window_extent().transformed(axes.transData.inverted()).width for bar in axes.patches]
    assert dict(zip(labels, widths, strict=True)) == pytest.approx(
        {"quadrature, n = 20, 1 thread": 25.0, "table, one point, n = 26, 1 thread": 75.0}
    )
    assert labels[-1].startswith("quadrature")  # on top
    assert sorted(x for x, _ in lines_of(axes.figure)["asked for"]) == [40.0, 70.0]


def test_every_process_draws_the_same(by_hand, tmp_path):
    (tmp_path / "record.json").write_text(json.dumps(by_hand))
    drawn = []
    for seed in ("0", "1"):
        command = [sys.executable, "-m", "grokdd.benchmarking", "--out", str(tmp_path), "--pages-only"]
        subprocess.run(command, cwd=REPOSITORY, env=os.environ | {"PYTHONHASHSEED": seed}, check=True)
        drawn.append({name: (tmp_path / f"{name}.svg").read_bytes() for name in FIGURES})
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("n", [3, 1001])
def test_every_way_that_is_timed_under_the_mean_rule_has_a_line_or_is_left_out(n):
    for way in mean_rule_case.case(n).ways:
        assert drawings.SAME_LINE.get(way, way) in {*drawings.STYLES, *drawings.LEFT_TO_THE_TABLE}
