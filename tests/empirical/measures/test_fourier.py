"""Frequencies of the logits: networks known in closed form, and explicit sums in place of every transform."""

import math
from itertools import product

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical.measures import group_task
from grokdd.empirical.measures.fourier import (
    component,
    excluded_logits,
    excluded_loss,
    excluded_loss_by_frequency,
    key_frequencies,
    key_threshold,
    loss,
    power_by_frequency,
    restricted_logits,
    restricted_loss,
)

EPS = np.finfo(np.float64).eps


def rounding(table):
    """Bound on the error of a logit: a mean of n numbers and a transform of length n, at most 4 n roundings.

    A loss is off by at most twice the error of a logit, and by the roundings of its own sums, which are fewer.
    """
    return 4 * len(table) * EPS * max(1.0, float(np.abs(table).max()))


def noise(n, classes=None, seed=0):
    return np.random.default_rng(seed).standard_normal((n, n, n if classes is None else classes))


def fourier_network(inputs, operation, p, frequencies):
    """Logits of Fourier multiplication by exponents found by search, with no help from the code under test."""
    additive = operation in ("x+y", "x-y")
    n = p if additive else p - 1
    root = next(g for g in range(2, p + 1) if len({pow(g, i, p) for i in range(p - 1)}) == p - 1)
    exponent = {x: x for x in range(p)} if additive else {pow(root, i, p): i for i in range(n)}
    sign = 1 if operation in ("x+y", "x*y") else -1
    rows = []
    for a, b in inputs:
        if a in exponent and b in exponent:
            at = exponent[a] + sign * exponent[b]
            waves = {
                c: sum(2 * math.cos(2 * math.pi * k * (at - m) / n) for k in frequencies) for c, m in exponent.items()
            }
            rows.append([waves.get(c, -3.0) for c in range(p)])
        else:
            rows.append([0.0] * p)
    return np.array(rows)


def explicit_component(table, k):
    """The modes (k, k) and (-k, -k) by sums over all pairs: the definition, in two dimensions."""
    n = len(table)
    result = np.zeros_like(table)
    for mode in {k % n, -k % n}:
        amplitude = sum(
            np.exp(-2j * math.pi * mode * (i + j) / n) * table[i, j] for i, j in product(range(n), repeat=2)
        )
        for i, j in product(range(n), repeat=2):
            result[i, j] += (np.exp(2j * math.pi * mode * (i + j) / n) * amplitude).real / n**2
    return result


def explicit_loss(table, pairs):
    """Mean of log(sum of exp(logit - right logit)), one pair at a time."""
    n = len(table)
    return math.fsum(math.log(math.fsum(np.exp(table[i, j] - table[i, j, (i + j) % n]))) for i, j in pairs) / len(pairs)


@pytest.mark.parametrize("operation", ["x+y", "x-y", "x*y", "x/y"])
@pytest.mark.parametrize("frequencies", [(2,), (1, 4, 5)])
def test_a_fourier_network_is_all_restricted_and_nothing_when_excluded(operation, frequencies):
    p = 13
    inputs = np.array([(a, b) for a in range(p) for b in range(p) if operation != "x/y" or b])
    group = group_task(operation, p)
    table = group.table(inputs, fourier_network(inputs.tolist(), operation, p, frequencies))
    assert key_frequencies(table) == frequencies
    assert restricted_loss(table, frequencies) == pytest.approx(loss(table), abs=2 * rounding(table))
    # Excluded, the n classes of the group are at 0; class 0 of a multiplicative group is at -3 for every pair.
    expected = math.log(group.order + (p - group.order) * math.exp(-3))
    got = excluded_loss(table, frequencies, where=None)
    assert got == pytest.approx(expected, abs=2 * rounding(table))
    assert loss(table) < expected


@pytest.mark.parametrize("n", [11, 12])
def test_excluded_loss_of_a_fourier_network_is_that_of_a_uniform_guess(n):
    s = np.add.outer(np.add.outer(np.arange(n), np.arange(n)), -np.arange(n))
    table = 5 * np.cos(2 * np.pi * 3 * s / n) + np.cos(np.pi * 2 * (n // 2) * s / n)
    assert excluded_loss(table, (3, n // 2), where=None) == pytest.approx(math.log(n), abs=2 * rounding(table))
    assert power_by_frequency(table).sum() == pytest.approx(1, abs=rounding(table))


def test_the_other_diagonal_is_not_kept():
    """Functions of a - b are known to a network that adds, but say nothing of a + b."""
    n = 11
    difference = np.subtract.outer(np.arange(n), np.arange(n))
    table = np.cos(2 * np.pi * 2 * np.subtract.outer(difference, np.arange(n)) / n)
    np.testing.assert_allclose(power_by_frequency(table), 0, atol=rounding(table))
    np.testing.assert_allclose(component(table, [2]), 0, atol=rounding(table))


@pytest.mark.parametrize(("n", "classes"), [(2, 2), (5, 5), (6, 8), (7, 7)])
def test_components_equal_explicit_sums(n, classes):
    table = noise(n, classes)
    for k in range(1, n // 2 + 1):
        np.testing.assert_allclose(component(table, [k]), explicit_component(table, k), atol=n * rounding(table))


@pytest.mark.parametrize("n", [5, 6])
def test_the_component_is_the_least_squares_fit_of_its_waves(n):
    table, k = noise(n), n // 2
    angles = 2 * np.pi * k * np.add.outer(np.arange(n), np.arange(n)).ravel() / n
    waves = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    fit, *_ = np.linalg.lstsq(waves, table.reshape(n * n, n), rcond=1e-10)
    np.testing.assert_allclose(component(table, [k]).reshape(n * n, n), waves @ fit, atol=n * rounding(table))


@pytest.mark.parametrize("n", [9, 10])
def test_the_components_are_orthogonal_projections(n):
    table, other = noise(n), noise(n, seed=1)
    close = n**3 * rounding(table) * max(1.0, np.abs(other).max())  # of an inner product of n**3 terms
    for k in range(1, n // 2 + 1):
        once = component(table, [k])
        np.testing.assert_allclose(component(once, [k]), once, atol=2 * rounding(table))
        assert (once * other).sum() == pytest.approx((table * component(other, [k])).sum(), abs=close)
        for another in range(k + 1, n // 2 + 1):
            np.testing.assert_allclose(component(once, [another]), 0, atol=2 * rounding(table))


@pytest.mark.parametrize("n", [9, 10])
def test_restricted_and_excluded_part_the_logits(n):
    table, keys = noise(n), (1, 3)
    restricted, excluded = restricted_logits(table, keys), excluded_logits(table, keys)
    mean = table.mean(axis=(0, 1))
    np.testing.assert_allclose(restricted + excluded, table + mean, atol=rounding(table))
    np.testing.assert_allclose(restricted.mean(axis=(0, 1)), mean, atol=rounding(table))
    np.testing.assert_allclose(excluded.mean(axis=(0, 1)), mean, atol=rounding(table))
    np.testing.assert_allclose(restricted_logits(restricted, keys), restricted, atol=2 * rounding(table))
    np.testing.assert_array_equal(excluded_logits(table, ()), table)


@pytest.mark.parametrize(("n", "classes"), [(2, 2), (7, 7), (8, 11)])
def test_shares_are_the_squares_of_the_explicit_components(n, classes):
    table = noise(n, classes)
    free = table - table.mean(axis=2, keepdims=True)
    total = np.square(free - free.mean(axis=(0, 1))).sum()
    expected = [np.square(explicit_component(free, k)).sum() / total for k in range(1, n // 2 + 1)]
    np.testing.assert_allclose(power_by_frequency(table), expected, rtol=n * rounding(table))


@pytest.mark.parametrize("n", [2, 3, 8, 9])
def test_shares_add_up_to_one_for_functions_of_the_sum_and_to_less_otherwise(n):
    profile = np.random.default_rng(2).standard_normal((n, n))
    function_of_sum = profile[np.add.outer(np.arange(n), np.arange(n)) % n]
    assert power_by_frequency(function_of_sum).sum() == pytest.approx(1, abs=n * rounding(profile))
    shares = power_by_frequency(noise(n))
    assert (shares >= 0).all()
    assert 0 < shares.sum() < 1


@pytest.mark.parametrize("n", [16, 31, 48])
def test_random_logits_have_no_key_frequency(n):
    """A share is nearly chi squared with 2 (n - 1) degrees, mean 2 / (n**2 - 1), spread mean / sqrt(n - 1)."""
    for seed in range(5):
        shares = power_by_frequency(noise(n, seed=seed))
        mean = 2 / (n**2 - 1)
        # The largest of 5 n / 2 <= 120 such shares is within 6 spreads but once in thousands; n / 2 has half the mean.
        assert shares.max() < mean * (1 + 6 / math.sqrt(n - 1)) < key_threshold(n)
        assert key_frequencies(noise(n, seed=seed)) == ()


def test_keys_are_found_beside_memorizing_noise():
    n, keys = 23, (2, 7, 10)
    s = np.add.outer(np.add.outer(np.arange(n), np.arange(n)), -np.arange(n))
    table = noise(n) + sum(np.cos(2 * np.pi * k * s / n) for k in keys)
    # Signal power 3 / 2 beside 1: each key has about 1 / 5, far from 1 / 23.
    assert key_frequencies(table) == keys
    assert key_frequencies(table, threshold=0.3) == ()


def test_a_network_that_uses_every_frequency_has_them_all_as_keys():
    for n in (11, 12):
        indicator = np.zeros((n, n, n))
        i, j = np.ogrid[:n, :n]
        indicator[i, j, (i + j) % n] = 1
        assert key_frequencies(indicator) == tuple(range(1, n // 2 + 1))


def test_what_is_added_to_all_classes_of_a_pair_alike_changes_no_measure():
    n = 10
    table, train = noise(n), np.random.default_rng(3).random((n, n)) < 0.5
    shifted = table + 10 * np.random.default_rng(4).standard_normal((n, n, 1))
    close = 4 * rounding(shifted)
    np.testing.assert_allclose(power_by_frequency(shifted), power_by_frequency(table), atol=close)
    assert restricted_loss(shifted, [1, 5]) == pytest.approx(restricted_loss(table, [1, 5]), abs=close)
    got = excluded_loss(shifted, [1, 5], where=train)
    assert got == pytest.approx(excluded_loss(table, [1, 5], where=train), abs=close)


def test_another_generator_of_the_group_permutes_the_frequencies_alone():
    n, unit = 12, 5
    table = noise(n)
    at = unit * np.arange(n) % n
    shares, renamed = power_by_frequency(table), power_by_frequency(table[np.ix_(at, at, at)])
    for k in range(1, n // 2 + 1):
        image = unit * k % n
        assert renamed[min(image, n - image) - 1] == pytest.approx(shares[k - 1], rel=n * rounding(table))


def test_losses_are_the_mean_cross_entropies_of_the_chosen_pairs():
    n = 6
    table = 3 * noise(n, 8)
    train = np.random.default_rng(5).random((n, n)) < 0.4
    pairs, chosen = list(product(range(n), repeat=2)), np.argwhere(train).tolist()
    rest = table - explicit_component(table, 1) - explicit_component(table, 3)
    kept = table - rest + table.mean(axis=(0, 1))
    close = 2 * n * rounding(table)
    assert loss(table) == pytest.approx(explicit_loss(table, pairs), abs=close)
    assert restricted_loss(table, [1, 3]) == pytest.approx(explicit_loss(kept, pairs), abs=close)
    assert restricted_loss(table, [1, 3], where=train) == pytest.approx(explicit_loss(kept, chosen), abs=close)
    assert excluded_loss(table, [1, 3], where=train) == pytest.approx(explicit_loss(rest, chosen), abs=close)
    assert excluded_loss(table, [1, 3], where=None) == pytest.approx(explicit_loss(rest, pairs), abs=close)


@pytest.mark.parametrize("n", [7, 8])
def test_excluded_loss_by_frequency_excludes_one_at_a_time(n):
    table, train = noise(n), np.random.default_rng(6).random((n, n)) < 0.5
    for where in (train, None):
        got = excluded_loss_by_frequency(table, where=where)
        expected = [excluded_loss(table, [k], where=where) for k in range(1, n // 2 + 1)]
        np.testing.assert_allclose(got, expected, atol=2 * rounding(table))


def test_large_logits_overflow_nothing():
    table = 1e4 * noise(5)
    assert loss(table) == pytest.approx(explicit_loss_of_large(table), rel=5 * EPS * 25)


def explicit_loss_of_large(table):
    """Cross-entropy where one class of each pair is ahead by far: the distance to the best class."""
    n = len(table)
    distances = [table[i, j].max() - table[i, j, (i + j) % n] for i, j in product(range(n), repeat=2)]
    return math.fsum(distances) / n**2


@pytest.mark.parametrize("scale", [0.0, 0.1, 1e6])
def test_logits_whose_probabilities_do_not_depend_on_the_pair_have_no_frequency(scale):
    """What the rounding of their sums leaves is not taken for power."""
    for n in (5, 6):
        draws = np.random.default_rng(n)
        table = scale * (draws.standard_normal((n, n, 1)) + draws.standard_normal(n))
        np.testing.assert_array_equal(power_by_frequency(table), 0)
        assert key_frequencies(table) == ()


def test_logits_as_small_as_float32_resolves_them_have_power():
    table = 1 + noise(9) * np.finfo(np.float32).eps
    np.testing.assert_allclose(power_by_frequency(table), power_by_frequency(noise(9)), rtol=1e-6)


def test_what_cannot_be_used_is_refused():
    table = noise(5)
    with pytest.raises(InputError, match=r"table must have shape \(n, n, C\) .*, got \(5, 5, 4\)"):
        power_by_frequency(table[:, :, :4])
    with pytest.raises(InputError, match="table must be float64, got float32"):
        loss(table.astype(np.float32))  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match="table must hold finite logits"):
        power_by_frequency(np.full((5, 5, 5), np.nan))
    with pytest.raises(InputError, match=r"frequencies must lie in 1\.\.2, got 1\.\.3"):
        restricted_logits(table, [1, 3])
    with pytest.raises(InputError, match=r"frequencies must lie in 1\.\.2, got 0\.\.1"):
        excluded_logits(table, [0, 1])
    with pytest.raises(InputError, match=r"threshold must lie in \(0, 1\], got 0"):
        key_frequencies(table, threshold=0)
    for where in (np.zeros((5, 5), dtype=bool), np.ones((4, 4), dtype=bool), np.ones((5, 5), dtype=np.int64)):
        with pytest.raises(InputError, match=r"where must be a mask of shape \(5, 5\) with at least one pair"):
            excluded_loss(table, [1], where=where)  # pyright: ignore[reportArgumentType]
