"""How far each parameter of a model may move before the kind of its curve changes: one table of a document."""

from collections.abc import Iterator

from ..analytic import KindChange, KindMargin, PatternModel, classify
from ..analytic.announced import announced
from ..analytic.kept import kept
from ..analytic.kind_margins import STEPS
from ..output import fraction_text
from .record import Statement
from .ways import BALLS, SOURCES

SAYS = (
    "How far each parameter may move, the others as they are, before the kind of the curve is another one, as found by "
    f"trying a grid: {STEPS} steps through its range, doublings of a speed or weight. Each change is proved; a narrow "
    "region between two values that were tried may be missed."
)
HEAD = ("parameter", "from", "to", "distance", "kind there")


def margin_statements(model: PatternModel, *, fresh: bool) -> Iterator[Statement]:
    """Yield one table, if the model has parameters; found once, and then kept on the disk."""

    def compute() -> list[list[str]]:
        with announced("looking for the margins of the kind"):
            margins = classify(model, margins=True).margins
        return [
            [margin.parameter, fraction_text(margin.value), *_told(change, side)]
            for margin in margins
            for side, change in (("smaller", margin.below), ("larger", margin.above))
            if not _is_at_an_end(margin, side)
        ]

    if rows := kept("margin-rows", compute, model.to_toml(), fresh=fresh, also=SOURCES):
        yield Statement("Margins of the kind", SAYS, (), rows, (BALLS,), HEAD)


def _is_at_an_end(margin: KindMargin, side: str) -> bool:
    """Return whether the range of a parameter has nothing on a side of its value."""
    if side == "smaller":
        return margin.value == 0
    return margin.value == 1 and margin.parameter.startswith(("gamma", "g_", "chance"))


def _told(change: KindChange | None, side: str) -> list[str]:
    """Return where the kind changes, how far that is, and the kind there."""
    if change is None:
        return ["", "", f"no other at any {side} value tried"]
    middle = sum(change.between) / 2
    return [f"{float(middle):.6g}", f"{change.distance:.6g}", change.kinds[1]]
