"""The command as a function, and a tiny run that many tests read."""

from dataclasses import dataclass

import pytest

from grokdd.__main__ import main
from grokdd.analytic import Mean
from grokdd.empirical import Configuration, fit, run

TINY = {
    "task.modulus": 11,
    "network.width": 16,
    "batch_size": 16,
    "steps": 60,
    "number_format": "float32",
    "dense_evaluations_until": 10,
    "dense_evaluations_every": 2,
    "evaluation_ratio": 1.3,
}
"""Division mod 11 in a second: 55 training examples, five 0/b among the test examples."""

QUICK = {"starts": 1, "times": ("log",), "rules": (Mean(),)}
TINY_OPTIONS = (
    *("train", "--modulus", "11", "--width", "16", "--batch-size", "16"),
    *("--steps", "60", "--number-format", "float32"),
)
"""Much the same as a command."""


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def grokdd(capsys):
    """Run a command line in this process."""

    def command(*arguments: str) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Answer(int(code), printed.out, printed.err)

    return command


@pytest.fixture(scope="module")
def quick_fits():
    """Fit one rule in logarithmic time from one start: how good a fit is, is not the face's business."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grokdd.model_against_run.fit_patterns", lambda *a, **k: fit(*a, **k | QUICK))
        yield


@pytest.fixture(scope="session")
def tiny():
    """The tiny configuration."""
    return Configuration().changed(TINY)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory, tiny):
    """A finished tiny run."""
    return run(tiny, out=tmp_path_factory.mktemp("tiny") / "run")
