"""Whole passes as CUDA graphs: recorded when a shape comes again, replayed from then on; on the CPU plain calls.

Knows functions over tensors of static shape. Knows no model. A recorded pass reads its own input tensors and the
weights at the addresses they had; what a function keeps (the decoder's keys and values) must lie where it lay.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

log = logging.getLogger(__name__)
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
    """Calls functions, and records those on CUDA whose key comes a second time. Not safe from two threads.

    What one of these records shares memory, and must not run at the same time. What two of them record may: each has
    its own memory and its own stream, whose place of work for products goes into the recording.
    """

    def __init__(self, device: torch.device, enabled: bool = True) -> None:
        self.enabled = enabled and device.type == "cuda"
        self._recorded: OrderedDict[Hashable, Recorded] = OrderedDict()
        self._seen: OrderedDict[Hashable, None] = OrderedDict()
        self.refused = 0
        """Functions that could not be recorded and are called instead."""
        self._plain: set[Hashable] = set()
        self._pool: Any = None
        self._stream: Any = torch.cuda.Stream(device) if self.enabled else None  # type: ignore[no-untyped-call]

    def __call__(self, key: Hashable, function: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
        """What `function(*inputs)` gives. The result is the caller's own."""
        if not self.enabled:
            return function(*inputs)
        key = (key, *(tuple(one.shape) for one in inputs))
        if key in self._recorded:
            self._recorded.move_to_end(key)
            return _replay(self._recorded[key], inputs)
        if key in self._plain:
            return function(*inputs)
        if key not in self._seen:
            self._seen[key] = None
            if len(self._seen) > SEEN:
                self._seen.popitem(last=False)
            return function(*inputs)
        recorded = self._tried(key, function, inputs)
        if recorded is None:
            return function(*inputs)
        self._recorded[key] = recorded
        while len(self._recorded) > KEPT:
            self._recorded.popitem(last=False)
        return _replay(self._recorded[key], inputs)

    def forget(self) -> None:
        """Drops all graphs, after weights have moved."""
        self._recorded.clear()
        self._plain.clear()
        self._seen.clear()

    def __len__(self) -> int:
        return len(self._recorded)

    def _tried(self, key: Hashable, function: Callable[..., Tensor], inputs: tuple[Tensor, ...]) -> Recorded | None:
        """A recording, or None where it cannot be made: then the function goes on being called."""
        try:
            return self._record(function, inputs)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            log.warning("not recorded, called instead: %s", str(error).splitlines()[0] if str(error) else repr(error))
            self.refused += 1
            self._plain.add(key)
            return None

    def _record(self, function: Callable[..., Tensor], inputs: tuple[Tensor, ...]) -> Recorded:
        own = [one.clone() for one in inputs]
        here = torch.cuda.current_stream()
        self._stream.wait_stream(here)
        with torch.cuda.stream(self._stream):
            function(*own)  # handles and workspaces of this stream are made before the recording
        here.wait_stream(self._stream)
        graph = torch.cuda.CUDAGraph()
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        with torch.cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"):
            output = function(*own)
        return Recorded(graph, own, output)


def sent(tensor: Tensor, device: torch.device) -> Tensor:
    """A small tensor of the processor's on the device. From pinned memory: any other copy waits for all that the device
    was told before."""
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def _replay(recorded: Recorded, inputs: tuple[Tensor, ...]) -> Tensor:
    for own, new in zip(recorded.inputs, inputs, strict=True):
        own.copy_(new, non_blocking=True)
    recorded.graph.replay()
    return recorded.output.clone()  # its own memory may be a place of work for other graphs
