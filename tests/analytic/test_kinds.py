"""What kinds of curve there are: one for any evidence, thresholds that are checked, and moves that are prominent."""

import math
import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise, product
from typing import Any, get_args

import pytest

from grokdd.analytic import InputError, Kind, KindEvidence, KindThresholds, kind_of
from grokdd.analytic.kinds import KINDS
from grokdd.analytic.prominence import prominent_moves
from grokdd.empirical.observation import Thresholds

from .kinds_by_hand import HOLDS, by_striking_out, directions, kinds_that_hold

# --- kinds


BOOLEANS = ("completes", "near_chance", "waits", "rises_once", "generalizes", "late")
MOVES = ("", *(("+-" * 4)[start : start + n] for start in (0, 1) for n in range(1, 7)), "-+-+-+-")
EVERYTHING = [
    KindEvidence(moves=moves, **dict(zip(BOOLEANS, values, strict=True)))
    for moves in MOVES
    for values in product((False, True), repeat=len(BOOLEANS))
]


def test_exactly_one_kind_holds_whatever_the_evidence():
    for seen in EVERYTHING:
        assert kinds_that_hold(seen) == [kind_of(seen)], seen


def test_every_kind_is_the_kind_of_something_and_is_defined():
    assert {kind_of(seen) for seen in EVERYTHING} == set(get_args(Kind)) == set(KINDS) == set(HOLDS)


def test_definitions_stand_in_the_order_of_precedence():
    assert tuple(KINDS) == get_args(Kind)


# --- prominence


def moves_of(heights: Sequence[Any], prominence: Any) -> tuple[str, list[Any]]:
    """Return the moves, and the highest or lowest of the places among which each turn is."""
    found, turns = prominent_moves(
        len(heights),
        lambda i, j: (heights[j] - heights[i] >= prominence) - (heights[i] - heights[j] >= prominence),
    )
    extreme = {"+": max, "-": min}
    return found, [extreme[way](heights[place] for place in turn) for way, turn in zip(found[:-1], turns, strict=True)]


def longest_chain(heights: Sequence[int], prominence: int) -> set[str]:
    """Return the moves of the longest chains of places from one to the next of which the curve rises or falls."""
    best = {""}
    for size in range(2, len(heights) + 1):
        chains = set[str]()
        for chain in combinations(heights, size):
            steps = [after - before for before, after in pairwise(chain)]
            if all(abs(step) >= prominence for step in steps) and all(a * b < 0 for a, b in pairwise(steps)):
                chains.add("".join("+" if step > 0 else "-" for step in steps))
        best = chains or best
    return best


def zigzag(rng: random.Random, places: int) -> list[int]:
    """Return heights that go up and down in turn."""
    way, heights = rng.choice((1, -1)), [rng.randrange(20)]
    for _ in range(places - 1):
        heights.append(heights[-1] + way * rng.randint(1, 12))
        way = -way
    return heights


def test_the_moves_are_the_longest_chain():
    rng = random.Random(1)
    lengths = set[int]()
    for _ in range(400):
        heights, prominence = [rng.randrange(12) for _ in range(rng.randint(1, 9))], rng.randint(1, 8)
        got, _ = moves_of(heights, prominence)
        assert {got} == longest_chain(heights, prominence), (heights, prominence)
        lengths.add(len(got))
    assert lengths >= set(range(6))


def test_the_same_moves_and_turns_remain_when_pairs_are_struck_out():
    rng = random.Random(2)
    lengths = set[int]()
    for _ in range(2000):
        heights, prominence = zigzag(rng, rng.randint(1, 14)), rng.randint(1, 12)
        got = moves_of(heights, prominence)
        left = [heights[i] for i in by_striking_out(heights, prominence)]
        assert got == (directions(left), left[1:-1]), (heights, prominence)
        lengths.add(len(got[0]))
    assert lengths >= set(range(9))


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ([0, 10], ("+", [])),
        ([0, 9], ("", [])),
        ([0, 3, -8], ("-", [])),  # the small rise at the start is no move, but the fall begins at its top
        ([0, 9, 4, 18], ("+", [])),  # a dip of 5 is none
        ([0, 12, 5, 14, 1], ("+-", [14])),  # of two tops with a shallow dip between, the higher one
        ([0, 12, 2, 12], ("+-+", [12, 2])),
        ([5], ("", [])),
    ],
)
def test_moves_at_a_prominence_of_10(heights: list[int], expected: tuple[str, list[int]]):
    assert moves_of(heights, 10) == expected


# --- thresholds


def test_the_defaults_are_those_of_the_papers_reading():
    got = KindThresholds()
    assert got == KindThresholds(eps=Fraction(1, 100), delta=Fraction(1, 100), tau=Fraction(1, 10))
    assert (got.prominence, got.ratio) == (Fraction(1, 50), 3)


def test_thresholds_are_exact():
    assert KindThresholds(tau=0.1).tau == Fraction(0.1) != Fraction(1, 10)


def test_letters_and_values_are_those_of_real_runs():
    real, got = Thresholds(), KindThresholds()
    for name in ("eps", "delta", "tau", "prominence", "ratio"):
        assert float(getattr(got, name)) == getattr(real, name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"eps": 0}, "eps must be greater than 0, got 0"),
        ({"delta": Fraction(3, 2)}, "delta must lie in [0, 1], got 1.5"),
        ({"prominence": 0.0}, "prominence must be greater than 0, got 0"),
        ({"tau": -0.5}, "tau must lie in [0, 1], got -0.5"),
        ({"ratio": 0.5}, "ratio must be at least 1, got 0.5"),
        ({"ratio": math.inf}, "ratio must be finite, got inf"),
        ({"tau": "little"}, "tau must be a number (int, float or Fraction), got 'little'"),
    ],
)
def test_what_is_no_threshold_is_refused(arguments: dict[str, Any], message: str):
    with pytest.raises(InputError) as error:
        KindThresholds(**arguments)
    assert str(error.value) == message


def test_thresholds_of_0_and_1_are_allowed_where_they_mean_something():
    assert KindThresholds(tau=0, ratio=1, prominence=1).ratio == 1
