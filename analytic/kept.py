"""Results of long derivations, kept on disk until anything that they depend on changes.

A result is found again by a hash of its name, of what it was asked with, of every source file of this package and of
the versions of the libraries that compute here. So an edit, or another solver, computes it anew.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from .cache_folder import user_cache

LIBRARIES = ("sympy", "python-flint", "z3-solver", "cvc5", "numpy")


def kept(
    name: str, compute: Callable[[], Any], asked: object = None, *, fresh: bool = False, also: Sequence[Path] = ()
) -> Any:
    """Return what `compute` returns, JSON values, from the disk if it was computed before.

    A folder that cannot be read or written, or a damaged file in it, is no error: it is computed again.

    Parameters
    ----------
    name
        What the result is, for the name of its file: letters, digits and hyphens.
    compute
        Computes it.
    asked
        What it depends on beside the sources, as JSON values.
    fresh
        Whether to compute it again whatever is kept.
    also
        Other folders whose source files it depends on.
    """
    path = _path(name, asked, also)
    if path is not None and not fresh:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            return json.loads(path.read_text())
    found = json.loads(json.dumps(compute()))  # as it would be read back, so that it is the same the next time
    if path is not None:
        with contextlib.suppress(OSError):
            _write(path, json.dumps(found))
    return found


def _path(name: str, asked: object, also: Sequence[Path]) -> Path | None:
    try:
        return user_cache() / "derivations" / f"{name}-{_key(asked, also)}.json"
    except RuntimeError:  # no home folder
        return None


def _key(asked: object, also: Sequence[Path]) -> str:
    digest = hashlib.sha256(json.dumps([asked, _versions()], sort_keys=True).encode())
    home = Path(__file__).parent
    own = [(home, source) for source in sorted(home.rglob("*.py"))]
    for folder, source in own + [(one, source) for one in also for source in sorted(one.glob("*.py"))]:
        content = source.read_bytes()
        digest.update(f"\n{source.relative_to(folder)} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:20]


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for library in LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            found[library] = None
    return found


def _write(path: Path, content: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise
