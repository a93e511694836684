"""One pattern: something that a network can learn, and how fast, how far and how usefully it does."""

from dataclasses import dataclass
from fractions import Fraction

from .errors import InputError, shown
from .exact import Exact, as_fraction


@dataclass(frozen=True, init=False, slots=True)
class Pattern:
    """A pattern of Davies et al. (2022), section 2.2: p(t) = gamma / (1 + exp(-alpha (t - b))).

    Parameters
    ----------
    gamma
        Maximum predictiveness, in [0, 1]: the share of the training set that it classifies in the end.
    alpha
        Learning speed, at least 0, per unit of the time axis. At 0 the pattern stands at gamma / 2 for ever.
    b
        Inflection point, at least 0, in units of the time axis: p(b) = gamma / 2.
    g
        Generalization, in [0, 1]: the accuracy on test examples that are left to this pattern.
    name
        What to call it in figures and reports.

    Raises
    ------
    InputError
        If a parameter is not a finite number or lies outside its range.

    Examples
    --------
    >>> Pattern(gamma=0.5, alpha=1, b=30, g=1).gamma
    Fraction(1, 2)
    """

    gamma: Fraction
    alpha: Fraction
    b: Fraction
    g: Fraction
    name: str

    def __init__(self, *, gamma: Exact, alpha: Exact, b: Exact, g: Exact, name: str = "") -> None:
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
            raise InputError(f"name must be a string, got {shown(name)}")
        if not name.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in name):
            raise InputError(f"name must be text that UTF-8 can hold, got the lone surrogate in {shown(name)}")
        fields = {
            "gamma": as_fraction("gamma", gamma, low=0, high=1),
            "alpha": as_fraction("alpha", alpha, low=0),
            "b": as_fraction("b", b, low=0),
            "g": as_fraction("g", g, low=0, high=1),
            "name": name,
        }
        for field, value in fields.items():
            object.__setattr__(self, field, value)
