"""Operations: least shares, and that more examples do not come later."""

import numpy as np
import pytest

from grokdd.empirical.studies.finding import FAILS, HOLDS
from grokdd.empirical.studies.operations import HARDEST, OF_THE_PAPER, Operations

from .made_up import made_up


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


def test_all_operations_must_come_but_the_last():
    study = Operations(fractions=(0.8,), seeds=(0,))
    for generalized, verdict in ((500, HOLDS), (None, FAILS)):
        runs = [made_up({"seed": 0, "operation": one, "fraction": 0.8}, test=generalized) for one in OF_THE_PAPER]
        found = {one.question: one.verdict for one in study.findings(runs)}
        for operation in OF_THE_PAPER:
            other = {HOLDS: FAILS, FAILS: HOLDS}[verdict] if operation == HARDEST else verdict
            assert found[f"Step of 95 % test accuracy on {operation} with 80 % of the examples?"] == other


@pytest.mark.parametrize(("with_more", "verdict"), [(520, HOLDS), (800, FAILS), (None, FAILS)])
def test_more_examples_must_not_come_later(with_more, verdict):
    study = Operations(fractions=(0.5, 0.8), seeds=(0,))
    runs = [
        made_up({"seed": 0, "operation": "x+y", "fraction": fraction}, test=step)
        for fraction, step in ((0.5, 500), (0.8, with_more))
    ]
    (found,) = (one for one in study.findings(runs) if "next smaller share" in one.question)
    assert found.verdict == verdict
