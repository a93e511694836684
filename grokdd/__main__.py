"""`python -m grokdd`, and the `grokdd` command.

Whatever takes time to import is imported inside `main`, where Ctrl-C is heard.
"""

import os
import signal
import sys

INTERRUPTED = 130
"""`ExitCode.INTERRUPTED`, which may not have been imported yet."""


def main(arguments: list[str] | tuple[str, ...] | None = None) -> int:
    """Return the exit code of the command line `arguments`.

    By default those that Python was started with; then Python itself is about to end.
    """
    if arguments is not None:
        return _exit_code_of(arguments)
    code = _exit_code_of(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from here on it would come as a traceback
    if code == INTERRUPTED:
        # Where Ctrl-C came inside an exec, as of a dataclass in an import, Python would now end by the signal instead.
        os._exit(INTERRUPTED)
    return code


def _exit_code_of(arguments: list[str] | tuple[str, ...]) -> int:
    try:
        from .exit_codes import exit_code_of

        def command() -> None:
            from .cli import invoke

            invoke(arguments)

        return exit_code_of(command)
    except KeyboardInterrupt:
        print("grokdd: interrupted", file=sys.stderr, flush=True)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
