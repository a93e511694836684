"""An atlas of a thousand models by a thousand, in seconds: where the installed grokdd has one."""

from typing import Any

from .. import simulate
from .case import Case, Prepared, WrongValue

SIDE = 1000
TOPIC = "atlas"


def cases() -> list[Case]:
    """Return the case of an atlas, or none as long as `grokdd.simulate` has no atlas."""
    atlas: Any = getattr(simulate, "atlas", None)
    return [] if atlas is None else [case(atlas)]


def case(atlas: Any, side: int = SIDE, threads: int = 2) -> Case:
    """Return the case of the paper's double descent with two parameters moved, side by side of them."""
    from ..analytic import presets

    model = presets.double_descent()

    def way(_: Any) -> Prepared:
        def check(found: Any) -> None:
            if found.kinds.shape != (side, side):
                raise WrongValue(f"an atlas of {side} by {side} has the shape {found.kinds.shape}")

        return Prepared(lambda: atlas(model, side=side, threads=threads), 1, check)

    return Case(TOPIC, model.n, "atlas", lambda: None, {"atlas": way}, size=f"{side} by {side}", threads=threads)
