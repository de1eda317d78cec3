"""The engine in eight bits for the CPU: decoder and vision encoder through oneDNN, the rest as it is.

Knows the order of a layer's steps and what is done to how many rows at once, so that it stays in the processor's cache.
Knows no files and no rounding. Beside the products all is float32, but keys, values and attention, in the model's type.
"""

import ctypes
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from model_runtime.checkpoint import LORAS, Checkpoint
from model_runtime.engine import Engine, Memory
from model_runtime.inputs import halt
from model_runtime.int8 import Beside, Int8Linear, Rows, attend, gelu, quantise_rows, with_loras
from model_runtime.int8_weights import DECODER, Int8Weights
from model_runtime.verdict import StopCheck

ROWS = 256
"""Rows of the feed-forward at once."""
QUERIES = 128
"""Queries of the decoder's attention at once: what lies above the diagonal is left out in such steps."""
SEEN, HEADS = 512, 2
"""Queries and heads of the vision encoder's attention at once."""
KEEP_ALL = (1 << 31) - 1


@dataclass(slots=True)
class Layer:
    """One decoder layer: norms (hidden,) float32, products, and the LoRAs beside each of them."""

    norms: tuple[Tensor, Tensor]
    eps: float
    linears: list[Int8Linear]
    loras: list[list[Beside]]
    activation: Callable[[Tensor], Tensor]


class Int8Engine(Engine):
    """Runs a checkpoint that was loaded for eight bits. Not safe to use from two threads at once.

    The LoRA that comes with the model for the question's kind is folded into the bytes; adapters of the station lie
    beside them in floats, so that changing one is instant and leaves the bytes as they are.
    """

    sets = 1

    def __init__(self, checkpoint: Checkpoint) -> None:
        """`checkpoint`: from `numbers.load_int8`."""
        super().__init__(checkpoint)
        keep_memory()
        self.weights: Int8Weights = checkpoint.elsewhere
        self._layers: dict[tuple[str, ...], list[Layer]] = {}
        self._eyes: list[list[Int8Linear]] = []
        self._head: Int8Linear | None = None
        half = self.cosines.shape[-1] // 2
        self._turn = self.cosines[0, :, :half].float().contiguous(), self.sines[0, :, :half].float().contiguous()

    def forget(self) -> None:
        """Drops what was made of the station's adapters; the bytes stay."""
        self._layers.clear()

    # --- decoder ---

    def layers(self) -> list[Layer]:
        """The decoder's layers with the LoRAs at work."""
        if self._set not in self._layers:
            self._layers.clear()
            kind = next((name for name in self._set if name in LORAS), "")
            products = self.weights.decoder(kind)
            beside = [name for name in self._set if name != kind]
            self._layers[self._set] = [
                self._one(layer, linears, beside) for layer, linears in zip(self.body.layers, products, strict=True)
            ]
        return self._layers[self._set]

    def _one(self, layer: Any, linears: list[Int8Linear], beside: Sequence[str]) -> Layer:
        modules = [layer.get_submodule(name) for name in DECODER]
        loras = [[_beside(module, name) for name in beside if name in _loras(module)] for module in modules]
        for lora in loras[0]:
            lora.up[:, : self.config.num_attention_heads * self.head_size] *= layer.self_attn.scaling
        norms = layer.input_layernorm, layer.post_attention_layernorm
        silu = self.config.hidden_act == "silu"
        return Layer(
            (norms[0].weight.float(), norms[1].weight.float()),
            norms[0].variance_epsilon,
            linears,
            loras,
            _silu if silu else layer.mlp.activation_fn,
        )

    def read(self, embedded: Tensor, memory: Memory, stop: StopCheck | None = None) -> Tensor:
        """As the engine's own; the hidden state is float32."""
        count, start = len(embedded), memory.length
        self.check_room(start + count, memory)
        hidden = embedded.float()
        layers = self.layers()
        for number, layer in enumerate(layers):
            halt(stop)
            last = number == len(layers) - 1
            hidden = self._attention(number, layer, hidden, start, memory, only_last=last)
            self._feed_forward(layer, hidden)
        memory.length = start + count
        last_one = hidden[-1:]
        normed: Tensor = last_one * torch.rsqrt(
            last_one.square().mean(-1, keepdim=True) + self.body.norm.variance_epsilon
        )
        normed *= self.body.norm.weight.float()
        return normed[0]

    def _attention(
        self, number: int, layer: Layer, hidden: Tensor, start: int, memory: Memory, only_last: bool
    ) -> Tensor:
        """(n, hidden) with what was attended to added; of the last layer only the last row is wanted."""
        rows, floats = _normed(hidden, layer, 0)
        product, step = with_loras(layer.linears[0].product(rows), rows, floats, layer.loras[0])
        query = self._turned(product, step, start, number, memory)
        if only_last:
            query, hidden, start = query[:, :, -1:], hidden[-1:], start + len(hidden) - 1
        end = start + len(hidden)
        keys, values = memory.store[0, number, 0, :, :end], memory.store[1, number, 0, :, :end]
        seen = attend(query, keys, values, start, QUERIES).flatten(0, 1).transpose(0, 1).flatten(1).float()
        floats = seen.clone() if layer.loras[1] else None
        rows = quantise_rows(seen)
        return torch.addcmul(hidden, *with_loras(layer.linears[1].product(rows), rows, floats, layer.loras[1]))

    def _turned(self, product: Tensor, step: Tensor, start: int, number: int, memory: Memory) -> Tensor:
        """Queries (groups, shared, n, size) in the order of their keys; keys and values go into the memory."""
        count, size = len(product), self.head_size
        heads, groups = self.config.num_attention_heads, self.config.num_key_value_heads
        mixed = product.view(count, heads + 2 * groups, size)
        turned, half = mixed[:, : heads + groups], self._turn[0].shape[-1]
        cosine, sine = ((table[start : start + count] * step)[:, None] for table in self._turn)
        left, right = turned[..., :half], turned[..., half : 2 * half]
        first = (left * cosine).addcmul_(right, sine, value=-1)
        second = (right * cosine).addcmul_(left, sine)
        step = step[:, :, None]
        query = torch.empty(heads, count, size, dtype=self.dtype)
        store = memory.store[:, number, 0, :, start : start + count].transpose(1, 2)
        for target, chosen in ((query.transpose(0, 1), slice(heads)), (store[0], slice(heads, heads + groups))):
            target[..., :half] = first[:, chosen]
            target[..., half : 2 * half] = second[:, chosen]
            if 2 * half < size:
                target[..., 2 * half :] = turned[:, chosen, 2 * half :] * step
        store[1] = mixed[:, heads + groups :] * step
        return query.view(groups, heads // groups, count, size)

    def _feed_forward(self, layer: Layer, hidden: Tensor) -> None:
        """Adds to (n, hidden) what the feed-forward makes of it, some rows at a time."""
        for piece in torch.split(hidden, ROWS):
            rows, floats = _normed(piece, layer, 1)
            product, step = with_loras(layer.linears[2].product(rows), rows, floats, layer.loras[2])
            gate, up = product.chunk(2, dim=-1)
            inner = layer.activation(gate.mul_(step)).mul_(up)  # `step` for `up` waits for the rounding
            floats = inner * step if layer.loras[3] else None
            rows = quantise_rows(inner, step)
            piece.addcmul_(*with_loras(layer.linears[3].product(rows), rows, floats, layer.loras[3]))

    def scores(self, hidden: Tensor, rows: Sequence[int] | None) -> Tensor:
        """Logits of some tokens in the model's own numbers, or of all in eight bits, from (hidden,); float32."""
        if rows is not None:
            return self.head[torch.tensor(rows)].float() @ hidden
        if self._head is None:
            self._head = self.weights.head()
        return self._head(quantise_rows(hidden[None].clone()))[0]

    # --- photo ---

    def eyes(self) -> list[list[Int8Linear]]:
        """For every layer of the vision encoder that is looked at: query-key-value, out, and the two of its MLP."""
        if not self._eyes:
            count = self.image.layer_idx % (len(self.image.img_processor.encoder.layers) + 1)
            names = ("self_attn.qkv", "self_attn.out_proj", "mlp.fc1", "mlp.fc2")
            self._eyes = [[self.weights.vision(f"{number}.{name}") for name in names] for number in range(count)]
        return self._eyes

    def encode(self, hidden: Tensor, bias: Tensor | None, stop: StopCheck | None) -> Tensor:
        """As the engine's own: patches (crops, n, d) through the encoder."""
        layers = self.image.img_processor.encoder.layers
        crops, count = hidden.shape[:2]
        unseen = None if bias is None else bias[:, 0, 0]
        flat = hidden.flatten(0, 1).float()
        quick = self.config.vision_config.hidden_act == "gelu_pytorch_tanh"
        for layer, (qkv, out, wide, narrow) in zip(layers, self.eyes(), strict=False):
            halt(stop)
            mixed = qkv(quantise_rows(_layer_norm(flat, layer.layer_norm1)))
            seen = torch.cat([
                _look(piece, layer.self_attn.num_heads, self.dtype, None if unseen is None else unseen[number])
                for number, piece in enumerate(mixed.view(crops, count, -1))
            ])  # fmt: skip
            _add(flat, out, quantise_rows(seen))
            for piece in torch.split(flat, ROWS):
                inner = wide(quantise_rows(_layer_norm(piece, layer.layer_norm2)))
                inner = gelu(inner) if quick else layer.mlp.activation_fn(inner)
                _add(piece, narrow, quantise_rows(inner))
        return flat.view(crops, count, -1).to(self.dtype)


def keep_memory() -> None:
    """Asks glibc to keep freed memory: else every large result is mapped, cleared and given back page by page."""
    if sys.platform == "linux":
        try:
            mallopt = ctypes.CDLL(None).mallopt
        except AttributeError:
            return  # another C library
        mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        mallopt(-1, KEEP_ALL)  # M_TRIM_THRESHOLD


def _normed(hidden: Tensor, layer: Layer, which: int) -> tuple[Rows, Tensor | None]:
    """RMS norm of rows as bytes; as floats too where a LoRA beside needs them."""
    scaled = hidden * layer.norms[which]
    length = torch.rsqrt_(hidden.square().mean(-1, keepdim=True).add_(layer.eps))
    floats = scaled * length if layer.loras[2 * which] else None
    return quantise_rows(scaled, length), floats


def _layer_norm(rows: Tensor, norm: Any) -> Tensor:
    return functional.layer_norm(rows, rows.shape[-1:], norm.weight.float(), norm.bias.float(), norm.eps)


def _add(target: Tensor, linear: Int8Linear, rows: Rows) -> None:
    target.addcmul_(linear.product(rows), rows.step)
    if linear.bias is not None:
        target.add_(linear.bias)


def _look(mixed: Tensor, heads: int, dtype: torch.dtype, unseen: Tensor | None) -> Tensor:
    """One crop's attention: (n, 3d) float32 to (n, d) float32."""
    count = len(mixed)
    query, key, value = (
        mixed.view(count, 3, heads, -1).permute(1, 2, 0, 3).to(dtype, memory_format=torch.contiguous_format)
    )
    seen = [
        attend(query[i : i + HEADS, None], key[i : i + HEADS], value[i : i + HEADS], None, SEEN, unseen)
        for i in range(0, heads, HEADS)
    ]
    return torch.cat(seen)[:, 0].transpose(0, 1).flatten(1).float()


def _silu(values: Tensor) -> Tensor:
    return functional.silu(values, inplace=True)


def _loras(module: Any) -> Any:
    return getattr(module, "lora_A", {})


def _beside(module: Any, name: str) -> Beside:
    down, up = module.lora_A[name].weight, module.lora_B[name].weight
    return Beside(down.float().T.contiguous(), up.float().T.contiguous() * module.scaling[name])
