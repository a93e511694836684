"""Curves are read-only arrays of one length."""

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

from grokdd.analytic import Curves, InputError

VALID: dict[str, Any] = {"t": [0, 1, 2], "train": [0.1, 0.5, 1.0], "test": [0.0, 0.2, 0.3]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": [0.1, 0.2]}, "train must be of shape (3,), one value per t, got shape (2,)"),
        ({"test": [[0.1, 0.2, 0.3]]}, "test must be of shape (3,), one value per t, got shape (1, 3)"),
        ({"t": 3.0}, "t must be one-dimensional, got shape ()"),
        ({"t": [0, 1, np.nan]}, "t must not hold NaN, got one at index 2"),
        ({"test": [0, np.nan, 1]}, "test must not hold NaN, got one at index 1"),
        ({"test": ["a", "b", "c"]}, "test must be an array of numbers, got ['a', 'b', 'c']: an array of str"),
        ({"patterns": [0.1, 0.2, 0.3]}, "patterns must be of shape (3, n), got (3,)"),
        ({"patterns": [[0.1], [np.nan], [0.2]]}, "patterns must not hold NaN, got at least one"),
        ({"train_error": [0.1]}, "train_error must be of shape (3,), one value per t, got shape (1,)"),
        ({"parts": {"zero": [1.0]}}, "parts['zero'] must be of shape (3,), one value per t, got shape (1,)"),
        ({"parts": [1]}, "parts must be a mapping from the names of parts, got [1]"),
        ({"part_sizes": [1]}, "part_sizes must be a mapping from the names of parts, got [1]"),
        ({"train_size": 0}, "train_size must be a whole number, at least 1, got 0"),
        ({"test_size": 2.5}, "test_size must be a whole number, at least 1, got 2.5"),
        ({"test_size": True}, "test_size must be a whole number, at least 1, got True"),
        (
            {"parts": {"zero": [0, 0, 1]}, "part_sizes": {"zero": 0}},
            "part_sizes['zero'] must be a whole number, at least 1, got 0",
        ),
        ({"part_sizes": {"zero": 5}}, "part_sizes must be those of parts, got one of 'zero', which is no part"),
    ],
)
def test_curves_are_refused_with_one_line(change: dict[str, Any], message: str):
    with pytest.raises(InputError) as error:
        Curves(**VALID | change)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_train_error_is_the_complement_unless_it_is_known_better():
    assert Curves(**VALID).train_error.tolist() == [0.9, 0.5, 0.0]
    known = [0.9, 0.5, 1e-30]
    assert Curves(**VALID, train_error=known).train_error.tolist() == known


def test_times_may_be_infinite_and_in_any_order():
    got = Curves(t=[np.inf, 0, -np.inf], train=[1, 0.5, 0], test=[1, 0.5, 0])
    assert got.t.tolist() == [np.inf, 0, -np.inf]


def test_every_array_is_a_read_only_copy():
    given: dict[str, Any] = {key: np.array(values, dtype=float) for key, values in VALID.items()}
    got = Curves(**given, patterns=np.ones((3, 2)), parts={"zero": np.ones(3)})
    given["test"][0] = 7
    assert got.test[0] == 0
    assert got.patterns is not None
    assert got.patterns.shape == (3, 2)
    for array in (got.t, got.train, got.test, got.train_error, got.patterns, got.parts["zero"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True
    with pytest.raises(TypeError):
        got.parts["zero"] = np.ones(3)  # pyright: ignore[reportIndexIssue]
    with pytest.raises(TypeError):
        got.part_sizes["zero"] = 3  # pyright: ignore[reportIndexIssue]
    with pytest.raises(FrozenInstanceError):
        got.t = got.train  # pyright: ignore[reportAttributeAccessIssue]


def test_no_times_at_all_are_curves_too():
    assert Curves([], [], []).t.shape == (0,)
