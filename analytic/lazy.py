"""Names that a package offers without importing the files that define them (PEP 562)."""

from collections.abc import Callable, Mapping
from importlib import import_module


def lazy_names(package: str, files: Mapping[str, tuple[str, ...]]) -> tuple[Callable[[str], object], list[str]]:
    """Return the `__getattr__` and the sorted `__all__` of a package whose names live in `files`.

    Parameters
    ----------
    package
        The package's own `__name__`.
    files
        For each file of the package, the names that it defines. A file that is listed with its own
        name is offered as a module.
    """
    home = {name: file for file, names in files.items() for name in names}

    def getattr_(name: str) -> object:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{home[name]}")
        return module if home[name] == name else getattr(module, name)

    return getattr_, sorted(home)
