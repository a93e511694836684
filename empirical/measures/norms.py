"""Norms: how large the weights of each member are, group by group."""

import torch
from torch import Tensor

from ..layout import Layout


def group_norms(flat: Tensor, layout: Layout) -> dict[str, Tensor]:
    """Return the 2-norm of the weights of each group that is present, and of "all"; shape (E,), float64.

    `flat` has shape (E, P). Squares are summed in float64 by halving, with additions of whole columns only, so a member
    has the same bits alone as among others, and one that is not finite reaches no other.
    """
    sums: dict[str, Tensor] = {}
    for name, place in layout.slices().items():
        group, squares = layout.weights[name].group, _sum_by_halving(flat[:, place].double().square())
        sums[group] = sums[group] + squares if group in sums else squares
    sums["all"] = _sum_by_halving(torch.stack(list(sums.values()), dim=1))
    return {group: total.sqrt() for group, total in sums.items()}


def _sum_by_halving(terms: Tensor) -> Tensor:
    """Return the sum over the columns of `terms` (E, n), shape (E,).

    torch's own sum chooses its order by the number of rows; halves that are added elementwise leave no choice.
    """
    while (width := terms.shape[1]) > 1:
        half = width // 2
        terms = torch.cat([terms[:, :half] + terms[:, width - half :], terms[:, half : width - half]], dim=1)
    return terms[:, :1].sum(dim=1)  # one column, or none for a weight without entries
