"""A document as pages: HTML to read, LaTeX to quote from, JSON to compute again, and the figure that both show."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .. import figures
from ..analytic import PatternModel
from ..empirical.run_folder import write_json, write_text
from ..exit_codes import writing
from ..html_parts import Panel, page, panels, paragraph, section, table, text
from ..naming import pattern_names
from .nearest_boundary import SECTION, plane_of
from .record import Document, Statement

HTML, LATEX, JSON, FIGURE = "document.html", "document.tex", "document.json", "curves.pdf"
BOUNDARIES = "boundaries.pdf"
"""The figure of the boundaries, for a document that has some."""


def write_document(document: Document, folder: Path) -> list[Path]:
    """Write all pages into a folder, each whole or not at all, and return their paths."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    writers = {HTML: _write_html, LATEX: _write_latex, JSON: _write_json, FIGURE: _write_figure}
    if plane_of(document) is not None:
        writers[BOUNDARIES] = _write_boundaries
    for name, write in writers.items():
        with writing(folder / name):
            write(document, folder / name)
    return [folder / name for name in writers]


def _write_html(document: Document, path: Path) -> None:
    write_text(path, to_html(document))


def _write_latex(document: Document, path: Path) -> None:
    write_text(path, to_latex(document))


def _write_json(document: Document, path: Path) -> None:
    write_json(path, document.to_json())


def _write_figure(document: Document, path: Path) -> None:
    figures.save(figures.model_figure(document.model, _curves(document.model)), path)


def _write_boundaries(document: Document, path: Path) -> None:
    figures.save(figures.panel(figures.draw_boundaries, plane_of(document)), path)


def _curves(model: PatternModel) -> figures.Curves:
    """Return the curves up to the time at which the last pattern is all but learned."""
    from ..simulate import curves  # numba: loaded only where something is computed

    ends = [float(x.b + 8 / x.alpha) for x in model.patterns if x.alpha]
    return curves(model, np.linspace(0, min(max(ends, default=1.0), 1e300), 1201))


def to_html(document: Document) -> str:
    """Return the document as a page that needs nothing beside it."""
    title = f"What is true of {document.name}"
    shown = _curves(document.model)
    drawn = panels(
        Panel(
            "patterns",
            "Patterns",
            "Share of the training set that each pattern classifies, against time.",
            figures.panel(figures.draw_patterns, shown, pattern_names(document.model)),
        ),
        Panel(
            "accuracies",
            "Accuracies",
            "Train and test accuracy, against time.",
            figures.panel(figures.draw_accuracies, shown),
        ),
    )
    drawings = {"The model": drawn, SECTION: _drawn_boundaries(document)}
    parts = [
        section(f"part-{place}", name, _rows(some), drawings.get(name, ""), *_tables(some))
        for place, (name, some) in enumerate(document.sections())
    ]
    note = (
        "Each statement says how it was verified; where two ways are named, both were computed and agree. "
        "The command grokdd derive --replay computes every number of the JSON file beside this page again and compares."
    )
    return page(title, f"<h1>{text(title)}</h1>", paragraph(note), *parts)


def _drawn_boundaries(document: Document) -> str:
    plane = plane_of(document)
    if plane is None:
        return ""
    description = f"Curves in the plane of {plane.x} and {plane.y} on which the number of extrema changes."
    description += " The legend says how many there are on both sides."
    return panels(
        Panel("boundaries", "Boundaries", description, figures.panel(figures.draw_boundaries, plane)),
    )


def _rows(some: list[Statement]) -> str:
    """Return the statements that are no tables, as a table of statements; nothing if there are none."""
    rows = [(f"{one.says} {_plain(one)}".strip(), ", ".join(one.verified)) for one in some if not one.head]
    return table("What holds, and how it was verified.", ("statement", "verified"), rows) if rows else ""


def _tables(some: list[Statement]) -> list[str]:
    """Return each statement that is a table as one."""
    return [
        table(f"{one.says} Verified by {', '.join(one.verified)}.", one.head, one.value) for one in some if one.head
    ]


def _plain(one: Statement) -> str:
    """Return what a formula says where none can be set: its value, as text."""
    return str(one.value) if one.section == "Closed forms" and one.value else ""


def to_latex(document: Document) -> str:
    """Return the document as LaTeX that needs the packages amsmath and graphicx alone."""
    return "\n".join(_latex(document)) + "\n"


def _latex(document: Document) -> Iterator[str]:
    yield r"\documentclass{article}"
    yield r"\usepackage{amsmath,graphicx}"
    yield r"\begin{document}"
    yield rf"\title{{What is true of {_escaped(document.name)}}}\date{{}}\maketitle"
    yield _figure(FIGURE, "1")
    for name, some in document.sections():
        yield rf"\section{{{_escaped(name)}}}"
        yield r"\begin{enumerate}"
        for one in some:
            yield rf"\item {_escaped(one.says)}"
            if one.formula:
                yield rf"\[ {one.formula} \]"
            if one.head:
                yield from _latex_table(one)
            yield rf"\emph{{Verified: {_escaped(', '.join(one.verified))}.}}"
        yield r"\end{enumerate}"
        if name == SECTION and plane_of(document) is not None:
            yield _figure(BOUNDARIES, "0.6")
    yield r"\end{document}"


def _figure(file: str, share: str) -> str:
    return rf"\begin{{center}}\includegraphics[width={share}\linewidth]{{{file}}}\end{{center}}"


def _latex_table(one: Statement) -> Iterator[str]:
    yield rf"\par\smallskip\noindent\begin{{tabular}}{{{'l' * len(one.head)}}}"
    yield rf"{' & '.join(map(_escaped, one.head))} \\ \hline"
    for row in one.value:
        yield rf"{' & '.join(map(_escaped, row))} \\"
    yield r"\end{tabular}\par\smallskip"


_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _escaped(words: str) -> str:
    """Return words in which LaTeX sees no commands; what its fonts lack becomes a question mark."""
    plain = words.encode("ascii", "replace").decode()
    return re.sub(r"[\\~^&%$#_{}<>]", lambda found: _SPECIAL.get(found[0], _set(found[0])), plain)


def _set(character: str) -> str:
    return f"${character}$" if character in "<>" else f"\\{character}"
