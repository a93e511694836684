"""The place between two values of a parameter at which the kind of the curve changes, bisected with proved kinds."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from .kinds import Kind

KindAt = Callable[[Fraction], Kind | None]
"""The proved kind at a value of one parameter; None where it is undecided."""

CLOSE = Fraction(1, 10**6)
"""How far apart, in units of the larger one, the two values are left between which the kind changes."""
HALVINGS = 60
"""Cuts of an interval after which it is left as it is, because the kind changes at 0."""
CUTS = tuple(Fraction(share, 64) for share in (32, 31, 35))
"""Where an interval is cut: in the middle, unless the kind is undecided just there."""


@dataclass(frozen=True)
class Change:
    """Two values close together with the proved kinds at them, which differ."""

    near: Fraction
    far: Fraction
    kind: Kind
    """At `near`."""
    other: Kind
    """At `far`."""


def narrowed(change: Change, kind_at: KindAt) -> Change:
    """Return a change of the kind at `near` to another one, between values 1e-6 of their size apart.

    If the kind changes more than once between the two, one of the changes is found.
    """
    near, far, kind, other = change.near, change.far, change.kind, change.other
    for _ in range(HALVINGS):
        if abs(far - near) <= CLOSE * max(abs(near), abs(far)) or (cut := _cut(near, far, kind_at)) is None:
            break
        if cut[1] == kind:
            near = cut[0]
        else:
            far, other = cut
    return Change(near, far, kind, other)


def _cut(near: Fraction, far: Fraction, kind_at: KindAt) -> tuple[Fraction, Kind] | None:
    """Return a value between two others with its kind; None if that is undecided wherever it is tried."""
    for share in CUTS:
        at = near + (far - near) * share
        if (found := kind_at(at)) is not None:
            return at, found
    return None
