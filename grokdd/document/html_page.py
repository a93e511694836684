"""A document as one HTML page that needs nothing beside it: statements and how each was verified, MathML, figures."""

from collections.abc import Sequence

from latex2mathml.converter import convert

from .. import figures
from ..analytic import PatternModel
from ..html_parts import Markup, Panel, page, panels, paragraph, section, table, text
from ..naming import visible_names
from .drawn_curves import drawn_curves
from .letters import in_html, lettered
from .nearest_boundary import SECTION, plane_of
from .record import Document, Statement

NOTE = (
    "Beside each statement stands how it was verified. A theorem, or a section of docs/theory.md, is cited: its "
    "hypotheses were checked. All other ways were computed for this statement, and agree where two are named. "
    "The command grokdd derive --replay computes every number of the JSON file beside this page again and compares."
)
OF_ALL = (
    "These statements are true of every model that meets their hypotheses, and the conjectures are marked as such. "
    "Each part of a proof was checked by a machine in the ways that are named; and of each part a false neighbour was "
    "refuted, so that the checks can fail. What is left to a proof on paper is said. "
    "The command grokdd derive --replay checks everything in the JSON file beside this page again and compares."
)


def to_html(document: Document) -> str:
    """Return the document as a page that needs nothing beside it."""
    drawings = {SECTION: _drawn_boundaries(document)}
    if document.model is not None:
        drawings["The model"] = _drawn_model(document.model)
    parts = [
        section(f"part-{place}", name, _list(some), drawings.get(name, ""), *_tables(some))
        for place, (name, some) in enumerate(document.sections())
    ]
    note = NOTE if document.model is not None else OF_ALL
    return page(document.title, f"<h1>{text(document.title)}</h1>", paragraph(note), *parts)


def _drawn_model(model: PatternModel) -> str:
    shown = drawn_curves(model)
    return panels(
        Panel(
            "patterns",
            "Patterns",
            "Share of the training set that each pattern classifies, against time.",
            figures.panel(figures.draw_patterns, shown, visible_names(model)),
        ),
        Panel(
            "accuracies",
            "Accuracies",
            "Train and test accuracy, against time.",
            figures.panel(figures.draw_accuracies, shown),
        ),
    )


def _drawn_boundaries(document: Document) -> str:
    plane = plane_of(document)
    if plane is None:
        return ""
    description = f"Curves in the plane of {plane.x} and {plane.y} on which the number of extrema changes."
    description += " The legend says how many there are on both sides."
    return panels(
        Panel("boundaries", "Boundaries", description, figures.panel(figures.draw_boundaries, plane)),
    )


def _list(some: Sequence[Statement]) -> str:
    """Return the statements that are no tables, each beside how it was verified; nothing if there are none."""
    items = [
        f"<li><div>{_prose(one.says)}{_set(one.formulas)}</div>"
        f'<p class="verified">{text(", ".join(one.verified))}</p></li>'
        for one in some
        if not one.head
    ]
    return f'<ol class="statements">{"".join(items)}</ol>' if items else ""


def _tables(some: Sequence[Statement]) -> list[str]:
    """Return each statement that is a table as one."""
    return [
        table(
            Markup(_prose(f"{one.says} Verified: {', '.join(one.verified)}.")),
            [Markup(_prose(name)) for name in one.head],
            [[Markup(_prose(cell)) for cell in row] for row in one.value],
        )
        for one in some
        if one.head
    ]


def _prose(words: str) -> str:
    """Return words as HTML, letters with their indices."""
    return lettered(words, in_html, text)


def _set(formulas: Sequence[str]) -> str:
    """Return formulas in MathML, each on a line that scrolls sideways where it is too long."""
    return "".join(f'<span class="formula">{_math(one)}</span>' for one in formulas)


def _math(formula: str) -> str:
    """Return a formula in MathML, set as large as on a line of its own, but flush left."""
    return convert(formula, display="block").replace('display="block"', 'displaystyle="true"', 1)
