"""The figures of studies, each drawn from what is recorded of its runs, and nothing else."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from matplotlib.figure import Figure

from ..empirical.studies.all_studies import STUDIES
from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.study import Study
from ..figures import house_style

FIGURES: Mapping[str, Callable[[Any, Recorded], Figure]] = {
    name: import_module(f".{name}", __name__).draw for name in STUDIES
}
"""What draws the figure of each study: `draw` of the file here that has the study's name."""


def study_figure(study: Study, recorded: Recorded) -> Figure:
    """Return the figure of a study, 17 cm wide, from its recorded runs; those that were not trained are missing."""
    with house_style():
        return FIGURES[study.name](study, recorded)
