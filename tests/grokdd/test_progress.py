"""Progress: a live bar on a terminal, a line now and then elsewhere, nothing when quiet or beside JSON."""

import io
import re

import pytest

from grokdd.empirical import Evaluation
from grokdd.output import Output
from grokdd.progress import SECONDS_BETWEEN_LINES, lines_now_and_then, training_progress


def evaluation(step):
    return Evaluation(
        step=step,
        total_steps=100,
        train_accuracy=0.5,
        test_accuracy=0.125,
        train_loss=1.5,
        test_loss=2.5,
        steps_per_second=70.0,
    )


def test_lines_come_first_last_and_every_few_seconds_between():
    now, stream = 0.0, io.StringIO()
    with lines_now_and_then(stream, clock=lambda: now) as listener:
        for step in range(5):
            listener(evaluation(step))
            now += 0.4 * SECONDS_BETWEEN_LINES
    told = [int(re.findall(r"step +(\d+)/100", line)[0]) for line in stream.getvalue().splitlines()]
    assert told == [0, 3, 4]  # 3 is the first after 2.5 pauses of 0.4; 4 is told at the end


def test_a_line_holds_both_accuracies():
    stream = io.StringIO()
    with lines_now_and_then(stream) as listener:
        listener(evaluation(7))
    assert "train  50.00%  test  12.50%" in stream.getvalue()
    assert "\r" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_quiet_and_json_hear_nothing():
    for output in (Output(quiet=True), Output(json=True), Output(json=True, quiet=True)):
        with training_progress(output) as listener:
            assert listener is None


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("output", [Output(), Output(json=True)])
def test_on_a_terminal_a_live_bar_shows_both_accuracies(monkeypatch, capsys, output):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    with training_progress(output) as listener:
        assert listener is not None
        listener(evaluation(7))
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "step 7/100" in shown
    assert "train 50.0%  test 12.5%" in shown
    assert "70 steps/s" in shown
    assert "\x1b[" in terminal.getvalue()
    assert capsys.readouterr().out == ""  # standard output is left to the answer
