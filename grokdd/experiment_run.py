"""What `grokdd experiment` does: a study carried out, what it found, and its figure."""

import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .analytic.errors import InputError
from .analytic.wording import counted
from .empirical.studies.all_studies import STUDIES, study_named
from .empirical.studies.carrying_out import ENSEMBLE, Recorded, carry_out
from .empirical.studies.finding import Finding
from .empirical.studies.on_record import FIGURE, keep_on_record, place, shown
from .empirical.studies.study import Study
from .output import Output, wrapped
from .sweep_progress import sweep_progress

ALL = "all"
"""In the place of a name."""


@dataclass(frozen=True)
class Done:
    """A study, what is recorded of it, and what it found."""

    study: Study
    folder: Path
    recorded: Recorded
    findings: list[Finding]


def studies_named(name: str, size: str, seeds: Sequence[int] | None, *, alone: bool) -> list[Study]:
    """Return the study of a name, or all; InputError if there is none, or if all are to share one folder."""
    if name != ALL:
        return [study_named(name, size, seeds)]
    if alone:
        raise InputError("--out must be left out with all: each study has a folder of its own")
    return [study_named(each, size, seeds) for each in STUDIES]


def run_experiment(
    study: Study, size: str, out: Path, *, device: str, output: Output, results: Path | None = None
) -> Done:
    """Train, or go on training, the members of a study, draw and judge them, and keep all that under `results`."""
    from .empirical.recorded_claims import write_readme
    from .figures import save
    from .study_figures import study_figure

    configurations = study.configurations()
    if results is not None:
        _demand_a_record(study, size, results)
    begun = "going on with " if (out / ENSEMBLE).exists() else ""
    output.say(*wrapped(study.question, ""), f"{begun}{counted(len(configurations), 'run')} in {out}")
    budgets = {name: one.steps for name, one in configurations.items()}
    with sweep_progress(output, budgets) as listener:
        recorded = carry_out(study, size, out, device=device, progress=listener)
    save(study_figure(study, recorded), out / FIGURE)
    if results is not None:
        output.say(f"on record in {keep_on_record(out, results, study, size)}")
        write_readme(results)
    return Done(study, out, recorded, list(study.findings(recorded.runs)))


def _demand_a_record(study: Study, size: str, results: Path) -> None:
    """Raise an InputError unless the study may go on record, and where it is to."""
    if study != STUDIES[study.name][size]:
        raise InputError("--seeds must be left out with --results: on record are the seeds that were chosen beforehand")
    target = place(results, study, size)
    there = next(one for one in (target, *target.parents) if one.exists())
    if not there.is_dir():
        raise InputError(f"--results must be a folder, got {results}, which is or lies under the file {there}")
    if not os.access(there, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def lines(done: Done) -> Iterator[str]:
    """Yield the findings, a question and its answer each."""
    for one in done.findings:
        yield f"{one.question}  {shown(one)}: {one.verdict}{f' ({one.demanded})' if one.demanded else ''}"


def as_json(done: Done) -> dict[str, Any]:
    """Return all this as JSON values."""
    return {"folder": str(done.folder), "record": done.recorded.record, "findings": [asdict(x) for x in done.findings]}
