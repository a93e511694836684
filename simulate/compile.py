"""How every kernel is compiled and where it is cached: the one place that names numba's options.

A kernel module keeps its plain-Python twin beside the kernel, and nothing is validated inside either:

    foo = kernel(foo_py)
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config
from numba.core.registry import CPUDispatcher

from ..analytic.cache_folder import user_cache

OPTIONS: dict[str, Any] = {
    # Floating point as written: no reordered sum, NaN and infinities kept, and no fused multiply-add unless a kernel
    # asks for it. So kernel and twin agree to the last bit wherever exp and log do, and the error bounds hold for the
    # code that runs. Loops are arranged to vectorize without such licence.
    "fastmath": False,
    # "numpy": x / 0 is infinite and no test for it interrupts a loop. No kernel here divides by zero (denominators
    # are 1 + exp(-x), a number above 38, and D = 1 - p u > 0 inside [0, 1]), so the twin, where it would raise, agrees.
    "error_model": "numpy",
    # A kernel touches no Python object, so other threads may go on meanwhile.
    "nogil": True,
    # One thread. A parallel region costs more than most calls here take, and numba's cache of parallel code is not
    # safe with several processes (numba issues 4807 and 10128).
    "parallel": False,
}

FUSED: dict[str, Any] = OPTIONS | {
    # a * b + c in one instruction with one rounding instead of two, which doubles the rate of sums of products. An
    # error bound that counts both roundings still holds; a compensated sum, which counts on them, must not use it.
    # Which of two products is fused is the compiler's choice: last bits may differ from machine to machine.
    "fastmath": {"contract"},
}

REORDERED: dict[str, Any] = FUSED | {
    # Sums and products in any order, so that a loop that adds up can use all lanes of a vector. Where all terms are
    # >= 0 each order has the same bound; a kernel must form any difference elsewhere.
    "fastmath": {"contract", "reassoc", "nsz"},
}

_config: Any = config  # numba fills this module at run time, so its names are unknown to a type checker
Function = TypeVar("Function", bound=Callable[..., Any])


def fused_kernel(function: Function) -> Function:
    """Return `function` as a `kernel` whose multiplications and additions may be fused."""
    return _cached(function, FUSED)


def reordered_kernel(function: Function) -> Function:
    """Return `function` as a `fused_kernel` whose sums may be added up in any order."""
    return _cached(function, REORDERED)


def kernel(function: Function) -> Function:
    """Return `function` compiled by numba on first call, from the cache if this machine has compiled it before.

    A cache folder that cannot be written to or read from is no error: the kernel is then compiled in each process.
    """
    return _cached(function, OPTIONS)


def _cached(function: Function, options: dict[str, Any]) -> Function:
    dispatcher: Any = numba.njit(**options)(function)
    folder = _folder()
    if folder is None or dispatcher is function:  # NUMBA_DISABLE_JIT=1 hands the function back
        return cast(Function, dispatcher)
    # numba takes the folder from a global at this moment and never looks again: the user's own kernels keep theirs.
    before, _config.CACHE_DIR = _config.CACHE_DIR, str(folder)
    try:
        dispatcher.enable_caching()
    finally:
        _config.CACHE_DIR = before
    dispatcher._cache = _ForgivingCache(dispatcher._cache)
    return cast(Function, dispatcher)


def kernel_around(function: Function) -> Function:
    """Return `function` compiled on first call and never cached: for one that holds a function of a user."""
    return cast(Function, numba.njit(**OPTIONS)(function))


def inlined(function: Function) -> Function:
    """Return `function` as one that is written into each kernel that calls it, and compiled under its options.

    For a loop over an array that the kernel has made: there its strides are numbers, which a call would hide, and
    loops over several of its rows vectorize better.
    """
    return cast(Function, numba.njit(inline="always")(function))


def is_compiled(function: object) -> bool:
    """Return whether numba compiles a function, so that a kernel may call it; always so with NUMBA_DISABLE_JIT=1."""
    return isinstance(function, CPUDispatcher) or (bool(_config.DISABLE_JIT) and callable(function))


class _ForgivingCache:
    """numba's cache of one kernel, silent where numba's own raises: a disk that fills up, a file cut short."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def load_overload(self, *arguments: Any) -> Any:
        try:
            return self._cache.load_overload(*arguments)
        except Exception:  # a torn pickle can raise anything
            with contextlib.suppress(Exception):
                self._cache.flush()  # an empty index: what is compiled now can be kept again
            return None  # which means "compile it"

    def save_overload(self, *arguments: Any) -> None:
        with contextlib.suppress(Exception):
            self._cache.save_overload(*arguments)


def _folder() -> Path | None:
    """Return the folder for compiled kernels, made and writable, or None where there is none to be had."""
    if os.environ.get("GROKDD_NUMBA_CACHE") == "0":
        return None
    try:
        folder = user_cache() / "numba" / _key()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # a folder may exist and refuse to be written to
        return folder if _is_private(folder) else None
    except (OSError, RuntimeError):  # RuntimeError: no home folder
        return None


def _is_private(folder: Path) -> bool:
    """Say whether nobody else can write there: numba's cache is pickled code, which runs as it is read."""
    status = folder.stat()
    return os.name != "posix" or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _key() -> str:
    """Return a hash of all that the compiled code depends on and numba's own key leaves out.

    numba notices an edit in the file of a kernel, but not in another file whose kernel it calls: it would go on
    returning the old numbers. Every source file of this package is therefore part of the key.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for options in (OPTIONS, FUSED, REORDERED):
        written = [(name, sorted(value) if isinstance(value, set) else value) for name, value in options.items()]
        digest.update(f"{sorted(written)}".encode())  # a set by itself has another order in each process
    for source in sorted(Path(__file__).parent.glob("*.py")):
        content = source.read_bytes()
        digest.update(f"\n{source.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
