"""A run is decided by its configuration: stopped, killed or resumed, its curves are the same bits."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from grokdd.analytic import InputError, MachineError
from grokdd.empirical import Run, checkpoints, run, run_settings
from grokdd.empirical.layout import Layout
from grokdd.empirical.run_folder import CHECKPOINTS, LOG, RECORD
from grokdd.empirical.schedule import batch

from .conftest import TINY

REPOSITORY = Path(__file__).resolve().parents[2]
SETTINGS = json.dumps(TINY)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The rows of a tiny run that nothing disturbed."""
    from grokdd.empirical import Configuration

    return run(Configuration().changed(TINY), out=tmp_path_factory.mktemp("unbroken")).rows


def seeded_kills():
    """Two kills by seed 2022: one anywhere in the log, one during a checkpoint; and one before its renaming."""
    draws = np.random.default_rng(2022)
    return [("log", int(draws.integers(2, 8))), ("checkpoint", int(draws.integers(0, 4))), ("rename", 1)]


@pytest.mark.parametrize(("where", "passes"), seeded_kills())
def test_a_killed_run_resumes_to_the_same_curves(tmp_path, tiny, unbroken, where, passes):
    script = Path(__file__).with_name("killed_run.py")
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, script, tmp_path, SETTINGS, where, str(passes)], env=environment, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert not Run.load(tmp_path).finished
    assert len(Run.load(tmp_path).rows) < len(unbroken)
    assert run(tiny(), out=tmp_path).rows == unbroken


def test_two_runs_of_one_seed_are_equal_and_of_two_seeds_are_not(tmp_path, tiny, unbroken):
    assert run(tiny(), out=tmp_path / "same").rows == unbroken
    assert run(tiny(seed=1), out=tmp_path / "other").rows != unbroken


def test_dropout_is_resumed_too(tmp_path, tiny):
    habits = {"network.dropout": 0.1, "dropout_lost_in_evaluation": True, "ragged_last_batch": True}
    expected = run(tiny(habits), out=tmp_path / "unbroken").rows
    stop_at(tiny(habits), tmp_path / "stopped", step=22)
    assert run(tiny(habits), out=tmp_path / "stopped").rows == expected


def stop_at(configuration, out, step):
    """Press Ctrl-C at the first evaluation after `step`."""

    def press(evaluation):
        if evaluation.step >= step:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="with a checkpoint; the same call resumes from it"):
        run(configuration, out=out, progress=press)


def test_ctrl_c_stops_cleanly_and_the_run_resumes(tmp_path, tiny, unbroken):
    stop_at(tiny(), tmp_path, step=20)
    stopped = Run.load(tmp_path)
    assert not stopped.finished
    assert stopped.rows == [row for row in unbroken if row["step"] <= stopped.rows[-1]["step"]]
    assert run(tiny(), out=tmp_path).rows == unbroken


def test_a_run_out_of_time_is_left_unfinished_and_resumes(tmp_path, tiny, unbroken):
    assert not run(tiny(), out=tmp_path, seconds=0).finished
    assert run(tiny(), out=tmp_path).rows == unbroken


def test_a_finished_run_is_returned_as_it_is(tmp_path, tiny):
    first = run(tiny(), out=tmp_path)
    before = (tmp_path / LOG).stat().st_mtime_ns
    assert run(tiny(), out=tmp_path).rows == first.rows
    assert (tmp_path / LOG).stat().st_mtime_ns == before


def test_progress_tells_what_is_recorded(tmp_path, tiny):
    told = []
    rows = run(tiny(), out=tmp_path, progress=told.append).rows
    assert [evaluation.step for evaluation in told] == [row["step"] for row in rows]
    assert [evaluation.test_accuracy * 55 for evaluation in told] == pytest.approx(
        [row["test_correct"] for row in rows]
    )


def test_the_stop_rule_wants_the_level_sustained(tmp_path, tiny):
    """At level 1/55 any right answer will do: the run ends at the third such evaluation in a row, not before."""
    rows = run(tiny(stop_test_accuracy=1 / 55, stop_sustained=3), out=tmp_path).rows
    high = [row["test_correct"] >= 1 for row in rows]
    assert high[-3:] == [True] * 3
    assert not any(all(high[k : k + 3]) for k in range(len(high) - 3))
    assert rows[-1]["step"] < 60


def test_training_learns_the_training_set(tmp_path, tiny):
    rows = run(tiny({"optimizer.learning_rate": 3e-3}, steps=400), out=tmp_path).rows
    assert rows[0]["train_correct"] < 20
    assert rows[-1]["train_correct"] == 55


def test_another_configuration_in_the_same_folder_is_refused(tmp_path, tiny):
    run(tiny(), out=tmp_path)
    with pytest.raises(
        InputError, match=r"out must hold this configuration, got .* \(steps: 60, not 61\): choose another out"
    ):
        run(tiny(steps=61), out=tmp_path)


WRONG_SIZES = json.dumps(
    {"format": 2, "finished": True, "configuration": {}, "environment": {}, "sizes": {"train": "9"}}
)
FOREIGN = ["", "{", "[]", '{"format": 2}', '{"format": 99, "configuration": {}}', "\x00\x01", WRONG_SIZES]


@pytest.mark.parametrize("content", FOREIGN)
def test_a_damaged_or_foreign_record_is_refused(tmp_path, tiny, content):
    (tmp_path / RECORD).write_text(content)
    with pytest.raises(InputError, match=r"record.json must|configuration must"):
        run(tiny(), out=tmp_path)


def test_a_folder_that_holds_something_else_is_refused(tmp_path, tiny):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(InputError, match=r"out must be new, empty or a run, got .*, which holds thesis.tex"):
        run(tiny(), out=tmp_path)


def test_a_damaged_line_of_the_log_is_refused_and_a_torn_last_one_is_not(tmp_path, tiny):
    stop_at(tiny(), tmp_path, step=40)
    whole = Run.load(tmp_path).rows
    lines = (tmp_path / LOG).read_bytes().splitlines(keepends=True)
    (tmp_path / LOG).write_bytes(b"".join(lines)[:-3])
    assert Run.load(tmp_path).rows == whole[:-1]
    (tmp_path / LOG).write_bytes(b"".join([lines[0], lines[1][:10] + b"\n", *lines[2:]]))
    with pytest.raises(InputError, match=r"log.jsonl must hold one evaluation a line, got a damaged or foreign line 2"):
        Run.load(tmp_path)


DAMAGED_LINES = [b'{"step": 1, "loss": "x"}', b'{"step": true}', b'{"step": -1}', b"[1]", b'{"step": null}', b"5"]


@pytest.mark.parametrize("line", DAMAGED_LINES)
def test_a_line_that_holds_no_numbers_is_refused(tmp_path, tiny, line):
    stop_at(tiny(), tmp_path, step=20)
    (tmp_path / LOG).write_bytes(line + b"\n")
    with pytest.raises(InputError, match=r"log.jsonl must hold one evaluation a line, got a damaged or foreign line 1"):
        Run.load(tmp_path)


@pytest.mark.parametrize("count", [56, -1])
def test_a_count_that_no_set_can_have_is_refused(tmp_path, tiny, count):
    stop_at(tiny(), tmp_path, step=20)
    rows = [row | {"test_correct": count} for row in Run.load(tmp_path).rows]
    (tmp_path / LOG).write_text("".join(json.dumps(row) + "\n" for row in rows))
    message = f"must hold counts of right answers, got test_correct = {count} of 55 at step 0"
    with pytest.raises(InputError, match=message):
        Run.load(tmp_path)


@pytest.mark.parametrize("kept", [0, 3])
def test_a_log_that_lacks_evaluations_before_the_checkpoint_is_refused(tmp_path, tiny, unbroken, kept):
    stop_at(tiny(), tmp_path, step=40)
    lines = (tmp_path / LOG).read_bytes().splitlines(keepends=True)
    (tmp_path / LOG).write_bytes(b"".join(lines[:kept]))
    with pytest.raises(InputError, match=r"must hold every evaluation up to the checkpoint at step \d+, got a damaged"):
        run(tiny(), out=tmp_path)
    for path in (tmp_path / CHECKPOINTS).iterdir():
        path.unlink()
    assert run(tiny(), out=tmp_path).rows == unbroken


def test_a_finished_run_without_its_log_is_damaged(tmp_path, tiny, unbroken):
    run(tiny(), out=tmp_path)
    (tmp_path / LOG).unlink()
    with pytest.raises(InputError, match=f"must hold the {len(unbroken)} evaluations of a finished run, got 0"):
        Run.load(tmp_path)


def test_a_kill_before_the_record_is_whole_leaves_a_folder_that_can_be_used(tmp_path, tiny, unbroken):
    (tmp_path / "lock").touch()
    (tmp_path / (RECORD + ".partial")).write_text('{"format"')
    assert run(tiny(), out=tmp_path).rows == unbroken


def test_a_record_without_device_or_a_checkpoint_without_weights_is_refused(tmp_path, tiny):
    stop_at(tiny(), tmp_path, step=20)
    record = json.loads((tmp_path / RECORD).read_text())
    (tmp_path / RECORD).write_text(json.dumps(record | {"environment": {}}))
    with pytest.raises(InputError, match="must say device, threads and number format"):
        run(tiny(), out=tmp_path)
    (tmp_path / RECORD).write_text(json.dumps(record))
    newest = max((tmp_path / CHECKPOINTS).iterdir())
    with safe_open(newest, framework="pt") as file:
        held, metadata = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118
    save_file({name: value for name, value in held.items() if name != "weights"}, newest, metadata)
    with pytest.raises(InputError, match="a checkpoint must hold the state of these networks"):
        run(tiny(), out=tmp_path)


def test_files_reach_the_disk_in_the_order_that_a_power_cut_needs(tmp_path, tiny, monkeypatch):
    """The log before the checkpoint that follows it; a file before its name; a name before the next thing is done."""
    done = []
    fsync, replace = os.fsync, os.replace

    def told(descriptor):
        done.append(f"sync {os.path.basename(os.readlink(f'/proc/self/fd/{descriptor}'))}")
        fsync(descriptor)

    def renamed(source, target):
        done.append(f"rename {os.path.basename(target)}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", told)
    monkeypatch.setattr(os, "replace", renamed)
    run(tiny(steps=16), out=tmp_path / "run")
    names = {"record": "record.json", "checkpoint": "step-000000015.safetensors"}
    for what, folder in (("record", "run"), ("checkpoint", "checkpoints")):
        at = done.index(f"rename {names[what]}")
        assert done[at - 1] == f"sync {names[what]}.partial"
        assert done[at + 1] == f"sync {folder}"
    assert "sync log.jsonl" in done[: done.index(f"sync {names['checkpoint']}.partial")]


def test_training_is_what_plain_torch_makes_of_the_same_weights_and_batches(tmp_path, tiny):
    """A second trainer: torch's own AdamW, one parameter a weight, warm-up by hand, in float64, for 20 steps."""
    settings = {"optimizer.betas": (0.8, 0.95), "optimizer.weight_decay": 0.7, "optimizer.warmup_steps": 10}
    configuration = tiny(settings, number_format="float64", steps=20, loss_format="float64")
    run(configuration, out=tmp_path)
    data, network = configuration.data, configuration.network
    layout = Layout(network.weights(data.shape))
    views = layout.views(torch.from_numpy(layout.draw(configuration.seed))[None])
    weights = {name: view.clone().requires_grad_() for name, view in views.items()}
    optimizer = torch.optim.AdamW(weights.values(), betas=(0.8, 0.95), weight_decay=0.7, eps=1e-8)
    for step in range(1, 21):
        optimizer.param_groups[0]["lr"] = 1e-3 * min(1, step / 10)
        chosen = batch(configuration, step)
        logits = network.logits(weights, torch.from_numpy(data.inputs[chosen])[None], data.shape)[0]
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, torch.from_numpy(data.labels[chosen])).backward()
        optimizer.step()
    with safe_open(tmp_path / "weights.safetensors", framework="pt") as file:
        for name, expected in weights.items():
            # 20 steps of at most 1e-3 each; Adam divides gradients by their own size, so a rounding of a gradient of
            # size 1e-6 moves a weight by 1e-3 * 1e-16 / 1e-6.
            assert (file.get_tensor(name) - expected[0]).abs().max().item() < 20 * 1e-3 * 1e-10


def test_a_truncated_checkpoint_is_refused_and_the_one_before_it_can_be_used(tmp_path, tiny, unbroken):
    stop_at(tiny(), tmp_path, step=40)
    newest, older = sorted((tmp_path / CHECKPOINTS).iterdir(), reverse=True)
    os.truncate(newest, newest.stat().st_size - 1)
    with pytest.raises(InputError, match=rf"got a damaged file: delete it to resume from the one before, {older.name}"):
        run(tiny(), out=tmp_path)
    newest.unlink()
    assert run(tiny(), out=tmp_path).rows == unbroken


def test_a_checkpoint_of_another_run_is_refused(tmp_path, tiny):
    stop_at(tiny(), tmp_path / "one", step=20)
    stop_at(tiny(seed=1), tmp_path / "other", step=20)
    for path in (tmp_path / "one" / CHECKPOINTS).iterdir():
        os.replace(tmp_path / "other" / CHECKPOINTS / path.name, path)
    with pytest.raises(InputError, match="must be a checkpoint of this run, got one of another"):
        run(tiny(), out=tmp_path / "one")


def test_a_full_disk_leaves_the_last_good_checkpoint(tmp_path, tiny, unbroken, monkeypatch):
    """The second checkpoint finds the disk full, as save_file would: half a file, then ENOSPC."""
    save, calls = checkpoints.save_file, []

    def full(tensors, path, metadata):
        calls.append(path)
        save(tensors, path, metadata)
        if len(calls) == 2:
            os.truncate(path, 100)
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints, "save_file", full)
    with pytest.raises(OSError, match="No space left on device"):
        run(tiny(), out=tmp_path)
    assert [path.name for path in (tmp_path / CHECKPOINTS).iterdir()] == ["step-000000015.safetensors"]
    monkeypatch.undo()
    assert run(tiny(), out=tmp_path).rows == unbroken


def test_a_disk_that_takes_no_more_is_one_clear_error(tmp_path, tiny, unbroken):
    """A limit on the size of a file stands for the disk: the log fits under it, a checkpoint does not."""
    code = (
        "import json, resource, sys\n"
        "from grokdd.empirical import Configuration, run\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))\n"
        f"run(Configuration().changed(json.loads({SETTINGS!r})), out=sys.argv[1])"
    )
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    told = done.stderr.splitlines()[-1]
    assert told.startswith("grokdd.analytic.errors.MachineError: the disk must take step-000000015.safetensors")
    assert "the same call goes on" in told
    assert list((tmp_path / CHECKPOINTS).iterdir()) == []
    assert run(tiny(), out=tmp_path).rows == unbroken


def test_a_second_process_is_refused_by_name(tmp_path, tiny):
    def again(evaluation):
        run(tiny(), out=tmp_path)

    with pytest.raises(
        InputError, match=rf"out must not be in use, got .*, which process {os.getpid()} on .* is writing"
    ):
        run(tiny(), out=tmp_path, progress=again)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_cuda_without_a_cuda_device_is_refused(tmp_path, tiny):
    with pytest.raises(MachineError, match="device 'cuda' must exist, but PyTorch finds 0 CUDA devices: use cpu"):
        run(tiny(), out=tmp_path, device="cuda")


@pytest.mark.parametrize("device", ["gpu", "meta", ""])
def test_an_unknown_device_is_refused(tmp_path, tiny, device):
    with pytest.raises(InputError, match="device must be cpu, cuda or cuda:N, got"):
        run(tiny(), out=tmp_path, device=device)


@pytest.mark.parametrize("number_format", ["bfloat16", "float64"])
def test_other_number_formats_train(tmp_path, tiny, unbroken, number_format):
    rows = run(tiny(number_format=number_format), out=tmp_path).rows
    assert rows != unbroken
    # Same weights and batches: until rounding has had time to grow, the losses agree to the format's precision.
    assert rows[1]["train_loss"] == pytest.approx(unbroken[1]["train_loss"], rel=2e-2)


def test_auto_takes_the_faster_format_and_keeps_it(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr(run_settings, "faster_format", lambda time_one, device: ("bfloat16", {}))
    assert not run(tiny(number_format="auto"), out=tmp_path, seconds=0).finished
    monkeypatch.setattr(run_settings, "faster_format", lambda time_one, device: ("float32", {}))
    assert run(tiny(number_format="auto"), out=tmp_path).environment["number_format"] == "bfloat16"


def test_a_run_without_zero_dividends_in_test_has_nan_there_and_is_read_back(tmp_path, tiny):
    few = {"task.modulus": 3, "split.train_fraction": 0.7, "split.seed": 4}
    got = run(tiny(few, batch_size=2), out=tmp_path)
    for part, size in got.sizes.items():
        assert np.isnan(got.rows[0][f"{part}_loss"]) == (size == 0)
    assert set(got.curves().parts) == {part for part, size in got.sizes.items() if size} - {"train", "test"}
