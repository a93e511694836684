"""What things are called in print: patterns, rules, and how far a number may be trusted."""

from collections.abc import Mapping
from typing import Any

from .analytic import Mean, PatternModel, Preferred, Priority, SoftPreference, Table
from .exit_codes import visible


def pattern_names(model: PatternModel) -> list[str]:
    """Return what each pattern is called: its name, or its number."""
    return [pattern.name or f"pattern {i}" for i, pattern in enumerate(model.patterns)]


def visible_names(model: PatternModel) -> list[str]:
    """Return the same with control characters made visible, as a page or a drawing needs them."""
    return [visible(name) for name in pattern_names(model)]


def rule_name(model: PatternModel) -> str:
    """Return the generalization rule of `model` in words.

    >>> from grokdd.analytic import presets
    >>> rule_name(presets.grokking())
    'preferred: slow'
    """
    names = pattern_names(model)
    match model.rule:
        case Mean():
            return "mean"
        case Preferred(pattern=k):
            return f"preferred: {names[k]}"
        case Priority(order=order):
            return f"priority: {', '.join(names[k] for k in order)}"
        case SoftPreference(weights=weights):
            return f"soft preference: weights {', '.join(f'{float(w):.3g}' for w in weights)}"
        case Table():
            return "table"


def trust(certified: bool) -> str:
    """Return the word that a number carries: "certified" (proved) or "float" (computed, not proved)."""
    return "certified" if certified else "float"


def task_name(settings: Mapping[str, Any]) -> str:
    """Return what a run learns in a few words, from the settings of its task.

    >>> task_name({"kind": "binary_operation", "operation": "x/y", "modulus": 97})
    'x/y mod 97'
    >>> task_name({"kind": "permutations", "operation": "x.y", "letters": 5})
    'permutations (operation x.y, letters 5)'
    """
    rest = {name: value for name, value in settings.items() if name != "kind"}
    if settings["kind"] == "binary_operation":
        return f"{rest['operation']} mod {rest['modulus']}"
    return f"{settings['kind']} ({', '.join(f'{name} {value}' for name, value in rest.items())})"
