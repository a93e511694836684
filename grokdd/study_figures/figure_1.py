"""Figure 1 of [Davies2022]: accuracy, the logarithm of accuracy, and loss, of the same runs."""

from matplotlib.figure import Figure

from ..empirical.studies.carrying_out import Recorded
from ..empirical.studies.figure_1 import ThreeViews
from ..figures import REFERENCE, TEST, TRAIN, log_scale
from .parts import draw_accuracies, draw_seeds, few_steps, legend_above, no_zeros, of_all, others, sheet


def draw(study: ThreeViews, recorded: Recorded) -> Figure:
    """Return the three views side by side."""
    figure = sheet(2.6)
    runs = recorded.runs
    plain, logarithmic, loss = figure.subplots(1, 3)
    draw_accuracies(plain, runs, 1 / study.modulus)
    for axes, what in ((logarithmic, "accuracy"), (loss, "loss")):
        reads = [no_zeros(lambda run, side=side, what=what: getattr(run, what)(side)) for side in ("train", "test")]
        for read, style, side in zip(reads, (TRAIN, TEST), ("train", "test"), strict=True):
            draw_seeds(axes, runs, read, style, side)
        log_scale(axes, of_all(runs, *reads), f"{what}{' in nats' if what == 'loss' else ''} (log scale)")
    logarithmic.axhline(1 / study.modulus, label="chance", **REFERENCE)
    for axes in (plain, logarithmic, loss):
        few_steps(axes, of_all(runs, lambda run: run.step), most=4)
    legend_above(figure, [plain], thin=others(runs))
    return figure
