"""The paper's letters as SymPy symbols, with what is assumed of each.

| symbol | meaning | assumed |
|---|---|---|
| `t` | time | real |
| `c`, `c_train` | accuracy before anything is learned, on the test and on the training set | >= 0 |
| `z` | variable of integration, over [0, 1] | >= 0 |
| `p(i)` | predictiveness of pattern i, as a letter of its own or as a function of `t` | >= 0 |
| `gamma(i)`, `alpha(i)`, `b(i)`, `g(i)` | its maximum, speed, inflection point and generalization | >= 0 |

Patterns count from 0: `p(0)` prints as `p_0`, and the paper's type 1 is pattern 0.
"""

import re

import sympy as sp

from .model import PatternModel

t = sp.Symbol("t", real=True)
c = sp.Symbol("c", nonnegative=True)
c_train = sp.Symbol("c_train", nonnegative=True)
z = sp.Symbol("z", nonnegative=True)


def p(i: int) -> sp.Symbol:
    """Return p_i, the predictiveness of pattern i."""
    return sp.Symbol(f"p_{i}", nonnegative=True)


def gamma(i: int) -> sp.Symbol:
    """Return gamma_i, the maximum predictiveness of pattern i."""
    return sp.Symbol(f"gamma_{i}", nonnegative=True)


def alpha(i: int) -> sp.Symbol:
    """Return alpha_i, the learning speed of pattern i."""
    return sp.Symbol(f"alpha_{i}", nonnegative=True)


def b(i: int) -> sp.Symbol:
    """Return b_i, the inflection point of pattern i."""
    return sp.Symbol(f"b_{i}", nonnegative=True)


def g(i: int) -> sp.Symbol:
    """Return g_i, the generalization of pattern i."""
    return sp.Symbol(f"g_{i}", nonnegative=True)


def patterns_in(expr: sp.Basic) -> list[int]:
    """Return the indices i of the letters p_i in `expr`, in increasing order."""
    names = (re.fullmatch(r"p_(\d+)", symbol.name) for symbol in expr.free_symbols if isinstance(symbol, sp.Symbol))
    return sorted(i for i in (int(name[1]) for name in names if name) if expr.has(p(i)))


def numbers(model: PatternModel) -> dict[sp.Symbol, sp.Expr]:
    """Return the exact value that `model` gives to each letter, for `expr.xreplace` or `expr.subs`.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> numbers(presets.double_descent())[alpha(2)]
    1/20
    """
    values = {c: model.chance, c_train: model.chance_train}
    for i, pattern in enumerate(model.patterns):
        values |= {gamma(i): pattern.gamma, alpha(i): pattern.alpha, b(i): pattern.b, g(i): pattern.g}
    return {letter: sp.Rational(value.numerator, value.denominator) for letter, value in values.items()}
