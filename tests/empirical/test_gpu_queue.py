"""The GPU queue lists its pieces, does the next ones within its time, repeats none, and hands over small files."""

import json
from pathlib import Path

import pytest
import torch
from pyarrow import parquet
from safetensors.torch import load_file

from grokdd.empirical import gpu_queue, run
from grokdd.empirical.experiments import public_division
from grokdd.empirical.gpu_queue import LARGEST, Command, Throughput, Trainings, collect, do_next, main, pieces
from grokdd.empirical.studies.all_studies import STUDIES
from grokdd.empirical.throughput import PLAIN, Case, measure_cases
from grokdd.empirical.throughput import record as throughput_record

CPU = torch.device("cpu")


@pytest.fixture
def queue(monkeypatch, tmp_path, tiny):
    """Two pieces of two tiny networks each, and a place for results."""
    members = [{f"seed-{seed}": tiny(seed=seed) for seed in (number, number + 2)} for number in range(2)]
    found = [Trainings(f"piece-{number}", "does it run?", 1, own) for number, own in enumerate(members)]
    monkeypatch.setattr(gpu_queue, "pieces", lambda: found)
    monkeypatch.setattr(gpu_queue, "RESULTS", tmp_path / "results")
    return found


def test_the_queue_is_rates_the_public_setting_and_studies():
    names = [piece.name for piece in pieces()]
    assert len(set(names)) == len(names)
    first, second, public, *rest = pieces()
    assert isinstance(first, Throughput)
    assert isinstance(second, Command)
    assert first.minutes + second.minutes < 8  # both in one call
    assert isinstance(public, Trainings)
    own = public_division().to_json()
    for one in public.configurations.values():
        settings = one.to_json()
        assert settings["network"] == own["network"]
        assert (settings["steps"], settings["number_format"]) == (400_000, "float32")
    assert all(0 < piece.minutes <= 8 for piece in rest)


@pytest.mark.parametrize(("name", "size"), gpu_queue.STUDIES_ON_A_CARD)
def test_a_study_is_in_the_queue_and_each_run_of_it_once(name, size):
    study = STUDIES[name][size]
    held = [
        (member, one)
        for piece in pieces()
        if isinstance(piece, Trainings)
        and piece.question == study.question
        and piece.configurations.items() <= study.configurations().items()
        for member, one in piece.configurations.items()
    ]
    assert len(held) == len(dict(held))
    assert dict(held) == study.configurations()


def test_every_size_of_every_study_is_on_record_or_in_the_queue():
    results = Path(__file__).resolve().parents[2] / "results"
    for name, sizes in STUDIES.items():
        for size in sizes:
            assert (results / name / size / "record.json").exists() or (name, size) in gpu_queue.STUDIES_ON_A_CARD


def test_next_finishes_pieces_as_they_would_be_alone_and_does_not_repeat_them(queue, capsys, tmp_path):
    assert main(["--next", "--minutes", "2", "--out", str(tmp_path / "out"), "--device", "cpu"]) == 0
    assert "finished: 2" in capsys.readouterr().out
    rows = parquet.read_table(tmp_path / "out" / "piece-1.parquet").to_pylist()
    expected = run(queue[1].configurations["seed-3"], out=tmp_path / "alone").rows
    got = [{key: row[key] for key in expected[0]} for row in rows if row["member"] == "seed-3"]
    assert got == expected
    record = json.loads((tmp_path / "out" / "piece-1.json").read_text())
    assert record["members"]["seed-3"]["end"] == "steps"
    assert record["environment"]["number_format"] == "float32"
    weights = load_file(tmp_path / "out" / "piece-1.safetensors")
    alone = load_file(tmp_path / "alone" / "weights.safetensors")
    for name, weight in alone.items():
        assert torch.equal(weights[f"seed-3/{name}"], weight.half())
    assert main(["--next", "--out", str(tmp_path / "out"), "--device", "cpu"]) == 0
    assert "finished: 0" in capsys.readouterr().out


def test_collected_pieces_are_done_for_good(queue, capsys, tmp_path):
    assert do_next(tmp_path / "out", 2, CPU, tmp_path / "results") == 2
    assert main(["--collect", str(tmp_path / "out")]) == 0
    assert collect(tmp_path / "out", tmp_path / "results") == ["piece-0", "piece-1"]
    held = {path.name for path in (tmp_path / "results").iterdir()}
    assert held == {f"piece-{number}{suffix}" for number in (0, 1) for suffix in (".json", ".parquet", ".log")}
    assert do_next(tmp_path / "elsewhere", 2, CPU, tmp_path / "results") == 0
    assert {line.split(": ")[1] for line in gpu_queue.listed(tmp_path / "elsewhere", tmp_path / "results")} == {"done"}


def test_a_piece_that_does_not_end_in_time_is_not_finished_and_begins_anew(tmp_path, monkeypatch, tiny):
    long = Trainings("long", "how long?", 1, {"only": tiny(steps=10_000_000)})
    monkeypatch.setattr(gpu_queue, "pieces", lambda: [long])
    for _ in range(2):
        assert do_next(tmp_path, 0.02, CPU, tmp_path / "results") == 0
    assert not gpu_queue.finished(long, tmp_path)
    assert json.loads((tmp_path / "long.json").read_text())["finished"] is False
    assert collect(tmp_path, tmp_path / "results") == []


FOREIGN = ["{", "[]", '{"finished": true}', '{"finished": true, "members": {"seed-0": {}, "seed-2": {}}}']


@pytest.mark.parametrize("content", FOREIGN)
def test_a_foreign_record_does_not_stand_for_a_piece(queue, tmp_path, content):
    (tmp_path / "piece-0.json").write_text(content)
    assert not gpu_queue.finished(queue[0], tmp_path)


def test_weights_that_do_not_fit_are_left_out_and_the_record_says_so(queue, tmp_path, monkeypatch):
    size = 2 * sum(w.numel() for w in load_weights(queue, tmp_path).values())
    monkeypatch.setattr(gpu_queue, "LARGEST", 10**6 + size + 1)
    do_next(tmp_path / "out", 2, CPU, tmp_path / "results")
    record = json.loads((tmp_path / "out" / "piece-0.json").read_text())
    assert [member["weights_kept"] for member in record["members"].values()] == [True, False]


def load_weights(queue, tmp_path):
    run(queue[0].configurations["seed-0"], out=tmp_path / "sized")
    return load_file(tmp_path / "sized" / "weights.safetensors")


def test_a_file_that_is_too_large_is_not_collected(queue, tmp_path, monkeypatch):
    do_next(tmp_path / "out", 2, CPU, tmp_path / "results")
    monkeypatch.setattr(gpu_queue, "LARGEST", 10)
    with pytest.raises(ValueError, match="must be of at most 10 bytes"):
        collect(tmp_path / "out", tmp_path / "results")
    assert LARGEST <= 16 * 2**20


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Return a function that makes the queue one command, of a module with a text of its own."""

    def only(text):
        (tmp_path / "measurement.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        piece = Command("measured", "how many?", 1, module="measurement")
        monkeypatch.setattr(gpu_queue, "pieces", lambda: [piece])
        monkeypatch.setattr(gpu_queue, "RESULTS", tmp_path / "results")
        return piece

    return only


def test_the_rates_of_the_forms_on_tensors_are_a_piece_that_runs_here(monkeypatch, tmp_path):
    (piece,) = (one for one in pieces() if isinstance(one, Command))
    monkeypatch.setattr(gpu_queue, "pieces", lambda: [piece])
    monkeypatch.chdir(tmp_path)  # the command is found wherever the queue is started
    assert do_next(tmp_path / "out", 2, CPU, tmp_path / "results") == 1
    record = json.loads((tmp_path / "out" / "tensor-forms.json").read_text())
    assert record["question"] == piece.question
    assert record["environment"]["versions"]["torch"]
    assert {row["patterns"] for row in record["curves"]} == {3, 8, 20, 56, 128}
    assert "matrix products, float64" in (tmp_path / "out" / "tensor-forms.log").read_text()
    assert gpu_queue.finished(piece, tmp_path / "out")


def test_a_command_that_does_not_end_in_time_is_stopped_and_begins_anew(command, tmp_path):
    piece = command("import time; print('on the way', flush=True); time.sleep(20)")
    assert do_next(tmp_path / "out", 0.05, CPU) == 0
    assert not gpu_queue.finished(piece, tmp_path / "out")
    log = (tmp_path / "out" / "measured.log").read_text()
    assert "on the way\nthe time was up" in log


def test_a_command_that_fails_is_the_machine_s_fault_and_its_words_are_kept(command, capsys, tmp_path):
    command("import sys; sys.exit('no such card')")
    assert main(["--next", "--out", str(tmp_path / "out"), "--device", "cpu"]) == 4
    assert capsys.readouterr().err.splitlines() == [
        "gpu_queue: -m measurement must end well, got exit code 1; its last lines say why"
    ]
    assert "no such card" in (tmp_path / "out" / "measured.log").read_text()


def test_throughput_has_a_row_a_case_and_counts_its_work():
    cases = [Case(PLAIN, 128, 1, "float32"), Case("ensemble", 128, 2, "float32")]
    rows = measure_cases(cases, CPU, steps=2, rounds=1, say=lambda line: None)
    assert [row["members"] for row in rows] == [1, 2]
    assert all(row["model_steps_per_second"] > 0 for row in rows)
    # Plain: 512 examples of 6 symbols through two blocks of 12 D^2 weights and 2000 rows of D, twice as many
    # operations, and backward twice the work of forward; attention's share is small, the first layer's gradient
    # with respect to its input is the embedding's.
    products = 512 * 6 * (2 * 12 * 128**2 + 2000 * 128)
    assert rows[0]["flop_per_model_step"] == pytest.approx(3 * 2 * products, rel=0.02)
    assert rows[1]["flop_per_model_step"] < rows[0]["flop_per_model_step"] / 5
    shown = throughput_record(CPU, rows)
    assert all(0 < row["share_of_matrix_rate"] < 1.5 for row in shown["rows"])


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_without_a_cuda_device_it_says_so(capsys, tmp_path):
    assert main(["--next", "--out", str(tmp_path)]) == 4
    assert capsys.readouterr().err.splitlines() == [
        "gpu_queue: device 'cuda' must exist, but PyTorch finds 0 CUDA devices: use cpu"
    ]


def test_bad_input_is_one_line_and_its_exit_code(queue, capsys, tmp_path):
    (tmp_path / "file").touch()
    for arguments, code, message in [
        (["--next", "--minutes", "0"], 2, "--minutes must be above 0"),
        (["--collect", str(tmp_path / "none")], 2, "--collect must name a folder"),
        (["--next", "--device", "cpu", "--out", str(tmp_path / "file" / "x")], 4, "Not a directory"),
    ]:
        assert main(arguments) == code
        (line,) = capsys.readouterr().err.splitlines()
        assert message in line
