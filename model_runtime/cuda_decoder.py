"""The decoder on CUDA: what lies between the products in as few kernels as can be.

Knows the order of one layer. Knows no model files. A step of one token reads all weights once and is bound by that, if
the small kernels beside the products do not take as long again. Where Triton and a compiler are there, torch compiles
the pieces between the products; where not, torch's own kernels do the same.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from model_runtime.plain_decoder import Decoder, Feed, Layer

log = logging.getLogger(__name__)
RECOMPILES = 128
PATIENCE = 40.0
"""Seconds after which no further product's kernels are compiled and measured."""
TRIED_ON = 12
"""Layers that kernels are measured on: more bytes than the card's cache holds."""
ALIKE = 0.03
"""How far results of two kernels may lie apart, as a share of the largest: roundings of bfloat16."""


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
        self.single: dict[str, tuple[int, int, int]] | None = None if compiled else {}
        """Shapes of our own kernels for one token, by product; None: not measured yet."""
        self.told: dict[str, list[float]] = {}
        """Milliseconds of each way, torch's first."""
        real = torch.view_as_real(self.turns)
        self._cosines, self._sines = real[..., 0].contiguous(), real[..., 1].contiguous()

    def compile(self) -> None:
        """Has torch compile the pieces; needs Triton and a compiler."""
        self.pieces = Pieces(True, self.heads + self.groups)
        self.single = None

    def _choose(self, layers: Sequence[Layer]) -> None:
        """Takes our own kernels for one token where they are quicker here, and tell the same. KENSA_KERNELS=torch
        leaves them out."""
        self.single, begun = {}, time.monotonic()
        if os.environ.get("KENSA_KERNELS") == "torch":
            return
        try:
            from model_runtime import one_token

            for kind, ways in self._ways(one_token, layers[:TRIED_ON]).items():
                if time.monotonic() - begun > PATIENCE:
                    break
                known = ways[0](0)
                good = [way for way in ways[1:] if _alike(way, known)]
                if len(good) == len(ways) - 1:
                    best, self.told[kind] = one_token.quickest(ways, len(layers[:TRIED_ON]))
                    if best:
                        self.single[kind] = one_token.SHAPES[best - 1]
        except Exception as error:  # noqa: BLE001 - torch's own kernels do it as well
            log.warning("kernels for one token are left out: %r", error)
            self.single = {}
        log.info("kernels for one token: %s of %s", self.single, self.told)

    def _ways(self, one_token: Any, layers: Sequence[Layer]) -> dict[str, list[Callable[[int], Tensor]]]:
        """For each product torch's kernels and ours; a way takes a layer's number."""
        weights: list[Any] = [(one.qkv, one.out, one.gate_up, one.down) for one in layers]
        draw = torch.Generator(self.norm.device).manual_seed(0)

        def drawn(width: int) -> Tensor:
            return torch.randn(1, 1, width, device=self.norm.device, generator=draw).to(self.norm.dtype)

        stream, more = drawn(len(self.norm)), drawn(len(self.norm))
        seen, inner = drawn(self.heads * self.size), drawn(weights[0][3].weight.shape[1])

        def plain(at: int, values: Tensor) -> list[Callable[[int], Tensor]]:
            ours = [
                lambda i, s=shape: one_token.product(values, weights[i][at].weight, s) for shape in one_token.SHAPES
            ]
            return [lambda i: weights[i][at](values), *ours]

        def normed_first(at: int, norm: str, gate: bool) -> list[Callable[[int], Tensor]]:
            def torchs(i: int) -> Tensor:
                _, wide = self.pieces.normed(stream, more, getattr(layers[i], norm), self.epsilon)
                result: Tensor = weights[i][at](wide)
                return self.pieces.gated(result) if gate else result

            def own(i: int, shape: Any) -> Tensor:
                norms, weight = getattr(layers[i], norm), weights[i][at].weight
                found: Tensor = one_token.normed_product(stream, more, norms, self.epsilon, weight, gate, shape)[1]
                return found

            return [torchs, *(lambda i, s=shape: own(i, s) for shape in one_token.SHAPES)]

        return {
            "qkv": normed_first(0, "before", False),
            "out": plain(1, seen),
            "gate_up": normed_first(2, "after", True),
            "down": plain(3, inner),
        }

    def read(self, layers: Sequence[Layer], hidden: Tensor, store: Tensor, feed: Feed) -> Tensor:
        """See `Decoder.read`."""
        if self.single is None and not torch.cuda.is_current_stream_capturing():
            self._choose(layers)
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
        single = (self.single or {}) if count * length == 1 else {}
        hidden, mixed = self._normed_product("qkv", layer.qkv, hidden, plus, layer.before, single)
        mixed = mixed.view(count, length, self.heads + 2 * self.groups, self.size)
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
        plus = self._product("out", layer.out, seen.reshape(count, length, -1), single)
        hidden, inner = self._normed_product("gate_up", layer.gate_up, hidden, plus, layer.after, single)
        return hidden, self._product("down", layer.down, inner, single)

    def _product(self, kind: str, product: Any, values: Tensor, single: Mapping[str, tuple[int, int, int]]) -> Tensor:
        if kind not in single:
            return product(values)  # type: ignore[no-any-return]
        from model_runtime import one_token

        return one_token.product(values.contiguous(), product.weight, single[kind])

    def _normed_product(
        self,
        kind: str,
        product: Any,
        hidden: Tensor,
        plus: Tensor,
        norm: Tensor,
        single: Mapping[str, tuple[int, int, int]],
    ) -> tuple[Tensor, Tensor]:
        """The sum, and its product after the norm; of "gate_up" gated."""
        if kind not in single:
            hidden, wide = self.pieces.normed(hidden, plus, norm, self.epsilon)
            result = product(wide)
            return hidden, self.pieces.gated(result) if kind == "gate_up" else result
        from model_runtime import one_token

        parts = hidden.contiguous(), plus.contiguous(), norm, self.epsilon, product.weight
        return one_token.normed_product(*parts, kind == "gate_up", single[kind])

    def _by_products(self, query: Tensor, keys: Tensor, values: Tensor, bias: Tensor | None) -> Tensor:
        scores = self._scores(query, keys)
        if bias is None:
            bias = scores.new_zeros(1, 1, 1, 1)
        weights: Tensor = self.pieces.weighed(scores, bias, self.scale, values.dtype)
        return weights @ values


def _alike(way: Callable[[int], Tensor], known: Tensor) -> bool:
    off = (way(0).float() - known.float()).abs().max()
    return bool(off <= ALIKE * known.float().abs().max())
