"""The two transformers that studies train, each with the settings of training that it was published with."""

from collections.abc import Callable, Mapping

from ..configuration import Configuration
from ..experiments import addition_mod_113, division_mod_97

TWO_LAYERS, ONE_LAYER = "two layers", "one layer"

NETWORKS: Mapping[str, Callable[..., Configuration]] = {TWO_LAYERS: division_mod_97, ONE_LAYER: addition_mod_113}
"""Two layers with layer norms in minibatches ([Power2022], [Davies2022]); one without norms, all of the train set at
each step ([nanda-code]).

Small sizes have the second, which pilots saw generalize within minutes, the first not (docs/studies.md).
"""
