"""Formulas in LaTeX: memberships for bits, decimals for long fractions, numbers in the place of letters, lines."""

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from grokdd.analytic.forms.indexed import alpha, b, bit, gamma, j, k, logistic, m, p, r
from grokdd.analytic.symbols import c, t
from grokdd.document.formulas import LONGEST_LINE, equal, in_lines, is_long, latex, number_latex, with_numbers
from grokdd.document.letters import in_html, in_latex, lettered


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (bit(m, j), r"[j \in m]"),
        (1 - bit(m, j), r"[j \notin m]"),
        (bit(2**k, j), "[j = k]"),
        (1 - bit(2**r, j), r"[j \neq r]"),
        (p[j] * bit(m, j), r"[j \in m] {p}_{j}"),
        (logistic(j), "{s}_{j}"),
        (1 / (1 + sp.exp(-alpha[j] * (t - b[k]))), r"\frac{1}{1 + e^{- \left(t - {b}_{k}\right) {\alpha}_{j}}}"),
        (gamma[j], r"{\gamma}_{j}"),
        (sp.Symbol("c_train"), r"c_{\mathrm{train}}"),
        (sp.Rational(1, 3), r"\frac{1}{3}"),
        (sp.Rational(-(2**60), 3**60), r"- 2.71972163894 \cdot 10^{-11}"),
    ],
)
def test_what_a_reader_writes(expr, expected):
    assert latex(expr) == expected


def test_a_long_fraction_is_a_decimal_of_twelve_digits_and_no_longer_equal():
    number: Any = sp.Rational(Fraction(0.15))  # 0.15 as a float: 5404319552844595/2**55
    assert is_long(number)
    assert latex(number) == "0.15"
    assert equal("x", number * p[0]) == (r"x \approx 0.15 {p}_{0}",)
    assert equal("x", p[1] - number * p[0]) == (r"x \approx - 0.15 {p}_{0} + {p}_{1}",)
    assert equal("x", sp.Rational(3, 20) * p[0]) == (r"x = \frac{3 {p}_{0}}{20}",)


def test_numbers_stand_in_the_places_of_letters_and_nothing_is_carried_out():
    x, y = sp.symbols("x y")
    assert with_numbers(x * (y - c), {x: Fraction(7, 10), y: Fraction(1), c: Fraction(-2)}) == (
        r"\frac{7}{10} \cdot \left(1 - \left(-2\right)\right)"
    )


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (Fraction(-1, 2), r"\left(- \frac{1}{2}\right)"),
        (sp.Integer(3), "3"),
        (Fraction(7, 10), r"\frac{7}{10}"),
    ],
)
def test_a_number_has_brackets_where_it_is_negative(number, expected):
    assert number_latex(number) == expected


def test_a_long_sum_is_broken_before_an_operator_and_loses_no_term():
    terms = ["a_{0}", *(f"+ a_{{{i}}}" for i in range(1, 60))]
    lines = list(in_lines("x = ", terms))
    assert len(lines) > 3
    assert all(line.startswith(r"\qquad {} + ") for line in lines[1:])
    assert " ".join(line.replace(r"\qquad {} ", "") for line in lines) == "x = " + " ".join(terms)
    assert max(len(line.replace("a_", "").replace("{", "").replace("}", "")) for line in lines) < 3 * LONGEST_LINE


def test_letters_in_prose_become_letters_and_nothing_else_does():
    words = "gamma_0 < g_1 & type_1, acc_test of D_ij; Gamma alphabet c_train alpha"
    got = lettered(words, in_html, lambda between: between.replace("&", "&amp;"))
    assert got == (
        "<i>γ</i><sub>0</sub> < <i>g</i><sub>1</sub> &amp; type_1, acc<sub>test</sub> of <i>D</i><sub>ij</sub>; "
        "Gamma alphabet <i>c</i><sub>train</sub> <i>α</i>"
    )
    assert lettered(words, in_latex, str).startswith(r"$\gamma_{0}$ < $g_{1}$ & type_1, $\mathrm{acc}_{\mathrm{test}}$")
