"""What `grokdd derive --theorems` says: every theorem, how it was checked, and what it means for training."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .analytic.kept import kept
from .analytic.theory import Theorem, theorems, verify
from .document.files import document_lines
from .output import Output, wrapped


def verified(output: Output, *, fresh: bool = False) -> list[dict[str, Any]]:
    """Return all theorems with what their checks found, as JSON values.

    The first time it takes about a minute and says on standard error where it is; afterwards the checks are read from
    the disk, unless the sources or the solvers have changed since, or `fresh` asks for them again.
    """
    found: list[dict[str, Any]] = []
    everything = theorems()
    for place, one in enumerate(everything, start=1):

        def compute(one: Theorem = one, place: int = place) -> dict[str, Any]:
            if not output.quiet:
                print(f"checking {place} of {len(everything)}: {one.name}", file=sys.stderr, flush=True)
            return asdict(verify(one))

        found.append(_told(one) | kept(f"theorem-{one.name.replace(' ', '-')}", compute, one.name, fresh=fresh))
    return found


def _told(one: Theorem) -> dict[str, Any]:
    return {
        "title": one.title,
        "statement": one.statement,
        "hypotheses": list(one.hypotheses),
        "derivation": list(one.derivation),
        "meaning": one.meaning,
        "without_a_hypothesis": [{"drops": x.drops, "says": x.says} for x in one.counterexamples],
        "left_to_paper": one.gap,
        "source": one.source,
    }


def lines(found: list[dict[str, Any]], report: Path | None = None) -> Iterator[str]:
    """Yield all theorems for a reader; `report` is the folder of their document, if one was written."""
    for one in found:
        yield f"{one['theorem']}: {one['title']}"
        yield from wrapped(one["statement"])
        yield from wrapped("for " + "; ".join(one["hypotheses"]))
        yield from wrapped(f"{one['verdict']} by {', '.join(means(one))}; see {one['source']}")
        if one["left_to_paper"]:
            yield from wrapped(f"left to the proof on paper: {one['left_to_paper']}")
        yield from wrapped(f"for training: {one['meaning']}")
        yield ""
    conjectures = sum(one["verdict"] == "supported" for one in found)
    also = f" and {conjectures} conjecture" if conjectures else ""
    passed = f"{len(found) - conjectures} theorems{also}, all checks passed"
    yield f"failed: {', '.join(failed(found))}" if failed(found) else passed
    if report is not None:
        yield from document_lines(report)


def failed(found: list[dict[str, Any]]) -> list[str]:
    """Return the names of the theorems of which a check failed."""
    return [one["theorem"] for one in found if one["verdict"] == "failed"]


def means(one: dict[str, Any]) -> list[str]:
    """Return the means by which a theorem was checked, each once."""
    return sorted({means for evidence in one["evidence"] for means in evidence["means"]})
