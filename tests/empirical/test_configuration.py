"""Settings are validated at birth, in one line that names setting, demand and offence."""

import pytest

from grokdd.analytic import InputError
from grokdd.empirical import Configuration, experiments
from grokdd.empirical.networks import MLP, Transformer
from grokdd.empirical.optimization import AdamW
from grokdd.empirical.tasks import BinaryOperation, Permutations, Split

REFUSED = [
    ({"task.modulus": 91}, "modulus must be prime"),
    ({"task.modulus": 1}, "modulus must be a whole number"),
    ({"task.modulus": 1009}, "modulus must be a whole number"),
    ({"task": "division"}, "task must be one of"),
    ({"split.train_fraction": 0}, "train_fraction must be between 0 and 1, both excluded, got 0"),
    ({"split.train_fraction": 1}, "train_fraction must be between 0 and 1, both excluded, got 1"),
    ({"split.train_fraction": 1e-9}, "train_fraction must leave at least one example on each side"),
    ({"split": 0.5}, "split must be a Split, got 0.5"),
    ({"steps": 0}, "steps must be a whole number of at least 1, got 0"),
    ({"steps": 1.5}, "steps must be a whole number of at least 1, got 1.5"),
    ({"seed": -1}, "seed must be a whole number of at least 0"),
    ({"batch_seed": True}, "batch_seed must be a whole number of at least 0"),
    ({"batch_size": 4657}, "batch_size must be at most the size of the training set, 4656, got 4657"),
    ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
    ({"network.heads": 3}, "width must be a multiple of heads = 3, got 128"),
    ({"network.vocabulary": 50}, "vocabulary must hold the 99 symbols of the task, got 50"),
    ({"network.positions": "rotary", "network.heads": 128}, "width must give each head an even share"),
    ({"network": {"kind": "mlp", "inputs": "signs"}}, "inputs of an mlp must be one_hot or embedded for 97 symbols"),
    ({"network": {"kind": "mlp", "hidden": []}}, "hidden must be a list of the widths of at least one layer"),
    ({"network": {"kind": "rnn"}}, "the kind of a network must be one of .*mlp, transformer, got 'rnn'"),
    ({"optimizer.betas": (0.9, 1.0)}, "betas must be two numbers"),
    ({"optimizer.weight_decay": -1}, "weight_decay must be"),
    ({"loss": "hinge"}, "loss must not be hinge for a task of 97 classes"),
    ({"loss_format": "float16"}, "loss_format must be one of float32, float64"),
    ({"number_format": "float16"}, "number_format must be one of auto, float32, tf32, bfloat16, float64"),
    ({"evaluation_ratio": 1}, "evaluation_ratio must be a number above 1"),
    ({"snapshot_ratio": 1.0}, "snapshot_ratio must be None or a number above 1"),
    ({"stop_test_accuracy": 99}, r"stop_test_accuracy must be None or in \(0, 1\]"),
    ({"ragged_last_batch": 1}, "ragged_last_batch must be true or false, got 1"),
    ({"colour": "red"}, "Configuration must be given settings among .*, got 'colour'"),
    ({"network.colour": "red"}, "Transformer must be given settings among .*, got 'colour'"),
    ({"steps.colour": "red"}, "a dotted setting must begin with one of task, network, optimizer or split"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_setting_out_of_range_is_refused_in_one_line(settings, message):
    with pytest.raises(InputError, match=message) as refusal:
        Configuration().changed(settings)
    assert "\n" not in str(refusal.value)


CONFIGURATIONS = [
    experiments.public_division(3, **{"optimizer.weight_decay": 0.1}),
    experiments.constrained_norm(1),
    Configuration(task=Permutations(), network=MLP(hidden=(10, 20)), split=Split(label_noise=0.1), batch_size=None),
    Configuration(network=experiments.modern(), optimizer=AdamW(group_decay=(("norm", 0.0),))),
]


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda one: type(one.network).__name__)
def test_json_there_and_back_is_the_identity(configuration):
    got = Configuration.from_json(configuration.to_json())
    assert got == configuration
    assert got.digest == configuration.digest


def test_unknown_and_missing_settings_are_refused():
    with pytest.raises(InputError, match="got 'colour'"):
        Configuration.from_json(Configuration().to_json() | {"colour": "red"})
    with pytest.raises(InputError, match="configuration must be one that this version of grokdd wrote: task is miss"):
        Configuration.from_json({"modulus": 97})


def test_a_table_without_a_setting_takes_its_default_and_not_what_was_there():
    got = Configuration(network=Transformer(width=16)).changed({"network": {"kind": "transformer", "layers": 1}})
    assert got.network == Transformer(layers=1)


def test_a_dotted_setting_changes_the_part_that_is_given_beside_it():
    got = Configuration().changed({"network.hidden": [7], "network": {"kind": "mlp", "biases": False}})
    assert got.network == MLP(hidden=(7,), biases=False)


def test_habits_of_the_public_code_are_off_by_default_and_all_on_for_it():
    paper, public = Configuration().to_json(), experiments.public_division().to_json()
    network = {"vocabulary": 2000, "unembed_vocabulary": True, "leading_eos": True, "dropout": 0.1}
    assert {name: public["network"][name] for name in network} == network
    assert not any(paper["network"][name] for name in network)
    for name in ("ragged_last_batch", "dropout_lost_in_evaluation"):
        assert (paper[name], public[name]) == (False, True)


def test_defaults_are_those_of_appendix_b():
    paper = experiments.division_mod_97()
    assert paper.task == BinaryOperation(operation="x/y", modulus=97)
    assert paper.network == Transformer(layers=2, width=128, heads=1)
    assert paper.optimizer == AdamW(learning_rate=1e-3, betas=(0.9, 0.98), weight_decay=1e-5)
    assert paper.steps == 400_000


def test_differences_name_each_setting_that_differs():
    got = Configuration(seed=1).differences(Configuration(network=Transformer(width=64)))
    assert got == "network.width: 128, not 64; seed: 1, not 0"
