"""Study: a question about training, the runs that are to decide it, and how they do.

A study is a frozen dataclass. Its docstring asks the question and says what would refute the answer that is expected;
its fields are settings, all chosen before its first judged run, and each says how.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..configuration import Configuration
from ..recorded_run import RecordedRun
from .finding import Finding

if TYPE_CHECKING:
    from ..runs import Run

Settings = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Study(ABC):
    """What every study has."""

    name: ClassVar[str]
    """By which the command knows it."""

    seeds: tuple[int, ...] = (0, 1, 2)
    """Initial weights and batch order. All are reported; what was replaced is told (docs/studies.md)."""

    @abstractmethod
    def members(self) -> Iterator[tuple[Settings, Configuration]]:
        """Yield what tells each run from the others, its seed first, and its configuration."""

    def measured(self, run: "Run") -> list[dict[str, float]]:
        """Return what is measured on the weights that a run has kept, one row a step; nothing, unless a study asks."""
        return []

    @abstractmethod
    def findings(self, runs: Sequence[RecordedRun]) -> Iterable[Finding]:
        """Yield what runs say; those that were not trained are missing."""

    @property
    def question(self) -> str:
        """The first paragraph of the docstring."""
        return " ".join((inspect.getdoc(type(self)) or "").split("\n\n")[0].split())

    def configurations(self) -> dict[str, Configuration]:
        """Return the configurations by name."""
        return {named(settings): configuration for settings, configuration in self.members()}

    def settings(self) -> dict[str, Settings]:
        """Return what tells each run from the others, by name."""
        return {named(settings): settings for settings, _ in self.members()}


SAID = {"+": " plus ", "-": " minus ", "*": " times ", "/": " over ", "=": "is"}
"""How a folder's name says what an operation's name may hold."""


def named(settings: Settings) -> str:
    """Return the name of a run, which can be that of a folder.

    >>> named({"seed": 0, "width": 64, "operation": "x^2+y"})
    'seed-0-width-64-operation-x^2_plus_y'
    """
    return "-".join(f"{name}-{_said(value)}" for name, value in settings.items())


def _said(value: object) -> str:
    text = str(value)
    if isinstance(value, str):
        text = "".join(SAID.get(letter, letter) for letter in text)
    return "".join(letter if letter.isalnum() or letter in "-._^" else "_" for letter in text)


def those(runs: Iterable[RecordedRun], **settings: Any) -> list[RecordedRun]:
    """Return the runs with these settings, by seed."""
    found = [run for run in runs if all(run.settings.get(name) == value for name, value in settings.items())]
    return sorted(found, key=lambda run: run.settings["seed"])
