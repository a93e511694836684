"""What a public function of `grokdd.analytic` cannot use is refused in one line that names it, whatever its type."""

from collections.abc import Callable
from typing import Any

import pytest

from grokdd.analytic import (
    ClosedForm,
    InputError,
    KindEvidence,
    KindThresholds,
    Pattern,
    PatternModel,
    acc_test,
    acc_train,
    classify,
    closed_forms,
    derivatives,
    identities,
    in_time,
    kind_boundaries,
    kind_of,
    limits,
    never_falls,
    plateau_conditions,
    plateau_heights,
    presets,
    prove,
    rate,
    shape,
    shape_boundaries,
    theorem,
    verify,
)

MODEL, TRAIN = presets.grokking(), closed_forms()[0]
WRONG: list[Any] = ["x", None, 3, [1], object()]


def evidence(**one: Any) -> KindEvidence:
    names = ("completes", "near_chance", "waits", "rises_once", "generalizes", "late")
    given: dict[str, Any] = {"moves": "+"} | dict.fromkeys(names, True) | one
    return KindEvidence(**given)


def form(**one: Any) -> ClosedForm:
    given: dict[str, Any] = {"expr": TRAIN.expr, "where": TRAIN.where, "witness": TRAIN.witness} | one
    return ClosedForm(name="train", title="", source="", says="", **given)


# For each argument: a call, and those of the wrong values that are right for it.
CALLS: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
    "acc_test n": (acc_test, [3]),
    "acc_test rule": (lambda x: acc_test(2, rule=x), [None]),
    "acc_test form": (lambda x: acc_test(2, form=x), []),
    "acc_test chance": (lambda x: acc_test(2, chance=x), []),
    "acc_train n": (acc_train, [3]),
    "acc_train chance": (lambda x: acc_train(2, chance=x), []),
    "in_time expr": (in_time, []),
    "rate expr": (rate, []),
    "classify model": (classify, []),
    "classify thresholds": (lambda x: classify(MODEL, x), [None]),
    "classify margins": (lambda x: classify(MODEL, margins=x), []),
    "closed_forms count": (closed_forms, [None, 3]),
    "ClosedForm expr": (lambda x: form(expr=x), []),
    "ClosedForm where": (lambda x: form(where=x), []),
    "ClosedForm witness": (lambda x: form(witness=x), []),
    "instance count": (TRAIN.instance, [3]),
    "at values": (TRAIN.at, []),
    "derivatives form": (derivatives, []),
    "limits form": (limits, []),
    "identity count": (lambda x: identities()[2].check(x), [3]),
    "kind_boundaries model": (lambda x: kind_boundaries(x, "g_0", [0], "g_1", [0, 1]), []),
    "kind_boundaries x": (lambda x: kind_boundaries(MODEL, x, [0], "g_1", [0, 1]), []),
    "kind_boundaries xs": (lambda x: kind_boundaries(MODEL, "g_0", x, "g_1", [0, 1]), [[1]]),
    "kind_boundaries ys": (lambda x: kind_boundaries(MODEL, "g_0", [0], "g_1", x), []),
    "kind_boundaries thresholds": (lambda x: kind_boundaries(MODEL, "g_0", [0], "g_1", [0, 1], x), [None]),
    "kind_of seen": (kind_of, []),
    "KindEvidence moves": (lambda x: evidence(moves=x), ["x"]),
    "KindEvidence late": (lambda x: evidence(late=x), []),
    "KindThresholds eps": (lambda x: KindThresholds(eps=x), []),
    "never_falls n": (never_falls, [3]),
    "never_falls rule": (lambda x: never_falls(1, x), [None]),
    "never_falls chance": (lambda x: never_falls(1, chance=x), []),
    "Pattern gamma": (lambda x: Pattern(gamma=x, alpha=1, b=1, g=1), []),
    "PatternModel patterns": (PatternModel, []),
    "PatternModel rule": (lambda x: PatternModel([], x), [None]),
    "from_toml text": (PatternModel.from_toml, []),
    "generalization members": (MODEL.generalization, [[1]]),
    "plateau_conditions model": (plateau_conditions, []),
    "plateau_heights model": (plateau_heights, []),
    "preset name": (presets.named, []),
    "prove claim": (prove, []),
    "prove assuming": (lambda x: prove(never_falls(1), x), []),
    "prove seconds": (lambda x: prove(never_falls(1), seconds=x), [3]),
    "shape model": (shape, []),
    "shape levels": (lambda x: shape(MODEL, levels=x), [[1]]),
    "shape_boundaries model": (lambda x: shape_boundaries(x, "g_0", "g_1"), []),
    "shape_boundaries x": (lambda x: shape_boundaries(MODEL, x, "g_1"), []),
    "shape_boundaries points": (lambda x: shape_boundaries(MODEL, "g_0", "g_1", x), [3]),
    "shape_boundaries x_range": (lambda x: shape_boundaries(MODEL, "g_0", "g_1", 2, x), []),
    "theorem name": (theorem, []),
    "verify theorem": (verify, []),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("value", WRONG, ids=lambda value: type(value).__name__)
def test_a_wrong_type_is_refused_in_one_line(name: str, value: Any):
    call, right = CALLS[name]
    if value in right:
        return
    with pytest.raises(InputError, match=r"\bmust\b") as error:
        call(value)
    assert "\n" not in str(error.value)
