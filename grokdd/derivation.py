"""What `grokdd derive` says of a model: its plateaus, what they imply, and the shape of its test accuracy."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .analytic import Classification, PatternModel, PlateauConditions, Shape, classify, plateau_conditions, shape
from .analytic.conditions import LARGEST
from .analytic.errors import InputError
from .document.curve_theorems import curve_without_the_first
from .document.files import document_lines
from .document.record import Statement
from .document.ways import CONTRADICTION
from .naming import pattern_names, rule_name, trust
from .output import exact_text, fraction_text

WIDTH = 100
"""Characters of the longest line of prose."""


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


def derive(name: str, model: PatternModel) -> Derivation:
    """Return what the plateaus and the curve of `model` say; InputError if it has more than 12 patterns."""
    if model.n > LARGEST:
        raise InputError(
            f"{name}: the model must have at most {LARGEST} patterns to be derived from (2**n sets), got {model.n}: "
            "leave some out, or see its curves with grokdd simulate"
        )
    whole = tuple(curve_without_the_first(model))
    return Derivation(name, model, plateau_conditions(model), shape(model), classify(model), whole)


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
    yield f"{derivation.name}: {model.n} patterns, rule {rule_name(model)}, chance {fraction_text(model.chance)}"
    yield ""
    yield "plateaus of test accuracy, patterns in order of inflection (exact)"
    for learned, height in plateaus(derivation):
        yield f"  {float(height):.6f}  {fraction_text(height):>12}  {learned}"
    yield ""
    yield from derivation.conditions.text.splitlines()
    yield ""
    if derivation.exact_curve:
        yield "the whole curve of test accuracy"
        for one in derivation.exact_curve:
            yield from textwrap.wrap(_proved(one), WIDTH, initial_indent="  ", subsequent_indent="  ")
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
    yield from textwrap.wrap(derivation.kind.reason, WIDTH, initial_indent="  ", subsequent_indent="  ")
    if report is not None:
        yield from document_lines(report)


def _proved(one: Statement) -> str:
    how = "proved by" if one.verified != CONTRADICTION else "in doubt:"
    return f"{one.says[:-1]}; {how} {', '.join(one.verified)}"


def as_json(derivation: Derivation) -> dict[str, Any]:
    """Return the derivation as JSON values; exact numbers are strings "p/q"."""
    conditions, found = derivation.conditions, derivation.shape
    return {
        "model": derivation.name,
        "plateaus": [
            {"learned": learned, "exact": exact_text(v), "float": float(v)} for learned, v in plateaus(derivation)
        ],
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
