"""What a theorem is here: a statement with the checks that it must pass, each of which can fail.

A theorem is made of parts, and each part can be checked by a machine:

- a `Lemma` is a statement of real algebra, which two solvers, or a solver and the vertices, must prove (`proving`);
- an `PolynomialIdentity` says that two expressions are the same polynomial for each n;
- a `Law` is a statement about models and their curves, which is held against models drawn at random, by certified
  shapes and exact arithmetic.

Each part carries a neighbour that is false, "too much": the same checks must refute it. A part whose checks accept
that too checks nothing. A `Counterexample` shows what happens where a hypothesis is dropped.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from ..errors import demand
from ..exact import readable
from ..model import PatternModel
from ..proving import Answer, prove

Means = Literal["z3", "cvc5", "vertices", "polynomials", "certified shapes", "balls", "exact fractions"]
"""How something was checked. Two that differ share no code that decides."""


@dataclass(frozen=True)
class Evidence:
    """What one check of a part found."""

    part: str
    """Which part was checked."""
    means: tuple[Means, ...]
    holds: bool
    says: str
    """How much was checked, or what failed."""


@dataclass(frozen=True, kw_only=True)
class Lemma:
    """A statement of real algebra: `claim` holds wherever `where` does."""

    says: str
    claim: Boolean
    where: Boolean = sp.true
    witness: Mapping[sp.Symbol, Fraction]
    """A point at which `where` holds."""
    too_much: Boolean
    """A stronger claim that is false."""

    def check(self) -> Evidence:
        """Return whether the claim is proved."""
        answer = self._answer(self.claim)
        means = cast(tuple[Means, ...], answer.means)
        return Evidence(self.says, means, answer.verdict == "proved", str(answer))

    def check_too_much(self) -> Evidence:
        """Return whether the false neighbour is not refuted, which must fail."""
        answer = self._answer(self.too_much)
        return Evidence(self.says, (), answer.verdict != "refuted", f"{self.too_much} is {answer}")

    def _answer(self, claim: Boolean) -> Answer:
        return prove(claim, assuming=() if self.where == sp.true else self.where, seconds=60)


@dataclass(frozen=True, kw_only=True)
class PolynomialIdentity:
    """Two polynomials that are the same for each n."""

    says: str
    left: Callable[[int], sp.Expr]
    right: Callable[[int], sp.Expr]
    sizes: tuple[int, ...]
    """The n for which it is checked."""
    too_much: Callable[[int], sp.Expr]
    """Another right side, which differs for some of these n."""

    def check(self) -> Evidence:
        """Return whether both sides are the same for all sizes."""
        return self._checked(self.right)

    def check_too_much(self) -> Evidence:
        """Return whether the other right side is the same too, which must fail."""
        return self._checked(self.too_much)

    def _checked(self, right: Callable[[int], sp.Expr]) -> Evidence:
        for n in self.sizes:
            if not same_polynomial(self.left(n), right(n)):
                return Evidence(self.says, ("polynomials",), False, f"it differs from the left one for n = {n}")
        sizes = f"n = {self.sizes[0]}" if len(self.sizes) == 1 else f"n from {self.sizes[0]} to {self.sizes[-1]}"
        return Evidence(self.says, ("polynomials",), True, f"equal coefficients for {sizes}")


def same_polynomial(left: sp.Expr, right: sp.Expr) -> bool:
    """Return whether two rational expressions are the same function of their letters."""
    difference = sp.fraction(sp.together(left - right))[0]
    letters = sorted(difference.free_symbols, key=str)
    if not letters:
        return difference == 0
    return cast(bool, sp.ring(letters, sp.QQ)[0].from_expr(difference).is_zero)


Draw = Callable[[random.Random], PatternModel]
"""A model that satisfies the hypotheses, with parameters that the generator chooses."""


@dataclass(frozen=True, kw_only=True)
class Law:
    """A statement about every model that satisfies some hypotheses."""

    says: str
    means: Means
    draw: Draw
    holds: Callable[[PatternModel], bool | None]
    """Whether it holds for a model; None where that is undecided."""
    too_much: Callable[[PatternModel], bool | None]
    """A stronger statement, which fails for some of the models."""
    models: int = 40
    """How many are drawn."""

    def check(self) -> Evidence:
        """Return whether the law holds for all models that are drawn, but for a tenth that may be undecided."""
        return self._checked(self.holds, self.models // 10)

    def check_too_much(self) -> Evidence:
        """Return whether the stronger statement fails for none of them, which must not be."""
        return self._checked(self.too_much, self.models)

    def drawn(self) -> Iterator[PatternModel]:
        """Yield the models: always the same ones."""
        rng = random.Random(self.says)
        return (self.draw(rng) for _ in range(self.models))

    def _checked(self, holds: Callable[[PatternModel], bool | None], most_undecided: int) -> Evidence:
        undecided = 0
        for model in self.drawn():
            found = holds(model)
            if found is False:
                return Evidence(self.says, (self.means,), False, f"it fails for {_in_one_line(model)}")
            undecided += found is None
        left = f"; {undecided} undecided" if undecided else ""
        return Evidence(
            self.says,
            (self.means,),
            undecided <= most_undecided,
            f"holds for {self.models - undecided} random models{left}",
        )


Part = Lemma | PolynomialIdentity | Law


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """What happens where a hypothesis is dropped."""

    drops: str
    """The hypothesis."""
    says: str
    """What the example does instead."""
    shown: Callable[[], bool]
    """Computes the example, and returns whether it does that."""


@dataclass(frozen=True, kw_only=True)
class Theorem:
    """A statement about the model with the parts of its proof."""

    name: str
    title: str
    statement: str
    hypotheses: tuple[str, ...]
    derivation: tuple[str, ...]
    """The proof, step by step."""
    parts: tuple[Part, ...]
    counterexamples: tuple[Counterexample, ...] = ()
    meaning: str
    """What it means for training, in one sentence."""
    source: str
    """A section of docs/theory.md, and the paper where it is the paper's."""
    gap: str = ""
    """What the parts leave to the proof on paper; empty if together they are a proof."""
    conjecture: bool = False
    """Whether this is only supported: no proof is known."""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Expressions by name: what a reader may want to compute with."""


@dataclass(frozen=True)
class Verification:
    """What the checks of a theorem found."""

    theorem: str
    verdict: Literal["proved", "checked", "supported", "failed"]
    """All checks passed, by two independent means at least, and they are a proof ("proved"), or they leave a gap that
    the proof on paper fills ("checked"); or it is a conjecture ("supported"); or a check failed."""
    evidence: tuple[Evidence, ...]

    @property
    def means(self) -> tuple[str, ...]:
        """The means that were used."""
        return tuple(sorted({one for some in self.evidence for one in some.means}))


def verify(theorem: Theorem) -> Verification:
    """Return what all checks of a theorem find: its parts, their false neighbours, and its counterexamples."""
    demand("theorem", theorem, Theorem, "one of theorems()")
    evidence = tuple(_evidence(theorem))
    means = {one for some in evidence for one in some.means}
    enough = theorem.conjecture or len(means) >= 2
    passed = enough and all(one.holds for one in evidence)
    return Verification(theorem.name, _verdict(theorem) if passed else "failed", evidence)


def _verdict(theorem: Theorem) -> Literal["proved", "checked", "supported"]:
    if theorem.conjecture:
        return "supported"
    return "checked" if theorem.gap else "proved"


def _evidence(theorem: Theorem) -> Iterator[Evidence]:
    for part in theorem.parts:
        yield part.check()
        beyond = part.check_too_much()
        said = f"{_NEIGHBOURS[type(part)]}: {beyond.says}"
        yield Evidence(part.says, beyond.means, not beyond.holds, said if not beyond.holds else "so is its neighbour")
    for one in theorem.counterexamples:
        yield Evidence(f"without: {one.drops}", (), one.shown(), one.says)


_NEIGHBOURS: Mapping[type, str] = {
    Lemma: "a stronger claim is refuted",
    PolynomialIdentity: "another right side is refused",
    Law: "a stronger law is refused",
}
"""What is said of the false neighbour of each kind of part."""


def _in_one_line(model: PatternModel) -> str:
    """Return a model as a reader writes it down."""
    rows = {name: [readable(getattr(x, name)) for x in model.patterns] for name in ("gamma", "alpha", "b", "g")}
    listed = ", ".join(f"{name} = ({', '.join(values)})" for name, values in rows.items())
    return f"{listed}, rule {model.rule}, chance {readable(model.chance)} and {readable(model.chance_train)}"
