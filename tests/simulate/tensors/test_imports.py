"""What the forms on tensors need: torch, which is an extra, and neither numba nor SymPy."""

import subprocess
import sys
from pathlib import Path

import pytest

import grokdd

ROOT = Path(grokdd.__file__).resolve().parent.parent
USE = """
import torch
from grokdd.analytic import Preferred
from grokdd.simulate import curves_on_tensors, extension_on_tensors, predictiveness_on_tensors, soft_preference_table
t = torch.tensor([0.0, 50.0], dtype=torch.float64, requires_grad=True)
found = curves_on_tensors(t, [[1.0] * 60], [[0.1] * 60], [[50.0] * 60], [[1.0] * 60], rule=Preferred(0))
found.test.sum().backward()
p, q = predictiveness_on_tensors(t, [1.0, 0.5], [0.1, 0.1], [50.0, 20.0])
print(tuple(found.test.shape), extension_on_tensors(soft_preference_table([1, 2], [1.0, 0.0]), p, q=q).shape[0])
"""


def python_without(packages, code):
    """Run code in a fresh interpreter in which some packages cannot be imported."""
    blocked = f"import sys\nfor name in {packages}: sys.modules[name] = None\n"
    command = [sys.executable, "-W", "error", "-c", blocked + code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_neither_numba_nor_sympy_nor_flint_nor_scipy_is_needed():
    done = python_without(("numba", "llvmlite", "sympy", "flint", "scipy"), USE)
    assert (done.stdout, done.stderr) == ("(1, 2) 2\n", "")


@pytest.mark.parametrize(
    "name",
    ["curves_on_tensors", "extension_on_tensors", "predictiveness_on_tensors", "soft_preference_table", "TensorCurves"],
)
def test_without_torch_one_line_says_what_to_install(name):
    done = python_without(("torch",), f"from grokdd.simulate import {name}")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "grokdd.analytic.errors.MachineError: forms on tensors need torch, which is not installed: "
        "pip install 'grokdd[empirical]'"
    )


def test_without_torch_everything_else_is_there():
    code = "from grokdd.simulate import *\nprint(float(curves_of_many([50.0], *[[[1.0]]] * 4).test[0, 0]))"
    done = python_without(("torch",), code)
    assert (done.stdout, done.stderr) == ("1.0\n", "")


def test_the_names_are_shown_without_loading_torch():
    code = "import sys, grokdd.simulate as s; print('curves_on_tensors' in dir(s), 'torch' in sys.modules)"
    assert python_without((), code).stdout == "True False\n"
