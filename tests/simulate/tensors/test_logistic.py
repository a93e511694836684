"""Predictiveness on tensors: the numbers of the kernel, and derivatives that are right where autograd's own are not."""

import math

import mpmath
import numpy as np
import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from grokdd.simulate import predictiveness_on_tensors
from grokdd.simulate.logistic import predictiveness, predictiveness_changes

EPS = 2.0**-52
INF = math.inf
TIMES = [-INF, -1e308, -40.0, -3.0, 0.0, 2.5, 5.0, 36.0, 700.0, 1e308, INF]
GAMMA = [0.0, 1.0, 0.3, 1.0, 1.0, 0.5]
ALPHA = [1.0, 0.0, 0.25, 1e308, 1e4, 1e-310]
B = [0.0, 5.0, 5.0, 2.5, 2.5, 1e308]


def tensors(device, *columns, dtype=torch.float64):
    return [torch.tensor(x, dtype=dtype, device=device, requires_grad=True) for x in columns]


def test_numbers_are_those_of_the_kernel_at_hard_inputs_too(device):
    got = predictiveness_on_tensors(*tensors(device, TIMES, GAMMA, ALPHA, B))
    gamma = np.array(GAMMA)
    expected = predictiveness(np.array(TIMES), gamma, 1 - gamma, np.array(ALPHA), np.array(B))
    for one, other in zip(got, expected, strict=True):
        assert one.shape == (11, 6)
        # the same x, bit for bit; exp of either library within an ulp or two, and three roundings on each side
        np.testing.assert_allclose(one.detach().cpu().numpy(), other, rtol=8 * EPS, atol=5e-324)


def test_first_derivatives_are_those_of_the_kernel_at_hard_inputs_too(device):
    given = tensors(device, TIMES, GAMMA, ALPHA, B)
    p, _ = predictiveness_on_tensors(*given)
    gamma = np.array(GAMMA)
    kernel = predictiveness_changes(np.array(TIMES), gamma, 1 - gamma, np.array(ALPHA), np.array(B))
    by_gamma, by_alpha, by_t = kernel[2:]
    for i, k in np.ndindex(*p.shape):
        got = torch.autograd.grad(p[i, k], given, retain_graph=True)
        assert all(torch.isfinite(x).all() for x in got)
        for one, other in zip(
            (got[0][i], got[1][k], got[2][k], got[3][k]),
            (by_t[i, k], by_gamma[i, k], by_alpha[i, k], -by_t[i, k]),
            strict=True,
        ):
            assert abs(one.item() - other) <= 12 * EPS * abs(other) + 1e-300


def test_q_moves_against_p_to_its_last_digits(device):
    """By autograd alone dq / dgamma would be -1 + (1 - s), which is 0 for s below 1e-16."""
    given = tensors(device, [-50.0], [1.0], [1.0], [0.0])
    p, q = predictiveness_on_tensors(*given)
    for k in range(4):
        by_p, by_q = (torch.autograd.grad(x.sum(), given, retain_graph=True)[k].item() for x in (p, q))
        assert by_q == -by_p
    got = torch.autograd.grad(q.sum(), given[1])[0].item()
    assert got == pytest.approx(-math.exp(-50), rel=1e-15)


def test_second_derivatives_in_40_digits(device):
    """Where x is 0, where gamma or alpha is 0, and where 1 - s has lost its digits."""

    def exact(values):
        t, gamma, alpha, b = values
        return gamma / (1 + mpmath.exp(-alpha * (t - b)))

    for values in ([3.0, 0.5, 0.25, 3.0], [9.0, 0.0, 1.0, 2.0], [9.0, 0.5, 0.0, 2.0], [42.0, 1.0, 1.0, 2.0]):
        given = tensors(device, *([x] for x in values))
        p, q = predictiveness_on_tensors(*given)
        for result, sign in ((p, 1), (q, -1)):
            first = torch.autograd.grad(result.sum(), given, create_graph=True)
            for i in range(4):
                second = torch.autograd.grad(first[i].sum(), given, retain_graph=True, allow_unused=True)
                for k in range(4):
                    order = [0] * 4
                    order[i] += 1
                    order[k] += 1
                    with mpmath.workdps(40):
                        expected = sign * float(mpmath.diff(lambda *x: exact(x), values, tuple(order)))
                    got = 0.0 if second[k] is None else second[k].item()
                    assert abs(got - expected) <= 60 * EPS * abs(expected) + 1e-25, (values, i, k)


@pytest.mark.parametrize("t", [INF, -INF])
def test_at_infinite_times_only_gamma_moves_p_and_nothing_is_nan(device, t):
    given = tensors(device, [t], [0.0, 0.5, 1.0], [0.0, 1.0, 1e308], [0.0, 1e308, 3.0])
    p, q = predictiveness_on_tensors(*given)
    first = torch.autograd.grad((p * q).sum(), given, create_graph=True)
    assert [x.abs().max().item() for x in (first[0], first[2], first[3])] == [0.0] * 3
    second = torch.autograd.grad(torch.stack([(x * (1 + x)).sum() for x in first]).sum(), given)
    assert all(torch.isfinite(x).all() for x in second)
    s = torch.tensor([0.5, t > 0, t > 0], dtype=torch.float64, device=device)
    assert torch.equal(first[1], s - 2 * s * s * given[1])  # p q = gamma s - (gamma s)^2
    assert torch.equal(second[1], (1 + 2 * first[1]) * (-2 * s * s))


def test_derivatives_are_those_of_differences(device):
    rng = np.random.default_rng(0)
    given = tensors(device, rng.uniform(0, 9, 3), rng.random((2, 2)), rng.random((2, 2)), rng.uniform(0, 9, (2, 2)))
    assert gradcheck(predictiveness_on_tensors, given)
    assert gradgradcheck(predictiveness_on_tensors, given)


def test_nan_in_nan_out(device):
    p, q = predictiveness_on_tensors(*tensors(device, [math.nan, 1.0], [1.0, 1.0], [0.0, math.nan], [0.0, 0.0]))
    for x in (p, q):
        assert torch.isnan(x).tolist() == [[True, True], [False, True]]


def test_leading_axes_broadcast(device):
    t, gamma, alpha, b = tensors(
        device, np.arange(10.0).reshape(2, 1, 5), np.full((3, 4), 0.5), np.full((1, 4), 0.2), np.arange(4.0)
    )
    p, q = predictiveness_on_tensors(t, gamma, alpha, b)
    assert p.shape == q.shape == (2, 3, 5, 4)
    alone = predictiveness_on_tensors(t[1, 0], gamma[2], alpha[0], b)
    assert torch.equal(p[1, 2], alone[0])
