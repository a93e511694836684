"""The experiments by name. Each returns a configuration; settings given by name replace its own.

Facts about the published settings and the public code are in `docs/sources.md`.
"""

from dataclasses import replace
from typing import Any

from .configuration import Configuration, Quirks


def division_mod_97(seed: int = 0, **settings: Any) -> Configuration:
    """Return the paper's experiment: 2 layers, width 128, 1 head, weight decay 1e-5 ([Davies2022], Appendix B)."""
    return replace(Configuration(seed=seed), **settings)


def public_division(seed: int = 0, **settings: Any) -> Configuration:
    """Return the same experiment as the public code runs it: all its quirks, no warm-up ([davies-code])."""
    return replace(Configuration(seed=seed, warmup_steps=0, quirks=Quirks.public()), **settings)


def zero_dividend_bump(seed: int = 0, **settings: Any) -> Configuration:
    """Return the first 600 steps of the public setting without dropout: the rise and fall of Figure 7."""
    quirks = Quirks(vocabulary_2000=True, leading_eos=True, ragged_last_batch=True)
    return replace(public_division(seed, quirks=quirks, steps=600, number_format="float32"), **settings)


def tour(seed: int = 0, **settings: Any) -> Configuration:
    """Return a transformer that groks on two cores in minutes: the network of Power et al. (2022), weight decay 1.

    Chosen on pilot runs, then held against seeds 0 to 4 (`results/README.md`): with four heads and weight decay 1
    test accuracy came 9.4 times as late as train accuracy (seed 100), with one head 4.1 times (seed 100), and at
    weight decay 0.3 with one head it stood at 17 % after 7600 steps (seed 0), too slow for a tour.
    """
    own = division_mod_97(
        seed, heads=4, weight_decay=1.0, steps=10_000, stop_test_accuracy=0.99, dense_evaluations_every=4
    )
    return replace(own, **settings)
