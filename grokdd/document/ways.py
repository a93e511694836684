"""What the ways are called in which a statement of a document is verified, and what a kept one depends on."""

from pathlib import Path

BALLS, DEFINITION, EXACT, ALGEBRA = "Arb balls", "the definition at 400 digits", "exact fractions", "computer algebra"
AT_CORNERS, SERIES = "exact fractions at all corners", "power series of the definition, in balls"
AT_WITNESS, BY_SYMPY, FAR_OUT = "the definition at a witness", "SymPy's derivative there", "50 digits far out"
PAPER_PROOF = "a proof on paper"
GIVEN, DEFINED = "as given", "the definition"
CITED = "Theorems, with these numbers"
"""The section of what theorems say of a model."""
CONTRADICTION = ("contradiction",)
"""In place of two ways that ought to agree and do not."""
SOURCES = (Path(__file__).parent, Path(__file__).parent.parent)
"""Folders whose sources what is kept for documents depends on, beside those of `analytic`."""


def agreeing(agree: bool, *ways: str) -> tuple[str, ...]:
    """Return the ways that agree, or that they do not."""
    return ways if agree else CONTRADICTION


def theorem_way(name: str) -> str:
    """Return what a theorem of `grokdd derive --theorems` is called as a way."""
    return f"theorem: {name}"
