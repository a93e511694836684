"""Train in a process that kills itself: `python killed_run.py OUT SETTINGS_JSON WHERE PASSES`.

WHERE is "log" (half of a record written), "checkpoint" (half of a checkpoint written) or "rename" (a
checkpoint written, not yet renamed); the process passes that place PASSES times and dies at the next.
SIGKILL cannot be caught: what is on the disk at that moment is all that a resumed run has.
"""

import json
import os
import signal
import sys
from pathlib import Path

from grokdd.empirical import Configuration, checkpoints, recorder, run, run_folder

whole_line, write_whole, replace = recorder._line, run_folder.write_whole, os.replace


class Killer:
    """Dies at the visit to `where` that comes after `passes` others, having done the damage."""

    def __init__(self, out: Path, where: str, passes: int) -> None:
        self.out, self.where, self.left = out, where, passes

    def visit(self, place: str, damage) -> None:
        if place == self.where:
            self.left -= 1
            if self.left < 0:
                damage()
                os.kill(os.getpid(), signal.SIGKILL)

    def line(self, row) -> bytes:
        def half() -> None:
            with open(self.out / run_folder.LOG, "ab") as log:
                log.write(whole_line(row)[:20])

        self.visit("log", half)
        return whole_line(row)

    def write_whole(self, path: Path, write) -> None:
        def then_die(beside: Path) -> None:
            write(beside)
            self.visit("checkpoint", lambda: os.truncate(beside, beside.stat().st_size // 2))

        write_whole(path, then_die)

    def replace(self, source, target) -> None:
        if str(target).endswith(".safetensors"):
            self.visit("rename", lambda: None)
        replace(source, target)


def main(out: str, settings: str, where: str, passes: str) -> None:
    killer = Killer(Path(out), where, int(passes))
    recorder._line, checkpoints.write_whole, os.replace = killer.line, killer.write_whole, killer.replace
    run(Configuration().changed(json.loads(settings)), out=out)


if __name__ == "__main__":
    main(*sys.argv[1:])
