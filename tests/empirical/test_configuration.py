"""Settings are validated at birth, in one line that names setting, demand and offence."""

import pytest

from grokdd.analytic import InputError
from grokdd.empirical import Configuration, Quirks, experiments

REFUSED = [
    ({"modulus": 91}, "modulus must be prime"),
    ({"modulus": 1}, "modulus must be a whole number of at least 3, got 1"),
    ({"modulus": 1009}, "modulus must be at most 1000"),
    ({"train_fraction": 0}, "train_fraction must leave at least one equation on each side"),
    ({"train_fraction": 1}, "train_fraction must be between 0 and 1, both excluded, got 1"),
    ({"train_fraction": 1e-9}, "train_fraction must leave at least one equation"),
    ({"train_fraction": float("nan")}, "train_fraction must be between 0 and 1"),
    ({"steps": 0}, "steps must be a whole number of at least 1, got 0"),
    ({"steps": 1.5}, "steps must be a whole number of at least 1, got 1.5"),
    ({"seed": -1}, "seed must be a whole number of at least 0"),
    ({"split_seed": 2**32}, "split_seed must be below"),
    ({"batch_size": 4657}, "batch_size must be at most the size of the training set, 4656, got 4657"),
    ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
    ({"heads": 3}, "width must be a multiple of heads = 3, got 128"),
    ({"learning_rate": 0}, "learning_rate must be a number above 0"),
    ({"weight_decay": -1}, "weight_decay must be a number of at least 0"),
    ({"betas": (0.9, 1.0)}, "betas must be two numbers"),
    ({"number_format": "float16"}, "number_format must be one of auto, float32, bfloat16, float64"),
    ({"evaluation_ratio": 1}, "evaluation_ratio must be a number above 1"),
    ({"stop_test_accuracy": 99}, r"stop_test_accuracy must be None or in \(0, 1\]"),
]


@pytest.mark.parametrize(("settings", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_setting_out_of_range_is_refused_in_one_line(settings, message):
    with pytest.raises(InputError, match=message) as refusal:
        Configuration(**settings)
    assert "\n" not in str(refusal.value)


def test_json_there_and_back_is_the_identity():
    configuration = experiments.public_division(3, weight_decay=0.1)
    got = Configuration.from_json(configuration.to_json())
    assert got == configuration
    assert got.digest == configuration.digest


def test_unknown_settings_are_refused():
    with pytest.raises(InputError, match="configuration must be one that this version of grokdd wrote"):
        Configuration.from_json(Configuration().to_json() | {"colour": "red"})


def test_quirks_are_off_by_default_and_all_on_for_the_public_code():
    assert not any(vars(Quirks()).values())
    assert all(vars(Quirks.public()).values())


def test_defaults_are_those_of_appendix_b():
    paper = experiments.division_mod_97()
    got = (paper.layers, paper.width, paper.heads, paper.learning_rate, paper.betas, paper.weight_decay, paper.steps)
    assert got == (2, 128, 1, 1e-3, (0.9, 0.98), 1e-5, 400_000)


def test_differences_name_each_setting_that_differs():
    got = Configuration(seed=1).differences(Configuration(width=64))
    assert got == "seed: 1, not 0; width: 128, not 64"
