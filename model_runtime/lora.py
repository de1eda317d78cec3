"""One LoRA folder (adapter_config.json + adapter_model.safetensors): checked whole, then put over the decoder.

Knows peft's file format and its silent failures. Knows no cards, no names of our adapters, and not which is active.
"""

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel
from peft.utils import set_peft_model_state_dict
from safetensors import safe_open
from transformers import Phi4MultimodalForCausalLM

from model_runtime.weights import FLOATS, BadWeights, Entry, listing, read_header

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
PREFIX = "base_model.model."
REFUSED = (
    "modules_to_save",
    "rank_pattern",
    "alpha_pattern",
    "layer_replication",
    "use_dora",
    "trainable_token_indices",
    "layers_to_transform",
    "exclude_modules",
    "lora_bias",
    "target_parameters",
)
"""peft options that change more than the four numbers below; none of ours uses them."""


@dataclass(frozen=True, slots=True)
class Lora:
    """What adapter_config.json says. `targets` is a regular expression or a list of module names."""

    rank: int
    alpha: float
    targets: str | tuple[str, ...]
    rank_stabilised: bool = False

    def selects(self, module: str) -> bool:
        """Whether peft puts this LoRA over the module."""
        if isinstance(self.targets, str):
            return re.fullmatch(self.targets, module) is not None
        return any(module == target or module.endswith("." + target) for target in self.targets)

    def to_peft(self) -> LoraConfig:
        """For inference and training alike; dropout is the trainer's business."""
        targets = self.targets if isinstance(self.targets, str) else list(self.targets)
        return LoraConfig(
            r=self.rank,
            lora_alpha=self.alpha,  # type: ignore[arg-type]
            target_modules=targets,
            lora_dropout=0.0,
            use_rslora=self.rank_stabilised,
            task_type="CAUSAL_LM",
        )

    def to_json(self) -> dict[str, Any]:
        """The content of adapter_config.json; peft reads it too."""
        return {
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "r": self.rank,
            "lora_alpha": self.alpha,
            "lora_dropout": 0.0,
            "target_modules": self.targets if isinstance(self.targets, str) else list(self.targets),
            "use_rslora": self.rank_stabilised,
            "bias": "none",
            "inference_mode": True,
        }


def read_lora(folder: Path) -> tuple[Lora | None, list[str]]:
    """The LoRA's settings, or None and what is wrong with them."""
    name = f"{folder.name}/{CONFIG}"
    try:
        content = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        targets = content["target_modules"]
        targets = targets if isinstance(targets, str) else tuple(sorted(map(str, targets)))
        lora = Lora(int(content["r"]), float(content["lora_alpha"]), targets, bool(content.get("use_rslora")))
        if isinstance(targets, str):
            re.compile(targets)
    except FileNotFoundError:
        return None, [f"{name} is missing; get the adapter again."]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        return None, [f"{name} cannot be read ({error!r}); get the adapter again."]
    faults = []
    if content.get("peft_type", "LORA") != "LORA":
        faults.append(f"{name} describes a {content['peft_type']}, not a LoRA.")
    if content.get("bias", "none") != "none":
        faults.append(f"{name} trains biases, which would change the base model; not supported.")
    faults += [f"{name} uses {option}, which is not supported." for option in REFUSED if content.get(option)]
    if lora.rank < 1 or lora.alpha <= 0:
        faults.append(f"{name} has rank {lora.rank} and alpha {lora.alpha}; both must be above zero.")
    return lora, faults


def lora_faults(folder: Path, linears: Mapping[str, tuple[int, int]]) -> list[str]:
    """Everything that keeps the folder from fitting a model with these linear layers (name -> (out, in))."""
    lora, faults = read_lora(folder)
    weights = folder / WEIGHTS
    try:
        entries = {plain_key(key): entry for key, entry in read_header(weights).items()}
    except FileNotFoundError:
        return [*faults, _no_weights(folder)]
    except (BadWeights, OSError) as error:
        return [*faults, f"{folder.name}/{error}"]
    if lora is None:
        return faults
    return faults + [f"{folder.name}: {fault}" for fault in key_faults(lora, entries, linears)]


def _no_weights(folder: Path) -> str:
    if any(folder.glob("*.bin")):
        return (
            f"{folder.name} holds its weights as a pickle, which could run foreign code; get the safetensors version."
        )
    return f"{folder.name}/{WEIGHTS} is missing; get the adapter again."


def key_faults(lora: Lora, entries: Mapping[str, Entry], linears: Mapping[str, tuple[int, int]]) -> Iterable[str]:
    expected = expected_shapes(lora, linears)
    if not expected:
        yield f"target_modules {lora.targets!r} selects no layer of this model; it belongs to another model."
    if missing := expected.keys() - entries.keys():
        yield f"{len(missing)} tensors are missing: {listing(missing)}."
    if unknown := entries.keys() - expected.keys():
        yield f"{len(unknown)} tensors fit no layer of this model: {listing(unknown)}."
    wrong = [
        f"{key} is {list(entry.shape)} instead of {list(expected[key])}"
        for key, entry in entries.items()
        if key in expected and entry.shape != expected[key]
    ]
    if wrong:
        yield f"{len(wrong)} tensors have the wrong shape for rank {lora.rank} and this model: {listing(wrong, '; ')}."
    if other := [key for key, entry in entries.items() if entry.dtype not in FLOATS]:
        yield f"{len(other)} tensors are not F32, F16 or BF16: {listing(other)}."


def expected_shapes(lora: Lora, linears: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, ...]]:
    """Keys without prefix and shapes that the LoRA must bring for a model: A (rank, in), B (out, rank)."""
    shapes: dict[str, tuple[int, ...]] = {}
    for module, (out_features, in_features) in linears.items():
        if lora.selects(module):
            shapes[f"{module}.lora_A.weight"] = (lora.rank, in_features)
            shapes[f"{module}.lora_B.weight"] = (out_features, lora.rank)
    return shapes


def plain_key(key: str) -> str:
    """Keys come with peft's prefix, or bare as in the native layout of the full model."""
    return key.removeprefix(PREFIX)


def add_lora(model: PeftModel | Phi4MultimodalForCausalLM, name: str, folder: Path) -> PeftModel:
    """Puts a checked LoRA over the model under `name`, frozen and not yet active. Returns the peft model.

    Raises RuntimeError when peft did not take exactly the keys of the file: it says nothing itself.
    """
    lora, faults = read_lora(folder)
    if lora is None or faults:
        raise RuntimeError(f"{folder} was not checked before it was attached: {faults}")
    peft = _add(model, name, lora, empty=True)
    base: torch.nn.Module = peft.get_base_model()
    reference = next(base.parameters())
    with safe_open(folder / WEIGHTS, framework="pt", device=str(reference.device)) as file:
        state = {PREFIX + plain_key(key): file.get_tensor(key).to(reference.dtype) for key in file.keys()}
    result: Any = set_peft_model_state_dict(peft, state, adapter_name=name, low_cpu_mem_usage=True)
    missing = [key for key in result.missing_keys if f".{name}." in key]
    if missing or result.unexpected_keys:
        raise RuntimeError(f"{folder} does not fit: missing {missing}, unexpected {result.unexpected_keys}")
    if left := [key for key, value in peft.named_parameters() if value.is_meta and f".{name}." in key]:
        raise RuntimeError(f"{folder} left weights without content: {left}")
    freeze(peft)
    return peft


def add_name(model: PeftModel | Phi4MultimodalForCausalLM, name: str, folder: Path) -> PeftModel:
    """The same without content, for an engine that has the checked LoRA's weights from elsewhere."""
    lora, _ = read_lora(folder)
    assert lora is not None, "checked before"
    peft = _add(model, name, lora, empty=True)
    freeze(peft)
    return peft


def freeze(model: torch.nn.Module) -> None:
    """Nothing trainable, no dropout."""
    model.requires_grad_(False)
    model.train(False)


def tuner_of(model: PeftModel) -> Any:
    """peft's own LoRA model between the wrapper and the base; its types are left open by the library."""
    return model.base_model


def add_fresh(model: PeftModel | Phi4MultimodalForCausalLM, name: str, lora: Lora) -> PeftModel:
    """Puts a LoRA with zero B and random A over the model, frozen and not yet active; a start for training."""
    peft = _add(model, name, lora, empty=False)
    freeze(peft)
    return peft


def _add(model: PeftModel | Phi4MultimodalForCausalLM, name: str, lora: Lora, empty: bool) -> PeftModel:
    """`empty` keeps the new layers on the meta device: no random numbers, no memory."""
    with warnings.catch_warnings():  # peft asks the library for a property by its old name
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        if isinstance(model, PeftModel):
            model.add_adapter(name, lora.to_peft(), low_cpu_mem_usage=empty, autocast_adapter_dtype=False)
            return model
        return PeftModel(
            model, lora.to_peft(), adapter_name=name, low_cpu_mem_usage=empty, autocast_adapter_dtype=False
        )
