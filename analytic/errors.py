"""The two ways in which a call can fail that are not our bug.

Commands turn them into exit codes: 2 for input that cannot be used, 4 for a machine that failed us.
"""

import reprlib
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60


class InputError(ValueError):
    """The input cannot be used; the message names the argument, the demand and the offence."""


class MachineError(RuntimeError):
    """The machine failed us: no memory, no disk, no such device, or an extra that is not installed."""


def exit_code_of(program: str, work: Callable[[], object]) -> int:
    """Do the work of a command that is a module, and return its exit code; an error is one line on standard error."""
    try:
        work()
    except InputError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    except (MachineError, OSError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 4
    return 0


def demand(name: str, value: object, kind: type[T], words: str) -> T:
    """Return `value` if it is a `kind`; else raise an InputError that calls it `name` and demands what `words` say.

    Examples
    --------
    >>> demand("chance", True, bool, "True or False")
    True
    """
    if not isinstance(value, kind):
        raise InputError(f"{name} must be {words}, got {shown(value)}")
    return value


def shown(value: object) -> str:
    """Return `value` as an error message quotes it: one line, however long, deep or odd it is."""
    try:
        return " ".join(_SHORT.repr(value).split())
    except ValueError:  # Python refuses to write out an int of more than 4300 digits
        return f"{type(value).__name__} too long to show"
