"""Tasks in a file: each goes there and back, and one from outside the repository takes part as our own do."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical import kinds
from grokdd.empirical.kinds import from_settings, kind, to_settings
from grokdd.empirical.tasks import BinaryOperation, Examples, Permutations, SparseParity, Split, Task, divide

TASKS = [
    (BinaryOperation(operation="x+y", modulus=12), {"kind": "binary_operation", "operation": "x+y", "modulus": 12}),
    (Permutations(operation="x.y.x", letters=4), {"kind": "permutations", "operation": "x.y.x", "letters": 4}),
    (
        SparseParity(bits=20, relevant=2, train=30, test=10, data_seed=5),
        {"kind": "sparse_parity", "bits": 20, "relevant": 2, "train": 30, "test": 10, "data_seed": 5},
    ),
]


@pytest.fixture
def own_kinds(monkeypatch):
    """Let a test make kinds known that are forgotten after it."""
    monkeypatch.setattr(kinds, "KNOWN", {role: dict(known) for role, known in kinds.KNOWN.items()})


def make_outsider():
    """Make a task as somebody else's module would: the last of two operands is the answer."""

    @kind("task", "echo")
    @dataclass(frozen=True, kw_only=True)
    class Echo:
        size: int = 5

        def examples(self):
            x, y = np.divmod(np.arange(self.size**2), self.size)
            return Examples(
                np.stack([x, y], axis=1), y, symbols=self.size, classes=self.size, parts={"even": x % 2 == 0}
            )

    return Echo


@pytest.mark.parametrize(("task", "expected"), TASKS, ids=[settings["kind"] for _, settings in TASKS])
def test_a_task_goes_to_json_and_back(task, expected):
    got = json.loads(json.dumps(to_settings("task", task)))
    assert got == expected
    assert from_settings("task", got) == task


@pytest.mark.parametrize("task", [task for task, _ in TASKS], ids=lambda task: type(task).__name__)
def test_every_task_keeps_its_protocol(task):
    assert isinstance(task, Task)
    first, second = task.examples(), task.examples()
    assert np.array_equal(first.inputs, second.inputs)
    assert np.array_equal(first.answers, second.answers)


def test_a_split_goes_to_json_and_back():
    split = Split(train_fraction=0.3, seed=4, symmetric=True, leave_out="equal", label_noise=0.25, label_seed=9)
    assert kinds.build(Split, json.loads(json.dumps(vars(split)))) == split


def test_settings_that_are_left_out_stand_at_their_defaults():
    assert from_settings("task", {"kind": "binary_operation"}) == BinaryOperation(operation="x/y", modulus=97)


@pytest.mark.parametrize("name", ["parity", None, 3])
def test_an_unknown_kind_is_refused(name):
    with pytest.raises(
        InputError, match=f"the kind of a task must be one of binary_operation, .*, got {name!r}: import"
    ):
        from_settings("task", {"kind": name})


def test_an_unknown_setting_is_refused():
    with pytest.raises(InputError, match="BinaryOperation must be given settings among modulus, operation, got 'p'"):
        from_settings("task", {"kind": "binary_operation", "p": 97})


def test_a_setting_out_of_range_is_refused_from_a_file_too():
    with pytest.raises(InputError, match="modulus must be prime"):
        from_settings("task", {"kind": "binary_operation", "modulus": 91})


@pytest.mark.usefixtures("own_kinds")
def test_a_task_from_outside_takes_part():
    outsider = make_outsider()
    assert to_settings("task", outsider(size=3)) == {"kind": "echo", "size": 3}
    task = from_settings("task", {"kind": "echo", "size": 4})
    assert task == outsider(size=4)
    assert isinstance(task, Task)
    data = divide(task.examples(), Split(train_fraction=0.75, leave_out="even"))
    assert len(data.test) == 4
    assert (data.inputs[data.train, 0] % 2 == 1).all()
    assert np.array_equal(data.labels, data.inputs[:, 1])


@pytest.mark.usefixtures("own_kinds")
def test_the_name_of_a_kind_cannot_be_taken_twice():
    make_outsider()
    with pytest.raises(InputError, match=r"the name of a task must be free, got 'echo', which .*Echo bears"):
        kind("task", "echo")(BinaryOperation)


def test_a_task_that_was_not_made_known_is_refused():
    with pytest.raises(InputError, match=r"task must be one of binary_operation, .*, or made known by kinds\.kind"):
        to_settings("task", Split())
