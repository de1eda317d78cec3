"""Whole passes as CUDA graphs: recorded when a shape comes again, replayed from then on; on the CPU plain calls.

Knows functions over tensors of static shape. Knows no model. A recorded pass reads its own input tensors and the
weights at the addresses they had; what a function keeps (the decoder's keys and values) must lie where it lay.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

KEPT = 48
"""Graphs kept; the least used goes first. One holds the activations of its pass."""
SEEN = 512


@dataclass(slots=True)
class Recorded:
    """A graph with the tensors it reads and writes."""

    graph: Any
    inputs: list[Tensor]
    output: Tensor


class Graphs:
    """Calls functions, and records those on CUDA whose key comes a second time. Not safe from two threads."""

    def __init__(self, device: torch.device, enabled: bool = True) -> None:
        self.enabled = enabled and device.type == "cuda"
        self._recorded: OrderedDict[Hashable, Recorded] = OrderedDict()
        self._seen: OrderedDict[Hashable, None] = OrderedDict()
        self._pool: Any = None

    def __call__(self, key: Hashable, function: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
        """What `function(*inputs)` gives. The result is the caller's own."""
        if not self.enabled:
            return function(*inputs)
        key = (key, *(tuple(one.shape) for one in inputs))
        if key in self._recorded:
            self._recorded.move_to_end(key)
            return _replay(self._recorded[key], inputs)
        if key not in self._seen:
            self._seen[key] = None
            if len(self._seen) > SEEN:
                self._seen.popitem(last=False)
            return function(*inputs)
        self._recorded[key] = self._record(function, inputs)
        while len(self._recorded) > KEPT:
            self._recorded.popitem(last=False)
        return _replay(self._recorded[key], inputs)

    def forget(self) -> None:
        """Drops all graphs, after weights have moved."""
        self._recorded.clear()

    def __len__(self) -> int:
        return len(self._recorded)

    def _record(self, function: Callable[..., Tensor], inputs: tuple[Tensor, ...]) -> Recorded:
        own = [one.clone() for one in inputs]
        stream: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            function(*own)  # handles and workspaces of this stream are made before the recording
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            output = function(*own)
        return Recorded(graph, own, output)


def _replay(recorded: Recorded, inputs: tuple[Tensor, ...]) -> Tensor:
    for own, new in zip(recorded.inputs, inputs, strict=True):
        own.copy_(new, non_blocking=True)
    recorded.graph.replay()
    return recorded.output.clone()  # its own memory may be a place of work for other graphs
