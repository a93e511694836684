"""The pages that walk through the figures quote no number that is not on record, and show every figure that is."""

import re
from pathlib import Path

import pytest

from grokdd.empirical.studies.all_studies import STUDIES

REPOSITORY = Path(__file__).resolve().parents[3]
PAGES = ("first_look.md", "walkthrough.md")
RECORD = (REPOSITORY / "results" / "README.md").read_text(encoding="utf-8")
QUOTED = re.compile(r"[\w.-]+ \[[\w.-]+, [\w.-]+\]")
"""A median and the range over seeds: 6.43 [4.5, 7.85]."""


def page(name):
    return (REPOSITORY / "docs" / name).read_text(encoding="utf-8")


def of_study(text, marker):
    """The parts of a text between one marker of a study and the next, by study."""
    parts = re.split(marker, text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_number_quoted_with_its_range_is_on_record_of_its_study():
    said = of_study(page("walkthrough.md"), r"`grokdd experiment (\w+)`")
    rows = of_study(RECORD, r"### (\w+), small\n")
    assert said.keys() == set(STUDIES)
    quoted = [(name, one) for name, text in said.items() for one in QUOTED.findall(" ".join(text.split()))]
    assert len(quoted) > 20
    assert [(name, one) for name, one in quoted if f"| {one} |" not in rows[name]] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_study_is_shown_with_its_command(name):
    text = page(name)
    for study in STUDIES:
        assert f"../results/{study}/small/figure.svg" in text
        assert f"`grokdd experiment {study}`" in text


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_and_page_that_is_linked_exists(name):
    links = re.findall(r"\]\(([^)#:]+)\)", page(name))
    assert links
    assert [link for link in links if not (REPOSITORY / "docs" / link).exists()] == []
