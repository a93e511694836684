"""What `grokdd experiment` does: a study carried out, what it found, and its figure."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .analytic.wording import counted
from .empirical.studies.carrying_out import ENSEMBLE, Recorded, carry_out
from .empirical.studies.finding import Finding
from .empirical.studies.study import Study
from .output import Output, wrapped
from .sweep_progress import sweep_progress


@dataclass(frozen=True)
class Done:
    """A study, what is recorded of it, and what it found."""

    study: Study
    folder: Path
    recorded: Recorded
    findings: list[Finding]


def run_experiment(study: Study, size: str, out: Path, *, device: str, output: Output) -> Done:
    """Train, or go on training, the members of a study, and judge them."""
    configurations = study.configurations()
    begun = "going on with " if (out / ENSEMBLE).exists() else ""
    output.say(*wrapped(study.question, ""), f"{begun}{counted(len(configurations), 'run')} in {out}")
    budgets = {name: one.steps for name, one in configurations.items()}
    with sweep_progress(output, budgets) as listener:
        recorded = carry_out(study, size, out, device=device, progress=listener)
    return Done(study, out, recorded, list(study.findings(recorded.runs)))


def lines(done: Done) -> Iterator[str]:
    """Yield the findings, a question and its answer each."""
    for one in done.findings:
        yield f"{one.question}  {shown(one)}: {one.verdict}{f' ({one.demanded})' if one.demanded else ''}"


def shown(one: Finding) -> str:
    """Return the numbers of a finding: the median and the range over seeds."""
    if len(one.values) < 2:
        return _number(one.median)
    return f"{_number(one.median)} [{_number(min(one.values))}, {_number(max(one.values))}]"


def _number(value: float) -> str:
    return "never" if value == float("inf") else f"{value:.4g}"


def as_json(done: Done) -> dict[str, Any]:
    """Return all this as JSON values."""
    return {"folder": str(done.folder), "record": done.recorded.record, "findings": [asdict(x) for x in done.findings]}
