"""What a pattern model does, fast: its curves in time, and the multilinear extension of any set function.

NumPy and numba alone; numba is loaded when the first function is asked for.
"""

if "." not in __name__:
    raise ImportError("import grokdd.simulate, not simulate: its relative imports need the package around it")

from typing import TYPE_CHECKING

from ..analytic.lazy import lazy_names

if TYPE_CHECKING:
    from .allocation import Sample, sample
    from .derivatives import Gradient, gradient
    from .evaluate import accuracies, curves
    from .many_models import ManyCurves, curves_of_many
    from .on_the_fly import sum_over_sets
    from .phase_diagram import Atlas, atlas
    from .table_forms import extension, form_for
    from .transforms import multilinear_coefficients, table_of_coefficients

__getattr__, _lazy = lazy_names(
    __name__,
    {
        "allocation": ("Sample", "sample"),
        "derivatives": ("Gradient", "gradient"),
        "evaluate": ("accuracies", "curves"),
        "many_models": ("ManyCurves", "curves_of_many"),
        "on_the_fly": ("sum_over_sets",),
        "phase_diagram": ("Atlas", "atlas"),
        "table_forms": ("extension", "form_for"),
        "transforms": ("multilinear_coefficients", "table_of_coefficients"),
    },
)

__all__ = [
    "Atlas",
    "Gradient",
    "ManyCurves",
    "Sample",
    "accuracies",
    "atlas",
    "curves",
    "curves_of_many",
    "extension",
    "form_for",
    "gradient",
    "multilinear_coefficients",
    "sample",
    "sum_over_sets",
    "table_of_coefficients",
]


def __dir__() -> list[str]:
    return __all__
