"""Records that a file can name: every task, network and optimizer has a kind, by which JSON finds its class.

A record from outside the repository takes part by `@kind("task", "my-task")`: it can then be a part of a
configuration, be written into a run's record, and be read back wherever its module has been imported.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..analytic.errors import InputError

ROLES = ("task", "network", "optimizer")
KNOWN: dict[str, dict[str, type]] = {role: {} for role in ROLES}
"""role -> kind -> class."""

T = TypeVar("T", bound=type)


def kind(role: str, name: str) -> Callable[[T], T]:
    """Return the decorator that makes a frozen dataclass known as the kind `name` of task, network or optimizer.

    Raises
    ------
    InputError
        If there is no such role, the name is taken by another class, or the class is no frozen dataclass.
    """
    if role not in KNOWN:
        raise InputError(f"role must be one of {', '.join(ROLES)}, got {role!r}")

    def enter(record: T) -> T:
        held = KNOWN[role].setdefault(name, record)
        if (held.__module__, held.__qualname__) != (record.__module__, record.__qualname__):
            raise InputError(f"the name of a {role} must be free, got {name!r}, which {held.__qualname__} bears")
        if not dataclasses.is_dataclass(record) or not record.__dataclass_params__.frozen:  # pyright: ignore
            raise InputError(f"a {role} must be a frozen dataclass, got {record.__qualname__}")
        KNOWN[role][name] = record
        return record  # pyright: ignore[reportReturnType]  # is_dataclass narrows the type and forgets which

    return enter


def kind_of(role: str, record: object) -> str:
    """Return the kind of a record; InputError if its class is not known in that role."""
    for name, known in KNOWN[role].items():
        if type(record) is known:
            return name
    raise InputError(f"{role} must be one of {', '.join(KNOWN[role])}, or made known by kinds.kind, got {record!r}")


def to_settings(role: str, record: object) -> dict[str, Any]:
    """Return a record as plain JSON values, its kind first."""
    return {"kind": kind_of(role, record)} | dataclasses.asdict(record)  # pyright: ignore[reportArgumentType]


def from_settings(role: str, settings: Mapping[str, Any]) -> Any:
    """Return the record that `to_settings` wrote; InputError if its kind or one of its settings is unknown."""
    if not isinstance(settings, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # from a file
        raise InputError(f"{role} must be a table of settings, got {settings!r}")
    rest = dict(settings)
    name = rest.pop("kind", None)
    if not isinstance(name, str) or name not in KNOWN[role]:
        raise InputError(
            f"the kind of a {role} must be one of {', '.join(sorted(KNOWN[role]))}, got {name!r}: "
            "import the module that defines it first"
        )
    return build(KNOWN[role][name], rest)


def build(record: type, settings: Mapping[str, Any]) -> Any:
    """Return record(**settings), with lists as tuples; InputError for a setting that it does not have."""
    names = {field.name for field in dataclasses.fields(record)}
    for name in settings:
        if name not in names:
            raise InputError(f"{record.__name__} must be given settings among {', '.join(sorted(names))}, got {name!r}")
    try:
        return record(**{name: as_tuple(value) for name, value in settings.items()})
    except TypeError as error:
        raise InputError(f"{record.__name__} must be given all its settings: {error}") from None


def as_tuple(value: Any) -> Any:
    """Return lists as tuples, at any depth, and anything else as it is."""
    return tuple(as_tuple(one) for one in value) if isinstance(value, list | tuple) else value


def flattened(settings: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested settings under dotted names."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        flat |= flattened(value, f"{before}{name}.") if isinstance(value, Mapping) else {f"{before}{name}": value}
    return flat
