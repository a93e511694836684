"""What a pattern model does, fast: its curves in time, and the multilinear extension of any set function.

NumPy and numba alone; numba is loaded when the first function is asked for. The forms on tensors need torch instead,
an extra: pip install 'grokdd[empirical]'.
"""

if "." not in __name__:
    raise ImportError("import grokdd.simulate, not simulate: its relative imports need the package around it")

from typing import TYPE_CHECKING

from ..analytic.lazy import lazy_names

if TYPE_CHECKING:
    from .allocation import Sample, sample
    from .bounds import BoundedCurves, bounded_curves
    from .derivatives import Gradient, gradient
    from .evaluate import accuracies, curves
    from .gradient_bounds import BoundedGradient, bounded_gradient
    from .many_bounds import bounds_of_many
    from .many_models import ManyCurves, curves_of_many
    from .on_the_fly import sum_over_sets
    from .phase_diagram import Atlas, atlas
    from .second_derivatives import HessianProduct, hessian_product
    from .table_forms import extension, form_for
    from .tensors.logistic import predictiveness_on_tensors as predictiveness_on_tensors
    from .tensors.quadrature import TensorCurves as TensorCurves
    from .tensors.quadrature import curves_on_tensors as curves_on_tensors
    from .tensors.soft_preference import soft_preference_table as soft_preference_table
    from .tensors.split import extension_on_tensors as extension_on_tensors
    from .transforms import multilinear_coefficients, table_of_coefficients

__getattr__, _offered = lazy_names(
    __name__,
    {
        "allocation": ("Sample", "sample"),
        "bounds": ("BoundedCurves", "bounded_curves"),
        "derivatives": ("Gradient", "gradient"),
        "evaluate": ("accuracies", "curves"),
        "gradient_bounds": ("BoundedGradient", "bounded_gradient"),
        "many_bounds": ("bounds_of_many",),
        "many_models": ("ManyCurves", "curves_of_many"),
        "on_the_fly": ("sum_over_sets",),
        "phase_diagram": ("Atlas", "atlas"),
        "second_derivatives": ("HessianProduct", "hessian_product"),
        "table_forms": ("extension", "form_for"),
        "tensors.logistic": ("predictiveness_on_tensors",),
        "tensors.quadrature": ("TensorCurves", "curves_on_tensors"),
        "tensors.soft_preference": ("soft_preference_table",),
        "tensors.split": ("extension_on_tensors",),
        "transforms": ("multilinear_coefficients", "table_of_coefficients"),
    },
)

# Without the names that need torch: `from grokdd.simulate import *` is to work where that is not installed.
__all__ = [
    "Atlas",
    "BoundedCurves",
    "BoundedGradient",
    "Gradient",
    "HessianProduct",
    "ManyCurves",
    "Sample",
    "accuracies",
    "atlas",
    "bounded_curves",
    "bounded_gradient",
    "bounds_of_many",
    "curves",
    "curves_of_many",
    "extension",
    "form_for",
    "gradient",
    "hessian_product",
    "multilinear_coefficients",
    "sample",
    "sum_over_sets",
    "table_of_coefficients",
]


def __dir__() -> list[str]:
    return _offered
