"""A document as pages: HTML to read, LaTeX to quote from, JSON to compute again, and the figures that both show."""

from collections.abc import Callable
from pathlib import Path

from .. import figures
from ..empirical.run_folder import write_json, write_text
from ..exit_codes import writing
from .drawn_curves import drawn_curves
from .files import BOUNDARIES, FIGURE, HTML, JSON, LATEX
from .html_page import to_html
from .latex_page import to_latex
from .nearest_boundary import plane_of
from .record import Document


def write_document(document: Document, folder: Path) -> list[Path]:
    """Write all pages into a folder, each whole or not at all, and return their paths."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    writers = _writers(document)
    for name, write in writers.items():
        with writing(folder / name):
            write(folder / name)
    return [folder / name for name in writers]


def _writers(document: Document) -> dict[str, Callable[[Path], None]]:
    """Return what writes each page."""
    writers: dict[str, Callable[[Path], None]] = {
        HTML: lambda path: write_text(path, to_html(document)),
        LATEX: lambda path: write_text(path, to_latex(document)),
        JSON: lambda path: write_json(path, document.to_json()),
    }
    model, plane = document.model, plane_of(document)
    if model is not None:
        writers[FIGURE] = lambda path: figures.save(figures.model_figure(model, drawn_curves(model)), path)
    if plane is not None:
        writers[BOUNDARIES] = lambda path: figures.save(figures.panel(figures.draw_boundaries, plane), path)
    return writers
