"""The theorem on the delay of grokking, for patterns well separated in time."""

import random
from fractions import Fraction
from typing import cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from ..conditions import plateau_heights
from ..extrema import shape
from ..model import PatternModel
from ..pattern import Pattern
from ..presets import grokking as preset
from ..rules import Preferred
from ..symbols import c_train, gamma
from .drawing import SPEEDS, share
from .record import Counterexample, Law, Lemma, Theorem

EPS = DELTA = Fraction(1, 100)
ERROR, LEVEL, LOW, HIGH, SHARE = sp.symbols("epsilon level h g k", real=True)


def delay() -> Theorem:
    """Return the theorem on the delay between train and test accuracy."""
    done = (1 - c_train) * (1 - gamma(0)) * (1 - gamma(1) * SHARE)
    second = (1 - ERROR / ((1 - c_train) * (1 - gamma(0)))) / gamma(1)
    third = (LEVEL - LOW) / (gamma(2) * (HIGH - LOW))
    return Theorem(
        name="delay",
        title="How long grokking takes",
        statement=(
            "For patterns well separated in time train accuracy passes 1 - eps with pattern 1 and test accuracy passes "
            "1 - delta with pattern 2, and the delay tends, as the gaps grow, to "
            "b_2 - b_1 + logit(l_2) / alpha_2 - logit(l_1) / alpha_1 with l_1 = (1 - eps / ((1 - c_train)(1 - "
            "gamma_0))) "
            "/ gamma_1 and l_2 = (1 - delta - H2) / (gamma_2 (g_2 - H2))."
        ),
        hypotheses=("pattern 2 preferred and last", "g_2 > H2", "l_1 and l_2 in (0, 1)", "all alpha_i > 0"),
        derivation=(
            "Put the other patterns at gamma or 0 into both accuracies and solve for the share s of pattern 1 or 2.",
            "By the theorem on plateaus the error of doing so is a sum of exp(-alpha |t - b|), which falls as gaps "
            "grow.",
        ),
        parts=(
            Lemma(
                says="train accuracy passes 1 - eps where pattern 1 has the share l_1",
                claim=cast(Boolean, sp.Equivalent(sp.Eq(done, ERROR), sp.Eq(SHARE, second))),
                where=cast(Boolean, sp.And(gamma(0) < 1, gamma(1) > 0, c_train < 1)),
                witness={gamma(0): Fraction(0), gamma(1): Fraction(1), c_train: Fraction(0)}
                | {ERROR: Fraction(1, 100), SHARE: Fraction(99, 100)},
                too_much=cast(Boolean, sp.Equivalent(sp.Eq(done, ERROR), sp.Eq(SHARE, second * gamma(1)))),
            ),
            Lemma(
                says="test accuracy passes 1 - delta where pattern 2 has the share l_2",
                claim=cast(
                    Boolean,
                    sp.Equivalent(
                        sp.Eq(gamma(2) * SHARE * HIGH + (1 - gamma(2) * SHARE) * LOW, LEVEL), sp.Eq(SHARE, third)
                    ),
                ),
                where=cast(Boolean, sp.And(gamma(2) > 0, HIGH > LOW)),
                witness={gamma(2): Fraction(1), HIGH: Fraction(1), LOW: Fraction(0), LEVEL: Fraction(1, 2)}
                | {SHARE: Fraction(1, 2)},
                too_much=cast(
                    Boolean,
                    sp.Equivalent(
                        sp.Eq(gamma(2) * SHARE * HIGH + (1 - gamma(2) * SHARE) * LOW, LEVEL), sp.Eq(SHARE, LEVEL / HIGH)
                    ),
                ),
            ),
            Law(
                says="with gaps of 60 / alpha the delay is that of the formula, to 1e-9 / alpha",
                means="certified shapes",
                draw=_separated,
                holds=lambda model: _off(model) < 1e-9,
                too_much=lambda model: _off(_closer(model)) < 1e-9,
                models=20,
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="well separated",
                says="the grokking preset has gaps of a few 1 / alpha: 211.26826 by the formula, 211.28546 exactly",
                shown=lambda: (
                    abs(delay_by_formula(preset()) - 211.26826) < 1e-5
                    and abs(delay_exactly(preset()) - 211.28546) < 1e-5
                ),
            ),
        ),
        meaning="The delay grows with the lag of the general pattern, and with 1 / alpha_2 for each further nine "
        "demanded.",
        source="docs/theory.md, section 3.3; Davies et al. (2022), section 2.2",
        gap="The limit as gaps grow follows from the theorem on plateaus; the law tries it at one gap.",
        extra={"l_1": second, "l_2": third},
    )


def _separated(rng: random.Random) -> PatternModel:
    """Return a model that groks, its inflections 60 / alpha of the slowest apart."""
    alphas = [rng.choice(SPEEDS) for _ in range(3)]
    gap = 60 / min(alphas)
    rows = [(share(rng, 1, 8), 0, share(rng)), (1, 1, share(rng, 0, 4)), (1, 2, 1)]
    members = [
        Pattern(gamma=reach, alpha=alpha, b=gap * (place + 1), g=value)
        for (reach, place, value), alpha in zip(rows, alphas, strict=True)
    ]
    return PatternModel(members, Preferred(2), chance_train=rng.choice((0, Fraction(1, 10))))


def _closer(model: PatternModel) -> PatternModel:
    """Return a model with its inflections at a tenth of the time, and so of the gaps."""
    members = [Pattern(gamma=x.gamma, alpha=x.alpha, b=x.b / 10, g=x.g) for x in model.patterns]
    return PatternModel(members, model.rule, model.chance, model.chance_train)


def _off(model: PatternModel) -> float:
    """Return the error of the formula in units of 1 / alpha of the slowest pattern."""
    return abs(delay_exactly(model) - delay_by_formula(model)) * float(min(x.alpha for x in model.patterns))


def delay_exactly(model: PatternModel) -> float:
    """Return the delay between the certified crossings."""
    passed = {x.curve: x.t for x in shape(model, levels=(1 - EPS,)).crossings}
    return passed["test"] - passed["train"]


def speaks_of(model: PatternModel) -> bool:
    """Return whether a model has the hypotheses of the theorem, at 99 % on both curves."""
    if model.n != 3 or model.rule != Preferred(2) or not all(x.alpha for x in model.patterns):
        return False
    first, second, third = model.patterns
    in_order = first.b <= second.b <= third.b and second.gamma > 0 and third.gamma > 0
    if not in_order or first.gamma == 1 or model.chance_train == 1 or third.g <= plateau_heights(model)[2]:
        return False
    return all(0 < level < 1 for level in levels(model))


def levels(model: PatternModel) -> tuple[Fraction, Fraction]:
    """Return l_1 and l_2: the shares of pattern 1 and 2 at which train and test accuracy pass 99 %."""
    first, second, third = model.patterns
    below = plateau_heights(model)[2]
    return (
        (1 - EPS / ((1 - model.chance_train) * (1 - first.gamma))) / second.gamma,
        (1 - DELTA - below) / (third.gamma * (third.g - below)),
    )


def delay_by_formula(model: PatternModel) -> float:
    """Return the delay that the theorem tends to, for a model with its hypotheses."""
    _, second, third = model.patterns
    share_1, share_2 = levels(model)
    return float(third.b - second.b) + _logit(share_2) / float(third.alpha) - _logit(share_1) / float(second.alpha)


def _logit(share_learned: Fraction) -> float:
    return float(sp.log(sp.Rational(share_learned.numerator, share_learned.denominator - share_learned.numerator)))
