"""An atlas of 1000 x 1000 models of the paper's plane, on two threads; 60 x 60 where nothing is timed."""

import numpy as np
import pytest

from grokdd.analytic import classify, presets
from grokdd.simulate import atlas

THREADS = 2


@pytest.mark.parametrize("names", [("gamma_0", "gamma_2"), ("gamma_0", "b_2"), ("alpha_2", "b_2")], ids="-".join)
def test_a_plane_of_a_million_models(benchmark, names):
    side = 1000 if benchmark.enabled else 60
    model = presets.double_descent()
    ends = {"gamma": 1, "alpha": 0.5, "b": 400}
    axes = {name: np.linspace(0, ends[name.partition("_")[0]], side) for name in names}
    benchmark.group = "an atlas of 10^6 models"
    found = atlas(model, axes, threads=THREADS)
    rng = np.random.default_rng(0)
    places = [
        *rng.integers(0, side, (20, 2)).tolist(),
        *np.argwhere(found.kinds[1:] != found.kinds[:-1])[::200].tolist(),
    ]
    for place in places:
        certified = classify(found.model_at(*place))
        assert (certified.verdict, found.kind(*place)) == ("proved", certified.kind)
    benchmark.extra_info.update({"models": side**2, "threads": THREADS, "undecided": int(found.undecided.sum())})
    benchmark.pedantic(atlas, (model, axes), {"threads": THREADS}, rounds=3)
