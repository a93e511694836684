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
from .record import Document, Statement

HTML, LATEX, JSON, FIGURE = "document.html", "document.tex", "document.json", "curves.pdf"


def write_document(document: Document, folder: Path) -> list[Path]:
    """Write all pages into a folder, each whole or not at all, and return their paths."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in (HTML, LATEX, JSON, FIGURE)]
    for path, write in zip(paths, (_write_html, _write_latex, _write_json, _write_figure), strict=True):
        with writing(path):
            write(document, path)
    return paths


def _write_html(document: Document, path: Path) -> None:
    write_text(path, to_html(document))


def _write_latex(document: Document, path: Path) -> None:
    write_text(path, to_latex(document))


def _write_json(document: Document, path: Path) -> None:
    write_json(path, document.to_json())


def _write_figure(document: Document, path: Path) -> None:
    figures.save(figures.model_figure(document.model, _curves(document.model)), path)


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
    parts = [
        section(f"part-{place}", name, _rows(some), *([drawn] if name == "The model" else []))
        for place, (name, some) in enumerate(document.sections())
    ]
    note = (
        "Each statement says how it was verified; where two ways are named, both were computed and agree. "
        "The command grokdd derive --replay computes every number of the JSON file beside this page again and compares."
    )
    return page(title, f"<h1>{text(title)}</h1>", paragraph(note), *parts)


def _rows(some: list[Statement]) -> str:
    return table(
        "What holds, and how it was verified.",
        ("statement", "verified"),
        [(one.says if not one.formula else f"{one.says} {_plain(one)}", ", ".join(one.verified)) for one in some],
    )


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
    yield rf"\begin{{center}}\includegraphics[width=\linewidth]{{{FIGURE}}}\end{{center}}"
    for name, some in document.sections():
        yield rf"\section{{{_escaped(name)}}}"
        yield r"\begin{enumerate}"
        for one in some:
            yield rf"\item {_escaped(one.says)}"
            if one.formula:
                yield rf"\[ {one.formula} \]"
            yield rf"\emph{{Verified: {_escaped(', '.join(one.verified))}.}}"
        yield r"\end{enumerate}"
    yield r"\end{document}"


_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _escaped(words: str) -> str:
    """Return words in which LaTeX sees no commands; what its fonts lack becomes a question mark."""
    plain = words.encode("ascii", "replace").decode()
    return re.sub(r"[\\~^&%$#_{}<>]", lambda found: _SPECIAL.get(found[0], _set(found[0])), plain)


def _set(character: str) -> str:
    return f"${character}$" if character in "<>" else f"\\{character}"
