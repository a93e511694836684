"""Optimizers as records: defaults, what is refused and in which words, and the way to JSON and back."""

import json
import math

import pytest

from grokdd.analytic.errors import InputError
from grokdd.empirical.kinds import from_settings, to_settings
from grokdd.empirical.optimization import SGD, Adam, AdamW

RECORDS = [
    AdamW(),
    AdamW(weight_decay=1.0, group_decay=(("norm", 0.0), ("bias", 0.5)), decay_toward="start", hold_norm="each"),
    Adam(betas=(0.0, 0.5), eps=1e-6, grokfast="mean", grokfast_window=7, grokfast_gain=5.0),
    SGD(momentum=0.9, learning_rate=0.1, warmup_steps=0, orthogonal_gradient=True),
]


@pytest.mark.parametrize("record", RECORDS, ids=repr)
def test_a_record_survives_json(record):
    assert from_settings("optimizer", json.loads(json.dumps(to_settings("optimizer", record)))) == record


def test_the_kinds_have_the_names_that_files_use():
    assert [to_settings("optimizer", one)["kind"] for one in (AdamW(), Adam(), SGD())] == ["adamw", "adam", "sgd"]


def test_defaults_are_plain_adamw_with_a_warm_up_of_ten():
    got = AdamW()
    assert (got.learning_rate, got.betas, got.eps, got.weight_decay) == (1e-3, (0.9, 0.98), 1e-8, 0.0)
    assert (got.warmup_steps, got.hold_norm, got.grokfast, got.orthogonal_gradient) == (10, None, None, False)


def test_warm_up_is_linear_and_its_first_update_is_not_lost():
    assert [AdamW(learning_rate=1.0).rate(step) for step in (1, 5, 10, 11)] == [0.1, 0.5, 1.0, 1.0]
    assert [AdamW(learning_rate=1.0, warmup_steps=0).rate(step) for step in (1, 2)] == [1.0, 1.0]


FINITE = "must be a finite number of at least 0, got"


@pytest.mark.parametrize(
    ("record", "settings", "text"),
    [
        (AdamW, {"learning_rate": -1e-3}, f"learning_rate {FINITE} -0.001"),
        (AdamW, {"learning_rate": math.nan}, f"learning_rate {FINITE} nan"),
        (AdamW, {"learning_rate": True}, f"learning_rate {FINITE} True"),
        (AdamW, {"weight_decay": -1}, f"weight_decay {FINITE} -1"),
        (AdamW, {"weight_decay": "1"}, f"weight_decay {FINITE} '1'"),
        (SGD, {"weight_decay": math.inf}, f"weight_decay {FINITE} inf"),
        (SGD, {"grokfast_gain": math.nan}, f"grokfast_gain {FINITE} nan"),
        (AdamW, {"warmup_steps": -1}, "warmup_steps must be a whole number of at least 0, got -1"),
        (AdamW, {"warmup_steps": 1.0}, "warmup_steps must be a whole number of at least 0, got 1.0"),
        (AdamW, {"group_decay": (("norms", 0.0),)}, "group_decay must be one of embedding, attention, mlp, "),
        (AdamW, {"group_decay": (("norm", -1.0),)}, f"group_decay of norm {FINITE} -1.0"),
        (AdamW, {"group_decay": (("norm", True),)}, f"group_decay of norm {FINITE} True"),
        (AdamW, {"group_decay": ("norm", 0.0)}, "group_decay must be pairs (group, factor), got ('norm', 0.0)"),
        (AdamW, {"group_decay": {"norm": 0.0}}, "group_decay must be pairs (group, factor), got {'norm': 0.0}"),
        (AdamW, {"group_decay": (("norm", 0.0), ("norm", 1.0))}, "group_decay must name each group once, got "),
        (AdamW, {"decay_toward": "end"}, "decay_toward must be one of zero, start, got 'end'"),
        (AdamW, {"hold_norm": True}, "hold_norm must be one of None, whole, each, got True"),
        (AdamW, {"grokfast": "ma"}, "grokfast must be one of None, ema, mean, got 'ma'"),
        (AdamW, {"grokfast_decay": 1}, "grokfast_decay must be a number in [0, 1), got 1"),
        (AdamW, {"grokfast_window": 0}, "grokfast_window must be a whole number of at least 1, got 0"),
        (AdamW, {"orthogonal_gradient": 1}, "orthogonal_gradient must be true or false, got 1"),
        (AdamW, {"betas": (0.9, 1.0)}, "betas must be two numbers in [0, 1), got (0.9, 1.0)"),
        (Adam, {"betas": (math.nan, 0.9)}, "betas must be two numbers in [0, 1), got (nan, 0.9)"),
        (Adam, {"eps": 0}, "eps must be a finite number of at least 1e-30, got 0"),
        (SGD, {"momentum": 1.0}, "momentum must be a number in [0, 1), got 1.0"),
        (SGD, {"momentum": False}, "momentum must be a number in [0, 1), got False"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(record, settings, text):
    with pytest.raises(InputError) as error:
        record(**settings)
    assert str(error.value).startswith(text)
    assert "\n" not in str(error.value)


def test_a_setting_of_another_optimizer_is_refused():
    with pytest.raises(InputError, match=r"SGD must be given settings among .*, got 'betas'"):
        from_settings("optimizer", {"kind": "sgd", "betas": [0.9, 0.98]})
