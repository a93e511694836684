"""The two transformers that studies train, each with the settings of training that it was published with."""

from collections.abc import Callable, Mapping

from ..configuration import Configuration
from ..experiments import addition_mod_113, division_mod_97

TWO_LAYERS, ONE_LAYER = "two layers", "one layer"

NETWORKS: Mapping[str, Callable[..., Configuration]] = {TWO_LAYERS: division_mod_97, ONE_LAYER: addition_mod_113}
"""Two layers with layer norms in minibatches ([Power2022], [Davies2022]); one without norms, all of the train set at
each step ([nanda-code]).

Pilots chose the second for small sizes, where each network of the first is trained on division: mod 31 with 60 and 70 %
of the equations, width 64 and weight decay 1, seeds 100 and 101 had at most 8 % test accuracy after 2500 steps; mod 59
generalized only after some 5000. The second, mod 43 with half of the pairs, reaches 95 % at 2239 and 2520.
"""
