"""`grokdd atlas`: a plane counted, drawn and kept; exact boundaries over it; what is wrong is said in one line."""

import io
import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from grokdd.analytic import Mean, PatternModel, classify, presets
from grokdd.atlas_figure import LOOKS, atlas_figure
from grokdd.atlas_run import preset_places
from grokdd.counting_progress import counted_lines
from grokdd.figures import save
from grokdd.plane_boundaries import ExactPoint, exact_boundaries, joined
from grokdd.simulate import Atlas, atlas

PLANE = ("--x", "gamma_0", "0", "1", "--y", "gamma_2", "0", "1")
DOUBLE_DESCENT = presets.double_descent()


@pytest.fixture(scope="module")
def small():
    x = np.linspace(0, 1, 21)
    return atlas(DOUBLE_DESCENT, {"gamma_0": x, "gamma_2": x}, threads=1)


# --- the command


def test_a_plane_is_counted_drawn_and_kept(grokdd, tmp_path):
    command = ("atlas", "double_descent", *PLANE, "--points", "30", "--no-boundaries", "--out", tmp_path / "a")
    got = grokdd(*command)
    assert got.code == 0
    assert "30 x 30 models, gamma_0 from 0 to 1, gamma_2 from 0 to 1" in got.out
    kept = Atlas.load(tmp_path / "a")
    for name, count in kept.counts().items():
        assert f"{name:<24}{count:>10}" in got.out
    assert f"{'undecided':<24}{0:>10}" in got.out
    figure = (tmp_path / "a" / "atlas.svg").read_bytes()
    ElementTree.fromstring(figure)
    assert (tmp_path / "a" / "atlas.png").read_bytes()[:4] == b"\x89PNG"
    assert grokdd(*command).out == got.out  # it reads what is there, and draws the same
    assert (tmp_path / "a" / "atlas.svg").read_bytes() == figure


def test_boundaries_are_proved_and_written(grokdd, tmp_path):
    got = grokdd("atlas", "double_descent", *PLANE, "--points", "5", "--out", tmp_path, "--json")
    answer = json.loads(got.out)
    assert answer["kinds"] == Atlas.load(tmp_path).counts()
    assert answer["undecided"] == 0
    assert answer["axes"]["gamma_2"] == {"from": 0.0, "to": 1.0, "points": 5}
    assert answer["boundaries"] == json.loads((tmp_path / "boundaries.json").read_text())
    assert len(answer["boundaries"]) > 5


def test_quiet_says_nothing(grokdd, tmp_path):
    got = grokdd("atlas", "grokking", *PLANE, "--points", "2", "--no-boundaries", "--out", tmp_path, "--quiet")
    assert (got.code, got.out, got.err) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--x", "gamma_9", "0", "1", "--y", "gamma_2", "0", "1"), "--x must be of a pattern from 0 to 2"),
        (("--x", "gamma_0", "0", "1", "--y", "gamma_0", "0", "1"), "--x and --y must be two parameters"),
        (("--x", "gamma_0", "1", "0", "--y", "gamma_2", "0", "1"), "--x must run from a finite number to a larger one"),
        (("--x", "gamma_0", "0", "2", "--y", "gamma_2", "0", "1"), "gamma must lie in [0, 1], got 2"),
        (("--x", "gamma_0", "0", "1", "--y", "gamma_2", "0", "inf"), "--y must run from a finite number"),
        ((*PLANE, "--points", "1"), "--points must lie in 2..10000, got 1"),
        (("--x", "gamma_0", "0", "1"), "--y"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(grokdd, tmp_path, arguments, said):
    got = grokdd("atlas", "double_descent", *arguments, "--out", tmp_path / "a")
    assert (got.code, got.out) == (2, "")
    assert said in got.err
    assert len(got.err.splitlines()) == 1
    assert not (tmp_path / "a").exists()


def test_a_folder_of_another_plane_is_refused(grokdd, tmp_path):
    command = ("atlas", "double_descent", *PLANE, "--no-boundaries", "--out", tmp_path, "--points")
    assert grokdd(*command, "2").code == 0
    got = grokdd(*command, "3")
    assert got.code == 2
    assert "choose another folder" in got.err


# --- exact boundaries


def test_exact_points_have_other_kinds_on_both_sides(small):
    heard = []
    points = exact_boundaries(small, lambda *at: heard.append(at), lines=5)
    assert heard == [(k + 1, len(heard)) for k in range(len(heard))]
    assert len(heard) - 2 <= len(points)  # two changes are beside (0, 0.1), where floats cannot tell
    assert len(points) > 7
    for point in points:
        beside = set()
        for move in ((-1e-5, 0), (1e-5, 0), (0, -1e-5), (0, 1e-5)):  # one of the two directions crosses the boundary
            at = np.clip([point.x + move[0], point.y + move[1]], 0, 1)
            one = atlas(DOUBLE_DESCENT, {"gamma_0": at[:1], "gamma_2": at[1:]}, threads=1)
            beside.add(classify(one.model_at(0, 0)).kind)
        assert set(point.kinds) <= beside


def test_points_of_one_boundary_become_one_curve(small):
    kinds = ("overfitting", "double descent")
    near = [ExactPoint(x / 20, 0.1 + x / 400, kinds) for x in range(21)]
    far = ExactPoint(0.5, 0.9, kinds)
    curves = joined([*near[::-1], far], small)
    assert sorted(len(curve) for curve in curves) == [1, 21]
    longest = max(curves, key=len)
    assert np.all(np.diff(longest[:, 0]) > 0)


# --- the figure


def texts(found, *rest):
    figure = atlas_figure(found, *rest)
    legend = figure.axes[0].get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_the_legend_names_every_kind_and_mark(small):
    doubts = small.doubts.copy()
    doubts[3, 4] = 64
    got = texts(replace(small, doubts=doubts), [ExactPoint(0.5, 0.5, ("constant", "decline"))], preset_places(small))
    for name in small.counts():
        assert any(name in label for label in got)
    share = np.count_nonzero(doubts) / doubts.size
    assert {"exact boundary", f"undecided, {share:.2%}", "double descent", "grokking"} <= set(got)
    certain = replace(small, doubts=np.zeros_like(doubts))
    assert not [label for label in texts(certain) if "undecided" in label or "exact" in label]


def test_every_kind_has_a_look_of_its_own(small):
    assert set(LOOKS) == set(small.names)
    assert len({color for color, _ in LOOKS.values()}) == len(LOOKS)


def test_a_thin_grid_is_drawn(tmp_path):
    found = atlas(DOUBLE_DESCENT, {"gamma_0": [0.5], "gamma_2": [0.0, 0.5]}, threads=1)
    save(atlas_figure(found), tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 1000


def test_presets_are_marked_where_they_lie_in_the_plane(small):
    assert preset_places(small) == {"double descent": (0.7, 0.2), "grokking": (0.0, 1.0)}
    part = atlas(DOUBLE_DESCENT, {"gamma_0": [0.5, 1.0], "gamma_2": [0.0, 1.0]}, threads=1)
    assert preset_places(part) == {"double descent": (0.7, 0.2)}
    other = atlas(DOUBLE_DESCENT, {"gamma_0": [0.0, 1.0], "b_1": [0.0, 99.0]}, threads=1)
    assert preset_places(other) == {"double descent": (0.7, 50.0)}
    mean = atlas(PatternModel(DOUBLE_DESCENT.patterns, Mean()), dict(small.axes), threads=1)
    assert preset_places(mean) == {}


# --- progress


def test_lines_come_now_and_then_with_the_time_that_is_left():
    now, stream = [0.0], io.StringIO()
    with counted_lines(stream, "models", over=False, clock=lambda: now[0]) as count:
        for done in (10, 20, 30, 40):
            count(done, 100)
            now[0] += 3.0
    assert stream.getvalue() == "30 of 100 models  about 21 s left\n"
