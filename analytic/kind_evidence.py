"""The evidence for the kind of a model's curve: what its curves do on t >= 0, told exactly.

Between extrema acc_test is monotone, so it is known by its heights at t = 0, at each later extremum, and in the end.
A comparison that cannot be told becomes a doubt, and counts as though the two were equal.
"""

from flint import arb, fmpq

from .balls import BallCurves, moves, rational
from .comparisons import (
    Height,
    Moment,
    Reading,
    at_extremum,
    at_moment,
    coming_up,
    known,
    later,
    sign,
    time_above,
    within,
)
from .extrema import Extremum, shape
from .kinds import KindEvidence, KindThresholds
from .model import PatternModel
from .prominence import prominent_moves
from .tails import Clock, tails
from .vertices import vertex_values

START = fmpq(0)
"""When training begins."""
EXTREME = {"+": max, "-": min}
"""Which extremum is the turn after a rise, and after a fall."""


class Findings:
    """What the curves of one model do on t >= 0, held against thresholds.

    Attributes
    ----------
    shape
        All extrema of acc_test, on the whole line.
    after_start
        Those at t > 0.
    heights
        acc_test at t = 0, at each of these, and in the end.
    prominent
        The extrema between its moves.
    trained, tested
        When acc_train reaches 1 - eps, and from when on acc_test stays at 1 - delta or above; None for never.
    at_trained
        acc_test when acc_train reaches 1 - eps.
    evidence
        What the kind is decided by.
    doubts
        What could not be told. Where there is none, everything else here is proved.
    """

    def __init__(self, model: PatternModel, limits: KindThresholds) -> None:
        self.shape = shape(model, levels=())
        self.doubts = [] if self.shape.verdict == "proved" else [self.shape.reason]
        self._model, self._curves = model, BallCurves(model)
        self._vertices, self._constant = vertex_values(self._curves), tails(self._curves)[0].constant
        error, level = rational(limits.eps), rational(1 - limits.delta)
        near_chance = rational(model.chance + limits.tau)
        self.after_start = tuple(extremum for extremum in self.shape.extrema if self._is_after_start(extremum))
        self.heights = self._find_heights()
        found, self.prominent = self._find_moves(rational(limits.prominence))
        completes, generalizes = self._completes(error), self._generalizes(level)
        self.trained = self._find_trained(error) if completes else None
        self.tested = self._find_tested(level) if generalizes else None
        self.at_trained = None if self.trained is None else self._height_at(self.trained)
        waits = self._waits(near_chance)
        self.evidence = KindEvidence(
            moves=found,
            completes=completes,
            near_chance=self._stays_at_most(near_chance),
            waits=waits,
            rises_once=self._rises_once(),
            generalizes=generalizes,
            late=waits and self._is_late(rational(limits.ratio)),  # the two times may be one where it does not wait
        )

    def _told(self, found: int | None, one: str, other: str) -> int:
        """Return the sign of one minus the other; where it cannot be told, keep the doubt and return 0."""
        if found is None:
            self._doubt(f"{one} is {other}, or nearer to it than can be told")
        return found or 0

    def _doubt(self, doubt: str) -> None:
        if doubt not in self.doubts:
            self.doubts.append(doubt)

    # --- acc_test

    def _is_after_start(self, extremum: Extremum) -> bool:
        low, high = extremum.between
        if low > 0 or high < 0:
            return low > 0
        slope = self._told(sign(lambda: self._curves.at(START).slope), "the time of an extremum", "0")
        return slope == (1 if extremum.kind == "maximum" else -1)  # what it turns is still going on

    def _find_heights(self) -> list[Height]:
        end = known(self._vertices[-1])
        start = end if self._constant else Height(lambda: self._curves.at(START).test)
        return [start, *(at_extremum(self._curves, extremum) for extremum in self.after_start), end]

    def _find_moves(self, prominence: fmpq) -> tuple[str, tuple[Extremum, ...]]:
        """Return the moves of acc_test, and the extrema between them."""

        def is_above(one: int, other: int) -> bool:
            found = self.heights[one].above(self.heights[other], prominence)
            return self._told(found, "a rise or fall of acc_test", "the prominence") >= 0

        def moved(before: int, after: int) -> int:
            return 1 if is_above(after, before) else -1 if is_above(before, after) else 0

        found, turns = prominent_moves(len(self.heights), moved)
        passed = [self.after_start[turn.start - 1 : turn.stop - 1] for turn in turns]  # the first height is no extremum
        chosen = (EXTREME[way](some, key=lambda x: x.value) for way, some in zip(found[:-1], passed, strict=True))
        return found, tuple(chosen)

    def _stays_at_most(self, level: fmpq) -> bool:
        signs = [height.against(level) for height in self.heights]
        return 1 not in signs and all(self._told(found, "a height of acc_test", "chance + tau") <= 0 for found in signs)

    def _generalizes(self, level: fmpq) -> bool:
        """Return whether acc_test is at a level or above for good; what comes up to it for ever never is."""
        first, last = self._vertices[0], self._vertices[-1]
        if last != level or self._constant:
            return last >= level
        return self.shape.extrema[-1].kind == "maximum" if self.shape.extrema else first > last

    def _find_tested(self, level: fmpq) -> Moment | None:
        """Return from when on acc_test is at a level or above for good, given that it is in the end."""

        def is_below(place: int) -> bool:
            return self._told(self.heights[place].against(level), "a height of acc_test", "1 - delta") < 0

        below = next((place for place in reversed(range(len(self.heights) - 1)) if is_below(place)), None)
        if below is None:
            return within(START, START)
        befores = [START, *(rational(extremum.between[1]) for extremum in self.after_start)]
        afters = [*(rational(extremum.between[0]) for extremum in self.after_start), None]
        clocks = [self._curves.parameters[i][1:] for i in self._curves.moving]
        return self._comes_up("test", lambda t: self._curves.at(t).test - level, clocks, befores[below], afters[below])

    def _comes_up(
        self, curve: str, reading: Reading, clocks: list[Clock], first: fmpq, last: fmpq | None
    ) -> Moment | None:
        """Return when a curve comes up to its level between two times, between which it does so once."""
        if last is None:
            last = time_above(reading, max(first, *(b for _, b in clocks)), min(alpha for alpha, _ in clocks))
        found = None if last is None else coming_up(reading, first, last)
        if found is None:
            self._doubt(f"when acc_{curve} comes up to its threshold cannot be told")
        return found

    # --- acc_train, and both

    def _completes(self, error: fmpq) -> bool:
        """Return whether acc_train is at 1 - error at some time; what comes up to it for ever never is."""
        last = rational(1 - self._model.chance_train)
        for gamma, alpha, _ in self._curves.parameters:
            last *= 1 - (gamma if alpha > 0 else gamma / 2)
        return last < error or (last == error and not any(map(moves, self._model.patterns)))

    def _find_trained(self, error: fmpq) -> Moment | None:
        """Return when acc_train comes up to 1 - error, given that it does."""

        def reading(t: fmpq) -> arb:
            return error - self._curves.at(t).train_error

        clocks = [(rational(x.alpha), rational(x.b)) for x in self._model.patterns if moves(x)]
        if not clocks or self._told(sign(lambda: reading(START)), "acc_train at t = 0", "1 - eps") >= 0:
            return within(START, START)
        return self._comes_up("train", reading, clocks, START, None)

    def _height_at(self, moment: Moment) -> Height:
        return self.heights[-1] if self._constant else at_moment(self._curves, moment)

    def _waits(self, near_chance: fmpq) -> bool:
        if self.at_trained is None:
            return False
        found = self.at_trained.against(near_chance)
        return self._told(found, "acc_test when acc_train reaches 1 - eps", "chance + tau") <= 0

    def _rises_once(self) -> bool:
        """Return whether no prominent maximum comes after acc_train reaches 1 - eps."""
        maxima = [extremum for extremum in self.prominent if extremum.kind == "maximum"]
        if self.trained is None or not maxima:
            return True
        found = later(within(*map(rational, maxima[-1].between)), self.trained, fmpq(1))
        return self._told(found, "the time of a maximum", "that of complete training") <= 0

    def _is_late(self, ratio: fmpq) -> bool:
        if self.trained is None or self.tested is None:
            return False
        found = later(self.tested, self.trained, ratio)
        return self._told(found, "the time of generalization", "`ratio` times that of complete training") > 0
