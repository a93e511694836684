"""The boundary between Python and the shell: every way a command can end, as an exit code and one line on stderr."""

import errno
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path

import typer

from .analytic.errors import InputError, MachineError


class ExitCode(IntEnum):
    """What the exit code of a `grokdd` command says.

    `fit` is done when it has judged, whatever the verdict. 3 is kept for the undecided of a command that answers yes or
    no.
    """

    DONE = 0
    """Done."""
    NO = 1
    """The answer is no: a check of a theorem failed, or a document differs when it is computed again."""
    BAD_INPUT = 2
    """The input cannot be used."""
    MACHINE_FAILED = 4
    """The machine failed us: disk, memory, a device, or an extra that is not installed."""
    OUR_BUG = 70
    """Our bug (EX_SOFTWARE of sysexits.h); the traceback is in a file."""
    INTERRUPTED = 130
    """Ctrl-C: 128 + SIGINT, as shells report it."""
    READER_LEFT = 141
    """Whoever read our output left before its end: 128 + SIGPIPE, as shells report it."""


# What the operating system says of a path that was asked for, rather than of the machine.
_FAULTS_OF_THE_PATH = frozenset(
    {
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EEXIST,
        errno.EACCES,
        errno.EPERM,
        errno.ENAMETOOLONG,
        errno.ELOOP,
    }
)
_WAYS_OUT = {
    errno.ENOSPC: "make room, or choose a place with more",
    errno.EDQUOT: "make room, or choose a place with more",
    errno.ENOENT: "make its folder first, or choose another path",
    errno.EACCES: "choose another path, or have its rights changed",
    errno.EPERM: "choose another path, or have its rights changed",
    errno.EROFS: "choose a path that can be written",
}
# How torch (a RuntimeError) and NumPy (a ValueError) say that no machine has so much memory.
_NO_MEMORY = re.compile(
    r"(can't|not enough|unable to|cannot|could not|failed to) (allocate )?memory|out of memory|"
    r"maximum allowed (dimension|size) exceeded|array is too big|storage size calculation overflowed",
    re.IGNORECASE,
)
LESS_MEMORY = "ask for less, or use a machine with more memory"


def exit_code_of(command: Callable[[], object]) -> int:
    """Run `command` and return its exit code; whatever it raises becomes one line on stderr.

    Standard output is flushed inside, so that a full disk or a closed pipe behind it is noticed here and not
    by the interpreter on its way out.
    """
    try:
        try:
            command()
        except typer.Exit as done:
            return done.exit_code
        finally:
            sys.stdout.flush()
    except BaseException as error:
        code, line = _told(error)
        if code is ExitCode.READER_LEFT or isinstance(error, OSError):
            _abandon_stdout()
        if line:
            _complain(line)
        return code
    return ExitCode.DONE


def one_line(text: str) -> str:
    """Return `text` on one line, with whatever could steer a terminal made visible."""
    spaced = " ".join(text.split())
    return visible(spaced)


def visible(line: str) -> str:
    r"""Return `line` with whatever could steer a terminal made visible, and its spaces kept.

    >>> visible("a  name\x1b[31m")
    'a  name\\x1b[31m'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in line)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Let an OSError name `path` where it names no file, or only the one beside it that is renamed into place."""
    try:
        yield
    except OSError as error:
        if error.filename is None or str(error.filename) == f"{path}.partial":
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise


@contextmanager
def no_empty_folder(path: Path) -> Iterator[None]:
    """Take away again, if what is done inside fails, the folder at `path` and those above it that were made there.

    Only where they were not there before and nothing was written into them.
    """
    missing = [one for one in (path, *path.parents) if not one.exists()]
    try:
        yield
    except BaseException:
        made = [Path(one) for one, _, _ in os.walk(path, topdown=False)] if path in missing else []
        for folder in [*made, *(one for one in missing if one != path)]:
            with suppress(OSError):  # it holds something, or was never made
                folder.rmdir()
        raise


def _told(error: BaseException) -> tuple[ExitCode, str]:
    """Return the exit code that `error` deserves and the line that tells it; an empty line for silence."""
    match error:
        case InputError():
            return ExitCode.BAD_INPUT, str(error)
        case MachineError():
            return ExitCode.MACHINE_FAILED, str(error)
        case KeyboardInterrupt() | typer.Abort():
            return ExitCode.INTERRUPTED, str(error) or "interrupted"
        case BrokenPipeError():
            return ExitCode.READER_LEFT, ""
        case OSError():
            return _told_by_the_system(error)
        case ModuleNotFoundError() if not (error.name or "").startswith("grokdd"):
            return ExitCode.MACHINE_FAILED, _missing(error.name or str(error))
    if _is_usage_error(error):
        return ExitCode.BAD_INPUT, _usage(error)
    if _is_out_of_memory(error):
        said = str(error).partition("] ")[2] if str(error).startswith("[enforce fail") else str(error)
        return ExitCode.MACHINE_FAILED, f"{': '.join(filter(None, ('out of memory', said)))}; {LESS_MEMORY}"
    return ExitCode.OUR_BUG, _bug(error)


def _told_by_the_system(error: OSError) -> tuple[ExitCode, str]:
    said = error.strerror or str(error)
    line = f"{error.filename}: {said}" if error.filename is not None else said
    if error.filename is not None and error.errno in _WAYS_OUT:
        line += f"; {_WAYS_OUT[error.errno]}"
    if error.errno in _FAULTS_OF_THE_PATH and error.filename is not None:
        return ExitCode.BAD_INPUT, line
    return ExitCode.MACHINE_FAILED, line


def _missing(module: str) -> str:
    package = module.partition(".")[0]
    if package in ("torch", "pyarrow", "safetensors"):
        ways_out = "pip install 'grokdd[empirical]', or from a clone pip install '.[empirical]'"
        return f"this command needs {package}, which is not installed: {ways_out}"
    return f"grokdd needs {package}, which is not installed: pip install --force-reinstall grokdd"


def _is_usage_error(error: BaseException) -> bool:
    # typer carries its own copy of click since 0.2x and the original before: both speak this protocol.
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def _usage(error: BaseException) -> str:
    message = " ".join(getattr(error, "format_message")().split()).rstrip(".")  # noqa: B009  # see _is_usage_error
    context = getattr(error, "ctx", None)
    return f"{message}; see {context.command_path if context else 'grokdd'} --help"


def _is_out_of_memory(error: BaseException) -> bool:
    # Asked of torch only where torch is loaded: this file must not load it.
    torch = sys.modules.get("torch")
    if isinstance(error, MemoryError) or (torch is not None and isinstance(error, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError | ValueError) and _NO_MEMORY.search(str(error)) is not None


def _bug(error: BaseException) -> str:
    name = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    try:
        handle, path = tempfile.mkstemp(prefix="grokdd-traceback-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"command: {sys.argv}\n\n{''.join(traceback.format_exception(error))}")
    except OSError as full:
        return f"a bug in grokdd ({name}); its traceback could not be written: {full}"
    return f"a bug in grokdd ({name}); please report it with the traceback in {Path(path)}"


def _abandon_stdout() -> None:
    """Point standard output nowhere, so that the interpreter does not fail again when it flushes at exit."""
    with suppress(OSError, ValueError):  # a stdout without a file behind it (a test's) has nothing left to flush to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(line: str) -> None:
    with suppress(OSError):  # nobody reads stderr: the exit code has to do
        print(f"grokdd: {one_line(line)}", file=sys.stderr, flush=True)
