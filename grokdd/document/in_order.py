"""A model with its patterns in the order in which they are learned, as the theorems count them."""

from ..analytic import PatternModel, Preferred, Priority, SoftPreference, Table
from ..analytic.rules import Rule


def in_order(model: PatternModel) -> tuple[PatternModel, tuple[int, ...]]:
    """Return the same model, patterns in order of inflection, and the index that each had before.

    Equal inflections stay in order of index; patterns of alpha = 0, which never begin, come last.

    Examples
    --------
    >>> from grokdd.analytic import Pattern
    >>> late, early = (Pattern(gamma=1, alpha=1, b=b, g=1) for b in (9, 3))
    >>> in_order(PatternModel([late, early], Preferred(0)))[0].rule
    Preferred(pattern=1)
    """
    order = tuple(sorted(range(model.n), key=lambda i: (model.patterns[i].alpha == 0, model.patterns[i].b)))
    members = [model.patterns[i] for i in order]
    chance = None if isinstance(model.rule, Table) else model.chance  # a table holds its own
    return PatternModel(members, _renumbered(model.rule, order), chance, model.chance_train), order


def _renumbered(rule: Rule, order: tuple[int, ...]) -> Rule:
    place = {old: new for new, old in enumerate(order)}
    match rule:
        case Preferred(pattern=k):
            return Preferred(place[k])
        case Priority(order=listed):
            return Priority(tuple(place[i] for i in listed))
        case SoftPreference(weights=weights):
            return SoftPreference(tuple(weights[i] for i in order))
        case Table():
            values = rule.fractions()
            return Table([values[_mask_before(mask, order)] for mask in range(len(values))])
    return rule


def _mask_before(mask: int, order: tuple[int, ...]) -> int:
    """Return which set, as a mask of the former indices, a set of the new ones was."""
    return sum(1 << old for new, old in enumerate(order) if mask >> new & 1)
