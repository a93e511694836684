"""Recorder keeps the curves of anybody's training loop."""

import json

import numpy as np
import pytest
from pyarrow import parquet

from grokdd.analytic import InputError
from grokdd.empirical import Recorder, Run

SIZES = {"train": 10, "test": 20}


def test_records_come_back_as_rows_table_parquet_and_curves(tmp_path):
    with Recorder(tmp_path / "run", sizes=SIZES) as rec:
        rec.log(0, train_correct=1, test_correct=2, train_loss=0.1)
        rec.log(10, train_correct=10, test_correct=5, train_loss=float("nan"))
    got = Run.load(tmp_path / "run")
    assert got.finished
    assert got.table().column_names == ["step", "train_correct", "test_correct", "train_loss"]
    np.testing.assert_equal(
        parquet.read_table(tmp_path / "run" / "curves.parquet").to_pydict(), got.table().to_pydict()
    )
    curves = got.curves()
    assert (curves.axis, curves.train_size, curves.test_size) == ("steps", 10, 20)
    np.testing.assert_array_equal(curves.t, [0, 10])
    np.testing.assert_array_equal(curves.train, [0.1, 1.0])
    np.testing.assert_array_equal(curves.test, [0.1, 0.25])


def test_a_run_that_fails_is_left_unfinished_and_goes_on(tmp_path):
    def fail():
        with Recorder(tmp_path, sizes=SIZES) as rec:
            rec.log(0, train_correct=1, test_correct=2)
            raise RuntimeError("the loop failed")

    with pytest.raises(RuntimeError, match="the loop failed"):
        fail()
    assert not Run.load(tmp_path).finished
    with Recorder(tmp_path, sizes=SIZES) as rec:
        assert rec.rows == [{"step": 0, "train_correct": 1, "test_correct": 2}]
        rec.log(1, train_correct=2, test_correct=2)
    assert Run.load(tmp_path).finished


def test_numpy_numbers_are_numbers(tmp_path):
    with Recorder(tmp_path) as rec:
        rec.log(np.int64(3), loss=np.float32(0.5))
    assert json.loads((tmp_path / "log.jsonl").read_text()) == {"step": 3, "loss": 0.5}


REFUSED = [
    ((5, {"loss": 1.0}), "step must be later than the last one, 5, got 5"),
    ((4, {"loss": 1.0}), "step must be later than the last one, 5, got 4"),
    ((6, {"cost": 1.0}), "columns must be loss, as in the first record, got cost"),
    ((6, {"loss": "low"}), "loss must be a number, got 'low'"),
    ((6, {"loss": float("inf")}), "loss must be finite or NaN, got inf"),
    ((6.5, {"loss": 1.0}), "step must be a whole number of at least 0, got 6.5"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_record_that_does_not_fit_is_refused(tmp_path, call, message):
    step, columns = call
    with Recorder(tmp_path) as rec:
        rec.log(5, loss=2.0)
        with pytest.raises(InputError, match=message):
            rec.log(step, **columns)
        assert len(rec.rows) == 1


def test_another_configuration_is_refused(tmp_path):
    with Recorder(tmp_path, configuration={"seed": 0}):
        pass
    with (
        pytest.raises(InputError, match="out must hold this configuration"),
        Recorder(tmp_path, configuration={"seed": 1}),
    ):
        pass


def test_a_file_as_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(InputError, match=r"out must be a folder, got .*file, which is a file"),
        Recorder(tmp_path / "file"),
    ):
        pass


def test_curves_want_counts_and_sizes(tmp_path):
    with Recorder(tmp_path, sizes=SIZES) as rec:
        rec.log(0, loss=1.0)
    with pytest.raises(InputError, match="a run must hold train_correct and the size of its train set"):
        Run.load(tmp_path).curves()


def test_a_run_without_evaluations_has_no_curves_yet(tmp_path):
    with Recorder(tmp_path, sizes=SIZES):
        pass
    with pytest.raises(InputError, match="a run must hold at least one evaluation"):
        Run.load(tmp_path).curves()


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_what_is_not_a_run_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="a run must"):
        Run.load(tmp_path / name)


def test_settings_come_back_as_json_gives_them_so_that_the_same_call_goes_on(tmp_path):
    settings = {"betas": (0.9, 0.98), "width": np.int64(16), "rate": np.float32(0.5)}
    for step in (0, 1):
        with Recorder(tmp_path, configuration=settings, sizes={"train": np.int64(10), "test": 10}) as rec:
            rec.log(step, train_correct=1, test_correct=1)
    assert Run.load(tmp_path).record["configuration"] == {"betas": [0.9, 0.98], "width": 16, "rate": 0.5}


UNFIT = [
    ({"sizes": {"train": 0, "test": 10}}, "the size of train must be a whole number of examples, got 0"),
    ({"sizes": {"train": 1.5}}, "the size of train must be a whole number of examples, got 1.5"),
    ({"sizes": {"train": True}}, "the size of train must be a whole number of examples, got True"),
    ({"classes": 0}, "the size of classes must be a whole number of examples, got 0"),
    ({"configuration": {"loss": print}}, "configuration must hold JSON values"),
]


@pytest.mark.parametrize(("arguments", "message"), UNFIT, ids=[message for _, message in UNFIT])
def test_what_a_record_cannot_hold_is_refused_before_anything_is_made(tmp_path, arguments, message):
    with pytest.raises(InputError, match=message):
        Recorder(tmp_path / "new", **arguments)
    assert not (tmp_path / "new").exists()


def test_other_sizes_in_the_same_folder_are_refused(tmp_path):
    with Recorder(tmp_path, sizes={"train": 10, "test": 10}) as rec:
        rec.log(0, train_correct=1, test_correct=1)
    with (
        pytest.raises(InputError, match=r"sizes must be those with which .* was begun"),
        Recorder(tmp_path, sizes={"train": 20, "test": 10}),
    ):
        pass


@pytest.mark.parametrize("count", [11, -1])
def test_more_right_answers_than_examples_are_refused(tmp_path, count):
    with (
        pytest.raises(InputError, match=f"train_correct must lie in 0..10, got {count} at step 0"),
        Recorder(tmp_path, sizes={"train": 10, "test": 10}) as rec,
    ):
        rec.log(0, train_correct=count, test_correct=1)


def test_a_recorder_that_is_not_open_says_how_to_open_it(tmp_path):
    with pytest.raises(InputError, match="a Recorder must be opened first: with Recorder"):
        Recorder(tmp_path).log(0, train_correct=1)


def test_what_names_no_folder_is_refused():
    with pytest.raises(InputError, match=r"^path must name the folder of a run, got None$"):
        Run.load(None)  # pyright: ignore[reportArgumentType]  # that it is wrong is the point
