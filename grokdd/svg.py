"""A matplotlib Figure as SVG that can stand inside an HTML page beside others: no clashing ids, named for readers."""

import io
import re
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

from .figures import house_style

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_REFERENCE = re.compile(r"url\(#([^)]*)\)")


def inline_svg(figure: Figure, *, identity: str, title: str, description: str) -> str:
    """Return `figure` as an <svg> element whose ids all begin with `identity`.

    Parameters
    ----------
    figure
        What to draw.
    identity
        A word that no other figure of the page bears. matplotlib numbers the parts of every figure from 1, so
        without it the clip paths and letters of one figure would be taken from another.
    title, description
        What a screen reader says of it.

    Notes
    -----
    The same figure gives the same text, character for character: the date is left out and the ids are seeded.
    """
    drawn = io.StringIO()
    with house_style(), matplotlib.rc_context({"svg.hashsalt": identity}):
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ElementTree.fromstring(drawn.getvalue())
    _drop_page_wide_style(root)
    for element in root.iter():
        _own_ids(element, identity)
    _name(root, identity, title, description)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode")


def _drop_page_wide_style(root: ElementTree.Element) -> None:
    """Move matplotlib's rule for `*`, which would reach the whole page, to the figure itself."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}style", f"{{{SVG}}}metadata"):
                parent.remove(child)
    root.set("style", "stroke-linejoin:round;stroke-linecap:butt")


def _own_ids(element: ElementTree.Element, identity: str) -> None:
    for name, value in element.attrib.items():
        if name == "id":
            element.set(name, f"{identity}-{value}")
        elif name in ("href", f"{{{XLINK}}}href") and value.startswith("#"):
            element.set(name, f"#{identity}-{value[1:]}")
        elif "url(#" in value:
            element.set(name, _REFERENCE.sub(rf"url(#{identity}-\1)", value))


def _name(root: ElementTree.Element, identity: str, title: str, description: str) -> None:
    # Without width and height the figure is as wide as its place, and viewBox keeps its shape.
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{identity}-title {identity}-description")
    for position, (tag, word, text) in enumerate((("title", "title", title), ("desc", "description", description))):
        element = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": f"{identity}-{word}"})
        element.text = text
        root.insert(position, element)
