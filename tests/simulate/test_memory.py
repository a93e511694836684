"""Free memory, as Linux tells it."""

import pytest

from grokdd.analytic import MachineError
from grokdd.simulate import memory


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with 4 GiB free, in a group limited to 2 GiB of which 1 GiB is used, a quarter of it cached files."""
    (tmp_path / "meminfo").write_text("MemTotal: 8388608 kB\nMemAvailable:    4194304 kB\n")
    (tmp_path / "memory.max").write_text(f"{2**31}\n")
    (tmp_path / "memory.current").write_text(f"{2**30}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {2**28}\n")
    monkeypatch.setattr(memory, "_MACHINE", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    return tmp_path


def test_the_tighter_limit_holds(machine):
    assert memory.free_memory() == 2**31 - 2**30 + 2**28
    (machine / "memory.max").write_text("max\n")
    assert memory.free_memory() == 2**32


def test_no_information_refuses_nothing(machine):
    for file in machine.iterdir():
        file.unlink()
    assert memory.free_memory() is None
    memory.require_memory(2**60, "a table", "none")


def test_refusal_states_the_bytes_and_the_way_out(machine):
    memory.require_memory(2**30 + 2**28, "a table", "none")
    with pytest.raises(MachineError, match=rf"^a table takes {2**31} bytes of memory, and {2**30 + 2**28} .*: sleep$"):
        memory.require_memory(2**31, "a table", "sleep")


def test_this_machine_has_memory():
    free = memory.free_memory()
    assert free is None or free > 2**20
