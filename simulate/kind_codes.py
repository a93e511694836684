"""The kind of a curve as a number, from evidence of which some may be unknown.

A kind's code is its place in `grokdd.analytic.kinds.KINDS`, the order of precedence. Evidence is a set of bits, and
moves are counted: a curve whose first move goes up and that has 3 of them has the moves "+-+".
"""

import numpy as np
from numpy.typing import NDArray

from ..analytic.kinds import KINDS
from .compile import kernel

NAMES = tuple(KINDS)
"""The kinds by their codes."""

COMPLETES, NEAR_CHANCE, WAITS, RISES_ONCE, GENERALIZES, LATE = 1, 2, 4, 8, 16, 32
ALL = 63
"""All of these bits."""
MOVES = 64
"""The bit of a doubt about the moves."""
DOUBTS = {
    "completes": COMPLETES,
    "near_chance": NEAR_CHANCE,
    "waits": WAITS,
    "rises_once": RISES_ONCE,
    "generalizes": GENERALIZES,
    "late": LATE,
    "moves": MOVES,
}
"""The bit of each part of the evidence (`grokdd.analytic.KindEvidence`)."""

_CODE = {name: code for code, name in enumerate(NAMES)}
MEMORIZATION, CONSTANT, DECLINE = _CODE["memorization"], _CODE["constant"], _CODE["decline"]
GROKKING, GROKKING_WITH_A_DIP = _CODE["grokking"], _CODE["grokking with a dip"]
MULTIPLE_DESCENT, DOUBLE_DESCENT = _CODE["multiple descent"], _CODE["double descent"]
OVERFITTING, DIP_AND_RECOVERY = _CODE["overfitting"], _CODE["dip and recovery"]
PARTIAL_GENERALIZATION, MONOTONE_LEARNING = _CODE["partial generalization"], _CODE["monotone learning"]
UNKNOWN = 255
"""No code: more than one kind is possible."""

GROKS = COMPLETES | WAITS | RISES_ONCE | GENERALIZES | LATE


def rises_last_py(first: int, moves: int) -> bool:
    """Return whether the last of so many moves is a rise; `first` is 1 if the first is one, and -1 if it is a fall."""
    return moves > 0 and (first > 0) == (moves % 2 == 1)


rises_last = kernel(rises_last_py)


def kind_code_py(evidence: int, first: int, moves: int) -> int:
    """Return the code of the kind; the order of the questions is that of `grokdd.analytic.kind_of`."""
    half = evidence & (COMPLETES | GENERALIZES) == COMPLETES
    if half and evidence & NEAR_CHANCE:
        return MEMORIZATION
    rises = (moves + (1 if first > 0 else 0)) // 2
    if rises == 0:
        return DECLINE if moves else CONSTANT
    if evidence & GROKS == GROKS and rises_last(first, moves):
        return GROKKING if moves == 1 else GROKKING_WITH_A_DIP
    if rises > 1:
        return MULTIPLE_DESCENT if rises > 2 else DOUBLE_DESCENT
    if not rises_last(first, moves):
        return OVERFITTING
    if first < 0:
        return DIP_AND_RECOVERY
    return PARTIAL_GENERALIZATION if half else MONOTONE_LEARNING


kind_code = kernel(kind_code_py)


def only_kind_py(evidence: int, known: int, first: int, moves: int) -> int:
    """Return the one kind that all evidence allows which agrees in the bits of `known`; UNKNOWN if there are two."""
    found = kind_code(evidence & known, first, moves)
    if known == ALL:
        return found
    for bits in range(ALL + 1):
        if (bits ^ evidence) & known == 0 and kind_code(bits, first, moves) != found:
            return UNKNOWN
    return found


only_kind = kernel(only_kind_py)

Codes = NDArray[np.uint8]
