"""Several processes that train one adapter, as `accelerate launch` or `torchrun` starts them: each takes its share of
every batch, and the gradients are added up, so that the weights are those of one process with the whole batch.

Knows numbers to add up and who is the first; knows no lessons. One process alone needs none of it.
"""

import os
from collections.abc import Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed

_T = TypeVar("_T")


class Team:
    """The processes of one training; the first one writes and tells."""

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size

    @classmethod
    def joined(cls) -> "Team":
        """The team that the launcher named in the environment; without a launcher, this process alone."""
        size = int(os.environ.get("WORLD_SIZE", "1"))
        if size < 2 or "RANK" not in os.environ:
            return cls()
        if not distributed.is_initialized():
            distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
        return cls(distributed.get_rank(), size)

    @property
    def first(self) -> bool:
        return self.rank == 0

    @property
    def device(self) -> str:
        """Each its own card where there are cards, else the processor."""
        if not torch.cuda.is_available():
            return "cpu"
        local = int(os.environ.get("LOCAL_RANK", "0")) if self.size > 1 else 0
        torch.cuda.set_device(local)
        return f"cuda:{local}"

    def share(self, batch: Sequence[_T]) -> list[_T]:
        """This process's part of a batch; the parts together are the batch."""
        return list(batch[self.rank :: self.size])

    def added(self, value: Tensor) -> Tensor:
        """The sum over all processes."""
        if self.size > 1:
            distributed.all_reduce(value)
        return value

    def add_gradients(self, parameters: Sequence[Tensor]) -> None:
        """Every parameter's gradient becomes the sum over all processes; in one message."""
        if self.size == 1:
            return
        flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).flatten() for p in parameters])
        self.added(flat)
        for p, part in zip(parameters, torch.split(flat, [p.numel() for p in parameters]), strict=True):
            p.grad = part.view_as(p)

    def agreed(self, value: Any) -> Any:
        """What the first process says."""
        if self.size == 1:
            return value
        told = [value]
        distributed.broadcast_object_list(told, src=0)
        return told[0]
