"""What is measured of a network while it trains, from its logits and weights alone, whatever its architecture.

`groups` puts the logits of a modular task onto a group, and `fourier` asks what each frequency contributes to them.
`norms` and `learning_times` apply to any task. `gini.gini` is imported from its own file, which bears its name.
"""

from typing import TYPE_CHECKING

from ...analytic.lazy import lazy_names

if TYPE_CHECKING:
    from .fourier import (
        excluded_logits,
        excluded_loss,
        excluded_loss_by_frequency,
        key_frequencies,
        key_threshold,
        power_by_frequency,
        restricted_logits,
        restricted_loss,
    )
    from .groups import GroupTask, group_task
    from .learning_times import FirstLearned, first_steps
    from .norms import group_norms

__getattr__, _lazy = lazy_names(
    __name__,
    {
        "fourier": (
            "excluded_logits",
            "excluded_loss",
            "excluded_loss_by_frequency",
            "key_frequencies",
            "key_threshold",
            "power_by_frequency",
            "restricted_logits",
            "restricted_loss",
        ),
        "groups": ("GroupTask", "group_task"),
        "learning_times": ("FirstLearned", "first_steps"),
        "norms": ("group_norms",),
    },
)

__all__ = [
    "FirstLearned",
    "GroupTask",
    "excluded_logits",
    "excluded_loss",
    "excluded_loss_by_frequency",
    "first_steps",
    "group_norms",
    "group_task",
    "key_frequencies",
    "key_threshold",
    "power_by_frequency",
    "restricted_logits",
    "restricted_loss",
]


def __dir__() -> list[str]:
    return __all__
