"""The tour: the whole chain in one folder, which a second call uses again and a broken one resumes."""

import json

import pytest

from grokdd.empirical import Run, experiments
from grokdd.output import Output
from grokdd.tour import REPORT, RUN, take_tour, tour_configuration


def tour(tiny, out, **options):
    return take_tour(tiny, out, device="cpu", output=Output(**options), command="grokdd tour")


@pytest.fixture(scope="module")
def toured(tmp_path_factory, tiny, quick_fits):
    out = tmp_path_factory.mktemp("toured")
    tour(tiny, out, quiet=True)
    return out


@pytest.fixture
def quick(quick_fits, monkeypatch):
    """Write reports without their figures."""
    monkeypatch.setattr("grokdd.report.to_html", lambda findings: f"<html>{findings.command}</html>")


def test_a_tour_leaves_a_run_and_a_report(toured):
    assert sorted(path.name for path in toured.iterdir()) == [REPORT, RUN]
    assert Run.load(toured / RUN).finished
    assert "</html>" in (toured / REPORT).read_text()


def test_a_second_tour_uses_the_run_and_writes_the_report_again(toured, tiny, quick, monkeypatch):
    monkeypatch.setattr("grokdd.empirical.stack.Stack.advance", None)  # a step of training would fail
    (toured / REPORT).unlink()
    log = (toured / RUN / "log.jsonl").read_bytes()
    tour(tiny, toured, quiet=True)
    assert (toured / REPORT).exists()
    assert (toured / RUN / "log.jsonl").read_bytes() == log


def test_an_interrupted_tour_goes_on_to_the_same_run(toured, tiny, quick, tmp_path, monkeypatch):
    from grokdd.empirical.stack import Stack

    advance = Stack.advance

    def interrupted(self):
        if self.step == 30:
            raise KeyboardInterrupt
        advance(self)

    with monkeypatch.context() as patch:
        patch.setattr(Stack, "advance", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tour(tiny, tmp_path, quiet=True)
    assert not (tmp_path / REPORT).exists()
    tour(tiny, tmp_path, quiet=True)
    assert (tmp_path / REPORT).exists()
    assert (tmp_path / RUN / "log.jsonl").read_bytes() == (toured / RUN / "log.jsonl").read_bytes()


def test_a_tour_that_goes_on_says_that_its_time_is_only_the_last_part(toured, tiny, quick, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr("grokdd.report.to_html", lambda findings: told.append(findings.seconds) or "<html></html>")
    tour(tiny, toured, quiet=True)
    tour(tiny, tmp_path, quiet=True)
    assert [list(seconds)[1] for seconds in told] == ["training since it was last begun", "training"]


def test_a_tour_says_what_happened_and_where_the_report_is(toured, tiny, quick, capsys):
    tour(tiny, toured)
    told = capsys.readouterr().out
    assert f"report: {toured / REPORT}" in told
    # Sixty steps are too few: a tour that does not grok says so instead of failing.
    assert "run: unfinished; train accuracy never held 0.99" in told


def test_a_tour_as_json(toured, tiny, quick, capsys):
    tour(tiny, toured, json=True)
    got = json.loads(capsys.readouterr().out)
    assert got["report"] == str(toured / REPORT)
    assert got["kind"] == "unfinished"
    assert got["conclusion"]


def test_the_command_takes_the_tour_of_the_experiment(grokdd, toured, tiny, quick, monkeypatch):
    asked = []

    def instead(seed, **settings):
        asked.append((seed, settings))
        return tiny

    monkeypatch.setattr("grokdd.empirical.experiments.tour", instead)
    got = grokdd("tour", "--out", toured, "--seed", "4", "--steps", "50")
    assert got.code == 0
    assert asked == [(4, {"steps": 50})]


def test_a_tour_in_the_folder_of_another_is_refused(grokdd, toured):
    got = grokdd("tour", "--out", toured, "--seed", "1", "--quiet")
    assert got.code == 2
    (line,) = got.err.splitlines()
    assert "another" in line
    assert str(toured) in line


def test_the_tours_own_experiment_is_the_default():
    assert tour_configuration(seed=0, steps=None) == experiments.tour(0)
    assert tour_configuration(seed=2, steps=90) == experiments.tour(2, steps=90)
