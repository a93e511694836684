"""The largest errors seen, class by class: what a campaign remembers of a million comparisons."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

CLASSES = ((0, 0), (1, 4), (5, 8), (9, 16), (17, 64), (65, 1000), (1001, 10**4), (10**4 + 1, 10**6))
"""Numbers of patterns that are reported together, the first and the last of them."""


def class_of(n: int) -> str:
    first, last = next(one for one in CLASSES if one[0] <= n <= one[1])
    return str(n) if first == last else f"{first} to {last}"


@dataclass
class Largest:
    """What has been seen of one class."""

    count: int = 0
    roundings: float = 0.0
    """Largest error, in roundings of 2^-53."""
    share: float = 0.0
    """Largest error over its bound."""
    seed: str = ""
    """Where that was."""


class Tally:
    """Errors by form, rule and number of patterns."""

    def __init__(self) -> None:
        self.largest: dict[tuple[str, str, str], Largest] = {}

    def note(self, form: str, rule: str, n: int, off: float, allowed: float, seed: object) -> None:
        """Take in an error and its bound, both in roundings."""
        found = self.largest.setdefault((form, rule, class_of(n)), Largest())
        share = off / allowed if allowed > 0 else inf if off > 0 else 0.0
        found.count += 1
        found.roundings = max(found.roundings, off)
        if share > found.share or not found.seed:
            found.share, found.seed = share, f"{n}:{seed}"

    def rows(self) -> Iterator[dict[str, Any]]:
        for (form, rule, n), one in sorted(self.largest.items()):
            found = {"form": form, "rule": rule, "n": n, "numbers": one.count}
            yield found | {"roundings": round(one.roundings, 2), "of_bound": rounded(one.share), "n:seed": one.seed}

    def above(self) -> list[dict[str, Any]]:
        """Return the classes in which some error is above its bound."""
        return [row for row in self.rows() if not row["of_bound"] <= 1]

    def loose(self) -> dict[str, float]:
        """Return bound over largest error of each form and class of n where that is above 100, all rules together.

        Where no error was seen at all, as where n = 0, there is nothing to compare with.
        """
        found: dict[str, float] = {}
        for (form, _, n), one in sorted(self.largest.items()):
            name = f"{form}, n = {n}"
            found[name] = max(found.get(name, 0.0), one.share)
        return {name: round(1 / share) for name, share in found.items() if 0 < share < 0.01}


def rounded(share: float) -> float:
    """Return a share to 4 digits, but never 1 for what is above 1."""
    found = float(f"{share:.4g}")
    return share if share > 1 >= found else found
