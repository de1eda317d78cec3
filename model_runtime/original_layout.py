"""The original remote-code layout of microsoft/Phi-4-multimodal-instruct, read as a plan for native files.

Knows the original's config and tensor names. Copies nothing itself (install.py does), holds no tensor and never looks
at the Python files that come with it.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import Phi4MultimodalConfig

from model_runtime.checkpoint import build_structure, parse_config, tokenizer_faults
from model_runtime.lora import PREFIX, Lora, key_faults
from model_runtime.weights import Entry, Structure, read_headers, weight_faults

MODEL_TYPE = "phi4mm"
SHAPES = Mapping[str, tuple[int, ...]]
TENSORS = dict[str, tuple[Path, Entry]]
LORA_KEY = re.compile(r"(?P<module>.+)\.lora_(?P<side>[AB])\.(?P<which>vision|speech)\.weight")
TOWER = "model.embed_tokens_extend.image_embed.img_processor."

_IMAGE = r"(model\.embed_tokens_extend\.image_embed)\."
_AUDIO = r"(model\.embed_tokens_extend\.audio_embed)\."
RENAMES = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (_AUDIO + r"(encoder\.encoders\.\d+\.feed_forward_(?:in|out))\.net\.0\.linear\.", r"\1.\2.gate_up_proj."),
        (_AUDIO + r"(encoder\.encoders\.\d+\.feed_forward_(?:in|out))\.net\.2\.", r"\1.\2.down_proj."),
        (_AUDIO + r"(encoder\.encoders\.\d+\.self_attn)\.linear_([qkv])\.", r"\1.\2.\3_proj."),
        (_AUDIO + r"(encoder\.encoders\.\d+\.self_attn)\.linear_out\.", r"\1.\2.o_proj."),
        (_AUDIO + r"audio_projection\.speech\.0\.", r"\1.up_proj_for_speech."),
        (_AUDIO + r"audio_projection\.speech\.2\.", r"\1.down_proj_for_speech."),
        (_AUDIO + r"audio_projection\.vision\.0\.", r"\1.up_proj_for_vision_speech."),
        (_AUDIO + r"audio_projection\.vision\.2\.", r"\1.down_proj_for_vision_speech."),
        (_IMAGE + r"img_projection\.0\.", r"\1.img_projection_up."),
        (_IMAGE + r"img_projection\.2\.", r"\1.img_projection_down."),
        (_IMAGE + r"glb_GN$", r"\1.global_img_feature_extensor"),
        (_IMAGE + r"sub_GN$", r"\1.sub_img_feature_extensor"),
        (r"(.+)\.base_layer\.(weight|bias)$", r"\1.\2"),
    )
)
COMPUTED = ("position_ids", "rotary_emb.inv_freq")
"""Buffers that old files carry and the class computes."""

TEXT = (
    "vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads resid_pdrop "
    "embd_pdrop attention_dropout hidden_act max_position_embeddings original_max_position_embeddings "
    "initializer_range rms_norm_eps use_cache tie_word_embeddings rope_theta rope_scaling partial_rotary_factor "
    "bos_token_id pad_token_id sliding_window torch_dtype dtype"
).split()
TEXT_DEFAULTS = {"max_position_embeddings": 4096, "tie_word_embeddings": False}
"""Where the original class and the native one assume different things when the file is silent."""
AUDIO = {
    "attention_dim": "hidden_size",
    "attention_heads": "num_attention_heads",
    "linear_units": "intermediate_size",
    "depthwise_seperable_out_channel": "depthwise_separable_out_channel",  # the original's spelling
} | {
    name: name
    for name in (
        "num_blocks activation chunk_size left_chunk dropout_rate ext_pw_out_channel depthwise_separable_out_channel "
        "depthwise_multiplier kernel_size conv_activation input_size conv_glu_type time_reduction"
    ).split()
}
ONLY: dict[str, dict[str, Any]] = {
    "audio_processor.config": {
        "input_layer": "nemo_conv",
        "causal": True,
        "batch_norm": False,
        "bias_in_glu": True,
        "cnn_layer_norm": True,
        "ext_pw_kernel_size": 1,
    },
    "embd_layer.image_embd_layer": {
        "use_hd_transform": True,
        "with_learnable_separator": True,
        "hd_transform_order": "sub_glb",
        "image_token_compression_cls": "avg_pool_2d",
        "projection_cls": "mlp",
    },
    "embd_layer.audio_embd_layer": {"use_qformer": False, "use_conv_downsample": False, "projection_cls": "mlp"},
    "": {"attention_bias": False, "mlp_bias": False, "lm_head_bias": False},
}
"""Options of the original code that have one value in the native class; another value is another model."""


@dataclass(slots=True)
class Plan:
    """What the native folder will hold: the config, the base tensors under their new names, and the two LoRAs."""

    config: Phi4MultimodalConfig
    base: TENSORS
    loras: dict[str, tuple[Lora, TENSORS]]


@dataclass(slots=True)
class _Sorted:
    base: TENSORS = field(default_factory=dict)
    loras: dict[str, TENSORS] = field(default_factory=lambda: {"vision": {}, "speech": {}})


def is_original(folder: Path) -> bool:
    """Whether config.json says so."""
    try:
        content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return bool(content.get("model_type") == MODEL_TYPE)
    except (OSError, ValueError, AttributeError):
        return False


def make_plan(folder: Path) -> tuple[Plan | None, list[str]]:
    """The plan for a folder of the original layout, or None and everything that is wrong with the folder."""
    content: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tensors, faults = read_headers(folder)
    faults += option_faults(content)
    config = None
    if tensors and not faults:
        config, config_faults = native_config(content, tensors, token_ids(folder))
        faults += config_faults
    faults += tokenizer_faults(folder, config)
    if config is None:
        return None, faults
    structure, build_faults = build_structure(config)
    if structure is None:
        return None, faults + build_faults
    groups = sort_tensors(tensors, tied=bool(config.tie_word_embeddings))
    faults += weight_faults(groups.base, structure)
    loras = {}
    for which, group in groups.loras.items():
        lora, lora_fault = _lora(content, which, group, structure)
        faults += lora_fault
        if lora is not None:
            loras[f"{which}-lora"] = (lora, {PREFIX + key: value for key, value in group.items()})
    return (None if faults else Plan(config, groups.base, loras)), faults


def sort_tensors(tensors: TENSORS, tied: bool) -> _Sorted:
    """Every tensor under its native name, in the base or in its LoRA."""
    groups = _Sorted()
    for key, where in tensors.items():
        if match := LORA_KEY.fullmatch(key):
            groups.loras[match["which"]][f"{match['module']}.lora_{match['side']}.weight"] = where
        elif not (key.endswith(COMPUTED) or (tied and key == "lm_head.weight")):
            groups.base[native_key(key)] = where
    return groups


def native_key(key: str) -> str:
    """The native name of a base tensor."""
    for pattern, name in RENAMES:
        new, found = pattern.subn(name, key)
        if found:
            return new
    return key


def option_faults(content: Mapping[str, Any]) -> list[str]:
    """Options that would make this another model than the native class."""
    faults = []
    for place, options in ONLY.items():
        part = _dig(content, place)
        faults += [
            f"config.json sets {place + '.' if place else ''}{name} to {part[name]!r}; only {value!r} is supported."
            for name, value in options.items()
            if name in part and part[name] != value
        ]
    return faults


def _dig(content: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    part: Any = content
    for name in filter(None, place.split(".")):
        part = part.get(name) if isinstance(part, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def native_config(
    content: Mapping[str, Any], tensors: TENSORS, ids: Mapping[str, int]
) -> tuple[Phi4MultimodalConfig | None, list[str]]:
    """The native config from the original's, the shapes of the vision tower and the tokenizer's ids."""
    shapes = {key: entry.shape for key, (_, entry) in tensors.items()}
    try:
        native = TEXT_DEFAULTS | {name: content[name] for name in TEXT if content.get(name) is not None}
        native["vision_config"] = _vision(content, shapes, ids)
        native["audio_config"] = _audio(content, ids)
        native["eos_token_id"] = _ends(content, ids)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return None, [f"config.json lacks or garbles something of the original layout ({error!r}); get it again."]
    config, faults = parse_config(native)
    if config is not None:
        config.architectures = ["Phi4MultimodalForCausalLM"]
    return config, faults


def _vision(content: Mapping[str, Any], shapes: SHAPES, ids: Mapping[str, int]) -> dict[str, Any]:
    """The original code fixes the vision tower's sizes and the file is silent: they are read off the tensors."""
    patch = shapes[TOWER + "embeddings.patch_embedding.weight"]
    positions = shapes[TOWER + "embeddings.position_embedding.weight"][0]
    layers = {found[1] for key in shapes if (found := re.match(re.escape(TOWER) + r"encoder\.layers\.(\d+)\.", key))}
    side = math.isqrt(positions) * patch[2]
    stated = {
        name: value
        for place in ("embd_layer.image_embd_layer", "img_processor", "vision_config")
        for name, value in _dig(content, place).items()
        if name in ("num_attention_heads", "layer_norm_eps", "hidden_act", "feature_layer", "layer_idx")
    }
    feature_layer = stated.pop("layer_idx", -2)
    return {
        "hidden_size": patch[0],
        "num_channels": patch[1],
        "patch_size": patch[2],
        "image_size": side,
        "crop_size": _dig(content, "embd_layer.image_embd_layer").get("crop_size", side),
        "num_hidden_layers": len(layers),
        "num_attention_heads": 16,
        "intermediate_size": shapes[TOWER + "encoder.layers.0.mlp.fc1.weight"][0],
        "feature_layer": feature_layer,
        "image_token_id": _token_id(content, "image_token_id", "vision_config", ids, "<|endoftext10|>", 200010),
    } | stated


def _audio(content: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    source = content["audio_processor"]["config"]
    audio = {native: source[name] for name, native in AUDIO.items() if name in source}
    bias = source["relative_attention_bias_args"]
    audio["bias_max_distance"] = bias["t5_bias_max_distance"]
    audio["bias_symmetric"] = bool(bias.get("t5_bias_symmetric", False))
    audio["nemo_conv_channels"] = source["nemo_conv_settings"]["conv_channels"]
    audio["downsample_rate"] = _dig(content, "embd_layer.audio_embd_layer").get("downsample_rate", 1)
    audio["audio_token_id"] = _token_id(content, "audio_token_id", "audio_config", ids, "<|endoftext11|>", 200011)
    return audio


def _token_id(
    content: Mapping[str, Any], name: str, place: str, ids: Mapping[str, int], token: str, default: int
) -> int:
    """As the config states it, else by the token's name, else the original's constant."""
    for part in (content, _dig(content, place)):
        if isinstance(part.get(name), int):
            return int(part[name])
    return ids.get(token, default)


def _ends(content: Mapping[str, Any], ids: Mapping[str, int]) -> list[int]:
    """The original's config knows the end of a text only; an answer ends with <|end|>."""
    stated = content.get("eos_token_id", ids.get("<|endoftext|>", 199999))
    ends = [int(end) for end in (stated if isinstance(stated, list) else [stated])]
    end = ids.get("<|end|>", 200020)
    return ends if end in ends else [*ends, end]


def token_ids(folder: Path) -> dict[str, int]:
    """Ids of the special tokens by name, from tokenizer.json and, where it is silent, tokenizer_config.json."""
    ids: dict[str, int] = {}
    for pairs in (_from_config(folder), _from_tokenizer(folder)):
        ids |= pairs
    return ids


def _from_tokenizer(folder: Path) -> dict[str, int]:
    try:
        content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        return {token["content"]: int(token["id"]) for token in content["added_tokens"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # tokenizer_faults says what is wrong with it


def _from_config(folder: Path) -> dict[str, int]:
    try:
        content = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        return {token["content"]: int(number) for number, token in content["added_tokens_decoder"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _lora(
    content: Mapping[str, Any], which: str, group: TENSORS, structure: Structure
) -> tuple[Lora | None, list[str]]:
    if not group:
        return None, [f"The {which} LoRA is missing from the weights (no lora_A.{which} tensors); get them again."]
    try:
        about = content[f"{which}_lora"]
        lora = Lora(int(about["r"]), float(about["lora_alpha"]), _targets(group))
    except (KeyError, TypeError, ValueError) as error:
        return None, [f"config.json does not describe the {which} LoRA ({error!r}); get it again."]
    entries = {key: entry for key, (_, entry) in group.items()}
    return lora, [f"{which} LoRA: {fault}" for fault in key_faults(lora, entries, structure.linears)]


def _targets(group: TENSORS) -> str | tuple[str, ...]:
    """The layers that have LoRA weights: as one expression when all decoder layers have the same, else by name."""
    modules = {key.rsplit(".lora_", 1)[0] for key in group}
    leaves = {module: re.sub(r"^model\.layers\.\d+\.", "", module) for module in modules}
    layers = {module.removesuffix(leaf) for module, leaf in leaves.items()}
    kinds = sorted(set(leaves.values()))
    if all(module.startswith("model.layers.") for module in modules) and len(modules) == len(layers) * len(kinds):
        return r"model\.layers\.\d+\.(" + "|".join(re.escape(kind) for kind in kinds) + ")"
    return tuple(sorted(modules))


def clean_json(path: Path) -> Iterator[tuple[str, Any]]:
    """The entries of a JSON file without those that name code."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return ((key, value) for key, value in content.items() if key != "auto_map")
