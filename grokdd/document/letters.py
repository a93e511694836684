"""Letters in the prose of a document: `gamma_0` is printed as a Greek letter with an index, as in its formulas."""

import re
from collections.abc import Callable

GREEK = {"gamma": "γ", "alpha": "α", "delta": "δ", "rho": "ρ", "mu": "μ", "omega": "ω", "epsilon": "ε", "tau": "τ"}
_LETTER = re.compile(
    rf"\b(?P<letter>{'|'.join(GREEK)}|acc|[A-Za-z])_(?P<index>test|train|[ij]{{2}}|[A-Za-z]|\d+)\b|\b(?P<alone>{'|'.join(GREEK)})\b"
)
"""A letter with an index, or a Greek letter alone."""


def lettered(words: str, written: Callable[[str, str], str], between: Callable[[str], str]) -> str:
    """Return words in which letters are written by `written(letter, index)` and all else by `between(words)`.

    The index is empty for a Greek letter alone.

    >>> lettered("gamma_0 < 1", lambda letter, index: f"<{letter}|{index}>", str.upper)
    '<gamma|0> < 1'
    """
    parts: list[str] = []
    end = 0
    for found in _LETTER.finditer(words):
        parts += [between(words[end : found.start()]), written(found["letter"] or found["alone"], found["index"] or "")]
        end = found.end()
    return "".join([*parts, between(words[end:])])


def in_latex(letter: str, index: str) -> str:
    r"""Return a letter as LaTeX, with dollars around it.

    >>> in_latex("gamma", "0"), in_latex("acc", "test")
    ('$\\gamma_{0}$', '$\\mathrm{acc}_{\\mathrm{test}}$')
    """
    set_letter = f"\\{letter}" if letter in GREEK else rf"\mathrm{{{letter}}}" if len(letter) > 1 else letter
    below = rf"\mathrm{{{index}}}" if len(index) > 1 and index.isalpha() else index
    return f"${set_letter}_{{{below}}}$" if index else f"${set_letter}$"


def in_html(letter: str, index: str) -> str:
    """Return a letter as HTML.

    >>> in_html("gamma", "0"), in_html("acc", "test")
    ('<i>γ</i><sub>0</sub>', 'acc<sub>test</sub>')
    """
    set_letter = letter if letter == "acc" else f"<i>{GREEK.get(letter, letter)}</i>"
    below = index if not index.isalpha() or len(index) > 1 else f"<i>{index}</i>"
    return f"{set_letter}<sub>{below}</sub>" if index else set_letter
