"""What is true of a pattern model: the records, SymPy forms, conditions and the shape of a curve.

The records (`Pattern`, `PatternModel`, `Curves`, the rules) need NumPy alone; SymPy and python-flint
are loaded when a derivation is first asked for.
"""

if "." not in __name__:
    raise ImportError(
        "import grokdd.analytic, not analytic: a second copy of its classes would equal none of the first"
    )

from typing import TYPE_CHECKING

from . import presets
from .errors import InputError, MachineError
from .lazy import lazy_names
from .model import PatternModel
from .pattern import Pattern
from .rules import Mean, Preferred, Priority, Rule, SoftPreference, Table
from .training_curves import Curves

if TYPE_CHECKING:
    from .accuracy import acc_test, acc_train, in_time, rate
    from .conditions import (
        PlateauConditions,
        SymbolicPlateaus,
        plateau_conditions,
        plateau_heights,
        symbolic_plateaus,
    )
    from .extrema import Crossing, Extremum, Shape, shape

__getattr__, _lazy = lazy_names(
    __name__,
    {
        "accuracy": ("acc_test", "acc_train", "in_time", "rate"),
        "conditions": (
            "PlateauConditions",
            "SymbolicPlateaus",
            "plateau_conditions",
            "plateau_heights",
            "symbolic_plateaus",
        ),
        "extrema": ("Crossing", "Extremum", "Shape", "shape"),
    },
)

__all__ = [
    "Crossing",
    "Curves",
    "Extremum",
    "InputError",
    "MachineError",
    "Mean",
    "Pattern",
    "PatternModel",
    "PlateauConditions",
    "Preferred",
    "Priority",
    "Rule",
    "Shape",
    "SoftPreference",
    "SymbolicPlateaus",
    "Table",
    "acc_test",
    "acc_train",
    "in_time",
    "plateau_conditions",
    "plateau_heights",
    "presets",
    "rate",
    "shape",
    "symbolic_plateaus",
]


def __dir__() -> list[str]:
    return __all__
