"""Long SymPy derivations: announced, and kept on the disk (`kept`)."""

from collections.abc import Callable

import sympy as sp

from .announced import announced
from .expression_json import from_json, to_json
from .kept import kept


def kept_expression(name: str, compute: Callable[[], sp.Expr], asked: object, says: str) -> sp.Expr:
    """Return what `compute` returns, from the disk if it was computed before.

    What has no form in JSON (`expression_json`), such as pi, is announced but computed each time.

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
    made: list[sp.Expr] = []

    def written() -> list[object]:
        with announced(says):
            made.append(compute())
            return to_json(made[-1])

    try:
        return from_json(kept(name, written, asked))
    except ValueError:
        if made:
            return made[-1]
        # JSON, but no expression: a damaged file
        return from_json(kept(name, written, asked, fresh=True))
