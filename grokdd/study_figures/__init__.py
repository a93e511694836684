"""The figures of studies, each drawn from what is recorded of its runs, and nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.figure import Figure

from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.study import Study
from ..figures import house_style
from . import (
    accelerators,
    figure_1,
    numerics,
    operations,
    progress_measures,
    sparse_parity,
    weight_decay,
    weight_norm,
    width,
    zero_dividend,
)

FIGURES: Mapping[str, Callable[[Any, Recorded], Figure]] = {
    "figure_1": figure_1.draw,
    "width": width.draw,
    "zero_dividend": zero_dividend.draw,
    "operations": operations.draw,
    "weight_decay": weight_decay.draw,
    "progress_measures": progress_measures.draw,
    "weight_norm": weight_norm.draw,
    "sparse_parity": sparse_parity.draw,
    "numerics": numerics.draw,
    "accelerators": accelerators.draw,
}
"""What draws the figure of each study, by the name of the study."""


def study_figure(study: Study, recorded: Recorded) -> Figure:
    """Return the figure of a study, 17 cm wide, from its recorded runs; those that were not trained are missing."""
    with house_style():
        return FIGURES[study.name](study, recorded)
