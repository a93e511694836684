"""What a command prints: lines for a reader, or one JSON value for a machine, or nothing."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np


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
        """Print lines for a reader, at once."""
        if self.talks:
            for line in lines:
                print(line, flush=True)

    def answer(self, lines: Iterable[str], value: Mapping[str, Any]) -> None:
        """Print the answer: `value` as JSON where that is asked for, `lines` otherwise."""
        if self.json:
            print(json.dumps(as_json(value), indent=2, allow_nan=False, ensure_ascii=False))
        else:
            self.say(*lines)


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
            return str(value)
    return str(value)
