"""What must stay the same when a model is changed: each property with its reason, for random models of every rule.

Both sides are kernels, so that each may be off by its own bound (`rounding.roundings`); where the same operations are
done on the same numbers, bits are compared.

Elsewhere: equal weights are the mean, and weights too far apart (`test_soft_quadrature`), infinite times are the
vertices (`test_evaluate`), a derivative is a difference of two values (`test_derivatives`).
"""

from collections.abc import Callable
from fractions import Fraction
from inspect import signature
from math import comb
from typing import Any

import numpy as np
import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference, Table
from grokdd.simulate import curves, curves_of_many, extension, gradient, hessian_product
from grokdd.simulate.rounding import HIGHER, U, roundings, roundings_of_derivatives
from grokdd.simulate.value_forms import value_of

RULES = ("mean", "preferred", "priority", "soft", "table")
SEEDS = range(25)


def for_seeds(test: Callable[..., None]) -> Callable[..., None]:
    """Return a test that runs once for each seed, and says which one failed."""

    def run(**given: Any) -> None:
        for seed in SEEDS:
            try:
                test(seed=seed, **given)
            except AssertionError as error:
                error.add_note(f"seed {seed}")
                raise

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    asked = signature(test)
    run.__signature__ = asked.replace(parameters=[x for x in asked.parameters.values() if x.name != "seed"])  # pyright: ignore[reportFunctionMemberAccess]  # pytest reads it
    return run


def chances(rng, n):
    """Return p (n,), 0 and 1 among them, such that 1 - p is exact."""
    p = rng.integers(0, 2**20, n, endpoint=True) / 2.0**20
    return np.where(rng.random(n) < 0.2, np.round(p), p)


def rule_of(name, rng, n) -> Any:
    match name:
        case "preferred":
            return Preferred(int(rng.integers(n)))
        case "priority":
            return Priority(rng.permutation(n)[: int(rng.integers(1, n + 1))].tolist())
        case "soft":
            return SoftPreference((10 ** rng.uniform(-2, 2, n)).tolist())
        case "table":
            return Table(rng.random(2**n))
        case _:
            return Mean()


def value(p, g, rule, chance=0.0):
    """Return F at p (n,) and how far it may be off."""
    empty = float(rule.values[0]) if isinstance(rule, Table) else chance
    got = float(value_of(p[None], 1 - p[None], g, rule, empty)[0])
    return got, HIGHER * roundings(rule, p.size) * U * got


def assert_same(one, other, more=0.0):
    """Demand that two values with their bounds can be one number, but for `more`."""
    assert abs(one[0] - other[0]) <= one[1] + other[1] + more


def drawn(name, seed, least=2, most=10):
    rng = np.random.default_rng([RULES.index(name), seed])
    n = int(rng.integers(least, most))
    return rng, n, chances(rng, n), rng.random(n), rule_of(name, rng, n), float(rng.choice([0.0, rng.random()]))


# --- order


def permuted(rule, order):
    """Return the rule for patterns that stand as order[0], order[1], ... before."""
    place = {int(k): i for i, k in enumerate(order)}
    match rule:
        case Preferred(pattern=pattern):
            return Preferred(place[pattern])
        case Priority(order=listed):
            return Priority([place[k] for k in listed])
        case SoftPreference(weights=weights):
            return SoftPreference([weights[k] for k in order])
        case Table(values=values):
            masks = np.arange(values.size)
            return Table(values[sum((masks >> i & 1) << int(k) for i, k in enumerate(order))])
        case _:
            return rule


@pytest.mark.parametrize("name", RULES)
@for_seeds
def test_the_order_of_patterns_is_only_a_name(name, seed):
    """The sum runs over sets, whatever their members are called."""
    rng, n, p, g, rule, chance = drawn(name, seed)
    order = rng.permutation(n)
    assert_same(value(p[order], g[order], permuted(rule, order), chance), value(p, g, rule, chance))


# --- copies and parts of patterns


@for_seeds
def test_copies_are_one_certain_pattern_of_as_many_weights(seed):
    """Of m copies c are right with probability C(m, c) p^c q^(m - c). Then they add c to the number of patterns that
    are right, and c g to the sum of their g: so does one certain pattern of weight c beside others of weight 1."""
    rng, n, p, g, _, chance = drawn("mean", seed)
    m, own, gain = int(rng.integers(2, 6)), float(rng.integers(1, 16)) / 16, float(rng.random())
    expected, off = 0.0, 0.0
    for c in range(m + 1):
        weight = comb(m, c) * own**c * (1 - own) ** (m - c)  # exact: at most 5 factors of 4 bits
        rule = SoftPreference([1] * n + [c]) if c else Mean()
        part = value(np.append(p, 1.0), np.append(g, gain), rule, chance) if c else value(p, g, rule, chance)
        expected, off = expected + weight * part[0], off + weight * part[1]
    copies = value(np.append(p, [own] * m), np.append(g, [gain] * m), Mean(), chance)
    assert_same(copies, (expected, off + (m + 2) * U * expected))


@for_seeds
def test_a_certain_pattern_may_be_split_into_parts_of_its_weight(seed):
    """Both parts are in every set: they add w' + w'' = w and w' g + w'' g = w g. At p < 1 that is not so, as one part
    may be right without the other."""
    rng, n, p, g, _, chance = drawn("soft", seed)
    weights, gain = rng.integers(1, 100, n + 1).tolist(), float(rng.random())
    part = Fraction(int(rng.integers(1, 100)), 100)
    whole = SoftPreference(weights)
    parts = SoftPreference([*weights[:-1], weights[-1] * part, weights[-1] * (1 - part)])
    expected = value(np.append(p, 1.0), np.append(g, gain), whole, chance)
    assert_same(value(np.append(p, [1.0, 1.0]), np.append(g, [gain, gain]), parts, chance), expected)


@for_seeds
def test_a_pattern_on_top_may_be_split_into_two_either_of_which_will_do(seed):
    """With k and k' first in the order and g_k = g_k', G is g_k as soon as one of them is right: with probability
    1 - q q', and independently of all others."""
    rng, n, p, g, rule, chance = drawn("priority", seed)
    left, right = rng.integers(0, 2**10, 2, endpoint=True) / 2.0**10
    either, gain = left + right - left * right, float(rng.random())
    one = value(np.append(p, either), np.append(g, gain), Priority([n, *rule.order]), chance)
    two = value(np.append(p, [left, right]), np.append(g, [gain, gain]), Priority([n, n + 1, *rule.order]), chance)
    assert_same(one, two)


@for_seeds
def test_a_bit_of_a_table_may_be_split_into_two_either_of_which_will_do(seed):
    """The same for any set function that sees k or k' alike."""
    rng, n, p, _, rule, _ = drawn("table", seed)
    left, right = rng.integers(0, 2**10, 2, endpoint=True) / 2.0**10
    none, some = rule.values[: 2 ** (n - 1)], rule.values[2 ** (n - 1) :]
    either = np.append(p[:-1], left + right - left * right)
    split = Table(np.concatenate([none, some, some, some]))
    assert_same(value(np.append(p[:-1], [left, right]), np.zeros(n + 1), split), value(either, np.zeros(n), rule))


@for_seeds
def test_a_bit_that_a_table_does_not_see_changes_nothing(seed):
    """The two sums over sets with and without it add up, as p + q = 1."""
    rng, _, p, g, rule, _ = drawn("table", seed)
    idle = Table(np.concatenate([rule.values, rule.values]))
    assert_same(value(np.append(p, chances(rng, 1)), np.append(g, 0.0), idle), value(p, g, rule))


# --- patterns that drop out


def beside_an_idle_one(rule, n, rng):
    """Return the rule for the same n patterns and one more, which may be listed anywhere."""
    match rule:
        case Priority(order=order):
            at = int(rng.integers(len(order) + 1))
            return Priority([*order[:at], n, *order[at:]])
        case SoftPreference(weights=weights):
            return SoftPreference([*weights, 10 ** rng.uniform(-2, 2)])
        case Table(values=values):
            return Table(np.concatenate([values, rng.random(values.size)]))
        case _:
            return rule


def random_model(name, seed, most=6):
    rng = np.random.default_rng([7, RULES.index(name), seed])
    n = int(rng.integers(1, most))
    patterns = [
        Pattern(gamma=x / 16, alpha=y / 64, b=z, g=w / 16)
        for x, y, z, w in zip(*(rng.integers(0, top, n).tolist() for top in (17, 33, 120, 17)), strict=True)
    ]
    rule = rule_of(name, rng, n)
    return rng, PatternModel(patterns, rule, None if name == "table" else Fraction(1, 16), chance_train=Fraction(1, 8))


def with_patterns(model, patterns, rule):
    chance = None if isinstance(rule, Table) else model.chance
    return PatternModel(patterns, rule, chance, chance_train=model.chance_train)


@pytest.mark.parametrize("name", RULES)
@for_seeds
def test_a_pattern_with_gamma_0_drops_out_of_curves_and_derivatives(name, seed):
    """p = 0: no set with it has any probability; and its own derivatives but that in gamma are 0."""
    rng, model = random_model(name, seed)
    idle = Pattern(gamma=0, alpha=0.5, b=20, g=0.75)
    wider = with_patterns(model, [*model.patterns, idle], beside_an_idle_one(model.rule, model.n, rng))
    t = np.array([0.0, 20.0, 47.0, 90.0])
    got, expected = gradient(wider, t), gradient(model, t)
    assert np.array_equal(got.train, expected.train)
    bound = 2 * HIGHER * (roundings(wider.rule, wider.n)) * U
    assert (np.abs(got.test - expected.test) <= bound * expected.test).all()
    for name_of, slopes in expected.of_test.items():
        if name_of == "weights":
            continue  # over the lightest weight, which may be that of the idle pattern
        own = got.of_test[name_of]
        # each part of a derivative in p is at most 1 here; times what p moves by, at most 120 / 2
        off = 60 * model.n * 2 * 8.5 * roundings_of_derivatives(wider.rule, wider.n) * U
        assert np.abs((own if name_of == "t" else own[:, :-1]) - slopes).max() <= off
        if name_of not in ("t", "gamma"):
            assert not own[:, -1].any()
    assert np.isfinite(got.of_test["gamma"]).all()


# --- time


@pytest.mark.parametrize("power", [-20, -1, 3, 40])
@pytest.mark.parametrize("name", RULES)
def test_a_change_of_the_unit_of_time_by_a_power_of_2_changes_no_bit(name, power):
    """alpha (t - b) is the same product of the same two numbers but for exact powers of 2."""
    c = 2.0**power
    for seed in SEEDS[:8]:
        _, model = random_model(name, seed)
        t = np.linspace(-10, 150, 9)
        patterns = [
            Pattern(gamma=x.gamma, alpha=x.alpha / Fraction(c), b=x.b * Fraction(c), g=x.g) for x in model.patterns
        ]
        scaled = with_patterns(model, patterns, model.rule)
        got, expected = curves(scaled, t * c), curves(model, t)
        assert np.array_equal(got.test, expected.test)
        assert np.array_equal(got.train_error, expected.train_error)
        slopes, others = gradient(scaled, t * c).of_test, gradient(model, t).of_test
        for of, factor in (("t", c), ("b", c), ("alpha", 1 / c), ("gamma", 1.0)):
            assert np.array_equal(slopes[of] * factor, others[of])


@pytest.mark.parametrize("name", RULES)
def test_a_shift_of_time_by_a_whole_number_changes_no_bit(name):
    """Inflections and times are multiples of 1/8 below 2^10 here: t - b is exact."""
    for seed in SEEDS[:8]:
        _, model = random_model(name, seed)
        t = np.arange(0, 1000, 37) / 8
        late = [Pattern(gamma=x.gamma, alpha=x.alpha, b=x.b + 300, g=x.g) for x in model.patterns]
        shifted = with_patterns(model, late, model.rule)
        assert np.array_equal(curves(shifted, t + 300).test, curves(model, t).test)
        assert np.array_equal(gradient(shifted, t + 300).of_test["alpha"], gradient(model, t).of_test["alpha"])


def test_the_unit_of_time_of_many_models_changes_no_bit():
    rng = np.random.default_rng(3)
    gamma, alpha, b, g = rng.random((20, 4)), rng.random((20, 4)), 50 * rng.random((20, 4)), rng.random((20, 4))
    for t in (np.arange(400.0) / 4, np.array([3.0, 1.0, 70.0])):
        expected = curves_of_many(t, gamma, alpha, b, g)
        got = curves_of_many(t * 8, gamma, alpha / 8, b * 8, g)
        assert np.array_equal(got.test, expected.test)
        assert np.array_equal(got.train, expected.train)


# --- limits of rules


@for_seeds
def test_only_ratios_of_weights_matter_to_the_last_bit(seed):
    """Weights are divided by the lightest before they become doubles."""
    rng, _, p, g, rule, chance = drawn("soft", seed)
    factor = Fraction(int(rng.integers(1, 10**6)), int(rng.integers(1, 10**6)))
    scaled = SoftPreference([weight * factor for weight in rule.weights])
    assert value(p, g, scaled, chance) == value(p, g, rule, chance)


@pytest.mark.parametrize("power", [4, 20, 60, 900])
@for_seeds
def test_one_heavy_weight_is_nearly_preferred(seed, power):
    """On a set with k the two values of G differ by sum_(A - k) w |g - g_k| / W <= (n - 1) / 2^power (theory 2.8)."""
    rng, n, p, g, _, chance = drawn("mean", seed)
    k = int(rng.integers(n))
    heavy = SoftPreference([Fraction(2) ** power if i == k else 1 for i in range(n)])
    assert_same(value(p, g, heavy, chance), value(p, g, Preferred(k), chance), p[k] * (n - 1) / 2.0**power)


@pytest.mark.parametrize("power", [4, 20, 60])
@for_seeds
def test_weights_far_apart_are_nearly_a_priority_order(seed, power):
    """All but the heaviest member of a set weigh at most sum_(j > 0) 2^(-j power) <= 2^(1 - power) of it."""
    rng, n, p, g, _, chance = drawn("mean", seed)
    order = rng.permutation(n).tolist()
    weights = [Fraction(2) ** (-power * order.index(i)) for i in range(n)]
    assert_same(value(p, g, SoftPreference(weights), chance), value(p, g, Priority(order), chance), 2.0 ** (1 - power))


@for_seeds
def test_a_preferred_pattern_is_a_priority_order_of_one_to_the_last_bit(seed):
    _, _, p, g, rule, chance = drawn("preferred", seed)
    assert value(p, g, rule, chance) == value(p, g, Priority((rule.pattern,)), chance)


@for_seeds
def test_who_comes_last_of_all_need_not_be_listed(seed):
    """The mean of one pattern is its own g."""
    rng, n, p, g, _, chance = drawn("mean", seed)
    order = rng.permutation(n).tolist()
    assert_same(value(p, g, Priority(order), chance), value(p, g, Priority(order[:-1]), chance))


@pytest.mark.parametrize("name", RULES[:4])
@for_seeds
def test_a_rule_is_the_table_of_its_values(name, seed):
    _, n, p, g, rule, chance = drawn(name, seed)
    exact = [Fraction(x) for x in g.tolist()]
    sets = ([i for i in range(n) if mask >> i & 1] for mask in range(2**n))
    table = Table([rule.value(members, exact) if members else Fraction(chance) for members in sets])
    one = value(p, g, table)
    assert_same((one[0], one[1] + U * one[0]), value(p, g, rule, chance))  # each entry is rounded once


# --- g and chance


@pytest.mark.parametrize("name", RULES[:4])
@for_seeds
def test_a_shift_of_g_and_chance_shifts_the_value(name, seed):
    """G - c is the rule for g - c and chance 0 (theory 2.3). g >= c here, so that no term is negative."""
    rng, n, p, _, rule, _ = drawn(name, seed)
    c, above = int(rng.integers(0, 2**10)) / 2.0**11, rng.integers(0, 2**10, n) / 2.0**11
    shifted = value(p, above, rule)
    assert_same(value(p, c + above, rule, c), (c + shifted[0], shifted[1] + U))


@pytest.mark.parametrize("name", RULES[:4])
@for_seeds
def test_right_and_wrong_may_change_places(name, seed):
    """An average of 1 - g is 1 less that of g: 1 - F is the value for 1 - g and 1 - c."""
    rng, n, p, _, rule, _ = drawn(name, seed)
    g, c = rng.integers(0, 2**10, n, endpoint=True) / 2.0**10, int(rng.integers(0, 2**10)) / 2.0**10
    mirrored = value(p, 1 - g, rule, 1 - c)
    assert_same(value(p, g, rule, c), (1 - mirrored[0], mirrored[1] + U))


@pytest.mark.parametrize("name", RULES)
@for_seeds
def test_values_add_up_where_g_does(name, seed):
    """F is linear in G, and G in g and chance."""
    rng, n, p, _, rule, _ = drawn(name, seed)
    one, other = rng.integers(0, 2**9, (2, n + 1)) / 2.0**10
    if isinstance(rule, Table):
        tables = rng.integers(0, 2**9, (2, 2**n)) / 2.0**10
        parts = [value(p, one[:-1], Table(table)) for table in tables]
        whole = value(p, one[:-1], Table(tables.sum(axis=0)))
    else:
        parts = [value(p, some[:-1], rule, some[-1]) for some in (one, other)]
        whole = value(p, (one + other)[:-1], rule, (one + other)[-1])
    total = parts[0][0] + parts[1][0]
    assert_same(whole, (total, parts[0][1] + parts[1][1] + U * total))


@pytest.mark.parametrize("name", RULES[:4])
@for_seeds
def test_an_average_lies_between_its_numbers(name, seed):
    _, _, p, g, rule, chance = drawn(name, seed)
    got, off = value(p, g, rule, chance)
    assert min(*g, chance) - off <= got <= max(*g, chance) + off


# --- p


@pytest.mark.parametrize("name", RULES)
@for_seeds
def test_the_value_is_affine_in_each_p(name, seed):
    """Whether k is right does not depend on the others: F = p_k F(p_k = 1) + q_k F(p_k = 0), at any three p_k."""
    rng, n, p, g, rule, chance = drawn(name, seed)
    k = int(rng.integers(n))
    ends = rng.integers(0, 2**10, 2, endpoint=True) / 2.0**10
    share = int(rng.integers(0, 2**8, endpoint=True)) / 2.0**8
    at = [value(np.where(np.arange(n) == k, x, p), g, rule, chance) for x in (*ends, ends @ (share, 1 - share))]
    between = share * at[0][0] + (1 - share) * at[1][0]
    assert_same(at[2], (between, share * at[0][1] + (1 - share) * at[1][1] + 3 * U * between))


def sizes(model, t, way):
    """Return what p may move by along a direction, and at most by, (n,): sums of sizes, so that nothing cancels."""
    gamma, alpha, b = (np.array([float(getattr(x, name)) for x in model.patterns]) for name in ("gamma", "alpha", "b"))
    e = np.exp(-np.abs(alpha * (t - b)))
    slope, late = e / (1 + e) ** 2, np.abs(t - b)
    along = {name: np.abs(way[name]) for name in ("gamma", "alpha", "b", "t")}
    x = late * along["alpha"] + alpha * (along["b"] + along["t"])
    return along["gamma"] + gamma * slope * x, slope, gamma, x, along


@pytest.mark.parametrize("name", RULES)
@for_seeds
def test_hessians_are_symmetric(name, seed):
    """v' H w = w' H v. What is added up: second derivatives of F in p, at most 2 in size as G lies in [0, 1], times
    what both directions move p by; first ones, at most 1, times what they move p by together; and those in g."""
    rng, model = random_model(name, seed)
    n, t = model.n, 40.0
    named = ["gamma", "alpha", "b", *(() if name == "table" else ("g",))]
    ways = [{of: rng.integers(-8, 9, n) / 16 for of in named} | {"t": float(rng.integers(-8, 9)) / 16} for _ in "vw"]
    products = [hessian_product(model, [t], way).of_test for way in ways]
    terms = [
        np.concatenate([np.ravel(product[of]) * np.ravel(way[of]) for of in (*named, "t")])
        for product, way in zip(products, ways[::-1], strict=True)
    ]
    (one, slope, gamma, x, first), (other, _, _, y, second) = (sizes(model, t, way) for way in ways)
    together = slope * (first["gamma"] * y + second["gamma"] * x) + gamma * slope * (
        x * y + first["alpha"] * (second["b"] + second["t"]) + second["alpha"] * (first["b"] + first["t"])
    )
    size = 2 * one.sum() * other.sum() + together.sum()
    if name != "table":
        size += np.abs(ways[0]["g"]).sum() * other.sum() + np.abs(ways[1]["g"]).sum() * one.sum()
    each = 8.5 * roundings_of_derivatives(model.rule, n) + 40  # dividing by D_k; the moves of p, sums and products
    assert abs(terms[0].sum() - terms[1].sum()) <= 2 * each * U * size
    assert np.abs(terms[0]).sum() <= 2 * size


def test_the_extension_of_a_product_is_the_product_of_extensions():
    """Sets of two halves are independent: E[G(A) H(B)] = E[G] E[H]."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        low, high = rng.random(2**3), rng.random(2**4)
        p = np.concatenate([chances(rng, 3), chances(rng, 4)])
        whole = extension(np.outer(high, low).ravel(), p[None])[0]
        parts = extension(low, p[None, :3])[0] * extension(high, p[None, 3:])[0]
        off = sum(roundings(Table(np.zeros(2**k)), k) for k in (3, 4, 7)) + 2
        assert abs(whole - parts) <= off * U * parts
