"""What the ways are called in which a statement of a document is verified."""

BALLS, DEFINITION, EXACT, ALGEBRA = "Arb balls", "the definition at 400 digits", "exact fractions", "computer algebra"
CONTRADICTION = ("contradiction",)
"""In place of two ways that ought to agree and do not."""
