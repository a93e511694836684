"""All ways to a value of test accuracy and to its derivatives, each with the roundings that its own page allows it.

Roundings are of 2^-53 and relative to the value, or to the two parts of a derivative, given p, q and g.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grokdd.analytic import Rule, SoftPreference, Table
from grokdd.simulate import sum_over_sets
from grokdd.simulate.counting import ROUNDINGS
from grokdd.simulate.derivatives import derivatives_in_p
from grokdd.simulate.gradient_bounds import divided
from grokdd.simulate.legendre import LARGEST_RULE
from grokdd.simulate.on_the_fly import roundings_on_the_fly
from grokdd.simulate.pairs_of_patterns import MANY_TIMES
from grokdd.simulate.rounding import roundings, roundings_of_derivatives
from grokdd.simulate.soft_gradient import soft_gradient
from grokdd.simulate.value_forms import ValueForm, value_of

from .attack_models import Attack
from .exact_values import listed_in, weights_of

Array = NDArray[np.float64]

HEAVIEST = 4096
"""Sum of the weights up to which counting is tried here: it takes n times as many steps."""
TABLES: tuple[ValueForm, ...] = ("enumeration", "fold", "matrix")
BOTH_ENDS = 2.0**-16
"""Of a rounding, a pattern: p and q add up to 1 but for that (`attack_models`)."""


@dataclass(frozen=True)
class Computed:
    """Numbers that should all be one, by one form, and how many roundings they may be off."""

    form: str
    values: Array
    allowed: float


def of_rule(rule: Rule, n: int) -> int:
    """Return the roundings of the entries of a table over n patterns: none if it is given (`set_functions`)."""
    return 0 if isinstance(rule, Table) else 2 * n + 2


def of_halves(n: int) -> int:
    """Return the roundings of a sum over rows and columns: n factors and the two lengths (`enumeration`)."""
    return n + (1 << n // 2) + (1 << (n - n // 2))


def values(attack: Attack) -> Iterator[Computed]:
    """Yield test accuracy by every form that the rule has."""
    n, rule = attack.n, attack.rule
    p, q, rest = attack.p, attack.q, (attack.g, rule, attack.chance)
    given = p, q, *rest
    ends = n * BOTH_ENDS
    if not isinstance(rule, Table):
        yield Computed("quadrature", value_of(*given), roundings(rule, n) + ends)
        if not isinstance(rule, SoftPreference) and n - len(listed_in(rule)) <= 2 * LARGEST_RULE:
            many = np.repeat(p, MANY_TIMES + 1, axis=0), np.repeat(q, MANY_TIMES + 1, axis=0)
            yield Computed("quadrature over times", value_of(*many, *rest), roundings(rule, n) + ends)
        if sum(weights_of(rule, n)) <= HEAVIEST:
            yield Computed("counting", value_of(*given, form="counting"), ROUNDINGS + ends)
    for form in TABLES:
        allowed = 3 * n if form == "fold" else of_halves(n)
        yield Computed(form, value_of(*given, form=form), of_rule(rule, n) + allowed + ends)
    if _is_mean(rule) and attack.known_by_p:
        found = sum_over_sets(attack.p, attack.g, chance=attack.chance)
        yield Computed("on the fly", found, roundings_on_the_fly(n))


def _is_mean(rule: Rule) -> bool:
    return not isinstance(rule, SoftPreference | Table) and not listed_in(rule)


@dataclass(frozen=True)
class Derivatives:
    """Derivatives in one quantity by pattern, and how many roundings of their parts each may be off."""

    of: str
    values: Array
    """By every way to them, (ways, n)."""
    allowed: Array
    """(n,)."""


def derivatives(attack: Attack) -> Iterator[Derivatives]:
    """Yield the derivatives in p, g and weights, those that the rule has, by loops over nodes and over times."""
    n, rule = attack.n, attack.rule
    rest = attack.g, rule, attack.chance
    rows = [(np.repeat(attack.p, times, axis=0), np.repeat(attack.q, times, axis=0)) for times in (1, MANY_TIMES + 1)]
    own = (roundings_of_derivatives(rule, n) + n * BOTH_ENDS) * np.ones(n)
    found = [derivatives_in_p(*pq, *rest) for pq in rows]
    yield Derivatives("p", np.vstack([one.by_p for one in found]), own * np.ravel(divided(attack.p, attack.q, rule)))
    if not isinstance(rule, Table):
        yield Derivatives("g", np.vstack([one.own["g"] for one in found]), own)
    if isinstance(rule, SoftPreference):
        yield Derivatives(
            "weights", np.vstack([soft_gradient(*pq, attack.g, rule, attack.chance).by_weights for pq in rows]), own
        )
