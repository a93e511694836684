"""What a training run did, read from its curves by thresholds that are fixed beforehand; no model is involved."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
        Consecutive evaluations that a level must hold. Where the run ends after fewer, the step is still named, but
        no kind of curve rests on it, and the reason says how few there were. Also the width of the running median in
        which falls are sought, so that a single evaluation is never a fall.
    collapse
        Training has collapsed for the moment where train accuracy lies this far below its own earlier height. Falls of
        test accuracy are sought elsewhere: an unstable optimizer is not a pattern that is learned.
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
    collapse: float = 0.05
    noise: float = 4.0
    resolution: float = 0.005
    same_step: float = 1.5
    close: float = 0.05
    far: float = 0.1

    def __post_init__(self) -> None:
        """Refuse a window that no run of `FEWEST_POINTS` evaluations could fill."""
        if not 1 <= self.hold < FEWEST_POINTS:
            raise InputError(f"hold must lie in 1..{FEWEST_POINTS - 1}, got {self.hold}")


@dataclass(frozen=True, slots=True)
class Point:
    """An accuracy and the step at which it was read."""

    step: float
    accuracy: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Fall:
    """A fall of accuracy from `peak` to `dip`, how far it rises again, and what counting noise explains of it."""

    peak: Point
    dip: Point
    recovery: float
    noise: float
    noise_at_chance: float
    """How far below chance counting noise alone would put the dip."""

    @property
    def depth(self) -> float:
        """How far accuracy falls."""
        return self.peak.accuracy - self.dip.accuracy

    @property
    def real(self) -> bool:
        """Whether counting noise does not explain the fall."""
        return self.depth > self.noise


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What a run did.

    `train_step` and `test_step` are the first steps from which a level holds, `train_held` and `test_held` for how many
    evaluations in a row it then does: fewer than `thresholds.hold` only if the run ends. None and 0 if it never does.
    `fall` is the most prominent fall of test accuracy up to `test_step`, None if it never falls; `parts` holds the
    lowest accuracy of each part of the data in the same stretch, after the first evaluations. Both are read on a
    running median, away from `collapses` of train accuracy.
    """

    axis: str
    chance: float
    evaluations: int
    last_step: float
    train_step: float | None
    test_step: float | None
    train_held: int
    test_held: int
    test_at_train_step: float | None
    final_train: float
    final_test: float
    fall: Fall | None
    collapses: tuple[Point, ...]
    parts: Mapping[str, Point]
    parts_below_chance: tuple[str, ...]
    thresholds: Thresholds

    @property
    def unit(self) -> str:
        """One of what the axis counts, to name a place on it: step 30."""
        return self.axis.removesuffix("s")

    @property
    def depth(self) -> float:
        """How far test accuracy falls; 0 if it never does."""
        return 0.0 if self.fall is None else self.fall.depth

    @property
    def falls(self) -> bool:
        """Whether test accuracy falls by more than counting noise explains."""
        return self.fall is not None and self.fall.real

    @property
    def below_chance(self) -> bool:
        """Whether test accuracy falls below chance by more than counting noise explains."""
        fall = self.fall
        return fall is not None and fall.dip.accuracy < self.chance - fall.noise_at_chance

    @property
    def delay(self) -> float | None:
        """How many times later test is complete than train; None if either never is."""
        if self.train_step is None or self.test_step is None:
            return None
        return self.test_step / self.train_step if self.train_step > 0 else math.inf

    @property
    def groks(self) -> bool:
        """Whether test is complete much later than train, and is still near chance when train is complete."""
        return min(self.train_held, self.test_held) >= self.thresholds.hold and self._late and self._near_chance

    @property
    def double_descends(self) -> bool:
        """Whether test accuracy falls and rises again, each by more than noise and by the demanded prominence."""
        fall = self.fall
        return fall is not None and min(fall.depth, fall.recovery) >= max(self.thresholds.prominence, fall.noise)

    @property
    def kind(self) -> str:
        """The kind of curve: "grokking", "double descent", both, how training ended, or "undecided"."""
        kind, _ = _end(self)
        if not self.double_descends:
            return kind
        return "grokking and double descent" if kind == "grokking" else "double descent"

    @property
    def reason(self) -> str:
        """Why it is called that, in one line."""
        _, reason = _end(self)
        return f"{_turns(self)}; {reason}" if self.double_descends else reason

    def only(self, held: int) -> str:
        """Return ", at the last evaluation only" for a level that held too briefly to be sure of; "" otherwise."""
        if held >= self.thresholds.hold:
            return ""
        return f", at the last {'evaluation' if held == 1 else f'{held} evaluations'} only"

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
        part_sizes=curves.part_sizes,
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
    >>> train, test = [0, 0.2, 0.6, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0.5, 1, 1, 1]
    >>> observe(Curves(steps, train, test, axis="steps")).kind
    'grokking'
    """
    limits = thresholds or Thresholds()
    run = ordered(curves)
    trained, train_held = _held(run.train, 1 - limits.eps, limits.hold)
    generalized, test_held = _held(run.test, 1 - limits.delta, limits.hold)
    test_step = None if generalized is None else float(run.t[generalized])
    stable = calm(run, limits)
    rising = stable & (run.t <= (np.inf if test_step is None else test_step))
    lowest = {name: _lowest(run.t[rising], values[rising], limits.hold) for name, values in run.parts.items()}
    return Observation(
        axis=run.axis,
        chance=chance,
        evaluations=run.t.size,
        last_step=float(run.t[-1]),
        train_step=None if trained is None else float(run.t[trained]),
        test_step=test_step,
        train_held=train_held,
        test_held=test_held,
        test_at_train_step=None if trained is None else float(_running_median(run.test, limits.hold)[trained]),
        final_train=float(_running_median(run.train, limits.hold)[-1]),
        final_test=float(_running_median(run.test, limits.hold)[-1]),
        fall=_deepest_fall(run.t[rising], run.test[rising], chance, run.test_size, limits),
        collapses=tuple(Point(float(run.t[i]), float(run.train[i])) for i in np.flatnonzero(~stable)),
        parts=lowest,
        parts_below_chance=tuple(
            name
            for name, point in lowest.items()
            if point.accuracy < chance - _counting_noise([chance], run.part_sizes.get(name), limits)
        ),
        thresholds=limits,
    )


def calm(curves: Curves, thresholds: Thresholds | None = None) -> NDArray[np.bool_]:
    """Return where train accuracy is near its own earlier height, shape (T,), for curves in order of steps."""
    limits = thresholds or Thresholds()
    return curves.train >= np.maximum.accumulate(curves.train) - limits.collapse


def held_from(t: Array, accuracy: Array, level: float, hold: int) -> float | None:
    """Return the first step from which `accuracy` stays at `level` for `hold` evaluations or to the end."""
    first, _ = _held(accuracy, level, hold)
    return None if first is None else float(t[first])


def _held(accuracy: Array, level: float, hold: int) -> tuple[int | None, int]:
    """Return the evaluation from which a level holds, as `held_from` says, and for how many in a row it does."""
    above = np.append(accuracy >= level, np.ones(hold - 1, dtype=bool))
    held = np.lib.stride_tricks.sliding_window_view(above, hold).all(axis=1)
    if not held.any():
        return None, 0
    first = int(np.argmax(held))
    return first, int(np.argmax(np.append(accuracy[first:] < level, True)))


def _running_median(values: Array, width: int) -> Array:
    """Return the running median; at the ends the first and the last value are repeated."""
    padded = np.pad(values, (width // 2, (width - 1) // 2), mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)


def _deepest_fall(t: Array, accuracy: Array, chance: float, size: int | None, limits: Thresholds) -> Fall | None:
    """Return the fall that is followed by the largest rise, or else the largest fall."""
    smooth = _running_median(accuracy, limits.hold)
    fall = np.maximum.accumulate(smooth) - smooth
    rise = np.maximum.accumulate(smooth[::-1])[::-1] - smooth
    both = np.minimum(fall, rise)
    i = int(np.argmax(both if both.max() >= limits.prominence else fall))
    if fall[i] <= 0:
        return None
    peak, dip = (Point(float(t[at]), float(smooth[at])) for at in (int(np.argmax(smooth[: i + 1])), i))
    return Fall(
        peak=peak,
        dip=dip,
        recovery=float(rise[i]),
        noise=_counting_noise([peak.accuracy, dip.accuracy], size, limits),
        noise_at_chance=_counting_noise([chance], size, limits),
    )


def _lowest(t: Array, accuracy: Array, hold: int) -> Point:
    """Return the lowest point after the first `hold` evaluations, if there are more: before, nothing is learned."""
    smooth = _running_median(accuracy, hold)
    first = min(hold, smooth.size - 1)
    i = first + int(np.argmin(smooth[first:]))
    return Point(float(t[i]), float(smooth[i]))


def _counting_noise(accuracies: list[float], size: int | None, limits: Thresholds) -> float:
    """Return the demanded number of standard errors of a sum or difference of independent binomial proportions."""
    if size is None:
        return limits.resolution
    return limits.noise * math.sqrt(sum(accuracy * (1 - accuracy) for accuracy in accuracies) / size)


def _turns(seen: Observation) -> str:
    """Return the fall and the rise after it, in words."""
    if (fall := seen.fall) is None:
        return "test accuracy never falls"
    return (
        f"test accuracy falls from {fall.peak.accuracy:.3f} at {seen.unit} {fall.peak.step:g} "
        f"to {fall.dip.accuracy:.3f} at {seen.unit} {fall.dip.step:g} and rises again by {fall.recovery:.3f}"
    )


def _end(seen: Observation) -> tuple[str, str]:
    """Return the kind that the times of completion and the end of the run say, whatever lies between, and why."""
    limits, unit = seen.thresholds, seen.unit
    if seen.train_step is None:
        return "unfinished", f"train accuracy never held {1 - limits.eps:g}; it ends at {seen.final_train:.3f}"
    train = f"train accuracy holds {1 - limits.eps:g} from {unit} {seen.train_step:g}{seen.only(seen.train_held)}"
    if seen.test_step is None:
        kind = "memorization" if seen.final_test <= seen.chance + limits.tau else "partial generalization"
        reason = f"{train}; test accuracy ends at {seen.final_test:.3f}"
        return (kind, reason) if seen.train_held >= limits.hold else _too_brief(seen, reason)
    reason = (
        f"{train}, when test accuracy is {seen.test_at_train_step:.3f}; "
        f"test accuracy holds {1 - limits.delta:g} from {unit} {seen.test_step:g}{seen.only(seen.test_held)}, "
        f"{seen.delay:.3g} times as late"
    )
    if min(seen.train_held, seen.test_held) < limits.hold:
        return _too_brief(seen, reason)
    if seen.groks:
        return "grokking", reason
    if seen._late or seen._near_chance:
        return "undecided", f"{reason}: late, or near chance when train is complete, but not both"
    return "ordinary learning", reason


def _too_brief(seen: Observation, reason: str) -> tuple[str, str]:
    return "undecided", f"{reason}: a kind needs {seen.thresholds.hold} evaluations in a row"
