"""Accuracies from the definition of the model at any precision, as functions of every parameter."""

from fractions import Fraction

import mpmath
import numpy as np

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference, Table

RULES = {
    "mean": lambda n: Mean(),
    "preferred": lambda n: Preferred(n - 1),
    "priority": lambda n: Priority((1, 0)) if n > 1 else Mean(),
    "soft": lambda n: SoftPreference([Fraction(n - k, 2) for k in range(n)]),  # the lightest is not the first
    "table": lambda n: Table(np.random.default_rng(n).integers(0, 17, 2**n) / 16),
}


def model_of(n, rule, chance=Fraction(1, 16)):
    rng = np.random.default_rng(n)
    members = [
        Pattern(gamma=int(w) / 16, alpha=int(x) / 64, b=int(y), g=int(z) / 16)
        for w, x, y, z in zip(*rng.integers(1, 16, (2, n)), rng.integers(0, 90, n), rng.integers(0, 17, n), strict=True)
    ]
    return PatternModel(members, rule, None if isinstance(rule, Table) else chance, chance_train=Fraction(1, 8))


def by_definition(model, t):
    """Return (train, test) as functions of {name: list of mpf}, "t" among them, from the definition."""

    def accuracies(x):
        p = [w / (1 + mpmath.exp(-s * (x["t"][0] - y))) for w, s, y in zip(x["gamma"], x["alpha"], x["b"], strict=True)]
        test, none = mpmath.mpf(0), mpmath.mpf(1)
        for value in p:
            none *= 1 - value
        for mask in range(2**model.n):
            weight = mpmath.mpf(1)
            for i, value in enumerate(p):
                weight *= value if mask >> i & 1 else 1 - value
            test += weight * value_of(model, mask, x)
        return 1 - (1 - mpmath.mpf(1) / 8) * none, test

    return accuracies


def value_of(model, mask, x):
    inside = [i for i in range(model.n) if mask >> i & 1]
    rule = model.rule
    if isinstance(rule, Table):
        return mpmath.mpf(float(rule.values[mask]))
    if not inside:
        return mpmath.mpf(model.chance.numerator) / model.chance.denominator
    for k in (rule.pattern,) if isinstance(rule, Preferred) else getattr(rule, "order", ()):
        if k in inside:
            return x["g"][k]
    weights = x.get("weights", [mpmath.mpf(1)] * model.n)
    return sum(weights[i] * x["g"][i] for i in inside) / sum(weights[i] for i in inside)


def parameters_of(model, t):
    def exact(values):
        return [mpmath.mpf(v.numerator) / v.denominator for v in map(Fraction, values)]

    found = {name: exact(getattr(x, name) for x in model.patterns) for name in ("gamma", "alpha", "b", "g")}
    if isinstance(model.rule, SoftPreference):
        found["weights"] = exact(model.rule.weights)
    return found | {"t": [mpmath.mpf(t)]}
