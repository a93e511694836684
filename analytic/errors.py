"""The two ways in which a call can fail that are not our bug.

The command turns them into exit codes: 2 for input that cannot be used, 4 for a machine that failed us.
"""


class InputError(ValueError):
    """The input cannot be used; the message names the argument, the demand and the offence."""


class MachineError(RuntimeError):
    """The machine failed us: no memory, no disk, no such device, or an extra that is not installed."""
