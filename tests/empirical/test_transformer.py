"""The network against an independent reading of its definition, and against counts of the public code."""

import math
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch.nn import functional

from grokdd.empirical import Configuration, Quirks, experiments
from grokdd.empirical.measuring import loss_of, measure, sides, sizes
from grokdd.empirical.modular_division import division_equations, split_equations
from grokdd.empirical.transformer import DecoderBlock, Transformer, sinusoidal_positions

SMALL: dict[str, Any] = {"modulus": 11, "width": 16, "heads": 2, "batch_size": 32}


def blocks_of(network):
    """The decoder blocks, with their type, which a ModuleList forgets."""
    return [cast(DecoderBlock, block) for block in network.blocks]


def test_parameters_outside_the_embeddings_are_those_of_the_public_code():
    got = sum(p.numel() for name, p in Transformer(Configuration()).named_parameters() if "embedding" not in name)
    assert got == 394_240


def test_the_public_vocabulary_gives_906240_parameters():
    assert sum(p.numel() for p in Transformer(experiments.public_division()).parameters()) == 906_240


def test_all_positions_computed_in_full_give_the_same_logits():
    """The definition: every block at every position, then the last; the network computes only what is read."""
    network = Transformer(Configuration(**SMALL, layers=3)).double()
    pairs = torch.from_numpy(division_equations(11)[:, :2].copy())
    x = network.embedding(network.symbols(pairs)) + network.positions
    for block in blocks_of(network):
        heads = [part(x).reshape(len(x), 4, 2, 8).transpose(1, 2) for part in (block.query, block.key, block.value)]
        gathered = functional.scaled_dot_product_attention(*heads, is_causal=True).transpose(1, 2).reshape(x.shape)
        x = block.attention_norm(x + block.attention_out(gathered))
        x = block.mlp_norm(x + block.mlp_out(functional.relu(block.mlp_in(x))))
    expected = network.unembedding(x)[:, -1]
    got = network(pairs)
    # Sums of at most 64 products of numbers of order 1, three blocks deep, in float64.
    assert (got - expected).abs().max().item() < 3 * 64 * 2.3e-16 * 20


def test_later_symbols_do_not_reach_earlier_ones():
    network = Transformer(Configuration(**SMALL))
    block = blocks_of(network)[0]
    x = torch.randn(5, 4, 16, generator=torch.Generator().manual_seed(0))
    changed = x.clone()
    changed[:, 3] += 1
    assert torch.equal(block(x, None, False)[:, :3], block(changed, None, False)[:, :3])


def test_symbols_spell_the_equation():
    pairs = torch.tensor([[3, 7]])
    assert Transformer(Configuration(**SMALL)).symbols(pairs).tolist() == [[3, 11, 7, 12]]
    with_eos = Transformer(Configuration(**SMALL, quirks=Quirks(leading_eos=True)))
    assert with_eos.symbols(pairs).tolist() == [[13, 3, 11, 7, 12]]


def test_positions_are_sines_and_cosines():
    got = sinusoidal_positions(3, 4).numpy()
    expected = [[math.sin(p), math.cos(p), math.sin(p / 100), math.cos(p / 100)] for p in range(3)]
    np.testing.assert_allclose(got, expected, rtol=0, atol=2**-24)  # float32 of numbers up to 1


def test_initial_weights_are_decided_by_the_seed_alone():
    torch.manual_seed(1)
    first = Transformer(Configuration(**SMALL))
    torch.manual_seed(2)
    second, other = Transformer(Configuration(**SMALL)), Transformer(Configuration(**SMALL, seed=1))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.embedding.weight, other.embedding.weight)


def test_initial_weights_are_distributed_like_the_frameworks_defaults():
    network = Transformer(Configuration())
    weights = blocks_of(network)[0].mlp_out.weight.detach().numpy()
    bound = 1 / math.sqrt(512)
    assert np.abs(weights).max() <= bound
    # Uniform: variance bound**2 / 3, its relative standard error sqrt(4/5 / N).
    assert abs(weights.var() / (bound**2 / 3) - 1) < 4 * math.sqrt(0.8 / weights.size)
    embedding = network.embedding.weight.detach().numpy()
    assert abs(embedding.var() - 1) < 4 * math.sqrt(2 / embedding.size)


def test_loss_at_initialization_is_near_that_of_chance():
    split = split_equations(division_equations(97), 4656, 0)
    measured = measure(Transformer(Configuration()), sides(split, torch.device("cpu")), "float32")
    # Logits are sums of 128 products of a unit-variance number and one of variance 1 / (3 * 128): variance 1/3,
    # so the expected loss is about ln 97 + 1/6.
    assert measured["train_loss"] == pytest.approx(math.log(97) + 1 / 6, abs=0.1)


def test_parts_add_up_to_their_side():
    split = split_equations(division_equations(11), 55, 0)
    both = sides(split, torch.device("cpu"))
    measured, counts = measure(Transformer(Configuration(**SMALL)), both, "float32"), sizes(both)
    for side in ("train", "test"):
        names = (f"{side}_zero_dividend", f"{side}_rest")
        assert sum(counts[name] for name in names) == counts[side]
        assert sum(measured[f"{name}_correct"] for name in names) == measured[f"{side}_correct"]
        mean = sum(measured[f"{name}_loss"] * counts[name] for name in names) / counts[side]
        assert mean == pytest.approx(measured[f"{side}_loss"], rel=1e-12)


def test_one_batch_is_overfitted():
    network = Transformer(Configuration(**SMALL))
    equations = torch.from_numpy(division_equations(11)[:32].copy())
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    for _ in range(100):
        optimizer.zero_grad()
        loss_of(network(equations[:, :2]), equations[:, 2]).backward()
        optimizer.step()
    assert loss_of(network(equations[:, :2]), equations[:, 2]).item() < 0.05


def test_every_parameter_has_a_gradient():
    network = Transformer(Configuration(**SMALL))
    equations = torch.from_numpy(division_equations(11).copy())
    loss_of(network(equations[:, :2]), equations[:, 2]).backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in network.parameters())


def test_dropout_masks_keep_nine_tenths_and_are_decided_by_seed_and_step():
    network = Transformer(Configuration(quirks=Quirks(mlp_dropout=True)))
    first, second = network.dropout_masks(0, 7, 512)
    assert first.shape == (512, 4, 128)
    assert second.shape == (512, 1, 128)
    kept = (first != 0).double().mean().item()
    assert abs(kept - 0.9) < 4 * math.sqrt(0.09 / first.numel())
    assert torch.equal(network.dropout_masks(0, 7, 512)[0], first)
    assert not torch.equal(network.dropout_masks(0, 8, 512)[0], first)
