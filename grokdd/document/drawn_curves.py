"""The curves of a model as its document draws them."""

import numpy as np

from .. import figures
from ..analytic import PatternModel


def drawn_curves(model: PatternModel) -> figures.Curves:
    """Return the curves up to the time at which the last pattern is all but learned."""
    from ..simulate import curves  # numba: loaded only where something is computed

    ends = [float(x.b + 8 / x.alpha) for x in model.patterns if x.alpha]
    return curves(model, np.linspace(0, min(max(ends, default=1.0), 1e300), 1201))
