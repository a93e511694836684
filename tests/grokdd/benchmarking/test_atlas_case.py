"""The case of an atlas is there where an atlas is, and its kinds are held against proved ones."""

from fractions import Fraction

import pytest

from grokdd import simulate
from grokdd.analytic import PatternModel, classify
from grokdd.benchmarking import atlas_case
from grokdd.benchmarking.case import WrongValue


class SlowAtlas:
    """A grid of models, each classified by exact arithmetic when it is asked for."""

    def __init__(self, model, axes):
        self.model, self.axes = model, axes

    def model_at(self, *place):
        steps = zip(place, self.axes.items(), strict=True)
        moved = {int(name[-1]): Fraction(float(axis[step])) for step, (name, axis) in steps}
        patterns = [
            type(one)(gamma=moved.get(i, one.gamma), alpha=one.alpha, b=one.b, g=one.g)
            for i, one in enumerate(self.model.patterns)
        ]
        return PatternModel(patterns, self.model.rule)

    def kind(self, *place) -> str:
        return classify(self.model_at(*place)).kind


class AllMonotone(SlowAtlas):
    def kind(self, *place) -> str:
        return "monotone"


def prepared(kind_of_atlas):
    case = atlas_case.case(lambda model, axes, threads: kind_of_atlas(model, axes), side=4)
    return case.all_ways["atlas"](case.inputs())


def test_proved_kinds_pass_and_others_do_not():
    right = prepared(SlowAtlas)
    right.check(right.call())
    wrong = prepared(AllMonotone)
    with pytest.raises(WrongValue, match="got monotone at"):
        wrong.check(wrong.call())


def test_the_case_is_there_if_there_is_an_atlas(monkeypatch):
    assert len(atlas_case.cases()) == ("atlas" in dir(simulate))
    monkeypatch.setattr(simulate, "atlas", SlowAtlas, raising=False)
    assert [case.name for case in atlas_case.cases()] == ["atlas: n=3, 1000 by 1000, 2 threads"]
