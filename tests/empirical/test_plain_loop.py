"""The plain loops are the public codes' networks: written apart from the engine's, and they compute the same."""

from collections.abc import Mapping

import pytest
import torch

from grokdd.empirical.experiments import constrained_norm_plainly, decay_1_plainly
from grokdd.empirical.plain_addition import PlainAddition
from grokdd.empirical.plain_division import PlainDivision
from grokdd.empirical.plain_loop import PlainLoop
from grokdd.empirical.plain_training import train_plainly
from grokdd.empirical.schedule import evaluation_steps
from grokdd.empirical.stack import Stack

SIDES = ("train_correct", "test_correct")
NAMES = {
    "query.weight": "query.weight",
    "key.weight": "key.weight",
    "value.weight": "value.weight",
    "attention_out.weight": "out.weight",
    "attention_norm.weight": "attention_norm.weight",
    "attention_norm.bias": "attention_norm.bias",
    "mlp_in.weight": "mlp.0.weight",
    "mlp_out.weight": "mlp.2.weight",
    "mlp_norm.weight": "mlp_norm.weight",
    "mlp_norm.bias": "mlp_norm.bias",
}
"""What a weight of a block is called in the engine and in the plain loop."""


def small(**settings):
    size = {"task.modulus": 11, "network.width": 16, "network.heads": 2, "batch_size": 16}
    return decay_1_plainly(**size | settings)


def weights_of_division(loop: PlainDivision) -> Mapping[str, torch.Tensor]:
    blocks = {
        f"blocks.{depth}.{own}": block.get_parameter(its)
        for depth, block in enumerate(loop.blocks)
        for own, its in NAMES.items()
    }
    return {"embedding.weight": loop.embedding.weight, "unembedding.weight": loop.unembedding.weight, **blocks}


def weights_of_addition(loop: PlainAddition) -> Mapping[str, torch.Tensor]:
    block = {
        "query.weight": loop.query,
        "key.weight": loop.key,
        "value.weight": loop.value,
        "attention_out.weight": loop.out,
        "mlp_in.weight": loop.inward,
        "mlp_out.weight": loop.outward,
        "mlp_in.bias": loop.inward_bias,
        "mlp_out.bias": loop.outward_bias,
    }
    own = {"embedding": loop.embedding, "positions": loop.positions, "unembedding": loop.unembedding}
    return {f"{name}.weight": weight for name, weight in own.items()} | {f"blocks.0.{k}": w for k, w in block.items()}


def twenty_steps_agree(loop: PlainLoop, theirs: Mapping[str, torch.Tensor]) -> None:
    """In float64, where rounding stays below 1e-12 of weights of size 1; a wrong term would be far above."""
    stack = Stack([loop.configuration], torch.device("cpu"), "float64")
    assert theirs.keys() == stack.member_weights(0).keys()
    with torch.no_grad():
        for name, weight in stack.member_weights(0).items():
            theirs[name].copy_(weight)
    for _ in range(20):
        stack.advance()
        loop.advance()
    for name, weight in stack.member_weights(0).items():
        torch.testing.assert_close(theirs[name].detach(), weight, rtol=0, atol=1e-9)
    counts = stack.evaluate()[1][0]
    found = loop.correct()
    assert found["norm_all"] == pytest.approx(counts["norm_all"], rel=1e-9)
    assert {side: found[side] for side in SIDES} == {side: counts[side] for side in SIDES}


def test_twenty_steps_of_division_from_the_same_weights_are_those_of_the_engine():
    loop = PlainDivision(small(number_format="float64"))
    for part in (loop.embedding, loop.blocks, loop.unembedding):
        part.double()
    loop.positions = loop.positions.double()
    twenty_steps_agree(loop, weights_of_division(loop))


@pytest.mark.parametrize("hold_norm", ["whole", None])
def test_twenty_steps_of_addition_from_the_same_weights_are_those_of_the_engine(hold_norm):
    size = {"task.modulus": 11, "network.width": 16, "optimizer.hold_norm": hold_norm, "number_format": "float64"}
    loop = PlainAddition(constrained_norm_plainly(3, **size))
    for weight in loop.weights:
        weight.data = weight.data.double()
    stack = Stack([loop.configuration], torch.device("cpu"), "float64")
    loop.initial_norm = stack.evaluate()[1][0]["norm_all"]
    twenty_steps_agree(loop, weights_of_addition(loop))
    assert (loop.correct()["norm_all"] == pytest.approx(loop.initial_norm, rel=1e-9)) is (hold_norm == "whole")


def test_the_weights_that_addition_begins_with_have_the_published_norm():
    loop = PlainAddition(constrained_norm_plainly(0))
    assert loop.initial_norm == pytest.approx(0.8 * 1781**0.5, rel=0.01)  # seven deviations of 226 000 squares


def test_a_plain_run_is_recorded_at_the_steps_of_the_schedule_and_begins_anew(tmp_path):
    configuration = small(steps=50)
    done = train_plainly(configuration, tmp_path / "run")
    assert done.finished
    assert [row["step"] for row in done.rows] == evaluation_steps(configuration)
    assert train_plainly(configuration, tmp_path / "run").rows == done.rows


def test_a_plain_run_ends_at_its_stop_rule(tmp_path):
    full = train_plainly(small(steps=200), tmp_path / "full")
    best = max(row["test_correct"] for row in full.rows[1:])
    reached = next(place for place, row in enumerate(full.rows) if place and row["test_correct"] == best)
    stopped = train_plainly(small(steps=200, stop_test_accuracy=best / full.sizes["test"]), tmp_path / "stopped")
    assert stopped.rows == full.rows[: reached + 1]
    assert len(stopped.rows) < len(full.rows)
