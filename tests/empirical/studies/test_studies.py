"""Every study asks a question that can be answered with no, and its findings are those of its runs."""

import dataclasses

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical.studies.accelerators import ACCELERATORS, Accelerators
from grokdd.empirical.studies.all_studies import STUDIES, study_named
from grokdd.empirical.studies.figure_1 import ThreeViews
from grokdd.empirical.studies.finding import FAILS, HOLDS, REPORTED, UNDECIDED
from grokdd.empirical.studies.numerics import Numerics
from grokdd.empirical.studies.operations import OF_THE_PAPER, Operations
from grokdd.empirical.studies.progress_measures import ProgressMeasures
from grokdd.empirical.studies.sparse_parity import Parity, fewest_neurons
from grokdd.empirical.studies.study import named
from grokdd.empirical.studies.weight_decay import WeightDecay
from grokdd.empirical.studies.weight_norm import WeightNorm
from grokdd.empirical.studies.width import Width, read_over_widths
from grokdd.empirical.studies.zero_dividend import ZeroDividend

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
    """A run with an early peak of accuracy, all of it 0 / b, a dip, and a loss that rises and falls."""
    early = 0.02 * np.exp(-(((np.log1p(STEPS) - np.log1p(30)) / 0.5) ** 2)) + 0.001
    late = rise(STEPS, 2000)
    loss = 4 + 6 * np.exp(-(((np.log1p(STEPS) - np.log1p(800)) / 0.8) ** 2)) - 3.9 * late
    columns = {
        "test_correct": np.round(10_000 * np.maximum(early, late)).astype(int),
        "test_rest_correct": np.round(9900 * np.maximum(0.001, late)).astype(int),
        "test_loss": loss,
    }
    run = made_up({"seed": 0}, train=200, **columns | changed)
    return dataclasses.replace(run, sizes={"train": 1000, "test": 10_000, "test_rest": 9900})


def test_figure_1_is_seen_where_it_is():
    assert verdicts(ThreeViews(seeds=(0,)), [three_views()]) == [HOLDS] * 5


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({"test_correct": np.round(10_000 * rise(STEPS, 250)).astype(int)}, {0, 1}),  # not late, and no early peak
        ({"test_rest_correct": np.full(len(STEPS), 102)}, {2}),  # at chance
        ({"test_loss": np.linspace(4, 0.1, len(STEPS))}, {3}),
        ({"test_loss": np.linspace(4, 9, len(STEPS))}, {4}),
    ],
)
def test_figure_1_is_not_seen_where_it_is_not(changed, fails):
    found = verdicts(ThreeViews(seeds=(0,)), [three_views(**changed)])
    assert {place for place, verdict in enumerate(found) if verdict == FAILS} >= fails


def test_a_loss_that_is_large_in_a_collapse_alone_does_not_count():
    """A collapse of train accuracy after all is known, whose loss is large; and a low loss just before it."""
    loss = np.where(STEPS < 600, 4.5, 4.6)
    collapse = (STEPS > 5000) & (STEPS < 5600)
    train = np.where(collapse, 20, np.round(1000 * rise(STEPS, 200))).astype(int)
    loss = np.where(collapse, 9.0, np.where(STEPS > 4000, 0.5, loss))
    found = list(ThreeViews(seeds=(0,)).findings([three_views(test_loss=loss, train_correct=train)]))
    assert found[3].values == pytest.approx((4.6 / 4.5,))
    assert found[4].values == pytest.approx((0.5 / 4.5,))


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
    at_equal_steps, compute, loss = verdicts(study, runs)[:3], verdicts(study, runs)[3:6], verdicts(study, runs)[6:]
    assert at_equal_steps == [HOLDS] * 3
    assert compute == [HOLDS, FAILS, HOLDS]  # the rise is among widths that cannot have as much compute
    assert loss == [HOLDS, FAILS]  # all were read before any had generalized


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
    assert study.at_equal_compute(narrow) is None


def test_a_width_of_90_percent_that_is_not_there_is_no_never():
    study, runs = of_width(128, 128)  # no width learns even the train set
    assert np.isnan(next(iter(study.findings(runs))).values).all()
    study, runs = of_width(8, 128)
    assert next(iter(study.findings(runs))).values == (np.inf,) * 3


def test_a_width_that_never_has_that_train_loss_is_left_out():
    study, runs = of_width(8, 8)
    found = read_over_widths([run for run in runs if run.settings["seed"] == 0], study.at_equal_train_loss)
    assert found.widths.tolist() == [8, 16, 32, 64]


# --- weight norm


def norm_rises_and_falls(peak, low, *, train=140, largest_loss_at=1000):
    """A run mod 113 whose norm is 42.2, largest at one step, and below that again from another on."""
    norm = 42.2 + 18 * np.exp(-(((np.log1p(STEPS) - np.log1p(peak)) / 1.5) ** 2)) - 10 * rise(STEPS, low)
    norm[0] = 42.2
    loss = 4.7 + 20 * np.exp(-(((np.log1p(STEPS) - np.log1p(largest_loss_at)) / 0.8) ** 2))
    return made_up({"seed": 0}, train=train, test=6500, norm_all=norm, test_loss=loss)


def test_check_6_holds_where_it_is_so():
    assert verdicts(WeightNorm(seeds=(0,)), [norm_rises_and_falls(700, 6000)]) == [HOLDS] * 12


@pytest.mark.parametrize(
    ("run", "fails"),
    [
        (norm_rises_and_falls(1500, 6000), "Step of the largest norm?"),
        (norm_rises_and_falls(700, 9500), "Norm at the step of 95 % test accuracy over the initial one?"),
        (norm_rises_and_falls(160, 6000, train=150), "The same over the step of 99 % train accuracy?"),
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


def test_the_least_share_of_an_operation_is_that_at_which_it_generalizes():
    study = Operations(fractions=(0.5, 0.8), seeds=(0,))
    runs = [
        made_up({"seed": 0, "operation": name, "fraction": share}, test=500 if share > 0.7 and name != "x-y" else None)
        for name in OF_THE_PAPER
        for share in study.fractions
    ]
    found = {one.question: one.values for one in study.findings(runs)}
    assert found["Least share of the examples that was enough for x+y?"] == (0.8,)
    assert found["Least share of the examples that was enough for x-y?"] == (np.inf,)
    assert found["Step of 95 % test accuracy on x-y with 80 % of the examples?"] == (np.inf,)


@pytest.mark.parametrize(("with_more", "verdict"), [(520, HOLDS), (800, FAILS), (None, FAILS)])
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
    assert verdicts(study, runs(None, None))[:2] == [UNDECIDED, FAILS]  # nothing generalizes: nothing was avoided


def test_a_last_accuracy_above_one_half_is_generalizing():
    study = Numerics(seeds=(0,))
    half = {"test_correct": np.full(len(STEPS), 600)}
    runs = []
    for loss in ("float32", "float64", "stablemax"):
        for rate in study.rates:
            run = made_up({"seed": 0, "loss": loss, "rate": rate}, test=500)
            runs.append(dataclasses.replace(run, columns=run.columns | half) if loss == "float64" else run)
    assert verdicts(study, runs)[0] == FAILS


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


# --- zero dividends


def of_zero_dividends(*, taken_out=False, peak=95, rest=0.001, known_at=40):
    """A run of division mod 97 with a peak of correct test answers at step 40, and a low level of the rest later."""
    early = np.exp(-(((np.log1p(STEPS) - np.log1p(40)) / 0.3) ** 2))
    run = made_up(
        {"seed": 0, "taken_out": taken_out},
        test_correct=np.round(48 + (peak - 48) * early).astype(int),
        test_zero_dividend_correct=np.where(known_at <= STEPS, 51, 5),
        test_rest_correct=np.where(STEPS < 200, 48, round(rest * 4605)),
    )
    return dataclasses.replace(run, sizes={"train": 4656, "test": 4656, "test_zero_dividend": 51, "test_rest": 4605})


def test_the_rise_by_zero_dividends_and_its_end_are_seen():
    study = ZeroDividend(seeds=(0,))
    without = of_zero_dividends(taken_out=True, peak=53)
    assert verdicts(study, [of_zero_dividends(), without]) == [HOLDS] * 4 + [REPORTED, HOLDS]


@pytest.mark.parametrize(
    ("own", "without", "place"),
    [
        ({"known_at": 70}, {"peak": 53}, 1),
        ({"peak": 130}, {"peak": 53}, 2),
        ({"rest": 0.01}, {"peak": 53}, 3),
        ({}, {"peak": 95}, 5),
    ],
)
def test_each_claim_of_zero_dividends_can_fail(own, without, place):
    found = verdicts(ZeroDividend(seeds=(0,)), [of_zero_dividends(**own), of_zero_dividends(taken_out=True, **without)])
    assert [at for at, verdict in enumerate(found) if verdict == FAILS] == [place]


def test_other_zero_dividends_than_the_public_split_has_are_noticed():
    run = of_zero_dividends()
    other = dataclasses.replace(run, sizes=run.sizes | {"test_zero_dividend": 48})
    assert verdicts(ZeroDividend(seeds=(0,)), [other, of_zero_dividends(taken_out=True)])[0] == FAILS


# --- progress measures


def of_progress(*, restricted_at=300, excluded_at=900, test: int | None = 1000, keys=4):
    """A run whose restricted loss falls at one snapshot and whose loss without the keys is large from another on."""
    step = STEPS[::4]
    measures = {
        "step": step,
        "keys": np.full(len(step), keys),
        "excluded_loss": np.where(step >= excluded_at, 6.0, np.where(step < 50, 4.9, 0.1)),
        "restricted_loss": np.where(step >= restricted_at, 0.01, 4.7),
        "test_loss": np.full(len(step), 0.1),
    }
    return dataclasses.replace(made_up({"seed": 0}, train=100, test=test), measures=measures)


def test_progress_is_seen_where_it_is():
    assert verdicts(ProgressMeasures(seeds=(0,)), [of_progress()]) == [HOLDS] * 6


@pytest.mark.parametrize(
    ("run", "place"),
    [
        (of_progress(test=None), 0),
        (of_progress(keys=30), 1),
        (of_progress(excluded_at=10**6), 2),
        (of_progress(restricted_at=10**6), 3),
        (of_progress(restricted_at=2000), 4),
        (of_progress(excluded_at=2000), 5),
    ],
)
def test_each_claim_of_progress_can_fail(run, place):
    assert verdicts(ProgressMeasures(seeds=(0,)), [run])[place] == FAILS


# --- parity


def of_parity(*, test: int | None = 1000, neurons=7):
    step = STEPS[::4]
    measures = {"step": step, "neurons": np.where(step < 2000, 600, neurons)}
    norm = np.linspace(30, 6, len(STEPS))
    return dataclasses.replace(made_up({"seed": 0}, train=100, test=test, norm_all=norm), measures=measures)


def test_parity_is_late_and_known_by_few_neurons_where_it_is_so():
    found = list(Parity(seeds=(0,)).findings([of_parity()]))
    assert [one.verdict for one in found] == [HOLDS, HOLDS, REPORTED, REPORTED]
    assert [one.values for one in found[1:]] == [(7.0,), (600.0,), (0.2,)]


@pytest.mark.parametrize(
    ("run", "place"), [(of_parity(test=150), 0), (of_parity(test=None), 0), (of_parity(neurons=50), 1)]
)
def test_each_claim_of_parity_can_fail(run, place):
    assert verdicts(Parity(seeds=(0,)), [run])[place] == FAILS


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
