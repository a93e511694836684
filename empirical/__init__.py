"""What training really does: tasks, networks, a trainer, runs as folders, and the pattern model held against them.

Training and measuring know nothing of the pattern model, so that they cannot flatter it; only the judges
(the files of `fits`, and `verdict`) import it. torch is an extra: `pip install
'grokdd[empirical]'`.
"""

if "." not in __name__:
    raise ImportError(
        "import grokdd.empirical, not empirical: a second copy of its classes would equal none of the first"
    )

import os
from typing import TYPE_CHECKING

from ..analytic.lazy import lazy_names

if TYPE_CHECKING:
    from . import experiments
    from .configuration import Configuration
    from .ensembles import Ensemble, run_ensemble
    from .fits.fitting import Fit, Fits, fit
    from .recorder import Recorder
    from .runs import Run
    from .sweeps import read_sweep
    from .training import Evaluation, run
    from .verdict import Statement, Verdict, validate

# Read when torch is loaded: threads that wait for each other sleep at once instead of spinning. On a quiet machine
# that costs nothing that can be measured; beside one other busy process spinning makes training three times slower.
os.environ.setdefault("GOMP_SPINCOUNT", "0")

__getattr__, _lazy = lazy_names(
    __name__,
    {
        "configuration": ("Configuration",),
        "ensembles": ("Ensemble", "run_ensemble"),
        "experiments": ("experiments",),
        "fits.fitting": ("Fit", "Fits", "fit"),
        "recorder": ("Recorder",),
        "runs": ("Run",),
        "sweeps": ("read_sweep",),
        "training": ("Evaluation", "run"),
        "verdict": ("Statement", "Verdict", "validate"),
    },
)

__all__ = [
    "Configuration",
    "Ensemble",
    "Evaluation",
    "Fit",
    "Fits",
    "Recorder",
    "Run",
    "Statement",
    "Verdict",
    "experiments",
    "fit",
    "read_sweep",
    "run",
    "run_ensemble",
    "validate",
]


def __dir__() -> list[str]:
    return __all__
