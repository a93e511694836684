"""Findings: what a study says to a question that had a way to lose."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

HOLDS, FAILS, UNDECIDED, REPORTED = "holds", "fails", "undecided", "reported"


@dataclass(frozen=True)
class Finding:
    """An answer: a number for each seed, what was demanded of them beforehand, and whether it is so."""

    question: str
    setting: str
    values: tuple[float, ...]
    """One a seed, in the order of the seeds; infinite for what never came, NaN for what could not be measured."""
    demanded: str
    """What was published, or demanded beforehand."""
    verdict: str
    """"holds", "fails", "undecided", or "reported" where nothing was demanded."""

    @property
    def median(self) -> float:
        """The median over the seeds that could be measured; NaN without any."""
        known = [value for value in self.values if not math.isnan(value)]
        return median(known) if known else math.nan


def within(
    question: str,
    setting: str,
    values: Iterable[float | None],
    low: float,
    high: float,
    published: str = "",
    *,
    of_median: bool = False,
) -> Finding:
    """Return the finding whether the numbers of all seeds, or their median, lie in [low, high].

    None is never, which lies in no range but [inf, inf]. Without the number of some seed it is undecided. What is
    demanded is told from the range itself, after what was `published`.
    """
    known = tuple(math.inf if value is None else float(value) for value in values)
    demanded = f"{_range(low, high)}, in the median" if of_median else _range(low, high)
    found = Finding(question, setting, known, "; ".join(filter(None, (published, demanded))), UNDECIDED)
    if not known or any(map(math.isnan, known)):
        return found
    decisive = [median(known)] if of_median else known
    holds = all(low <= value <= high and (value < math.inf or low == math.inf) for value in decisive)
    return Finding(question, setting, known, found.demanded, HOLDS if holds else FAILS)


def reported(question: str, setting: str, values: Iterable[float | None], published: str = "") -> Finding:
    """Return a number of which nothing was demanded."""
    known = tuple(math.inf if value is None else float(value) for value in values)
    return Finding(question, setting, known, published, REPORTED)


def _range(low: float, high: float) -> str:
    if low == high:
        return "never" if low == math.inf else _told(low)
    if (low, high) == (0, math.inf):
        return "at all"
    if high == math.inf:
        return f"at least {_told(low)}"
    return f"at most {_told(high)}" if low == -math.inf else f"{_told(low)} to {_told(high)}"


def _told(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:g}"
