"""What is loaded by an import, and under which name."""

import subprocess
import sys
from pathlib import Path

import grokdd

ROOT = Path(grokdd.__file__).resolve().parent.parent
HEAVY = ("numba", "llvmlite", "torch", "sympy", "flint", "scipy", "z3")


def python(code, folder=ROOT):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_import_loads_nothing_heavy():
    done = python(f"import sys, grokdd.simulate; print([x for x in {HEAVY} if x in sys.modules])")
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_first_use_loads_numba_and_no_more():
    done = python(f"import sys; from grokdd.simulate import curves; print(*[x for x in {HEAVY} if x in sys.modules])")
    assert {"numba"} <= set(done.stdout.split()) <= {"numba", "llvmlite", "scipy"}  # SciPy: numba looks for it
    assert done.stderr == ""


def test_bare_name_is_refused_with_the_right_one():
    done = python("import simulate")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("ImportError: import grokdd.simulate, not simulate")
