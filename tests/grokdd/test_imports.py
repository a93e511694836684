"""The command is light to start: what is loaded, not how long it takes."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = {"torch", "sympy", "numba", "matplotlib", "scipy", "flint", "pyarrow"}

SCRIPT = """
import sys
from grokdd.__main__ import main
code = main(sys.argv[1:])
print("loaded:", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


def loaded_by(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return set(done.stderr.partition("loaded:")[2].split())


COMMANDS = ("tour", "derive", "atlas", "train", "fit", "bench")


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), *((command, "--help") for command in COMMANDS)])
def test_help_loads_nothing_heavy(arguments):
    loaded = loaded_by(*arguments)
    assert "grokdd" in loaded
    assert loaded & HEAVY == set()


def test_what_trains_nothing_needs_no_torch(tiny_run):
    assert "torch" not in loaded_by("derive", "grokking", "--quiet")
    assert "torch" not in loaded_by("fit", str(tiny_run.path), "--starts", "1", "--quiet")
    assert loaded_by("simulate", "grokking", "--quiet") & {"torch", "sympy", "matplotlib"} == set()


@pytest.mark.parametrize("command", ["train", "tour"])
def test_without_torch_the_commands_that_train_say_how_to_install_it(tmp_path, command):
    script = "import sys\nsys.modules['torch'] = None\nfrom grokdd.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", script, command],
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    (line,) = done.stderr.splitlines()
    assert "pip install 'grokdd[empirical]'" in line
