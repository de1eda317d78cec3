"""LoRAs for training: the low-rank product is added to the frozen weight before the product with the activations.

At kensa-nano's width this is quicker than the usual two small products, and the numbers are the same. Written out in
peft's own format, so that the runtime attaches what was trained here as it attaches any adapter.
"""

import json
import math
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn
from transformers import Phi4MultimodalForCausalLM

TARGETS = ("qkv_proj", "o_proj", "gate_up_proj", "down_proj")
PATTERN = r"model\.layers\.\d+\.(self_attn\.(qkv|o)_proj|mlp\.(gate_up|down)_proj)"
"""The decoder's layers alone: the audio encoder has layers of the same names."""


class MixtureLinear(nn.Module):
    """A frozen linear layer of the decoder and its LoRAs; `active` names those in use, in any number."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.weight = base.weight
        self.a = nn.ParameterDict()
        self.b = nn.ParameterDict()
        self.scale: dict[str, float] = {}
        self.active: tuple[str, ...] = ()

    def add(self, name: str, rank: int, alpha: float) -> None:
        out, inner = self.weight.shape
        self.a[name] = nn.Parameter(
            torch.empty(rank, inner, device=self.weight.device).normal_(std=1 / math.sqrt(inner))
        )
        self.b[name] = nn.Parameter(torch.zeros(out, rank, device=self.weight.device))
        self.scale[name] = alpha / rank

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = self.weight
        for name in self.active:
            weight = weight + self.scale[name] * (self.b[name] @ self.a[name])
        return F.linear(x, weight)


def mix(model: Phi4MultimodalForCausalLM) -> dict[str, MixtureLinear]:
    """Replaces the decoder's linear layers; returns them by their full name."""
    found = {}
    for index, layer in enumerate(model.model.layers):
        for block in ("self_attn", "mlp"):
            part = getattr(layer, block)
            for target in TARGETS:
                base = getattr(part, target, None)
                if isinstance(base, nn.Linear):
                    mixture = MixtureLinear(base)
                    setattr(part, target, mixture)
                    found[f"model.layers.{index}.{block}.{target}"] = mixture
    return found


def add(mixtures: dict[str, MixtureLinear], name: str, rank: int) -> list[nn.Parameter]:
    """A LoRA of alpha = 2 rank on every layer; returns its parameters."""
    for mixture in mixtures.values():
        if name not in mixture.a:
            mixture.add(name, rank, 2.0 * rank)
    return parameters(mixtures, name)


def parameters(mixtures: dict[str, MixtureLinear], name: str) -> list[nn.Parameter]:
    return [p for m in mixtures.values() for p in (m.a[name], m.b[name])]


def use(mixtures: dict[str, MixtureLinear], *names: str) -> None:
    for mixture in mixtures.values():
        mixture.active = names


def state(mixtures: dict[str, MixtureLinear], name: str) -> dict[str, torch.Tensor]:
    """The LoRA under peft's key names, fp16."""
    out = {}
    for layer, mixture in mixtures.items():
        out[f"base_model.model.{layer}.lora_A.weight"] = mixture.a[name].detach().half().cpu().contiguous()
        out[f"base_model.model.{layer}.lora_B.weight"] = mixture.b[name].detach().half().cpu().contiguous()
    return out


def load(mixtures: dict[str, MixtureLinear], name: str, weights: dict[str, torch.Tensor]) -> None:
    rank = next(iter(weights.values())).shape[0]
    add(mixtures, name, rank)
    with torch.no_grad():
        for layer, mixture in mixtures.items():
            mixture.a[name].copy_(weights[f"base_model.model.{layer}.lora_A.weight"])
            mixture.b[name].copy_(weights[f"base_model.model.{layer}.lora_B.weight"])


def adapter_config(rank: int) -> dict[str, Any]:
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": 2 * rank,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": PATTERN,
        "inference_mode": True,
    }


def save_adapter(weights: dict[str, torch.Tensor], rank: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    (folder / "adapter_config.json").write_text(json.dumps(adapter_config(rank), indent=1))
