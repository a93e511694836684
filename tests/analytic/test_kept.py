"""Results are kept until what they depend on changes; whatever is wrong with the disk only costs time."""

import pytest

from grokdd.analytic import kept as module
from grokdd.analytic.kept import kept


@pytest.fixture
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("GROKDD_CACHE", str(tmp_path))
    return tmp_path


class Counted:
    """Computes {"value": n} for the n-th call."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"value": self.calls}


def test_it_is_computed_once(cache):
    compute = Counted()
    assert [kept("x", compute) for _ in range(3)] == [{"value": 1}] * 3
    assert [path.name[:2] for path in cache.rglob("*.json")] == ["x-"]


@pytest.mark.parametrize("change", ["asked", "fresh", "name", "library", "source"])
def test_it_is_computed_again_if_anything_it_depends_on_changes(cache, change, monkeypatch, tmp_path):
    compute = Counted()
    kept("x", compute, [1])
    if change == "library":
        monkeypatch.setattr(module, "LIBRARIES", ("pytest",))
    if change == "source":
        (tmp_path / "package").mkdir()
        (tmp_path / "package" / "one.py").write_text("1")
        monkeypatch.setattr(module, "__file__", str(tmp_path / "package" / "kept.py"))
    got = kept("y" if change == "name" else "x", compute, [2] if change == "asked" else [1], fresh=change == "fresh")
    assert got == {"value": 2}


def test_an_edit_of_a_source_is_noticed(cache, monkeypatch, tmp_path):
    (tmp_path / "package" / "deep").mkdir(parents=True)
    source = tmp_path / "package" / "deep" / "one.py"
    source.write_text("1")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "package" / "kept.py"))
    compute = Counted()
    kept("x", compute)
    source.write_text("2")
    assert kept("x", compute) == {"value": 2}
    source.write_text("1")
    assert kept("x", compute) == {"value": 1}


def test_an_edit_in_another_folder_is_noticed(cache, tmp_path):
    source = tmp_path / "other" / "one.py"
    source.parent.mkdir()
    source.write_text("1")
    compute = Counted()
    kept("x", compute, also=[source.parent])
    source.write_text("2")
    assert kept("x", compute, also=[source.parent]) == {"value": 2}


@pytest.mark.parametrize("content", ["", "{", "\xff", "[" * 100_000])
def test_a_damaged_file_is_computed_again(cache, content):
    compute = Counted()
    kept("x", compute)
    (path,) = cache.rglob("*.json")
    path.write_bytes(content.encode("latin-1"))
    assert kept("x", compute) == {"value": 2}
    assert kept("x", compute) == {"value": 2}


def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GROKDD_CACHE", str(tmp_path / "file"))
    assert kept("x", Counted()) == {"value": 1}


def test_what_is_returned_first_is_what_is_read_back(cache):
    def pair():
        return {"pair": (1, 2)}

    assert kept("x", pair) == kept("x", pair) == {"pair": [1, 2]}


def test_a_result_that_cannot_be_written_leaves_no_draft(cache, monkeypatch):
    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(module.os, "replace", full)
    assert kept("x", Counted()) == {"value": 1}
    assert [path for path in cache.rglob("*") if path.is_file()] == []
