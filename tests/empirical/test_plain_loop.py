"""The plain loop is the public code's network: written apart from the engine's, and it computes the same."""

import torch

from grokdd.empirical.experiments import decay_1_plainly
from grokdd.empirical.plain_loop import PlainLoop, train_plainly
from grokdd.empirical.schedule import evaluation_steps
from grokdd.empirical.stack import Stack

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


def weights_of(loop: PlainLoop) -> dict[str, torch.Tensor]:
    blocks = {
        f"blocks.{depth}.{own}": block.get_parameter(its)
        for depth, block in enumerate(loop.blocks)
        for own, its in NAMES.items()
    }
    return {"embedding.weight": loop.embedding.weight, "unembedding.weight": loop.unembedding.weight, **blocks}


def test_twenty_steps_from_the_same_weights_are_those_of_the_engine():
    """In float64, where rounding stays below 1e-12 of weights of size 1; a wrong term would be far above."""
    configuration = small(number_format="float64")
    stack, loop = Stack([configuration], torch.device("cpu"), "float64"), PlainLoop(configuration)
    for part in (loop.embedding, loop.blocks, loop.unembedding):
        part.double()
    loop.positions = loop.positions.double()
    theirs = weights_of(loop)
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
    assert loop.correct() == {side: counts[side] for side in ("train_correct", "test_correct")}


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
