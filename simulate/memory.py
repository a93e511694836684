"""How much memory is free, asked before a large array is made rather than when the machine is already swapping."""

from pathlib import Path

from ..analytic.errors import MachineError

_NOT_WORTH_ASKING = 1 << 28
"""Bytes; below this an allocation is simply tried."""
_GROUP = Path("/sys/fs/cgroup")
_MACHINE = Path("/proc/meminfo")


def require_memory(needed: int, what: str, way_out: str) -> None:
    """Raise MachineError, in one line that states the bytes, if `what` needs more memory than is free."""
    if needed < _NOT_WORTH_ASKING:
        return
    free = free_memory()
    if free is not None and needed > free:
        raise MachineError(f"{what} takes {needed} bytes of memory, and {free} are free: {way_out}")


def free_memory() -> int | None:
    """Return the bytes that may still be allocated, or None where the system does not say (it is Linux that does)."""
    known = [free for free in (_free_in_machine(), _free_in_group()) if free is not None]
    return min(known, default=None)


def _free_in_machine() -> int | None:
    try:
        for line in _MACHINE.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _free_in_group() -> int | None:
    """Return what is left under a container's own limit (control groups, version 2)."""
    try:
        limit = (_GROUP / "memory.max").read_text().strip()
        used = int((_GROUP / "memory.current").read_text())
        counters = dict(line.split() for line in (_GROUP / "memory.stat").read_text().splitlines())
        # Cached files count as used, but make way when memory is asked for.
        return None if limit == "max" else max(0, int(limit) - used + int(counters["inactive_file"]))
    except (OSError, ValueError, KeyError):
        return None
