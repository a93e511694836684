"""Every study asks a question that can be answered with no, and its findings are those of its runs."""

import dataclasses

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical.studies.accelerators import ACCELERATORS, Accelerators
from grokdd.empirical.studies.all_studies import STUDIES, study_named
from grokdd.empirical.studies.figure_1 import ThreeViews
from grokdd.empirical.studies.finding import FAILS, HOLDS, UNDECIDED
from grokdd.empirical.studies.numerics import Numerics
from grokdd.empirical.studies.operations import HARDEST, OF_THE_PAPER, Operations
from grokdd.empirical.studies.sparse_parity import fewest_neurons
from grokdd.empirical.studies.study import named
from grokdd.empirical.studies.weight_decay import WeightDecay
from grokdd.empirical.studies.weight_norm import WeightNorm
from grokdd.empirical.studies.width import Width, read_over_widths

from .made_up import STEPS, made_up, rise

EVERY = [(name, size) for name, sizes in STUDIES.items() for size in sizes]


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_asks_a_question_and_says_what_would_refute_it(name):
    study = STUDIES[name]["small"]
    assert "?" in study.question
    assert "efuted" in (type(study).__doc__ or "")
    assert study.name == name == type(study).name
    assert set(STUDIES[name]) >= {"small", "full"}


@pytest.mark.parametrize(("name", "size"), EVERY)
def test_every_run_has_a_name_and_a_configuration_of_its_own(name, size):
    study = STUDIES[name][size]
    configurations = study.configurations()
    assert len(configurations) == len(list(study.members())) == len({one.digest for one in configurations.values()})
    assert all(one.number_format == "float32" for one in configurations.values())  # two runs of one command agree
    seeds = {settings["seed"] for settings in study.settings().values()}
    assert seeds == set(study.seeds)
    assert max(seeds) < 100  # those are for pilots, and 1000 and up for what is predicted


def test_names_can_be_folders():
    assert named({"seed": 0, "operation": "x/y if y odd"}) == "seed-0-operation-x_over_y_if_y_odd"
    assert named({"rate": 1e-4, "decay": 0.5}) == "rate-0.0001-decay-0.5"


def test_what_is_no_study_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"NAME must be one of figure_1, .* or all, got 'figure_9'"):
        study_named("figure_9", "small")
    with pytest.raises(InputError, match="--size must be one of small, full for width, got 'large'"):
        study_named("width", "large")
    for seeds in ([], [1, 1], [-1]):
        with pytest.raises(InputError, match="--seeds must be different whole numbers"):
            study_named("width", "small", seeds)
    assert study_named("width", "small", [7]).seeds == (7,)


def verdicts(study, runs):
    return [one.verdict for one in study.findings(runs)]


# --- Figure 1


def three_views(**changed):
    """A run with an early peak of accuracy, a dip, and a loss that rises and falls."""
    early = 0.02 * np.exp(-(((np.log1p(STEPS) - np.log1p(30)) / 0.5) ** 2)) + 0.001
    test = np.maximum(early, rise(STEPS, 2000))
    loss = 4 + 6 * np.exp(-(((np.log1p(STEPS) - np.log1p(800)) / 0.8) ** 2)) - 3.9 * rise(STEPS, 2000)
    columns = {"test_correct": np.round(10_000 * test).astype(int), "test_loss": loss} | changed
    run = made_up({"seed": 0}, train=200, **columns)
    return dataclasses.replace(run, sizes={"train": 1000, "test": 10_000})


def test_figure_1_is_seen_where_it_is():
    study = ThreeViews(seeds=(0,))
    assert verdicts(study, [three_views()]) == [HOLDS] * 4


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({"test_correct": np.round(10_000 * rise(STEPS, 250)).astype(int)}, {0, 1}),  # not late, and no early peak
        ({"test_loss": np.linspace(4, 0.1, len(STEPS))}, {2}),
        ({"test_loss": np.linspace(4, 9, len(STEPS))}, {3}),
    ],
)
def test_figure_1_is_not_seen_where_it_is_not(changed, fails):
    found = verdicts(ThreeViews(seeds=(0,)), [three_views(**changed)])
    assert {place for place, verdict in enumerate(found) if verdict == FAILS} >= fails


# --- weight decay


def of_decay(power):
    study = WeightDecay(decays=(0.5, 1.0, 2.0, 4.0))
    runs = [
        made_up({"seed": seed, "decay": decay}, test=2000 * decay**power)
        for seed in study.seeds
        for decay in study.decays
    ]
    return study, runs


@pytest.mark.parametrize(("power", "verdict"), [(-1.0, HOLDS), (-0.5, FAILS), (-1.6, FAILS)])
def test_the_slope_against_decay_is_found(power, verdict):
    study, runs = of_decay(power)
    slope = next(iter(study.findings(runs)))
    assert slope.verdict == verdict
    assert slope.median == pytest.approx(power, abs=0.05)


def test_decays_at_which_a_seed_never_generalizes_are_left_out_and_named():
    study, runs = of_decay(-1.0)
    runs[-1] = made_up({"seed": 2, "decay": 4.0}, test=None)
    slope, largest, *_ = study.findings(runs)
    assert slope.median == pytest.approx(-1, abs=0.05)
    assert largest.values == (2.0,)


# --- width


def of_width(train_width: int, test_width: int, *, step_bound: int = 10_000):
    """Runs in which networks from a width on learn their train set, and from another on generalize."""
    study = Width(widths=(4, 8, 16, 32, 64), steps=step_bound)
    runs = []
    for seed in study.seeds:
        for width in study.widths:
            loss = 4 + 6.0 * (train_width <= width < test_width) - 3.9 * (width >= test_width)
            runs.append(
                made_up(
                    {"seed": seed, "width": width},
                    train=100 if width >= train_width else None,
                    test=400 if width >= test_width else None,
                    test_loss=np.full(len(STEPS), loss),
                )
            )
    return study, runs


def test_model_wise_grokking_is_seen_where_it_is():
    study, runs = of_width(8, 32)
    assert verdicts(study, runs) == [HOLDS] * 6 + [HOLDS, FAILS]  # all were read before any had generalized


def test_it_is_not_seen_where_both_come_with_the_same_width():
    study, runs = of_width(16, 16)
    found = list(study.findings(runs))
    assert found[0].values == (1.0,) * 3
    assert [one.verdict for one in found[:2]] == [FAILS, FAILS]


def test_equal_compute_reads_wider_networks_earlier():
    study, runs = of_width(8, 8)
    wide = next(run for run in runs if run.settings["width"] == 64)
    assert study.middle == 16
    assert abs(wide.step[study.at_equal_compute(wide)] - 10_000 / 16) < 30
    narrow = next(run for run in runs if run.settings["width"] == 4)
    assert narrow.step[study.at_equal_compute(narrow)] == 10_000


def test_a_width_that_never_has_that_train_loss_is_left_out():
    study, runs = of_width(8, 8)
    found = read_over_widths([run for run in runs if run.settings["seed"] == 0], study.at_equal_train_loss)
    assert found.widths.tolist() == [8, 16, 32, 64]


# --- weight norm


def norm_rises_and_falls(peak, low, *, seed=0, largest_loss_at=1000):
    """A run mod 113 whose norm is 42.2, largest at one step, and below that again from another on."""
    norm = 42.2 + 18 * np.exp(-(((np.log1p(STEPS) - np.log1p(peak)) / 1.5) ** 2)) - 10 * rise(STEPS, low)
    norm[0] = 42.2
    loss = 4.7 + 20 * np.exp(-(((np.log1p(STEPS) - np.log1p(largest_loss_at)) / 0.8) ** 2))
    return made_up({"seed": seed}, train=140, test=6500, norm_all=norm, test_loss=loss)


def test_check_6_holds_where_it_is_so():
    assert verdicts(WeightNorm(seeds=(0,)), [norm_rises_and_falls(700, 6000)]) == [HOLDS] * 10


@pytest.mark.parametrize(
    ("run", "fails"),
    [
        (norm_rises_and_falls(1500, 6000), "Step of the largest norm?"),
        (norm_rises_and_falls(700, 9500), "Step at which the norm is below the initial one?"),
        (norm_rises_and_falls(700, 6000, largest_loss_at=4000), "Step of the largest test loss?"),
    ],
)
def test_check_6_fails_where_it_is_not(run, fails):
    found = [one.question for one in WeightNorm(seeds=(0,)).findings([run]) if one.verdict == FAILS]
    assert found[:1] == [fails]


@pytest.mark.parametrize(
    ("settings", "words"), [({}, "6500"), ({"init_scale": 0.8}, "14 000"), ({"modulus": 43}, "at")]
)
def test_published_numbers_are_those_of_their_setting(settings, words):
    found = {one.question: one.demanded for one in WeightNorm(**settings).findings([norm_rises_and_falls(700, 6000)])}
    assert words in found["Step of 95 % test accuracy?"]


# --- operations, numerics, accelerators


def test_the_hardest_operation_must_never_generalize_and_all_others_must():
    study = Operations(fractions=(0.5, 0.8), seeds=(0,))

    def runs(late):
        return [
            made_up({"seed": 0, "operation": operation, "fraction": fraction}, test=late(operation))
            for operation in OF_THE_PAPER
            for fraction in study.fractions
        ]

    assert set(verdicts(study, runs(lambda operation: None if operation == HARDEST else 500))[:10]) == {HOLDS}
    assert set(verdicts(study, runs(lambda operation: 500 if operation == HARDEST else None))[:10]) == {FAILS}


@pytest.mark.parametrize(("with_more", "verdict"), [(520, HOLDS), (800, FAILS), (None, UNDECIDED)])
def test_more_examples_must_not_come_later(with_more, verdict):
    study = Operations(fractions=(0.5, 0.8), seeds=(0,))
    runs = [
        made_up({"seed": 0, "operation": "x+y", "fraction": fraction}, test=step)
        for fraction, step in ((0.5, 500), (0.8, with_more))
    ]
    (found,) = (one for one in study.findings(runs) if "next smaller share" in one.question)
    assert found.verdict == verdict


def test_a_loss_in_float64_must_not_generalize_and_stablemax_must():
    study = Numerics(seeds=(0,))

    def runs(of_float64, of_stablemax):
        late = {"float32": None, "float64": of_float64, "stablemax": of_stablemax}
        return [
            made_up({"seed": 0, "loss": loss, "rate": rate}, test=late[loss]) for loss in late for rate in study.rates
        ]

    assert verdicts(study, runs(None, 500))[:2] == [HOLDS, HOLDS]
    assert verdicts(study, runs(500, None))[:2] == [FAILS, FAILS]


def test_an_accelerator_is_held_against_the_same_decay():
    study = Accelerators(seeds=(0,))

    def runs(plain, other):
        return [
            made_up({"seed": 0, "accelerator": name, "decay": decay}, test=plain if name == "none" else other)
            for name in ACCELERATORS
            for decay in study.decays
        ]

    assert set(verdicts(study, runs(4000, 1000))[:3]) == {HOLDS}
    assert set(verdicts(study, runs(4000, 3000))[:3]) == {FAILS}
    assert set(verdicts(study, runs(4000, None))[:3]) == {FAILS}
    assert set(verdicts(study, runs(None, 3000))[:3]) == {UNDECIDED}


# --- neurons


def test_as_many_neurons_are_counted_as_answer_for_all():
    """Three large neurons decide; the others are small, and of either sign."""
    rng = np.random.default_rng(0)
    inward, outward = 1e-3 * rng.normal(size=(50, 8)), np.zeros((2, 50))
    inward[10:13], outward[1] = np.eye(8)[:3], 1e-3 * rng.normal(size=50)
    outward[1, 10:13] = (1.0, 1.0, -1.7)
    weights = {"layers.0.weight": inward, "layers.0.bias": np.eye(50)[10] * 1.5, "layers.1.weight": outward}
    signs = 1.0 - 2.0 * rng.integers(0, 2, (200, 8))
    assert fewest_neurons(weights, signs) == 3
