"""The report: one HTML file that reads from the question to the verdict and needs nothing beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import __version__, figures
from .analytic import Curves, PlateauConditions
from .analytic.wording import counted
from .derivation import Derivation, derive, plateaus
from .empirical import Fit
from .empirical.kinds import flattened
from .empirical.observation import Point
from .empirical.run_folder import write_text
from .exit_codes import writing
from .html_parts import Panel, bullets, page, panels, paragraph, section, sentence, table, text
from .model_against_run import (
    INTERVALS,
    Comparison,
    agreement,
    answer,
    by_cost,
    by_inflection,
    inflection,
    range_of,
    short_of_levels,
)
from .naming import pattern_names, rule_name, task_name, trust
from .output import fraction_text

EARLY, PAPERS_PEAK, PAPERS_TEST_SET = (15, 60), 96, 4656
"""Steps of the early peak of correct test answers in Figure 7 of [Davies2022], its height, and of how many."""
TITLE = "Does the pattern-learning model describe how this network learned?"


@dataclass(frozen=True)
class Findings:
    """All that a report tells."""

    derivations: tuple[Derivation, ...]
    """What is true of the models of Figure 2, before anything is trained."""
    comparison: Comparison
    command: str
    """The command line that made the report."""
    seconds: Mapping[str, float]
    """What took how long."""


def figure_2_derivations() -> tuple[Derivation, ...]:
    """Return what is derived from the two models of Figure 2."""
    return tuple(derive(name, model) for name, model in figures.figure_2_models())


def write_report(findings: Findings, path: Path) -> None:
    """Write the report to `path`, whole or not at all."""
    with writing(path):
        write_text(path, to_html(findings))


def to_html(findings: Findings) -> str:
    """Return the report as a page."""
    found = findings.comparison
    return page(
        TITLE,
        f"<h1>{text(TITLE)}</h1>",
        f'<div class="lead"><p><b>In short.</b> {text(_in_short(found))}</p></div>',
        section("question", "The question", *_question()),
        section("model", "What the model says", *_model_says(findings.derivations)),
        section("training", "What training did", *_training_did(found)),
        section("fit", "The model held against the run", *_fit(found)),
        section("verdict", "Where they agree, and where not", *_verdict(found)),
        section("making", "How this was made", *_making(findings)),
    )


def _in_short(found: Comparison) -> str:
    return f"The run: {sentence(found.verdict.observed.kind)} {answer(found.verdict)}"


def _question() -> Iterator[str]:
    yield paragraph(
        "Some networks first memorize their training set and generalize only much later: they grok.",
        "In others test accuracy rises, falls and rises again: it double-descends.",
        "Davies, Langosco and Krueger (2022) propose that both are one thing. A network learns patterns, each at its",
        "own speed and each of its own use on unseen data; fast patterns that generalize poorly come before slow",
        "ones that generalize well.",
    )
    yield paragraph(
        "This report asks the model first, trains a network second, and then holds the two against each other.",
        "It can come out against the model.",
    )


def _model_says(derivations: tuple[Derivation, ...]) -> Iterator[str]:
    yield paragraph(
        "Three patterns: a heuristic that is fast and generalizes, an overfitting one that is fast and does not, and a",
        "slow one that generalizes and is preferred once it is there. The maximum predictiveness of the first and the",
        "last alone decides between double descent and grokking (their Figure 2).",
    )
    yield panels(*(panel for derivation in derivations for panel in _figure_2_row(derivation)))
    yield table(
        "Plateaus of test accuracy if each pattern were learned before the next one starts (exact).",
        ("model", "learned", "test accuracy", "as a fraction"),
        [(d.name, learned, float(v), fraction_text(v)) for d in derivations for learned, v in plateaus(d)],
        numeric=(2, 3),
    )
    for derivation in derivations:
        yield paragraph(f"What the plateaus of the model {derivation.name.lower()} imply:")
        yield bullets(_implied(derivation.conditions))
    yield table(
        "Shape of the curves at their real speeds. Certified: proved, by balls and exact arithmetic.",
        ("model", "what", "time t", "accuracy", "trust"),
        [row for derivation in derivations for row in _shape_rows(derivation)],
        numeric=(2, 3),
    )
    for derivation in derivations:
        if not derivation.shape.certified:
            complete = f"Whether {derivation.name.lower()} has no other extrema is {derivation.shape.verdict}:"
            yield paragraph(complete, f"{derivation.shape.reason}.")


def _implied(found: PlateauConditions) -> Iterator[str]:
    """Yield what the plateaus say of descent, second ascent and double descent, one sentence each."""
    yield from map(sentence, found.text.splitlines())


def _figure_2_row(derivation: Derivation) -> Iterator[Panel]:
    computed = figures.figure_2_curves(derivation.model)
    word = derivation.name.lower().replace(" ", "-")
    names = pattern_names(derivation.model)
    yield Panel(
        f"{word}-patterns",
        f"{derivation.name}, patterns",
        "Share of the training set that each pattern classifies, against time.",
        figures.panel(figures.draw_patterns, computed, names),
    )
    yield Panel(
        f"{word}-accuracy",
        f"{derivation.name}, accuracy",
        "Train and test accuracy that follow from these patterns.",
        figures.panel(figures.draw_accuracies, computed),
    )


def _shape_rows(derivation: Derivation) -> Iterator[tuple[object, ...]]:
    found, word = derivation.shape, trust(derivation.shape.certified)
    for extremum in found.extrema:
        yield derivation.name, f"{extremum.kind} of test accuracy", f"{extremum.t:.6g}", f"{extremum.value:.6f}", word
    if not found.extrema:
        yield derivation.name, "no extremum of test accuracy", None, None, word
    for crossing in found.crossings:
        what = f"{crossing.curve} accuracy passes, {crossing.direction}wards"
        yield derivation.name, what, f"{crossing.t:.6g}", f"{crossing.level:.6f}", word


def _training_did(found: Comparison) -> Iterator[str]:
    curves, seen = found.curves, found.verdict.observed
    yield paragraph(_task(found))
    yield f"<p><b>{text(sentence(seen.kind))}</b> {text(sentence(seen.reason))}</p>"
    columns = _columns(found)
    views = [
        Panel(
            "run-accuracy",
            "Accuracy",
            "Train and test accuracy against training step; the dotted line is guessing.",
            figures.panel(figures.draw_accuracies, curves, chance=found.chance, size=figures.NARROW_PANEL),
        ),
        Panel(
            "run-log-accuracy",
            "Log accuracy",
            "The same on a logarithmic scale, where an early rise and fall of test accuracy shows.",
            figures.panel(figures.draw_log_accuracies, curves, chance=found.chance, size=figures.NARROW_PANEL),
        ),
    ]
    if {"train_loss", "test_loss"} <= columns.keys():
        losses = columns["step"], columns["train_loss"], columns["test_loss"]
        views.append(
            Panel(
                "run-loss",
                "Loss",
                "Train and test loss of the same run.",
                figures.panel(figures.draw_losses, *losses, size=figures.NARROW_PANEL),
            )
        )
    yield paragraph("One run, three ways, as in Figure 1 of the paper." if len(views) == 3 else "One run, two ways.")
    yield panels(*views)
    yield from _zero_dividends(found, columns)


def _task(found: Comparison) -> str:
    run = found.run
    sizes = f"{run.sizes['train']} examples to train on and {run.sizes['test']} to test on"
    settings = run.record["configuration"]
    if not _ours(settings):
        return f"The run in {run.path} was recorded by another training loop: {sizes}."
    return (
        f"The task is {_task_in_words(settings['task'])}; there are {sizes}, and guessing is right once in "
        f"{run.classes}. The network is {_network_in_words(settings['network'])}. Weight decay is "
        f"{settings['optimizer']['weight_decay']:g}, the seed {settings['seed']}."
    )


def _ours(settings: Mapping[str, Any]) -> bool:
    """Return whether a configuration is of our trainer; other loops may give its words to other things."""
    parts = [settings.get(role) for role in ("task", "network", "optimizer")]
    return "seed" in settings and all(isinstance(part, Mapping) and "kind" in part for part in parts)


def _task_in_words(settings: Mapping[str, Any]) -> str:
    if settings.get("operation") == "x/y":
        return f"division modulo {settings['modulus']}: from a and b ≠ 0, predict c with b c = a"
    return task_name(settings)


def _network_in_words(settings: Mapping[str, Any]) -> str:
    if settings["kind"] == "transformer":
        return f"a transformer of {settings['layers']} layers and width {settings['width']}"
    return f"of kind {settings['kind']}"


def _zero_dividends(found: Comparison, columns: Mapping[str, NDArray[np.float64]]) -> Iterator[str]:
    zeros, rest = found.run.sizes.get("test_zero_dividend", 0), found.curves.parts.get("test_rest")
    if not zeros or rest is None or found.chance is None or "test_zero_dividend_correct" not in columns:
        return
    step, zero_correct = columns["step"], columns["test_zero_dividend_correct"]
    yield paragraph(
        "The paper finds a first pattern, 0 / b = 0, true of the test set as of the training set, and a fall",
        "below chance on everything else while the network memorizes: an answer seen in training for some a, or for",
        "some b, is never the right one for a test example with the same a or b (its Figure 7). In this run",
        f"{_early_peak(found.run.sizes, step, columns['test_correct'])}"
        f"{_zero_dividends_learned(step, zero_correct, zeros)}, and accuracy on everything else",
        _fall_of_the_rest(found.verdict.observed.parts.get("test_rest"), found.chance),
    )
    yield panels(
        Panel(
            "run-zero-dividend",
            "Correct test answers, early",
            f"All of them, and those of the form 0/b; dotted, the {zeros} of the form 0/b that there are.",
            figures.panel(figures.draw_correct_answers, step, columns["test_correct"], zero_correct, zeros),
        ),
        Panel(
            "run-rest",
            "Everything but 0/b",
            "Test accuracy on the other examples against guessing.",
            figures.panel(figures.draw_rest, step, rest, found.chance),
        ),
    )


def _early_peak(sizes: Mapping[str, int], step: NDArray[np.float64], correct: NDArray[np.float64]) -> str:
    """Return how many test answers were right at once early on, beside the paper's number if the test set is as large.

    The paper's is the peak of its Figure 7, between steps 15 and 60 (docs/sources.md).
    """
    early = (step >= EARLY[0]) & (step <= EARLY[1])
    if not early.any():
        return ""
    peak = f"at most {correct[early].max():.0f} test answers were right between steps {EARLY[0]} and {EARLY[1]}"
    return f"{peak} (the paper's peak is {PAPERS_PEAK}), " if sizes["test"] == PAPERS_TEST_SET else f"{peak}, "


def _zero_dividends_learned(step: NDArray[np.float64], zero_correct: NDArray[np.float64], zeros: int) -> str:
    if not (zero_correct == zeros).any():
        return f"at most {zero_correct.max():.0f} of the {zeros} test examples 0/b were ever right at once"
    return f"all {zeros} test examples 0/b were right first at step {step[np.argmax(zero_correct == zeros)]:.0f}"


def _fall_of_the_rest(lowest: Point | None, chance: float) -> str:
    if lowest is None:
        return "was not followed."
    side = "below" if lowest.accuracy < chance else "not below"
    return f"was lowest at step {lowest.step:.0f}, {lowest.accuracy:.2%}: {side} chance, which is {chance:.2%}."


def _fit(found: Comparison) -> Iterator[str]:
    """Yield the best fit as words, figures and a table, what is doubtful about it, and all other fits."""
    best = found.fits.best
    unit = "the logarithm of the step" if best.time == "log" else "the step"
    yield paragraph(
        f"A model of {counted(best.model.n, 'pattern')} above a chance level was fitted to both curves at once, under",
        "several generalization rules and in two notions of time.",
        f"The best fit has the rule “{rule_name(best.model)}” and {unit} as its time.",
        "Its patterns are numbered from 0 and bear no names of roles: how well each generalizes, its g says.",
    )
    yield _fit_panels(found)
    yield table(
        f"The best fit, {best.time} time, patterns in order of inflection; all numbers float.",
        ("pattern", "γ", "α", "b", "inflection at step", "g"),
        [
            (name, float(p.gamma), float(p.alpha), float(p.b), inflection(best, float(p.b)), float(p.g))
            for name, p in by_inflection(best.model)
        ],
        numeric=(1, 2, 3, 4, 5),
    )
    if best.intervals:
        yield table(
            f"{INTERVALS[0].upper()}{INTERVALS[1:]}.",
            ("parameter", "value", "interval"),
            [(one.name, one.value, range_of(one)) for one in best.intervals],
            numeric=(1, 2),
        )
    if best.warnings:
        yield paragraph("What in this fit should not be interpreted:")
        yield bullets(best.warnings)
    yield table(
        "All fits, the best first: root mean square error of each accuracy, and how many starts ended there.",
        ("rule", "time", "train", "test", "starts"),
        [_fit_row(one) for one in by_cost(found.fits)],
        numeric=(2, 3, 4),
    )


def _fit_panels(found: Comparison) -> str:
    best = found.fits.best
    fitted = best.curves(_fine_steps(found.curves))
    return panels(
        Panel(
            "fit-accuracy",
            "Run and model",
            "Marks are the run, lines the best fit.",
            figures.panel(figures.draw_fit, found.curves, fitted),
        ),
        Panel(
            "fit-patterns",
            "What the fitted model says was learned when",
            "Predictiveness of each fitted pattern.",
            figures.panel(figures.draw_patterns, fitted, pattern_names(best.model)),
        ),
    )


def _fit_row(one: Fit) -> tuple[str, ...]:
    errors = f"{one.rmse_train:.4f}", f"{one.rmse_test:.4f}"
    return rule_name(one.model), one.time, *errors, f"{one.starts_at_best} of {one.starts}"


def _fine_steps(curves: Curves) -> NDArray[np.float64]:
    """Return steps that are dense enough for a smooth line on a logarithmic axis, 0 included."""
    return np.concatenate([[0.0], np.geomspace(1, max(curves.t.max(), 2.0), 400)])


def _verdict(found: Comparison) -> Iterator[str]:
    statements = found.verdict.statements
    yield table(
        "What the fitted model says and what the run did.",
        ("statement", "verdict", "run", "model"),
        [(s.claim, agreement(s.agrees), s.observed, s.predicted) for s in statements],
    )
    if short := short_of_levels(found):
        yield paragraph(*short)
    yield f'<div class="lead"><p><b>Conclusion.</b> {text(found.verdict.conclusion)}</p></div>'


def _making(findings: Findings) -> Iterator[str]:
    run = findings.comparison.run
    made = run.environment
    versions = {"grokdd": __version__} | {k: v for k, v in made.get("versions", {}).items() if v and k != "grokdd"}
    facts: dict[str, Any] = {
        "command": findings.command,
        "written": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "run folder": run.path,
        "run finished": "yes" if run.finished else "no",
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "Python": made.get("python"),
        "machine": ", ".join(str(made[k]) for k in ("system", "processor") if made.get(k)),
        "device": made.get("device_name") or made.get("device"),
        "number format": made.get("number_format"),
        "commit": made.get("commit"),
        "time taken": ", ".join(f"{what} {seconds:.1f} s" for what, seconds in findings.seconds.items()),
    }
    items = "".join(
        f"<dt>{text(name)}</dt><dd>{'<code>' + text(value) + '</code>' if name == 'command' else text(value)}</dd>"
        for name, value in facts.items()
        if value not in (None, "")
    )
    yield f"<dl>{items}</dl>"
    yield table("Configuration of the run.", ("part", "settings"), _settings(run.record.get("configuration", {})))


def _settings(configuration: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each part of a configuration with its settings, and last the settings that belong to none."""
    parts = {name: part for name, part in configuration.items() if isinstance(part, Mapping)}
    rest = {name: value for name, value in configuration.items() if name not in parts}
    for name, part in [*parts.items(), ("run", rest)]:
        if part:
            yield name, "; ".join(f"{setting} = {_value(value)}" for setting, value in flattened(part).items())


def _value(value: object) -> str:
    match value:
        case list():
            return ", ".join(map(_value, value)) or "none"
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
    return str(value)


def _columns(found: Comparison) -> dict[str, NDArray[np.float64]]:
    stored = found.run.table()
    return {name: stored[name].to_numpy().astype(np.float64) for name in stored.column_names}
