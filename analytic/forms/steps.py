"""The computations in the proofs of the identities, for open n. Each takes both sides and returns whether it comes out.

Two sides are equal here if their difference is zero as a polynomial in its sums, products and integrals. Nothing is
simplified, so that True is a proof and False says only that this one fails.
"""

from typing import Any

import sympy as sp

from ..symbols import c, z
from .accuracy import EXACTLY, MEAN, NONE_RIGHT, SIZE, THINNED, in_turn, mean_integral, unlisted_integral
from .indexed import (
    bit,
    g,
    i,
    indexed,
    j,
    k,
    m,
    n,
    over_all_patterns,
    over_others,
    over_patterns,
    over_sets,
    p,
    put_each,
    q,
    r,
    w,
)
from .induction import follows, is_zero, one_more, pulled_out

x, y, h = indexed("x"), indexed("y"), indexed("h")
"""A pattern's factor outside a set, its factor inside, and what it adds to the sum over the set."""

_FACTOR = bit(m, j) * y[j] + (1 - bit(m, j)) * x[j]
SETS = over_sets(over_all_patterns(_FACTOR), empty=True)
PRODUCT = over_all_patterns(x[j] + y[j])
WEIGHTED_SETS = over_sets(over_all_patterns(_FACTOR) * over_patterns(bit(m, i) * h[i]), empty=True)
WEIGHTED_PRODUCT = over_patterns(h[i] * y[i] * over_others(x[j] + y[j], i))


def follows_with_product(left: Any, right: Any) -> bool:
    """Return whether an induction over n succeeds, in which the first expansion is known."""
    return follows(left, right, {SETS: PRODUCT})


def is_integral_of_sets(left: Any, right: Any) -> bool:
    """Return whether the sides are the second expansion with z put in, divided by it and integrated; weights are 1."""
    return _is_integral_of_sets(left, right, sp.Integer(1))


def is_weighted_integral_of_sets(left: Any, right: Any) -> bool:
    """Return the same for weights w, with z**w put in."""
    return _is_integral_of_sets(left, right, w[j])


def _is_integral_of_sets(left: Any, right: Any, weight: Any) -> bool:
    factor, product = _expanded(1 - p[j], p[j] * z**weight, weight * g[j])
    values, weights = (over_patterns(bit(m, i) * value.subs(j, i)) for value in (weight * g[j], weight))
    as_sets = over_sets(EXACTLY * values / weights)
    as_integral = sp.Integral(over_patterns(sp.powsimp(product.function / z)), (z, 0, 1))
    return (
        _at_both_bits(factor - z ** (bit(m, j) * weight) * EXACTLY.function)
        and _is_reciprocal_integral()
        and is_zero((left - right) - (as_sets - as_integral))
    )


def is_integral_of_powers(left: Any, right: Any) -> bool:
    """Return whether the sides are the expansions with powers of -u put in, divided by it and integrated; u = 1 - z."""
    u = sp.Dummy("u", nonnegative=True)
    factor, product = _expanded(sp.Integer(1), -p[j] * u, g[j])
    power = 1 - bit(m, j) + bit(m, j) * p[j]
    as_sets = c + over_sets((-1) ** SIZE * (c - MEAN) * over_all_patterns(power))
    terms = _products_expanded((product.function / -u).subs(u, 1 - z))
    chance = c * put_each(put_each(PRODUCT, x, lambda _: sp.Integer(1)), y, lambda entry: -p[entry.indices[0]])
    return (
        _at_both_bits(factor - (-u) ** bit(m, j) * power)
        and _is_reciprocal_integral()
        and is_zero((left - right) - (as_sets - sp.Integral(over_patterns(terms), (z, 0, 1)) - chance))
    )


def is_integral_of_a_binomial(left: Any, right: Any) -> bool:
    """Return whether the left side is the integral of (1 - z)**n term by term, and the right side that of the whole."""
    term = sp.Integer(-1) ** i * sp.binomial(n, i) * sp.integrate(z**i, (z, 0, 1))
    return is_zero(left - sp.Sum(term, (i, 0, n))) and is_zero(right - sp.integrate((1 - z) ** n, (z, 0, 1)))


def is_shift(left: Any, right: Any) -> bool:
    """Return whether the integrands differ by c times a derivative, whose integral is what the sides differ by else."""
    (one, beside_one), (other, beside_other) = _the_integral(left), _the_integral(right)
    product_rule = over_all_patterns(THINNED).diff(z)
    derivative = over_patterns(product_rule.function.subs(product_rule.variables[0], i))
    at_0, at_1 = (over_all_patterns(THINNED.subs(z, end)) for end in (0, 1))
    gained = at_1.xreplace({over_all_patterns(sp.Integer(1)): sp.Integer(1)}) - at_0
    return is_zero(one - pulled_out(other) - c * derivative) and is_zero(c * gained + beside_one - beside_other)


def is_split_by_k(left: Any, right: Any) -> bool:
    """Return whether the sides agree once k is the last pattern and split off; probabilities are known to add up."""
    known = {over_sets(EXACTLY): 1 - NONE_RIGHT, over_sets(EXACTLY, empty=True): sp.Integer(1)}
    return is_zero(one_more(left, last=k).xreplace(known) - one_more(right, last=k))


def is_nested(left: Any, right: Any) -> bool:
    """Return whether both sides, with one more in the list, have pattern q preferred where the rest stood."""
    rest = sp.Dummy()
    return (
        is_zero(left - over_sets(EXACTLY * in_turn(bit(m, j), MEAN)) - c * NONE_RIGHT)
        and is_zero(right - in_turn(p[j], unlisted_integral()))
        and is_zero(unlisted_integral().subs(q, 0) - mean_integral())
        and all(
            is_zero(one_more(in_turn(share, rest), q) - in_turn(share, at_q * g[q] + (1 - at_q) * rest))
            for share, at_q in ((bit(m, j), bit(m, q)), (p[j], p[q]))
        )
    )


def cancels(left: Any, right: Any) -> bool:
    """Return whether the left side is the right one once factors are pulled out of its sums."""
    return is_zero(pulled_out(left) - right)


def is_derivative(left: Any, right: Any) -> bool:
    """Return whether a derivative by p_r or g_r is the right side once r is the last pattern and split off."""
    by = left.variables[0].base[n]
    letter = sp.Dummy()
    parts = [one_more(side, last=r).xreplace({by: letter}) for side in (left.expr, right)]
    (integrand, beside), (expected, beside_expected) = map(_the_integral, parts)
    return is_zero(integrand.diff(letter) - expected) and is_zero(beside.diff(letter) - beside_expected)


def _the_integral(expr: Any) -> tuple[Any, Any]:
    """Return the integrand of the one integral in `expr`, or 0, and what is added to that integral."""
    integrals = expr.atoms(sp.Integral)
    if not integrals:
        return sp.Integer(0), expr
    (integral,) = integrals
    return integral.function, expr.xreplace({integral: sp.Integer(0)})


def _expanded(outside: Any, inside: Any, added: Any) -> tuple[Any, Any]:
    """Return the factor and the right side of the second expansion with these for x[j], y[j] and h[j]."""

    def filled(expr: Any) -> Any:
        for base, value in ((x, outside), (y, inside), (h, added)):
            expr = put_each(expr, base, lambda entry, value=value: value.subs(j, entry.indices[0]))
        return expr

    return filled(_FACTOR), filled(WEIGHTED_PRODUCT)


def _products_expanded(expr: Any) -> Any:
    return expr.replace(sp.Product, lambda factor, limits: sp.Product(factor.expand(), limits))


def _at_both_bits(difference: Any) -> bool:
    """Return whether a difference in bit(m, j) is zero for a pattern outside the set and for one inside."""
    return all(is_zero(difference.xreplace({bit(m, j): sp.Integer(value)})) for value in (0, 1))


def _is_reciprocal_integral() -> bool:
    """Return whether the integral of z**(W - 1) over [0, 1] is 1/W for every W > 0."""
    weight = sp.Dummy(positive=True)
    return sp.integrate(z ** (weight - 1), (z, 0, 1)) == 1 / weight
