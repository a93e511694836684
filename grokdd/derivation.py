"""What `grokdd derive` says of a model: its plateaus, what they imply, and the shape of its test accuracy."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .analytic import Classification, PatternModel, PlateauConditions, Shape, classify, plateau_conditions, shape
from .analytic.conditions import LARGEST
from .analytic.errors import InputError
from .analytic.wording import counted
from .document.curve_theorems import curve_without_the_first
from .document.files import document_lines
from .document.margins import margin_statements
from .document.record import Statement
from .document.ways import CONTRADICTION
from .naming import pattern_names, rule_name, trust
from .output import exact_text, fraction_text, wrapped


@dataclass(frozen=True)
class Derivation:
    """A model with what was derived from it."""

    name: str
    """The preset's name or the file's path."""
    model: PatternModel
    conditions: PlateauConditions
    shape: Shape
    kind: Classification
    exact_curve: tuple[Statement, ...]
    """What a theorem says of acc_test at all times; empty if none does."""
    margins: Statement | None = None
    """How far each parameter may move before the kind changes, as a table; None unless asked for and proved."""


def derive(name: str, model: PatternModel, *, margins: bool = False) -> Derivation:
    """Return what the plateaus and the curve of `model` say; InputError if it has more than 12 patterns.

    With `margins` also how far each parameter may move: seconds for three patterns, then kept on the disk.
    """
    if model.n > LARGEST:
        raise InputError(
            f"{name}: the model must have at most {LARGEST} patterns to be derived from (2**n sets), got {model.n}: "
            "leave some out, or see its curves with grokdd simulate"
        )
    whole = tuple(curve_without_the_first(model))
    kind = classify(model)
    if margins and kind.verdict == "undecided":
        raise InputError(f"--margins must be left out where the kind is undecided, as for {name}: {kind.reason}")
    table = next(margin_statements(model, fresh=False), None) if margins else None
    return Derivation(name, model, plateau_conditions(model), shape(model), kind, whole, table)


def plateaus(derivation: Derivation) -> Iterator[tuple[str, Any]]:
    """Yield (what has been learned, exact test accuracy then), from nothing, or what always stands, to all."""
    names = pattern_names(derivation.model)
    standing = [name for i, name in enumerate(names) if i not in derivation.conditions.order]
    learned = " + ".join(f"{name} at gamma / 2" for name in standing) or "nothing learned"
    for k, height in enumerate(derivation.conditions.heights):
        if k:
            newest = names[derivation.conditions.order[k - 1]]
            learned = newest if k == 1 and not standing else f"{learned} + {newest}"
        yield learned, height


def lines(derivation: Derivation, report: Path | None = None) -> Iterator[str]:
    """Yield the derivation as lines for a reader; `report` is the folder of its document, if one was written."""
    model, found = derivation.model, derivation.shape
    chance = fraction_text(model.chance)
    yield f"{derivation.name}: {counted(model.n, 'pattern')}, rule {rule_name(model)}, chance {chance}"
    yield ""
    yield "plateaus of test accuracy, patterns in order of inflection (exact)"
    for learned, height in plateaus(derivation):
        yield f"  {float(height):.6f}  {fraction_text(height):>12}  {learned}"
    yield ""
    for line in derivation.conditions.text.splitlines():
        yield from wrapped(line, "")
    yield ""
    if derivation.exact_curve:
        yield "the whole curve of test accuracy"
        for one in derivation.exact_curve:
            yield from wrapped(_proved(one))
        yield ""
    yield f"shape of the curve ({trust(found.certified)})"
    if not found.extrema:
        yield "  no extremum"
    for extremum in found.extrema:
        yield f"  {extremum.kind} of {extremum.value:.12f} at t = {extremum.t:.12g}"
    for crossing in found.crossings:
        passes = f"{crossing.curve} accuracy passes {crossing.level:g} {crossing.direction}wards"
        yield f"  {passes} at t = {crossing.t:.12g}"
    yield f"  verdict: {found.verdict} ({found.reason})"
    yield ""
    yield f"kind of curve: {derivation.kind.kind} ({derivation.kind.verdict})"
    yield from wrapped(derivation.kind.reason)
    if derivation.margins is not None:
        yield ""
        yield from wrapped(derivation.margins.says, "")
        yield from _table(derivation.margins)
    if report is not None:
        yield from document_lines(report)


def _table(one: Statement) -> Iterator[str]:
    """Yield a statement that is a table, its columns in line."""
    rows = [one.head, *one.value]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield f"  {'  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))}".rstrip()


def _proved(one: Statement) -> str:
    how = "proved by" if one.verified != CONTRADICTION else "in doubt:"
    return f"{one.says[:-1]}; {how} {', '.join(one.verified)}"


def as_json(derivation: Derivation) -> dict[str, Any]:
    """Return the derivation as JSON values; exact numbers are strings "p/q"."""
    conditions, found = derivation.conditions, derivation.shape
    table = derivation.margins
    margins = {} if table is None else {"margins": [dict(zip(table.head, row, strict=True)) for row in table.value]}
    return margins | {
        "model": derivation.name,
        "plateaus": [
            {"learned": learned, "exact": exact_text(v), "float": float(v)} for learned, v in plateaus(derivation)
        ],
        "steps": list(conditions.steps),
        "descent": conditions.descent,
        "second_ascent": conditions.second_ascent,
        "double_descent": conditions.double_descent,
        "conditions": conditions.text,
        "exact_curve": [{"says": one.says, "verified": list(one.verified)} for one in derivation.exact_curve],
        "extrema": [{"t": e.t, "value": e.value, "kind": e.kind} for e in found.extrema],
        "crossings": [
            {"curve": c.curve, "level": c.level, "t": c.t, "direction": c.direction} for c in found.crossings
        ],
        "verdict": found.verdict,
        "reason": found.reason,
        "certified": found.certified,
        "kind": derivation.kind.kind,
        "kind_verdict": derivation.kind.verdict,
        "kind_reason": derivation.kind.reason,
    }
