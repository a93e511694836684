"""`grokdd sweep`: every combination of a file is trained, and what could not be is told."""

import io
import json

import pytest
from pyarrow import parquet

from grokdd.empirical import Evaluation
from grokdd.sweep_progress import Tally, tally_lines

FILE = """
[settings]
task.modulus = 11
network.width = 16
batch_size = 16
steps = 20
number_format = "float32"
dense_evaluations_every = 10

[grid]
network.heads = [1, 3]
optimizer.learning_rate = [1e-3, 1e30]
"""


def evaluation(name, step):
    return Evaluation(step, 100, 0.5, 0.1, 1.0, 2.0, 70.0, name)


def test_a_sweep_leaves_one_table_and_tells_what_became_of_each_member(grokdd, tmp_path):
    (tmp_path / "sweep.toml").write_text(FILE)
    answer = grokdd("sweep", tmp_path / "sweep.toml", "--out", tmp_path / "out")
    assert answer.code == 0
    assert "1 ended by steps, 1 diverged" in answer.out
    told = "member-0001: network.heads = 1, optimizer.learning_rate = 1e+30: train 99 %: never, test 99 %: never"
    assert f"{told}; diverged" in answer.out
    assert answer.out.count("failed: network.heads = 3") == 2
    assert set(parquet.read_table(tmp_path / "out" / "table.parquet")["member"].to_pylist()) == {
        "member-0000", "member-0001",
    }  # fmt: skip
    again = grokdd("sweep", tmp_path / "sweep.toml", "--out", tmp_path / "out", "--json")
    assert json.loads(again.out)["members"]["member-0001"]["end"] == "diverged"
    assert again.err == ""
    assert "going on with 2 members" in grokdd("sweep", tmp_path / "sweep.toml", "--out", tmp_path / "out").out
    assert grokdd("sweep", tmp_path / "sweep.toml", "--out", tmp_path / "out", "--quiet").out == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("steps = 1", "a sweep must hold experiment, settings and grid, got 'steps'"),
        ("[grid]\nseed = 1", "grid.seed must be a list of at least one value, got 1"),
        ("= 1", "must be TOML"),
    ],
)
def test_a_file_that_is_no_sweep_is_bad_input(grokdd, tmp_path, content, message):
    (tmp_path / "sweep.toml").write_text(content)
    answer = grokdd("sweep", tmp_path / "sweep.toml")
    assert answer.code == 2
    assert message in answer.err
    assert len(answer.err.splitlines()) == 1


def test_the_time_left_counts_the_steps_that_this_process_made():
    now = 0.0
    tally = Tally({"a": 100, "b": 100}, clock=lambda: now)
    assert tally.seconds_left is None
    tally.hear(evaluation("a", 40))  # resumed from there
    assert (tally.share, tally.seconds_left) == (0.2, None)
    now = 10.0
    tally.hear(evaluation("a", 60))
    assert tally.seconds_left == pytest.approx((200 - 60) * 10 / 20)
    assert tally.told() == " 30.0%  0 of 2 members at their last step  at most about 70 s left"


def test_lines_come_now_and_then_and_on_a_terminal_one_over_the_other():
    now, stream = 0.0, io.StringIO()
    with tally_lines(stream, Tally({"a": 10}, lambda: now), over=False, clock=lambda: now) as listener:
        for step in range(5):
            listener(evaluation("a", step))
            now += 2.0
    assert len(stream.getvalue().splitlines()) == 2  # at 0 and at 6 seconds
    with tally_lines(stream := io.StringIO(), Tally({"a": 10}), over=True) as listener:
        listener(evaluation("a", 10))
    assert stream.getvalue().endswith("100.0%  1 of 1 members at their last step\x1b[K\n")
