"""An ensemble is its members' runs: killed, interrupted or partly failing, each is what it would be alone."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from pyarrow import parquet
from safetensors.torch import load_file

from grokdd.analytic import InputError
from grokdd.empirical import Run, run
from grokdd.empirical.ensembles import Ensemble, run_ensemble, stacks_of
from grokdd.empirical.kinds import kind
from grokdd.empirical.networks import Constant, Weight
from grokdd.empirical.run_folder import CHECKPOINTS

from .conftest import TINY

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def five(tiny):
    """Members of two structures, one of which diverges, one of which ends early."""
    return {
        "plain": tiny(),
        "other": tiny(seed=1),
        "wide": tiny({"network.width": 24}),
        "diverging": tiny({"optimizer.learning_rate": 1e30}, seed=2),
        "short": tiny(steps=20),
    }


def alone(configurations, folder):
    return {name: run(one, out=folder / name).rows for name, one in configurations.items()}


@pytest.mark.parametrize(("most", "workers"), [(8, 1), (2, 2)])
def test_every_member_has_the_run_that_it_would_have_alone(tmp_path, five, most, workers):
    got = run_ensemble(five, out=tmp_path / "all", most=most, workers=workers)
    assert got.finished
    assert not got.failures
    for name, rows in alone(five, tmp_path).items():
        np.testing.assert_equal(got.runs[name].rows, rows)
        assert got.runs[name].finished


def test_the_steps_at_which_examples_were_learned_are_those_of_the_member_alone(tmp_path, tiny):
    """Members of other budgets are evaluated at steps of their own: those are no evaluations of this one."""
    settings = {"optimizer.learning_rate": 1e-2, "dense_evaluations_until": 200, "dense_evaluations_every": 7}
    members = {f"{steps}": tiny(settings, steps=steps, seed=steps) for steps in (120, 36, 64)}
    got = run_ensemble(members, out=tmp_path / "all", workers=1)
    for name, one in members.items():
        tables = [
            parquet.read_table(path / "examples.parquet")["learned"].to_pylist()
            for path in (got.runs[name].path, run(one, out=tmp_path / name).path)
        ]
        assert tables[0] == tables[1]
        weights = load_file(got.runs[name].path / "weights.safetensors")
        right = right_answers(one, {key: value.unsqueeze(0) for key, value in weights.items()})
        held = [step >= 0 for step in tables[0]]
        assert sum(held) > 10
        assert np.mean(right[held]) > 0.8  # what was learned is mostly right at the end


def right_answers(configuration, weights):
    inputs = torch.from_numpy(configuration.data.inputs).unsqueeze(0)
    logits = configuration.network.logits(weights, inputs, configuration.data.shape)
    return (logits[0].argmax(-1) == torch.from_numpy(configuration.data.labels)).numpy()


def test_the_table_tells_accuracies_and_ends(tmp_path, five):
    table = run_ensemble(five, out=tmp_path).table()
    sizes = {name: (len(one.data.train), len(one.data.test)) for name, one in five.items()}
    ends = {"diverging": "diverged"}
    for row in table.to_pylist():
        train, test = sizes[row["member"]]
        assert row["train_accuracy"] == row["train_correct"] / train
        assert row["test_accuracy"] == row["test_correct"] / test
        assert row["end"] == ends.get(row["member"], "steps")


def test_a_diverging_member_is_marked_and_loses_nothing_of_the_others(tmp_path, five):
    got = run_ensemble(five, out=tmp_path)
    assert {name: one.end for name, one in got.runs.items()} == {
        "plain": "steps", "other": "steps", "wide": "steps", "diverging": "diverged", "short": "steps",
    }  # fmt: skip
    assert np.isnan(got.runs["diverging"].rows[-1]["train_loss"])
    assert len(got.runs["plain"].rows) == 10


def test_the_table_has_a_row_for_each_member_and_evaluation(tmp_path, five):
    got = run_ensemble(five, out=tmp_path)
    table = got.table()
    assert table.num_rows == sum(len(one.rows) for one in got.runs.values())
    assert {"member", "network.width", "optimizer.learning_rate", "seed", "steps", "step"} <= set(table.column_names)
    stored = parquet.read_table(tmp_path / "table.parquet")
    np.testing.assert_equal(stored.to_pydict(), table.to_pydict())
    wide = [row for row in table.to_pylist() if row["member"] == "wide"]
    assert {row["network.width"] for row in wide} == {24}
    assert [row["test_correct"] for row in wide] == [row["test_correct"] for row in got.runs["wide"].rows]
    np.testing.assert_equal(Ensemble.load(tmp_path).table().to_pydict(), table.to_pydict())


@kind("network", "breaking-in-tests")
@dataclass(frozen=True, kw_only=True)
class Breaking:
    """A network whose fifth forward pass fails."""

    init_scale: float = 1.0
    calls: ClassVar[list[int]] = []

    def weights(self, shape):
        return {"bias": Weight((shape.classes,), Constant(0.0), "bias")}

    def logits(self, weights, inputs, shape, dropout=None):
        self.calls.append(1)
        if len(self.calls) == 5:
            raise RuntimeError("no more")
        return weights["bias"].unsqueeze(1).expand(-1, inputs.shape[1], -1)


def test_a_failing_member_is_reported_and_the_others_go_on(tmp_path, five):
    broken = {"broken": five["plain"].changed({"network": Breaking()})}
    got = run_ensemble(broken | five, out=tmp_path, failures={"impossible": "heads must divide the width"}, workers=1)
    assert got.failures == {"broken": "RuntimeError: no more", "impossible": "heads must divide the width"}
    assert got.finished
    assert all(got.runs[name].finished for name in five)
    assert not got.runs["broken"].finished


def test_ctrl_c_and_too_little_time_leave_checkpoints_to_go_on_from(tmp_path, five):
    pressed = []

    def press(evaluation):
        if evaluation.step >= 29 and not pressed:  # a second Ctrl-C would not wait for a checkpoint
            pressed.append(evaluation.step)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="stopped with checkpoints; the same call resumes from them"):
        run_ensemble(five, out=tmp_path / "all", progress=press, workers=1)
    assert not run_ensemble(five, out=tmp_path / "all", seconds=0).finished
    got = run_ensemble(five, out=tmp_path / "all")
    for name, rows in alone(five, tmp_path).items():
        np.testing.assert_equal(got.runs[name].rows, rows)


def resident():
    """Memory of this process that is in use, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.parametrize("members", [40, pytest.param(100, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_the_number_of_members(tmp_path, tiny, members):
    """One member in ten diverges. A batch of eight holds 14 MB of weights, moments and gradients. If batches stayed
    after they ended, three of them or more would lie between the thirds, as they do if `Training` objects are kept in
    a list; the allocator alone may keep the room of one."""
    settings = {"task.modulus": 23, "network.width": 64, "batch_size": 64, "steps": 20}
    rates = {True: 1e30, False: 1e-3}
    many = {
        f"seed-{seed:03d}": tiny({"optimizer.learning_rate": rates[seed % 10 == 0], **settings}, seed=seed)
        for seed in range(members)
    }
    used = []
    got = run_ensemble(many, out=tmp_path, progress=lambda evaluation: used.append(resident()), workers=1)
    third = len(used) // 3
    assert max(used[-third:]) - max(used[:third]) < 28
    assert {name for name, one in got.runs.items() if one.end == "diverged"} == set(list(many)[::10])
    assert all(one.finished for one in got.runs.values())


def seeded_moments(count):
    """Moments by seed 1789: in a log, in half a checkpoint, or before its renaming, after so many others."""
    draws = np.random.default_rng(1789)
    places = ["log", "checkpoint", "rename", "log", "checkpoint", "rename", "log", "checkpoint", "log", "rename"]
    most = {"log": 18, "checkpoint": 3, "rename": 3}
    return [(place, int(draws.integers(0, most[place]))) for place in places[:count]]


MOMENTS = [
    pytest.param(*moment, id=f"{moment[0]}-{moment[1]}", marks=[] if place < 3 else pytest.mark.slow)
    for place, moment in enumerate(seeded_moments(10))
]


@pytest.mark.parametrize(("where", "passes"), MOMENTS)
def test_a_killed_ensemble_resumes_to_the_same_curves(tmp_path, tiny, where, passes):
    members = {"a": tiny(), "b": tiny(seed=1), "c": tiny({"optimizer.learning_rate": 1e-2}, seed=2)}
    settings = json.dumps([TINY, TINY | {"seed": 1}, TINY | {"seed": 2, "optimizer.learning_rate": 1e-2}])
    script = Path(__file__).with_name("killed_ensemble.py")
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, script, tmp_path / "all", settings, where, str(passes)]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
    assert not Ensemble.load(tmp_path / "all").finished
    got = run_ensemble(members, out=tmp_path / "all")
    for name, rows in alone(members, tmp_path).items():
        assert got.runs[name].rows == rows


@kind("network", "breaking in its shape")
@dataclass(frozen=True)
class Flat:
    """Forgets that there are classes."""

    init_scale: float = 1.0

    def weights(self, shape):
        return {"bias": Weight((shape.classes,), Constant(0.0), "bias")}

    def logits(self, weights, inputs, shape, dropout=None):
        return weights["bias"][:, 0, None].expand(-1, inputs.shape[1])


def test_a_network_from_elsewhere_that_returns_other_shapes_is_told_so(tmp_path, tiny):
    wanted = r"Flat.logits must return shape \(E, B, C\) = \(1, 110, 11\), got \(1, 110\)"
    with pytest.raises(InputError, match=wanted):
        run(tiny(network=Flat()), out=tmp_path)
    with pytest.raises(InputError, match=r"group must be one of embedding, .*, got 'foo'"):
        Weight((3,), Constant(0.0), "foo")


def test_members_of_one_structure_are_shared_among_workers(tiny):
    seeds = {f"seed-{seed}": tiny(seed=seed) for seed in range(5)}
    assert [len(names) for names in stacks_of(seeds, most=8, workers=1)] == [5]
    assert [len(names) for names in stacks_of(seeds, most=8, workers=2)] == [2, 3]
    assert [len(names) for names in stacks_of(seeds, most=2, workers=1)] == [1, 2, 2]
    both = stacks_of(seeds | {"wide": tiny({"network.width": 24})}, most=8, workers=1)
    assert both == [list(seeds), ["wide"]]


def test_other_members_in_the_same_folder_are_refused(tmp_path, five):
    run_ensemble({"plain": five["plain"]}, out=tmp_path)
    with pytest.raises(InputError, match=r"out must hold these members, got .*, which holds others"):
        run_ensemble(five, out=tmp_path)


def test_members_that_cannot_be_kept_apart_are_refused(tmp_path, tiny):
    with pytest.raises(InputError, match="configurations must differ from each other, got the same one twice"):
        run_ensemble({"a": tiny(), "b": tiny()}, out=tmp_path)
    for name in ("", "..", "a/b", ".hidden"):
        with pytest.raises(InputError, match="the name of a member must be the name of a folder"):
            run_ensemble({name: tiny()}, out=tmp_path)
    with pytest.raises(InputError, match="most must be a whole number of at least 1, got -1"):
        run_ensemble({"a": tiny()}, out=tmp_path, most=-1)
    with pytest.raises(InputError, match="workers must be a whole number of at least 1, got 0"):
        run_ensemble({"a": tiny()}, out=tmp_path, workers=0)
    with pytest.raises(InputError, match="number_format must be tf32 for all members or for none, got float32, tf32"):
        run_ensemble({"a": tiny(), "b": tiny(number_format="tf32")}, out=tmp_path)


def test_a_folder_of_something_else_is_refused(tmp_path, tiny):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(InputError, match=r"out must be new, empty or an ensemble, got .*, which holds thesis.tex"):
        run_ensemble({"a": tiny()}, out=tmp_path)
    with pytest.raises(InputError, match=r"an ensemble must hold ensemble.json"):
        Ensemble.load(tmp_path)
    (tmp_path / "ensemble.json").write_text("{")
    with pytest.raises(InputError, match="must be a record of this version of grokdd, got a damaged or foreign file"):
        Ensemble.load(tmp_path)


def test_a_second_process_is_refused_by_name(tmp_path, tiny):
    told = []

    def again(evaluation):
        with pytest.raises(InputError, match=rf"out must not be in use, got .*, which process {os.getpid()} on .* is"):
            run_ensemble({"a": tiny()}, out=tmp_path)
        told.append(evaluation.name)

    assert run_ensemble({"a": tiny()}, out=tmp_path, progress=again).finished
    assert set(told) == {"a"}


def test_a_truncated_checkpoint_fails_its_members_and_names_the_good_one(tmp_path, tiny):
    members = {"a": tiny(), "b": tiny(seed=1)}

    pressed = []

    def press(evaluation):
        if evaluation.step >= 37 and not pressed:
            pressed.append(evaluation.step)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_ensemble(members, out=tmp_path, progress=press, workers=1)
    (folder,) = (tmp_path / "stacks").iterdir()
    newest, older = sorted((folder / CHECKPOINTS).iterdir(), reverse=True)
    os.truncate(newest, newest.stat().st_size - 1)
    got = run_ensemble(members, out=tmp_path)
    assert set(got.failures) == {"a", "b"}
    assert f"delete it to resume from the one before, {older.name}" in got.failures["a"]
    newest.unlink()
    again = run_ensemble(members, out=tmp_path)
    assert again.finished
    assert not again.failures
    assert Run.load(tmp_path / "members" / "a").rows == run(members["a"], out=tmp_path.with_name("alone")).rows
