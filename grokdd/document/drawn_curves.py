"""The curves of a model as its document draws them."""

from fractions import Fraction

import numpy as np

from .. import figures
from ..analytic import PatternModel

FARTHEST = Fraction(10) ** 300
"""The last time that is drawn."""


def drawn_curves(model: PatternModel) -> figures.Curves:
    """Return the curves up to the time at which the last pattern is all but learned."""
    from ..simulate import curves  # numba: loaded only where something is computed

    ends = [x.b + 8 / x.alpha for x in model.patterns if x.alpha]
    return curves(model, np.linspace(0, float(min(max(ends, default=Fraction(1)), FARTHEST)), 1201))
