"""Tasks: what is learned, as a finite list of examples, and how it is split into a train set and a test set.

A task from outside the repository is a frozen dataclass with a kind, and a method `examples` that returns the same
examples at every call. Its settings are numbers, strings, booleans or tuples of them, so that a file can hold them, and
are checked at birth. Nothing else is needed: `divide` splits it, and every network that takes as many operands learns
it.

>>> from dataclasses import dataclass
>>> import numpy as np
>>> from grokdd.empirical.demands import demand_whole
>>> from grokdd.empirical.kinds import from_settings, kind
>>> from grokdd.empirical.tasks import Examples, Split, divide

>>> @kind("task", "larger_of_two")
... @dataclass(frozen=True, kw_only=True)
... class LargerOfTwo:
...     size: int = 4
...
...     def __post_init__(self):
...         demand_whole("size", self.size, 2)
...
...     def examples(self):
...         x, y = np.divmod(np.arange(self.size**2), self.size)
...         return Examples(
...             inputs=np.stack([x, y], axis=1),
...             answers=np.maximum(x, y),
...             symbols=self.size,
...             classes=self.size,
...             parts={"equal": x == y},
...             mirror=y * self.size + x,
...         )

>>> task = from_settings("task", {"kind": "larger_of_two", "size": 3})  # as a configuration file names it
>>> data = divide(task.examples(), Split(train_fraction=0.7, symmetric=True))
>>> len(data.train), len(data.test), data.shape
(6, 3, Shape(operands=2, symbols=3, classes=3))

Trained by `grokdd.empirical.run(Configuration(task=LargerOfTwo(size=9), batch_size=16), out="runs/larger")`, or, from a
sweep file in a script that defines or imports it, by `sweep = read_sweep(path)` and
`run_ensemble(sweep.configurations, out=folder)`: the command `grokdd sweep` knows our own kinds alone.
"""

from .binary_operations import BinaryOperation
from .data import Data
from .parity import SparseParity
from .permutations import Permutations
from .split import Split, divide
from .task import Examples, Shape, Task

__all__ = [
    "BinaryOperation",
    "Data",
    "Examples",
    "Permutations",
    "Shape",
    "SparseParity",
    "Split",
    "Task",
    "divide",
]
