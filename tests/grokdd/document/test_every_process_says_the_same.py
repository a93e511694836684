"""Documents are the same in every process, whatever order Python gives its sets: else no replay could be believed."""

import os
import subprocess
import sys

STATEMENTS = """
from grokdd.analytic import presets, shape
from grokdd.document.cited_theorems import theorem_statements
from grokdd.document.model_derivatives import derivative_statements
from grokdd.document.model_forms import form_statements
from grokdd.document.open_forms import open_form_statements
from grokdd.analytic.theory import theorem, verify

for model in (presets.double_descent(), presets.grokking()):
    for one in (*form_statements(model), *derivative_statements(model), *theorem_statements(model, shape(model))):
        print(one)
for one in open_form_statements():
    print(one)
for name in ("descent", "break-even generalization", "two patterns"):
    print(verify(theorem(name)))
"""


def test_statements_do_not_depend_on_the_order_of_sets():
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", STATEMENTS],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        )
        for seed in (1, 3)
    ]
    first, *others = (process.communicate()[0] for process in processes)
    assert all(process.returncode == 0 for process in processes)
    assert len(first.splitlines()) > 80
    for other in others:
        assert other.splitlines() == first.splitlines()
