"""The figures of studies: what they draw of invented runs, that a reader can tell what, and that it fits on a page."""

import dataclasses
import zlib
from functools import cache
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from grokdd.empirical.recorded_run import RecordedRun
from grokdd.empirical.studies.all_studies import STUDIES
from grokdd.empirical.studies.carrying_out import Recorded
from grokdd.empirical.studies.generalizing import generalizes_at
from grokdd.empirical.studies.study import named, those
from grokdd.figures import house_style, save
from grokdd.study_figures import FIGURES, study_figure
from grokdd.study_figures.medians import median_of_known
from grokdd.study_figures.parts import few_steps
from grokdd.study_figures.width_maps import over_grid

from .test_figures import hold_labels_apart

STEPS = np.unique(np.concatenate([[0], np.geomspace(1, 2000, 45).round()]))
SIZE = 1000
NEVER = {
    "operations": lambda told: told["operation"] == "x^3+xy^2+y" or (told["fraction"] < 0.5 and told["seed"] == 1),
    "weight_decay": lambda told: told["decay"] > 2 and told["seed"] == 1,
    "accelerators": lambda told: told["accelerator"] == "none" and told["decay"] == 0,
    "numerics": lambda told: told["loss"] == "float64",
    "width": lambda told: told["width"] < 16,
}
"""Which of the invented runs never generalize; in other studies, those of seed 1."""
LABELS = {
    "figure_1": {"training step (log scale)", "accuracy", "accuracy (log scale)", "loss in nats (log scale)"},
    "width": {
        "training step (log scale)", "width (log scale)", "train loss in nats (log scale)", "train accuracy",
        "test loss in nats (log scale)", "test accuracy", "accuracy", "test loss in nats\n(log scale)",
        "last step", "equal compute", "equal train loss", "train accuracy 90 %",
    },
    "zero_dividend": {"training step (log scale)", "correct test answers", "accuracy on all but 0/b", "chance"},
    "operations": {"step of 95 % test accuracy (log scale)", "operation", "x³+xy²+y", "x·y", "never", "50 %"},
    "weight_decay": {"weight decay (log scale)", "step of 95 % test accuracy (log scale)", "never", "slope −1"},
    "progress_measures": {
        "training step (log scale)", "loss in nats (log scale)", "key frequencies", "guessing",
        "share of power at\nthe final frequencies",
    },
    "weight_norm": {"training step (log scale)", "accuracy", "norm of all weights", "initial norm", "chance"},
    "sparse_parity": {"training step (log scale)", "accuracy", "fewest neurons that\nanswer alike (log scale)"},
    "numerics": {"training step (log scale)", "test accuracy", "learning rate 0.001", "StableMax in float32"},
    "accelerators": {"step of 95 % test accuracy (log scale)", "accelerator", "grokfast", "weight decay 2", "never"},
}  # fmt: skip
"""What a reader must find in each figure."""


def logistic(middle, slope=4.0):
    return 1 / (1 + (middle / np.maximum(STEPS, 0.5)) ** slope)


def invented_run(name, told):
    """Return a run with the shape of one that memorizes and then generalizes, or never does."""
    draw = np.random.default_rng(zlib.crc32(named(told).encode()))
    never = NEVER.get(name, lambda told: told["seed"] == 1)(told)
    learned = logistic(told.get("width", 64) ** -1.5 * 30_000 * np.exp(0.1 * draw.standard_normal()))
    known = 0 * learned if never else logistic(800 * np.exp(0.2 * draw.standard_normal()), 8)
    columns = {
        "step": STEPS,
        "train_correct": (SIZE * (0.01 + 0.99 * learned)).round(),
        "test_correct": (SIZE * (0.01 - 0.01 * learned + 0.999 * known)).round(),
        "train_loss": 4.6 * (1 - learned) + 1e-7,
        "test_loss": (4.6 + 5 * learned) * (1 - known) + 1e-5,
        "norm_all": 42 + 18 * learned - 29 * known,
        "test_zero_dividend_correct": 0 * STEPS if told.get("taken_out") else (51 * logistic(25)).round(),
        "test_rest_correct": (10 - 10 * logistic(100)).round(),
    }
    measures = {
        "step": STEPS[::4],
        "neurons": (300 - 290 * known[::4]).round(),
        "keys": (5 * known[::4]).round(),
        "key_power": known[::4],
    }
    measures |= {f"{name}_loss": columns["test_loss"][::4] for name in ("train", "test", "restricted", "excluded")}
    sizes = {"train": SIZE, "test": SIZE, "test_zero_dividend": 51, "test_rest": SIZE - 51}
    return RecordedRun(named(told), dict(told), sizes, columns, measures)


def two_seeds(name):
    return dataclasses.replace(STUDIES[name]["small"], seeds=(0, 1))


def invented(name):
    """Return a study with two seeds and invented runs."""
    study = two_seeds(name)
    return study, Recorded({}, [invented_run(name, told) for told in study.settings().values()])


@cache
def drawn(name) -> Any:
    """Return a study, its runs and its figure; a warning is an error."""
    study, recorded = invented(name)
    return study, recorded, study_figure(study, recorded)


def lines_of(axes, **looks) -> list[Any]:
    return [line for line in axes.lines if all(getattr(line, f"get_{k}")() == v for k, v in looks.items())]


def places(axes, marker):
    """Return the places of all marks of a kind, (M, 2); those of a legend have none."""
    marks = [np.column_stack(line.get_data()) for line in lines_of(axes, marker=marker)]
    return np.concatenate([np.empty((0, 2)), *marks])


def last(line):
    return np.asarray(line.get_ydata())[-1]


def test_every_study_has_a_figure():
    assert set(FIGURES) == set(STUDIES) == set(LABELS)


@pytest.mark.parametrize("name", STUDIES)
def test_labels_say_what_is_drawn_and_none_lies_on_another(monkeypatch, name):
    with house_style():
        assert set(hold_labels_apart(drawn(name)[2], monkeypatch)) >= LABELS[name]


@pytest.mark.parametrize("name", STUDIES)
def test_a_figure_is_17_cm_wide_and_its_letters_are_at_least_8_points_high(name):
    figure = drawn(name)[2]
    assert figure.get_figwidth() * 2.54 == pytest.approx(17, abs=0.01)  # hundredths of an inch
    assert figure.get_figheight() * 2.54 < 24  # a page has more
    assert min(float(text.get_fontsize()) for text in figure.findobj(Text)) >= 8


@pytest.mark.parametrize("name", STUDIES)
def test_runs_that_were_not_trained_are_missing_and_the_rest_is_drawn(name):
    study, recorded, whole = drawn(name)
    figure = study_figure(study, Recorded({}, recorded.runs[1:]))
    assert 0 < points_of(whole) - points_of(figure) <= 8 * len(STEPS)  # of one run, in at most eight curves


def points_of(figure):
    """Return how many points all lines have."""
    return sum(len(line.get_xdata()) for axes in figure.axes for line in axes.lines)


def test_one_seed_needs_no_word_about_others():
    study, recorded = invented("figure_1")
    one, two = (study_figure(study, Recorded({}, runs)) for runs in (recorded.runs[:1], recorded.runs))
    written = [{text.get_text() for text in figure.legends[0].get_texts()} for figure in (one, two)]
    assert written[1] - written[0] == {"other seeds"}


def test_steps_have_few_labels_and_the_last_power_of_ten_is_one():
    axes = Figure().subplots()
    few_steps(axes, np.array([0.0, 400_000.0]), most=4)
    assert list(axes.get_xticks()) == [0, 10, 1000, 100_000]


def test_figure_1_shows_the_first_seed_strong_and_the_others_thin():
    for axes in drawn("figure_1")[2].axes:
        widths = [line.get_linewidth() for line in axes.lines[:4]]
        assert widths[0] == widths[2] > 2 * widths[1] == 2 * widths[3]
    plain, logarithmic, loss = drawn("figure_1")[2].axes
    assert [len(axes.lines) for axes in (plain, logarithmic, loss)] == [5, 5, 4]  # two of each side, and chance
    modulus = drawn("figure_1")[0].modulus
    assert last(plain.lines[-1]) == last(logarithmic.lines[-1]) == 1 / modulus


def test_maps_of_widths_are_medians_over_seeds():
    study, recorded, figure = drawn("width")
    drawings = [axes.collections for axes in figure.axes[:4]]
    assert [list(contour.levels) for _, contour in drawings] == [[0.9]] * 4
    shown = drawings[3][0].get_array()
    assert shown.shape == (len(study.widths), np.count_nonzero(STEPS))
    runs = those(recorded.runs, width=64)
    expected = np.mean([run.accuracy("test")[-1] for run in runs])  # the median of two
    assert shown[study.widths.index(64), -1] == pytest.approx(expected)


def test_beyond_the_end_of_a_run_a_map_is_that_of_the_others():
    long = invented_run("width", {"seed": 0, "width": 64})
    short = dataclasses.replace(long, columns={name: values[:30] for name, values in long.columns.items()})
    steps = STEPS[[20, 38]]
    of_both = over_grid([long, dataclasses.replace(short, settings={"seed": 1, "width": 64})],
                        np.array([64.0]), steps, "loss", "train")  # fmt: skip
    assert of_both[0] == pytest.approx(long.loss("train")[[20, 38]])
    of_short = over_grid([short], np.array([64.0]), steps, "loss", "train")
    assert np.isnan(of_short[0]).tolist() == [False, True]


def test_cuts_through_widths_begin_where_the_train_loss_is_reached():
    study, recorded, figure = drawn("width")
    titled = {axes.get_title(loc="left"): axes for axes in figure.axes}
    ends = lines_of(titled["last step"], marker="None")[0].get_xdata()
    alike = lines_of(titled["equal train loss"], marker="None")[0].get_xdata()
    reached = {run.settings["width"] for run in recorded.runs if study.at_equal_train_loss(run) is not None}
    assert list(ends) == list(study.widths)
    assert set(alike) == reached < set(study.widths)


def test_without_zero_dividends_none_is_right():
    left, right = drawn("zero_dividend")[2].axes[:2]
    (known,), (unknown,) = (lines_of(axes, label="0/b") for axes in (left, right))
    assert (last(known), last(unknown)) == (51, 0)
    assert left.get_title(loc="left") != right.get_title(loc="left")


@pytest.mark.parametrize(("name", "marks"), [("operations", "o"), ("weight_decay", "o"), ("accelerators", "os")])
def test_every_run_is_a_dot_at_its_step_or_a_cross_for_never(name, marks):
    _, recorded, figure = drawn(name)
    (axes,) = figure.axes
    side = 1 if name == "weight_decay" else 0
    steps = [generalizes_at(run) for run in recorded.runs]
    dots = np.concatenate([places(axes, mark) for mark in marks])
    assert sorted(dots[:, side]) == sorted(step for step in steps if step is not None)
    crosses = places(axes, "x")
    assert len(crosses) == steps.count(None) > 0
    assert crosses[:, side].min() > STEPS[-1]
    together = np.concatenate([dots, crosses])
    assert len(np.unique(together, axis=0)) == len(recorded.runs)  # none hides another


def test_the_reference_of_weight_decay_has_slope_minus_1_and_the_median_leaves_out_never():
    study, _, figure = drawn("weight_decay")
    ((reference,), (median,)) = (lines_of(figure.axes[0], label=label) for label in ("slope −1", "median"))
    x, y = np.log(reference.get_data())
    assert np.polyfit(x, y, 1)[0] == pytest.approx(-1)
    assert list(median.get_xdata()) == [decay for decay in study.decays if decay <= 2]


def test_accelerators_stand_beside_the_median_without_any():
    _, recorded, figure = drawn("accelerators")
    (plain,) = lines_of(figure.axes[0], label="median without any, decay 2")
    one, other = (generalizes_at(run) for run in those(recorded.runs, accelerator="none", decay=2.0))
    assert one
    assert other
    assert plain.get_xdata()[0] == (one + other) / 2
    assert not lines_of(figure.axes[0], label="median with none, decay 0")  # of which all never generalize


def test_progress_measures_are_drawn_at_their_own_steps():
    _, recorded, figure = drawn("progress_measures")
    loss, keys, power = figure.axes
    assert len(loss.lines) == 10  # four losses of two seeds, guessing, the step of 50 % test accuracy
    assert list(keys.lines[0].get_xdata()) == list(STEPS[::4])
    for axes, name in ((keys, "keys"), (power, "key_power")):
        assert [last(line) for line in axes.lines[:2]] == [run.measures[name][-1] for run in recorded.runs]


def test_the_norm_is_seen_against_its_first_value():
    _, recorded, figure = drawn("weight_norm")
    above, below = figure.axes
    assert len(above.lines) == 5
    assert [last(line) for line in below.lines[:2]] == [run.columns["norm_all"][-1] for run in recorded.runs]
    assert last(below.lines[2]) == recorded.runs[0].columns["norm_all"][0]


def test_neurons_are_those_that_were_measured():
    _, recorded, figure = drawn("sparse_parity")
    assert [last(line) for line in figure.axes[1].lines] == [run.measures["neurons"][-1] for run in recorded.runs]


def test_numbers_of_the_loss_have_a_panel_for_each_rate_and_a_colour_for_each_format():
    study, _, figure = drawn("numerics")
    assert len(figure.axes) == len(study.rates)
    for axes in figure.axes:
        assert len(axes.lines) == 3 * 2 + 1
        assert len({line.get_color() for line in axes.lines[:-1]}) == 3


def test_a_median_passes_over_what_is_not_known_and_is_not_known_without_any():
    values = [np.array([1.0, np.nan, np.nan]), np.array([3.0, 5.0, np.nan])]
    np.testing.assert_array_equal(median_of_known(values), [2.0, 5.0, np.nan])


def test_in_a_file_the_cells_of_a_map_are_one_picture(tmp_path):
    save(drawn("width")[2], tmp_path / "width.svg")
    assert (tmp_path / "width.svg").read_text().count("<image") == 8  # and those of their colour bars
