"""Studies are trained, kept in small files, resumed, and put on record; nothing on the page is typed by hand."""

import dataclasses
import json
import shutil
from dataclasses import dataclass

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical import Configuration
from grokdd.empirical.studies import on_record
from grokdd.empirical.studies.carrying_out import CURVES, MEASURES, RECORD, SECONDS, carry_out, load
from grokdd.empirical.studies.finding import within
from grokdd.empirical.studies.on_record import keep_on_record, number, of_pieces, section, shown
from grokdd.empirical.studies.study import Study

from ..conftest import TINY


@dataclass(frozen=True, kw_only=True)
class Tiny(Study):
    """Is it small? Refuted if it takes long."""

    name = "tiny"
    steps: int = 6
    seeds: tuple[int, ...] = (0, 1)

    def members(self):
        for seed in self.seeds:
            yield {"seed": seed}, Configuration(seed=seed).changed(TINY | {"steps": self.steps})

    def measured(self, run):
        return [{"step": self.steps, "last_loss": run.rows[-1]["train_loss"]}]

    def findings(self, runs):
        yield within("Last step?", "tiny", (float(run.step[-1]) for run in runs), 6, 6)


@pytest.fixture
def study(monkeypatch):
    made = Tiny()
    monkeypatch.setattr(on_record, "STUDIES", {"tiny": {"small": made, "full": dataclasses.replace(made, seeds=(5,))}})
    return made


def test_two_runs_of_one_command_agree(study, tmp_path):
    one, other = (carry_out(study, "small", tmp_path / name) for name in ("one", "other"))
    for got, expected in zip(one.runs, other.runs, strict=True):
        assert got.settings == expected.settings
        for name, values in expected.columns.items():
            assert np.array_equal(got.columns[name], values, equal_nan=True), name
    assert [run.settings for run in one.runs] == [{"seed": 0}, {"seed": 1}]
    assert one.record["seconds"] > 0
    assert one.record["environment"]["versions"]["torch"]


def test_what_was_measured_on_weights_is_kept_beside_the_curves(study, tmp_path):
    for run in carry_out(study, "small", tmp_path).runs:
        assert run.measures["last_loss"].tolist() == [run.loss("train")[-1]]
        assert run.at(run.loss("train"), 1e9) == run.loss("train")[-1]
    assert (tmp_path / MEASURES).exists()


def test_a_study_that_was_carried_out_is_read_and_not_trained_again(study, tmp_path, monkeypatch):
    first = carry_out(study, "small", tmp_path)
    trained = []
    assert carry_out(study, "small", tmp_path, progress=trained.append).record == first.record
    assert trained == []


@pytest.mark.parametrize("name", [CURVES, MEASURES, RECORD])
@pytest.mark.parametrize("damaged", [True, False])
def test_a_file_that_is_missing_or_damaged_is_made_again(study, tmp_path, name, damaged):
    first = carry_out(study, "small", tmp_path)
    (tmp_path / name).unlink()
    if damaged:
        (tmp_path / name).write_bytes(b"{")
    again = carry_out(study, "small", tmp_path)
    for got, expected in zip(again.runs, first.runs, strict=True):
        assert got.columns["train_loss"].tolist() == expected.columns["train_loss"].tolist()
        assert got.measures["last_loss"].tolist() == expected.measures["last_loss"].tolist()
    assert again.record | {"seconds": 0} == first.record | {"seconds": 0}


def test_files_of_another_study_are_not_believed(study, tmp_path):
    longer = dataclasses.replace(study, steps=8)
    own, other = (carry_out(one, "small", tmp_path / str(one.steps)) for one in (study, longer))
    for name in (CURVES, RECORD, MEASURES):
        shutil.copyfile(tmp_path / "8" / name, tmp_path / "6" / name)
    again = carry_out(study, "small", tmp_path / "6")
    assert [run.step[-1] for run in again.runs] == [run.step[-1] for run in own.runs] == [6, 6]
    assert [run.step[-1] for run in other.runs] == [8, 8]


def test_the_time_of_calls_that_were_stopped_counts(study, tmp_path):
    def stop(evaluation):
        if evaluation.step >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(study, "small", tmp_path, progress=stop)
    (tmp_path / SECONDS).write_text("100.0\n")
    assert carry_out(study, "small", tmp_path).record["seconds"] > 100
    ended = float((tmp_path / SECONDS).read_text())
    carry_out(study, "small", tmp_path)
    assert float((tmp_path / SECONDS).read_text()) == ended


def test_a_folder_of_something_else_is_refused_before_it_is_written_to(study, tmp_path):
    (tmp_path / "curves.parquet").write_text("mine")
    with pytest.raises(InputError, match="the folder of a study must be new, empty, or its own, got"):
        carry_out(study, "small", tmp_path)
    assert (tmp_path / "curves.parquet").read_text() == "mine"


def test_a_folder_of_another_study_is_refused(study, tmp_path):
    carry_out(study, "small", tmp_path)
    with pytest.raises(InputError, match="which holds others: choose another out"):
        carry_out(dataclasses.replace(study, seeds=(7,)), "small", tmp_path)


@pytest.mark.parametrize("name", [CURVES, RECORD])
def test_what_holds_no_study_is_refused_in_one_line(study, tmp_path, name):
    carry_out(study, "small", tmp_path)
    for content in (b"{", b"[]", b"{}", b'{"seconds": 12.0}'):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="must hold a study that was carried out") as error:
            load(tmp_path)
        assert "\n" not in str(error.value)


def test_the_page_says_what_was_found_and_what_was_not_measured(study, tmp_path):
    carry_out(study, "small", tmp_path / "out")
    keep_on_record(tmp_path / "out", tmp_path / "results", study, "small")
    page = section(tmp_path / "results")
    assert "| Last step? | tiny | 2 | 6 [6, 6] | 6 | holds |" in page
    assert "`grokdd experiment tiny`: 2 runs, " in page
    assert "**Not measured**: 0 of 1 runs. `grokdd experiment tiny --size full`" in page


def test_pieces_of_the_queue_stand_for_a_study(study, tmp_path):
    carried = carry_out(study, "small", tmp_path / "out")
    gpu = tmp_path / "gpu"
    gpu.mkdir()
    (tmp_path / "out" / CURVES).rename(gpu / "tiny.parquet")
    settings = {name: one.to_json() for name, one in study.configurations().items()}
    members = {run.name: {"sizes": run.sizes, "configuration": settings[run.name]} for run in carried.runs}
    measures = {run.name: [{"step": 6, "last_loss": 0.5}] for run in carried.runs}
    piece = {"finished": True, "environment": {}, "members": members, "measures": measures}
    (gpu / "tiny.json").write_text(json.dumps(piece))
    found = of_pieces(gpu, study)
    assert [run.settings for run in found.runs] == [{"seed": 0}, {"seed": 1}]
    assert [run.measures["last_loss"].tolist() for run in found.runs] == [[0.5], [0.5]]
    (gpu / "tiny.json").write_text(json.dumps(piece | {"finished": False}))
    assert of_pieces(gpu, study).runs == []
    (gpu / "tiny.json").write_text(json.dumps(piece))
    assert of_pieces(gpu, dataclasses.replace(study, steps=7)).runs == []  # of other settings


def test_runs_of_other_settings_are_not_those_of_a_study(study, tmp_path, monkeypatch):
    keep_on_record(tmp_path, tmp_path, study, "small")
    carry_out(study, "small", tmp_path / "tiny" / "small")
    assert "2 runs" in section(tmp_path)
    changed = dataclasses.replace(study, steps=7)
    monkeypatch.setattr(on_record, "STUDIES", {"tiny": {"small": changed}})
    assert "**Not measured**: 0 of 2 runs" in section(tmp_path)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([2.0], "2"),
        ([1.0, 3.0, None], "3 [1, never]"),
        ([float("nan")] * 2, "none"),
        ([1234567.0] * 2, "1.235e+06 [1.235e+06, 1.235e+06]"),
    ],
)
def test_numbers_are_shown_as_a_reader_says_them(values, text):
    assert shown(within("?", "", values, 0, 1)) == text
    assert number(float("inf")) == "never"
