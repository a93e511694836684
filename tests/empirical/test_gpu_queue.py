"""The GPU queue lists its pieces, runs the next within its time, and goes on where it stopped."""

from dataclasses import replace

import pytest
import torch

from grokdd.empirical import Run, gpu_queue
from grokdd.empirical.gpu_queue import Piece, main, pieces


@pytest.fixture
def tiny_queue(monkeypatch, tiny):
    monkeypatch.setattr(
        gpu_queue, "pieces", lambda: [Piece(f"piece-{seed}", "does it run?", tiny(seed=seed)) for seed in range(2)]
    )


def test_the_queue_is_the_public_setting_at_full_length():
    assert [piece.configuration.weight_decay for piece in pieces()] == [1e-5, 0.0] * 3
    for piece in pieces():
        assert piece.configuration.steps == 400_000
        assert all(vars(piece.configuration.quirks).values())
    assert len({piece.name for piece in pieces()}) == len(pieces())


def test_list_names_every_piece(capsys, tmp_path):
    assert main(["--list", "--out", str(tmp_path)]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [piece.name for piece in pieces()]


@pytest.mark.usefixtures("tiny_queue")
def test_next_finishes_pieces_and_does_not_repeat_them(capsys, tmp_path):
    assert main(["--next", "--minutes", "1", "--out", str(tmp_path), "--device", "cpu"]) == 0
    assert "finished: 2" in capsys.readouterr().out
    assert Run.load(tmp_path / "piece-1").finished
    assert main(["--next", "--out", str(tmp_path), "--device", "cpu"]) == 0
    assert "finished: 0" in capsys.readouterr().out


def test_a_piece_that_does_not_end_in_time_is_resumed(tmp_path, monkeypatch, tiny):
    long = Piece("long", "how long?", replace(tiny(), steps=10_000_000))
    monkeypatch.setattr(gpu_queue, "pieces", lambda: [long])
    for _ in range(2):
        assert main(["--next", "--minutes", "0.01", "--out", str(tmp_path), "--device", "cpu"]) == 0
    assert not Run.load(tmp_path / "long").finished
    assert len(list((tmp_path / "long" / "checkpoints").iterdir())) == 2


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_without_a_cuda_device_it_says_so(capsys, tmp_path):
    assert main(["--next", "--out", str(tmp_path)]) == 4
    assert capsys.readouterr().err.splitlines() == [
        "gpu_queue: device 'cuda' must exist, but PyTorch finds 0 CUDA devices: use cpu"
    ]


def test_no_time_is_refused(capsys, tmp_path):
    assert main(["--next", "--minutes", "0", "--out", str(tmp_path)]) == 2
    assert "--minutes must be above 0" in capsys.readouterr().err
