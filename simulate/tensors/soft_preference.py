"""The table of a soft preference on tensors, differentiable in its weights, its generalizations and its chance level.

G(A) = sum_A w_i g_i / sum_A w_i for all 2^n sets, by doubling: the sets without pattern i, then the same with it.
"""

from typing import Any

import torch
from torch import Tensor

from ...analytic.errors import InputError
from ..set_functions import MOST_PATTERNS
from .arguments import require_memory_on, tensors


def soft_preference_table(weights: Any, g: Any, *, chance: Any = 0.0) -> Tensor:
    """Return G of a soft preference for all sets, shape (2**n,), as `extension_on_tensors` takes it.

    Parameters
    ----------
    weights
        One weight > 0 per pattern, shape (n,), n at most 30; only their ratios matter.
    g
        Generalizations, shape (n,).
    chance
        G of the empty set, a single number.

    Raises
    ------
    InputError
        If the shapes do not fit, formats or devices are mixed, a weight is not positive, or n > 30; the message states
        the bytes.
    MachineError
        If the table does not fit the memory that is free.

    Notes
    -----
    For g >= 0 each entry has a relative error of at most (2 n + 2) roundings.

    Examples
    --------
    >>> soft_preference_table([1, 3], [1.0, 0.0])
    tensor([0.0000, 1.0000, 0.0000, 0.2500], dtype=torch.float64)
    """
    heavy, share, empty = tensors(weights=weights, g=g, chance=chance)
    if heavy.dim() != 1 or share.shape != heavy.shape or empty.dim():
        raise InputError(
            "weights and g must have the same shape (n,) and chance must be a single number, got shapes "
            f"{tuple(heavy.shape)}, {tuple(share.shape)} and {tuple(empty.shape)}"
        )
    fit = (heavy > 0) & heavy.isfinite()
    if not bool(fit.all()):
        raise InputError(f"weights must be positive and finite, got {heavy[~fit][0].item():g}")
    n = heavy.shape[0]
    needed = (8 * heavy.element_size()) << n  # both sums, what doubling leaves of them, and their derivatives
    if n > MOST_PATTERNS:
        raise InputError(f"weights must number at most {MOST_PATTERNS}, got {n}: a table takes {needed} bytes")
    require_memory_on(heavy.device, needed, f"a table over 2**{n} sets", "take fewer patterns")
    of_members = _subset_sums(heavy * share)[1:] / _subset_sums(heavy)[1:]
    return torch.cat([empty[None], of_members])


def _subset_sums(values: Tensor) -> Tensor:
    sums = values.new_zeros(1)
    for value in values:
        sums = torch.cat([sums, sums + value])
    return sums
