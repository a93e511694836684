"""Losses and margins against 50 digits, and at logits where a plain formula fails."""

import mpmath
import numpy as np
import pytest
import torch

from grokdd.analytic.errors import InputError
from grokdd.empirical.optimization import LOSSES, losses_by_example, margins, mean_losses

EXTREMES = torch.tensor(
    [
        [0.0, 0.0, 0.0, 0.0],
        [1.0, -1.0, 1e4, -1e4],
        [-1e4, 1e4, 1e4, 0.0],
        [1e4, 1e4, 1e4, 1e4],
        [-1e4, -1e4, -1e4, -1e4],
        [30.0, 0.5, -0.5, 1.0],
        [-3.0, 2.0, 1e-9, -1e-9],
        [1e4, -1e4, -1e4, -1e4],
    ],
    dtype=torch.float64,
)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def exact(logits, label, loss):
    """One example's loss to 50 digits, from the definition."""
    with mpmath.workdps(50):
        x = [mpmath.mpf(float(one)) for one in logits]
        if loss == "mse":
            return mpmath.fsum((one - (c == label)) ** 2 for c, one in enumerate(x)) / len(x)
        if loss == "hinge":
            return max(mpmath.mpf(0), 1 - (x[label] - x[1 - label]))
        if loss == "stablemax":
            shares = [one + 1 if one >= 0 else 1 / (1 - one) for one in x]
        else:
            shares = [mpmath.exp(one) for one in x]
        return mpmath.log(mpmath.fsum(shares) / shares[label])


@pytest.mark.parametrize("in_format", ["float32", "float64"])
@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("label", [0, 1])
def test_losses_equal_50_digits_at_ordinary_and_extreme_logits(loss, label, in_format):
    logits = EXTREMES[:, :2] if loss == "hinge" else EXTREMES
    dtype = torch.float32 if in_format == "float32" else torch.float64
    labels = torch.full((1, len(logits)), label)
    got = losses_by_example(logits.unsqueeze(0), labels, loss, in_format)
    assert got.dtype == dtype
    rounded = logits.to(dtype).double()
    expected = np.array([float(exact(row, label, loss)) for row in rounded])
    eps = torch.finfo(dtype).eps
    # Cross-entropy, mean square and hinge subtract logits: their error is a few roundings of the largest logit and
    # of the result. StableMax only adds, divides and takes log1p of positive numbers: relative, 4 + 2 * 2 + 2.
    scale = rounded.abs().amax(dim=1).numpy() + 1 if loss in ("cross_entropy", "hinge") else np.zeros(len(rounded))
    assert (np.abs(got[0].double().numpy() - expected) <= 10 * eps * np.abs(expected) + 4 * eps * scale).all()


def test_float64_tells_losses_apart_where_float32_says_zero():
    logits = torch.tensor([[[30.0, 0.0], [20.0, 0.0]]])
    labels = torch.zeros((1, 2), dtype=torch.int64)
    assert not losses_by_example(logits, labels, "cross_entropy", "float32").any()
    got = losses_by_example(logits, labels, "cross_entropy", "float64")[0].numpy()
    # log(1 + e^-30) and log(1 + e^-20): the sum 1 + e^-x is rounded, to 2**-52
    assert np.allclose(got, np.log1p(np.exp([-30.0, -20.0])), rtol=0, atol=2.0**-52)
    assert (got > 0).all()


@pytest.mark.parametrize("logits", [[0.0, 0.0, 0.0], [1.0, 1.0, -1.0], [2.0, 0.0, 1.0], [1e4, -1e4, 1.0]], ids=str)
def test_the_gradient_of_stablemax_is_its_derivative_where_a_plain_where_gives_nan(logits):
    x = torch.tensor([[logits]], dtype=torch.float64, requires_grad=True)
    (got,) = torch.autograd.grad(losses_by_example(x, torch.tensor([[0]]), "stablemax", "float64").sum(), x)
    with mpmath.workdps(50):
        shares = [mpmath.mpf(one) + 1 if one >= 0 else 1 / (1 - mpmath.mpf(one)) for one in logits]
        slopes = [mpmath.mpf(1) if one >= 0 else 1 / (1 - mpmath.mpf(one)) ** 2 for one in logits]
        total = mpmath.fsum(shares)
        expected = [
            float(slope / total - (slope / share if c == 0 else 0))
            for c, (slope, share) in enumerate(zip(slopes, shares, strict=True))
        ]
    # a dozen positive roundings each way, except for label 0, where torch, too, adds terms of one sign only
    assert np.allclose(got[0, 0].numpy(), expected, rtol=24 * 2.0**-52, atol=0)


def test_the_hinge_is_that_of_one_output_with_labels_of_either_sign():
    draws = np.random.default_rng(0)
    logits, labels = draws.standard_normal((1, 40, 2)), draws.integers(0, 2, (1, 40))
    got = losses_by_example(torch.from_numpy(logits), torch.from_numpy(labels), "hinge", "float64").numpy()
    single, sign = logits[..., 1] - logits[..., 0], 2 * labels - 1
    assert np.allclose(got, np.maximum(0, 1 - sign * single), rtol=0, atol=8 * 2.0**-53 * 8)  # numbers below 8
    assert 0 < (got == 0).sum() < 40


def test_margins_are_positive_where_right_and_exactly_zero_at_a_tie():
    logits = torch.tensor([[[1.0, 3.0, 2.0], [1e4, 1e4, -1e4], [0.1, 0.2, 0.2], [-1e4, 1e4, 0.0]]])
    got = margins(logits, torch.tensor([[1, 0, 0, 0]]))
    assert got.tolist() == [[1.0, 0.0, float(np.float32(0.1) - np.float32(0.2)), -2e4]]
    close = torch.tensor([[[256.0, -1.0]]], dtype=torch.bfloat16)
    assert margins(close, torch.tensor([[0]])).tolist() == [[257.0]]  # bfloat16 would say 256: it has 8 bits


@pytest.mark.parametrize("in_format", ["float32", "float64"])
@pytest.mark.parametrize("loss", list(LOSSES))
def test_a_member_gets_what_it_would_get_alone_and_a_nan_stays_put(loss, in_format):
    classes = 2 if loss == "hinge" else 97
    draws = np.random.default_rng(1)
    logits = torch.tensor(4 * draws.standard_normal((3, 37, classes)), dtype=torch.float32)
    labels = torch.from_numpy(draws.integers(0, classes, (3, 37)))
    logits[1, 5, 0] = torch.nan

    def outcome(x, y):
        x = x.clone().requires_grad_()
        mean = mean_losses(x, y, loss, in_format)
        by_example = losses_by_example(x, y, loss, in_format).detach()
        return mean.detach(), by_example, margins(x, y).detach(), *torch.autograd.grad(mean.sum(), x)

    together = outcome(logits, labels)
    assert together[0].shape == (3,)
    assert together[0].isnan().tolist() == [False, True, False]
    for e in range(3):
        for got, expected in zip(together, outcome(logits[e : e + 1], labels[e : e + 1]), strict=True):
            assert torch.equal(got[e].nan_to_num(7.0), expected[0].nan_to_num(7.0))


def test_the_mean_is_over_the_examples():
    logits, labels = EXTREMES.unsqueeze(0), torch.zeros((1, len(EXTREMES)), dtype=torch.int64)
    got = mean_losses(logits, labels, "mse", "float64").item()
    expected = float(sum(exact(row, 0, "mse") for row in EXTREMES) / len(EXTREMES))
    assert got == pytest.approx(expected, rel=20 * 2.0**-53)  # sums of 4 and of 8 positive numbers


def test_what_is_not_known_is_refused():
    logits, labels = torch.zeros((1, 1, 3)), torch.zeros((1, 1), dtype=torch.int64)
    with pytest.raises(InputError, match="loss must be one of cross_entropy, stablemax, mse, hinge, got 'softmax'"):
        losses_by_example(logits, labels, "softmax", "float32")
    with pytest.raises(InputError, match="in_format must be one of float32, float64, got 'bfloat16'"):
        mean_losses(logits, labels, "mse", "bfloat16")
    with pytest.raises(InputError, match="loss must be another than hinge unless there are two classes, got 3"):
        losses_by_example(logits, labels, "hinge", "float32")
