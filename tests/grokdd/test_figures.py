"""The figures: no label on another, none outside the picture, at the sizes in which readers meet them."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from grokdd import figures
from grokdd.analytic import Curves, presets

STEPS = np.unique(np.concatenate([[0], np.geomspace(1, 12_000, 90).round()]))


def logistic(t, b, alpha):
    return 1 / (1 + np.exp(-alpha * (np.log(np.maximum(t, 0.5)) - np.log(b))))


def run_curves(last=1.0):
    """Return curves with the shape of a run that groks: chance, a small bump, memorization, generalization."""
    chance = 1 / 97
    bump = 0.011 * logistic(STEPS, 30, 4)
    train = chance + (1 - chance) * logistic(STEPS, 500, 4)
    test = chance + bump - 0.009 * logistic(STEPS, 100, 4) + (last - 0.02) * logistic(STEPS, 6000, 8)
    return Curves(STEPS, train, test, axis="steps", train_size=4656, test_size=4656)


def fitted_curves():
    curves = run_curves()
    patterns = np.stack([logistic(STEPS, b, 4) for b in (30, 500, 6000)], axis=-1)
    return Curves(STEPS, curves.train, curves.test, axis="steps", patterns=patterns)


def never_right():
    """Return curves with zeros, which have no logarithm."""
    return Curves(STEPS, np.zeros_like(STEPS), np.zeros_like(STEPS), axis="steps")


def model_curves():
    return figures.figure_2_curves(presets.double_descent())


NAMES = ["heuristic", "overfitting", "slow"]
LONG_NAMES = ["a name that nobody would give to a pattern", "another of them, as long", "w" * 60]
PANELS = {
    "long names": (figures.draw_patterns, model_curves, (LONG_NAMES,)),
    "patterns": (figures.draw_patterns, model_curves, (NAMES,)),
    "fitted patterns": (figures.draw_patterns, fitted_curves, (NAMES,)),
    "model accuracy": (figures.draw_accuracies, model_curves, ()),
    "run accuracy": (figures.draw_accuracies, run_curves, ()),
    "log accuracy": (figures.draw_log_accuracies, run_curves, ()),
    "log accuracy of nothing": (figures.draw_log_accuracies, never_right, ()),
    "fit": (figures.draw_fit, run_curves, (fitted_curves(),)),
    "loss": (figures.draw_losses, lambda: STEPS, (4.6 * np.exp(-STEPS / 800), 4.6 + 6 * logistic(STEPS, 900, 3))),
    "tiny loss": (figures.draw_losses, lambda: STEPS, (10.0 ** (-STEPS / 1000), np.full_like(STEPS, 4.6))),
    "correct answers": (
        figures.draw_correct_answers,
        lambda: STEPS,
        (48 + 48 * logistic(STEPS, 30, 4), 51 * logistic(STEPS, 30, 4), 51),
    ),
    "rest": (figures.draw_rest, lambda: STEPS, (np.full_like(STEPS, 0.002), 1 / 97)),
}


def drawn_texts(figure, monkeypatch):
    """Return (text, box in pixels) of every text that is really drawn; ticks beyond an axis' ends are not."""
    drawn = []
    draw = Text.draw

    def note(self, renderer, *args, **kwargs):
        if self.get_visible() and self.get_text().strip():
            drawn.append((self.get_text(), self.get_window_extent(renderer)))
        draw(self, renderer, *args, **kwargs)

    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # the first drawing settles the layout
    with monkeypatch.context() as patch:
        patch.setattr(Text, "draw", note)
        canvas.draw()
    return drawn


def hold_labels_apart(figure, monkeypatch):
    texts = drawn_texts(figure, monkeypatch)
    width, height = figure.canvas.get_width_height()
    for text, box in texts:
        inside = box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= width + 0.5 and box.y1 <= height + 0.5
        assert inside, f"{text!r} leaves the picture: {box}"
    for (one, box), (other, other_box) in combinations(texts, 2):
        assert not box.overlaps(other_box), f"{one!r} lies on {other!r}"
    return [text for text, _ in texts]


@pytest.mark.parametrize("size", [figures.PANEL_SIZE, figures.NARROW_PANEL], ids=["panel", "narrow"])
@pytest.mark.parametrize("name", PANELS)
def test_no_label_lies_on_another(monkeypatch, name, size):
    draw, first, rest = PANELS[name]
    texts = hold_labels_apart(figures.panel(draw, first(), *rest, size=size), monkeypatch)
    assert len(texts) >= 6  # two axes, their ticks, a legend: the labels were really found


@pytest.mark.parametrize("size", [(8.6, 6.2), (6.4, 5.4)])
def test_figure_2_has_four_panels_with_room_for_their_labels(monkeypatch, size):
    figure = figures.figure_2(size)
    assert len(figure.axes) == 4
    texts = hold_labels_apart(figure, monkeypatch)
    assert {"Double descent: patterns", "Grokking: accuracy"} <= set(texts)


def test_the_check_of_labels_can_fail(monkeypatch):
    figure = figures.panel(figures.draw_accuracies, run_curves())
    figure.axes[0].text(100, 0.5, "one")
    figure.axes[0].text(110, 0.51, "other")
    with pytest.raises(AssertionError, match="'one' lies on 'other'"):
        hold_labels_apart(figure, monkeypatch)


def test_figure_2_shows_the_numbers_of_the_paper():
    accuracy = figures.figure_2().axes[1]
    train, test = (np.asarray(line.get_ydata()) for line in accuracy.lines)
    time = np.asarray(accuracy.lines[1].get_xdata())
    peak = np.argmax(test[time < 80])
    # Half a step of the grid, 0.25, around the maximum at t = 43.556, and the flatness of a maximum there.
    assert time[peak] == pytest.approx(43.556, abs=0.25)
    assert test[peak] == pytest.approx(0.533736, abs=1e-5)
    assert train[-1] == pytest.approx(1, abs=1e-9)


def test_an_accuracy_of_0_leaves_a_gap_in_the_logarithm():
    figure = figures.panel(figures.draw_log_accuracies, never_right())
    for line in figure.axes[0].lines:
        assert np.isnan(line.get_ydata()).all()


def test_the_settings_of_the_user_do_not_matter():
    import matplotlib

    expected = figures.panel(figures.draw_accuracies, run_curves()).axes[0].xaxis.label.get_fontsize()
    with matplotlib.rc_context({"axes.labelsize": 30, "axes.prop_cycle": "cycler('color', 'r')"}):
        figure = figures.panel(figures.draw_accuracies, run_curves())
        assert matplotlib.rcParams["axes.labelsize"] == 30
    assert figure.axes[0].xaxis.label.get_fontsize() == expected


@pytest.mark.parametrize("name", ["a$b", "$x$", r"$\frac{", r"\$5", "_hidden", "two\nlines", "<b>&amp;", "慢"])
def test_a_name_from_a_file_is_drawn_as_it_stands(monkeypatch, name):
    computed = model_curves()
    figure = figures.panel(figures.draw_patterns, computed, ["one", "two", name])
    with figures.house_style():
        labels = [text for text, _ in drawn_texts(figure, monkeypatch)]
    expected = name.replace("\n", " ").replace("$", r"\$")  # matplotlib writes a dollar of no formula as \$
    assert expected in [label.strip() for label in labels]


def luminance(colour):
    """Return the relative luminance of a colour "#RRGGBB" (WCAG 2.1)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def test_curves_stand_out_and_differ_by_more_than_colour():
    for styles in ((figures.TRAIN, figures.TEST, figures.REFERENCE), figures.PATTERNS):
        assert len({str(style["linestyle"]) for style in styles}) == len(styles)
    for style in (figures.TRAIN, figures.TEST, figures.REFERENCE, *figures.PATTERNS):
        assert 1.05 / (luminance(style["color"]) + 0.05) >= 3  # what WCAG 2.1 asks of graphics on white
