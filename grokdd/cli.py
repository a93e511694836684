"""The `grokdd` command: options and help. What a command does is imported only when it is called.

`grokdd --help` must stay light: nothing imported at the top of this file, or of what it imports, loads SymPy,
numba, matplotlib or torch.
"""

import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from . import __version__
from .analytic.errors import InputError
from .exit_codes import ExitCode, no_empty_folder
from .model_argument import read_model
from .output import Output

app = typer.Typer(
    name="grokdd",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    help="When does training grok, when does it double-descend, and does the pattern-learning model say so in advance?",
    epilog="\b\nExample:\n  grokdd tour",
)

MODEL_HELP = "A preset (double_descent, grokking) or a TOML file."
Model = Annotated[str, typer.Argument(metavar="MODEL", help=MODEL_HELP)]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors (and the JSON, if asked for).")]
TOUR_FOLDER = Path("runs/tour")
ATLAS_FOLDER = Path("runs/atlas")


def _path(given: str | Path) -> Path:
    """Return a path that was given; an empty one would be the folder that one happens to be in."""
    if given == "":
        raise typer.BadParameter("a path must not be empty; the folder you are in is '.'")
    return Path(given)


A_PATH = {"parser": _path, "metavar": "PATH"}
Device = Annotated[str, typer.Option(help="Where to train: cpu, cuda or cuda:N.")]


def invoke(arguments: Sequence[str]) -> None:
    """Run the command line `arguments`; what goes wrong is raised, for `exit_codes` to translate."""
    command = typer.main.get_command(app)
    # Not command(...): in its own main, typer catches Ctrl-C and closed pipes and decides on exit codes itself.
    with command.make_context("grokdd", list(arguments), obj=tuple(arguments)) as context:
        command.invoke(context)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"grokdd {__version__}")
        raise typer.Exit


@app.callback()
def _grokdd(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command(
    short_help="The whole chain, from the model to a report.",
    epilog="\b\nExample:\n  grokdd tour --out runs/tour",
)
def tour(
    context: typer.Context,
    out: Annotated[
        Path, typer.Option(help="Folder of run and report; a tour begun in it is resumed.", **A_PATH)
    ] = TOUR_FOLDER,
    device: Device = "cpu",
    seed: Annotated[int, typer.Option(help="Initial weights and batch order.")] = 0,
    steps: Annotated[int | None, typer.Option(help="Most training steps; by default the tour's own budget.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Derive, simulate, train a transformer until it groks, fit, and write OUT/report.html."""
    from .tour import take_tour, tour_configuration

    configuration = tour_configuration(seed=seed, steps=steps)
    with _told_how_to_go_on(context), no_empty_folder(out):
        take_tour(configuration, out, device=device, output=Output(json, quiet), command=_command_line(context))


def _demand_alone(option: str, **others: Path | Literal[True] | None) -> None:
    """Refuse an option beside others that it would leave without effect."""
    for name, value in others.items():
        if value is not None:
            got = f", got {str(value)!r}" if isinstance(value, Path) else ""
            raise InputError(f"--{name} must be left out with {option}{got}")


@app.command(
    short_help="What is true of a model.",
    epilog="\b\nExamples:\n  grokdd derive double_descent\n  grokdd derive --theorems",
)
def derive(
    context: typer.Context,
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help=MODEL_HELP)] = None,
    theorems: Annotated[bool, typer.Option("--theorems", help="Instead: the theorems about all models.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="With --theorems: check them again.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Also write all statements as a document into this folder.", **A_PATH)
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Instead: compute a document.json again and compare.", **A_PATH)
    ] = None,
    margins: Annotated[
        bool, typer.Option("--margins", help="Also how far each parameter may move before the kind changes.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Print the plateaus of MODEL, the conditions on them, and the shape of its test accuracy.

    With --theorems: what is true of all models, how each statement was checked, and what it means for training.
    """
    from .analytic.announced import everywhere

    everywhere(not quiet)
    if theorems:
        if model is not None:
            raise InputError(f"MODEL must be left out with --theorems, got {model!r}")
        _demand_alone("--theorems", replay=replay, margins=margins or None)
        from . import theorem_list

        checked = theorem_list.verified(Output(json, quiet), fresh=fresh)
        if report is not None:
            from .document.general_theory import general_theory
            from .document.pages import write_document

            write_document(general_theory(Output(json, quiet), fresh=fresh), report)
        Output(json, quiet).answer(theorem_list.lines(checked, report), {"theorems": checked})
        if theorem_list.failed(checked):
            raise typer.Exit(ExitCode.NO)
        return
    if replay is not None:
        if model is not None:
            raise InputError(f"MODEL must be left out with --replay, got {model!r}")
        _demand_alone("--replay", report=report, margins=margins or None)
        from . import replaying

        found = replaying.replayed(replay, Output(json, quiet))
        Output(json, quiet).answer(replaying.lines(found), replaying.as_json(found))
        if found.differences:
            raise typer.Exit(ExitCode.NO)
        return
    if model is None:
        context.fail("Missing argument 'MODEL' (or --theorems).")
    if fresh:
        raise InputError("--fresh must come with --theorems")
    read = read_model(model)
    if report is not None and report.exists() and not report.is_dir():  # asked before what takes a while
        raise InputError(f"--report must be a folder, got the file {report}")
    from . import derivation

    derived = derivation.derive(model, read, margins=margins)
    if report is not None:
        from .document.pages import write_document
        from .document.statements import documented

        document = documented(model, read)
        with no_empty_folder(report):
            write_document(document, report)
    Output(json, quiet).answer(derivation.lines(derived, report), derivation.as_json(derived))


@app.command(
    short_help="The curves of a model.",
    epilog="\b\nExamples:\n  grokdd simulate grokking --points 7\n  grokdd simulate model.toml --at 50 --at 200 --json",
)
def simulate(
    model: Model,
    until: Annotated[float, typer.Option(help="Last time of an even grid that begins at 0.")] = 300.0,
    points: Annotated[int, typer.Option(help="Number of times on that grid.")] = 13,
    at: Annotated[list[float] | None, typer.Option(help="A time; may be repeated, and replaces the grid.")] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Also draw the curves into this .svg, .pdf or .png file.", **A_PATH)
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Print the train and test accuracy of MODEL, and its patterns, at given times."""
    read = read_model(model)
    from . import simulation

    times = simulation.listed(at) if at else simulation.grid(until, points)
    found = simulation.simulate(read, times)
    if figure is not None:
        simulation.draw(read, found, figure)
    Output(json, quiet).answer(simulation.lines(read, found), simulation.as_json(model, read, found))


@app.command(
    short_help="The kind of every model in a plane.",
    epilog="\b\nExample:\n  grokdd atlas double_descent --x gamma_0 0 1 --y gamma_2 0 1 --out runs/atlas",
)
def atlas(
    context: typer.Context,
    model: Model,
    x: Annotated[tuple[str, float, float], typer.Option(help="A parameter, its first and its last value.")],
    y: Annotated[tuple[str, float, float], typer.Option(help="Another one: gamma_0, alpha_2, b_1, g_0, chance, ...")],
    out: Annotated[
        Path, typer.Option(help="Folder of the atlas and its figure; one begun in it is resumed.", **A_PATH)
    ] = ATLAS_FOLDER,
    points: Annotated[int, typer.Option(help="Values of each parameter, evenly spaced.")] = 200,
    no_boundaries: Annotated[
        bool, typer.Option("--no-boundaries", help="Leave out the exact boundaries, which take up to minutes.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Classify every model of a grid, MODEL with two parameters that run, and draw the kinds into OUT/atlas.svg."""
    read = read_model(model)
    from . import atlas_run

    axes = atlas_run.plane(read, x, y, points)
    output = Output(json, quiet)
    with _told_how_to_go_on(context), no_empty_folder(out):
        done = atlas_run.run_atlas(read, axes, out, boundaries=not no_boundaries, output=output)
    output.answer(atlas_run.lines(done), atlas_run.as_json(model, done))


@app.command(
    short_help="Train a network on an operation.",
    epilog="\b\nExample:\n  grokdd train --modulus 97 --weight-decay 1 --steps 3000 --out runs/wd1",
)
def train(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(help="Run folder; a run of this configuration in it is resumed.", **A_PATH)
    ] = None,
    operation: Annotated[str | None, typer.Option(help="x/y, x+y, x-y, x*y, x^2+y^2, ... (default: x/y).")] = None,
    modulus: Annotated[int | None, typer.Option(help="Operands and answers are residues modulo it.")] = None,
    train_fraction: Annotated[float | None, typer.Option(help="Share of the examples trained on, in (0, 1).")] = None,
    split_seed: Annotated[int | None, typer.Option(help="Which examples are trained on.")] = None,
    seed: Annotated[int, typer.Option(help="Initial weights, batch order and dropout.")] = 0,
    layers: Annotated[int | None, typer.Option(help="Transformer blocks.")] = None,
    width: Annotated[int | None, typer.Option(help="Width of the residual stream.")] = None,
    heads: Annotated[int | None, typer.Option(help="Attention heads; they divide the width.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="AdamW's learning rate after warm-up.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Decoupled weight decay, on every parameter.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Examples per step.")] = None,
    steps: Annotated[int | None, typer.Option(help="Training steps.")] = None,
    number_format: Annotated[str | None, typer.Option(help="auto, float32, bfloat16 or float64.")] = None,
    public: Annotated[bool, typer.Option("--public", help="With the quirks of the paper's public code.")] = False,
    device: Device = "cpu",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train a network and keep its curves in a run folder; by default the paper's transformer on division mod 97."""
    from . import run_summary, training_run

    given = {
        "operation": operation,
        "modulus": modulus,
        "train_fraction": train_fraction,
        "split_seed": split_seed,
        "layers": layers,
        "width": width,
        "heads": heads,
        "learning_rate": learning_rate,
        "weight_decay": weight_decay,
        "batch_size": batch_size,
        "steps": steps,
        "number_format": number_format,
    }
    configuration = training_run.configuration(public, seed, {name: v for name, v in given.items() if v is not None})
    folder = out or training_run.default_folder(configuration)
    output = Output(json, quiet)
    with _told_how_to_go_on(context), no_empty_folder(folder):
        run = training_run.train(configuration, folder, device, output)
    output.answer(run_summary.lines(run), run_summary.as_json(run))


@app.command(
    short_help="Train a grid of networks.",
    epilog="\b\nExample:\n  grokdd sweep sweep.toml --out runs/sweep",
)
def sweep(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", parser=_path, help="A TOML file: experiment, [settings], [grid].")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder of the sweep; one begun in it is resumed.", **A_PATH)] = None,
    device: Device = "cpu",
    workers: Annotated[int | None, typer.Option(help="Batches trained side by side; by default one a core.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train every combination of the settings in FILE, those of one structure together; one table holds all curves."""
    from . import sweep_run

    output = Output(json, quiet)
    folder = out or Path("runs") / file.stem
    with _told_how_to_go_on(context), no_empty_folder(folder):
        done = sweep_run.run_sweep(file, folder, device=device, workers=workers, output=output)
    output.answer(sweep_run.lines(done), sweep_run.as_json(done))


@app.command(
    short_help="Carry out a study, and judge it.",
    epilog="\b\nNAME: figure_1, width, zero_dividend, operations, weight_decay, progress_measures,\n"
    "  weight_norm (also --size smaller_init), sparse_parity, numerics, accelerators; all\n"
    "Examples:\n  grokdd experiment sparse_parity\n  grokdd experiment all",
)
def experiment(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A study (docs/studies.md), or all of them.")],
    size: Annotated[str, typer.Option(help="small: minutes on two cores; full: for a card, or a night.")] = "small",
    seeds: Annotated[
        list[int] | None, typer.Option(help="Seed in place of its own; more: --seeds 1 --seeds 2.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the study; one begun in it is resumed.", **A_PATH)] = None,
    results: Annotated[
        Path | None, typer.Option(help="Also keep curves, figure and findings in this folder.", **A_PATH)
    ] = None,
    device: Device = "cpu",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train all runs of a study and say what they found: each question with what was demanded beforehand."""
    from . import experiment_run

    output, found = Output(json, quiet), []
    for study in experiment_run.studies_named(name, size, seeds, alone=out is not None):
        folder = out or Path("runs") / f"{study.name}-{size}"
        with _told_how_to_go_on(context), no_empty_folder(folder):
            done = experiment_run.run_experiment(study, size, folder, device=device, output=output, results=results)
        output.say(*experiment_run.lines(done))
        found.append(experiment_run.as_json(done))
    output.answer([], {"studies": found})


@app.command(
    short_help="Fit the model to a run, and judge it.",
    epilog="\b\nExample:\n  grokdd fit runs/tour/run --report report.html",
)
def fit(
    context: typer.Context,
    run: Annotated[
        Path, typer.Argument(metavar="RUN", parser=_path, help="A run folder, of `grokdd train` or of any Recorder.")
    ],
    patterns: Annotated[int, typer.Option(help="Number of patterns of the model, 1 to 12.")] = 3,
    chance: Annotated[float | None, typer.Option(help="Accuracy of guessing; by default 1 / answers, else 0.")] = None,
    starts: Annotated[int, typer.Option(help="Random starts for each rule and time axis.")] = 12,
    seed: Annotated[int, typer.Option(help="Of these starts.")] = 0,
    report: Annotated[Path | None, typer.Option(help="Also write this HTML report.", **A_PATH)] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit the pattern model to a run and say where the two agree and where they do not."""
    if not 1 <= patterns <= 12:
        raise InputError(f"--patterns must lie in 1..12, got {patterns}; see grokdd fit --help")
    for option, value, least in (("--starts", starts, 1), ("--seed", seed, 0)):
        if value < least:
            raise InputError(f"{option} must be at least {least}, got {value}; see grokdd fit --help")
    if report is not None and report.is_dir():  # asked before the fit, which takes a while
        raise InputError(f"--report must be a file, got the folder {report}: give it a name in there")
    if report is not None and not report.parent.is_dir():
        raise InputError(f"--report must lie in a folder that exists, got {report}: make {report.parent} first")
    from . import model_against_run

    output = Output(json, quiet)
    found = model_against_run.compare(run, patterns=patterns, chance=chance, starts=starts, seed=seed, output=output)
    if report is not None:
        model_against_run.report(found, report, command=_command_line(context))
    output.answer(model_against_run.lines(found), model_against_run.as_json(found))


@app.command(
    short_help="How fast this machine computes.",
    epilog="\b\nExample:\n  grokdd bench --seconds 2",
)
def bench(
    seconds: Annotated[float, typer.Option(help="How long each case goes on; every way has three turns at least.")] = 1,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Time the kernels beside the machine's own limits, and beside other packages where those are installed.

    It takes a minute or two. Each value is checked before it is timed; ways of the same work take turns.
    """
    from . import benchmark_run

    output = Output(json, quiet)
    record = benchmark_run.run(seconds, output)
    output.answer(benchmark_run.lines(record), benchmark_run.as_json(record))


def _command_line(context: typer.Context) -> str:
    return shlex.join(["grokdd", *context.obj])


def _as_called(context: typer.Context) -> str:
    """Return the command line with grokdd called as it was called now, so that it can be entered again."""
    called = Path(sys.argv[0])
    on_path = shutil.which("grokdd")
    if called.name == "__main__.py":
        program = [sys.executable, "-m", "grokdd"]
    elif called.name != "grokdd" or (on_path and called.exists() and called.samefile(on_path)):
        program = ["grokdd"]
    else:
        program = [sys.argv[0]]
    return shlex.join([*program, *context.obj])


@contextmanager
def _told_how_to_go_on(context: typer.Context) -> Iterator[None]:
    """Let Ctrl-C say which command goes on where this one stopped."""
    try:
        yield
    except KeyboardInterrupt as stop:
        stopped = str(stop).partition(";")[0] or "interrupted"
        raise KeyboardInterrupt(f"{stopped}; to go on: {_as_called(context)}") from None
