"""bfloat16 is chosen only where it is faster by more than its rounding is worth."""

import pytest
import torch

from grokdd.empirical import number_format
from grokdd.empirical.number_format import GAIN, faster_format


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [({"float32": 1.0, "bfloat16": 0.5}, "bfloat16"), ({"float32": 1.0, "bfloat16": 1 / GAIN}, "float32"),
     ({"float32": 1.0, "bfloat16": 2.0}, "float32")],
)  # fmt: skip
def test_bfloat16_must_be_faster_by_its_gain(monkeypatch, seconds, expected):
    monkeypatch.setattr(number_format, "_fastest", lambda time_one, name, device: seconds[name])
    assert faster_format(lambda name: None, torch.device("cpu")) == (expected, seconds)


def test_both_formats_are_timed():
    called = []
    faster_format(called.append, torch.device("cpu"))
    assert set(called) == {"float32", "bfloat16"}
