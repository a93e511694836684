"""The MODEL argument of a command: a preset's name or a TOML file."""

from pathlib import Path

from .analytic import PatternModel, presets
from .analytic.errors import InputError

LARGEST_FILE = 10_000_000
"""Characters of the largest model file that is read; a Table of 12 patterns needs less than a tenth of it."""


def read_model(argument: str) -> PatternModel:
    """Return the model that `argument` names: a preset, or the TOML file of that path.

    Raises
    ------
    InputError
        If there is neither, or if the file is no model; the message names the presets or the file.

    Examples
    --------
    >>> read_model("grokking").n
    3
    """
    if argument in presets.PRESETS:
        return presets.named(argument)
    text = _text_of(argument)
    try:
        return PatternModel.from_toml(text)
    except InputError as error:
        raise InputError(f"{argument}: {error}") from None


def _text_of(argument: str) -> str:
    path = Path(argument)
    ways_out = f"MODEL must be a preset ({', '.join(presets.PRESETS)}) or a TOML file"
    if not argument:
        raise InputError(f"{ways_out}, got an empty name")
    if path.is_dir():
        raise InputError(f"{ways_out}, got the directory {argument}")
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InputError(f"{ways_out}, got {argument!r}: there is no such file") from None
    except UnicodeDecodeError:
        raise InputError(f"{ways_out}, got {argument!r}, which is not UTF-8 text") from None
    except OSError as error:
        raise InputError(f"{ways_out}, got {argument!r}: {error.strerror}") from None
    if len(text) > LARGEST_FILE:
        raise InputError(f"{argument}: a model file must hold at most {LARGEST_FILE} characters")
    return text
