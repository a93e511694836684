"""Networks: a transformer with its variants, and a multilayer perceptron.

A network from outside the repository is a frozen dataclass with `weights` and `logits` (`network.Network`) and a
setting `init_scale`, made known by `@kind("network", name)`. Every weight and every result has a leading dimension
E, one entry a member of the ensemble; members must not see each other.

Examples
--------
A table of logits, one row a pair of operands, learned by heart:

>>> from dataclasses import dataclass
>>> from grokdd.empirical.kinds import kind
>>> from grokdd.empirical.networks import Constant, Weight
>>> from grokdd.empirical.networks.layers import rows_of
>>> @kind("network", "lookup-example")
... @dataclass(frozen=True, kw_only=True)
... class Lookup:
...     init_scale: float = 1.0
...     def weights(self, shape):
...         return {"table": Weight((shape.symbols**2, shape.classes), Constant(0.0), "embedding")}
...     def logits(self, weights, inputs, shape, dropout=None):
...         return rows_of(weights["table"], inputs[:, :, 0] * shape.symbols + inputs[:, :, 1])
>>> from grokdd.empirical import Configuration
>>> Configuration(network=Lookup()).to_json()["network"]
{'kind': 'lookup-example', 'init_scale': 1.0}

Trained by `grokdd.empirical.run(Configuration(network=Lookup(), steps=500), out="runs/lookup")`.
"""

from .mlp import MLP
from .network import GROUPS, Constant, Network, Normal, Uniform, Weight
from .transformer import Transformer

__all__ = ["GROUPS", "MLP", "Constant", "Network", "Normal", "Transformer", "Uniform", "Weight"]
