"""The pattern model: patterns, a generalization rule and a chance level, validated at birth."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .errors import InputError, demand, shown
from .exact import Exact, as_fraction
from .pattern import Pattern
from .rules import Rule, Table, demand_rule


@dataclass(frozen=True, init=False, slots=True, weakref_slot=True)
class PatternModel:
    """The pattern-learning model of Davies et al. (2022), section 2.2, with a chance level.

    acc_train(t) = 1 - (1 - chance_train) prod_i (1 - p_i(t))

    acc_test(t) = sum_A prod_{i in A} p_i(t) prod_{j not in A} (1 - p_j(t)) G(A),   G(empty) = chance

    Parameters
    ----------
    patterns
        The patterns; they count from 0. None at all is a model of pure chance.
    rule
        The generalization rule G.
    chance
        G(empty), in [0, 1]; 0 in the paper and by default. With a `Table`, whose first value is G(empty),
        it must be left out.
    chance_train
        Accuracy on the training set before anything is learned, in [0, 1]; 0 in the paper and by default.

    Raises
    ------
    InputError
        If a parameter is out of range, or the rule does not fit the number of patterns.

    Examples
    --------
    >>> from grokdd.analytic import Preferred
    >>> slow = Pattern(gamma=1, alpha=0.05, b=200, g=1)
    >>> PatternModel([slow], Preferred(0)).n
    1
    """

    patterns: tuple[Pattern, ...]
    rule: Rule
    chance: Fraction
    chance_train: Fraction

    def __init__(
        self,
        patterns: Iterable[Pattern],
        rule: Rule | None = None,
        chance: Exact | None = None,
        chance_train: Exact = 0,
    ) -> None:
        if not isinstance(patterns, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
            raise InputError(f"patterns must be a sequence of Pattern, got {shown(patterns)}")
        members = tuple(patterns)
        rule = demand_rule(rule)
        for i, pattern in enumerate(members):
            if not isinstance(pattern, Pattern):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
                raise InputError(f"patterns[{i}] must be a Pattern, got {shown(pattern)}")
        rule.check(len(members))
        if isinstance(rule, Table) and chance is not None:
            raise InputError(
                f"chance must be left out with a Table, whose values[0] is G(empty); got chance = {shown(chance)}"
            )
        if isinstance(rule, Table):
            empty = rule.value((), ())
        else:
            empty = as_fraction("chance", 0 if chance is None else chance, low=0, high=1)
        object.__setattr__(self, "patterns", members)
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "chance", empty)
        object.__setattr__(self, "chance_train", as_fraction("chance_train", chance_train, low=0, high=1))

    @property
    def n(self) -> int:
        """Number of patterns."""
        return len(self.patterns)

    def generalization(self, members: Sequence[int]) -> Fraction:
        """Return G(A) exactly, for the set A of the patterns in `members` (strictly increasing indices)."""
        try:
            fits = all(a < b for a, b in itertools.pairwise(members)) and all(0 <= i < self.n for i in members)
        except TypeError:
            fits = False
        if not fits:
            raise InputError(f"members must be increasing indices of patterns in 0..{self.n - 1}, got {shown(members)}")
        if not members:
            return self.chance
        return self.rule.value(members, [pattern.g for pattern in self.patterns])

    def to_toml(self) -> str:
        """Return the model as TOML that `from_toml` reads back without loss.

        Raises
        ------
        InputError
            If the rule is a Table of more than 12 patterns, which belongs in a `.npy` file.
        """
        from .model_toml import write_model

        return write_model(self)

    @staticmethod
    def from_toml(text: str) -> "PatternModel":
        """Return the model that TOML `text` describes; decimals are read as exact decimals.

        Raises
        ------
        InputError
            If the text is not TOML, or not a model. Nothing in it is ever evaluated.
        """
        from .model_toml import read_model

        return read_model(text)


def demand_model(model: object) -> None:
    """Raise an InputError if `model` is no PatternModel."""
    demand("model", model, PatternModel, "a PatternModel")
