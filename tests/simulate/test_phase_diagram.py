"""Atlases: kinds on grids, in agreement with the certified ones; resumed, saved, and refused in one line."""

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from grokdd.analytic import (
    InputError,
    KindThresholds,
    MachineError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    SoftPreference,
    Table,
    classify,
    kind_boundaries,
    presets,
)
from grokdd.simulate import Atlas, atlas, memory
from grokdd.simulate.atlas_question import CHUNK

ROOT = Path(__file__).resolve().parents[2]
DOUBLE_DESCENT, GROKKING = presets.double_descent(), presets.grokking()
SOFT = PatternModel(DOUBLE_DESCENT.patterns, SoftPreference([1, 2, 50]))
TABLE = PatternModel(DOUBLE_DESCENT.patterns, Table([0, 1, 0, 0.5, 1, 1, 1, 1]))


def proved(model: PatternModel, limits: KindThresholds | None = None):
    found = classify(model, limits)
    return found.kind if found.verdict == "proved" else None


def agrees(found: Atlas, places) -> int:
    """Hold an atlas against certified kinds at some places; return at how many both decide."""
    both = 0
    for place in places:
        place = tuple(map(int, place))
        got, expected = found.kind(*place), proved(found.model_at(*place), found.thresholds)
        assert got is None or expected is None or got == expected, (place, got, expected)
        both += got is not None and expected is not None
    return both


# --- kinds


@pytest.mark.parametrize(
    ("model", "axes"),
    [
        (DOUBLE_DESCENT, {"gamma_0": (0, 1), "gamma_2": (0, 1)}),
        (DOUBLE_DESCENT, {"alpha_2": (0, 0.3), "b_2": (0, 300)}),
        (DOUBLE_DESCENT, {"gamma_1": (0, 1), "g_1": (0, 1)}),
        (GROKKING, {"chance": (0, 1), "chance_train": (0, 1)}),
        (GROKKING, {"b_1": (0, 300), "gamma_2": (0.9, 1)}),
        (PatternModel(DOUBLE_DESCENT.patterns, Mean()), {"alpha_0": (0, 1), "g_2": (0, 1)}),
        (SOFT, {"weight_2": (0.1, 100), "gamma_0": (0, 1)}),
        (TABLE, {"gamma_0": (0, 1), "b_1": (0, 100)}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_plane_has_the_certified_kinds(model, axes):
    found = atlas(model, {name: np.linspace(low, high, 7) for name, (low, high) in axes.items()}, threads=2)
    assert found.shape == (7, 7)
    assert agrees(found, np.ndindex(7, 7)) > 40
    assert len(set(found.kinds.flat)) > 1


def test_beside_every_change_of_the_fine_plane_the_kinds_are_the_certified_ones():
    x = np.linspace(0, 1, 1000)
    found = atlas(DOUBLE_DESCENT, {"gamma_0": x, "gamma_2": x}, threads=2)
    across = np.argwhere(found.kinds[1:] != found.kinds[:-1])
    along = np.argwhere(found.kinds[:, 1:] != found.kinds[:, :-1])
    rng = np.random.default_rng(0)
    ahead = np.array([1, 0])
    some = [rng.permutation(across)[:25], rng.permutation(across)[:25] + ahead, rng.permutation(along)[:25]]
    assert agrees(found, np.concatenate(some)) == 75
    assert not found.undecided.any()
    assert sum(found.counts().values()) == 10**6


def test_an_atlas_tells_both_sides_of_the_certified_boundaries():
    bounds = kind_boundaries(DOUBLE_DESCENT, "gamma_0", [0.0, 0.01, 0.3, 1.0], "gamma_2", [k / 8 for k in range(9)])
    assert len(bounds.points) > 5
    for point in bounds.points:
        low, high = (float(y) for y in point.y_between)
        found = atlas(DOUBLE_DESCENT, {"gamma_0": [point.x], "gamma_2": [low, high]}, threads=1)
        assert (found.kind(0, 0), found.kind(0, 1)) == point.kinds


def test_other_thresholds_give_other_kinds():
    axes = {"gamma_2": np.linspace(0, 1, 9)}
    limits = KindThresholds(prominence=0.2, tau=0.4, delta=0.3, eps=0.2, ratio=1)
    found = atlas(DOUBLE_DESCENT, axes, limits, threads=1)
    assert agrees(found, np.ndindex(9)) == 9
    assert found.counts() != atlas(DOUBLE_DESCENT, axes, threads=1).counts()


def test_three_parameters_run_as_one_to_one():
    axes = {"g_1": [0.0, 0.5], "alpha_0": [0.0, 0.1, 1.0], "gamma_2": [0.0, 0.3, 0.9, 1.0]}
    found = atlas(DOUBLE_DESCENT, axes, threads=1)
    assert found.shape == (2, 3, 4)
    assert agrees(found, np.ndindex(2, 3, 4)) == 24
    for place in np.ndindex(2, 3, 4):
        chosen = {name: [values[i]] for (name, values), i in zip(axes.items(), place, strict=True)}
        assert atlas(DOUBLE_DESCENT, chosen, threads=1).kinds.item() == found.kinds[place]


def test_a_model_without_patterns_is_constant():
    found = atlas(PatternModel([], chance=0.5), {"chance": [0.25, 0.5]})
    assert [found.kind(0), found.kind(1)] == ["constant", "constant"]


def test_models_are_those_of_the_axes_to_the_last_bit():
    found = atlas(SOFT, {"gamma_0": [0.1], "chance": [0.3], "weight_1": [0.7]}, threads=1)
    model = found.model_at(0, 0, 0)
    assert (model.patterns[0].gamma, model.chance) == (Fraction(0.1), Fraction(0.3))
    assert model.rule == SoftPreference([1, Fraction(0.7), 50])
    assert model.patterns[1:] == SOFT.patterns[1:]


# --- chunks


AXES = {"gamma_0": np.linspace(0, 1, 300), "gamma_2": np.linspace(0, 1, 500)}
"""Three chunks."""


def test_the_number_of_threads_changes_nothing():
    one, two = (atlas(DOUBLE_DESCENT, AXES, threads=threads) for threads in (1, 3))
    assert np.array_equal(one.kinds, two.kinds)
    assert np.array_equal(one.doubts, two.doubts)


def test_what_is_kept_is_read_and_the_rest_computed(tmp_path):
    heard = []
    whole = atlas(DOUBLE_DESCENT, AXES, out=tmp_path / "a", progress=lambda *at: heard.append(at))
    assert [total for _, total in heard] == [150_000] * 3
    assert sorted(done for done, _ in heard)[-1] == 150_000
    first, second, third = sorted((tmp_path / "a" / "chunks").iterdir())
    second.unlink()
    before = first.stat().st_mtime_ns, third.stat().st_mtime_ns
    heard.clear()
    again = atlas(DOUBLE_DESCENT, AXES, out=str(tmp_path / "a"), progress=lambda *at: heard.append(at))
    assert heard == [(150_000 - CHUNK, 150_000), (150_000, 150_000)]
    assert (first.stat().st_mtime_ns, third.stat().st_mtime_ns) == before
    assert np.array_equal(again.kinds, whole.kinds)


def test_an_atlas_is_saved_and_loaded(tmp_path):
    limits = KindThresholds(tau=Fraction(1, 3))
    model = PatternModel([Pattern(gamma=0.5, alpha=1, b=9, g=0.1), *GROKKING.patterns], Preferred(3), Fraction(1, 97))
    found = atlas(model, {"gamma_3": [0.2, 1.0], "b_0": [0.0, 7.0, 300.0]}, limits, threads=1)
    found.save(tmp_path / "kept")
    got = Atlas.load(tmp_path / "kept")
    assert (got.model, got.thresholds, list(got.axes)) == (model, limits, ["gamma_3", "b_0"])
    for one, other in (
        (got.kinds, found.kinds),
        (got.doubts, found.doubts),
        *zip(got.axes.values(), found.axes.values(), strict=True),
    ):
        assert np.array_equal(one, other)
    assert not any("pickle" in str(path) for path in (tmp_path / "kept").rglob("*"))


STOPPED = """
import os, sys, numpy as np
from grokdd.analytic import presets
from grokdd.simulate import atlas
print("ready", flush=True)
x = np.linspace(0, 1, 4000)
atlas(presets.double_descent(), {"gamma_0": x, "gamma_2": x}, out=sys.argv[1], threads=2)
"""


def test_ctrl_c_stops_it_at_once_and_leaves_whole_chunks(tmp_path):
    # start_new_session: tests that run in the background ignore Ctrl-C, and what they start inherits that
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n" + STOPPED
    started = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "a")], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
    )  # fmt: skip
    chunks = tmp_path / "a" / "chunks"
    deadline = time.monotonic() + 120  # kernels may have to be compiled
    while time.monotonic() < deadline and not any(chunks.glob("*.npz")):  # not one half written
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=60)
    assert err.rstrip().endswith("KeyboardInterrupt")
    kept = sorted(chunks.glob("*.npz"))
    assert 0 < len(kept) < 245
    assert not list((tmp_path / "a").rglob("*.partial"))
    with pytest.raises(InputError, match=r"must hold a finished atlas, got one with .* of 245 chunks missing"):
        Atlas.load(tmp_path / "a")
    first = int(kept[0].stem) * 65536  # of this chunk; with two threads, another may have been ready before chunk 0
    row = -(-first // 4000)
    with np.load(kept[0]) as held:
        x = np.linspace(0, 1, 4000)
        got = held["kinds"][row * 4000 - first :][:4000]
        assert np.array_equal(got, atlas(DOUBLE_DESCENT, {"gamma_0": [x[row]], "gamma_2": x}).kinds[0])


# --- refusals


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ({}, "axes must map names of parameters to values, at least one"),
        ([("gamma_0", [1])], "axes must map"),
        ({"gamma_3": [1]}, "axes must be of a pattern from 0 to 2"),
        ({"delta": [1]}, "axes must be a parameter such as 'gamma_0'"),
        ({"gamma_0": [1], "gamma_00": [1]}, "axes must be a parameter such as 'gamma_0'.* got 'gamma_00'"),
        ({"gamma_\u0660": [1]}, "axes must be a parameter such as 'gamma_0'"),
        ({"weight_0": [1]}, "axes must exist in the model, whose rule has no weights"),
        ({"gamma_0": [0.5, 1.5]}, r"axes\['gamma_0'\]: gamma must lie in \[0, 1\], got 1.5"),
        ({"b_0": [-1.0, 2.0]}, r"axes\['b_0'\]: b must be at least 0, got -1"),
        ({"gamma_0": []}, r"axes\['gamma_0'\] must hold at least one value"),
        ({"gamma_0": [0.1, np.nan]}, r"axes\['gamma_0'\] must hold finite numbers, got nan"),
        ({"gamma_0": [[0.1]]}, r"axes\['gamma_0'\] must have 1 axis"),
    ],
)
def test_axes_that_cannot_be_used_are_refused(axes, said):
    with pytest.raises(InputError, match=said):
        atlas(DOUBLE_DESCENT, axes)


@pytest.mark.parametrize(("rule", "n", "most"), [(Mean(), 57, 56), (SoftPreference([1] * 13), 13, 12)])
def test_more_patterns_than_an_atlas_takes_are_refused(rule, n, most):
    model = PatternModel([Pattern(gamma=0.5, alpha=1, b=9, g=1)] * n, rule)
    with pytest.raises(InputError, match=f"the model must have at most {most} patterns.* got {n}"):
        atlas(model, {"gamma_0": [1]})


@pytest.mark.parametrize("threads", [0, True, 1.5])
def test_a_number_of_threads_that_is_none_is_refused(threads):
    with pytest.raises(InputError, match=r"threads must be a whole number in 1\.\.1024"):
        atlas(DOUBLE_DESCENT, {"gamma_0": [1]}, threads=threads)


def test_a_listener_that_is_none_is_refused():
    with pytest.raises(InputError, match="progress must be a function of two numbers, got 3"):
        atlas(DOUBLE_DESCENT, {"gamma_0": [1]}, progress=3)  # pyright: ignore[reportArgumentType]


def test_weights_too_far_apart_are_refused():
    with pytest.raises(InputError, match=r"within a factor of 2\*\*1000"):
        atlas(SOFT, {"weight_0": [1e308]})


def test_memory_is_asked_for_beforehand(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 10**8)
    axes = {"gamma_0": np.linspace(0, 1, 20_000), "gamma_2": np.linspace(0, 1, 20_000)}
    with pytest.raises(MachineError, match="an atlas of 400000000 models takes 800000000 bytes"):
        atlas(DOUBLE_DESCENT, axes)


def test_a_folder_of_another_question_is_refused(tmp_path):
    atlas(DOUBLE_DESCENT, {"gamma_0": [0, 1]}, out=tmp_path)
    for model, axes, limits, what in (
        (GROKKING, {"gamma_0": [0, 1]}, None, "model"),
        (DOUBLE_DESCENT, {"gamma_0": [0, 0.5]}, None, "values"),
        (DOUBLE_DESCENT, {"gamma_2": [0, 1]}, None, "axes and values"),
        (DOUBLE_DESCENT, {"gamma_0": [0, 1]}, KindThresholds(tau=0), "thresholds"),
    ):
        with pytest.raises(InputError, match=f"which has another {what}: choose another folder"):
            atlas(model, axes, limits, out=tmp_path)


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match=r"with letter\.txt in it"):
        atlas(DOUBLE_DESCENT, {"gamma_0": [0, 1]}, out=tmp_path)
    with pytest.raises(InputError, match="out must be a folder, got the file"):
        atlas(DOUBLE_DESCENT, {"gamma_0": [0, 1]}, out=tmp_path / "letter.txt")
    with pytest.raises(InputError, match=r"must be a folder with question\.json"):
        Atlas.load(tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("chunks/000000.npz", b"PK", "000000.npz must hold arrays, got a damaged or foreign file: delete it"),
        ("question.json", b"{", "question.json must say what the atlas is of, got a damaged or foreign file"),
        ("question.json", b'{"format": 9}', "must have format 1, got 9: written by another version of grokdd"),
        ("question.json", b'{"format": 1}', "must hold an atlas, got one whose files are damaged"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, file, content, said):
    atlas(DOUBLE_DESCENT, {"gamma_0": [0, 1]}, out=tmp_path)
    (tmp_path / file).write_bytes(content)
    with pytest.raises(InputError, match=said):
        Atlas.load(tmp_path)
