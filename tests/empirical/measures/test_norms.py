"""Norms against exact sums, and a member alone against the same member among others."""

import math

import numpy as np
import pytest
import torch

from grokdd.empirical.layout import Layout
from grokdd.empirical.measures import group_norms
from grokdd.empirical.networks.network import Constant, Normal, Weight

LAYOUT = Layout(
    {
        "embed": Weight((11, 7), Normal(1.0), "embedding"),
        "first": Weight((7, 301), Normal(0.1), "mlp"),
        "first_bias": Weight((301,), Constant(0.0), "bias"),
        "second": Weight((301, 5), Normal(0.1), "mlp"),
        "scale": Weight((), Constant(1.0), "norm"),
        "nothing": Weight((0,), Constant(0.0), "bias"),
    }
)


def members(number, dtype, seed=0):
    draws = np.random.default_rng(seed).standard_normal((number, LAYOUT.size))
    return torch.from_numpy(draws).to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_norms_are_true_2_norms_of_the_groups_present(dtype):
    flat = members(3, dtype)
    got = group_norms(flat, LAYOUT)
    assert list(got) == ["embedding", "mlp", "bias", "norm", "all"]
    for group, norms in got.items():
        assert norms.dtype == torch.float64
        mask = np.ones(LAYOUT.size, dtype=bool) if group == "all" else LAYOUT.group_mask([group])
        rows = flat.double().numpy()[:, mask]
        expected = [math.sqrt(math.fsum(float(x) ** 2 for x in row)) for row in rows]
        # 12 halvings of at most 2107 terms and 3 more sums, each one rounding of positive numbers; sqrt halves them.
        np.testing.assert_allclose(norms.numpy(), expected, rtol=16 * 2.0**-53)


def test_squares_that_float32_cannot_hold_are_summed():
    flat = torch.full((2, LAYOUT.size), 1e30)
    got = group_norms(flat, LAYOUT)["all"]
    np.testing.assert_allclose(got, float(np.float32(1e30)) * math.sqrt(LAYOUT.size), rtol=1e-14)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_member_alone_has_the_same_bits_as_among_others(dtype):
    flat = members(9, dtype)
    together = group_norms(flat, LAYOUT)
    for e in range(len(flat)):
        alone = group_norms(flat[e : e + 1].clone(), LAYOUT)
        for group, norms in together.items():
            assert float(alone[group]).hex() == float(norms[e]).hex()


def halved(terms):
    """Sum of a list of floats by adding its second half to its first, what is left in the middle last."""
    while len(terms) > 1:
        half = len(terms) // 2
        terms = [x + y for x, y in zip(terms[:half], terms[-half:], strict=True)] + terms[half:-half]
    return terms[0]


def test_the_order_of_summation_is_the_written_one_bit_for_bit():
    """No sum whose order a library may choose by the number of members or threads."""
    flat = members(20, torch.float64)
    got = group_norms(flat, LAYOUT)
    for e, row in enumerate(flat.numpy()):
        squares = {
            name: halved([float(x) * float(x) for x in row[at]]) for name, at in LAYOUT.slices().items() if row[at].size
        }
        # torch's square root itself is off by one last bit now and then, but the same for equal sums.
        expected = torch.tensor([squares["embed"], squares["first"] + squares["second"]], dtype=torch.float64).sqrt()
        assert [float(got["embedding"][e]), float(got["mlp"][e])] == expected.tolist()


def test_a_member_that_is_not_finite_reaches_no_other():
    flat = members(3, torch.float32)
    expected = group_norms(flat, LAYOUT)
    flat[1, 5] = math.nan
    got = group_norms(flat, LAYOUT)
    assert got["all"][1].isnan()
    assert torch.equal(got["all"][[0, 2]], expected["all"][[0, 2]])
