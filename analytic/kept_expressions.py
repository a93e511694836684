"""Long SymPy derivations: announced, and kept on the disk (`kept`)."""

from collections.abc import Callable

import sympy as sp

from .announced import announced
from .expression_json import from_json, to_json
from .kept import kept


def kept_expression(name: str, compute: Callable[[], sp.Expr], asked: object, says: str) -> sp.Expr:
    """Return what `compute` returns, from the disk if it was computed before.

    Parameters
    ----------
    name
        What the result is, for the name of its file: letters, digits and hyphens.
    compute
        Computes it.
    asked
        What it depends on beside the sources, as JSON values.
    says
        What a terminal is told if it takes long: "writing out acc_test of 12 patterns".
    """

    def written() -> list[object]:
        with announced(says):
            return to_json(compute())

    try:
        return from_json(kept(name, written, asked))
    except ValueError:  # JSON, but no expression: a damaged file
        return from_json(kept(name, written, asked, fresh=True))
