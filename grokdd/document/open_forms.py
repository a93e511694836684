"""The closed forms for any number of patterns, each held against the definition or against SymPy at its witness."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

import sympy as sp

from ..analytic import closed_forms, derivatives, limits, mean_gradient, preference_limits
from ..analytic.exact_statements import with_values
from ..analytic.forms.closed_form import ClosedForm
from ..analytic.forms.indexed import G, alpha, b, g, gamma, integrated, k, n, p, q, r, timed, w, written_out
from ..analytic.forms.limits import GROWING
from ..analytic.rules import Mean, Preferred, Priority, Rule, SoftPreference
from ..analytic.symbols import c, c_train, t
from .formulas import TEST, TRAIN, latex
from .record import Statement
from .ways import AT_WITNESS, BY_SYMPY, FAR_OUT, agreeing

FORMS, SLOPES, LIMITS = "Closed forms", "Derivatives", "Limits"
DIGITS = 50
NEAR = sp.Float("1e-30", DIGITS)
"""What two numbers of 50 digits may differ by that are called equal."""
DERIVED = ("train", "table_subsets")
"""The forms whose derivatives and limits are printed: train accuracy, and test accuracy under any rule."""
LETTERS = (
    "n patterns count from 0, and p_i is the share of the training set that pattern i classifies. m runs over the sets "
    "of patterns as the numbers 0 to 2^n - 1, bit j of which says whether pattern j is in the set: [j in m] is 1 if it "
    "is, and else 0. g_i is the test accuracy of pattern i where it alone is right, G_m that of any rule on the set m, "
    "w_i the weight of a soft preference, c the chance level on the test set and c_train on the training set. In time "
    "p_i = gamma_i s_i with s_i = 1 / (1 + exp(-alpha_i (t - b_i)))."
)
_LEFT = {
    "early": r"\lim_{t \to -\infty}",
    "late": r"\lim_{t \to \infty}",
    "sudden": r"\lim_{\alpha_r \to \infty}",
    "vanishing": r"\lim_{\gamma_r \to 0}",
    "strong": r"\lim_{w_k \to \infty}",
    "equals": r"\lim_{w_k \to \infty}",
    "apart": r"\lim_{x \to \infty}",
    "p": r"\frac{\partial}{\partial p_r}",
    "g": r"\frac{\partial}{\partial g_r}",
    "gamma": r"\frac{\partial}{\partial \gamma_r}",
    "alpha": r"\frac{\partial}{\partial \alpha_r}",
    "b": r"\frac{\partial}{\partial b_r}",
    "rate": r"\frac{d}{dt}",
    "acceleration": r"\frac{d^2}{dt^2}",
}
"""What a derivative or limit is of an accuracy, by the last word of its name."""


def open_form_statements() -> Iterator[Statement]:
    """Yield the letters and all closed forms, derivatives and limits for open n."""
    yield Statement(FORMS, LETTERS, (), None, ("as defined",))
    forms = {form.name: form for form in closed_forms()}
    for form in forms.values():
        yield _statement(FORMS, form, agreeing(_is_the_definition(form), AT_WITNESS))
    for name in DERIVED:
        for form in derivatives(forms[name]):
            yield _statement(SLOPES, form, agreeing(_is_derivative(form, forms[name]), BY_SYMPY))
    for form in mean_gradient():
        yield _statement(SLOPES, form, agreeing(_is_derivative(form, forms["mean_integral"]), BY_SYMPY))
    for form in (*limits(forms["train"]), *limits(forms["table_subsets"]), *preference_limits()):
        yield _statement(LIMITS, form, agreeing(_is_limit(form), FAR_OUT))


def _statement(section: str, form: ClosedForm, ways: tuple[str, ...]) -> Statement:
    accuracy = TRAIN if form.name.startswith("train") else TEST
    before = _LEFT.get(form.name.rpartition("_")[2], "") if section != FORMS else ""
    formula = f"{before} {accuracy} = {latex(form.value)}".strip()
    says = f"{form.title[:1].upper()}{form.title[1:]}. {form.says} It holds where {_where(form)}."
    witness = {str(letter): _listed(value) for letter, value in form.witness.items()}
    value = {"form": form.name, "witness": witness, "there": str(form.at(form.witness))}
    return Statement(section, says, (formula,), value, (*ways, form.source))


def _where(form: ClosedForm) -> str:
    """Return the conditions of a form in words, p_i for p[i]."""
    return re.sub(r"(\w+)\[(\w)\]", r"\1_\2", " and ".join(sorted(map(str, sp.And.make_args(form.where)))))


def _listed(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, Sequence) else str(value)


# --- the checks


def _is_the_definition(form: ClosedForm) -> bool:
    """Return whether a form has the value of the definition at its witness, exactly: a sum over all sets."""
    at: Mapping[Any, Any] = form.witness
    shares: Sequence[Fraction] = at[p]
    size = len(shares)
    chance = Fraction(at.get(c_train if form.name.startswith("train") else c, 0))
    total = Fraction(0)
    for mask in range(2**size):
        members = [i for i in range(size) if mask >> i & 1]
        weight = Fraction(1)
        for i, share in enumerate(shares):
            weight *= share if i in members else 1 - share
        total += weight * (_generalization(form, at, members) if members or G in at else chance)
    return form.at(at) == sp.Rational(total.numerator, total.denominator)


def _generalization(form: ClosedForm, at: Mapping[Any, Any], members: list[int]) -> Fraction:
    if form.name.startswith("train"):
        return Fraction(1)
    if G in at:
        return at[G][sum(1 << i for i in members)]
    rules: dict[str, Rule] = {"mean": Mean()}
    if k in at:
        rules["preferred"] = Preferred(at[k])
    if q in at:
        rules["priority"] = Priority(tuple(range(at[q])))
    if w in at:
        rules["soft"] = SoftPreference(tuple(at[w]))
    return rules[form.name.partition("_")[0]].value(members, at[g])


def _is_derivative(form: ClosedForm, base: ClosedForm) -> bool:
    """Return whether a form is SymPy's own derivative of another at its witness, to 50 digits."""
    at: Mapping[Any, Any] = form.witness
    size = int(at[n])
    curve = base.value if p in at else timed(base.value)
    letters = {
        base_letter: [sp.Symbol(f"{base_letter.name}_{i}", positive=True) for i in range(size)]
        for base_letter in (p, g, gamma, alpha, b)
    }
    written = integrated(written_out(curve, {n: sp.Integer(size), **letters}))
    letter, times = _by(form.name, letters, int(at.get(r, 0)))
    slope = sp.diff(written, letter, times)
    numbers = {
        one: _exact(value)
        for name, ones in letters.items()
        if name in at
        for one, value in zip(ones, at[name], strict=True)
    }
    numbers |= {one: _exact(at[one]) for one in (c, c_train, t) if one in at}
    numbers |= {sp.Symbol(f"G_{i}", real=True): _exact(value) for i, value in enumerate(at.get(G, ()))}
    return _equal(with_values(slope, numbers), form.at(at))


def _by(name: str, letters: Mapping[Any, list[sp.Symbol]], index: int) -> tuple[sp.Symbol, int]:
    """Return the letter by which a derivative is taken, and how often."""
    last = name.rpartition("_")[2]
    if last in ("rate", "acceleration"):
        return t, 1 + (last == "acceleration")
    return letters[{"p": p, "g": g, "gamma": gamma, "alpha": alpha, "b": b}[last]][index], 1


def _is_limit(form: ClosedForm) -> bool:
    """Return whether what a limit is taken of, far out, is its value, to 30 of 50 digits."""
    inner, letter, goal, _ = cast(Any, form.expr).lhs.args
    far = {sp.oo: 10**40, -sp.oo: -(10**40), sp.Integer(0): Fraction(1, 10**40)}[goal]
    if letter == t:
        far = far // 10**36  # e^-1000 is near enough, and e^(10^40) no number
    elif letter == GROWING and "sudden" in form.name:
        far = far // 10**36
    moved = ClosedForm(
        name=form.name,
        title=form.title,
        expr=inner,
        where=sp.true,
        witness={**form.witness, letter: far},
        source=form.source,
        says=form.says,
    )
    return _equal(moved.at(moved.witness), form.at(form.witness))


def _equal(one: sp.Expr, other: sp.Expr) -> bool:
    return bool(abs(sp.N(one, DIGITS) - sp.N(other, DIGITS)) < NEAR)


def _exact(value: Any) -> Any:
    return sp.Rational(Fraction(value).numerator, Fraction(value).denominator)
