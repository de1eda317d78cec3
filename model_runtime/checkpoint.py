"""A model folder in the native layout: verified, loaded with explicit classes, offline.

Knows the folder and the class. Knows no prompts, photos, voices or cards. Reads safetensors only; runs no code
that comes with a model. Installing lives in install.py, the original layout in original_layout.py.
"""

import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import Phi4MultimodalConfig, Phi4MultimodalForCausalLM, PreTrainedTokenizerFast
from transformers.models.phi4_multimodal.modeling_phi4_multimodal import (
    Phi4MultimodalRotaryEmbedding,
    Phi4MultimodalVisionAttention,
)
from transformers.utils import logging as library_log

from model_runtime.lora import CONFIG as LORA_CONFIG
from model_runtime.lora import WEIGHTS as LORA_WEIGHTS
from model_runtime.lora import add_lora, add_name, freeze, lora_faults, tuner_of
from model_runtime.manifest import (
    MANIFEST,
    CheckpointFaults,
    Manifest,
    Progress,
    file_faults,
    make_manifest,
    read_manifest,
)
from model_runtime.verdict import Fixable
from model_runtime.weights import (
    INDEX,
    SINGLE,
    Structure,
    read_headers,
    structure_of,
    structure_of_model,
    weight_faults,
    weight_files,
)

__all__ = ["Checkpoint", "CheckpointFaults", "Manifest", "install", "load", "read_manifest", "verify"]

LORAS = {"vis_lora": "vision-lora", "sp_lora": "speech-lora"}
"""peft name -> folder. The names must not be "vision" or "speech": peft matches base keys by substring."""
CHAT_TOKENS = ("<|user|>", "<|end|>", "<|assistant|>")
HASHED_AT_LOAD = 1_000_000_000
"""Bytes up to which every start reads the whole folder once more to compare hashes."""
MOST_LAYERS = 512
IGNORED = ("auto_map", "quantization_config", "_attn_implementation", "attn_implementation")
PAPERS = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "preprocessor_config.json",
    "LICENSE",
)
"""What belongs to a native folder beside weights and LoRAs; everything else in a download stays out."""
UNREAD = ("generation_config.json", "tokenizer_config.json", "preprocessor_config.json", "LICENSE")
"""Those of them that nothing here reads."""
SHORT = {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16"}


@dataclass(slots=True)
class Checkpoint:
    """A loaded model. `model` carries the LoRAs, `base` is the class inside it; nothing requires a gradient."""

    model: PeftModel | Phi4MultimodalForCausalLM
    base: Phi4MultimodalForCausalLM
    tokenizer: PreTrainedTokenizerFast
    config: Phi4MultimodalConfig
    manifest: Manifest
    folder: Path
    device: torch.device
    engine: str
    structure: Structure
    cards: dict[str, Any] = field(default_factory=dict)
    """Cards of the adapters attached on top (adapters.py), by name."""
    elsewhere: Any = None
    """Where an engine has the weights from that were left out."""


def verify(folder: Path, full: bool = True) -> list[str]:
    """Everything that is wrong with a native folder, as sentences; empty when it can be loaded.

    `full` compares every file's SHA-256 with kensa.json; without it only names, sizes and structure are looked at.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return [f"{folder} is not a folder; install a model with `kensa models install`."]
    try:
        manifest = read_manifest(folder)
    except CheckpointFaults as error:
        return error.faults + structure_faults(folder)
    files = file_faults(folder, manifest, hashes=full)
    unlisted = [
        f"{name} is not listed in {MANIFEST}; remove it or install the model again."
        for name in native_files(folder)
        if name not in manifest.files and name not in UNREAD
    ]
    gone = {name for name, fault in files.items() if " is missing" in fault or " is cut off" in fault}
    structure = [fault for fault in structure_faults(folder) if fault.split(" ", 1)[0] not in gone]
    return [*files.values(), *unlisted, *structure]


def native_files(folder: Path) -> list[str]:
    """The files that make up a native base model, as far as they are there; the rest of a download is not of it."""
    weights, _ = weight_files(folder)
    names = [*PAPERS, *weights, *([] if SINGLE in weights else [INDEX])]
    names += [f"{lora}/{name}" for lora in LORAS.values() for name in (LORA_CONFIG, LORA_WEIGHTS)]
    return [name for name in names if (folder / name).is_file()]


def structure_faults(folder: Path) -> list[str]:
    """What is wrong with a native folder when its hashes are left aside."""
    config, faults = read_config(folder)
    tensors, weight_file_faults = read_headers(folder)
    faults += weight_file_faults
    faults += tokenizer_faults(folder, config)
    structure, build_faults = build_structure(config)
    faults += build_faults
    if structure is None:
        return faults
    if tensors and not weight_file_faults:
        faults += weight_faults(tensors, structure)
    for name in LORAS.values():
        if (folder / name).is_dir():
            faults += lora_faults(folder / name, structure.linears)
    return faults


def build_structure(config: Phi4MultimodalConfig | None) -> tuple[Structure | None, list[str]]:
    """The class under a config, or None and why it cannot be built."""
    if config is None:
        return None, []
    try:
        with quiet():
            return structure_of(config), []
    except Exception as error:  # noqa: BLE001  a wrong size or name shows up anywhere in the class
        return None, [f"config.json describes a model that cannot be built ({error}); get the file again."]


def read_config(folder: Path) -> tuple[Phi4MultimodalConfig | None, list[str]]:
    """config.json as the native class, or None and why not."""
    try:
        content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kind = content.get("model_type")
    except FileNotFoundError:
        return None, ["config.json is missing; this is not a model folder, or the download did not finish."]
    except (OSError, ValueError, AttributeError) as error:
        return None, [f"config.json cannot be read ({error}); get the file again."]
    if kind == "phi4mm":
        return None, ["config.json is of the original layout (phi4mm); convert it with `kensa models install`."]
    if kind != Phi4MultimodalConfig.model_type:
        return None, [f"config.json describes a {kind!r} model; this program runs Phi-4-multimodal only."]
    return parse_config(content)


def parse_config(content: dict[str, Any]) -> tuple[Phi4MultimodalConfig | None, list[str]]:
    """A native config from its JSON, or None and why not. Code named by `auto_map` is never looked at."""
    try:
        content = _without(content)
        with quiet():
            config = Phi4MultimodalConfig.from_dict(content)
        faults = size_faults(config)
    except Exception as error:  # noqa: BLE001  the library's validators raise many kinds
        return None, [f"config.json does not describe a Phi-4-multimodal model ({error}); get the file again."]
    return (None if faults else config), faults


def _without(content: dict[str, Any]) -> dict[str, Any]:
    """A config without what would name code, another attention or another number type."""
    return {
        key: _without(value) if key in ("vision_config", "audio_config") else value
        for key, value in content.items()
        if key not in IGNORED
    }


def size_faults(config: Phi4MultimodalConfig) -> list[str]:
    """Sizes that the class would take without a word and compute nonsense from."""
    vision, audio = sub_configs(config)
    layers = max(config.num_hidden_layers, vision.num_hidden_layers, audio.num_blocks)
    faults = []
    if layers > MOST_LAYERS:
        faults.append(f"config.json asks for {layers} layers; that is no Phi-4-multimodal model.")
    for name, part in (("decoder", config), ("vision", vision), ("audio", audio)):
        if part.hidden_size % part.num_attention_heads:
            sizes = f"{part.hidden_size} does not divide by {part.num_attention_heads} attention heads"
            faults.append(f"config.json: the {name} size {sizes}; get the file again.")
    return faults


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keeps the library's advice to developers off the terminal."""
    before = library_log.get_verbosity()
    library_log.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        library_log.set_verbosity(before)


def sub_configs(config: Phi4MultimodalConfig) -> tuple[Any, Any]:
    """The vision and the audio part, whose types the library leaves open."""
    return config.vision_config, config.audio_config


def tokenizer_faults(folder: Path, config: Phi4MultimodalConfig | None) -> list[str]:
    """tokenizer.json must be there, fit the embedding, and know the chat's own tokens."""
    try:
        content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        added = {token["content"]: int(token["id"]) for token in content["added_tokens"]}
        highest = max([*content["model"]["vocab"].values(), *added.values()])
    except FileNotFoundError:
        return ["tokenizer.json is missing; get the file again."]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"tokenizer.json cannot be read ({error!r}); get the file again."]
    faults = [f"tokenizer.json has no {token} token; wrong tokenizer?" for token in CHAT_TOKENS if token not in added]
    if config is None:
        return faults
    if highest >= config.vocab_size:
        known = f"the model knows {config.vocab_size}"
        faults.append(f"tokenizer.json has ids up to {highest}, {known}; tokenizer and weights do not belong together.")
    vision, audio = sub_configs(config)
    ids = (vision.image_token_id, audio.audio_token_id)
    if max(ids) >= config.vocab_size or ids[0] == ids[1]:
        faults.append(f"config.json has image and audio token ids {ids}; they must differ and be in the vocabulary.")
    return faults


def install(source: Path, target: Path, progress: Progress | None = None) -> Manifest:
    """Copies a native folder, or converts the original layout, to `target`; see install.py."""
    from model_runtime.install import install as put

    return put(source, target, progress)


def load(
    folder: Path,
    device: str = "cpu",
    dtype: torch.dtype | None = None,
    left_out: Callable[[str], bool] | None = None,
) -> Checkpoint:
    """Loads a native folder with its LoRAs attached and none active. Default numbers: fp32 on CPU, bf16 on CUDA.

    `left_out`: names of the base's tensors that stay without content, as the LoRAs then do, for an engine that has
    them from elsewhere. Raises `CheckpointFaults` with everything that is wrong with the folder.
    """
    folder = Path(folder)
    place = torch.device(device)
    if place.type == "cuda" and not torch.cuda.is_available():
        raise Fixable("no_cuda", "There is no CUDA device that this program can use; choose the CPU.")
    manifest = _trusted(folder)
    config, _ = read_config(folder)
    assert config is not None
    dtype = dtype or (torch.bfloat16 if place.type == "cuda" else torch.float32)
    base = _load_base(folder, config, place, dtype, left_out or (lambda _: False))
    structure = structure_of_model(base)
    model: PeftModel | Phi4MultimodalForCausalLM = base
    for name, lora in LORAS.items():
        if (folder / lora).is_dir():
            model = (add_name if left_out else add_lora)(model, name, folder / lora)
    if isinstance(model, PeftModel):
        tuner_of(model).disable_adapter_layers()
    engine = f"{place.type}-{SHORT.get(dtype, str(dtype).removeprefix('torch.'))}"
    tokenizer = load_tokenizer(folder, config)
    return Checkpoint(model, base, tokenizer, config, manifest, folder, place, engine, structure)


def _trusted(folder: Path) -> Manifest:
    """The manifest of a folder without faults. A folder without kensa.json, downloaded by hand, is described as
    `install` would do it: its identity is the same before and after."""
    if (folder / MANIFEST).is_file():
        manifest = read_manifest(folder)
        faults = verify(folder, full=manifest.size < HASHED_AT_LOAD)
    elif folder.is_dir():
        faults = structure_faults(folder)
    else:
        faults = verify(folder)
    if faults:
        raise CheckpointFaults(faults, folder)
    if not (folder / MANIFEST).is_file():
        manifest = make_manifest(folder, folder.name, source=str(folder.resolve()), only=native_files(folder))
    return manifest


def load_tokenizer(folder: Path, config: Phi4MultimodalConfig) -> PreTrainedTokenizerFast:
    """The tokenizer from tokenizer.json alone; special tokens by the ids of the config."""
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))  # type: ignore[no-untyped-call]
    for role, number in (("bos_token", config.bos_token_id), ("pad_token", config.pad_token_id)):
        token = tokenizer.convert_ids_to_tokens(number) if number is not None else None
        if token is not None:
            setattr(tokenizer, role, token)
    return tokenizer


def _load_base(
    folder: Path,
    config: Phi4MultimodalConfig,
    device: torch.device,
    dtype: torch.dtype,
    left_out: Callable[[str], bool],
) -> Phi4MultimodalForCausalLM:
    """Built empty on the meta device, then given the tensors of the files: no random start, one copy in memory."""
    with torch.device("meta"), quiet():
        model = Phi4MultimodalForCausalLM(config)
    state = dict(_tensors(folder, device, dtype, left_out))
    if config.tie_word_embeddings:
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
    result = model.load_state_dict(state, strict=False, assign=True)
    if wrong := [*result.unexpected_keys, *(name for name in result.missing_keys if not left_out(name))]:
        raise RuntimeError(f"the model class and the files do not agree on {wrong}")
    model.tie_weights()
    with quiet():
        model.model.rotary_emb = Phi4MultimodalRotaryEmbedding(config).to(device)
    tensors = (*model.named_parameters(), *model.named_buffers())
    if left := [name for name, value in tensors if value.is_meta and not left_out(name)]:
        raise RuntimeError(f"the model class has weights that no file filled: {left}")
    make_bidirectional(model)
    freeze(model)
    return model


def _tensors(
    folder: Path, device: torch.device, dtype: torch.dtype, left_out: Callable[[str], bool]
) -> Iterator[tuple[str, torch.Tensor]]:
    files, _ = weight_files(folder)
    for path in files.values():
        with safe_open(path, framework="pt", device=str(device)) as file:
            for name in file.keys():
                if not left_out(name):
                    yield name, file.get_tensor(name).to(dtype)


def make_bidirectional(model: torch.nn.Module) -> None:
    """Every patch sees every other one. The library says `is_causal` and drops an all-ones mask, so that with SDPA
    the first patch would not see the last."""
    for module in model.modules():
        if isinstance(module, Phi4MultimodalVisionAttention):
            module.is_causal = False
