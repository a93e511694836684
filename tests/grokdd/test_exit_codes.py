"""Whatever a command raises ends as one line on stderr and the exit code that the design gives it."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from grokdd.__main__ import INTERRUPTED, main
from grokdd.analytic import InputError, MachineError
from grokdd.exit_codes import LESS_MEMORY, ExitCode, exit_code_of, no_empty_folder, one_line, writing

from .conftest import TINY_OPTIONS

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": ""}
GROKDD = (sys.executable, "-m", "grokdd")


def raising(error):
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("gamma must lie in [0, 1], got 1.2"), 2, "grokdd: gamma must lie in [0, 1], got 1.2"),
        (
            FileNotFoundError(errno.ENOENT, "No such file", "x/y"),
            2,
            "grokdd: x/y: No such file; make its folder first, or choose another path",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "x"),
            2,
            "grokdd: x: Permission denied; choose another path, or have its rights changed",
        ),
        (MachineError("no such device"), 4, "grokdd: no such device"),
        (
            OSError(errno.ENOSPC, "No space left on device", "runs/a"),
            4,
            "grokdd: runs/a: No space left on device; make room, or choose a place with more",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), 4, "grokdd: No space left on device"),
        (OSError("nothing known"), 4, "grokdd: nothing known"),
        (MemoryError("Unable to allocate 9 TiB"), 4, f"grokdd: out of memory: Unable to allocate 9 TiB; {LESS_MEMORY}"),
        (
            RuntimeError("[enforce fail at alloc_cpu.cpp:1] err == 0. DefaultCPUAllocator: can't allocate memory: 9"),
            4,
            f"grokdd: out of memory: err == 0. DefaultCPUAllocator: can't allocate memory: 9; {LESS_MEMORY}",
        ),
        (
            ValueError("Maximum allowed dimension exceeded"),
            4,
            f"grokdd: out of memory: Maximum allowed dimension exceeded; {LESS_MEMORY}",
        ),
        (
            ModuleNotFoundError("No module named 'torch'", name="torch"),
            4,
            "grokdd: this command needs torch, which is not installed: pip install 'grokdd[empirical]', "
            "or from a clone pip install '.[empirical]'",
        ),
        (
            ModuleNotFoundError("No module named 'scipy'", name="scipy.special"),
            4,
            "grokdd: grokdd needs scipy, which is not installed: pip install --force-reinstall grokdd",
        ),
        (KeyboardInterrupt(), 130, "grokdd: interrupted"),
        (KeyboardInterrupt("stopped after step 3"), 130, "grokdd: stopped after step 3"),
    ],
)
def test_an_error_is_one_line_and_its_exit_code(capsys, error, code, line):
    got = exit_code_of(raising(error))
    assert got == code
    assert capsys.readouterr().err == line + "\n"


@pytest.mark.parametrize("error", [ValueError("our\nbug"), ModuleNotFoundError(name="grokdd.x")])
def test_our_bug_leaves_its_traceback_in_a_file(capsys, monkeypatch, tmp_path, error):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    got = exit_code_of(raising(error))
    lines = capsys.readouterr().err.splitlines()
    assert got == ExitCode.OUR_BUG
    assert len(lines) == 1
    (file,) = tmp_path.iterdir()
    assert lines[0].endswith(str(file))
    assert f"{type(error).__name__}" in file.read_text()
    assert "in command" in file.read_text()


def test_a_bug_on_a_full_disk_is_still_one_line(capsys, monkeypatch):
    monkeypatch.setattr("tempfile.mkstemp", raising_anything(OSError(errno.ENOSPC, "No space left on device")))
    assert exit_code_of(raising(RuntimeError("odd"))) == ExitCode.OUR_BUG
    (line,) = capsys.readouterr().err.splitlines()
    assert "RuntimeError: odd" in line
    assert "No space left on device" in line


@pytest.mark.parametrize("name", [None, "r.html.partial"])
def test_writing_names_the_file_that_was_asked_for(name):
    with pytest.raises(OSError, match="No space") as caught, writing(Path("r.html")):
        raise OSError(errno.ENOSPC, "No space left on device", name)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "r.html")


def test_writing_leaves_another_file_its_name_and_a_closed_pipe_its_kind():
    with pytest.raises(FileNotFoundError) as caught, writing(Path("r.html")):
        raise FileNotFoundError(errno.ENOENT, "No such file", "other")
    assert caught.value.filename == "other"
    with pytest.raises(BrokenPipeError), writing(Path("r.html")):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def test_folders_that_stay_empty_are_taken_away_and_no_others(tmp_path):
    def write(path, *written):
        with no_empty_folder(tmp_path / path):
            (tmp_path / path / "inner").mkdir(parents=True)
            for name in written:
                (tmp_path / path / name).write_text("kept")
            raise KeyboardInterrupt

    def fail(path, *written):
        with pytest.raises(KeyboardInterrupt):
            write(path, *written)

    fail("a/b")
    assert not list(tmp_path.iterdir())
    fail("a/b", "file")
    assert [one.name for one in (tmp_path / "a" / "b").iterdir()] == ["file"]
    fail("a/c")
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["b"]
    with no_empty_folder(tmp_path / "d"):
        (tmp_path / "d").mkdir()
    assert (tmp_path / "d").is_dir()


@pytest.mark.parametrize(
    ("called", "on_path", "expected"),
    [
        (".venv/bin/grokdd", None, ".venv/bin/grokdd tour"),
        ("/a/grokdd/__main__.py", None, f"{sys.executable} -m grokdd tour"),
        ("pytest", None, "grokdd tour"),
    ],
)
def test_ctrl_c_says_the_command_as_it_was_called(capsys, monkeypatch, called, on_path, expected):
    monkeypatch.setattr("sys.argv", [called])
    monkeypatch.setattr("shutil.which", lambda _: on_path)
    monkeypatch.setattr("grokdd.tour.take_tour", raising_anything(KeyboardInterrupt("stopped")))
    assert main(["tour"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == f"grokdd: stopped; to go on: {expected}\n"


def raising_anything(error):
    def function(*_, **__):
        raise error

    return function


def test_done_is_0_and_typers_exit_is_kept():
    assert exit_code_of(lambda: None) == ExitCode.DONE
    assert exit_code_of(raising(typer.Exit(5))) == 5


def test_the_readme_and_the_design_name_every_code_and_no_other():
    codes = {int(code) for code in ExitCode}
    (sentence,) = re.findall(r"Exit codes: ([^.]*)\.", (REPOSITORY / "README.md").read_text())
    assert {int(number) for number in re.findall(r"\d+", sentence)} == codes
    design = (REPOSITORY / "docs" / "design.md").read_text()
    table = design.partition("## Errors and exit codes")[2].partition("\n## ")[0]
    assert {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == codes


def test_a_name_cannot_steer_the_terminal():
    assert one_line("got\n'\x1b[2J\r'") == r"got '\x1b[2J '"


def test_a_closed_pipe_is_silent():
    with subprocess.Popen(
        [*GROKDD, "simulate", "grokking", "--points", "20000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd=REPOSITORY,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == ExitCode.READER_LEFT


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which only Linux has")
def test_a_full_disk_behind_stdout_is_the_machine_s_fault():
    with open("/dev/full", "w") as full:
        done = subprocess.run([*GROKDD, "--version"], stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False)
    assert done.returncode == ExitCode.MACHINE_FAILED
    assert done.stderr.decode().splitlines() == ["grokdd: No space left on device"]


def test_ctrl_c_stops_training_cleanly_and_says_how_to_go_on(tmp_path):
    arguments = [*TINY_OPTIONS, "--steps", "1000000", "--out", str(tmp_path / "run")]
    with subprocess.Popen(
        [*GROKDD, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        log = tmp_path / "run" / "log.jsonl"
        while not log.exists() or len(log.read_bytes().splitlines()) < 5:
            assert process.poll() is None, "training ended before it was interrupted"
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED
    (line,) = complaint.splitlines()
    assert line.startswith("grokdd: stopped after step ")
    assert line.endswith(f"to go on: {' '.join([*GROKDD, *arguments])}")  # as it was called
    assert list((tmp_path / "run" / "checkpoints").iterdir())


AS_A_SCRIPT = """
import sys

class Told:
    def find_spec(self, name, *_):
        if name == "grokdd.exit_codes":
            print("begun", flush=True)

sys.meta_path.insert(0, Told())
from grokdd.__main__ import main
sys.exit(main())
"""
"""What the console script does, and a word where the first module of ours is loaded that takes time: the interpreter's
own start is not ours to help."""


def heed_ctrl_c():
    """Undo what a shell does to jobs in the background, and so to tests that run as one: they ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


# Both go on for seconds at least, margins because nothing of them is kept here: this process may be held up.
@pytest.mark.parametrize("command", ["derive double_descent --margins", "train --steps 1000000"])
@pytest.mark.parametrize("after", [0.005, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3])
def test_ctrl_c_while_modules_are_loaded_is_one_line(tmp_path, command, after):
    with subprocess.Popen(
        [sys.executable, "-c", AS_A_SCRIPT, *command.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT | {"GROKDD_CACHE": str(tmp_path / "cache")},
        cwd=tmp_path,
        preexec_fn=heed_ctrl_c,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED
    assert re.fullmatch(r"grokdd: (interrupted|stopped).*\n", complaint)


def test_ctrl_c_inside_an_exec_is_the_exit_code_and_not_the_signal(tmp_path):
    """As of a dataclass that is being defined; Python remembers it, and would end by the signal."""
    (tmp_path / "stopped.py").write_text(
        "import sys, grokdd.cli, grokdd.__main__\n"
        "def stopped(_):\n    exec('raise KeyboardInterrupt')\n"
        "grokdd.cli.invoke = stopped\nsys.exit(grokdd.__main__.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "stopped"], capture_output=True, text=True, env=ENVIRONMENT, cwd=tmp_path, check=False
    )
    assert (done.returncode, done.stderr) == (ExitCode.INTERRUPTED, "grokdd: interrupted\n")


def test_the_code_that_is_known_before_anything_is_loaded_is_the_same():
    assert INTERRUPTED == ExitCode.INTERRUPTED
