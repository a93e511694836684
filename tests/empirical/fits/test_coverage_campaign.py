"""A slice of the campaign on coverage, and what its record says."""

import json
from pathlib import Path

from .coverage_campaign import LETTERS, MODELS, summary, trial

RECORD = Path(__file__).resolve().parents[3] / "results" / "fits" / "coverage.json"


def test_a_slice_counts_every_parameter_once():
    trials = [trial(seed) for seed in range(6)]
    found = summary(trials)["intervals"]
    assert found["all"]["parameters"] == sum(4 * one.n for one in trials) == 72
    assert sum(found[letter]["parameters"] for letter in LETTERS) == 72
    assert sum(found[rule]["parameters"] for rule in ("Mean", "Preferred")) == 72
    assert found["all"]["covered"] > 0.8


def test_the_record_is_of_all_runs_and_says_what_the_pages_say():
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert record["runs"] == MODELS
    said = " ".join((RECORD.parents[2] / "docs" / "fits.md").read_text(encoding="utf-8").split())
    for name in ("all", "n=2", "n=3", "n=4"):
        assert f"{100 * record['intervals'][name]['identified covered']:.1f}" in said
