"""Width: what is seen at equal steps, compute and train loss is what runs were made to show."""

import numpy as np

from grokdd.empirical.studies.finding import FAILS, HOLDS
from grokdd.empirical.studies.width import Width, read_over_widths

from .made_up import STEPS, made_up, verdicts


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
