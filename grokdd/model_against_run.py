"""What `grokdd fit` does: the pattern model fitted to a run, and what its curves say against what the run did."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .analytic import Curves, Pattern, PatternModel
from .analytic.errors import InputError
from .analytic.exact import Exact
from .analytic.wording import counted
from .empirical import Fit, Fits, Run, Verdict, validate
from .empirical import fit as fit_patterns
from .empirical.fits.intervals import Interval
from .empirical.run_folder import ENSEMBLE, MEMBERS
from .naming import pattern_names, rule_name
from .output import Output
from .run_summary import chance_of
from .simulate import curves as simulated

SILENT = Output(quiet=True)
INTERVALS = "95 % profile intervals, of this run alone, widened for errors of neighbouring evaluations that go together"


@dataclass(frozen=True)
class Comparison:
    """A run with the models fitted to it."""

    run: Run
    curves: Curves
    chance: float | None
    """Accuracy of guessing; None where it is not known and was taken as 0."""
    fits: Fits
    verdict: Verdict


def compare(
    path: Path,
    *,
    patterns: int = 3,
    chance: Exact | None = None,
    starts: int = 12,
    seed: int = 0,
    output: Output = SILENT,
) -> Comparison:
    """Return the run in folder `path` with the pattern model fitted to it, and the verdict.

    `chance` is one over the number of answers by default, or 0 where the run does not tell; the others are those of
    `empirical.fit`. `output` is told that the fit begins: it takes a while.
    """
    if path.is_file():
        raise InputError(f"RUN must be the folder of a run, got the file {path}: give its folder, {path.parent}")
    if (path / ENSEMBLE).is_file():
        raise InputError(f"RUN must be one run, got the sweep {path}: its members are in {path / MEMBERS}")
    run = Run.load(path)
    if run.end == "diverged":
        raise InputError(f"RUN must not have diverged, got {path}, which did at step {run.rows[-1]['step']}")
    curves = run.curves()
    chance = chance_of(run) if chance is None else chance
    output.say(
        f"fitting {counted(patterns, 'pattern')} to {counted(len(curves.t), 'evaluation')}: "
        f"{counted(starts, 'start')} a model"
    )
    fits = fit_patterns(curves, n=patterns, chance=chance or 0, starts=starts, seed=seed)
    return Comparison(run, curves, None if chance is None else float(chance), fits, validate(curves, fits.best))


def report(found: Comparison, path: Path, *, command: str) -> None:
    """Write the report of `found` to `path`."""
    from .report import Findings, figure_2_derivations, write_report

    write_report(Findings(figure_2_derivations(), found, command, {}), path)


def lines(found: Comparison) -> Iterator[str]:
    """Yield the fits, the best model and the verdict as lines for a reader."""
    yield "fits: root mean square error of train and of test accuracy"
    for one in by_cost(found.fits):
        yield f"  {one.rmse_train:.4f}  {one.rmse_test:.4f}  {rule_name(one.model)}, {one.time} time"
    best = found.fits.best
    yield ""
    yield f"best: {rule_name(best.model)}, {best.time} time, chance {float(best.model.chance):.4g}"
    for name, pattern in by_inflection(best.model):
        yield (
            f"  {name}: gamma {float(pattern.gamma):.4g}, alpha {float(pattern.alpha):.4g}, b {float(pattern.b):.4g} "
            f"(step {inflection(best, float(pattern.b)):.4g}), g {float(pattern.g):.4g}"
        )
    yield f"  {INTERVALS}:"
    for one in best.intervals or ():
        yield f"    {one.name} {one.value:.4g} {range_of(one)}"
    for warning in best.warnings:
        yield f"  caution: {warning}"
    yield ""
    for s in found.verdict.statements:
        yield f"  {agreement(s.agrees):>9}  {s.claim}: run {s.observed}, model {s.predicted}"
    yield from short_of_levels(found)
    yield found.verdict.conclusion


def range_of(one: Interval) -> str:
    """Return an interval in words, and whether it ends only because the search does."""
    ends = [side for side, is_open in (("below", one.open_below), ("above", one.open_above)) if is_open]
    return f"[{one.low:.4g}, {one.high:.4g}]" + (f" (no end {' and '.join(ends)})" if ends else "")


def by_cost(fits: Fits) -> list[Fit]:
    """Return the fits, the best first."""
    return sorted(fits.all, key=lambda one: (one is not fits.best, one.deviance))


def by_inflection(model: PatternModel) -> list[tuple[str, Pattern]]:
    """Return the patterns of a fitted model with what they are called, the earliest first."""
    return sorted(zip(pattern_names(model), model.patterns, strict=True), key=lambda named: named[1].b)


def inflection(fit: Fit, b: float) -> float:
    """Return the step at which a pattern of the fitted model has its inflection."""
    return float(fit.steps(b))


def answer(verdict: Verdict) -> str:
    """Return in one sentence whether the fitted model describes the run, and how closely."""
    errors = f"root mean square error {verdict.rmse_train:.4f} on train and {verdict.rmse_test:.4f} on test accuracy"
    if verdict.observed.collapses:
        errors += f" ({verdict.calm_rmse_train:.4f} and {verdict.calm_rmse_test:.4f} away from collapses of the run)"
    match verdict.describes:
        case True:
            return f"The fitted model describes it, after the fact: {errors}."
        case False:
            return f"The fitted model does not describe it: {errors}."
        case None:
            return f"Whether the fitted model describes it is undecided: {errors}."


def short_of_levels(found: Comparison) -> list[str]:
    """Return a sentence on each curve of the model that looks complete, is not, and so contradicts a run that is."""
    seen, own = found.verdict.observed, found.verdict.predicted
    limits, best = seen.thresholds, found.fits.best
    sentences = []
    for side, level, step, predicted in (
        ("train", 1 - limits.eps, seen.train_step, own.train_step),
        ("test", 1 - limits.delta, seen.test_step, own.test_step),
    ):
        if step is None or (predicted is not None and predicted <= step * limits.same_step):
            continue
        if predicted is None:
            at, height = "levels off at", float(getattr(simulated(best.model, [math.inf]), side)[0])
        else:
            at, height = f"at {seen.unit} {step:g} is still", float(getattr(best.curves([step]), side)[0])
        if height < level:
            shown = math.floor(1e4 * height) / 1e4  # never rounded up to the level that it misses
            sentences.append(f"The fitted {side} accuracy {at} {shown:g}, below the demanded {level:g}.")
    return sentences


def agreement(agrees: bool | None) -> str:
    """Return whether run and model agree, in a word."""
    return {True: "agrees", False: "disagrees", None: "undecided"}[agrees]


def as_json(found: Comparison) -> dict[str, Any]:
    """Return the fits, the best model and the verdict as JSON values."""
    best, verdict = found.fits.best, found.verdict
    return {
        "run": str(found.run.path),
        "chance": found.chance,
        "best": _fit_json(best) | {"model": best.model.to_toml()},
        "fits": [_fit_json(one) for one in by_cost(found.fits)],
        "statements": [
            {"claim": s.claim, "observed": s.observed, "predicted": s.predicted, "agrees": s.agrees}
            for s in verdict.statements
        ],
        "describes": verdict.describes,
        "conclusion": verdict.conclusion,
    }


def _fit_json(one: Fit) -> dict[str, Any]:
    return {
        "rule": rule_name(one.model),
        "time": one.time,
        "unit": one.unit,
        "rmse_train": one.rmse_train,
        "rmse_test": one.rmse_test,
        "deviance": one.deviance,
        "scatter": one.scatter,
        "converged": one.converged,
        "starts": one.starts,
        "starts_at_best": one.starts_at_best,
        "at_bound": one.at_bound,
        "warnings": one.warnings,
        "intervals": None if one.intervals is None else [asdict(interval) for interval in one.intervals],
        "patterns": [
            {"name": name, "gamma": float(p.gamma), "alpha": float(p.alpha), "b": float(p.b), "g": float(p.g)}
            for name, p in zip(pattern_names(one.model), one.model.patterns, strict=True)
        ],
    }
