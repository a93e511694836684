"""Check 6 holds of a norm that rises and falls as published, and of no other."""

import numpy as np
import pytest

from grokdd.empirical.studies.finding import FAILS, HOLDS, REPORTED
from grokdd.empirical.studies.weight_norm import LATER, WeightNorm

from .made_up import STEPS, made_up, rise, verdicts


def norm_rises_and_falls(peak, low, *, train=140, largest_loss_at=1000):
    """A run mod 113 whose norm is 42.2, largest at one step, and below that again from another on."""
    norm = 42.2 + 18 * np.exp(-(((np.log1p(STEPS) - np.log1p(peak)) / 1.5) ** 2)) - 10 * rise(STEPS, low)
    norm[0] = 42.2
    loss = 4.7 + 20 * np.exp(-(((np.log1p(STEPS) - np.log1p(largest_loss_at)) / 0.8) ** 2))
    return made_up({"seed": 0}, train=train, test=6500, norm_all=norm, test_loss=loss)


def test_check_6_holds_where_it_is_so():
    found = verdicts(WeightNorm(seeds=(0,)), [norm_rises_and_falls(700, 6000)])
    assert found == [HOLDS] * 10 + [REPORTED] + [HOLDS] * 2


def test_how_much_later_it_generalizes_than_its_norm_falls_is_reported():
    (late,) = (
        one
        for one in WeightNorm(seeds=(0,)).findings([norm_rises_and_falls(700, 3000)])
        if "over that of a norm below" in one.question
    )
    assert late.values[0] > 1.5


@pytest.mark.parametrize(
    ("run", "fails"),
    [
        (norm_rises_and_falls(1500, 6000), "Step of the largest norm?"),
        (norm_rises_and_falls(700, 9500), f"Norm at the step of 95 % test accuracy over the initial one{LATER}?"),
        (norm_rises_and_falls(160, 6000, train=150), f"The same over the step of 99 % train accuracy{LATER}?"),
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
