"""The report: one file that asks nothing of a network, reads from question to verdict, and escapes what files say."""

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from grokdd.analytic import Pattern, PatternModel
from grokdd.empirical import Recorder
from grokdd.model_against_run import answer, compare, lines, short_of_levels
from grokdd.report import Findings, _early_peak, _task, figure_2_derivations, to_html, write_report

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Collects the elements of a page and holds that they are nested properly."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self._open = [], [], []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] != "style":
            self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def findings(tiny_run, quick_fits):
    return Findings(figure_2_derivations(), compare(tiny_run.path), "grokdd tour --out runs/tour", {"training": 1.25})


@pytest.fixture(scope="module")
def html(findings):
    return to_html(findings)


def test_the_page_asks_nothing_of_a_network(html):
    page = Page(html)
    for tag in ("script", "img", "iframe", "object", "embed", "image", "audio", "video", "base", "form"):
        assert page.all(tag) == []
    assert [link["href"] for link in page.all("link")] == ["data:,"]
    for _, attributes in page.elements:
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "srcset", "data", "poster"):
                assert value.startswith(("#", "data:")), (name, value)
    assert not re.search(r"@import|url\((?!#)", html)
    assert any("default-src 'none'" in meta.get("content", "") for meta in page.all("meta"))


def test_no_two_elements_share_an_id_and_every_reference_is_met(html):
    page = Page(html)
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert len(ids) > 100
    assert ids.most_common(1)[0][1] == 1
    references = re.findall(r'(?:xlink:)?href="#([^"]+)"', html) + re.findall(r"url\(#([^)]+)\)", html)
    labels = [label for _, a in page.elements for label in (a.get("aria-labelledby") or "").split()]
    assert len(references) > 50
    assert set(references) | set(labels) <= set(ids)


def test_it_reads_from_the_question_to_the_verdict(html, findings):
    text = Page(html).text
    headings = ["The question", "What the model says", "What training did", "The model held against the run"]
    headings += ["Where they agree", "Conclusion", "How this was made"]
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)
    assert text.index(answer(findings.comparison.verdict)) < places[0]  # and in short before all of them
    assert places[4] < text.index(findings.comparison.verdict.conclusion) < places[6]


def test_it_shows_figures_1_2_and_7_and_the_fit_each_as_a_named_figure(html):
    drawings = Page(html).all("svg")
    assert [drawing["aria-labelledby"].split("-title")[0] for drawing in drawings] == [
        *("double-descent-patterns", "double-descent-accuracy", "grokking-patterns", "grokking-accuracy"),
        *("run-accuracy", "run-log-accuracy", "run-loss"),
        *("run-zero-dividend", "run-rest"),
        *("fit-accuracy", "fit-patterns"),
    ]
    assert all(drawing["role"] == "img" for drawing in drawings)


def test_the_numbers_are_those_of_the_findings(html, findings):
    text, comparison = Page(html).text, findings.comparison
    assert "12/25" in text  # the last plateau of double descent, exact
    assert "0.533736" in text  # its maximum
    assert f"{comparison.fits.best.rmse_test:.4f}" in text
    assert text.count("certified") >= 5
    assert "all numbers float" in text  # those of the fit: nothing that is only computed goes unmarked
    for statement in comparison.verdict.statements:
        assert statement.claim in text
    assert "training 1.2 s" in text
    assert "grokdd tour --out runs/tour" in text


def test_the_configuration_stands_there_part_by_part(html):
    text = Page(html).text
    assert "task kind = binary_operation; operation = x/y; modulus = 11 split train_fraction = 0.5; " in text
    assert "vocabulary = none; unembed_vocabulary = no; " in text
    assert "betas = 0.9, 0.98; " in text
    assert "run seed = 0; batch_seed = none; batch_size = 16; " in text


def test_what_files_say_is_escaped(tmp_path, tiny_run, findings):
    folder = tmp_path / "<i>run"
    shutil.copytree(tiny_run.path, folder)
    record = json.loads((folder / "record.json").read_text())
    record["environment"]["processor"] = "<script>alert(1)</script>"
    record["environment"]["versions"]["torch"] = '"><b>'
    record["configuration"]["network"]["<u>"] = "<u>"
    (folder / "record.json").write_text(json.dumps(record))
    hostile = replace(findings, comparison=compare(folder), command="grokdd --out '</style><script>'")
    html = to_html(hostile)
    assert "<script" not in html
    for tag in ("script", "i", "u"):
        assert Page(html).all(tag) == []
    assert "<script>alert(1)</script>" in Page(html).text


def test_a_run_of_another_training_loop_makes_a_report_too(tmp_path, findings):
    steps = [0, *np.unique(np.geomspace(1, 4000, 40).round().astype(int)).tolist()]
    with Recorder(tmp_path / "run", configuration={"mine": [1, 2]}, sizes={"train": 100, "test": 100}) as recorder:
        for step in steps:
            recorder.log(step, train_correct=min(100, step // 3), test_correct=min(100, step // 40))
    html = to_html(replace(findings, comparison=compare(tmp_path / "run")))
    text = Page(html).text
    assert "recorded by another training loop: 100 examples to train on and 100 to test on" in text
    assert "One run, two ways" in text
    assert 'id="run-loss' not in html
    assert 'id="run-rest' not in html
    assert "mine" in text


@pytest.mark.parametrize("part", ["mlp", {"width": 3}, None])
def test_a_strangers_configuration_with_our_names_is_a_strangers(findings, part):
    comparison = findings.comparison
    settings = dict.fromkeys(("task", "network", "optimizer"), part) | {"seed": 1}
    foreign = replace(comparison.run, record=comparison.run.record | {"configuration": settings})
    assert "The task is division modulo 11" in _task(comparison)
    assert "recorded by another training loop" in _task(replace(comparison, run=foreign))


def test_a_fitted_curve_that_only_looks_complete_is_said_to_fall_short(findings):
    """Train levels off at 1 - 0.1 (1 - 0.84) = 0.984; test, of g = 1, at 1 - 0.16 = 0.84 without chance."""
    comparison = findings.comparison
    verdict = comparison.verdict
    best = replace(
        comparison.fits.best,
        model=PatternModel([Pattern(gamma=0.84, alpha=1, b=2, g=1)], chance=0, chance_train=0.9),
    )
    seen = replace(verdict.observed, train_step=100.0, test_step=None)
    own = replace(verdict.predicted, train_step=None, test_step=None)
    short = replace(
        comparison, fits=replace(comparison.fits, best=best), verdict=replace(verdict, observed=seen, predicted=own)
    )
    (got,) = short_of_levels(short)
    assert got == "The fitted train accuracy levels off at 0.984, below the demanded 0.99."
    assert got in list(lines(short))
    assert got in Page(to_html(replace(findings, comparison=short))).text
    # One that passes the level, but later than counts as the same step, falls short where the run is complete.
    late = replace(short, verdict=replace(short.verdict, predicted=replace(own, train_step=151.0)))
    (got,) = short_of_levels(late)
    assert re.fullmatch(r"The fitted train accuracy at step 100 is still 0\.\d+, below the demanded 0\.99\.", got)
    same = replace(short, verdict=replace(short.verdict, predicted=replace(own, train_step=149.0)))
    assert short_of_levels(same) == []
    assert short_of_levels(replace(short, verdict=replace(short.verdict, observed=verdict.observed))) == []


def test_the_plateaus_are_told_in_sentences(html):
    text = Page(html).text
    assert "H0 = 0, H1 = 0.7 (rises), H2 = 0.35 (falls), H3 = 0.48 (rises)." in text
    assert "Double descent: yes (H1 rises, H2 falls, H3 rises)." in text
    assert "= 0 = " not in text


def test_the_early_peak_stands_beside_the_papers_where_the_test_set_is_its_own():
    step, correct = np.array([0, 15, 30, 60, 90]), np.array([200, 90, 94, 80, 300])
    assert _early_peak({"test": 4656}, step, correct) == (
        "at most 94 test answers were right between steps 15 and 60 (the paper's peak is 96), "
    )
    assert _early_peak({"test": 55}, step, correct) == "at most 94 test answers were right between steps 15 and 60, "
    assert _early_peak({"test": 4656}, step[:1], correct[:1]) == ""


def test_every_value_of_a_table_carries_its_heading_for_narrow_pages(html):
    cells = Page(html).all("td")
    assert len(cells) > 50
    assert all(cell["data-label"] for cell in cells)


def test_fitted_patterns_are_numbered_and_play_no_role(html):
    text = Page(html).text
    fit = text[text.index("The model held against the run") :]
    assert "pattern 0" in fit
    for role in ("heuristic", "overfitting", "slow"):
        assert role not in fit


def test_a_report_is_written_whole_or_not_at_all(tmp_path, findings, monkeypatch):
    path = tmp_path / "report.html"
    monkeypatch.setattr("grokdd.report.to_html", lambda _: "<!DOCTYPE html>")
    write_report(findings, path)
    before = path.read_text()
    assert before == "<!DOCTYPE html>"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_report(findings, path)
    assert path.read_text() == before
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
