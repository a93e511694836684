"""The parameters of a model by name, to be read and to be changed: "gamma_0", "alpha_2", "weight_1", "chance"."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar

from .errors import InputError, shown
from .model import PatternModel
from .rules import SoftPreference, Table

T = TypeVar("T")
OF_A_PATTERN = ("gamma", "alpha", "b", "g", "weight")
OF_THE_MODEL = ("chance", "chance_train")


@dataclass(frozen=True)
class Parameter:
    """One parameter of models with so many patterns and such a rule."""

    kind: str
    """One of gamma, alpha, b, g, weight, chance, chance_train."""
    pattern: int | None = None
    """Of which pattern; None for the chance levels."""

    def __str__(self) -> str:
        """Return the name, such as "gamma_0"."""
        return self.kind if self.pattern is None else f"{self.kind}_{self.pattern}"

    def of(self, model: PatternModel) -> Fraction:
        """Return the value in a model."""
        if self.pattern is None:
            return getattr(model, self.kind)
        if self.kind == "weight" and isinstance(model.rule, SoftPreference):
            return model.rule.weights[self.pattern]
        return getattr(model.patterns[self.pattern], self.kind)

    def put(self, model: PatternModel, value: Fraction) -> PatternModel:
        """Return the model with another value; InputError if it is out of range."""
        fields: dict[str, Any] = {"chance": None} if isinstance(model.rule, Table) else {}  # a Table holds its own
        if self.pattern is None:
            fields[self.kind] = value
        elif self.kind == "weight" and isinstance(model.rule, SoftPreference):
            fields["rule"] = SoftPreference(_replaced(model.rule.weights, self.pattern, value))
        else:
            pattern = replace(model.patterns[self.pattern], **{self.kind: value})
            fields["patterns"] = _replaced(model.patterns, self.pattern, pattern)
        return replace(model, **fields)


def _replaced(items: tuple[T, ...], place: int, item: T) -> tuple[T, ...]:
    return (*items[:place], item, *items[place + 1 :])


def parameter(model: PatternModel, name: object, argument: str = "parameter") -> Parameter:
    """Return the parameter of a model with this name.

    Raises
    ------
    InputError
        If the model has no such parameter; the message calls the name `argument`.
    """
    known = re.fullmatch(rf"({'|'.join(OF_A_PATTERN)})_(0|[1-9][0-9]*)|{'|'.join(OF_THE_MODEL)}", str(name))
    if not isinstance(name, str) or known is None:
        demand = "a parameter such as 'gamma_0', 'alpha_0', 'b_0', 'g_0', 'weight_0', 'chance' or 'chance_train'"
        raise InputError(f"{argument} must be {demand}, got {shown(name)}")
    found = Parameter(known[1], int(known[2])) if known[1] else Parameter(name)
    if found.pattern is not None and found.pattern >= model.n:
        raise InputError(f"{argument} must be of a pattern from 0 to {model.n - 1}, got {shown(name)}")
    if found.kind == "weight" and not isinstance(model.rule, SoftPreference):
        raise InputError(f"{argument} must exist in the model, whose rule has no weights, got {shown(name)}")
    if found.kind == "chance" and isinstance(model.rule, Table):
        raise InputError(f"{argument} must exist in the model, whose table holds its own chance level, got 'chance'")
    return found
