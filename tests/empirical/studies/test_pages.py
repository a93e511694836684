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


def test_every_number_quoted_with_its_range_is_on_record():
    quoted = QUOTED.findall(page("walkthrough.md"))
    assert len(quoted) > 20
    assert [one for one in quoted if f"| {one} |" not in RECORD] == []


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
