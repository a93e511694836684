"""Studies on record: what results/ holds of them, and the section of its page that says what they found."""

import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..recorded_run import RecordedRun
from ..tables import to_columns
from .all_studies import STUDIES
from .carrying_out import CURVES, MEASURES, RECORD, Recorded, by_member, load
from .finding import FAILS, Finding
from .study import Study

FIGURE = "figure.svg"
PIECES = "gpu"
"""Where the queue keeps its pieces."""


def place(results: Path, study: Study, size: str) -> Path:
    """Return the folder in which a study of some size is kept."""
    return results / study.name / size


def keep_on_record(out: Path, results: Path, study: Study, size: str) -> Path:
    """Copy what a study left in `out` under `results`, and return where to."""
    target = place(results, study, size)
    target.mkdir(parents=True, exist_ok=True)
    for name in (CURVES, MEASURES, RECORD, FIGURE):
        if (out / name).exists():
            shutil.copyfile(out / name, target / name)
    return target


def of_pieces(folder: Path, study: Study) -> Recorded:
    """Return what the pieces of the queue have left of a study: all of its runs, some, or none."""
    settings, configurations = study.settings(), study.configurations()
    runs, record = list[RecordedRun](), dict[str, Any]()
    for path in sorted(folder.glob(f"{study.name}*.json")):
        held = json.loads(path.read_text(encoding="utf-8"))
        members = held.get("members", {})
        if not held.get("finished") or not members.keys() <= settings.keys():
            continue
        if any(own["configuration"] != configurations[name].to_json() for name, own in members.items()):
            continue
        record = {"environment": held["environment"], "seconds": None}
        curves = by_member(path.with_suffix(".parquet"))
        for name, own in members.items():
            measures = to_columns(held.get("measures", {}).get(name, []))
            runs.append(RecordedRun(name, dict(settings[name]), own["sizes"], curves[name], measures))
    return Recorded(record, runs)


def of_these_settings(recorded: Recorded, study: Study) -> Recorded:
    """Return what is recorded of the configurations that a study has today: what was changed must be run again."""
    digests = {one.digest for one in study.configurations().values()}
    members = recorded.record["members"]
    return Recorded(recorded.record, [run for run in recorded.runs if members[run.name]["digest"] in digests])


def section(results: Path) -> str:
    """Return what all studies found, those that were not carried out included, as text of a page."""
    return "\n".join(line for name in STUDIES for size in STUDIES[name] for line in _of_study(results, name, size))


def _of_study(results: Path, name: str, size: str) -> Iterator[str]:
    study = STUDIES[name][size]
    folder = place(results, study, size)
    yield f"### {name}, {size}"
    yield ""
    yield study.question
    yield ""
    command = f"`grokdd experiment {name}{'' if size == 'small' else f' --size {size}'}`"
    kept = (folder / RECORD).exists()
    recorded = of_these_settings(load(folder), study) if kept else of_pieces(results / PIECES, study)
    if len(recorded.runs) < len(study.configurations()):
        all_runs = len(study.configurations())
        yield f"**Not measured**: {len(recorded.runs)} of {all_runs} runs. {command}{_queued(study, size)}"
        yield ""
        return
    yield f"{command}: {_made_by(recorded)}"
    if (folder / FIGURE).exists():
        yield ""
        yield f"![{name}]({name}/{size}/{FIGURE})"
    yield ""
    yield "| question | setting | n | median, range over seeds | demanded or published | verdict |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for one in study.findings(recorded.runs):
        verdict = f"**{one.verdict}**" if one.verdict == FAILS else one.verdict
        cells = one.question, one.setting, len(one.values), shown(one), one.demanded or "-", verdict
        yield f"| {' | '.join(map(str, cells))} |"
    yield ""


def _queued(study: Study, size: str) -> str:
    """Return that the study waits for a card, and how long it is expected to take there, if it does."""
    from ..gpu_queue import STUDIES_ON_A_CARD, of_study

    if (study.name, size) not in STUDIES_ON_A_CARD:
        return ""
    minutes = sum(piece.minutes for piece in of_study(study, size))
    queue = "`python -m grokdd.empirical.gpu_queue --list`"
    return f" There was no card: it waits in the queue ({queue}), about {minutes:g} minutes."


def _made_by(recorded: Recorded) -> str:
    environment, seconds = recorded.record["environment"], recorded.record["seconds"]
    took = "" if seconds is None else f"{seconds / 60:.1f} minutes, "
    machine = environment.get("device_name") or environment["processor"]
    versions = ", ".join(f"{name} {version}" for name, version in environment["versions"].items() if version)
    commit = (environment["commit"] or "unknown")[:10]
    return (
        f"{len(recorded.runs)} runs, {took}{machine}, {environment['cores']} cores, Python {environment['python']}, "
        f"{versions}, commit {commit}."
    )


def shown(one: Finding) -> str:
    """Return the numbers of a finding: the median, and the range over seeds."""
    if len(one.values) < 2:
        return number(one.median)
    known = [value for value in one.values if not math.isnan(value)]
    return f"{number(one.median)} [{number(min(known))}, {number(max(known))}]" if known else "none"


def number(value: float) -> str:
    """Return a number of a finding as a reader says it."""
    if math.isnan(value):
        return "none"
    return "never" if value == math.inf else f"{value:.4g}"
