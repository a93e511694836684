"""The LaTeX of documents compiles, with nothing wider than the page. Needs the Debian package texlive-latex-base."""

import shutil
import subprocess

import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, SoftPreference, presets
from grokdd.document import general_theory, statements
from grokdd.document.pages import write_document
from grokdd.document.record import Document, Statement
from grokdd.output import Output

pytestmark = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


def compiled(document, folder):
    """Return what pdflatex says of a document."""
    write_document(document, folder)
    got = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=100,
        check=False,
    )
    assert got.returncode == 0, got.stdout[-2000:]
    return got.stdout


@pytest.mark.parametrize(
    "model",
    [
        presets.double_descent(),
        PatternModel([Pattern(gamma=0.3, alpha=1, b=9 - i, g=0.5) for i in range(2)], SoftPreference((1, 0.7))),
        PatternModel([Pattern(gamma=1, alpha=1e308, b=1, g=1, name="\\input{x} <script>&_%$#^~")], Mean(), 1e-300),
        PatternModel([]),
    ],
    ids=["preset", "floats", "names", "none"],
)
def test_documents_of_models(model, tmp_path, monkeypatch):
    monkeypatch.setattr(statements, "margin_statements", lambda *_, **__: ())  # a table like others, and slow
    said = compiled(statements.documented("a_b & c", model), tmp_path)
    assert "Overfull \\hbox" not in said


def test_the_forms_of_the_general_theory(tmp_path, monkeypatch):
    monkeypatch.setattr(general_theory, "verified", lambda *_, **__: [])
    monkeypatch.setattr(general_theory, "SIZES", range(2))
    said = compiled(general_theory.general_theory(Output(quiet=True)), tmp_path)
    assert "Overfull \\hbox" not in said


def test_a_document_that_does_not_compile_is_noticed(tmp_path):
    broken = Document("x", None, (Statement("s", "x", (r"\nosuchcommand",), None, ("y",)),))
    with pytest.raises(AssertionError, match="Undefined control sequence"):
        compiled(broken, tmp_path)
