"""The decoder as training runs it: frozen weights with the modality LoRA folded in, and one LoRA on top that learns.

Knows the modules of Phi4MultimodalForCausalLM and peft's key names. Knows no questions and no photos. Equal to the
library's forward with both LoRAs attached, which a test proves; whole batches, padded at the right.
"""

import math
from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint as recomputed
from transformers.models.phi4_multimodal import modeling_phi4_multimodal

from model_runtime.checkpoint import Checkpoint
from model_runtime.engine import MERGED_BYTES, Engine
from model_runtime.lora import PREFIX, Lora

KINDS = {"photo": "vis_lora", "voice": "sp_lora"}
"""The modality LoRA under a question with a photo, and under a voice note alone."""
_PLACES = (
    ("self_attn", "qkv_proj"),
    ("self_attn", "o_proj"),
    ("mlp", "gate_up_proj"),
    ("mlp", "down_proj"),
)
SPENT = 0.75
"""Share of the free memory that a training may fill with intermediate results."""
_rotated: Any = modeling_phi4_multimodal.apply_rotary_pos_emb


class Stacked:
    """One checkpoint's decoder with a LoRA that learns."""

    HALF = torch.bfloat16
    """Number type of the large products; the LoRA itself stays float32, and on the CPU the sums between layers too."""

    def __init__(self, checkpoint: Checkpoint, engine: Engine, lora: Lora, seed: int) -> None:
        self.lora, self.engine = lora, engine
        self.body, self.config = engine.body, engine.config
        self.half = self.HALF
        self.device = checkpoint.device
        self.flow = self.half if self.device.type == "cuda" else torch.float32
        """Of what goes from layer to layer; a large model's judge has it in half the bytes as well."""
        self.kept: int | None = None
        """Layers that keep what the backward pass needs; the others are computed again in it. None: not known yet."""
        self.large = sum(p.numel() for p in self.body.layers.parameters()) * engine.dtype.itemsize > MERGED_BYTES
        self.cosines, self.sines = engine.cosines.clone(), engine.sines.clone()
        self.head = engine.head.detach().to(self.half)
        self.names = [f"model.layers.{i}.{b}.{p}" for i in range(len(self.body.layers)) for b, p in _PLACES]
        self.a: dict[str, nn.Parameter] = {}
        self.b: dict[str, nn.Parameter] = {}
        self.scale = lora.alpha / (math.sqrt(lora.rank) if lora.rank_stabilised else lora.rank)
        self._frozen: dict[str, dict[str, Tensor]] = {}
        self._apart = False
        generator = torch.Generator().manual_seed(seed)
        for name in self.names:
            if not lora.selects(name):
                continue
            out, inner = self._module(name).weight.shape
            start = torch.randn(lora.rank, inner, generator=generator) / math.sqrt(inner)
            self.a[name] = nn.Parameter(start.to(self.device))
            self.b[name] = nn.Parameter(torch.zeros(out, lora.rank, device=self.device))
        if not self.a:
            raise ValueError(f"the LoRA's layers {lora.targets!r} are none of the decoder's")

    def parameters(self) -> list[nn.Parameter]:
        """All that learns, in a fixed order."""
        return [p for name in self.a for p in (self.a[name], self.b[name])]

    def state(self) -> dict[str, Tensor]:
        """The LoRA under peft's key names, on the CPU."""
        found = {}
        for name in self.a:
            found[f"{PREFIX}{name}.lora_A.weight"] = self.a[name].detach().cpu().clone()
            found[f"{PREFIX}{name}.lora_B.weight"] = self.b[name].detach().cpu().clone()
        return found

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Takes over a LoRA of the same shape. Raises KeyError or RuntimeError when it is another one."""
        with torch.no_grad():
            for name in self.a:
                self.a[name].copy_(state[f"{PREFIX}{name}.lora_A.weight"])
                self.b[name].copy_(state[f"{PREFIX}{name}.lora_B.weight"])

    def prepare(self, kinds: Collection[str]) -> None:
        """Makes the frozen weights ready for these kinds of question. A large model of one kind takes its LoRA into
        its own weights, which no judge may use afterwards; of two kinds, it adds them anew each time: no copies."""
        if self.large and len(kinds) == 1:
            (kind,) = kinds
            self._apart = False
            self._frozen[kind] = {}
            for name in self.names:
                weight, module = self._weight(name, KINDS[kind]), self._module(name)
                self._frozen[kind][name] = weight
                if hasattr(module, "base_layer"):
                    module.base_layer.weight.data = weight
                    module.lora_A.clear()
                    module.lora_B.clear()
        elif self.large:
            self.prepare_apart()

    def prepare_apart(self) -> None:
        """Leaves the model's weights as they are and adds the kind's own LoRA in every pass."""
        self._apart = True
        self._frozen.clear()

    def states(self, embedded: Tensor, kind: str) -> Tensor:
        """(N, L, hidden) to the last states (N, L, hidden); causal, so padding at the right needs no mask."""
        frozen = self._folded(kind)
        length = embedded.shape[1]
        place = self.cosines[:, :length], self.sines[:, :length]
        hidden = embedded.to(self.flow)
        learns = torch.is_grad_enabled()
        if learns and self.kept is None:
            self.kept = self._affordable(embedded.shape[0] * length)
        first = self._first()
        for number, layer in enumerate(self.body.layers):
            if learns and first <= number < len(self.body.layers) - (self.kept or 0):
                hidden = recomputed(self._layer, number, layer, frozen, kind, hidden, place, use_reentrant=False)
            else:
                hidden = self._layer(number, layer, frozen, kind, hidden, place)
        return self._norm(self.body.norm, hidden)

    def _first(self) -> int:
        """The first layer that learns; below it nothing needs to be remembered."""
        return min(int(name.split(".")[2]) for name in self.a)

    def _affordable(self, tokens: int) -> int:
        """Layers whose intermediate results find room beside so many tokens' other ones; on the CPU all."""
        layers = len(self.body.layers)
        if self.device.type != "cuda":
            return layers
        free = torch.cuda.mem_get_info(self.device)[0]
        free += torch.cuda.memory_reserved(self.device) - torch.cuda.memory_allocated(self.device)
        width, inner = self.config.hidden_size, self.config.intermediate_size
        wide = self._module(self.names[0]).weight.shape[0]
        each = tokens * self.half.itemsize * (8 * width + 3 * wide + 5 * inner)
        return max(0, min(layers, int(SPENT * free / each)))

    def scores(self, states: Tensor) -> Tensor:
        """Logits (.., vocabulary) as float32."""
        return functional.linear(states.to(self.half), self.head).float()

    @staticmethod
    def _norm(module: Any, hidden: Tensor) -> Tensor:
        if hidden.dtype == torch.float32:
            normed: Tensor = module(hidden)
            return normed
        return functional.rms_norm(hidden, hidden.shape[-1:], module.weight, module.variance_epsilon)

    def _layer(
        self,
        number: int,
        layer: Any,
        frozen: Mapping[str, Tensor],
        kind: str,
        hidden: Tensor,
        place: tuple[Tensor, Tensor],
    ) -> Tensor:
        count, length = hidden.shape[:2]
        heads, groups = self.config.num_attention_heads, self.config.num_key_value_heads
        qkv, out, gate_up, down = (f"model.layers.{number}.{b}.{p}" for b, p in _PLACES)
        mixed = self._linear(qkv, frozen, kind, self._norm(layer.input_layernorm, hidden))
        mixed = mixed.view(count, length, heads + 2 * groups, -1).transpose(1, 2)
        query, key, value = torch.split(mixed, [heads, groups, groups], dim=1)
        query, key = (part.to(value.dtype) for part in _rotated(query, key, *place))
        grouped = self.device.type == "cuda"
        if not grouped:  # repeated by hand: the quick kernel of the CPU knows no groups
            key, value = (part.repeat_interleave(heads // groups, dim=1) for part in (key, value))
        seen = functional.scaled_dot_product_attention(
            query, key, value, is_causal=True, scale=layer.self_attn.scaling, enable_gqa=grouped
        )
        hidden = hidden + self._linear(out, frozen, kind, seen.transpose(1, 2).flatten(2))
        normed = self._norm(layer.post_attention_layernorm, hidden)
        gate, up = self._linear(gate_up, frozen, kind, normed).chunk(2, dim=-1)
        return hidden + self._linear(down, frozen, kind, up * layer.mlp.activation_fn(gate))

    def _linear(self, name: str, frozen: Mapping[str, Tensor], kind: str, values: Tensor) -> Tensor:
        values = values.to(self.half)
        product = functional.linear(values, frozen[name])
        if self._apart:
            module, adapter = self._module(name), KINDS[kind]
            if hasattr(module, "base_layer") and adapter in module.lora_A:
                narrow, wide = (side[adapter].weight.to(self.half) for side in (module.lora_A, module.lora_B))
                low = functional.linear(values, narrow) * module.scaling[adapter]
                product = product + functional.linear(low, wide)
        if name not in self.a:
            return product
        low = functional.linear(values, self.a[name].to(self.half))
        return product + functional.linear(low, self.scale * self.b[name].to(self.half))

    def _folded(self, kind: str) -> dict[str, Tensor]:
        """The frozen weights with the kind's own LoRA added, in half the bytes; made once."""
        if kind not in self._frozen:
            with torch.no_grad():
                adapter = "" if self._apart else KINDS[kind]
                self._frozen[kind] = {name: self._weight(name, adapter) for name in self.names}
        return self._frozen[kind]

    def _weight(self, name: str, adapter: str) -> Tensor:
        module = self._module(name)
        if not hasattr(module, "base_layer"):
            return module.weight.detach().to(self.half)  # type: ignore[no-any-return]
        weight = module.base_layer.weight.detach()
        if adapter in module.lora_A:
            weight = weight.float() + module.get_delta_weight(adapter).float()
        return weight.to(self.half)  # type: ignore[no-any-return]

    def _module(self, name: str) -> Any:
        _, _, number, block, part = name.split(".")
        return getattr(getattr(self.body.layers[int(number)], block), part)
