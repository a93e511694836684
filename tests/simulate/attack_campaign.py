"""Numbers under attack: every form of every rule against exact rationals, balls, and forms that share nothing with it.

    python -m tests.simulate.attack_campaign --out results/attack/campaign.json

An error above its derived bound is a wrong proof or a wrong kernel: the command then exits with 1.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from grokdd.analytic import Mean
from grokdd.empirical.environment import environment
from grokdd.simulate.counting import ROUNDINGS
from grokdd.simulate.rounding import roundings
from grokdd.simulate.value_forms import value_of

from . import attack_curves, attack_floats, attack_long, exact_values
from .attack_forms import derivatives, values
from .attack_models import Attack, attack
from .attack_tally import Tally

EXACT = {**dict.fromkeys(range(8), 11_111), 8: 11_112, 12: 2000, 18: 60}
"""Models against exact rationals, by n: 100 000 of at most 8 patterns."""
SLOPES = {**dict.fromkeys(range(9), 10), 12: 40}
"""Every how many of them with all derivatives; those of 18 patterns would take minutes each."""
LONG = {60: 100, 200: 50, 300: 50, 1000: 24, 10_000: 12, 100_000: 6}
"""Models of many patterns, against 60 digits."""
CURVES = 6000
"""Whole curves and their derivatives with the bounds that are returned for them, against balls."""
FLOATS = {**dict.fromkeys(range(1, 65), 31), 1000: 5}
"""Blocks of models against independent forms: 992 000 to 64 patterns, and more of 1000."""
FLOATS[64] += 16 - FLOATS[1000]


def of_exact(tally: Tally, one: Attack) -> None:
    expected = exact_values.value(one.sum)
    rule = type(one.rule).__name__
    for found in values(one):
        for got in set(found.values.tolist()):
            off = exact_values.roundings_off(got, expected)
            tally.note(found.form, rule, one.n, off, found.allowed, one.seed)


def of_slopes(tally: Tally, one: Attack) -> None:
    rule, scale = type(one.rule).__name__, min(exact_values.weights_of(one.rule, one.n), default=1)
    for found in derivatives(one):
        for k in range(one.n):
            exact, size = slope(one, found.of, k, scale)
            for got in set(found.values[:, k].tolist()):
                off = exact_values.roundings_off(got, exact, size)
                tally.note(f"derivative in {found.of}", rule, one.n, off, float(found.allowed[k]), one.seed)


def slope(one: Attack, of: str, k: int, lightest: int) -> tuple[exact_values.Ratio, exact_values.Ratio]:
    """Return a derivative, in weights over the lightest, and what its error is relative to."""
    if of == "g":
        exact = exact_values.by_g(one.sum, k)
        return exact, exact
    if of == "p":
        found = exact_values.by_p(one.sum, k)
        return found.difference, found.parts
    found = exact_values.by_weight(one.sum, k)
    (a, b), (c, d) = found.difference, found.parts
    return (lightest * a, b), (lightest * c, d)


def of_long(tally: Tally, n: int, seed: int) -> None:
    kind, p, g = attack_long.long_model(n, seed)
    given = p[None], 1 - p[None], g, Mean(), 0.0
    expected = attack_long.mean(p, g)
    forms: dict[str, tuple[Any, float]] = {"quadrature": (None, roundings(Mean(), n))}
    if n <= 1000:
        forms["counting"] = "counting", ROUNDINGS
    for name, (form, allowed) in forms.items():
        got = float(value_of(*given, form=form)[0])
        tally.note(name, f"Mean, {kind}", n, exact_values.roundings_off(got, expected), allowed, seed)


def of_curves(tally: Tally, seed: int) -> None:
    how, model, _ = attack_curves.random_curves(seed)
    for one in attack_curves.shares(seed):
        tally.note(f"bound of {one.of}", how, model.n, one.share, 1.0, f"{seed} at t = {one.at}")
    kept = attack_curves.demand_is_kept(seed)
    tally.note("tolerance", how, model.n, 0.0 if kept else np.inf, 1.0, seed)


def of_floats(tally: Tally, n: int, seed: int) -> None:
    for other, apart, allowed in attack_floats.block(seed, n):
        tally.note(f"quadrature and {other}", "any", n, apart, allowed, seed)


def campaign(share: float = 1.0, told: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """Return what was found, at a share of the full size; at least one model of each size is tried."""

    def some(count: int) -> range:
        return range(max(1, round(count * share)))

    parts: dict[str, Callable[[Tally], None]] = {
        "exact": lambda tally: _each(of_exact, tally, ((attack(n, i),) for n, c in EXACT.items() for i in some(c))),
        "slopes": lambda tally: _each(
            of_slopes, tally, ((attack(n, i),) for n, c in SLOPES.items() for i in some(EXACT[n])[::c])
        ),
        "long": lambda tally: _each(of_long, tally, ((n, i) for n, c in LONG.items() for i in some(c))),
        "curves": lambda tally: _each(of_curves, tally, ((i,) for i in some(CURVES))),
        "floats": lambda tally: _each(of_floats, tally, ((n, i) for n, c in FLOATS.items() for i in some(c))),
    }
    found: dict[str, Any] = {"share": share}
    for name, run in parts.items():
        begin, tally = time.perf_counter(), Tally()
        run(tally)
        seconds = round(time.perf_counter() - begin, 1)
        told(f"{name}: {seconds} s")
        rows = list(tally.rows())
        found[name] = {"seconds": seconds, "above": tally.above(), "bound_over_error": tally.loose(), "largest": rows}
    return found


def _each(function: Callable[..., None], tally: Tally, arguments: Iterable[tuple[Any, ...]]) -> None:
    for some in arguments:
        function(tally, *some)


def written(result: dict[str, Any]) -> str:
    """Return JSON with each row of a table on one line."""

    def text(value: Any, depth: int) -> str:
        pad = "  " * depth
        if isinstance(value, dict) and depth < 3:
            inner = (f"{pad}  {json.dumps(name)}: {text(one, depth + 1)}" for name, one in value.items())
            return "{\n" + ",\n".join(inner) + f"\n{pad}}}" if value else "{}"
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return "[\n" + ",\n".join(f"{pad}  {json.dumps(one)}" for one in value) + f"\n{pad}]"
        return json.dumps(value)

    return text(result, 0) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Numbers under attack.")
    parser.add_argument("--share", type=float, default=1.0, help="of the full size (1)")
    parser.add_argument("--out", type=Path, required=True, help="JSON file of the result")
    arguments = parser.parse_args()
    made_with = environment()
    found = campaign(arguments.share, lambda text: print(text, file=sys.stderr, flush=True))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(written({"environment": made_with, **found}))
    return 1 if any(found[name]["above"] for name in found if name != "share") else 0


if __name__ == "__main__":
    sys.exit(main())
