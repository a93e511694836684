"""The studies by name, and by size."""

import dataclasses
from collections.abc import Mapping, Sequence

from ...analytic.errors import InputError
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
from .study import Study

STUDIES: Mapping[str, Mapping[str, Study]] = {
    one.SIZES["small"].name: one.SIZES
    for one in (
        figure_1,
        width,
        zero_dividend,
        operations,
        weight_decay,
        progress_measures,
        weight_norm,
        sparse_parity,
        numerics,
        accelerators,
    )
}
"""Each has a "small" size, of at most eight minutes on two cores, and a "full" one, for a card or a night."""


def study_named(name: str, size: str, seeds: Sequence[int] | None = None) -> Study:
    """Return a study; InputError if there is none of that name or size, or a seed is given twice."""
    if name not in STUDIES:
        raise InputError(f"NAME must be one of {', '.join(STUDIES)}, or all, got {name!r}")
    if size not in STUDIES[name]:
        raise InputError(f"--size must be one of {', '.join(STUDIES[name])} for {name}, got {size!r}")
    if seeds is None:
        return STUDIES[name][size]
    if not seeds or len(set(seeds)) < len(seeds) or min(seeds) < 0:
        raise InputError(f"--seeds must be different whole numbers of at least 0, got {', '.join(map(str, seeds))}")
    return dataclasses.replace(STUDIES[name][size], seeds=tuple(seeds))
