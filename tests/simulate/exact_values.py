"""Test accuracy and its derivatives as exact rationals, from the sum over all sets as it is written.

    F = sum_A P(A) num(A) / den(A)        (docs/theory.md, 1, equation 2)

P(A) is a product of whole numbers over a power of 2, and sets with the same den are added up before anything is
divided: nothing here is rounded, and nothing is shared with a kernel.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, isfinite, lcm

from flint import fmpz

from grokdd.analytic import Preferred, Priority, Rule, SoftPreference, Table

Ratio = tuple[int, int]
"""Numerator and positive denominator, not reduced."""


@dataclass(frozen=True)
class Sum:
    """What the sum over sets is made of, in whole numbers.

    `right` and `wrong` (n,) are p and 1 - p over their sum, a power of 2. `g` and `chance` (and the values of a Table)
    are over `unit`.
    """

    right: tuple[int, ...]
    wrong: tuple[int, ...]
    g: tuple[int, ...]
    chance: int
    unit: int
    rule: Rule


def subset_sums(values: Sequence[int]) -> list[int]:
    """Return the sum over each set, bit i of the index standing for value i."""
    sums = [0]
    for value in values:
        sums += [one + value for one in sums]
    return sums


def probabilities(sum_: Sum) -> tuple[list[int], int]:
    """Return P(A) of all sets over one number, and that number."""
    found, unit = [1], 1
    for right, wrong in zip(sum_.right, sum_.wrong, strict=True):
        found = [one * wrong for one in found] + [one * right for one in found]
        unit *= right + wrong
    return found, unit


def whole(weights: Sequence[Fraction]) -> list[int]:
    """Return weights as whole numbers in the same ratios."""
    unit = lcm(*(weight.denominator for weight in weights))
    return [int(weight * unit) for weight in weights]


def weights_of(rule: Rule, n: int) -> list[int]:
    return whole(rule.weights) if isinstance(rule, SoftPreference) else [1] * n


def listed_in(rule: Rule) -> tuple[int, ...]:
    """Return the patterns that come by priority, the first of them first."""
    match rule:
        case Preferred(pattern=pattern):
            return (pattern,)
        case Priority(order=order):
            return order
        case _:
            return ()


def generalizations(sum_: Sum) -> tuple[list[int], list[int]]:
    """Return num and den of all sets: G(A) = num / den / unit."""
    n = len(sum_.g)
    if isinstance(sum_.rule, Table):
        return [int(value * sum_.unit) for value in sum_.rule.values.tolist()], [1] * 2**n  # exact: a power of 2
    weights = weights_of(sum_.rule, n)
    num, den = subset_sums([w * g for w, g in zip(weights, sum_.g, strict=True)]), subset_sums(weights)
    num[0], den[0] = sum_.chance, 1
    for k in reversed(listed_in(sum_.rule)):
        for a in range(2**n):
            if a >> k & 1:
                num[a], den[a] = sum_.g[k], 1
    return num, den


def value(sum_: Sum) -> Ratio:
    """Return F, times `unit` of g left in the denominator."""
    num, den = generalizations(sum_)
    return expectation(sum_, num, den)


def expectation(sum_: Sum, num: Sequence[int], den: Sequence[int]) -> Ratio:
    """Return the sum over all sets of P(A) num(A) / den(A) / unit."""
    probability, unit = probabilities(sum_)
    groups: defaultdict[int, int] = defaultdict(int)
    for chance, above, below in zip(probability, num, den, strict=True):
        groups[below] += chance * above
    above, below = added([(above, below) for below, above in groups.items()])
    return above, below * unit * sum_.unit


def added(terms: Sequence[Ratio]) -> Ratio:
    """Return the sum of ratios."""
    above, below = by_halves([(fmpz(above), fmpz(below)) for above, below in terms])
    return int(above), int(below)


def by_halves(terms: Sequence[tuple[fmpz, fmpz]]) -> tuple[fmpz, fmpz]:
    """Return the sum, few of whose products are of long numbers; those may have millions of digits."""
    if len(terms) < 2:
        return terms[0] if terms else (fmpz(0), fmpz(1))
    (a, b), (c, d) = by_halves(terms[: len(terms) // 2]), by_halves(terms[len(terms) // 2 :])
    return a * d + b * c, b * d


def certain(sum_: Sum, k: int, right: bool) -> Sum:
    """Return the sum with p_k = 1, or p_k = 0."""
    return replace(
        sum_,
        right=(*sum_.right[:k], int(right), *sum_.right[k + 1 :]),
        wrong=(*sum_.wrong[:k], int(not right), *sum_.wrong[k + 1 :]),
    )


@dataclass(frozen=True)
class Slope:
    """A derivative A - B as a difference of two parts >= 0, and the sum of the two, to which an error is relative."""

    difference: Ratio
    parts: Ratio


def by_p(sum_: Sum, k: int) -> Slope:
    """Return dF/dp_k = F(p_k = 1) - F(p_k = 0); its first part is g_k dF/dg_k at p_k = 1, of a Table F(p_k = 1)."""
    with_it, without = value(certain(sum_, k, True)), value(certain(sum_, k, False))
    difference = less(with_it, without)
    if isinstance(sum_.rule, Table):
        return Slope(difference, added([with_it, without]))
    share, below = by_g(certain(sum_, k, True), k)
    gains = share * sum_.g[k], below * sum_.unit
    return Slope(difference, less(added([gains, gains]), difference))


def by_g(sum_: Sum, k: int) -> Ratio:
    """Return dF/dg_k: F for g_k = 1, all others and chance 0, as F is linear in g and chance."""
    return value(replace(sum_, g=tuple(int(i == k) for i in range(len(sum_.g))), chance=0, unit=1))


def by_weight(sum_: Sum, k: int) -> Slope:
    """Return dF/dw_k of a soft preference, in the weights of `weights_of`: sum over A with k of P (g_k - G) / W."""
    weights = weights_of(sum_.rule, len(sum_.g))
    total = subset_sums(weights)
    gained = subset_sums([w * g for w, g in zip(weights, sum_.g, strict=True)])
    den = [w * w if a >> k & 1 else 1 for a, w in enumerate(total)]

    def over(term: Callable[[int], int]) -> Ratio:
        return expectation(sum_, [term(a) if a >> k & 1 else 0 for a in range(len(total))], den)

    g = sum_.g[k]
    return Slope(over(lambda a: g * total[a] - gained[a]), over(lambda a: g * total[a] + gained[a]))


def less(one: Ratio, other: Ratio) -> Ratio:
    (a, b), (c, d) = one, other
    return a * d - b * c, b * d


def roundings_off(got: float, exact: Ratio, size: Ratio | None = None) -> float:
    """Return |got - exact| in roundings of 2^-53 of `size`, by default of `exact` itself.

    In the subnormal range a rounding is no longer relative: 100 units of 2^-1074 are no error.
    """
    if not isfinite(got):
        return inf
    (a, b), (c, d) = got.as_integer_ratio(), exact
    off, below = abs(a * d - b * c), b * d
    if off << 1074 <= 100 * below:
        return 0.0
    above, unit = exact if size is None else size
    if above == 0:
        return inf
    if size is None:  # without a product of two long numbers
        return (off << 53) / (b * abs(above))
    return (off * unit << 53) / (below * abs(above))
