"""What a setting must be: each demand is one function, and each offence one line that names the setting."""

import math
from collections.abc import Collection, Iterable

from ..analytic.errors import InputError


def demand_whole(name: str, value: object, low: int, high: float = math.inf) -> None:
    """Refuse `value` unless it is a whole number in low..high."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        demand = f"of at least {low}" if high == math.inf else f"in {low}..{high}"
        raise InputError(f"{name} must be a whole number {demand}, got {value!r}")


def demand_number(name: str, value: object, demand: str, low: float, high: float = math.inf) -> None:
    """Refuse `value` unless it is a number with low <= value < high, which `demand` says in words."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value < high:
        raise InputError(f"{name} must be {demand}, got {value!r}")


def demand_one_of(name: str, value: object, choices: Collection[object]) -> None:
    """Refuse `value` unless it is one of `choices`."""
    if not any(value is choice or (type(value) is type(choice) and value == choice) for choice in choices):
        raise InputError(f"{name} must be one of {', '.join(map(str, choices))}, got {value!r}")


def demand_flags(record: object, names: Iterable[str]) -> None:
    """Refuse the record unless each of the fields `names` is True or False."""
    for name in names:
        if not isinstance(getattr(record, name), bool):
            raise InputError(f"{name} must be true or false, got {getattr(record, name)!r}")


def demand_betas(name: str, value: object) -> None:
    """Refuse `value` unless it is two numbers in [0, 1)."""
    if not isinstance(value, tuple) or len(value) != 2 or not all(_is_share(beta) for beta in value):
        raise InputError(f"{name} must be two numbers in [0, 1), got {value!r}")


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1
