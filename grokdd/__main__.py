"""`python -m grokdd`, and the `grokdd` command."""

import sys
from collections.abc import Sequence

from .exit_codes import exit_code_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of the command line `arguments`, by default the one that Python was started with."""

    def command() -> None:
        from .cli import invoke

        invoke(sys.argv[1:] if arguments is None else arguments)

    return exit_code_of(command)


if __name__ == "__main__":
    sys.exit(main())
