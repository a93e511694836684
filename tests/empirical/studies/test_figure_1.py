"""Figure 1 is seen in a run that groks so, and each claim fails on a run that does not."""

import dataclasses

import numpy as np
import pytest

from grokdd.empirical.studies.figure_1 import ThreeViews
from grokdd.empirical.studies.finding import FAILS, HOLDS

from .made_up import STEPS, made_up, rise, verdicts


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


def test_a_collapse_after_generalizing_is_no_dip():
    run = three_views()
    fallen = np.where(STEPS > 9000, 1, run.columns["test_correct"])
    found = list(ThreeViews(seeds=(0,)).findings([three_views(test_correct=fallen)]))
    assert found[1].values == list(ThreeViews(seeds=(0,)).findings([run]))[1].values


def test_a_loss_that_is_large_in_a_collapse_alone_does_not_count():
    """A collapse of train accuracy after all is known, whose loss is large; and a low loss just before it."""
    loss = np.where(STEPS < 600, 4.5, 4.6)
    collapse = (STEPS > 5000) & (STEPS < 5600)
    train = np.where(collapse, 20, np.round(1000 * rise(STEPS, 200))).astype(int)
    loss = np.where(collapse, 9.0, np.where(STEPS > 4000, 0.5, loss))
    found = list(ThreeViews(seeds=(0,)).findings([three_views(test_loss=loss, train_correct=train)]))
    assert found[3].values == pytest.approx((4.6 / 4.5,))
    assert found[4].values == pytest.approx((0.5 / 4.5,))
