"""A model brought into the order in which its patterns are learned is the same model."""

import random
from fractions import Fraction

import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference, Table
from grokdd.document.in_order import in_order

TABLE = Table([Fraction(k * k % 11, 11) for k in range(16)])


@pytest.mark.parametrize(
    "rule", [Mean(), Preferred(0), Preferred(3), Priority((2, 0)), SoftPreference((1, 2, 5, 9)), TABLE], ids=repr
)
def test_every_set_keeps_its_generalization(rule):
    rng = random.Random(7)
    members = [
        Pattern(gamma=1, alpha=a, b=b, g=Fraction(rng.randrange(9), 8)) for a, b in ((1, 30), (2, 10), (0, 5), (1, 10))
    ]
    model = PatternModel(members, rule, None if isinstance(rule, Table) else Fraction(1, 97), Fraction(1, 9))
    ordered, order = in_order(model)
    assert order == (1, 3, 0, 2)  # equal inflections by index; the one that never moves is last
    assert (ordered.chance, ordered.chance_train) == (model.chance, model.chance_train)
    for mask in range(16):
        chosen = [new for new in range(4) if mask >> new & 1]
        assert ordered.generalization(chosen) == model.generalization(sorted(order[new] for new in chosen))


def test_one_in_order_stays_as_it_is():
    model = PatternModel([Pattern(gamma=1, alpha=1, b=b, g=0) for b in (1, 2)], Preferred(1))
    assert in_order(model) == (model, (0, 1))
