"""A stack is its members: each trains as if it were alone, bit for bit, and none sees another."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu

from grokdd.analytic import InputError
from grokdd.empirical import Configuration, experiments
from grokdd.empirical.layout import Layout
from grokdd.empirical.measuring import part_masks
from grokdd.empirical.networks import MLP
from grokdd.empirical.stack import Stack, stack_key

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def one_thread():
    """With more threads a sum may be cut elsewhere, and its last bits differ."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def trained(members, steps, number_format="float32"):
    stack = Stack(members, CPU, number_format)
    for _ in range(steps):
        stack.advance()
    return stack


def four(tiny, settings=None):
    """Four members that differ in all that may differ within a stack."""
    return [
        tiny(settings, seed=0),
        tiny({"optimizer.weight_decay": 1.0, **(settings or {})}, seed=1, batch_seed=5),
        tiny({"optimizer.learning_rate": 1e-2, "split.train_fraction": 0.4, **(settings or {})}, seed=2),
        tiny({"network.init_scale": 0.5, "split.seed": 3, "split.label_noise": 0.1, **(settings or {})}, seed=3),
    ]


VARIANTS = {
    "adamw": {},
    "dropout": {"network.dropout": 0.1, "dropout_lost_in_evaluation": False},
    "sgd, one head a quarter": {"optimizer": {"kind": "sgd", "momentum": 0.9}, "network.heads": 4},
    "held norm": {"optimizer": {"kind": "adam", "hold_norm": "whole"}, "loss": "stablemax"},
    "grokfast, float64 loss": {"optimizer": {"kind": "adamw", "grokfast": "ema"}, "loss_format": "float64"},
    "orthogonal": {"optimizer": {"kind": "adamw", "orthogonal_gradient": True}},
    "mlp": {"network": {"kind": "mlp", "hidden": [32]}},
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("number_format", ["float32", "float64"])
def test_a_member_is_the_network_trained_alone_bit_for_bit(tiny, variant, number_format):
    members = [
        replace(one, optimizer=replace(one.optimizer, weight_decay=0.1 * place))
        for place, one in enumerate(tiny(variant | changes) for changes in ({}, {"seed": 1}, {"seed": 2}))
    ]
    stack = trained(members, 40, number_format)
    for place, member in enumerate(members):
        alone = trained([member], 40, number_format)
        assert torch.equal(stack.flat[place], alone.flat[0])
        assert not torch.equal(stack.flat[place], Stack([member], CPU, number_format).flat[0])


THOUSAND = [
    pytest.param("float32", [0, 3], 150, id="slice: float32, two members"),
    pytest.param("float64", [1, 2], 100, id="slice: float64, two members"),
    pytest.param("float32", [0, 1, 2, 3], 1000, id="float32", marks=pytest.mark.slow),
    pytest.param("float64", [0, 1, 2, 3], 1000, id="float64", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("number_format", "chosen", "steps"), THOUSAND)
def test_a_thousand_steps_later_members_are_still_the_networks_trained_alone(tiny, number_format, chosen, steps):
    members = [four(tiny)[place] for place in chosen]
    stack = trained(members, steps, number_format)
    _, rows = stack.evaluate()
    for place, member in enumerate(members):
        alone = trained([member], steps, number_format)
        assert torch.equal(stack.flat[place], alone.flat[0])
        np.testing.assert_equal(rows[place], alone.evaluate()[1][0])  # NaN, a part without examples, is equal to NaN


@pytest.fixture
def two_threads():
    torch.set_num_threads(2)


def test_with_two_threads_a_member_errs_no_more_than_alone_on_one(two_threads):
    """Ten steps at the paper's width. Where sums are cut elsewhere, no bits are promised, but the same accuracy:
    float32 weights may be at most twice as far from those in float64 as they are on one thread."""
    members = [experiments.division_mod_97(seed, **{"optimizer.weight_decay": 1.0}) for seed in (0, 1)]
    stack = trained(members, 10)
    torch.set_num_threads(1)
    for place, member in enumerate(members):
        exact, alone = trained([member], 10, "float64").flat[0], trained([member], 10).flat[0]
        error = (stack.flat[place].double() - exact).norm()
        assert 0 < error <= 2 * (alone.double() - exact).norm()


@pytest.mark.slow
def test_with_two_threads_networks_learn_when_those_on_one_do(tiny, two_threads):
    """The steps of 99 % train accuracy of ten seeds as a stack on two threads, and of each alone on one. Fixed before:
    Mann and Whitney's test, two-sided, does not tell them apart at 5 %."""
    size = {"task.modulus": 31, "network.width": 64, "batch_size": 128, "steps": 1000}
    settings = size | {"dense_evaluations_until": 1000, "dense_evaluations_every": 10}
    members = [tiny(settings, seed=seed) for seed in range(10)]
    together = steps_of_99_percent_train(members)
    torch.set_num_threads(1)
    alone = [steps_of_99_percent_train([member])[0] for member in members]
    assert max(together + alone) < 1000
    assert mannwhitneyu(together, alone).pvalue >= 0.05


def steps_of_99_percent_train(members):
    """Return the first step of each member at which 99 % of its train set are right; its budget if there is none."""
    stack, found = Stack(members, CPU, "float32"), {}
    while len(found) < len(members) and stack.step < members[0].steps:
        for _ in range(10):
            stack.advance()
        for place, row in enumerate(stack.evaluate()[1]):
            if row["train_correct"] >= 0.99 * len(members[place].data.train):
                found.setdefault(place, stack.step)
    return [found.get(place, members[place].steps) for place in range(len(members))]


@pytest.mark.parametrize("network", [{"network.width": 6}, {"network": {"kind": "mlp", "hidden": [33, 17]}}], ids=str)
def test_at_odd_widths_a_member_errs_no_more_than_alone(tiny, network):
    """A member's matrices lie otherwise in memory than alone, and the library may multiply in another order."""
    members = [tiny(network, seed=seed) for seed in range(3)]
    stack = trained(members, 10)
    for place, member in enumerate(members):
        exact, alone = trained([member], 10, "float64").flat[0], trained([member], 10).flat[0]
        assert 0 < (stack.flat[place].double() - exact).norm() <= 2 * (alone.double() - exact).norm()


def test_dropout_is_drawn_from_the_seed_of_the_batches(tiny):
    settings = {"network.dropout": 0.5, "dropout_lost_in_evaluation": False}
    stacks = [Stack([tiny(settings, batch_seed=seed)], CPU, "float32") for seed in (None, 0, 1)]
    none, same, other = (stack._prepared_for(1).keys.tolist() for stack in stacks)  # pyright: ignore
    assert none == same  # without a seed of their own batches have the network's, which is 0
    assert none != other


def test_splits_initial_weights_and_batches_are_those_of_the_member_alone(tiny):
    members = four(tiny)
    stack = Stack(members, CPU, "float64")
    prepared = stack._prepared_for(1)
    for place, member in enumerate(members):
        layout = Layout(member.network.weights(member.data.shape))
        expected = layout.draw(member.seed, member.network.init_scale)
        assert np.array_equal(stack.flat[place].numpy(), expected)
        alone = Stack([member], CPU, "float64")._prepared_for(1)
        assert torch.equal(prepared.indices[:, place], alone.indices[:, 0])
        assert torch.equal(stack.evaluator.masks[place, 0], torch.from_numpy(part_masks(member.data)["train"]))


def test_a_nan_in_one_member_reaches_no_other(tiny):
    members = four(tiny)
    stack, clean = Stack(members, CPU, "float32"), Stack(members, CPU, "float32")
    stack.flat[1, 7] = torch.nan
    for _ in range(20):
        stack.advance()
        clean.advance()
    assert stack.flat[1].isnan().any()
    for place in (0, 2, 3):
        assert torch.equal(stack.flat[place], clean.flat[place])
    measured, rows = stack.evaluate()
    assert np.isnan(rows[1]["train_loss"])
    assert rows[1]["test_correct"] == 0  # nothing is right where nothing is a number
    assert not measured.correct[1].any()
    np.testing.assert_equal(rows[0], clean.evaluate()[1][0])


def test_fewer_members_go_on_where_they_stood(tiny):
    members = four(tiny)
    stack, whole = trained(members, 10), trained(members, 10)
    fewer = stack.only([3, 1])
    for _ in range(10):
        fewer.advance()
        whole.advance()
    assert torch.equal(fewer.flat, whole.flat[[3, 1]])
    assert torch.equal(fewer.learned.first, whole.learned.first[[3, 1]])


def test_a_state_that_is_loaded_goes_on_to_the_same_bits(tiny):
    members = four(tiny, {"optimizer": {"kind": "adamw", "grokfast": "ema", "decay_toward": "start"}})
    whole = trained(members, 25)
    first = trained(members, 12)
    second = Stack(members, CPU, "float32")
    second.load({name: values.clone() for name, values in first.state().items()}, 12)
    for _ in range(13):
        second.advance()
    assert torch.equal(second.flat, whole.flat)


SHARED = ["seed", "batch_seed", "split.seed", "optimizer.learning_rate", "optimizer.weight_decay", "network.init_scale"]


@pytest.mark.parametrize("name", SHARED)
def test_what_is_a_number_of_a_member_shares_a_stack(tiny, name):
    assert stack_key(tiny()) == stack_key(tiny({name: 2}))


APART = {
    "width": {"network.width": 32},
    "optimizer": {"optimizer": {"kind": "sgd"}},
    "modulus": {"task.modulus": 13},
    "batch": {"batch_size": 8},
    "loss": {"loss": "stablemax"},
    "evaluations": {"evaluation_ratio": 1.5},
    "ragged batches of other sizes": {"ragged_last_batch": True},
    "dropout lost": {"dropout_lost_in_evaluation": True},
    "loss in another format": {"loss_format": "float64"},
}


@pytest.mark.parametrize("settings", APART.values(), ids=APART)
def test_what_is_a_matter_of_structure_does_not(tiny, settings):
    assert stack_key(tiny()) != stack_key(tiny(settings))


def test_members_of_two_structures_are_refused(tiny):
    with pytest.raises(InputError, match="members must be of one structure"):
        Stack([tiny(), tiny({"network.width": 32})], CPU, "float32")


# What a stack measures.


def test_parts_add_up_to_their_side(tiny):
    stack = Stack([tiny(loss_format="float64")], CPU, "float64")
    _, (row,) = stack.evaluate()
    masks = part_masks(tiny().data)
    for side in ("train", "test"):
        names = (f"{side}_zero_dividend", f"{side}_rest")
        assert sum(masks[name].sum() for name in names) == masks[side].sum()
        assert sum(row[f"{name}_correct"] for name in names) == row[f"{side}_correct"]
        mean = sum(row[f"{name}_loss"] * masks[name].sum() for name in names) / masks[side].sum()
        assert mean == pytest.approx(row[f"{side}_loss"], rel=1e-12)


def test_an_evaluation_is_what_a_loop_over_examples_finds(tiny):
    """Softmax, argmax and the largest other logit, one example after another, in float64."""
    configuration = tiny({"split.label_noise": 0.2}, loss_format="float64")
    stack = Stack([configuration], CPU, "float64")
    _, (row,) = stack.evaluate()
    data = configuration.data
    logits = stack.network.logits(stack.layout.views(stack.flat), torch.from_numpy(data.inputs)[None], data.shape)[0]
    for side, indices in (("train", data.train), ("test", data.test)):
        losses, correct, margins = [], 0, []
        for i in indices:
            z, label = logits[i].numpy(), data.labels[i]
            losses.append(np.log(np.exp(z - z[label]).sum()))
            correct += int(np.argmax(z) == label)
            margins.append(z[label] - np.delete(z, label).max())
        assert row[f"{side}_loss"] == pytest.approx(np.mean(losses), rel=1e-12)
        assert row[f"{side}_correct"] == correct
        assert row[f"{side}_margin"] == pytest.approx(np.mean(margins), rel=1e-12)
    assert part_masks(data)["train_mislabelled"].sum() == 11  # a fifth of 55


def test_loss_at_initialization_is_near_that_of_chance():
    _, (row,) = Stack([Configuration()], CPU, "float32").evaluate()
    # Logits are sums of 128 products of a unit-variance number and one of variance 1 / (3 * 128): variance 1/3,
    # so the expected loss is about ln 97 + 1/6.
    assert row["train_loss"] == pytest.approx(np.log(97) + 1 / 6, abs=0.1)


def test_one_batch_is_overfitted(tiny):
    stack = trained([tiny({"optimizer.learning_rate": 1e-2}, batch_size=None)], 200)
    assert stack.evaluate()[1][0]["train_loss"] < 0.05


@pytest.mark.parametrize("network", [None, MLP(hidden=(8,)), experiments.one_layer(), experiments.modern()])
def test_every_weight_is_moved(tiny, network):
    configuration = tiny({} if network is None else {"network": network})
    stack = Stack([configuration], CPU, "float32")
    before = stack.flat.clone()
    for _ in range(5):
        stack.advance()
    for name, place in stack.layout.slices().items():
        assert not torch.equal(stack.flat[:, place], before[:, place]), name


def test_what_stands_for_several_counts_in_the_loss_and_not_in_the_answer(tiny):
    """At first all logits are about alike, so that weights of 19 raise the loss by their share of the softmax."""
    vocabulary = {"network.vocabulary": 40, "network.unembed_vocabulary": True}
    plain, weighted = (Stack([tiny(vocabulary | own)], CPU, "float64") for own in ({}, {"network.unused_weight": 19.0}))
    used = 11 + 2  # operands, "/" and "="
    (one,), (other,) = plain.evaluate()[1], weighted.evaluate()[1]
    assert (one["train_correct"], one["train_margin"]) == (other["train_correct"], other["train_margin"])
    assert abs(other["train_loss"] - one["train_loss"] - math.log((used + 19 * (40 - used)) / 40)) < 0.5
    assert torch.equal(plain.flat, weighted.flat)
    plain.advance()
    weighted.advance()
    assert not torch.equal(plain.flat, weighted.flat)
