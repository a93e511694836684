"""Fourier progress of a run, against the measures applied to its weights by hand, and against what they must be."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from grokdd.analytic import InputError
from grokdd.empirical import Configuration, run
from grokdd.empirical.fourier_progress import final_keys, fourier_progress


@pytest.fixture(scope="module")
def addition(tmp_path_factory):
    """A run on addition mod 11 with snapshots."""
    settings = {
        "task.operation": "x+y",
        "task.modulus": 11,
        "network.width": 16,
        "batch_size": 16,
        "steps": 300,
        "optimizer.learning_rate": 1e-2,
        "number_format": "float32",
        "snapshot_ratio": 3.0,
    }
    return run(Configuration().changed(settings), out=tmp_path_factory.mktemp("addition") / "run")


def logits_of_pairs(done, step):
    weights = load_file(done.path / "snapshots" / f"step-{step:09d}.safetensors")
    data = done.config.data
    wide = {name: weight.double().unsqueeze(0) for name, weight in weights.items()}
    with torch.no_grad():
        return done.config.network.logits(wide, torch.from_numpy(data.inputs).unsqueeze(0), data.shape)[0].numpy()


def mean_loss(logits, labels):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return float(np.mean(np.log(np.exp(shifted).sum(-1)) - shifted[np.arange(len(labels)), labels]))


def test_losses_are_those_of_either_side(addition):
    data = addition.config.data
    for row in fourier_progress(addition):
        logits = logits_of_pairs(addition, row["step"])
        for side, pairs in (("train", data.train), ("test", data.test)):
            assert row[f"{side}_loss"] == pytest.approx(mean_loss(logits[pairs], data.answers[pairs]), rel=1e-12)


def test_excluded_loss_is_that_of_the_train_pairs_without_the_keys(addition):
    """By hand: of the two-dimensional transform in a and b, for each class, what stands at (k, k) and (-k, -k)."""
    data, p = addition.config.data, 11
    row = fourier_progress(addition)[-1]
    table = np.empty((p, p, p))
    table[data.inputs[:, 0], data.inputs[:, 1]] = logits_of_pairs(addition, row["step"])[:, :p]
    spectrum = np.fft.fft2(table, axes=(0, 1))
    for k in final_keys(addition):
        spectrum[k, k] = spectrum[-k, -k] = 0
    without = np.fft.ifft2(spectrum, axes=(0, 1)).real
    a, b = data.inputs[data.train].T
    assert row["excluded_loss"] == pytest.approx(mean_loss(without[a, b], data.answers[data.train]), rel=1e-9)
    a, b = data.inputs[data.test].T
    assert row["excluded_loss"] != pytest.approx(mean_loss(without[a, b], data.answers[data.test]), rel=1e-3)


def test_keys_are_those_of_the_last_snapshot(addition):
    last = fourier_progress(addition)[-1]
    assert last["step"] == 300
    assert last["keys"] == len(final_keys(addition)) > 0
    assert sum(final_keys(addition).values()) == pytest.approx(last["key_power"], rel=1e-12)


def test_a_run_without_snapshots_is_refused(tmp_path, tiny):
    done = run(tiny(), out=tmp_path / "run")
    for function in (fourier_progress, final_keys):
        with pytest.raises(InputError, match=r"a run must have kept snapshots, got .* without: set snapshot_ratio"):
            function(done)
