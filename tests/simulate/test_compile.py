"""How kernels are compiled and cached. What is cached on disk is tested in processes of their own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import pytest
from numba.core import config

from grokdd.simulate import compile as compiling

PACKAGE = Path(compiling.__file__).resolve().parent.parent / "grokdd"

HELPER = """
from .compile import kernel

@kernel
def helper(x):
    return {value} * x
"""
USER = """
from .compile import kernel
from .probe_helper import helper

@kernel
def user(x):
    return helper(x) + 0.5

if __name__ == "__main__":
    print(user(1.0), "cached" if sum(user.stats.cache_hits.values()) else "compiled")
"""


def twice_plus_py(x, y):
    return 2.0 * x + y


@pytest.fixture
def package(tmp_path):
    """Return a folder that holds a copy of the package, free to be edited, with a kernel that calls another file's."""
    root = tmp_path / "copy"
    wanted = {"__init__.py", "analytic", "simulate"}

    def others(folder, names):
        kept = wanted if Path(folder) == PACKAGE else set(names)
        return [name for name in names if name not in kept or name == "__pycache__"]

    shutil.copytree(PACKAGE, root / "grokdd", ignore=others)
    write_helper(root, 1.0)
    (root / "grokdd" / "simulate" / "probe.py").write_text(USER)
    return root


def write_helper(root, value):
    (root / "grokdd" / "simulate" / "probe_helper.py").write_text(HELPER.format(value=value))


def start(root, **environment):
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GROKDD_", "NUMBA_", "XDG_"))}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "grokdd.simulate.probe"],
        cwd=root, env=clean | {"PYTHONPATH": str(root)} | environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process):
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    return out


def cached(folder):
    return sorted(path.name for path in folder.rglob("*.nbc"))


def test_compiled_kernel_equals_its_python_twin():
    twice_plus = compiling.kernel(twice_plus_py)
    assert twice_plus is not twice_plus_py
    assert twice_plus(0.1, 0.2) == twice_plus_py(0.1, 0.2)


def test_edited_helper_in_another_file_is_seen(package, tmp_path):
    cache = str(tmp_path / "cache")
    assert finish(start(package, GROKDD_CACHE=cache)) == "1.5 compiled\n"
    assert finish(start(package, GROKDD_CACHE=cache)) == "1.5 cached\n"  # or the next line would prove nothing
    write_helper(package, 2.0)
    assert finish(start(package, GROKDD_CACHE=cache)) == "2.5 compiled\n"


def test_two_processes_starting_together_agree(package, tmp_path):
    cache = tmp_path / "cache"
    processes = [start(package, GROKDD_CACHE=str(cache)) for _ in range(2)]
    assert [finish(process).split()[0] for process in processes] == ["1.5", "1.5"]
    assert finish(start(package, GROKDD_CACHE=str(cache))) == "1.5 cached\n"


def test_unwritable_cache_folder_is_no_error(package, tmp_path):
    (tmp_path / "file").touch()  # a folder below a file cannot be made, not even by root
    assert finish(start(package, GROKDD_CACHE=str(tmp_path / "file" / "cache"))) == "1.5 compiled\n"
    assert cached(tmp_path) == []


def test_cache_can_be_turned_off(package, tmp_path):
    out = finish(start(package, GROKDD_CACHE=str(tmp_path / "cache"), GROKDD_NUMBA_CACHE="0"))
    assert out == "1.5 compiled\n"
    assert not (tmp_path / "cache").exists()
    assert cached(tmp_path) == []


def test_cache_folder_follows_the_user(monkeypatch, tmp_path):
    for name in ("GROKDD_CACHE", "GROKDD_NUMBA_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert compiling._folder() == tmp_path / "xdg" / "grokdd" / "numba" / compiling._key()
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/paths/are/to/be/ignored")
    assert compiling._folder() == tmp_path / "home" / ".cache" / "grokdd" / "numba" / compiling._key()
    monkeypatch.setenv("GROKDD_CACHE", str(tmp_path / "own"))
    assert compiling._folder() == tmp_path / "own" / "numba" / compiling._key()
    monkeypatch.setenv("GROKDD_NUMBA_CACHE", "0")
    assert compiling._folder() is None


def test_cache_that_others_could_write_to_is_not_trusted(monkeypatch, tmp_path):
    monkeypatch.delenv("GROKDD_NUMBA_CACHE", raising=False)
    monkeypatch.setenv("GROKDD_CACHE", str(tmp_path))
    folder = compiling._folder()
    assert folder is not None
    folder.chmod(0o777)
    assert compiling._folder() is None


def test_key_depends_on_numba_and_options(monkeypatch):
    keys = {compiling._key()}
    monkeypatch.setitem(compiling.OPTIONS, "nogil", False)
    keys.add(compiling._key())
    monkeypatch.setattr(numba, "__version__", "0.0.0")
    keys.add(compiling._key())
    assert len(keys) == 3


def test_user_s_own_kernels_keep_their_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("GROKDD_NUMBA_CACHE", raising=False)
    monkeypatch.setenv("GROKDD_CACHE", str(tmp_path / "ours"))
    theirs_folder = str(tmp_path / "theirs")
    monkeypatch.setattr(config, "CACHE_DIR", theirs_folder)
    ours = compiling.kernel(twice_plus_py)
    theirs = numba.njit(cache=True)(twice_plus_py)
    assert ours(1.0, 1.0) == theirs(1.0, 1.0) == 3.0
    assert len(cached(tmp_path / "ours")) == len(cached(tmp_path / "theirs")) == 1
    assert getattr(config, "CACHE_DIR") == theirs_folder  # noqa: B009  # numba fills its config at run time


def test_torn_cache_files_are_no_error_and_are_replaced(monkeypatch, tmp_path):
    monkeypatch.delenv("GROKDD_NUMBA_CACHE", raising=False)
    monkeypatch.setenv("GROKDD_CACHE", str(tmp_path))

    def from_cache():
        """Call the kernel as a new process would, and say whether it was found in the cache."""
        twice_plus: Any = compiling.kernel(twice_plus_py)
        assert twice_plus(1.0, 1.0) == 3.0
        return bool(twice_plus.stats.cache_hits)

    assert [from_cache(), from_cache()] == [False, True]
    torn = list(tmp_path.rglob("*.nb?"))
    assert torn
    for file in torn:
        file.write_bytes(file.read_bytes()[:20])
    assert [from_cache(), from_cache()] == [False, True]


def test_cache_folder_that_goes_away_is_no_error(monkeypatch, tmp_path):
    """Stand in for a disk that fills up between import and first call: every write fails."""
    monkeypatch.delenv("GROKDD_NUMBA_CACHE", raising=False)
    monkeypatch.setenv("GROKDD_CACHE", str(tmp_path / "cache"))
    twice_plus = compiling.kernel(twice_plus_py)
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").touch()
    assert twice_plus(1.0, 1.0) == 3.0


def test_options_live_in_one_place():
    assert compiling.OPTIONS["fastmath"] is False
    knowing = ("compile.py", "instructions.py")
    others = [path for path in Path(compiling.__file__).parent.glob("*.py") if path.name not in knowing]
    assert len(others) > 5
    for source in others:
        assert not re.search(r"^\s*(import|from) numba", source.read_text(), re.MULTILINE), source.name
    assert "njit" not in (Path(compiling.__file__).parent / "instructions.py").read_text()
