"""What a command prints: lines for a reader, or one JSON value for a machine, or nothing."""

import json
import math
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from .analytic.exact import readable
from .exit_codes import visible

LONGEST_FRACTION = 40
"""Characters of the longest fraction that a reader is shown."""
NARROWEST, WIDEST = 40, 100
"""Characters of a line of prose: as many as the terminal has, within these bounds; the wider where there is none."""


@dataclass(frozen=True)
class Output:
    """How a command answers: `--json`, `--quiet`, both or neither."""

    json: bool = False
    quiet: bool = False

    @property
    def talks(self) -> bool:
        """Whether lines for a reader are wanted."""
        return not (self.json or self.quiet)

    def say(self, *lines: str) -> None:
        """Print lines for a reader, at once; what a name in them could do to a terminal is made visible."""
        if self.talks:
            for line in lines:
                print(visible(line), flush=True)

    def answer(self, lines: Iterable[str], value: Mapping[str, Any]) -> None:
        """Print the answer: `value` as JSON where that is asked for, `lines` otherwise."""
        if self.json:
            written = json.dumps(as_json(value), indent=2, allow_nan=False, ensure_ascii=False)
            # JSON escapes ESC itself, but not DEL, the C1 controls and the marks that turn text around.
            print("".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in written))
        else:
            self.say(*lines)


def wrapped(text: str, indent: str = "  ") -> Iterator[str]:
    """Yield `text` as lines of prose, each after `indent`; a word longer than a line stays whole."""
    yield from textwrap.wrap(
        text, _width(), initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _width() -> int:
    if not sys.stdout.isatty():
        return WIDEST
    return min(max(shutil.get_terminal_size((WIDEST, 24)).columns, NARROWEST), WIDEST)


def as_json(value: object) -> Any:
    """Return `value` in JSON's own types: arrays as lists, NaN as null, infinities as "inf", fractions as "p/q".

    >>> as_json({"t": np.array([0.0, np.inf]), "height": Fraction(1, 3)})
    {'t': [0.0, 'inf'], 'height': '1/3'}
    """
    match value:
        case Mapping():
            return {str(name): as_json(item) for name, item in value.items()}
        case list() | tuple():
            return [as_json(item) for item in value]
        case np.ndarray() | np.generic():
            return as_json(value.tolist())
        case float() if math.isnan(value):
            return None
        case float() if math.isinf(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case Fraction():
            return exact_text(value)
    return str(value)


def exact_text(number: Fraction) -> str:
    """Return `number` as "p/q" or "p", however long: Python itself writes no integer of more than 4300 digits.

    >>> exact_text(Fraction(1, 3)), exact_text(Fraction(2))
    ('1/3', '2')
    """
    above, below = (format(Decimal(part), "f") for part in (number.numerator, number.denominator))
    return above if below == "1" else f"{above}/{below}"


def fraction_text(number: Fraction) -> str:
    """Return `number` as "p/q" where a reader would read that, and as a decimal where it is too long.

    >>> fraction_text(Fraction(12, 25)), fraction_text(Fraction(1, 3**100))
    ('12/25', 'about 1.94032521748263E-48')
    """
    exact = exact_text(number)
    return exact if len(exact) <= LONGEST_FRACTION else readable(number)
