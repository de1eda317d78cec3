"""The decoder on CUDA: what lies between the products in as few kernels as can be.

Knows the order of one layer. Knows no model files. A step of one token reads all weights once and is bound by that, if
the small kernels beside the products do not take as long again. Where Triton and a compiler are there, torch compiles
the pieces between the products; where not, torch's own kernels do the same.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from model_runtime.plain_decoder import Decoder, Feed, Layer

RECOMPILES = 128


def normed(hidden: Tensor, plus: Tensor, weight: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    """The sum, and the sum normalised."""
    summed = hidden + plus
    wide = summed.float()
    scaled = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + epsilon)
    return summed, weight * scaled.to(summed.dtype)


def turning(heads: int) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """What turns so many heads; the number is no argument, so that it is compiled in."""

    def turned(mixed: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        """Their pairs turned by place, the other heads as they are; (B, n, all heads, size), cosines and sines
        (.., n, 1, size / 2)."""
        pairs = torch.unflatten(mixed[:, :, :heads].float(), -1, (-1, 2))
        left, right = pairs[..., 0], pairs[..., 1]
        both = torch.stack([left * cosines - right * sines, left * sines + right * cosines], dim=-1)
        return torch.cat([both.flatten(-2).to(mixed.dtype), mixed[:, :, heads:]], dim=2)

    return turned


def weighed(scores: Tensor, bias: Tensor, scale: float, dtype: torch.dtype) -> Tensor:
    """The attention's weights; scores and bias (B, groups or 1, queries, keys)."""
    return torch.softmax(scores * scale + bias, dim=-1).to(dtype)


def gated(both: Tensor) -> Tensor:
    """(.., 2 n) to (.., n)."""
    gate, up = both.chunk(2, dim=-1)
    return functional.silu(gate) * up


class Pieces:
    """The four pieces between the products, compiled or not."""

    def __init__(self, compiled: bool, heads: int) -> None:
        """`heads`: those of queries and keys."""
        wrap: Callable[[Any], Any] = (lambda f: torch.compile(f, dynamic=True)) if compiled else (lambda f: f)
        if compiled:
            settings: Any = torch._dynamo.config
            settings.recompile_limit = settings.cache_size_limit = RECOMPILES
        self.normed, self.turned, self.weighed, self.gated = map(wrap, (normed, turning(heads), weighed, gated))


class CudaDecoder(Decoder):
    """The same arithmetic as `Decoder`, in another order of calls."""

    def __init__(self, body: Any, config: Any, cosines: Tensor, sines: Tensor, compiled: bool = False) -> None:
        super().__init__(body, config, cosines, sines)
        self.pieces = Pieces(compiled, self.heads + self.groups)
        real = torch.view_as_real(self.turns)
        self._cosines, self._sines = real[..., 0].contiguous(), real[..., 1].contiguous()

    def compile(self) -> None:
        """Has torch compile the pieces; needs Triton and a compiler."""
        self.pieces = Pieces(True, self.heads + self.groups)

    def read(self, layers: Sequence[Layer], hidden: Tensor, store: Tensor, feed: Feed) -> Tensor:
        """See `Decoder.read`."""
        turns = self._cosines[feed.places][:, :, None], self._sines[feed.places][:, :, None]
        rows = torch.arange(len(hidden), device=hidden.device)
        plus = torch.zeros_like(hidden)
        whole = feed.slots is not None
        end = len(layers) if whole else len(layers) - 1
        for number, layer in enumerate(layers):
            hidden, plus = self._one(layer, hidden, plus, turns, store[:, number], feed, rows, number == end)
        hidden, plus = (hidden, plus) if whole else (hidden[:, -1], plus[:, -1])
        _, states = self.pieces.normed(hidden, plus, self.norm, self.epsilon)
        return states  # type: ignore[no-any-return]

    def _one(
        self,
        layer: Layer,
        hidden: Tensor,
        plus: Tensor,
        turns: tuple[Tensor, Tensor],
        store: Tensor,
        feed: Feed,
        rows: Tensor,
        only_last: bool,
    ) -> tuple[Tensor, Tensor]:
        """The stream and what is to be added to it next; store (2, B, groups, room, size)."""
        count, length, _ = hidden.shape
        hidden, wide = self.pieces.normed(hidden, plus, layer.before, self.epsilon)
        mixed = layer.qkv(wide).view(count, length, self.heads + 2 * self.groups, self.size)
        both = self.pieces.turned(mixed, *turns)
        query, new = both[:, :, : self.heads], torch.unflatten(both[:, :, self.heads :], 2, (2, self.groups))
        # Keys and values in one kernel.
        if feed.start is not None:
            store[:, :, :, feed.start : feed.start + length] = new.permute(2, 0, 3, 1, 4)
        elif count == 1:
            store.index_copy_(3, feed.kept_at[0], new.permute(2, 0, 3, 1, 4))
        else:
            store[:, rows[:, None], :, feed.kept_at] = new
        keys, values = store[0, :, :, : feed.keys], store[1, :, :, : feed.keys]
        bias, causal = feed.bias, feed.bias is None and length > 1
        if only_last and length > 1:
            query, hidden, bias, causal = self._last(query, hidden, feed)
            length = 1
        seen = self._attend(query, keys, values, bias, causal)
        hidden, wide = self.pieces.normed(hidden, layer.out(seen.reshape(count, length, -1)), layer.after, self.epsilon)
        return hidden, layer.down(self.pieces.gated(layer.gate_up(wide)))

    def _by_products(self, query: Tensor, keys: Tensor, values: Tensor, bias: Tensor | None) -> Tensor:
        scores = self._scores(query, keys)
        if bias is None:
            bias = scores.new_zeros(1, 1, 1, 1)
        weights: Tensor = self.pieces.weighed(scores, bias, self.scale, values.dtype)
        return weights @ values
