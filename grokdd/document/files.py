"""The files of a document, and what a reader is told of them."""

from collections.abc import Iterator
from pathlib import Path

HTML, LATEX, JSON = "document.html", "document.tex", "document.json"
FIGURE, BOUNDARIES = "curves.pdf", "boundaries.pdf"
"""The figures beside them: of a model, and of the boundaries, for a document that has some."""


def document_lines(folder: Path) -> Iterator[str]:
    """Yield where a document is, and how it is computed again."""
    yield ""
    yield f"document: {folder / HTML}"
    yield f"to compute it again: grokdd derive --replay {folder / JSON}"
