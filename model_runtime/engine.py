"""The model's arithmetic without the library's dead work: encoders, prefill and decode steps over a kept state.

Knows the modules of Phi4MultimodalForCausalLM. Knows no files, no prompt texts and no verdicts. Equal to the library's
own forward, which a test proves; what it leaves out: the pooling head and the vision layers behind the feature layer,
patches that are white padding, logits of the prompt, and the mask building of every step.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers.models.phi4_multimodal import modeling_phi4_multimodal

from model_runtime.adapters import activate, active_names, assert_active
from model_runtime.checkpoint import Checkpoint
from model_runtime.inputs import halt
from model_runtime.photo import PhotoTensors
from model_runtime.prompt import LIMIT
from model_runtime.verdict import StopCheck

Linear = Callable[[Tensor], Tensor]
_rotated: Callable[..., tuple[Tensor, Tensor]] = modeling_phi4_multimodal.apply_rotary_pos_emb
MERGED_BYTES = 600_000_000
"""Decoders up to this size keep one copy of their weights per LoRA set, with the LoRAs folded in."""

KEPT_SETS = 2
"""With photo and without."""


class Memory:
    """Keys and values of what the decoder has read; room for `capacity` tokens is taken at once."""

    def __init__(self, engine: "Engine", capacity: int) -> None:
        heads, size = engine.config.num_key_value_heads, engine.head_size
        shape = (2, engine.config.num_hidden_layers, 1, heads, capacity, size)
        self.store = torch.empty(shape, dtype=engine.dtype, device=engine.device)
        self.capacity, self.length = capacity, 0

    def add(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Appends (1, heads, n, size) to a layer; everything the layer holds. `length` moves after the last layer."""
        end = self.length + keys.shape[2]
        self.store[0, layer, :, :, self.length : end] = keys
        self.store[1, layer, :, :, self.length : end] = values
        return self.store[0, layer, :, :, :end], self.store[1, layer, :, :, :end]

    def fork(self, engine: "Engine", capacity: int) -> "Memory":
        """A copy that can grow on its own."""
        copy = Memory(engine, capacity)
        copy.store[..., : self.length, :] = self.store[..., : self.length, :]
        copy.length = self.length
        return copy


class Engine:
    """Runs one checkpoint. Not safe to use from two threads at once."""

    sets = 2
    """LoRA sets that are kept ready at once: with photo and without."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.config: Any = checkpoint.config
        base = checkpoint.base
        self.body: Any = base.model
        self.head: Tensor = base.lm_head.weight
        self.image: Any = self.body.embed_tokens_extend.image_embed
        self.audio: Any = self.body.embed_tokens_extend.audio_embed
        self.dtype, self.device = self.head.dtype, checkpoint.device
        self.head_size = getattr(self.config, "head_dim", None) or (
            self.config.hidden_size // self.config.num_attention_heads
        )
        sizes = (self.config.max_position_embeddings, self.config.original_max_position_embeddings)
        self.limit: int = min(LIMIT, *(size for size in sizes if size))
        with torch.inference_mode():
            positions = torch.arange(self.limit, device=self.device)[None]
            self.cosines, self.sines = self.body.rotary_emb(self.head[:1, :1], position_ids=positions)
        self._linears: dict[tuple[str, ...], list[list[Linear]]] = {}
        self._set: tuple[str, ...] = ()

    # --- LoRAs ---

    def use(self, names: Sequence[str]) -> None:
        """Makes these LoRAs work and asserts that they, and no others, do. Raises ValueError for one not attached."""
        if set(active_names(self.checkpoint)) != set(names):
            activate(self.checkpoint, names)
        assert_active(self.checkpoint, names)
        self._set = tuple(names)

    def forget(self) -> None:
        """Drops folded weights, after a LoRA's weights have changed."""
        self._linears.clear()

    def linears(self) -> list[list[Linear]]:
        """For each layer qkv, out, gate-up and down, with the LoRAs at work."""
        if self._set not in self._linears:
            while len(self._linears) >= KEPT_SETS:
                del self._linears[next(iter(self._linears))]
            fold = sum(p.numel() for p in self.body.layers.parameters()) * self.dtype.itemsize <= MERGED_BYTES
            self._linears[self._set] = [
                [
                    _folded(module, self._set) if fold else module
                    for module in (
                        layer.self_attn.qkv_proj,
                        layer.self_attn.o_proj,
                        layer.mlp.gate_up_proj,
                        layer.mlp.down_proj,
                    )
                ]
                for layer in self.body.layers
            ]
        return self._linears[self._set]

    # --- photo ---

    def see(self, photo: PhotoTensors, stop: StopCheck | None = None) -> Tensor:
        """Image embeddings of one photo; (tokens, hidden)."""
        pooled = self.crops(photo.pixel_values, photo.mask, stop)
        side, width = pooled.shape[1], pooled.shape[-1]
        rows, columns = (size // self.image.crop_size for size in photo.size)
        crops = pooled[1:].reshape(rows, columns, side, side, width).transpose(1, 2)
        crops = crops.reshape(rows * side, columns * side, width)
        halves = photo.mask[1:, 0::2, 0::2].reshape(rows, columns, side, side).transpose(1, 2)
        halves = halves.reshape(rows * side, columns * side)
        crops = crops[: int(halves[:, 0].sum()), : int(halves[0].sum())]
        between = self.image.global_img_feature_extensor.reshape(1, width)
        flat = torch.cat([self._with_line_ends(crops), between, self._with_line_ends(pooled[0])])
        embedded: Tensor = self.image.img_projection_down(functional.gelu(self.image.img_projection_up(flat)))
        return embedded

    def _with_line_ends(self, grid: Tensor) -> Tensor:
        """(h, w, d) to (h x (w + 1), d): every row ends with the learned line end."""
        end = self.image.sub_img_feature_extensor.reshape(1, 1, -1).expand(len(grid), 1, -1)
        return torch.cat([grid, end], dim=1).flatten(0, 1)

    def crops(self, pixels: Tensor, mask: Tensor, stop: StopCheck | None = None) -> Tensor:
        """Features of every crop, 2x2 patches averaged; (crops, side, side, d). Equal crops are computed once."""
        if len(pixels) == 2 and bool(mask.all()) and torch.equal(pixels[0], pixels[1]):
            return self.crops(pixels[:1], mask[:1], stop).expand(2, -1, -1, -1)
        patches = mask.shape[1]
        side = math.ceil(patches / 2)
        pooled = torch.zeros(len(pixels), side, side, self.image.image_dim_out, dtype=self.dtype, device=self.device)
        useful = [(int(crop[:, 0].sum()), int(crop[0].sum())) for crop in mask]
        for rows, columns in dict.fromkeys(useful):
            if not rows or not columns:
                continue  # a crop of padding alone is never looked at
            chosen = [number for number, size in enumerate(useful) if size == (rows, columns)]
            features = self._patches(pixels[chosen], mask[chosen], rows, columns, stop)
            pooled[chosen, : features.shape[1], : features.shape[2]] = features
        return pooled

    def _patches(self, pixels: Tensor, mask: Tensor, rows: int, columns: int, stop: StopCheck | None) -> Tensor:
        """Crops with the same useful patches through the encoder, without the padding that nobody reads."""
        vision = self.image.img_processor
        patches = mask.shape[1]
        # Pooling reads whole pairs: one masked row or column may stand beside the last useful one.
        high, wide = (min(patches, size + size % 2) if patches % 2 == 0 else patches for size in (rows, columns))
        pixels = pixels.to(device=self.device, dtype=self.dtype)
        hidden = vision.embeddings(pixel_values=pixels, patch_attention_mask=mask.to(self.device))
        hidden = hidden.unflatten(1, (patches, patches))[:, :high, :wide].flatten(1, 2)
        keys = mask[:, :high, :wide].flatten(1)
        bias = None
        if not bool(keys.all()):
            lowest = torch.finfo(self.dtype).min
            bias = torch.zeros(keys.shape, dtype=self.dtype).masked_fill_(~keys, lowest).to(self.device)
            bias = bias[:, None, None].expand(-1, 1, keys.shape[1], -1)
        encoded: Any = self.encode(hidden, bias, stop)
        grid = encoded.unflatten(1, (high, wide)).permute(0, 3, 1, 2)
        if hasattr(self.image, "img_processor_padding"):
            grid = self.image.img_processor_padding(grid)
        compressed: Tensor = self.image.image_token_compression(grid)
        return compressed.permute(0, 2, 3, 1)

    def encode(self, hidden: Tensor, bias: Tensor | None, stop: StopCheck | None) -> Tensor:
        """Patches (crops, n, d) through the encoder's layers that are looked at. `bias` (crops, 1, n, n) or None."""
        layers = self.image.img_processor.encoder.layers
        for layer in layers[: self.image.layer_idx % (len(layers) + 1)]:
            halt(stop)
            hidden = layer(hidden, bias)
        return hidden

    # --- voice ---

    def hear(self, features: Tensor, tokens: int, beside_photo: bool) -> Tensor:
        """Audio embeddings of one note; (tokens, hidden). Beside a photo the vision projection is used."""
        kind = "vision_speech" if beside_photo else "speech"
        up, down = getattr(self.audio, f"up_proj_for_{kind}"), getattr(self.audio, f"down_proj_for_{kind}")
        hidden = self.audio.encoder(features.to(device=self.device, dtype=self.dtype), None)
        embedded: Tensor = down(functional.gelu(up(hidden)))
        return embedded[0, :tokens]

    # --- decoder ---

    def embed(self, ids: Sequence[int]) -> Tensor:
        """Token embeddings; (n, hidden)."""
        embedded: Tensor = self.body.embed_tokens(torch.tensor(ids, device=self.device))
        return embedded

    def read(self, embedded: Tensor, memory: Memory, stop: StopCheck | None = None) -> Tensor:
        """Feeds embeddings (n, hidden) into the memory; the hidden state after the last one, normalised (hidden,)."""
        count, start = len(embedded), memory.length
        end = start + count
        self.check_room(end, memory)
        place = self.cosines[:, start:end], self.sines[:, start:end]
        visible = self._visible(count, start)
        hidden = embedded[None]
        last = len(self.body.layers) - 1
        for number, (layer, linears) in enumerate(zip(self.body.layers, self.linears(), strict=True)):
            halt(stop)
            hidden = self._layer(number, layer, linears, hidden, place, visible, memory, only_last=number == last)
        memory.length = end
        normed: Tensor = self.body.norm(hidden)
        return normed[0, -1]

    def check_room(self, end: int, memory: Memory) -> None:
        """Raises ValueError when so many tokens do not fit."""
        if end > min(memory.capacity, self.limit):
            raise ValueError(f"{end} tokens pass the {min(memory.capacity, self.limit)} there is room for")

    def _visible(self, count: int, start: int) -> Tensor | None:
        """(count, start + count) bool, or None where plain causal or full attention says the same."""
        if count == 1 or start == 0:
            return None
        return torch.ones(count, start + count, dtype=torch.bool, device=self.device).tril(start)

    def _layer(
        self,
        number: int,
        layer: Any,
        linears: list[Linear],
        hidden: Tensor,
        place: tuple[Tensor, Tensor],
        visible: Tensor | None,
        memory: Memory,
        only_last: bool,
    ) -> Tensor:
        """One decoder layer over (1, n, hidden). `only_last`: only the last position's output is wanted."""
        qkv, out, gate_up, down = linears
        attention, count = layer.self_attn, hidden.shape[1]
        heads, groups = self.config.num_attention_heads, self.config.num_key_value_heads
        mixed: Any = (
            qkv(layer.input_layernorm(hidden)).view(1, count, heads + 2 * groups, self.head_size).transpose(1, 2)
        )
        query, key, value = mixed.split([heads, groups, groups], dim=1)
        query, key = _rotated(query, key, *place)
        keys, values = memory.add(number, key, value)
        causal = visible is None and count > 1
        if only_last and count > 1:
            query, hidden, visible, causal = query[:, :, -1:], hidden[:, -1:], None, False
        seen = functional.scaled_dot_product_attention(
            query,
            keys,
            values,
            attn_mask=visible,
            is_causal=causal,
            scale=attention.scaling,
            enable_gqa=heads != groups,
        )
        hidden = hidden + out(seen.transpose(1, 2).flatten(2))
        gate, up = gate_up(layer.post_attention_layernorm(hidden)).chunk(2, dim=-1)
        return hidden + down(up * layer.mlp.activation_fn(gate))

    def scores(self, hidden: Tensor, rows: Sequence[int] | None) -> Tensor:
        """Logits of some tokens, or of all, from a hidden state (hidden,); float32 on the CPU."""
        head = self.head if rows is None else self.head[torch.tensor(rows, device=self.device)]
        return (head @ hidden).float().cpu()


def _folded(module: Any, names: Sequence[str]) -> Linear:
    """A linear layer with the LoRAs' products added to a copy of its weight."""
    if not hasattr(module, "base_layer"):
        return module  # type: ignore[no-any-return]
    weight = module.base_layer.weight.detach().clone()
    for name in names:
        if name in module.lora_A:
            weight += module.get_delta_weight(name).to(weight.dtype)
    bias = module.base_layer.bias

    def linear(values: Tensor) -> Tensor:
        return functional.linear(values, weight, bias)

    return linear
