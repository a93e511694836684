"""The update: torch's own optimizers, plain loops and hand-made numbers as witnesses; members that do not meet."""

from typing import Any

import numpy as np
import pytest
import torch

from grokdd.analytic.errors import InputError
from grokdd.empirical.layout import Layout
from grokdd.empirical.networks.network import Constant, Normal, Weight
from grokdd.empirical.optimization import SGD, Adam, AdamW, Update, structure, update

LAYOUT = Layout(
    {
        "embed": Weight((7, 5), Normal(1.0), "embedding"),
        "gain": Weight((5,), Constant(1.0), "norm"),
        "matrix": Weight((5, 9), Normal(0.5), "mlp"),
        "bias": Weight((9,), Constant(0.0), "bias"),
        "head": Weight((9, 3), Normal(0.5), "unembedding"),
    }
)
"""121 numbers: no multiple of a vector's width, so that rows end inside a vector."""
PLACES = LAYOUT.slices()
SEEDS = (3, 4, 5)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def start_of(seeds=SEEDS, dtype=torch.float64):
    return torch.tensor(np.stack([LAYOUT.draw(seed) for seed in seeds]), dtype=dtype)


def gradients_of(steps, seeds=SEEDS, dtype=torch.float64):
    """Random gradients, shape (steps, E, P); each member has a stream of its own."""
    rows = [np.random.default_rng(seed).standard_normal((steps, LAYOUT.size)) for seed in seeds]
    return torch.tensor(np.stack(rows, axis=1), dtype=dtype)


def trained(optimizers, start, gradients, state=None, first=1):
    """The weights after all gradients, and the update."""
    flat, rule = start.clone(), Update(optimizers, LAYOUT, start)
    for name, value in (state or {}).items():
        rule.state[name].copy_(value)
    for step, gradient in enumerate(gradients, first):
        rule.apply(flat, gradient.clone(), torch.from_numpy(rule.numbers(step)).to(flat.dtype))
    return flat, rule


def by_torch(make, optimizer, start, gradients):
    """The weights after all gradients under one of torch's optimizers, warmed up by hand."""
    weights = torch.nn.Parameter(start.clone())
    other = make([weights])
    for step, gradient in enumerate(gradients, 1):
        other.param_groups[0]["lr"] = optimizer.learning_rate * min(1.0, step / 10)
        weights.grad = gradient.clone()
        other.step()
    return weights.detach()


ADAPTIVE: list[dict[str, Any]] = [
    {"learning_rate": 1e-3},
    {"learning_rate": 1e-2, "weight_decay": 1.0, "betas": (0.9, 0.999)},
    {"learning_rate": 3e-3, "weight_decay": 0.1, "betas": (0.0, 0.5), "eps": 1e-3},
]
MOMENTA: list[dict[str, Any]] = [
    {"learning_rate": 1e-3, "momentum": 0.9},
    {"learning_rate": 1e-2, "momentum": 0.5, "weight_decay": 1.0},
    {"learning_rate": 3e-3, "momentum": 0.99, "weight_decay": 0.1},
]
PLAIN: list[dict[str, Any]] = [one | {"momentum": 0.0} for one in MOMENTA]


@pytest.mark.parametrize(
    ("record", "other", "settings"),
    [
        (AdamW, torch.optim.AdamW, ADAPTIVE),
        (Adam, torch.optim.Adam, ADAPTIVE),
        (SGD, torch.optim.SGD, MOMENTA),
        (SGD, torch.optim.SGD, PLAIN),
    ],
)
def test_each_member_follows_torchs_optimizer_at_its_own_settings(record, other, settings):
    optimizers, gradients = [record(**one) for one in settings], gradients_of(50)
    got, _ = trained(optimizers, start_of(), gradients)
    for e, (optimizer, one) in enumerate(zip(optimizers, settings, strict=True)):
        rest = {name: value for name, value in one.items() if name != "learning_rate"} | (
            {} if record is SGD else {"betas": optimizer.betas}
        )
        rest.setdefault("weight_decay", 0.0)
        expected = by_torch(lambda w, rest=rest: other(w, lr=1.0, **rest), optimizer, start_of()[e], gradients[:, e])
        # 50 updates of weights below 4, 3 roundings each: 50 * 3 * 4 * 2**-53 = 7e-14. The steps are below 0.1
        # (SGD with momentum 0.5: 2 * 0.01 * 4), right to 50 * 6 roundings: 50 * 0.1 * 300 * 2**-53 = 2e-13.
        assert torch.allclose(got[e], expected, rtol=0, atol=3e-13)


def test_adamw_as_it_comes_is_torchs_after_warm_up():
    start, gradients = start_of(), gradients_of(50)
    weights = torch.nn.Parameter(start.clone())
    other = torch.optim.AdamW([weights], lr=1e-3, betas=(0.9, 0.98), weight_decay=0)
    got, _ = trained([AdamW(warmup_steps=0)] * 3, start, gradients)
    for gradient in gradients:
        weights.grad = gradient.clone()
        other.step()
    assert torch.allclose(got, weights.detach(), rtol=0, atol=3e-13)  # as above


CASES = {
    "adamw": [AdamW(**one) for one in ADAPTIVE],
    "adam": [Adam(**one) for one in ADAPTIVE],
    "sgd": [SGD(**one) for one in PLAIN],
    "momentum": [SGD(**one) for one in MOMENTA],
    "groups": [AdamW(group_decay=(("norm", 0.0), ("bias", 0.0), ("mlp", 2.0)), **one) for one in ADAPTIVE],
    "toward start": [AdamW(decay_toward="start", **one) for one in ADAPTIVE],
    "coupled toward start": [Adam(decay_toward="start", **one) for one in ADAPTIVE],
    "whole norm": [AdamW(hold_norm="whole", **one) for one in ADAPTIVE],
    "each norm": [AdamW(hold_norm="each", **one) for one in ADAPTIVE],
    "ema": [Adam(grokfast="ema", grokfast_decay=d, grokfast_gain=g) for d, g in ((0.98, 2.0), (0.5, 5.0), (0.0, 0.1))],
    "mean": [AdamW(grokfast="mean", grokfast_window=5, grokfast_gain=gain) for gain in (5.0, 2.0, 0.0)],
    "orthogonal": [AdamW(orthogonal_gradient=True, **one) for one in ADAPTIVE],
    "all": [
        AdamW(orthogonal_gradient=True, grokfast="mean", grokfast_window=3, hold_norm="whole", **one)
        for one in ADAPTIVE
    ],
}
every_case = pytest.mark.parametrize("optimizers", CASES.values(), ids=CASES.keys())
each_format = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


@each_format
@every_case
def test_a_member_gets_what_it_would_get_alone_bit_for_bit(optimizers, dtype):
    start, gradients = start_of(dtype=dtype), gradients_of(12, dtype=dtype)
    got, rule = trained(optimizers, start, gradients)
    assert not torch.equal(got, start)
    for e in range(3):
        alone, lonely = trained(optimizers[e : e + 1], start[e : e + 1], gradients[:, e : e + 1])
        assert torch.equal(got[e], alone[0])
        assert rule.state.keys() == lonely.state.keys()
        for name, held in rule.state.items():
            assert torch.equal(held[e], lonely.state[name][0]), name


@every_case
def test_a_nan_in_one_member_reaches_no_other(optimizers):
    start, gradients = start_of(dtype=torch.float32), gradients_of(8, dtype=torch.float32)
    expected, _ = trained(optimizers, start, gradients)
    gradients[3, 1, 20] = torch.nan
    gradients[5, 1, 50] = torch.inf
    got, _ = trained(optimizers, start, gradients)
    assert torch.equal(got[[0, 2]], expected[[0, 2]])
    assert got[1].isnan().any()


@every_case
def test_a_saved_state_goes_on_bit_for_bit(optimizers):
    start, gradients = start_of(dtype=torch.float32), gradients_of(13, dtype=torch.float32)
    expected, _ = trained(optimizers, start, gradients)
    halfway, rule = trained(optimizers, start, gradients[:7])
    assert all(len(held) == 3 for held in rule.state.values())
    got, _ = trained(optimizers, halfway, gradients[7:], state=rule.state, first=8)
    assert torch.equal(got, expected)


@every_case
def test_the_size_of_the_blocks_changes_no_bit(optimizers, monkeypatch):
    start, gradients = start_of(dtype=torch.float32), gradients_of(8, dtype=torch.float32)
    expected, _ = trained(optimizers, start, gradients)
    monkeypatch.setattr(update, "BLOCK", 3 * 64)
    got, rule = trained(optimizers, start, gradients)
    assert [block for block, _ in rule._blocks] == [slice(0, 64), slice(64, 121)]
    assert torch.equal(got, expected)


@every_case
def test_nothing_asks_for_a_value_so_that_a_graph_can_be_captured(optimizers):
    flat = torch.empty((3, LAYOUT.size), device="meta")  # a meta tensor has no values: whoever asks, fails
    rule = Update(optimizers, LAYOUT, flat)
    rule.apply(flat, torch.empty_like(flat), torch.from_numpy(rule.numbers(1)).float().to("meta"))


def amplified(optimizer, gradients):
    """What plain descent at rate 1 makes of constant rows of gradients."""
    start = torch.zeros((1, LAYOUT.size), dtype=torch.float64)
    rule, got = Update([optimizer], LAYOUT, start), []
    for step, gradient in enumerate(gradients, 1):
        flat = start.clone()
        rule.apply(flat, torch.full_like(start, gradient), torch.from_numpy(rule.numbers(step)))
        assert flat.unique().numel() == 1
        got.append(-flat[0, 0].item())
    return got


def test_the_moving_average_begins_at_the_first_gradient():
    slow = SGD(learning_rate=1.0, warmup_steps=0, grokfast="ema", grokfast_decay=0.5, grokfast_gain=2.0)
    # slow: 1, (1 + 2) / 2 = 1.5, (1.5 + 4) / 2 = 2.75, (2.75 + 0) / 2 = 1.375
    assert amplified(slow, [1.0, 2.0, 4.0, 0.0]) == [1 + 2, 2 + 3, 4 + 5.5, 0 + 2.75]


def test_the_mean_waits_for_a_full_window_and_then_slides():
    slow = SGD(learning_rate=1.0, warmup_steps=0, grokfast="mean", grokfast_window=3, grokfast_gain=3.0)
    # means from the third on: (1 + 2 + 6) / 3 = 3, (2 + 6 + 1) / 3 = 3, (6 + 1 + 8) / 3 = 5, (1 + 8 + 0) / 3 = 3
    assert amplified(slow, [1.0, 2.0, 6.0, 1.0, 8.0, 0.0]) == [1, 2, 6 + 9, 1 + 9, 8 + 15, 0 + 9]


def test_the_running_sum_forgets_early_gradients_a_billion_times_larger():
    gradients = gradients_of(60, dtype=torch.float32)
    gradients[40:] *= 1e-9
    slow = [SGD(grokfast="mean", grokfast_window=7)] * 3
    _, rule = trained(slow, start_of(dtype=torch.float32), gradients)
    expected = gradients[-7:].double().sum(dim=0)
    # The sum of 7 numbers below 4 has at most 53 bits down to 32 * 2**-53; 2 * 60 roundings of that size.
    assert torch.allclose(rule.state["recent_sum"], expected, rtol=0, atol=120 * 32 * 2.0**-53)
    assert expected.abs().median() > 1e3 * 120 * 32 * 2.0**-53


@each_format
def test_norms_are_held_to_rounding(dtype):
    start, gradients = start_of(dtype=dtype), gradients_of(30, dtype=dtype)
    # Factor and product round once each: a norm is off by at most 2 units, and 2 more for the reading.
    bound = 4 * torch.finfo(dtype).eps
    whole, _ = trained([AdamW(hold_norm="whole", learning_rate=0.05)] * 3, start, gradients)
    norms = start.double().norm(dim=1)
    assert torch.allclose(whole.double().norm(dim=1), norms, rtol=bound, atol=0)
    each, _ = trained([AdamW(hold_norm="each", learning_rate=0.05)] * 3, start, gradients)
    for name, place in PLACES.items():
        norms = start[:, place].double().norm(dim=1)
        assert torch.allclose(each[:, place].double().norm(dim=1), norms, rtol=bound, atol=0), name
    assert not torch.allclose(whole[:, PLACES["embed"]].norm(dim=1), start[:, PLACES["embed"]].norm(dim=1), rtol=1e-4)
    assert not each[:, PLACES["bias"]].any()


def test_a_weight_of_zeros_without_gradient_stays_zero_under_held_norms():
    still = torch.zeros((2, 3, LAYOUT.size), dtype=torch.float64)
    got, _ = trained([AdamW(hold_norm="each")] * 3, start_of(), still)
    assert not got[:, PLACES["bias"]].any()
    assert torch.allclose(got, start_of(), rtol=1e-15, atol=0)  # two scalings by 1, at most a rounding off each


def turned(start, gradients):
    """The gradients as orthogonalization leaves them, by one step of plain descent at rate 1 from `start`."""
    rule, flat = Update([SGD(orthogonal_gradient=True, learning_rate=0.0)] * len(start), LAYOUT, start), start.clone()
    rule.apply(flat, gradients := gradients.clone(), torch.from_numpy(rule.numbers(1)).to(start.dtype))
    assert torch.equal(flat, start)
    return gradients


@each_format
@pytest.mark.parametrize("size", [1.0, 1e-25], ids=["plain", "with squares below the smallest float32"])
def test_gradients_are_orthogonal_to_their_weights_at_their_own_norm(dtype, size):
    start, gradients = start_of(dtype=dtype), gradients_of(1, dtype=dtype)[0] * size
    got = turned(start, gradients)
    eps = torch.finfo(dtype).eps
    for name, place in PLACES.items():
        w, g, before = start[:, place].double(), got[:, place].double(), gradients[:, place].double()
        # Coefficient, product, difference, scale and its product round once each, and the coefficient times |w| is
        # at most |g|; the scale is below 4 here: 5 roundings of 4 |g|.
        assert ((w * g).sum(dim=1).abs() <= 20 * eps * w.norm(dim=1) * before.norm(dim=1)).all(), name
        assert torch.allclose(g.norm(dim=1), before.norm(dim=1), rtol=8 * eps, atol=0), name
        along = (w * before).sum(1, keepdim=True) / (w * w).sum(1, keepdim=True).clamp(min=1e-300)
        rest = before - along * w
        cosine = (rest * g).sum(dim=1) / rest.norm(dim=1) / g.norm(dim=1)
        assert torch.allclose(cosine, torch.ones_like(cosine), rtol=0, atol=1e-6), name
    bias = PLACES["bias"]
    assert torch.equal(got[:, bias], gradients[:, bias])  # a weight of zeros has no direction


def test_a_gradient_along_its_weight_vanishes_and_is_not_blown_up_from_rounding():
    start = start_of(dtype=torch.float32)
    got = turned(start, 0.3 * start)
    assert not got.any()


def test_without_gradient_decay_toward_the_start_stays_at_the_start():
    start, still = start_of(), torch.zeros((5, 3, LAYOUT.size), dtype=torch.float64)
    for record in (AdamW, Adam, SGD):
        got, _ = trained([record(decay_toward="start", weight_decay=9.0, learning_rate=0.01)] * 3, start, still)
        assert torch.equal(got, start)


def test_decay_toward_the_start_shrinks_the_way_to_it():
    start = start_of()
    rule = Update([AdamW(decay_toward="start", weight_decay=2.0, learning_rate=0.1, warmup_steps=0)] * 3, LAYOUT, start)
    flat = start + 1
    for step in (1, 2, 3):
        rule.apply(flat, torch.zeros_like(flat), torch.from_numpy(rule.numbers(step)))
    # 3 updates of weights below 8, 4 roundings each
    assert torch.allclose(flat - start, torch.full_like(flat, 0.8**3), rtol=0, atol=3 * 4 * 8 * 2.0**-53)


@pytest.mark.parametrize("toward", ["zero", "start"])
def test_groups_decay_by_their_own_factors(toward):
    factors = {"embed": 1.0, "gain": 0.0, "matrix": 2.0, "bias": 0.0, "head": 1.0}
    pairs = (("norm", 0.0), ("bias", 0.0), ("mlp", 2.0))
    settings: dict[str, Any] = {"weight_decay": 0.5, "learning_rate": 0.1, "warmup_steps": 0, "decay_toward": toward}
    start = start_of()
    origin = start.numpy() if toward == "start" else np.zeros_like(start)
    for record, momentum in ((AdamW, None), (SGD, 0.0)):
        rule = Update([record(group_decay=pairs, **settings)] * 3, LAYOUT, start)
        flat, expected = start + 1, start.numpy() + 1
        rule.apply(flat, torch.zeros_like(flat), torch.from_numpy(rule.numbers(1)))
        for name, place in PLACES.items():
            expected[:, place] -= 0.1 * 0.5 * factors[name] * (expected - origin)[:, place]
        # weights below 8, 4 roundings
        assert np.allclose(flat.numpy(), expected, rtol=0, atol=4 * 8 * 2.0**-53), (record, momentum)


def test_neighbours_of_one_factor_decay_in_one_stretch():
    whole = update.decay_runs(AdamW(), LAYOUT)
    assert [place for place, _ in whole] == [slice(0, 121)]
    parts = update.decay_runs(AdamW(group_decay=(("mlp", 0.5), ("bias", 0.5), ("unembedding", 0.0))), LAYOUT)
    assert [place for place, _ in parts] == [slice(0, 40), slice(40, 94)]


def test_numbers_may_differ_within_a_stack_and_operations_may_not():
    one = structure(AdamW())
    assert one == structure(AdamW(learning_rate=1.0, weight_decay=1.0, betas=(0, 0), eps=1.0, warmup_steps=0))
    assert one == structure(AdamW(grokfast_window=3, grokfast_decay=0.5, grokfast_gain=9.0))
    others = [
        Adam(),
        SGD(),
        SGD(momentum=0.5),
        AdamW(group_decay=(("norm", 0.0),)),
        AdamW(decay_toward="start"),
        AdamW(hold_norm="whole"),
        AdamW(hold_norm="each"),
        AdamW(grokfast="ema"),
        AdamW(grokfast="mean"),
        AdamW(grokfast="mean", grokfast_window=3),
        AdamW(orthogonal_gradient=True),
    ]
    assert len({one, *map(structure, others)}) == 1 + len(others)
    with pytest.raises(InputError, match="optimizers must be of one structure within a stack, got "):
        Update([AdamW(), Adam(), AdamW()], LAYOUT, start_of())


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match=r"start must have shape \(2, 121\), got \(3, 121\)"):
        Update([AdamW()] * 2, LAYOUT, start_of())
    with pytest.raises(InputError, match="step must be a whole number of at least 1, got 0"):
        Update([AdamW()] * 3, LAYOUT, start_of()).numbers(0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("eps", [1e-30, 1e-12, 1e-8])
@pytest.mark.parametrize("size", [1e-20, 1e-17, 1e-3])
def test_small_gradients_move_weights_as_in_torch(dtype, eps, size):
    """What keeps roots of 0 quick must not be seen beside any eps: v of 1e-40 is below float32's normal numbers."""
    if dtype == torch.float32 and size == 1e-20 and eps < 1e-20:
        size = 1e-18  # the square would lose its digits in torch as well
    start, gradients = torch.zeros((1, LAYOUT.size), dtype=dtype), torch.full((1, LAYOUT.size), size, dtype=dtype)
    rule = Update([AdamW(warmup_steps=0, eps=eps)], LAYOUT, start)
    ours, theirs = start.clone(), torch.zeros_like(start).requires_grad_()
    rule.apply(ours, gradients.clone(), torch.from_numpy(rule.numbers(1)).to(dtype))
    theirs.grad = gradients
    torch.optim.AdamW([theirs], lr=1e-3, betas=(0.9, 0.98), eps=eps, weight_decay=0.0).step()
    torch.testing.assert_close(ours, theirs.detach(), rtol=20 * torch.finfo(dtype).eps, atol=0)
