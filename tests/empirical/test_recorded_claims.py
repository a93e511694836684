"""The recorded runs decide the claims they were made for, and results/README.md says the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grokdd.empirical import Configuration, experiments
from grokdd.empirical.recorded_claims import AGREEMENTS, CLAIMS, EXPERIMENTS, Agreement, write_readme
from grokdd.empirical.recording import Recorded, record, recorded

RESULTS = Path(__file__).resolve().parents[2] / "results"


DIFFER = {("decay_1", "train", 0.5), ("decay_1", "train", 0.99)}
"""Agreements that the recorded runs deny: with 99 symbols the train set is learned earlier than with 2000."""


@pytest.mark.parametrize("one", AGREEMENTS, ids=lambda one: f"{one.experiment} {one.part} {one.level}")
def test_what_agrees_is_what_is_on_record(one: Agreement):
    holds = one.holds(recorded(one.experiment, RESULTS), recorded(one.other, RESULTS))
    assert holds == ((one.experiment, one.part, one.level) not in DIFFER)


@pytest.mark.parametrize("experiment", list(EXPERIMENTS))
def test_every_seed_is_on_record_with_its_own_configuration(experiment):
    runs = recorded(experiment, RESULTS)
    assert tuple(run.seed for run in runs) == EXPERIMENTS[experiment]
    for run in runs:
        kept = Configuration.from_json(run.record["configuration"])
        assert kept == getattr(experiments, experiment)(run.seed)
        assert run.record["finished"]


FAILED = {
    ("tour", "Lowest train accuracy once it has reached 99 %?"),
    ("constrained_norm", "Step of 95 % test accuracy, the norm held?"),
    ("constrained_norm", "How many steps after 95 % train accuracy?"),
    ("constrained_norm_plainly", "Step of 95 % test accuracy, the norm held?"),
    ("constrained_norm_precisely", "Step of 95 % test accuracy, the norm held?"),
    ("constrained_norm_plainly", "How many steps after 95 % train accuracy?"),
}
"""Claims that the recorded runs refute; they stay on the page."""


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.experiment} {claim.question}")
def test_the_verdict_is_the_one_on_record(claim):
    assert claim.holds(recorded(claim.experiment, RESULTS)) == ((claim.experiment, claim.question) not in FAILED)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.experiment} {claim.question}")
def test_the_claim_can_fail(claim):
    """A claim whose threshold is moved out of reach, or that has no runs, does not hold."""
    assert not replace(claim, low=-2, high=-1).holds(recorded(claim.experiment, RESULTS))
    assert not claim.holds([])


def test_agreement_is_a_median_within_the_range_of_the_others():
    one = Agreement("decay_1", "decay_1_plainly", "test", 0.5)
    others = [reaching(one, step) for step in (40, 90, 60)]
    for steps, agrees in (((40, 41, 39), True), ((39, 90, 1), False), ((91, 10, 95), False), ((90, 95, 10), True)):
        assert one.holds([reaching(one, step) for step in steps], others) is agrees
    never = replace(others[0], columns=others[0].columns | {"test_correct": np.array([0, 0])})
    assert not one.holds([never, never, *others[:1]], [*others, never])  # the median is never
    assert one.holds([reaching(one, 300)], [*others, never])  # never is later than any step
    assert not one.holds([], others)
    assert not one.holds(others, [])


def reaching(one: Agreement, step: int) -> Recorded:
    """Return a run of two evaluations, the second of them at the level."""
    columns = {"step": np.array([step - 1, step]), f"{one.part}_correct": np.array([0, 10])}
    return Recorded(0, {"sizes": {one.part: 10}}, columns, {})


def test_the_page_of_results_is_generated_from_them(tmp_path):
    for folder in RESULTS.iterdir():
        if folder.is_dir():
            (tmp_path / folder.name).symlink_to(folder)
    write_readme(tmp_path)
    assert (tmp_path / "README.md").read_text() == (RESULTS / "README.md").read_text()


def test_recording_keeps_curves_and_record(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr(experiments, "tour", lambda seed: tiny(seed=seed))
    record("tour", [3], results=tmp_path / "results", runs=tmp_path / "runs")
    (kept,) = recorded("tour", tmp_path / "results")
    assert kept.seed == 3
    assert kept.record["configuration"] == tiny(seed=3).to_json()
    assert kept.columns["step"][-1] == 60
