"""The few HTML elements that a report is made of. All text is escaped here, whatever file it came from."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from .page_style import STYLE
from .svg import inline_svg

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a page may load: nothing but its own styles and pictures."""


class Markup(str):
    """Text that is HTML already, made by this package."""


def text(value: object) -> str:
    """Return `value` as HTML text; what is HTML already stays as it is."""
    return value if isinstance(value, Markup) else html.escape(str(value))


def plain(value: object) -> str:
    """Return `value` as the text of an attribute, which holds no elements."""
    return re.sub("<[^>]*>", "", value) if isinstance(value, Markup) else text(value)


def paragraph(*sentences: str) -> str:
    """Return a paragraph of plain text."""
    return f"<p>{text(' '.join(sentences))}</p>"


def bullets(lines: Iterable[str]) -> str:
    """Return a list of lines."""
    return f"<ul>{''.join(f'<li>{text(line)}</li>' for line in lines)}</ul>"


def sentence(words: str) -> str:
    """Return `words` as a sentence: a capital first, a full stop last."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def number(value: object, digits: int = 4) -> str:
    """Return `value` as a reader wants it: yes, no, a dash for nothing, a rounded number, or itself."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.{digits}g}".replace("-", "−")
    return value if isinstance(value, str) else str(value)


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], *, numeric: Sequence[int] = ()) -> str:
    """Return a table in a box of its own, which scrolls sideways where the page is too narrow for it.

    On a phone its rows are stacked: each value stands beside the heading of its column, which it carries for that.

    Parameters
    ----------
    caption
        What the table shows.
    head
        One heading a column.
    rows
        One value a column; the first of each row is its heading.
    numeric
        Columns that are set flush right.
    """
    side = ["" if i not in numeric else ' class="number"' for i in range(len(head))]
    titles = "".join(f'<th scope="col"{s}>{text(name)}</th>' for name, s in zip(head, side, strict=True))
    body = "".join(_row(head, [number(value) for value in row], side) for row in rows)
    # The caption stands outside the box, so that it wraps instead of scrolling away.
    return (
        f'<p class="caption">{text(caption)}</p>'
        f'<div class="table" role="region" tabindex="0" aria-label="{plain(caption)}">'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(head: Sequence[str], cells: Sequence[str], side: Sequence[str]) -> str:
    first, *rest = zip(head, cells, side, strict=True)
    return (
        f'<tr><th scope="row"{first[2]}>{text(first[1])}</th>'
        + "".join(f'<td{s} data-label="{plain(name)}">{text(cell)}</td>' for name, cell, s in rest)
        + "</tr>"
    )


@dataclass(frozen=True)
class Panel:
    """One figure of the page: its identity among the others, its title, what it shows, and the drawing."""

    identity: str
    title: str
    description: str
    figure: Figure

    def to_html(self) -> str:
        """Return the panel as a <figure>."""
        drawing = inline_svg(self.figure, identity=self.identity, title=self.title, description=self.description)
        return f"<figure>{drawing}<figcaption><b>{text(self.title)}.</b> {text(self.description)}</figcaption></figure>"


def panels(*shown: Panel) -> str:
    """Return panels side by side, as many in a row as the page has room for."""
    return f'<div class="panels of-{len(shown)}">{"".join(panel.to_html() for panel in shown)}</div>'


def section(identity: str, title: str, *parts: str) -> str:
    """Return a section of the page."""
    return f'<section aria-labelledby="{identity}"><h2 id="{identity}">{text(title)}</h2>{"".join(parts)}</section>'


def page(title: str, *parts: str) -> str:
    """Return a whole page that asks nothing of any network: no script, no link, no image from elsewhere."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<title>{text(title)}</title><link rel="icon" href="data:,"><style>{STYLE}</style></head>'
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )
