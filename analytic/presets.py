"""The paper's two parameter sets (Davies et al. 2022, Figure 2), as exact decimals.

The figure's numbers are stated in the authors' public notebook, not in the text: `docs/sources.md`.
Its horizontal axis is 300 training steps.
"""

from fractions import Fraction

from .errors import InputError, shown
from .model import PatternModel
from .pattern import Pattern
from .rules import Preferred


def _figure_2(*, heuristic_gamma: Fraction, slow_gamma: Fraction) -> PatternModel:
    fast, slow = Fraction("0.15"), Fraction("0.05")
    return PatternModel(
        patterns=(
            Pattern(gamma=heuristic_gamma, alpha=fast, b=30, g=1, name="heuristic"),
            Pattern(gamma=1, alpha=fast, b=50, g=0, name="overfitting"),
            Pattern(gamma=slow_gamma, alpha=slow, b=200, g=1, name="slow"),
        ),
        rule=Preferred(2),
    )


def double_descent() -> PatternModel:
    """Return the model of Figure 2, panels 1 and 2: test accuracy rises, falls and rises again."""
    return _figure_2(heuristic_gamma=Fraction("0.7"), slow_gamma=Fraction("0.2"))


def grokking() -> PatternModel:
    """Return the model of Figure 2, panels 3 and 4: test accuracy rises long after train accuracy."""
    return _figure_2(heuristic_gamma=Fraction(0), slow_gamma=Fraction(1))


PRESETS = {"double_descent": double_descent, "grokking": grokking}
"""The presets by name."""


def named(name: str) -> PatternModel:
    """Return the preset called `name`; InputError if there is none."""
    if not isinstance(name, str) or name not in PRESETS:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"preset must be one of {', '.join(PRESETS)}, got {shown(name)}")
    return PRESETS[name]()
