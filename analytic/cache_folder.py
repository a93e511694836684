"""Where this program keeps what it can compute again."""

import os
from pathlib import Path


def user_cache() -> Path:
    """Return $GROKDD_CACHE, or grokdd under $XDG_CACHE_HOME or ~/.cache; RuntimeError if there is no home folder."""
    own = os.environ.get("GROKDD_CACHE")
    if own:
        return Path(own).absolute()
    # The XDG specification: a relative path in the variable is to be ignored.
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "grokdd"
