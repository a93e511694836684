"""The model on torch tensors: many models at once, on a processor or a CUDA card, differentiable by autograd.

The same formulas, node tables and hard inputs as the kernels beside it, and no numba. torch is an extra; whoever asks
for a name of this package without it is told so.
"""

from importlib.util import find_spec

from ...analytic.errors import MachineError

if find_spec("torch") is None:
    raise MachineError("forms on tensors need torch, which is not installed: pip install 'grokdd[empirical]'")
