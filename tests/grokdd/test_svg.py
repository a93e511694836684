"""Inline SVG: figures on one page do not take each other's clip paths, and the same figure is the same text."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from grokdd import figures
from grokdd.analytic import Curves
from grokdd.svg import inline_svg


def drawing(identity, title="A title", description="What it shows"):
    steps = np.array([0.0, 1, 10, 100])
    figure = figures.panel(figures.draw_accuracies, Curves(steps, steps / 100, steps / 200, axis="steps"))
    return inline_svg(figure, identity=identity, title=title, description=description)


def ids(svg):
    return re.findall(r'\bid="([^"]*)"', svg)


def test_two_figures_share_no_id():
    first, second = ids(drawing("first")), ids(drawing("second"))
    assert len(first) == len(set(first)) > 10
    assert set(first).isdisjoint(second)


def test_every_reference_finds_its_target():
    svg = drawing("one")
    references = re.findall(r'href="#([^"]*)"', svg) + re.findall(r"url\(#([^)]*)\)", svg)
    assert len(references) > 10
    assert set(references) <= set(ids(svg))


def test_the_same_figure_is_the_same_text():
    assert drawing("one") == drawing("one")


def test_a_figure_says_what_it_is_and_takes_the_width_it_is_given():
    root = ElementTree.fromstring(drawing("one", "Loss & <gain>", "both"))
    names = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    labels = (root.get("aria-labelledby") or "").split()
    assert [names[label] for label in labels] == ["Loss & <gain>", "both"]
    assert root.get("role") == "img"
    assert root.get("viewBox")
    assert root.get("width") is None
    assert root.get("height") is None


@pytest.mark.parametrize(
    "unwanted", ["<style", "<metadata", "<?xml", "<!DOCTYPE", "ns0:", "<text", "http://www.w3.org/1999/02"]
)
def test_nothing_of_a_figure_reaches_beyond_it(unwanted):
    assert unwanted not in drawing("one")
