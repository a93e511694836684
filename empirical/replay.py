"""Replay: a function of tensors, called as it is, or captured once as a CUDA graph and then replayed.

One replay is one call of the driver where the function itself makes hundreds; the host then never waits.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

WARM_UP = 3
"""Calls before a capture, in which libraries allocate and choose what a graph may not."""

Function = Callable[..., tuple[Tensor, ...]]


class Replay:
    """A function of tensors that changes other tensors in place, ready to be repeated.

    Parameters
    ----------
    function
        Takes tensors (or None) and returns tensors. It must do the same work whatever their values are.
    changed
        The tensors that `function` changes in place: the calls before a capture leave no trace in them.
    captured
        Whether to capture; if not, calling this is calling the function.
    """

    def __init__(self, function: Function, changed: Sequence[Tensor], *, captured: bool) -> None:
        self._function, self._changed, self._captured = function, list(changed), captured
        self._graphs: dict[tuple[object, ...], tuple[torch.cuda.CUDAGraph, list[Tensor | None], tuple[Tensor, ...]]]
        self._graphs = {}

    def __call__(self, *arguments: Tensor | None) -> tuple[Tensor, ...]:
        """Return what the function returns; of a captured one, tensors that the next call overwrites."""
        if not self._captured:
            return self._function(*arguments)
        shapes = tuple(None if one is None else one.shape for one in arguments)
        if shapes not in self._graphs:
            self._graphs[shapes] = self._capture(arguments)
        graph, places, results = self._graphs[shapes]
        for place, argument in zip(places, arguments, strict=True):
            if place is not None and argument is not None:
                place.copy_(argument, non_blocking=True)
        graph.replay()
        return results

    def _capture(
        self, arguments: tuple[Tensor | None, ...]
    ) -> tuple[torch.cuda.CUDAGraph, list[Tensor | None], tuple[Tensor, ...]]:
        places = [None if one is None else one.clone() for one in arguments]
        before = [tensor.clone() for tensor in self._changed]
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                self._function(*places)
            for tensor, value in zip(self._changed, before, strict=True):
                tensor.copy_(value)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # other workers go on meanwhile
            results = self._function(*places)
        return graph, places, results
