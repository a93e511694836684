"""The multilayer perceptron against one-hot vectors and matrices written out."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from grokdd.empirical.layout import Layout
from grokdd.empirical.networks import MLP
from grokdd.empirical.tasks.task import Shape

ACTIVATIONS = {"relu": functional.relu, "gelu": functional.gelu, "tanh": torch.tanh}
CASES = {
    "one-hot": (MLP(hidden=(12, 7)), Shape(2, 5, 5)),
    "one-hot without biases": (MLP(hidden=(12,), biases=False, output_bias=False, activation="gelu"), Shape(3, 4, 6)),
    "embedded": (MLP(hidden=(12,), inputs="embedded", embedding_width=6), Shape(2, 5, 5)),
    "signs": (MLP(hidden=(12,), inputs="signs", activation="tanh", output_bias=False), Shape(9, 2, 2)),
}


def by_definition(network, weights, inputs, shape):
    if network.inputs == "one_hot":
        x = functional.one_hot(inputs, shape.symbols).flatten(1).double()
    elif network.inputs == "embedded":
        x = sum(weights["embedding.weight"][inputs[:, k]] for k in range(shape.operands))
    else:
        x = torch.where(inputs == 0, 1.0, -1.0).double()
    for depth in range(len(network.hidden) + 1):
        x = x @ weights[f"layers.{depth}.weight"].T + weights.get(f"layers.{depth}.bias", 0)
        if depth < len(network.hidden):
            x = ACTIVATIONS[network.activation](x)
    return x


@pytest.mark.parametrize(("network", "shape"), CASES.values(), ids=CASES)
def test_logits_are_those_of_the_definition(network, shape):
    layout = Layout(network.weights(shape))
    flat = torch.from_numpy(np.stack([layout.draw(seed) for seed in range(3)]))
    inputs = torch.from_numpy(np.random.default_rng(0).integers(0, shape.symbols, (3, 20, shape.operands)))
    weights = layout.views(flat)
    got = network.logits(weights, inputs, shape)
    for member in range(3):
        own = {name: weight[member] for name, weight in weights.items()}
        expected = by_definition(network, own, inputs[member], shape)
        # At most 12 products of numbers below 2 a map, three maps.
        assert (got[member] - expected).abs().max().item() < 3 * 12 * 8 * 2.3e-16
        alone = network.logits(layout.views(flat[member : member + 1]), inputs[member : member + 1], shape)
        assert torch.equal(alone[0], got[member])
