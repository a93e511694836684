"""An atlas of a thousand models by a thousand, in seconds, where `grokdd.simulate` has an atlas."""

from typing import Any

import numpy as np

from .. import simulate
from ..analytic import classify, presets
from .case import Case, Prepared, WrongValue

TOPIC = "atlas"
SIDE = 1000
ENDS = {"gamma_0": 1.0, "gamma_2": 1.0}
"""The paper's plane: the heights of the first and the last pattern, from 0 to these."""
CHECKED = 20
"""Places whose kind is proved by exact arithmetic."""


def cases() -> list[Case]:
    """Return the case of an atlas, or none as long as there is no atlas."""
    atlas: Any = getattr(simulate, "atlas", None)
    return [] if atlas is None else [case(atlas)]


def case(atlas: Any, side: int = SIDE, threads: int = 2) -> Case:
    """Return the case of the paper's double descent with two parameters moved, in so many steps each."""
    model = presets.double_descent()

    def way(axes: Any) -> Prepared:
        return Prepared(lambda: atlas(model, axes, threads=threads), 1, check)

    def check(found: Any) -> None:
        for place in np.random.default_rng(0).integers(0, side, (CHECKED, 2)).tolist():
            certified = classify(found.model_at(*place))
            if certified.kind != found.kind(*place):
                raise WrongValue(f"got {found.kind(*place)} at {place}, expected {certified.kind}")

    def axes() -> Any:
        return {name: np.linspace(0.0, end, side) for name, end in ENDS.items()}

    return Case(TOPIC, model.n, "atlas", axes, {"atlas": way}, size=f"{side} by {side}", threads=threads)
