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
    from .boundaries import Boundary, BoundaryPoint, shape_boundaries
    from .classification import Classification, classify
    from .conditions import (
        PlateauConditions,
        SymbolicPlateaus,
        plateau_conditions,
        plateau_heights,
        symbolic_plateaus,
    )
    from .extrema import Crossing, Extremum, Shape, shape
    from .forms.accuracy import closed_forms
    from .forms.closed_form import ClosedForm
    from .forms.derivatives import derivatives, mean_gradient
    from .forms.identities import identities
    from .forms.identity import Identity
    from .forms.limits import limits, preference_limits
    from .kind_margins import KindChange, KindMargin
    from .kinds import Kind, KindEvidence, KindThresholds, kind_of
    from .proving import Answer, never_falls, prove
    from .theory import Theorem, Verification, theorem, theorems, verify
    from .traced_boundaries import KindBoundaries, KindBoundaryPoint, kind_boundaries

__getattr__, _lazy = lazy_names(
    __name__,
    {
        "accuracy": ("acc_test", "acc_train", "in_time", "rate"),
        "boundaries": ("Boundary", "BoundaryPoint", "shape_boundaries"),
        "classification": ("Classification", "classify"),
        "conditions": (
            "PlateauConditions",
            "SymbolicPlateaus",
            "plateau_conditions",
            "plateau_heights",
            "symbolic_plateaus",
        ),
        "extrema": ("Crossing", "Extremum", "Shape", "shape"),
        "forms.accuracy": ("closed_forms",),
        "forms.closed_form": ("ClosedForm",),
        "forms.derivatives": ("derivatives", "mean_gradient"),
        "forms.identities": ("identities",),
        "forms.identity": ("Identity",),
        "forms.limits": ("limits", "preference_limits"),
        "traced_boundaries": ("KindBoundaries", "KindBoundaryPoint", "kind_boundaries"),
        "kind_margins": ("KindChange", "KindMargin"),
        "kinds": ("Kind", "KindEvidence", "KindThresholds", "kind_of"),
        "proving": ("Answer", "never_falls", "prove"),
        "theory": ("Theorem", "Verification", "theorem", "theorems", "verify"),
    },
)

__all__ = [
    "Answer",
    "Boundary",
    "BoundaryPoint",
    "Classification",
    "ClosedForm",
    "Crossing",
    "Curves",
    "Extremum",
    "Identity",
    "InputError",
    "Kind",
    "KindBoundaries",
    "KindBoundaryPoint",
    "KindChange",
    "KindEvidence",
    "KindMargin",
    "KindThresholds",
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
    "Theorem",
    "Verification",
    "acc_test",
    "acc_train",
    "classify",
    "closed_forms",
    "derivatives",
    "identities",
    "in_time",
    "kind_boundaries",
    "kind_of",
    "limits",
    "mean_gradient",
    "never_falls",
    "plateau_conditions",
    "plateau_heights",
    "preference_limits",
    "presets",
    "prove",
    "rate",
    "shape",
    "shape_boundaries",
    "symbolic_plateaus",
    "theorem",
    "theorems",
    "verify",
]


def __dir__() -> list[str]:
    return __all__
