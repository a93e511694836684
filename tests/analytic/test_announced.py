"""A terminal is told what takes long, and nothing else is."""

import sys
import threading
import time
from contextlib import contextmanager

import sympy as sp

from grokdd.analytic import announced as module
from grokdd.analytic import prove, proving
from grokdd.analytic.announced import announced, progress


def pretend_a_terminal(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)


def test_what_takes_long_is_told_of(monkeypatch, capsys):
    pretend_a_terminal(monkeypatch)
    monkeypatch.setattr(module, "AFTER", 0.0)
    with announced("thinking"):
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()
    assert capsys.readouterr().err == "thinking: this takes some seconds\n"


def test_what_is_done_in_time_is_not(monkeypatch, capsys):
    pretend_a_terminal(monkeypatch)
    with announced("thinking"):
        pass
    assert capsys.readouterr().err == ""


def test_what_is_a_part_of_something_announced_says_nothing(monkeypatch, capsys):
    pretend_a_terminal(monkeypatch)
    monkeypatch.setattr(module, "AFTER", 0.0)
    for _ in range(2):  # and afterwards all is as before
        with announced("thinking"), announced("adding"):
            for thread in threading.enumerate():
                if isinstance(thread, threading.Timer):
                    thread.join()
    assert capsys.readouterr().err == 2 * "thinking: this takes some seconds\n"


def test_nothing_is_said_where_nobody_watches(monkeypatch, capsys):
    monkeypatch.setattr(module, "AFTER", 0.0)
    monkeypatch.setattr(module, "_everywhere", False)
    with announced("thinking"):
        time.sleep(0.05)
    assert capsys.readouterr().err == ""


def test_a_command_lets_it_be_said_where_nobody_watches_and_how_far_it_has_come(monkeypatch, capsys):
    monkeypatch.setattr(module, "AFTER", 0.05)
    monkeypatch.setattr(module, "_everywhere", False)
    module.everywhere()
    with announced("thinking"):
        progress("1 of 3")  # not yet: nothing was said for no time
        time.sleep(0.08)
        with announced("a part of it"):
            time.sleep(0.08)
            progress("2 of 3")
        progress("3 of 3")
    progress("4 of 3")  # of nothing
    assert capsys.readouterr().err == "thinking: this takes some seconds\nthinking: 2 of 3\n"


def test_a_proof_is_announced(monkeypatch):
    said = []

    @contextmanager
    def noted(says):
        said.append(says)
        yield

    monkeypatch.setattr(proving, "announced", noted)
    x = sp.Symbol("x", real=True)
    prove(sp.Ge(x**2, 0))
    assert said == ["looking for a proof or an exception"]
