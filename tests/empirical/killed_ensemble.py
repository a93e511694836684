"""Train an ensemble in a process that kills itself: `python killed_ensemble.py OUT SETTINGS_JSON WHERE PASSES`.

SETTINGS_JSON is a list of settings, one a member. What it does otherwise is that of `killed_run.py`.
"""

import json
import os
import sys
from pathlib import Path

from grokdd.empirical import Configuration, checkpoints, recorder, run_folder
from grokdd.empirical.ensembles import run_ensemble

sys.path.insert(0, str(Path(__file__).parent))
from killed_run import Killer


class MemberKiller(Killer):
    """Leaves half a record in the first member's log."""

    def line(self, row) -> bytes:
        first = self.out / "members" / "a"

        def half() -> None:
            with open(first / run_folder.LOG, "ab") as log:
                log.write(b'{"step": 1, "train_lo')

        self.visit("log", half)
        return recorder_line(row)


recorder_line = recorder._line


def main(out: str, settings: str, where: str, passes: str) -> None:
    killer = MemberKiller(Path(out), where, int(passes))
    recorder._line, checkpoints.write_whole, os.replace = killer.line, killer.write_whole, killer.replace
    members = {name: Configuration().changed(one) for name, one in zip("abc", json.loads(settings), strict=True)}
    run_ensemble(members, out=out, workers=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
