"""What a training run did, read from its curves by thresholds that are fixed beforehand; no model is involved."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..analytic.errors import InputError
from ..analytic.training_curves import Array, Curves

FEWEST_POINTS = 8
"""Evaluations at different steps below which no curve has a shape worth reading."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """What counts as what. A kind of curve is a matter of thresholds (docs/theory.md, section 3), so they are named.

    Parameters
    ----------
    eps, delta
        Training is complete at train accuracy 1 - eps; the network generalizes at test accuracy 1 - delta.
    tau
        Test accuracy up to chance + tau is "still near chance".
    ratio
        Grokking needs test to be complete at least this many times later than train.
    prominence
        Double descent needs a fall and a second rise of at least this much test accuracy.
    hold
        Consecutive evaluations that a level must hold (or hold to the end of the run); also the width of the running
        median in which falls are sought, so that a single evaluation is never a fall.
    noise
        Standard errors that a fall must exceed to be told from counting noise, where the size of the test set is known.
    resolution
        The same in accuracy, where that size is not known.
    same_step
        Two steps within this factor of each other count as the same.
    close, far
        Root mean square errors of a fit: at most `close` follows the run, above `far` it does not.
    """

    eps: float = 0.01
    delta: float = 0.01
    tau: float = 0.1
    ratio: float = 3.0
    prominence: float = 0.02
    hold: int = 3
    noise: float = 4.0
    resolution: float = 0.005
    same_step: float = 1.5
    close: float = 0.05
    far: float = 0.1


@dataclass(frozen=True, slots=True)
class Point:
    """An accuracy and the step at which it was read."""

    step: float
    accuracy: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What a run did.

    `peak` and `dip` bound the most prominent fall of test accuracy up to `test_step` (both None if it never falls),
    read on a running median; `recovery` is how far it rises again after the dip. `noise` is the largest fall that
    counting noise explains. `parts` holds the lowest accuracy of each part after the first evaluations.
    """

    axis: str
    chance: float
    last_step: float
    train_step: float | None
    test_step: float | None
    test_at_train_step: float | None
    final_train: float
    final_test: float
    peak: Point | None
    dip: Point | None
    recovery: float
    noise: float
    kind: str = ""
    reason: str = ""
    parts: Mapping[str, Point] = field(default_factory=dict)
    thresholds: Thresholds = Thresholds()

    @property
    def depth(self) -> float:
        """How far test accuracy falls from `peak` to `dip`; 0 if it never falls."""
        return 0.0 if self.peak is None or self.dip is None else self.peak.accuracy - self.dip.accuracy

    @property
    def falls(self) -> bool:
        """Whether test accuracy falls by more than counting noise explains."""
        return self.depth > self.noise

    @property
    def below_chance(self) -> bool:
        """Whether the dip lies below chance by more than counting noise explains."""
        return self.dip is not None and self.falls and self.dip.accuracy < self.chance - self.noise / math.sqrt(2)

    @property
    def delay(self) -> float | None:
        """How many times later test is complete than train; None if either never is."""
        if self.train_step is None or self.test_step is None:
            return None
        return self.test_step / self.train_step if self.train_step > 0 else math.inf

    @property
    def groks(self) -> bool:
        """Whether test is complete much later than train, and is still near chance when train is complete."""
        return self._late and self._near_chance

    @property
    def double_descends(self) -> bool:
        """Whether test accuracy falls and rises again, each by more than noise and by the demanded prominence."""
        return min(self.depth, self.recovery) >= max(self.thresholds.prominence, self.noise)

    @property
    def _late(self) -> bool:
        return self.delay is not None and self.delay >= self.thresholds.ratio

    @property
    def _near_chance(self) -> bool:
        return self.test_at_train_step is not None and self.test_at_train_step <= self.chance + self.thresholds.tau


def ordered(curves: Curves) -> Curves:
    """Return `curves` sorted by step, or raise an InputError if they cannot be a training run's.

    Nothing is dropped: repeated steps stay.
    """
    if not isinstance(curves, Curves):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise InputError(
            f"curves must be Curves, got {type(curves).__name__}: build them with Curves(t=, train=, test=)"
        )
    if not np.isfinite(curves.t).all() or (curves.t < 0).any():
        worst = curves.t[~(np.isfinite(curves.t) & (curves.t >= 0))][0]
        raise InputError(f"curves.t must hold finite steps of at least 0, got {worst}")
    if (distinct := np.unique(curves.t).size) < FEWEST_POINTS:
        raise InputError(
            f"curves must hold at least {FEWEST_POINTS} different steps, got {distinct}: evaluate more often"
        )
    for name, values in (("train", curves.train), ("test", curves.test)):
        outside = np.flatnonzero(~((values >= 0) & (values <= 1)))
        if outside.size:
            way_out = "; divide by 100 if these are percent" if 1 < values.max() <= 100 else ""
            raise InputError(
                f"{name} must lie in [0, 1], got {values[outside[0]]} at step {curves.t[outside[0]]:g}{way_out}"
            )
    order = np.argsort(curves.t, kind="stable")
    return Curves(
        curves.t[order],
        curves.train[order],
        curves.test[order],
        axis=curves.axis,
        train_size=curves.train_size,
        test_size=curves.test_size,
        train_error=curves.train_error[order],
        parts={name: values[order] for name, values in curves.parts.items()},
    )


def observe(curves: Curves, *, chance: float = 0.0, thresholds: Thresholds | None = None) -> Observation:
    """Return what the run behind `curves` did.

    Parameters
    ----------
    curves
        Accuracies in [0, 1] at no fewer than 8 different steps, in any order.
    chance
        Test accuracy of guessing.
    thresholds
        What counts as what.

    Raises
    ------
    InputError
        If the curves cannot be a training run's.

    Examples
    --------
    >>> steps = [1, 2, 4, 8, 16, 32, 64, 128, 256]
    >>> train, test = [0, 0.2, 0.6, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0.5, 1, 1]
    >>> observe(Curves(steps, train, test, axis="steps")).kind
    'grokking'
    """
    thresholds = thresholds or Thresholds()
    run = ordered(curves)
    train_step = _held_from(run.t, run.train, 1 - thresholds.eps, thresholds.hold)
    test_step = _held_from(run.t, run.test, 1 - thresholds.delta, thresholds.hold)
    smooth = _running_median(run.test, thresholds.hold)
    before = run.t <= (math.inf if test_step is None else test_step)  # a trained network's jolts are not the descent
    peak, dip, recovery = _deepest_fall(run.t[before], smooth[before], thresholds.prominence)
    seen = Observation(
        axis=run.axis,
        chance=chance,
        last_step=float(run.t[-1]),
        train_step=train_step,
        test_step=test_step,
        test_at_train_step=None if train_step is None else float(smooth[run.t == train_step][0]),
        final_train=float(_running_median(run.train, thresholds.hold)[-1]),
        final_test=float(smooth[-1]),
        peak=peak,
        dip=dip,
        recovery=recovery,
        noise=_counting_noise(peak, dip, run.test_size, thresholds),
        parts={name: _lowest(run.t, values, thresholds.hold) for name, values in run.parts.items()},
        thresholds=thresholds,
    )
    kind, reason = _kind(seen)
    object.__setattr__(seen, "kind", kind)
    object.__setattr__(seen, "reason", reason)
    return seen


def _held_from(t: Array, accuracy: Array, level: float, hold: int) -> float | None:
    """Return the first step from which `accuracy` stays at `level` for `hold` evaluations or to the end."""
    above = np.append(accuracy >= level, np.ones(hold - 1, dtype=bool))
    held = np.lib.stride_tricks.sliding_window_view(above, hold).all(axis=1)
    return float(t[np.argmax(held)]) if held.any() else None


def _running_median(values: Array, width: int) -> Array:
    """Return the running median; at the ends the first and the last value are repeated."""
    padded = np.pad(values, (width // 2, (width - 1) // 2), mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)


def _deepest_fall(t: Array, test: Array, prominence: float) -> tuple[Point | None, Point | None, float]:
    """Return peak, dip and recovery of the fall that is followed by the largest rise, or else of the largest fall."""
    fall = np.maximum.accumulate(test) - test
    rise = np.maximum.accumulate(test[::-1])[::-1] - test
    both = np.minimum(fall, rise)
    dip = int(np.argmax(both if both.max() >= prominence else fall))
    if fall[dip] <= 0:
        return None, None, 0.0
    peak = int(np.argmax(test[: dip + 1]))
    return Point(float(t[peak]), float(test[peak])), Point(float(t[dip]), float(test[dip])), float(rise[dip])


def _lowest(t: Array, values: Array, hold: int) -> Point:
    """Return the lowest point of a part after its first `hold` evaluations: an untrained network is not a finding."""
    smooth = _running_median(values, hold)
    i = hold + int(np.argmin(smooth[hold:]))
    return Point(float(t[i]), float(smooth[i]))


def _counting_noise(peak: Point | None, dip: Point | None, size: int | None, thresholds: Thresholds) -> float:
    """Return `noise` standard errors of the difference of two independent binomial proportions."""
    if size is None or peak is None or dip is None:
        return thresholds.resolution
    variance = sum(point.accuracy * (1 - point.accuracy) for point in (peak, dip)) / size
    return thresholds.noise * math.sqrt(variance)


def _kind(seen: Observation) -> tuple[str, str]:
    """Return the kind of a run and, in one sentence, why it is called that."""
    kind, reason = _kind_of_end(seen)
    if not seen.double_descends or seen.peak is None or seen.dip is None:
        return kind, reason
    turns = (
        f"test accuracy falls from {seen.peak.accuracy:.3f} to {seen.dip.accuracy:.3f} "
        f"at {seen.axis} {seen.dip.step:g} and rises again by {seen.recovery:.3f}"
    )
    return ("grokking and double descent" if kind == "grokking" else "double descent"), f"{turns}; {reason}"


def _kind_of_end(seen: Observation) -> tuple[str, str]:
    """Return the kind that the times of completion and the end of the run say, whatever lies between."""
    limits = seen.thresholds
    if seen.train_step is None:
        return "unfinished", f"train accuracy never held {1 - limits.eps:g}; it ends at {seen.final_train:.3f}"
    if seen.test_step is None:
        end = f"train accuracy holds {1 - limits.eps:g} from {seen.axis} {seen.train_step:g}, test accuracy ends at {seen.final_test:.3f}"
        return ("memorization" if seen.final_test <= seen.chance + limits.tau else "partial generalization"), end
    reason = (
        f"test accuracy holds {1 - limits.delta:g} from {seen.axis} {seen.test_step:g}, {seen.delay:.3g} times the {seen.train_step:g} "
        f"of train, and stood at {seen.test_at_train_step:.3f} then"
    )
    if seen.groks:
        return "grokking", reason
    if seen._late or seen._near_chance:
        return "undecided", f"{reason}: late or near chance, but not both"
    return "ordinary learning", reason
