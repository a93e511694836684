"""The kind of a model's curve, with its evidence and the nearest values of each parameter at which the kind changes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from .announced import announced
from .errors import InputError, demand
from .extrema import Extremum, Shape
from .kind_evidence import Findings
from .kind_margins import KindMargin, find_margins
from .kinds import Kind, KindEvidence, KindThresholds, demand_thresholds, kind_of
from .model import PatternModel


@dataclass(frozen=True, kw_only=True)
class Classification:
    """What kind of curve a model has on t >= 0, and why."""

    model: PatternModel
    kind: Kind
    """What the evidence makes it."""
    verdict: Literal["proved", "undecided"]
    """Whether the kind and all of its evidence are proved. If not, both are what holds if numbers that cannot be told
    apart are equal, and there are no extrema but those that were found."""
    reason: str
    """What the curves do, in one line; for an undecided verdict, what could not be told."""
    evidence: KindEvidence
    """What the kind is decided by."""
    thresholds: KindThresholds
    """What counts as what."""
    shape: Shape
    """The extrema of acc_test on the whole line."""
    extrema_on_the_line: int
    """How many extrema acc_test has on the whole line, however small."""
    extrema_from_0: int
    """How many of them lie at t > 0."""
    prominent: tuple[Extremum, ...]
    """The extrema between prominent rises and falls, in order of time; of several, the highest or lowest."""
    train_time: float | None
    """First time, from 0 on, at which acc_train is 1 - eps; None for never, infinite if beyond all floats."""
    test_at_train_time: float | None
    """acc_test at that time."""
    test_time: float | None
    """Time from which on acc_test is 1 - delta or above for good, likewise."""

    @cached_property
    def margins(self) -> tuple[KindMargin, ...]:
        """How far each parameter can move before the kind changes; looked for when first asked for.

        That is some hundreds of classifications: 3 to 10 seconds for 3 patterns. InputError where the kind is
        undecided.
        """
        if self.verdict == "undecided":
            raise InputError(f"the kind of the model must be proved for its margins, got undecided: {self.reason}")
        with announced("looking for the margins of the kind"):
            return find_margins(self.model, self.kind, lambda other: proved_kind(other, self.thresholds))

    @property
    def delay(self) -> float | None:
        """How much later acc_test generalizes than training is completed; None without both, or beyond all floats."""
        if self.train_time is None or self.test_time is None or math.isinf(self.test_time):
            return None
        return self.test_time - self.train_time


def classify(model: PatternModel, thresholds: KindThresholds | None = None, *, margins: bool = False) -> Classification:
    """Return the kind of curve that `model` has on t >= 0, with its evidence.

    Extrema are proved, and heights and times are compared with thresholds by rationals and Arb balls, never by floats.
    The kinds are defined in `kinds.KINDS`.

    Parameters
    ----------
    model
        Any model of at most 12 patterns, under any rule: about 20 ms for 3 of them, for many little more than `shape`.
    thresholds
        What counts as what; those of the paper's reading by default.
    margins
        Whether to look at once for the values at which the kind changes, which the `margins` of what is returned are;
        else they are looked for when they are first read.

    Raises
    ------
    InputError
        If the model has more patterns, or margins are asked for where the kind is undecided.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> found = classify(presets.grokking())
    >>> found.kind, found.verdict, round(found.delay, 3)
    ('grokking', 'proved', 211.285)
    """
    limits = demand_thresholds(thresholds)
    demand("margins", margins, bool, "True or False")
    seen = Findings(model, limits)
    kind = kind_of(seen.evidence)
    found = Classification(
        model=model,
        kind=kind,
        verdict="undecided" if seen.doubts else "proved",
        reason="; ".join(seen.doubts or _story(seen, limits)),
        evidence=seen.evidence,
        thresholds=limits,
        shape=seen.shape,
        extrema_on_the_line=len(seen.shape.extrema),
        extrema_from_0=len(seen.after_start),
        prominent=seen.prominent,
        train_time=None if seen.trained is None else float(seen.trained),
        test_at_train_time=None if seen.at_trained is None else float(seen.at_trained),
        test_time=None if seen.tested is None else float(seen.tested),
    )
    if margins:
        _ = found.margins
    return found


def proved_kind(model: PatternModel, limits: KindThresholds) -> Kind | None:
    """Return the kind of a model's curve; None where it is undecided."""
    seen = Findings(model, limits)
    return None if seen.doubts else kind_of(seen.evidence)


def _story(seen: Findings, limits: KindThresholds) -> Iterator[str]:
    """Return what the curves do, in words."""
    start, end = float(seen.heights[0]), float(seen.heights[-1])
    turns = (f"{'rises' if x.kind == 'maximum' else 'falls'} to {x.value:.3g} at t = {x.t:.4g}" for x in seen.prominent)
    yield ", ".join([f"acc_test starts at {start:.3g}", *turns, f"ends at {end:.3g}"])
    trained, tested = (f"{float(1 - small):.12g}" for small in (limits.eps, limits.delta))
    if seen.trained is None or seen.at_trained is None:
        yield f"acc_train never reaches {trained}"
    else:
        then = float(seen.at_trained)
        yield f"acc_train reaches {trained} at t = {float(seen.trained):.4g}, when acc_test is {then:.3g}"
    if seen.tested is None:
        yield f"acc_test does not stay at {tested} or above"
    else:
        yield f"acc_test stays at {tested} or above from t = {float(seen.tested):.4g} on"
