"""What a document says of a model: closed forms, plateaus, theorems with numbers put in, certified shape, kind."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from flint import arb, ctx

from ..analytic import (
    Classification,
    PatternModel,
    Shape,
    classify,
    plateau_conditions,
    shape,
)
from ..analytic.balls import rational
from ..exit_codes import visible
from ..naming import rule_name, visible_names
from ..output import exact_text, fraction_text
from .cited_theorems import theorem_statements
from .formulas import equals, number_latex
from .margins import margin_statements
from .model_derivatives import derivative_statements, logistic_series
from .model_forms import form_statements
from .nearest_boundary import boundary_statements
from .record import Document, Statement
from .ways import BALLS, CONTRADICTION, DEFINITION, EXACT, GIVEN

DIGITS = 20
"""Digits of a time or value that is proved."""
LEVELS = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))


def documented(name: str, model: PatternModel, *, fresh: bool = False) -> Document:
    """Return the document of a model of at most 12 patterns; with `fresh`, nothing of it is read from the disk."""
    return Document(name, model, tuple(_statements(model, fresh=fresh)))


def _statements(model: PatternModel, *, fresh: bool) -> Iterator[Statement]:
    yield from _model(model)
    yield from form_statements(model)
    yield from derivative_statements(model)
    yield from _plateaus(model)
    found = shape(model, levels=LEVELS)
    yield from _shape(model, found)
    yield from theorem_statements(model, found)
    kind = classify(model)
    yield from _kind(kind)
    if kind.verdict == "proved":
        yield from margin_statements(model, fresh=fresh)
    yield from boundary_statements(model, fresh=fresh)


# --- the model


def _model(model: PatternModel) -> Iterator[Statement]:
    for name, x in zip(visible_names(model), model.patterns, strict=True):
        parts = {"gamma": x.gamma, "alpha": x.alpha, "b": x.b, "g": x.g}
        says = f"{name}: " + ", ".join(f"{key} = {fraction_text(value)}" for key, value in parts.items())
        yield Statement("The model", says, (), {key: exact_text(value) for key, value in parts.items()}, (GIVEN,))
    chances = f"chance level {fraction_text(model.chance)} on test, {fraction_text(model.chance_train)} on train"
    value = [exact_text(model.chance), exact_text(model.chance_train)]
    yield Statement("The model", f"rule: {visible(rule_name(model))}; {chances}", (), value, (GIVEN,))


# --- plateaus


def _plateaus(model: PatternModel) -> Iterator[Statement]:
    section, found, names = "Plateaus", plateau_conditions(model), visible_names(model)
    standing = [f"{name} at gamma / 2" for i, name in enumerate(names) if i not in found.order]
    for k, height in enumerate(found.heights):
        learned = ", ".join([*standing, *(names[i] for i in found.order[:k])]) or "nothing"
        says = f"With {learned} learned test accuracy is {fraction_text(height)}."
        yield Statement(
            section, says, (f"H_{{{k}}} {equals(height)} {number_latex(height)}",), exact_text(height), (EXACT,)
        )
    for k, (one, other) in enumerate(pairwise(found.heights)):
        way = "rises" if other > one else "falls" if other < one else "stays"
        says = f"Learning {names[found.order[k]]} next, it {way}: {fraction_text(one)}, then {fraction_text(other)}."
        yield Statement(section, says, (), way, (EXACT,))


# --- shape


def _shape(model: PatternModel, found: Shape) -> Iterator[Statement]:
    section = "Certified shape"
    count = len(found.extrema)
    says = f"Extrema of test accuracy on the whole line: {count}. Why that is all: {found.reason}."
    if found.verdict == "undecided":
        says = f"Extrema of test accuracy that were found: {count}; there may be more: {found.reason}."
    yield Statement(
        section, says, (), [count, found.verdict], (BALLS,) if found.verdict == "proved" else ("undecided",)
    )
    for extremum in found.extrema:
        low, high = extremum.between
        t = _digits((low + high) / 2, high - low)
        value = _height(model, (low + high) / 2)
        says = f"A {extremum.kind} of {value} at t = {t}, the only one in an interval of length {_length(high - low)}."
        yield Statement(section, says, (), [extremum.kind, t, value], (BALLS, *_seen(model, extremum.between)))
    for crossing in found.crossings:
        low, high = crossing.between
        where = f"{crossing.level:g} {crossing.direction}wards at t = {crossing.t:.14g}"
        says = f"{crossing.curve.capitalize()} accuracy passes {where}, in an interval of length {_length(high - low)}."
        key = [crossing.curve, f"{crossing.level:g}", f"{crossing.t:.14g}", crossing.direction]
        yield Statement(section, says, (), key, (BALLS,))


def _length(width: Fraction) -> str:
    """Return a length to two digits; it may be no float."""
    return f"{Decimal(width.numerator) / Decimal(width.denominator):.1e}"


def _digits(number: Fraction, width: Fraction) -> str:
    """Return a number to the digits that an enclosure of this width proves, at most 20 of them."""
    with ctx.workdps(60):
        return arb(rational(number), rational(width)).str(DIGITS, radius=False)


def _definition(model: PatternModel, t: Fraction) -> arb:
    """Return acc_test from its definition, set by set."""
    total = arb(0)
    for mask in range(2**model.n):
        term = arb(rational(model.generalization([i for i in range(model.n) if mask >> i & 1])))
        for i, x in enumerate(model.patterns):
            share = rational(x.gamma) * logistic_series([arb(rational(x.alpha * (t - x.b)))])[0]
            term *= share if mask >> i & 1 else 1 - share
        total += term
    return total


def _height(model: PatternModel, t: Fraction) -> str:
    with ctx.workdps(60):
        return _definition(model, t).str(DIGITS, radius=False)


def _seen(model: PatternModel, between: tuple[Fraction, Fraction]) -> tuple[str, ...]:
    """Return the definition as a witness, if acc_test turns across an enclosure by its values at 400 digits.

    Nothing if these do not tell, as where the slope is flat to more than their digits.
    """
    low, high = between
    step = (high - low) * 1000 or Fraction(1, 10**20)
    with ctx.workdps(400):
        before, here, after = (_definition(model, t) for t in (low - step, (low + high) / 2, high + step))
    if (here > before and here > after) or (here < before and here < after):
        return (DEFINITION,)
    return CONTRADICTION if (before < here < after) or (before > here > after) else ()


# --- kind


def _kind(found: Classification) -> Iterator[Statement]:
    section = "Kind of curve"
    means = (BALLS,) if found.verdict == "proved" else ("undecided",)
    yield Statement(section, f"{found.kind}: {found.reason}.", (), [found.kind, found.verdict], means)
    names = ("eps", "delta", "tau", "prominence", "ratio")
    limits = {name: exact_text(getattr(found.thresholds, name)) for name in names}
    says = "Decided on t >= 0 with " + ", ".join(f"{name} = {value}" for name, value in limits.items()) + "."
    yield Statement(section, says, (), limits, (GIVEN,))
    counts = [found.extrema_on_the_line, found.extrema_from_0, len(found.prominent)]
    says = f"Extrema: {counts[0]} on the whole line, {counts[1]} after t = 0, {counts[2]} of them prominent."
    yield Statement(section, says, (), counts, means)
