"""A sweep is a file: every combination of its settings is a member, and what cannot be is told apart."""

import pytest

from grokdd.analytic import InputError
from grokdd.empirical import Configuration, experiments
from grokdd.empirical.sweeps import read_sweep, sweep

FILE = """
experiment = "tour"

[settings]
steps = 50
network.width = 16
task = {kind = "binary_operation", operation = "x+y", modulus = 11}
batch_size = 16

[[grid]]
seed = [0, 1]
optimizer.weight_decay = [0.1, 1.0, 2.0]

[[grid]]
seed = [0]
optimizer.weight_decay = [1.0]
network.heads = [4, 3]
"""


def test_members_are_the_combinations_and_shared_ones_come_once(tmp_path):
    (tmp_path / "sweep.toml").write_text(FILE)
    got = read_sweep(tmp_path / "sweep.toml")
    settings = {
        "steps": 50, "network.width": 16, "batch_size": 16,
        "task": {"kind": "binary_operation", "operation": "x+y", "modulus": 11},
    }  # fmt: skip
    expected = [
        experiments.tour().changed(settings | {"seed": seed, "optimizer.weight_decay": decay})
        for seed in (0, 1)
        for decay in (0.1, 1.0, 2.0)
    ]
    assert list(got.configurations.values()) == expected  # four heads, decay 1 and seed 0 are among them
    assert list(got.failures) == ["member-0007"]
    assert "network.heads = 3: width must be a multiple of heads = 3, got 16" in got.failures["member-0007"]


def test_a_part_may_be_an_axis():
    parts = [{"kind": "adamw", "weight_decay": 1.0}, {"kind": "sgd", "momentum": 0.9}]
    got = sweep({"grid": {"optimizer": parts}})
    assert [one.to_json()["optimizer"]["kind"] for one in got.configurations.values()] == ["adamw", "sgd"]


def test_a_file_without_a_grid_has_one_member():
    assert list(sweep({}).configurations.values()) == [Configuration()]


REFUSED = [
    ({"colour": 1}, "a sweep must hold experiment, settings and grid, got 'colour'"),
    ({"experiment": "one_layer"}, "experiment must be one of division_mod_97, .*, got 'one_layer'"),
    ({"experiment": "run"}, "experiment must be one of .*, got 'run'"),
    ({"settings": 3}, "settings must be a table, got 3"),
    ({"settings": {"steps": 0}}, "steps must be a whole number of at least 1, got 0"),
    ({"grid": {"seed": 3}}, "grid.seed must be a list of at least one value, got 3"),
    ({"grid": {"seed": []}}, r"grid.seed must be a list of at least one value, got \[\]"),
    ({"grid": {"seed": [-1]}}, "a sweep must have a member that can be trained, got none: seed = -1: seed must be"),
    ({"grid": {"seed": [0] * 400, "steps": [1] * 400}}, "grid must have at most 10000 members, got 160000"),
]


@pytest.mark.parametrize(("file", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_no_sweep_is_refused_in_one_line(file, message):
    with pytest.raises(InputError, match=message) as refusal:
        sweep(file)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"steps = = 1", "must be TOML"), (b"\xff\xfe", "must be text in UTF-8"), (None, "which does not exist")],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path, content, message):
    path = tmp_path / "sweep.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_sweep(path)
    with pytest.raises(InputError, match="which is a folder"):
        read_sweep(tmp_path)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "sweep.toml"
    path.write_bytes(b"\xef\xbb\xbfsettings.steps = 7")
    assert [one.steps for one in read_sweep(path).configurations.values()] == [7]


def test_settings_and_grid_are_checked_together(tmp_path):
    """Three heads fit no width of the paper, but those of the grid."""
    path = tmp_path / "sweep.toml"
    path.write_text("[settings]\nnetwork.heads = 3\n[grid]\nnetwork.width = [12, 16, 24]")
    found = read_sweep(path)
    assert [one.to_json()["network"]["width"] for one in found.configurations.values()] == [12, 24]
    assert list(found.named.values()) == [{"network.width": 12}, {"network.width": 24}]
    assert list(found.failures) == ["member-0001"]
