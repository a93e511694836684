"""What the ways are called in which a statement of a document is verified, and what a kept one depends on."""

from pathlib import Path

BALLS, DEFINITION, EXACT, ALGEBRA = "Arb balls", "the definition at 400 digits", "exact fractions", "computer algebra"
CONTRADICTION = ("contradiction",)
"""In place of two ways that ought to agree and do not."""
SOURCES = (Path(__file__).parent, Path(__file__).parent.parent)
"""Folders whose sources what is kept for documents depends on, beside those of `analytic`."""
