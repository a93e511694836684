"""One thread: the networks of the tests are so small that a second one only waits, and on a busy machine for long.

Set before anything loads torch, and inherited by the processes that tests start.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
