"""Figure 7: the rise by 0 / b, its end, and the run without."""

import dataclasses

import numpy as np
import pytest

from grokdd.empirical.studies.finding import FAILS, HOLDS, REPORTED
from grokdd.empirical.studies.zero_dividend import ZeroDividend

from .made_up import STEPS, made_up, verdicts


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


def test_a_rise_of_the_rest_at_the_start_or_the_end_of_its_window_counts():
    for first, last, fails in ((251, 300, True), (470, 499, True), (200, 245, False), (510, 590, False)):
        run = of_zero_dividends()
        rest = np.where((first <= STEPS) & (last >= STEPS), 100, run.columns["test_rest_correct"])
        assert rest.max() == 100
        risen = dataclasses.replace(run, columns=run.columns | {"test_rest_correct": rest})
        found = verdicts(ZeroDividend(seeds=(0,)), [risen, of_zero_dividends(taken_out=True, peak=53)])
        assert (found[3] == FAILS) is fails


def test_other_zero_dividends_than_the_public_split_has_are_noticed():
    run = of_zero_dividends()
    other = dataclasses.replace(run, sizes=run.sizes | {"test_zero_dividend": 48})
    assert verdicts(ZeroDividend(seeds=(0,)), [other, of_zero_dividends(taken_out=True)])[0] == FAILS
