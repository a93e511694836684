"""What importing the records loads, by what is in `sys.modules` and never by a clock."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

USE_THE_RECORDS = """
import sys
from grokdd.analytic import Curves, Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference, Table, presets
model = PatternModel.from_toml(presets.double_descent().to_toml())
model.generalization((0, 1))
Curves([0.0], [0.0], [0.0])
heavy = {"sympy", "mpmath", "flint", "z3", "numba", "scipy", "matplotlib", "torch"}
print(sorted(heavy & set(sys.modules)))
"""


def python(source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_records_load_numpy_alone():
    got = python(USE_THE_RECORDS)
    assert got.stdout == "[]\n", got.stderr


def test_that_check_sees_what_a_derivation_loads():
    got = python("import grokdd.analytic; grokdd.analytic.acc_train\n" + USE_THE_RECORDS)
    assert "'sympy'" in got.stdout, got.stderr


def test_the_bare_name_is_refused_with_one_line():
    got = python("import analytic")
    assert got.returncode == 1
    expected = (
        "ImportError: import grokdd.analytic, not analytic: a second copy of its classes would equal none of the first"
    )
    assert got.stderr.splitlines()[-1] == expected


def test_every_offered_name_is_there():
    got = python(
        "import grokdd.analytic as a; [getattr(a, name) for name in a.__all__]; print(sorted(a.__all__) == a.__all__)"
    )
    assert got.stdout == "True\n", got.stderr


def test_a_name_that_is_not_offered_is_an_attribute_error():
    got = python("import grokdd.analytic as a; a.nothing")
    assert got.stderr.splitlines()[-1] == "AttributeError: module 'grokdd.analytic' has no attribute 'nothing'"
