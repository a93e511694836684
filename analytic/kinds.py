"""Kinds of curve: what they are called, by which evidence, and against which thresholds.

A kind says what a reader would say of a whole training run, so it is decided on t >= 0, where training is. A bare count
of extrema does not say it: they may be of height 1e-5 (`docs/theory.md`, section 3.10). Instead, acc_test *rises* or
*falls* where it changes by the prominence or more, and its *moves* are the longest chain of rises and falls in turn,
"+-+" in the paper's double descent (`prominence`). Each rise is a descent of the test error.

The first that holds is the kind:

1. memorization, however acc_test moves near chance or below it: nobody reads a shape into guessing;
2. constant and decline, where it never rises;
3. grokking, because two times of completion far apart say more than the shape; if acc_test also fell, from heights that
   it had before training was completed, it is grokking *with a dip*, though by its shape it may be double descent;
4. multiple and double descent, by the number of rises, whether or not a last fall follows, and whatever the end: the
   paper's ends at 0.48;
5. with one rise: overfitting if a fall comes last, dip and recovery if one comes first;
6. with nothing but a rise: partial generalization if training is complete and acc_test is not, monotone learning else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from .errors import InputError, demand
from .exact import Exact, as_fraction

Kind = Literal[
    "memorization",
    "constant",
    "decline",
    "grokking",
    "grokking with a dip",
    "multiple descent",
    "double descent",
    "overfitting",
    "dip and recovery",
    "partial generalization",
    "monotone learning",
]
"""In order of precedence."""

KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        "memorization": "Training is completed, and acc_test is never above chance + tau, nor generalizes.",
        "constant": "acc_test neither rises nor falls.",
        "decline": "acc_test falls, and never rises.",
        "grokking": (
            "Training is completed while acc_test is still at most chance + tau; acc_test generalizes, but more than "
            "`ratio` times later; and it never falls."
        ),
        "grokking with a dip": (
            "The same, but that acc_test falls, once or more, and never from a maximum after training is completed."
        ),
        "multiple descent": "acc_test rises three times or more, with falls between.",
        "double descent": "acc_test rises, falls, and rises again; it may fall before and after.",
        "overfitting": "acc_test rises once, and then falls for good.",
        "dip and recovery": "acc_test falls, and then rises for good.",
        "partial generalization": "acc_test rises, never falls, and does not generalize though training is completed.",
        "monotone learning": "acc_test rises and never falls; it generalizes, or training is never completed.",
    }
)
"""One sentence for each kind, in order of precedence: a kind holds where none before it does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KindEvidence:
    """What a kind is decided by: what the curves do on t >= 0, held against thresholds."""

    moves: str
    """The prominent rises "+" and falls "-" of acc_test, in turn."""
    completes: bool
    """acc_train reaches 1 - eps."""
    near_chance: bool
    """acc_test is never above chance + tau."""
    waits: bool
    """acc_test is at most chance + tau at the time at which acc_train reaches 1 - eps."""
    rises_once: bool
    """acc_test has no prominent maximum after that time."""
    generalizes: bool
    """From some time on acc_test stays at 1 - delta or above."""
    late: bool
    """acc_test waits, and that time is more than `ratio` times later than the one of acc_train."""

    def __post_init__(self) -> None:
        demand("moves", self.moves, str, 'a string of "+" and "-"')
        for field in fields(self):
            if field.name != "moves":
                demand(field.name, getattr(self, field.name), bool, "True or False")

    @property
    def groks(self) -> bool:
        """Whether acc_test waits until training is complete, and for long after, and then generalizes in one rise."""
        waits = self.completes and self.waits and self.late
        return waits and self.generalizes and self.rises_once and self.moves.endswith("+")


def kind_of(seen: KindEvidence) -> Kind:
    """Return the kind of curve that the evidence makes it: exactly one, for any evidence.

    Examples
    --------
    >>> seen = {"completes": True, "near_chance": False, "waits": True, "rises_once": True, "generalizes": True}
    >>> kind_of(KindEvidence(moves="+", late=True, **seen)), kind_of(KindEvidence(moves="+", late=False, **seen))
    ('grokking', 'monotone learning')
    """
    demand("seen", seen, KindEvidence, "KindEvidence")
    rises = seen.moves.count("+")
    if seen.completes and seen.near_chance and not seen.generalizes:
        return "memorization"
    if not rises:
        return "decline" if seen.moves else "constant"
    if seen.groks:
        return "grokking with a dip" if "-" in seen.moves else "grokking"
    if rises > 1:
        return "multiple descent" if rises > 2 else "double descent"
    if seen.moves.endswith("-"):
        return "overfitting"
    if seen.moves.startswith("-"):
        return "dip and recovery"
    return "partial generalization" if seen.completes and not seen.generalizes else "monotone learning"


@dataclass(frozen=True, init=False, slots=True)
class KindThresholds:
    """What counts as what; the letters, and the values where none is given, are those that real runs are held to.

    Every "at least" and "at most" includes equality. A level that a curve only nears for ever is not reached, though as
    the end of a rise or fall, and of what stays near chance, the limit counts like any height.

    Parameters
    ----------
    eps
        Training is completed where acc_train is at least 1 - eps, in (0, 1]. 0.01 is the paper's "near-perfect
        training performance", and the level at which the delay of its preset is stated.
    delta
        acc_test generalizes where it stays at 1 - delta or above, in (0, 1]. 0.01 is the paper's "perfect test
        accuracy", read as near-perfect training is. Double descent does not demand it.
    tau
        acc_test up to chance + tau is near chance, in [0, 1]. 0.1: a reader of a figure from 0 to 1 calls that
        "near-chance"; the paper's grokking preset is at 0.003 when training is completed.
    prominence
        A rise or fall of acc_test counts if it is at least this large, in (0, 1]. 0.02: the paper's double descent
        falls by 0.18 and rises by 0.13, and what is smaller drowns in the counting noise of a test set of thousands.
    ratio
        What is late comes more than this many times later, at least 1. 3, because the paper speaks of a "sustained
        period", 3.6 times in its preset; without such a demand two quick steps, one after the other, would grok.

    Raises
    ------
    InputError
        If one is not a finite number or lies outside its range.
    """

    eps: Fraction
    delta: Fraction
    tau: Fraction
    prominence: Fraction
    ratio: Fraction

    def __init__(
        self,
        *,
        eps: Exact = Fraction(1, 100),
        delta: Exact = Fraction(1, 100),
        tau: Exact = Fraction(1, 10),
        prominence: Exact = Fraction(2, 100),
        ratio: Exact = 3,
    ) -> None:
        given = {
            "eps": _above_0("eps", eps),
            "delta": _above_0("delta", delta),
            "tau": as_fraction("tau", tau, low=0, high=1),
            "prominence": _above_0("prominence", prominence),
            "ratio": as_fraction("ratio", ratio, low=1),
        }
        for field, value in given.items():
            object.__setattr__(self, field, value)


def demand_thresholds(thresholds: object) -> KindThresholds:
    """Return thresholds, those of the paper's reading for None; InputError for anything else."""
    if thresholds is None:
        return KindThresholds()
    return demand("thresholds", thresholds, KindThresholds, "KindThresholds")


def _above_0(name: str, value: Exact) -> Fraction:
    number = as_fraction(name, value, low=0, high=1)
    if not number:
        raise InputError(f"{name} must be greater than 0, got 0")
    return number
