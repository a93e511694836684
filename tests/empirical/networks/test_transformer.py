"""The network of an ensemble against an independent reading of its definition, one member and sequence at a time."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from grokdd.analytic.errors import InputError
from grokdd.empirical import experiments
from grokdd.empirical.layout import Layout
from grokdd.empirical.networks import Transformer
from grokdd.empirical.tasks.task import Shape

SMALL = Shape(operands=2, symbols=11, classes=11)
EPS = torch.finfo(torch.float64).eps

NETWORKS = {
    "paper": Transformer(width=16, heads=2),
    "three layers": Transformer(width=16, layers=3),
    "one layer": Transformer(width=16, layers=1, heads=4),
    "eos": Transformer(width=16, leading_eos=True, vocabulary=20, unembed_vocabulary=True),
    "nanda": Transformer(
        width=16, layers=1, heads=4, norm="none", positions="learned", mlp_biases=True, initial="normal",
        operator_symbol=False,
    ),
    "modern": Transformer(
        width=16, heads=2, norm="pre", norm_kind="rms", positions="rotary", activation="gated_silu", mlp_width=24
    ),
    "pre": Transformer(width=16, heads=2, norm="pre", activation="gelu", positions="learned", tied=True),
}  # fmt: skip


def ensemble(network, members, shape=SMALL, dtype=torch.float64):
    layout = Layout(network.weights(shape))
    rows = np.stack([layout.draw(seed) for seed in range(members)])
    return layout, torch.from_numpy(rows).to(dtype)


def operands(members, examples, shape=SMALL, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, shape.symbols, (members, examples, shape.operands)))


def spelled(network, pair, shape):
    """The symbols of one example: [<eos>] a [op] b =."""
    op, equals = ([shape.symbols], shape.symbols + 1) if network.operator_symbol else ([], shape.symbols)
    eos = [equals + 1] if network.leading_eos else []
    return torch.tensor([*eos, int(pair[0]), *op, *(int(one) for one in pair[1:]), equals])


def normed(network, x, weights, name):
    gain = weights[f"{name}.weight"]
    if network.norm_kind == "rms":
        return x / (x.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * gain
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * gain + weights[f"{name}.bias"]


def rotated(x, places):
    """Each pair (i, i + d/2) of a head turned by the angle place / 10000^(2 i / d), as a complex number."""
    half = x.shape[-1] // 2
    z = torch.complex(x[..., :half], x[..., half:])
    angle = places[:, None] / 10000 ** (torch.arange(half, dtype=torch.float64) / half)
    z = z * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([z.real, z.imag], dim=-1)


def by_definition(network, weights, pair, shape):
    """Every position of every block, then the last: the logits of one example, from weights without dimension E."""
    symbols = spelled(network, pair, shape)
    x, length = weights["embedding.weight"][symbols], len(symbols)
    if network.positions == "sinusoidal":
        place = torch.arange(network.width)
        angle = torch.arange(length)[:, None] / 10000 ** ((place - place % 2).double() / network.width)
        x = x + torch.where(place % 2 == 0, angle.sin(), angle.cos()).float().double()
    elif network.positions == "learned":
        x = x + weights["positions.weight"]
    for depth in range(network.layers):
        w = {name.split(".", 2)[2]: v for name, v in weights.items() if name.startswith(f"blocks.{depth}.")}
        inner = normed(network, x, w, "attention_norm") if network.norm == "pre" else x
        q, k, v = (
            (inner @ w[f"{name}.weight"].T).unflatten(-1, (network.heads, -1)).transpose(0, 1)
            for name in ("query", "key", "value")
        )
        if network.positions == "rotary":
            q, k = rotated(q, torch.arange(length)), rotated(k, torch.arange(length))
        gathered = functional.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(0, 1).flatten(1)
        x = x + gathered @ w["attention_out.weight"].T
        x = normed(network, x, w, "attention_norm") if network.norm == "post" else x
        inner = normed(network, x, w, "mlp_norm") if network.norm == "pre" else x
        hidden = inner @ w["mlp_in.weight"].T + w.get("mlp_in.bias", 0)
        if network.activation == "gated_silu":
            gate = inner @ w["mlp_gate.weight"].T
            hidden = gate / (1 + (-gate).exp()) * hidden
        else:
            hidden = {"relu": functional.relu, "gelu": functional.gelu}[network.activation](hidden)
        x = x + hidden @ w["mlp_out.weight"].T + w.get("mlp_out.bias", 0)
        x = normed(network, x, w, "mlp_norm") if network.norm == "post" else x
    x = normed(network, x, weights, "final_norm") if network.norm == "pre" else x
    return (x @ weights["embedding.weight" if network.tied else "unembedding.weight"].T)[-1]


@pytest.mark.parametrize("examples", [5, 40], ids=["each by itself", "shared symbols"])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_logits_are_those_of_the_definition(network, examples):
    layout, flat = ensemble(network, 2)
    inputs, weights = operands(2, examples), layout.views(flat)
    got = network.logits(weights, inputs, SMALL)
    expected = torch.stack([
        torch.stack([
            by_definition(network, {name: w[member] for name, w in weights.items()}, pair, SMALL)
            for pair in inputs[member]
        ])
        for member in range(2)
    ])  # fmt: skip
    # Sums of at most 64 products of numbers of order 1, four maps a block, at most three blocks deep; norms keep
    # the sizes, and the constant 50 leaves room for the gelu's and the softmax's own roundings.
    assert (got - expected).abs().max().item() < 3 * 4 * 64 * 50 * EPS


def test_more_than_two_operands_are_read_in_order():
    shape = Shape(operands=3, symbols=4, classes=5)
    network = Transformer(width=16, heads=2, operator_symbol=False)
    layout, flat = ensemble(network, 1, shape)
    inputs, weights = operands(1, 30, shape), layout.views(flat)
    expected = torch.stack(
        [by_definition(network, {name: w[0] for name, w in weights.items()}, pair, shape) for pair in inputs[0]]
    )
    got = network.logits(weights, inputs, shape)[0]
    assert (got - expected).abs().max().item() < 2 * 4 * 64 * 50 * EPS


def test_an_unused_symbol_of_weight_3_is_as_three_of_the_same_unembedding():
    few = Transformer(width=16, vocabulary=15, unembed_vocabulary=True, unused_weight=3.0)  # 13 used, 2 unused
    many = Transformer(width=16, vocabulary=19, unembed_vocabulary=True)
    layout, flat = ensemble(few, 1)
    weights = layout.views(flat)
    every = torch.tensor([*range(13), 13, 13, 13, 14, 14, 14])
    copied = weights | {name: weights[name][:, every] for name in ("embedding.weight", "unembedding.weight")}
    inputs = operands(1, 40)
    logits, expected = few.logits(weights, inputs, SMALL), many.logits(copied, inputs, SMALL)
    shares = (logits + torch.tensor(few.log_weights(SMALL), dtype=torch.float64)).softmax(-1)
    torch.testing.assert_close(shares[..., :13], expected.softmax(-1)[..., :13], rtol=100 * EPS, atol=0)
    torch.testing.assert_close(shares[..., 13], expected.softmax(-1)[..., 13:16].sum(-1), rtol=100 * EPS, atol=0)
    assert torch.equal(every[expected.argmax(-1)], logits.argmax(-1))  # the answer is that of single symbols
    assert many.log_weights(SMALL) is None


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"vocabulary": 200}, "unused_weight must be 1 unless unembed_vocabulary is true, got 19"),
        ({"vocabulary": 13, "unembed_vocabulary": True}, "unless vocabulary is more than the 13 symbols"),
        ({"unembed_vocabulary": True}, "unless vocabulary is more than the 13 symbols"),
        ({"unembed_vocabulary": True, "unused_weight": 0.5}, "must be a finite number of at least 1, got 0"),
    ],
)
def test_a_weight_of_unused_symbols_is_refused_where_it_would_do_nothing(settings, says):
    with pytest.raises(InputError, match=says):
        Transformer(**{"unused_weight": 19.0} | settings).weights(SMALL)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_member_computes_the_same_bits_as_alone(network, dtype):
    layout, flat = ensemble(network, 3, dtype=dtype)
    inputs = operands(3, 40)
    got = network.logits(layout.views(flat), inputs, SMALL)
    for member in range(3):
        one = slice(member, member + 1)
        assert torch.equal(got[one], network.logits(layout.views(flat[one]), inputs[one], SMALL))


def test_later_operands_do_not_reach_what_stands_before_them():
    """With one layer and all keys at "=" cut off, b cannot matter: here the second operand's embedding is moved."""
    network = NETWORKS["paper"]
    layout, flat = ensemble(network, 1)
    weights = layout.views(flat)
    inputs = torch.tensor([[[3, 7]]])
    streams = network._read(weights, inputs, network._spelling(SMALL), False)
    block = network._block(weights, network._spelling(SMALL), 0)
    before = block.apply(streams, 1, False, None)[-1].rows[:, :, :2]
    other = network._read(weights, torch.tensor([[[3, 8]]]), network._spelling(SMALL), False)
    assert torch.equal(block.apply(other, 1, False, None)[-1].rows[:, :, :2], before)


def parameters(configuration):
    return Layout(configuration.network.weights(configuration.data.shape))


def test_parameters_outside_the_embeddings_are_those_of_the_public_code():
    layout = parameters(experiments.division_mod_97())
    counted = {name: math.prod(weight.shape) for name, weight in layout.weights.items()}
    assert sum(count for name, count in counted.items() if "embedding" not in name) == 394_240
    assert parameters(experiments.public_division()).size == 906_240


def test_the_one_layer_network_begins_at_the_norm_of_omnigrok():
    """Its squared norm is the sum of shape times variance: 1781; 2 * 1781 / 226816 bounds its relative variance."""
    layout = parameters(experiments.addition_mod_113())
    assert layout.size == 114 * 128 + 3 * 128 + 4 * 128**2 + 2 * 512 * 128 + 512 + 128 + 128 * 114
    squares = float((layout.draw(0) ** 2).sum())
    assert abs(squares / 1781 - 1) < 5 * math.sqrt(2 / 226_176)


def test_initial_weights_are_decided_by_seed_and_name_alone():
    short, long = Layout(Transformer(width=16).weights(SMALL)), Layout(Transformer(width=16, layers=3).weights(SMALL))
    first, second = short.draw(5), long.draw(5)
    for name, place in short.slices().items():
        assert np.array_equal(first[place], second[long.slices()[name]])
    assert not np.array_equal(first, short.draw(6))


def test_initial_weights_are_distributed_like_the_frameworks_defaults():
    layout = parameters(experiments.division_mod_97())
    row, places = layout.draw(0), layout.slices()
    inward = row[places["blocks.0.mlp_out.weight"]]
    bound = 1 / math.sqrt(512)
    assert np.abs(inward).max() <= bound
    # Uniform: variance bound**2 / 3, its relative standard error sqrt(4/5 / N).
    assert abs(inward.var() / (bound**2 / 3) - 1) < 4 * math.sqrt(0.8 / inward.size)
    embedding = row[places["embedding.weight"]]
    assert abs(embedding.var() - 1) < 4 * math.sqrt(2 / embedding.size)
    assert set(row[places["blocks.1.mlp_norm.weight"]]) == {1.0}


def test_the_scale_multiplies_all_but_constants():
    layout = Layout(NETWORKS["nanda"].weights(SMALL))
    plain, scaled = layout.draw(0), layout.draw(0, scale=0.8)
    assert np.array_equal(scaled, 0.8 * plain)
    normed_layout = Layout(Transformer(width=16).weights(SMALL))
    gains = normed_layout.slices()["blocks.0.mlp_norm.weight"]
    assert set(normed_layout.draw(0, scale=3.0)[gains]) == {1.0}
