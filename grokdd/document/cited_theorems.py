"""What theorems say of a model, each with its hypotheses checked and with the numbers put in."""

from collections.abc import Iterator

from ..analytic import PatternModel, Shape
from ..naming import visible_names
from .counting_theorems import counting_statements
from .curve_theorems import curve_without_the_first, path_statements
from .in_order import in_order
from .plateau_theorems import plateau_statements
from .record import Statement
from .schedule_theorems import schedule_statements
from .ways import CITED, GIVEN


def theorem_statements(model: PatternModel, found: Shape) -> Iterator[Statement]:
    """Yield what each theorem says of a model that meets its hypotheses.

    Theorems count patterns in the order in which they are learned, so the model is first brought into it.
    """
    ordered, order = in_order(model)
    if order != tuple(range(model.n)):
        yield _renumbered(model, order)
    if len({x.b for x in model.patterns}) < model.n:
        says = "Patterns of equal inflection stay in the order in which they are listed; no plateau lies between them."
        yield Statement(CITED, says, (), None, (GIVEN,))
    yield from curve_without_the_first(ordered)
    if not all(x.alpha for x in ordered.patterns):
        yield Statement(CITED, "The other theorems are about patterns that all move: alpha > 0.", (), None, (GIVEN,))
        return
    yield from plateau_statements(ordered)
    yield from path_statements(ordered)
    yield from schedule_statements(ordered)
    if found.verdict == "proved":
        yield from counting_statements(ordered, found)


def _renumbered(model: PatternModel, order: tuple[int, ...]) -> Statement:
    names = visible_names(model)
    listed = ", ".join(f"{new} = {names[old]}" for new, old in enumerate(order))
    says = f"In this section patterns count in order of inflection: {listed}."
    return Statement(CITED, says, (), list(order), (GIVEN,))
