"""What is true of all models, as a document: closed forms, the identities between them, and the theorems."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from ..analytic import Identity, identities
from ..analytic.announced import announced
from ..analytic.forms.closed_form import LARGEST
from ..analytic.kept import kept
from ..output import Output
from ..theorem_list import verified
from .formulas import latex
from .open_forms import open_form_statements
from .record import Document, Statement
from .ways import ALGEBRA, CONTRADICTION, PAPER_PROOF, SOURCES

NAME = "all models"
IDENTITIES = "Identities between the forms"
SIZES = range(LARGEST + 1)
"""Numbers of patterns for which each identity is computed."""


def general_theory(output: Output, *, fresh: bool = False) -> Document:
    """Return the document of what is true of all models; with `fresh`, nothing of it is read from the disk.

    The first time it takes some minutes and says on standard error where it is.
    """
    theorems = [one for told in verified(output, fresh=fresh) for one in theorem_statements(told)]
    return Document(NAME, None, (*_open_forms(fresh=fresh), *_identities(output, fresh=fresh), *theorems))


def _open_forms(*, fresh: bool) -> Iterator[Statement]:
    def compute() -> list[dict[str, Any]]:
        with announced("holding closed forms against the definition"):
            return [asdict(one) for one in open_form_statements()]

    for one in kept("open-forms", compute, fresh=fresh, also=SOURCES):
        yield Statement(**{**one, **{key: tuple(one[key]) for key in ("formulas", "verified", "head")}})


# --- identities


def _identities(output: Output, *, fresh: bool) -> Iterator[Statement]:
    for one in identities():

        def compute(one: Identity = one) -> list[Any]:
            if not output.quiet:
                print(f"checking the identity {one.name}", file=sys.stderr, flush=True)
            return [_sizes_that_agree(one), one.induction()]

        sizes, follows = kept(f"identity-{one.name}", compute, [one.name, list(SIZES)], fresh=fresh)
        yield _identity(one, sizes, follows)


def _sizes_that_agree(one: Identity) -> list[int]:
    """Return the numbers of patterns, of those to be tried and of which it says something, for which it holds."""
    return [size for size in SIZES if (size or not _is_about_a_pattern(one)) and one.check(size)]


def _is_about_a_pattern(one: Identity) -> bool:
    from ..analytic.forms.indexed import k, letters, r

    return bool({k, r} & {*letters(one.left), *letters(one.right)})


def _identity(one: Identity, sizes: Sequence[int], follows: bool) -> Statement:
    tried = [size for size in SIZES if size or not _is_about_a_pattern(one)]
    holds = follows and sizes == tried
    ways = (
        (f"equal polynomials for n = {tried[0]} to {tried[-1]}", f"{ALGEBRA}: the step of the proof")
        if holds
        else CONTRADICTION
    )
    formulas = (latex(one.left), rf"\qquad {{}} = {latex(one.right)}")
    says = f"{one.name}: {one.statement} Proof. {one.proof}".replace("`", "")
    return Statement(IDENTITIES, says, formulas, [one.name, sizes, follows], (*ways, one.source))


# --- theorems


def theorem_statements(told: dict[str, Any]) -> Iterator[Statement]:
    """Yield what a theorem says, its proof, and each check; `told` is one entry of `theorem_list.verified`."""
    section = f"{told['title']} ({told['theorem']})"
    means = sorted({way for evidence in told["evidence"] for way in evidence["means"]})
    says = f"{_VERDICTS[told['verdict']]}: {told['statement']} For {'; '.join(told['hypotheses'])}."
    yield Statement(section, says, _formulas(told["theorem"]), told["verdict"], (*means, told["source"]))
    yield Statement(section, f"Proof. {' '.join(told['derivation'])}", (), None, (PAPER_PROOF,))
    yield Statement(
        section, "What was computed.", (), list(_checks(told)), ("as in the last column",), ("part", "found", "by")
    )
    shown = {one["part"]: one["holds"] for one in told["evidence"]}
    for one in told["without_a_hypothesis"]:
        holds = shown.get(f"without: {one['drops']}", False)
        says = f"Without \u201c{one['drops']}\u201d: {one['says']}."
        yield Statement(section, says, (), holds, ("the example, computed",) if holds else CONTRADICTION)
    if told["left_to_paper"]:
        yield Statement(section, f"Left to the proof on paper: {told['left_to_paper']}", (), None, (PAPER_PROOF,))
    yield Statement(section, f"For training: {told['meaning']}", (), None, ("a reading",))


_VERDICTS = {
    "proved": "Theorem",
    "checked": "Theorem, of which a machine checks parts",
    "supported": "Conjecture",
    "failed": "A check failed",
}


def _formulas(name: str) -> tuple[str, ...]:
    """Return the expressions of a theorem with which a reader may want to compute."""
    from ..analytic import theorem

    return tuple(f"{_named(key)} {latex(value)}" for key, value in theorem(name).extra.items())


def _named(key: str) -> str:
    """Return what an expression is called, in LaTeX: a letter that it is equal to, or words."""
    letter = re.fullmatch(r"([A-Za-z]+)_?(\w+)?", key) if len(key) < 4 else None
    return rf"{letter[1]}_{{{letter[2] or ''}}} =" if letter else rf"\text{{{key.replace('_', ' ')}}}: \quad"


def _checks(told: dict[str, Any]) -> Iterator[list[str]]:
    for one in told["evidence"]:
        if one["part"].startswith("without: "):  # said beside this table
            continue
        found = "" if one["holds"] else "FAILED: "
        yield [one["part"], found + " ".join(one["says"].split()), ", ".join(one["means"]) or "computed"]
