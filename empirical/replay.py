"""Replay: a function of tensors, called as it is, or captured once as a CUDA graph and then replayed.

One replay is one call of the driver where the function itself makes hundreds; the host then never waits.
"""

from collections.abc import Callable, Sequence
from threading import Lock

import torch
from torch import Tensor

CAPTURING = Lock()
WARM_UP = 3
"""Calls before a capture, in which libraries allocate and choose what a graph may not."""

Function = Callable[..., tuple[Tensor, ...]]


class Replay:
    """Repeats one function of tensors, which changes other tensors in place.

    The function is given with each call, not kept: a method of whoever keeps this would tie both in a cycle, and the
    memory of a network that has ended would wait for the garbage collector.

    Parameters
    ----------
    changed
        The tensors that the function changes in place: the calls before a capture leave no trace in them.
    captured
        Whether to capture; if not, calling this is calling the function.
    """

    def __init__(self, changed: Sequence[Tensor], *, captured: bool) -> None:
        self._changed, self.captured = list(changed), captured
        self._graphs: dict[tuple[object, ...], tuple[torch.cuda.CUDAGraph, list[Tensor | None], tuple[Tensor, ...]]]
        self._graphs = {}

    def __call__(self, function: Function, *arguments: Tensor | None) -> tuple[Tensor, ...]:
        """Return what the function returns; of a captured one, tensors that the next call overwrites.

        `function` takes tensors (or None) to tensors. It must be the same at every call, and do the same work
        whatever the values are.
        """
        if not self.captured:
            return function(*arguments)
        shapes = tuple(None if one is None else one.shape for one in arguments)
        if shapes not in self._graphs:
            self._graphs[shapes] = self._capture(function, arguments)
        graph, places, results = self._graphs[shapes]
        for place, argument in zip(places, arguments, strict=True):
            if place is not None and argument is not None:
                place.copy_(argument, non_blocking=True)
        graph.replay()
        return results

    def _capture(
        self, function: Function, arguments: tuple[Tensor | None, ...]
    ) -> tuple[torch.cuda.CUDAGraph, list[Tensor | None], tuple[Tensor, ...]]:
        places = [None if one is None else one.clone() for one in arguments]
        before = [tensor.clone() for tensor in self._changed]
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                function(*places)
            for tensor, value in zip(self._changed, before, strict=True):
                tensor.copy_(value)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        # One capture at a time in a process, and each on a stream of its own: libraries keep a workspace a stream.
        # "thread_local": other workers go on replaying meanwhile.
        with CAPTURING, torch.cuda.graph(graph, stream=aside, capture_error_mode="thread_local"):
            results = function(*places)
        return graph, places, results
