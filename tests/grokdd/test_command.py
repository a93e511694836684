"""The commands: help with an example, one line for bad input, and JSON that a machine can read."""

import io
import json
import re
import signal
from contextlib import redirect_stdout
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from grokdd import __version__
from grokdd.__main__ import main
from grokdd.analytic import Pattern, PatternModel, Preferred, Table, plateau_heights, presets
from grokdd.empirical import Recorder, experiments
from grokdd.empirical.stack import Stack
from grokdd.output import wrapped
from grokdd.simulation import fine_times
from grokdd.training_run import configuration

from .conftest import TINY_OPTIONS

COMMANDS = ("tour", "derive", "simulate", "atlas", "train", "fit", "bench")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_that_begins_with_the_command(grokdd, command):
    got = grokdd(command, "--help")
    assert got.code == 0
    assert re.search(rf"Examples?:\n +grokdd {command} ", got.out)
    assert "--json" in got.out
    assert "--quiet" in got.out


def test_the_bare_help_lists_every_command(grokdd):
    got = grokdd("--help")
    assert got.code == 0
    assert all(re.search(rf"^  {command} ", got.out, re.MULTILINE) for command in COMMANDS)


def test_version(grokdd):
    assert grokdd("--version").out == f"grokdd {__version__}\n"


def refused(answer, *words):
    """Hold that a command refused its input in one line with these words."""
    assert answer.code == 2
    assert answer.out == ""
    (line,) = answer.err.splitlines()
    assert line.startswith("grokdd: ")
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ("Missing command", "grokdd --help")),
        (("dervie", "grokking"), ("No such command 'dervie'", "derive")),
        (("derive",), ("Missing argument 'MODEL' (or --theorems)", "grokdd derive --help")),
        (("derive", "grokking", "--theorems"), ("MODEL must be left out with --theorems, got 'grokking'",)),
        (("derive", "grokking", "--fresh"), ("--fresh must come with --theorems",)),
        (("derive", "grokking", "--nope"), ("No such option", "--nope")),
        (("train", "--steps", "many"), ("--steps", "grokdd train --help")),
    ],
)
def test_a_usage_error_is_one_line(grokdd, arguments, words):
    refused(grokdd(*arguments), *words)


GOOD = presets.grokking().to_toml()


def models_file(tmp_path, count, name=""):
    """Write a model of so many patterns, which learn one after the other."""
    file = tmp_path / "model.toml"
    patterns = [Pattern(gamma=1, alpha=1, b=b, g=1, name=name) for b in range(count)]
    file.write_text(PatternModel(patterns).to_toml())
    return file


def test_derive_refuses_a_model_of_many_patterns_by_its_file_and_says_what_can_be_done(grokdd, tmp_path):
    file = models_file(tmp_path, 13)
    refused(grokdd("derive", file), str(file), "at most 12 patterns", "13", "grokdd simulate")
    assert grokdd("simulate", file, "--points", "2").code == 0


def test_a_file_may_begin_with_a_byte_order_mark(grokdd, tmp_path):
    file = tmp_path / "model.toml"
    file.write_text(GOOD, encoding="utf-8-sig")
    assert grokdd("derive", file, "--quiet").code == 0


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_name_in_a_file_cannot_steer_the_terminal(grokdd, tmp_path, more):
    file = models_file(tmp_path, 3, name="\x1b[31mred\x9b\u202e\x7f")
    for command in ("derive", "simulate"):
        got = grokdd(command, file, *more)
        assert got.code == 0
        assert "red" in got.out
        assert all(c.isprintable() for c in got.out.replace("\n", ""))
    if more:
        assert json.loads(got.out)["patterns"][0]["name"] == "\x1b[31mred\x9b\u202e\x7f"


def test_derive_proves_that_a_slope_which_touches_0_is_no_extremum(grokdd, tmp_path):
    # analytic/test_common_clock.py, "1:2, a table", at another time
    file = tmp_path / "model.toml"
    patterns = [Pattern(gamma=1, alpha=alpha, b=7, g=0) for alpha in (1, 2)]
    file.write_text(PatternModel(patterns, Table([0.5, 1, 0.25, 0.75])).to_toml())
    told = grokdd("derive", file)
    assert told.code == 0
    assert "no extremum" in told.out
    assert "verdict: proved (acc_test is a quotient of polynomials of one exponential" in told.out


def test_derive_writes_plateaus_of_any_length(grokdd, tmp_path):
    """Sums of fractions of 1990 digits have denominators of more than Python's 4300 digits."""
    tiny = [Fraction(1, 10**1990 + k) for k in (1, 3, 7, 9)]
    model = PatternModel([Pattern(gamma=x, alpha=1, b=b, g=x) for b, x in enumerate(tiny)], chance=tiny[0])
    file = tmp_path / "model.toml"
    file.write_text(model.to_toml())
    got = json.loads(grokdd("derive", file, "--json").out)["plateaus"][-1]["exact"]
    above, below = (int(Decimal(part)) for part in got.split("/"))
    assert Fraction(above, below) == plateau_heights(model)[-1]
    assert len(got) > 2 * 4300
    told = grokdd("derive", file)
    assert told.code == 0
    assert "about 1.00000000000000E-1990" in told.out
    assert max(map(len, told.out.splitlines())) < 200


@pytest.mark.parametrize("command", ["derive", "simulate"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not = [toml", ("TOML",)),
        (GOOD.replace("gamma = 1,", "gamma = 1.2,", 1), ("gamma must lie in [0, 1]", "1.2")),
        (GOOD.replace("alpha = 0.15", "alpha = -0.15", 1), ("alpha must be at least 0", "-0.15")),
        (GOOD.replace("pattern = 2", "pattern = 3"), ("preferred pattern", "count from 0", "3")),
        ("", ()),
    ],
)
def test_a_bad_model_file_is_one_line_that_names_the_file(grokdd, tmp_path, command, text, words):
    file = tmp_path / "model.toml"
    file.write_text(text)
    assert text != GOOD
    refused(grokdd(command, file), str(file), *words)


def test_an_argument_that_is_no_model_is_told_the_presets(grokdd, tmp_path):
    for argument in ("groking", tmp_path / "missing.toml", tmp_path):
        refused(grokdd("derive", argument), "double_descent", "grokking", str(argument))
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    refused(grokdd("derive", binary), "UTF-8", str(binary))


def test_a_file_that_never_ends_is_refused(grokdd):
    refused(grokdd("derive", "/dev/zero"), "/dev/zero", "at most")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--at", "nan"), ("--at", "nan")),
        (("--at", "inf", "--figure", "a.svg"), ("--figure", "finite")),
        (("--until", "nan"), ("--until", "nan")),
        (("--until", "inf"), ("--until", "inf")),
        (("--until", "-1"), ("--until", "-1")),
        (("--points", "0"), ("--points", "0")),
        (("--figure", "a.jpeg2000"), ("figure", ".svg", "a.jpeg2000")),
    ],
)
def test_bad_times_are_refused(grokdd, arguments, words):
    refused(grokdd("simulate", "grokking", *arguments), *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--operation", "x**y"), ("operation", "x**y", "x/y")),
        (("--modulus", "96"), ("modulus must be prime", "96")),
        (("--steps", "0"), ("steps", "0")),
        (("--batch-size", "5000"), ("batch_size", "4656", "5000")),
        (("--train-fraction", "0"), ("train_fraction",)),
        (("--train-fraction", "1"), ("train_fraction",)),
        (("--number-format", "float8"), ("number_format", "float8", "bfloat16")),
        (("--device", "tpu"), ("device", "tpu", "cuda")),
    ],
)
def test_bad_settings_are_refused_before_anything_is_written(grokdd, tmp_path, arguments, words):
    out = tmp_path / "run"
    got = grokdd("train", "--out", out, "--quiet", *arguments)
    refused(got, *words)
    assert not out.exists()


def test_cuda_without_one_is_the_machine_s_fault(grokdd, tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    got = grokdd("train", "--device", "cuda", "--out", tmp_path / "run")
    assert got.code == 4
    assert len(got.err.splitlines()) == 1
    assert "cuda" in got.err


def test_a_full_disk_is_the_machine_s_fault(grokdd, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("grokdd.empirical.recorder.Recorder.log", full)
    got = grokdd(*TINY_OPTIONS, "--out", tmp_path / "run", "--quiet")
    assert got.code == 4
    (line,) = got.err.splitlines()
    assert f"{tmp_path / 'run'}: No space left on device; make room" in line


def test_a_full_disk_under_a_figure_names_the_figure(grokdd, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", full)
    got = grokdd("simulate", "grokking", "--figure", tmp_path / "a.svg")
    assert got.code == 4
    assert got.err == f"grokdd: {tmp_path / 'a.svg'}: No space left on device; make room, or choose a place with more\n"


def test_more_than_any_machine_has_is_the_machine_s_fault(grokdd, tmp_path):
    got = grokdd("train", "--width", "1000000000", "--heads", "1", "--out", tmp_path / "run", "--quiet")
    assert got.code == 4
    (line,) = got.err.splitlines()
    assert "out of memory" in line
    assert "ask for less" in line


def test_out_with_another_configuration_is_refused(grokdd, tiny_run):
    got = grokdd(*TINY_OPTIONS, "--seed", "5", "--out", tiny_run.path, "--quiet")
    refused(got, "another", str(tiny_run.path), "seed")


def in_the_last_evaluation(**columns):
    """Return a function that puts other values into the last line of a log."""

    def damage(run):
        *lines, last = (run / "log.jsonl").read_text().splitlines()
        (run / "log.jsonl").write_text("\n".join([*lines, json.dumps(json.loads(last) | columns)]) + "\n")

    return damage


def in_the_record(**entries):
    """Return a function that puts other values into a record."""

    def damage(run):
        record = json.loads((run / "record.json").read_text())
        (run / "record.json").write_text(json.dumps(record | entries))

    return damage


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (in_the_last_evaluation(test_correct="x"), ("log.jsonl",)),
        (in_the_last_evaluation(test_correct=None), ("log.jsonl",)),
        (in_the_last_evaluation(test_correct=True), ("log.jsonl",)),
        (in_the_last_evaluation(test_correct=56), ("56",)),
        (in_the_last_evaluation(test_correct=-1), ("-1",)),
        (in_the_last_evaluation(step=1.5), ("log.jsonl",)),
        (in_the_record(classes="x"), ("record.json",)),
        (in_the_record(classes=0), ("record.json",)),
        (in_the_record(sizes={"train": 55}), ("test",)),
        (in_the_record(sizes={"train": 55, "test": "55"}), ("record.json",)),
        (lambda run: (run / "record.json").write_text("{"), ("record.json",)),
        (lambda run: (run / "record.json").unlink(), ("record.json",)),
        (lambda run: (run / "log.jsonl").write_text("foreign\n"), ("log.jsonl", "line 1")),
        (lambda run: (run / "log.jsonl").write_text(""), ("log.jsonl", "got 0")),
        (lambda run: (run / "log.jsonl").unlink(), ("log.jsonl", "got 0")),
    ],
)
def test_a_damaged_run_is_refused(grokdd, tmp_path, tiny_run, damage, words):
    copy = tmp_path / "run"
    copy.mkdir()
    for name in ("record.json", "log.jsonl"):
        (copy / name).write_bytes((tiny_run.path / name).read_bytes())
    damage(copy)
    refused(grokdd("fit", copy), *words)


def test_a_run_without_an_evaluation_is_refused(grokdd, tmp_path):
    with Recorder(tmp_path / "run", sizes={"train": 5, "test": 5}) as recorder:
        recorder.leave_unfinished()
    refused(grokdd("fit", tmp_path / "run"), "at least one evaluation")


def test_a_run_that_is_not_there_is_refused(grokdd, tmp_path):
    refused(grokdd("fit", tmp_path / "none"), str(tmp_path / "none"))


def test_a_file_in_a_run_is_told_that_the_folder_is_wanted(grokdd, tiny_run):
    got = grokdd("fit", tiny_run.path / "log.jsonl")
    refused(got, f"the file {tiny_run.path / 'log.jsonl'}", f"give its folder, {tiny_run.path}")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--patterns", "0"), ("--patterns", "0", "12", "grokdd fit --help")),
        (("--patterns", "400"), ("--patterns", "400", "12")),
        (("--starts", "0"), ("--starts", "0")),
        (("--seed", "-1"), ("--seed", "-1")),
        (("--report", "/nonexistent/r.html"), ("--report", "/nonexistent/r.html: make /nonexistent first")),
    ],
)
def test_bad_options_of_fit_are_refused_by_their_names(grokdd, tiny_run, arguments, words):
    refused(grokdd("fit", tiny_run.path, *arguments), *words)


def test_fit_asks_for_one_run_that_did_not_diverge(grokdd, tmp_path, tiny_run):
    for name in ("log.jsonl", "record.json"):
        (tmp_path / name).write_bytes((tiny_run.path / name).read_bytes())
    in_the_record(end="diverged")(tmp_path)
    last = tiny_run.rows[-1]["step"]
    refused(grokdd("fit", tmp_path), f"RUN must not have diverged, got {tmp_path}, which did at step {last}")
    (tmp_path / "ensemble.json").write_text("{}")
    refused(grokdd("fit", tmp_path), "RUN must be one run, got the sweep", f"its members are in {tmp_path / 'members'}")
    refused(grokdd("fit", tiny_run.path, "--report", tmp_path), f"--report must be a file, got the folder {tmp_path}")


@pytest.mark.parametrize(
    "arguments",
    [
        ("derive", "grokking", "--report"),
        ("derive", "--replay"),
        ("tour", "--out"),
        ("train", "--out"),
        ("sweep", "sweep.toml", "--out"),
        ("sweep",),
        ("simulate", "grokking", "--figure"),
        ("fit", "run", "--report"),
        ("fit",),
    ],
)
def test_an_empty_path_is_not_the_folder_one_is_in(grokdd, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    refused(grokdd(*arguments, ""), "a path must not be empty", f"grokdd {arguments[0]} --help")
    assert not list(tmp_path.iterdir())


def test_an_empty_model_is_refused(grokdd):
    refused(grokdd("derive", ""), "got an empty name")


def test_a_document_that_cannot_be_written_leaves_no_folder(grokdd, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("grokdd.document.pages.write_text", full)
    (tmp_path / "old").mkdir()
    for folder in ("new/deep", "old"):
        got = grokdd("derive", models_file(tmp_path, 1), "--report", tmp_path / folder)
        assert got.code == 4
        assert f"{tmp_path / folder}" in got.err
    assert sorted(one.name for one in tmp_path.iterdir()) == ["model.toml", "old"]


def test_a_document_is_a_folder(grokdd, tmp_path):
    file = models_file(tmp_path, 1)
    refused(grokdd("derive", file, "--report", file), f"--report must be a folder, got the file {file}")


def test_quiet_prints_nothing(grokdd, tmp_path):
    for arguments in (("derive", "grokking"), ("simulate", "grokking"), (*TINY_OPTIONS, "--out", tmp_path / "run")):
        got = grokdd(*arguments, "--quiet")
        assert (got.code, got.out, got.err) == (0, "", "")


def test_derive_as_json_is_exact_and_says_what_is_proved(grokdd):
    got = json.loads(grokdd("derive", "double_descent", "--json").out)
    assert [plateau["exact"] for plateau in got["plateaus"]] == ["0", "7/10", "7/20", "12/25"]
    assert got["double_descent"] is True
    assert [extremum["kind"] for extremum in got["extrema"]] == ["maximum", "minimum"]
    assert (got["verdict"], got["certified"]) == ("proved", True)


def test_derive_says_where_a_theorem_knows_the_whole_curve(grokdd):
    told = " ".join(grokdd("derive", "grokking").out.split())
    proved = "acc_test = p_2 at all times, whatever the speeds: it only rises; proved by exact fractions, theorem: "
    assert f"{proved}grokking curve" in told
    (one,) = json.loads(grokdd("derive", "grokking", "--json").out)["exact_curve"]
    assert one["verified"] == ["exact fractions", "theorem: grokking curve"]
    assert "whole curve" not in grokdd("derive", "double_descent").out
    assert json.loads(grokdd("derive", "double_descent", "--json").out)["exact_curve"] == []


def test_derive_says_what_kind_of_curve_it_is(grokdd):
    assert "kind of curve: grokking (proved)" in grokdd("derive", "grokking").out.splitlines()
    got = json.loads(grokdd("derive", "double_descent", "--json").out)
    assert (got["kind"], got["kind_verdict"]) == ("double descent", "proved")


def test_derive_says_how_far_parameters_may_move_if_asked(grokdd, tmp_path):
    file = models_file(tmp_path, 1)
    told = grokdd("derive", file, "--margins").out.splitlines()
    (head,) = [line for line in told if line.startswith("  parameter ")]
    assert head.split() == ["parameter", "from", "to", "distance", "kind", "there"]
    # One pattern of g = 1 generalizes until 1 - delta, 0.99, is beyond it.
    (row,) = [line.split() for line in told if line.startswith("  g_0 ")]
    assert (row[:3], row[4:]) == (["g_0", "1", "0.99"], ["partial", "generalization"])
    first, *_ = json.loads(grokdd("derive", file, "--margins", "--json").out)["margins"]
    assert first["parameter"] == "gamma_0"
    assert "margins" not in json.loads(grokdd("derive", file, "--json").out)
    refused(grokdd("derive", "--theorems", "--margins"), "--margins must be left out with --theorems")
    refused(grokdd("derive", "--replay", file, "--margins"), "--margins must be left out with --replay")


def test_derive_counts_patterns_in_words(grokdd, tmp_path):
    assert ": 1 pattern, rule" in grokdd("derive", models_file(tmp_path, 1)).out
    assert ": 2 patterns, rule" in grokdd("derive", models_file(tmp_path, 2)).out


def test_derive_of_four_patterns_agrees_with_their_kind(grokdd, tmp_path):
    """The third of four patterns lowers accuracy: the first three alone say that nothing falls."""
    rows = [(0.5, 0), (0.6, 100), (0.1, 200), (1, 300)]
    members = [Pattern(gamma=1, alpha=1, b=b + 20, g=g) for g, b in rows]
    (tmp_path / "model.toml").write_text(PatternModel(members).to_toml())
    told = grokdd("derive", tmp_path / "model.toml").out
    assert "double descent: yes (H1 rises, H3 falls, H4 rises)" in told
    assert "kind of curve: double descent (proved)" in told


@pytest.mark.parametrize(("columns", "widest"), [(None, 100), (20, 40), (72, 72), (300, 100)])
def test_prose_is_as_wide_as_the_terminal_within_bounds(monkeypatch, columns, widest):
    if columns is not None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns or 50))  # which a pipe does not have
    lines = list(wrapped("a word " * 100))
    assert max(map(len, lines)) in range(widest - 6, widest + 1)
    assert " ".join(lines).split() == ["a", "word"] * 100


def test_derive_names_what_stands_at_all_times(grokdd, tmp_path):
    """A pattern of alpha = 0 has no inflection: it is there on the first plateau, at gamma / 2."""
    still, moving = Pattern(gamma=1, alpha=0, b=5, g=1, name="still"), Pattern(gamma=1, alpha=1, b=5, g=1)
    (tmp_path / "model.toml").write_text(PatternModel([still, moving]).to_toml())
    told = grokdd("derive", tmp_path / "model.toml").out
    assert re.search(r"^  0\.500000 +1/2  still at gamma / 2$", told, re.MULTILINE)
    assert re.search(r"^  1\.000000 +1  still at gamma / 2 \+ pattern 1$", told, re.MULTILINE)


def test_derive_for_a_reader_names_patterns_and_trust(grokdd):
    got = grokdd("derive", "double_descent").out
    assert "heuristic + overfitting" in got
    assert "12/25" in got
    assert "shape of the curve (certified)" in got
    assert "maximum of 0.5337361" in got


def test_simulate_as_json_is_the_curves_of_the_library(grokdd):
    from grokdd.simulate import curves

    got = json.loads(grokdd("simulate", "grokking", "--at", "200", "--at", "0.5", "--at", "inf", "--json").out)
    expected = curves(presets.grokking(), np.array([200, 0.5, np.inf]))
    assert got["t"] == [200.0, 0.5, "inf"]
    assert got["train"] == expected.train.tolist()
    assert got["test"] == expected.test.tolist()
    assert [pattern["name"] for pattern in got["patterns"]] == ["heuristic", "overfitting", "slow"]


def test_simulate_keeps_patterns_of_one_name_apart(grokdd, tmp_path):
    twins = [Pattern(gamma=1, alpha=1, b=b, g=1, name="twin") for b in (1, 2)]
    file = tmp_path / "twins.toml"
    file.write_text(PatternModel(twins, Preferred(0)).to_toml())
    got = json.loads(grokdd("simulate", file, "--at", "1.5", "--json").out)
    assert len(got["patterns"]) == 2
    assert got["patterns"][0]["p"] > got["patterns"][1]["p"]


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_simulate_draws_the_same_file_twice(grokdd, tmp_path, suffix):
    files = [tmp_path / name / f"figure{suffix}" for name in ("a", "b")]
    for file in files:
        file.parent.mkdir()
        assert grokdd("simulate", "grokking", "--figure", file, "--quiet").code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_figure_of_few_times_is_smooth():
    got = fine_times(np.array([300.0, 0, 25, np.inf]))
    assert {0.0, 25.0, 300.0} <= set(got)
    assert np.isfinite(got).all()
    assert 0 < np.diff(got).min() <= np.diff(got).max() <= 0.5  # 601 times from 0 to 300


def test_a_resumed_training_says_from_which_step(grokdd, tmp_path, monkeypatch):
    advance = Stack.advance

    def interrupted(self):
        if self.step == 30:
            signal.raise_signal(signal.SIGINT)
        advance(self)

    arguments = (*TINY_OPTIONS, "--out", tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(Stack, "advance", interrupted)
        first = grokdd(*arguments)
    second, third = grokdd(*arguments), grokdd(*arguments)
    assert (first.code, second.code, third.code) == (130, 0, 0)
    assert "going on from step 31\n" in second.out
    assert "going on" not in first.out + third.out


def test_train_as_json_and_again_with_the_same_folder(grokdd, tmp_path):
    arguments = (*TINY_OPTIONS, "--out", tmp_path / "run", "--json")
    first, second = grokdd(*arguments), grokdd(*arguments)
    got = json.loads(first.out)
    assert got["finished"] is True
    assert got["step"] == 60
    assert 0 <= got["test_accuracy"] <= got["train_accuracy"] <= 1
    assert second.out == first.out


def test_train_without_a_folder_names_one_after_the_configuration(grokdd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders = [json.loads(grokdd(*TINY_OPTIONS, "--json", *more).out)["run"] for more in ((), (), ("--seed", "1"))]
    assert folders[0] == folders[1] != folders[2]
    assert folders[0].startswith("runs/seed-0-")


def test_train_public_has_the_habits_of_the_public_code():
    got = configuration(True, 3, {"steps": 10})
    assert got == experiments.public_division(3, steps=10)
    assert got.to_json()["network"]["leading_eos"]
    assert configuration(False, 3, {}) == experiments.division_mod_97(3)


def test_every_option_of_train_is_a_setting_of_its_own_part():
    given = {"operation": "x+y", "modulus": 7, "heads": 2, "weight_decay": 0.5, "batch_size": 8}
    got = configuration(False, 0, given).to_json()
    assert (got["task"]["operation"], got["task"]["modulus"]) == ("x+y", 7)
    assert (got["network"]["heads"], got["optimizer"]["weight_decay"], got["batch_size"]) == (2, 0.5, 8)


def test_train_learns_another_operation(grokdd, tmp_path):
    got = grokdd(*TINY_OPTIONS, "--operation", "x+y", "--steps", "2", "--out", tmp_path / "run")
    assert got.code == 0
    assert got.out.startswith("x+y mod 11: 121 examples, ")


@pytest.fixture(scope="module")
def fitted(tiny_run):
    """What `grokdd fit` answers as JSON and for a reader."""
    return [printed_by("fit", str(tiny_run.path), "--starts", "1", *more) for more in (("--json",), ())]


def printed_by(*arguments):
    """Return the exit code of a command and what it printed, where fixtures of one test are out of reach."""
    out = io.StringIO()
    with redirect_stdout(out):
        code = main(arguments)
    return code, out.getvalue()


def test_fit_as_json_and_for_a_reader(fitted):
    (_, answer), (_, told) = fitted
    got = json.loads(answer)
    assert got["chance"] == pytest.approx(1 / 11)
    assert got["best"]["rmse_train"] <= 1
    assert PatternModel.from_toml(got["best"]["model"]).n == 3
    assert {one["time"] for one in got["fits"]} == {"log", "linear"}
    assert got["conclusion"]
    assert got["conclusion"] in told
    assert "best: " in told
    assert told.startswith("fitting 3 patterns to ")


def test_fit_numbers_its_patterns_and_lists_the_earliest_first(fitted):
    (_, answer), (_, told) = fitted
    patterns = json.loads(answer)["best"]["patterns"]
    assert [pattern["name"] for pattern in patterns] == ["pattern 0", "pattern 1", "pattern 2"]
    earliest_first = sorted(patterns, key=lambda pattern: pattern["b"])
    assert re.findall(r"^  (pattern \d): gamma", told, re.MULTILINE) == [pattern["name"] for pattern in earliest_first]
    for role in ("heuristic", "overfitting", "slow"):
        assert role not in told + answer


def test_fit_is_done_whatever_its_verdict(fitted):
    (code, answer), _ = fitted
    assert json.loads(answer)["describes"] is not True
    assert code == 0
