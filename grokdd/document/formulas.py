r"""Formulas of documents, in LaTeX: sets and curves as a reader writes them, and long sums in lines.

In the open forms of `analytic.forms` a set of patterns is a mask m, and whether pattern j is in it the bit
floor(m / 2**j) mod 2: here [j \in m], which is 1 if it is, and else 0. The share of its maximum that a pattern has
reached is s_j.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

from ..analytic.forms.indexed import indexed, logistic
from ..output import LONGEST_FRACTION

LONGEST_LINE = 55
"""Letters and signs on a line of a sum: about the width of a page."""
DIGITS = 12
"""Digits of a number that is too long to be written as a fraction."""
LEARNED = indexed("s", nonnegative=True)
"""The share of its maximum that a pattern has reached."""
TEST, TRAIN = r"\mathrm{acc}_{\mathrm{test}}", r"\mathrm{acc}_{\mathrm{train}}"


class _Printer(LatexPrinter):
    """SymPy's LaTeX, with names below in roman."""

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        letter, _, below = expr.name.partition("_")
        if below.isalpha() and len(below) > 1 and expr not in self._settings["symbol_names"]:
            return rf"{letter}_{{\mathrm{{{below}}}}}"
        return super()._print_Symbol(expr, style=style)


def is_long(number: Fraction | sp.Rational) -> bool:
    """Return whether a reader would not read a number as a fraction."""
    return len(str(number)) > LONGEST_FRACTION // 2


def _decimal(number: Fraction) -> str:
    written = f"{float(number):.{DIGITS}g}"
    head, _, power = written.partition("e")
    return rf"{head} \cdot 10^{{{int(power)}}}" if power else head


def latex(expr: Any, *, names: Mapping[sp.Symbol, str] | None = None, **settings: Any) -> str:
    """Return an expression in LaTeX; `names` says how some of its letters are written."""
    short, brackets = _with_brackets(_with_shares(expr))
    short, decimals = _with_decimals(short)
    known = {**(names or {}), **brackets, **decimals}
    return _Printer({"symbol_names": known, **settings}).doprint(short)


def _with_shares(expr: Any) -> Any:
    """Return an expression with s_j in place of each logistic of pattern j."""
    powers = [one for one in expr.atoms(sp.Pow) if one.exp == -1 and one.base.has(sp.exp)]
    indices = {one: {entry.indices[0] for entry in one.atoms(sp.Indexed)} for one in powers}
    return expr.xreplace({one: LEARNED[at] for one in powers for at in indices[one] if one == logistic(at)})


def _with_brackets(expr: Any) -> tuple[Any, dict[sp.Symbol, str]]:
    """Return an expression with a letter in place of each bit and each 1 - bit, and how these letters are written."""
    bits = sorted(expr.atoms(sp.Mod), key=sp.default_sort_key)  # sets have another order in each process
    written = {1 - bit: _membership(bit, r"\notin", r"\neq") for bit in bits}
    written |= {bit: _membership(bit, r"\in", "=") for bit in bits}
    letters = {part: sp.Symbol(brackets, nonnegative=True) for part, brackets in written.items()}
    for part, letter in letters.items():
        expr = expr.xreplace({part: letter})
    return expr, {letter: written[part] for part, letter in letters.items()}


def _with_decimals(expr: Any) -> tuple[Any, dict[sp.Symbol, str]]:
    """Return an expression with a letter in place of each number that is too long, and how these are written."""
    numbers = sorted((one for one in expr.atoms(sp.Rational) if is_long(one)), key=sp.default_sort_key)
    letters: dict[Any, sp.Symbol] = {
        one: sp.Dummy("0") for one in numbers
    }  # "0": printed before the letters that it multiplies
    written = {letter: _decimal(abs(Fraction(int(one.p), int(one.q)))) for one, letter in letters.items()}
    return expr.xreplace({one: letter * sp.sign(one) for one, letter in letters.items()}), written


def _membership(bit: Any, in_a_set: str, is_one: str) -> str:
    """Return in brackets what a bit says: that pattern j is in a set m, or that it is pattern k."""
    mask, index = sp.Wild("mask"), sp.Wild("index", exclude=[0])
    found = bit.args[0].args[0].match(mask * 2 ** (-index))
    held, of = found[mask], found[index]
    if held.is_Pow and held.base == 2:
        return f"[{sp.latex(of)} {is_one} {sp.latex(held.exp)}]"
    return f"[{sp.latex(of)} {in_a_set} {sp.latex(held)}]"


def with_numbers(expr: Any, numbers: Mapping[sp.Symbol, Fraction | sp.Rational]) -> str:
    r"""Return an expression in LaTeX with numbers written in the places of its letters, and nothing carried out.

    >>> x, y = sp.symbols("x y")
    >>> with_numbers(x * (2 - y), {x: Fraction(1, 2), y: Fraction(3)})
    '\\frac{1}{2} \\cdot \\left(2 - 3\\right)'
    """
    return latex(
        expr, names={letter: number_latex(value) for letter, value in numbers.items()}, mul_symbol="dot", order="old"
    )


def number_latex(number: Fraction | sp.Rational | int) -> str:
    """Return a number in LaTeX, in brackets where it is negative."""
    exact = sp.Rational(int(number.numerator), int(number.denominator))
    return rf"\left({latex(exact)}\right)" if exact < 0 else latex(exact)


def equals(*numbers: Fraction | sp.Rational) -> str:
    """Return the sign between a letter and what holds these numbers: of equality only if none is rounded in print."""
    return r"\approx" if any(map(is_long, numbers)) else "="


def equal(left: str, right: sp.Expr) -> tuple[str, ...]:
    """Return `left` = `right`, the terms of a long sum on lines of their own."""
    sign = equals(*right.atoms(sp.Rational))
    return tuple(in_lines(f"{left} {sign} ", _terms(right)))


def _terms(expr: Any) -> list[str]:
    """Return the terms of a sum in LaTeX, each after the first with its sign."""
    ordered = expr.as_ordered_terms() if isinstance(expr, sp.Add) else [expr]
    written = [latex(term) for term in ordered]
    return written[:1] + [term if term.startswith("-") else f"+ {term}" for term in written[1:]]


def in_lines(start: str, terms: Iterable[str]) -> Iterator[str]:
    """Yield a sum in lines; those after the first begin with an operator, which an empty group makes one."""
    line, fresh = start, True
    for term in terms:
        if not fresh and _width(line) + _width(term) > LONGEST_LINE:
            yield line.rstrip()
            line = rf"\qquad {{}} {term} "
        else:
            line += f"{term} "
        fresh = False
    yield line.rstrip()


def _width(written: str) -> int:
    """Return about how many letters and signs some LaTeX shows."""
    return len(re.sub(r"\\(left|right|mathrm|qquad|,)|\\frac|[{}_^ ]", "", re.sub(r"\\[A-Z a-z]+", "x", written)))
