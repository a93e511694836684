"""A document as LaTeX that needs the packages amsmath and graphicx alone."""

import re
from collections.abc import Iterator

from .files import BOUNDARIES, FIGURE
from .letters import in_latex, lettered
from .nearest_boundary import SECTION, plane_of
from .record import Document, Statement

FITTED = r"""\newcommand{\fitted}[1]{\leavevmode\setbox0=\hbox{$\displaystyle #1$}%
\ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\box0}\else\box0\fi}"""
"""A formula that is set smaller if it would be wider than the page."""


def to_latex(document: Document) -> str:
    """Return the document as LaTeX."""
    return "\n".join(_latex(document)) + "\n"


def _latex(document: Document) -> Iterator[str]:
    yield r"\documentclass{article}"
    yield r"\usepackage[T1]{fontenc}"
    yield r"\usepackage{amsmath,graphicx}"
    yield FITTED
    yield r"\begin{document}\raggedright"
    yield rf"\title{{{_prose(document.title)}}}\date{{}}\maketitle"
    if document.model is not None:
        yield _figure(FIGURE, "1")
    for name, some in document.sections():
        yield rf"\section{{{_prose(name)}}}"
        yield r"\begin{enumerate}"
        for one in some:
            yield rf"\item{{}} {_prose(one.says)}"  # {{}}: a "[" would begin a label
            yield from _set(one)
            if one.head:
                yield from _table(one)
            yield rf"\emph{{Verified: {_prose(', '.join(one.verified))}.}}"
        yield r"\end{enumerate}"
        if name == SECTION and plane_of(document) is not None:
            yield _figure(BOUNDARIES, "0.6")
    yield r"\end{document}"


def _figure(file: str, share: str) -> str:
    return rf"\begin{{center}}\includegraphics[width={share}\linewidth]{{{file}}}\end{{center}}"


def _set(one: Statement) -> Iterator[str]:
    """Yield the formulas of a statement, a line each."""
    if one.formulas:
        lines = "\\\\[3pt]\n".join(rf"\fitted{{{line}}}" for line in one.formulas)
        yield rf"\par\smallskip\noindent {lines}\par\smallskip\noindent"


def _table(one: Statement) -> Iterator[str]:
    yield rf"\par\smallskip\noindent\fitted{{\begin{{tabular}}{{{'l' * len(one.head)}}}"
    yield rf"{' & '.join(map(_prose, one.head))} \\ \hline"
    for row in one.value:
        yield rf"{{}}{' & '.join(map(_prose, row))} \\"  # {{}}: the same after the end of a row
    yield r"\end{tabular}}\par\smallskip\noindent"


_SPECIAL = {"/": r"\slash{}", "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _prose(words: str) -> str:
    """Return words in which LaTeX sees no commands, letters with their indices."""
    return lettered(words, in_latex, _escaped)


def _escaped(words: str) -> str:
    """Return words in which LaTeX sees no commands; what its fonts lack becomes a question mark."""
    plain = words.encode("ascii", "replace").decode()
    return re.sub(r"[/\\~^&%$#_{}<>]", lambda found: _SPECIAL.get(found[0], _shown(found[0])), plain)


def _shown(character: str) -> str:
    return f"${character}$" if character in "<>" else f"\\{character}"
