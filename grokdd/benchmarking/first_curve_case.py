"""What a user waits for: the first curve of a new process, compiled anew, or before, and the imports alone."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .case import Case, Prepared, WrongValue

IMPORTS = "from grokdd.analytic import presets; from grokdd.simulate import curves"
CURVE = f"{IMPORTS}; print(curves(presets.grokking(), [81]).train)"
KNOWN = "[0.990"
"""Train accuracy of the grokking preset at t = 81: 1 / (1 + exp(-0.15 (81 - 50))) = 0.9905."""
ANEW, CACHED, ALONE = "compiled anew", "compiled before", "limit: imports alone"


def case() -> Case:
    """Return the case; its cache lies in a folder of its own, which is taken away when this process ends."""

    def way(code: str, cache: str, says: str) -> Callable[[Any], Prepared]:
        def make(folder: str) -> Prepared:
            environment = os.environ | {
                "GROKDD_CACHE": folder,
                "GROKDD_NUMBA_CACHE": cache,
                "PYTHONPATH": os.pathsep.join(filter(None, (_root(), os.environ.get("PYTHONPATH")))),
            }

            def call() -> str:
                command = [sys.executable, "-c", code]
                return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

            def check(printed: str) -> None:
                if not printed.startswith(says):
                    raise WrongValue(f"got {printed!r}, expected {says!r}")

            return Prepared(call, 1, check)

        return make

    # The first call, which checks the value, fills the cache.
    ways = {ANEW: way(CURVE, "0", KNOWN), CACHED: way(CURVE, "1", KNOWN)}
    limits = {ALONE: way(f"{IMPORTS}; curves", "1", "")}
    return Case("first curve", 3, "process", _folder, ways, limits)


def _root() -> str:
    return str(Path(__file__).resolve().parents[2])


def _folder() -> str:
    folder = tempfile.mkdtemp(prefix="grokdd-cache-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
