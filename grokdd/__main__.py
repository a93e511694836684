"""`python -m grokdd`, and the `grokdd` command."""

import os
import sys
from collections.abc import Sequence

from .exit_codes import exit_code_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of the command line `arguments`, by default the one that Python was started with."""

    def command() -> None:
        from .cli import invoke

        invoke(sys.argv[1:] if arguments is None else arguments)

    # Threads of torch that wait should soon sleep: on a machine that others share, spinning ones hold back the very
    # work that they wait for. OpenMP (GNU) reads this once, when torch is loaded; a user's own setting stays.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    return exit_code_of(command)


if __name__ == "__main__":
    sys.exit(main())
