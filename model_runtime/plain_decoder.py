"""The decoder over plain tensors: rows of several units side by side, LoRAs folded in, one call a layer and no module.

Knows the decoder of Phi4MultimodalForCausalLM. Knows no questions, photos or voices. Shapes are static where the caller
says so, so that a CUDA graph can hold a whole pass; nothing here waits for the device.

Rotary embedding: the rows of query and key weights are laid in pairs once, so that turning is one complex product. Both
sides are laid alike, which leaves their dot products as they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from model_runtime.products import Product, product

LOWEST = -1e30
SPARE = 128
"""Places behind the last one, for tokens that only fill a row up."""
FEW = 128
"""Up to so many queries two products are quicker on a GPU than one fused kernel."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One decoder layer with its LoRAs folded in."""

    before: Tensor
    qkv: Product
    out: Product
    after: Tensor
    gate_up: Product
    down: Product


@dataclass(frozen=True, slots=True)
class Feed:
    """What one pass takes beside the embeddings (B, n, hidden).

    `places` (B or 1, n) are the tokens' positions; `start` says where they begin when all rows begin alike, else None.
    `keys` is how many kept positions are looked at. `bias` (B or 1, 1, n, keys) is added to the attention, None where
    causal attention from 0 on (or one token that sees all) says the same. `last` (B,) is each row's last real token,
    None where that is the last one of all. `slots` (1, n) is where keys and values are kept, if not by position: of a
    tree of tokens, whose states are then given back whole.
    """

    places: Tensor
    keys: int
    start: int | None
    bias: Tensor | None
    last: Tensor | None = None
    slots: Tensor | None = None

    @property
    def kept_at(self) -> Tensor:
        """Where keys and values are written; (B or 1, n)."""
        return self.places if self.slots is None else self.slots


class Decoder:
    """The decoder's arithmetic for one checkpoint; the weights come with each call, by LoRA set."""

    def __init__(self, body: Any, config: Any, cosines: Tensor, sines: Tensor) -> None:
        """`cosines`, `sines` (1, limit, turned) as the library's rotary embedding gives them."""
        self.body = body
        self.heads, self.groups = config.num_attention_heads, config.num_key_value_heads
        self.share = self.heads // self.groups
        self.epsilon = float(config.rms_norm_eps)
        self.size = getattr(config, "head_dim", None) or config.hidden_size // self.heads
        self.scale = float(body.layers[0].self_attn.scaling)
        self.norm: Tensor = body.norm.weight.detach()
        self.few = FEW if self.norm.device.type == "cuda" else 0
        self.wide = _adds_up_wide(self.norm)
        self.turns = _turns(cosines[0], sines[0], self.size)
        self.order = _pairs(cosines.shape[-1], self.size, self.heads, self.groups, self.norm.device)

    def layer(self, module: Any, weights: Sequence[Tensor]) -> Layer:
        """`weights`: qkv, out, gate-up and down, (out, in) each, LoRAs added."""
        qkv, out, gate_up, down = weights
        return Layer(
            module.input_layernorm.weight.detach(),
            product(qkv[self.order]),
            product(out),
            module.post_attention_layernorm.weight.detach(),
            product(gate_up),
            product(down),
        )

    def read(self, layers: Sequence[Layer], hidden: Tensor, store: Tensor, feed: Feed) -> Tensor:
        """Feeds embeddings (B, n, hidden) into `store` (2, layers, B, groups, room, size); the normalised states of
        each row's last token (B, hidden), of a tree's of all (B, n, hidden)."""
        turns = self.turns[feed.places][:, :, None]
        end = len(layers) - 1 if feed.slots is None else len(layers)
        for number, layer in enumerate(layers):
            hidden = self._layer(number, layer, hidden, turns, store, feed, only_last=number == end)
        hidden = hidden[:, -1] if feed.slots is None else hidden
        return functional.rms_norm(hidden, self.norm.shape, self.norm, self.epsilon)

    def _layer(
        self, number: int, layer: Layer, hidden: Tensor, turns: Tensor, store: Tensor, feed: Feed, only_last: bool
    ) -> Tensor:
        rows, count, width = hidden.shape
        mixed = layer.qkv(functional.rms_norm(hidden, (width,), layer.before, self.epsilon))
        mixed = mixed.view(rows, count, self.heads + 2 * self.groups, self.size)
        turned = self._turned(mixed[:, :, : self.heads + self.groups], turns)
        query, key, value = turned[:, :, : self.heads], turned[:, :, self.heads :], mixed[:, :, -self.groups :]
        _write(store[0, number], key, feed)
        _write(store[1, number], value, feed)
        keys, values = store[0, number, :, :, : feed.keys], store[1, number, :, :, : feed.keys]
        bias = feed.bias
        causal = bias is None and count > 1
        if only_last and count > 1:
            query, hidden, bias, causal = self._last(query, hidden, feed)
            count = 1
        seen = self._attend(query, keys, values, bias, causal)
        hidden = layer.out(seen.reshape(rows, count, -1), hidden)
        gate, up = layer.gate_up(functional.rms_norm(hidden, (width,), layer.after, self.epsilon)).chunk(2, dim=-1)
        return layer.down(functional.silu(gate) * up, hidden)

    def _turned(self, mixed: Tensor, turns: Tensor) -> Tensor:
        pairs = torch.view_as_complex(torch.unflatten(mixed.float(), -1, (-1, 2)))
        return torch.view_as_real(pairs * turns).flatten(-2).to(mixed.dtype)

    def _last(self, query: Tensor, hidden: Tensor, feed: Feed) -> tuple[Tensor, Tensor, Tensor | None, bool]:
        """The last layer needs no more than each row's last token."""
        if feed.last is None:
            return query[:, -1:], hidden[:, -1:], None if feed.bias is None else feed.bias[:, :, -1:], False
        rows = torch.arange(len(hidden), device=hidden.device)
        bias = feed.bias
        if bias is not None:
            bias = bias.expand(len(hidden), -1, -1, -1)[rows, :, feed.last][:, :, None]
        else:
            unseen = torch.arange(feed.keys, device=hidden.device)[None] > feed.last[:, None]
            bias = torch.zeros(unseen.shape, dtype=hidden.dtype, device=hidden.device).masked_fill_(unseen, LOWEST)
            bias = bias[:, None, None]
        return query[rows, feed.last][:, None], hidden[rows, feed.last][:, None], bias, False

    def _attend(self, query: Tensor, keys: Tensor, values: Tensor, bias: Tensor | None, causal: bool) -> Tensor:
        """query (B, n, heads, size) on keys and values (B, groups, keys, size); (B, n, heads, size)."""
        rows, count = query.shape[:2]
        if causal:
            grouped = self.share > 1
            if grouped and query.device.type != "cuda":  # the CPU's quick kernel knows no groups
                keys, values = (part.repeat_interleave(self.share, dim=1) for part in (keys, values))
                grouped = False
            seen = functional.scaled_dot_product_attention(
                query.transpose(1, 2), keys, values, is_causal=True, scale=self.scale, enable_gqa=grouped
            )
            return seen.transpose(1, 2)
        # The heads of one group stand behind each other as further tokens: no key is ever repeated.
        folded = query.view(rows, count, self.groups, self.share, self.size).permute(0, 2, 3, 1, 4).flatten(2, 3)
        if bias is not None:
            bias = bias[:, :, None].expand(-1, -1, self.share, -1, -1).flatten(2, 3)
        if self.few and count <= self.few:
            seen = self._by_products(folded, keys, values, bias)
        else:
            seen = functional.scaled_dot_product_attention(folded, keys, values, attn_mask=bias, scale=self.scale)
        return torch.unflatten(seen, 2, (self.share, count)).permute(0, 3, 1, 2, 4)

    def _by_products(self, query: Tensor, keys: Tensor, values: Tensor, bias: Tensor | None) -> Tensor:
        """Few queries on many keys: two products fill a GPU where one fused kernel would use a handful of its cores."""
        scores = self._scores(query, keys) * self.scale
        if bias is not None:
            scores = scores + bias
        return torch.softmax(scores, dim=-1).to(values.dtype) @ values

    def _scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """(B, groups, queries, keys) float32, not scaled."""
        if not self.wide:
            return (query @ keys.transpose(-1, -2)).float()
        flat = torch.bmm(query.flatten(0, 1), keys.flatten(0, 1).transpose(1, 2), out_dtype=torch.float32)
        return flat.view(*query.shape[:3], -1)


def causal_bias(count: int, start: int, like: Tensor) -> Tensor:
    """(1, 1, count, start + count): each token sees what was kept, itself and what stands before it."""
    unseen = torch.ones(count, start + count, dtype=torch.bool, device=like.device).triu(start + 1)
    return torch.zeros(unseen.shape, dtype=like.dtype, device=like.device).masked_fill_(unseen, LOWEST)[None, None]


def rows_bias(places: Tensor, keys: int, like: Tensor) -> Tensor:
    """The same for rows that begin at different places: (B, 1, n, keys) from places (B, n)."""
    unseen = torch.arange(keys, device=like.device) > places[..., None]
    return torch.zeros(unseen.shape, dtype=like.dtype, device=like.device).masked_fill_(unseen, LOWEST)[:, None]


def _adds_up_wide(like: Tensor) -> bool:
    """Whether products of half numbers can be had as float32, without rounding between product and softmax."""
    if like.device.type != "cuda" or like.dtype == torch.float32:
        return False
    one = like.new_ones(1, 8, 8)
    try:
        return torch.bmm(one, one, out_dtype=torch.float32).dtype == torch.float32
    except (TypeError, RuntimeError, NotImplementedError):
        return False


def _write(store: Tensor, new: Tensor, feed: Feed) -> None:
    """new (B, n, groups, size) into store (B, groups, room, size)."""
    if feed.start is not None:
        store[:, :, feed.start : feed.start + new.shape[1]] = new.transpose(1, 2)
        return
    rows = torch.arange(len(new), device=new.device)[:, None]
    store[rows, :, feed.kept_at] = new


def _turns(cosines: Tensor, sines: Tensor, size: int) -> Tensor:
    """(limit + SPARE, size / 2) complex64; what is not turned is multiplied by one."""
    half = cosines.shape[-1] // 2
    turned = torch.complex(cosines[:, :half].float(), sines[:, :half].float())
    still = torch.ones(len(turned), size // 2 - half, device=turned.device)
    return functional.pad(torch.cat([turned, still], dim=1), (0, 0, 0, SPARE))


def _pairs(turned: int, size: int, heads: int, groups: int, device: torch.device) -> Tensor:
    """The order of the qkv weight's rows in which what is turned together stands together."""
    half = turned // 2
    one = [row for pair in zip(range(half), range(half, turned), strict=True) for row in pair]
    one += range(turned, size)
    order = torch.tensor(one)[None] + torch.arange(heads + groups)[:, None] * size
    rest = torch.arange((heads + groups) * size, (heads + 2 * groups) * size)
    return torch.cat([order.flatten(), rest]).to(device)
