"""Tiny Phi-4-multimodal checkpoints with random weights, a few hundred KB, in both layouts.

`build_native` goes through the library's own save; `build_original` writes the remote-code layout out by hand,
independent of the converter that it is there to test.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken, Tokenizer, decoders
from tokenizers.models import BPE
from transformers import Phi4MultimodalConfig, Phi4MultimodalForCausalLM

from model_runtime.manifest import make_manifest, write_manifest

SPECIAL = (
    "<|endoftext|>",
    "<|user|>",
    "<|end|>",
    "<|assistant|>",
    "<|system|>",
    "<|endoftext10|>",
    "<|endoftext11|>",
)
CROP = 56
VOCABULARY = 448
PARTIAL = 0.75
SHORT_FACTOR = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5]
LONG_FACTOR = [2.0, 2.1, 2.2, 2.3, 2.4, 2.5]
RANKS = {"vision": 4, "speech": 6}
PROMPT = {
    "golden": "golden",
    "photo": "photo",
    "voice": "voice",
    "instruction": "judge",
    "heard_tokens": 16,
    "remark_tokens": 0,
    "dynamic_hd": 1,
}
LORA_MODULES = r"model.layers.\d+.((self_attn.(qkv|o)_proj)|(mlp.(gate_up|down)_proj))"


def build_native(folder: Path, seed: int = 0, prompt: dict[str, Any] | None = None) -> Path:
    """A complete native folder: base, both LoRAs with non-zero weights, tokenizer, manifest. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tokenizer(folder)
    model = random_model(seed)
    model.save_pretrained(folder)
    for number, (name, rank) in enumerate(RANKS.items()):
        write_lora(folder / f"{name}-lora", model, rank, seed + 1 + number)
    write_preprocessor(folder)
    manifest = make_manifest(folder, "tiny", prompt=PROMPT if prompt is None else prompt, source="test", license="MIT")
    write_manifest(folder, manifest)
    return folder


def random_model(seed: int) -> Phi4MultimodalForCausalLM:
    """Weights of a size that lets every input move the logits, which the library's own start does not."""
    torch.manual_seed(seed)
    model = Phi4MultimodalForCausalLM(tiny_config())
    model.train(False)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if "norm" in name and name.endswith("weight"):
                tensor.copy_(1 + 0.1 * torch.randn(tensor.shape))
            elif name.endswith("global_invstd"):
                tensor.fill_(0.5)
            elif tensor.is_floating_point():
                fan_in = tensor[0].numel() if tensor.ndim > 1 and tensor[0].numel() > 1 else 16
                tensor.copy_(torch.randn(tensor.shape) * fan_in**-0.5)
    model.tie_weights()
    return model


def tiny_config() -> Phi4MultimodalConfig:
    """Every size differs from its neighbours where it can, so that mixed-up dimensions fail."""
    ids = {token: number for number, token in enumerate(SPECIAL)}
    rope: dict[str, Any] = {
        "partial_rotary_factor": PARTIAL,
        "rope_scaling": {"type": "longrope", "short_factor": SHORT_FACTOR, "long_factor": LONG_FACTOR},
    }
    return Phi4MultimodalConfig(
        **rope,
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=8192,
        original_max_position_embeddings=4096,
        tie_word_embeddings=True,
        bos_token_id=0,
        pad_token_id=0,
        eos_token_id=[0, ids["<|end|>"]],
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 48,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": CROP,
            "crop_size": CROP,
            "patch_size": 14,
            "image_token_id": ids["<|endoftext10|>"],
        },
        audio_config={
            "hidden_size": 32,
            "intermediate_size": 40,
            "num_blocks": 2,
            "num_attention_heads": 2,
            "ext_pw_out_channel": 32,
            "depthwise_separable_out_channel": 32,
            "nemo_conv_channels": 16,
            "bias_max_distance": 100,
            "audio_token_id": ids["<|endoftext11|>"],
        },
    )


def write_tokenizer(folder: Path) -> None:
    """Byte-fallback BPE over printable ASCII, the special tokens first."""
    tokens = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *(chr(code) for code in range(32, 127))]
    merges = [("O", "K"), ("N", "G"), ("n", "o"), ("no", "n"), ("non", "e")]
    tokens += [left + right for left, right in merges]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(BPE(vocab=vocabulary, merges=merges, byte_fallback=True))
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    tokenizer.save(str(folder / "tokenizer.json"))
    content = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(content))


def write_preprocessor(folder: Path) -> None:
    """The photo and voice settings that the library would read."""
    content = {"dynamic_hd": 1, "feature_size": 80, "sampling_rate": 16000, "size": {"height": CROP, "width": CROP}}
    (folder / "preprocessor_config.json").write_text(json.dumps(content))


def write_lora(folder: Path, model: Phi4MultimodalForCausalLM, rank: int, seed: int) -> None:
    """A peft LoRA folder written out by hand: random A and B for the four linear layers of every decoder layer."""
    folder.mkdir(parents=True, exist_ok=True)
    random = torch.Generator().manual_seed(seed)
    weights = {}
    for name, module in model.named_modules():
        if re.fullmatch(LORA_MODULES, name) and isinstance(module, torch.nn.Linear):
            a = torch.randn(rank, module.in_features, generator=random) * module.in_features**-0.5
            b = torch.randn(module.out_features, rank, generator=random) * 0.2
            weights[f"base_model.model.{name}.lora_A.weight"] = a
            weights[f"base_model.model.{name}.lora_B.weight"] = b
    save_file(weights, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    content = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": 2 * rank,
        "lora_dropout": 0.0,
        "target_modules": LORA_MODULES,
        "bias": "none",
    }
    (folder / "adapter_config.json").write_text(json.dumps(content))


def text_inputs() -> dict[str, torch.Tensor]:
    """A short question in text alone; ids (1, 12)."""
    return {"input_ids": torch.tensor([[1, *range(300, 309), 2, 3]])}


def photo_inputs(seed: int = 0) -> dict[str, torch.Tensor]:
    """One photo: global crop + one crop of 4 x 4 patches, which are 2x(2+1) + 1 + 2x(2+1) = 13 image tokens."""
    random = torch.Generator().manual_seed(seed)
    return {
        "input_ids": torch.tensor([[1, *[5] * 13, 301, 302, 2, 3]]),
        "image_pixel_values": torch.randn(1, 2, 3, CROP, CROP, generator=random),
        "image_sizes": torch.tensor([[CROP, CROP]]),
        "image_attention_mask": torch.ones(1, 2, 4, 4, dtype=torch.bool),
    }


def voice_inputs(seed: int = 0) -> dict[str, torch.Tensor]:
    """One voice note of 40 frames of 80 log-mel values, which are 5 audio tokens."""
    random = torch.Generator().manual_seed(seed)
    return {
        "input_ids": torch.tensor([[1, *[6] * 5, 301, 302, 2, 3]]),
        "audio_input_features": torch.randn(1, 40, 80, generator=random),
        "audio_embed_sizes": torch.tensor([5]),
    }


def both_inputs(seed: int = 0) -> dict[str, torch.Tensor]:
    """Photo and voice in one question."""
    ids = torch.tensor([[1, *[5] * 13, *[6] * 5, 301, 302, 2, 3]])
    return {**photo_inputs(seed), **voice_inputs(seed), "input_ids": ids}


# ---- the original remote-code layout, by hand ----

ORIGINAL_NAMES = {
    "image_embed.img_projection_up.weight": "image_embed.img_projection.0.weight",
    "image_embed.img_projection_up.bias": "image_embed.img_projection.0.bias",
    "image_embed.img_projection_down.weight": "image_embed.img_projection.2.weight",
    "image_embed.img_projection_down.bias": "image_embed.img_projection.2.bias",
    "image_embed.global_img_feature_extensor": "image_embed.glb_GN",
    "image_embed.sub_img_feature_extensor": "image_embed.sub_GN",
    "audio_embed.up_proj_for_speech.weight": "audio_embed.audio_projection.speech.0.weight",
    "audio_embed.up_proj_for_speech.bias": "audio_embed.audio_projection.speech.0.bias",
    "audio_embed.down_proj_for_speech.weight": "audio_embed.audio_projection.speech.2.weight",
    "audio_embed.down_proj_for_speech.bias": "audio_embed.audio_projection.speech.2.bias",
    "audio_embed.up_proj_for_vision_speech.weight": "audio_embed.audio_projection.vision.0.weight",
    "audio_embed.up_proj_for_vision_speech.bias": "audio_embed.audio_projection.vision.0.bias",
    "audio_embed.down_proj_for_vision_speech.weight": "audio_embed.audio_projection.vision.2.weight",
    "audio_embed.down_proj_for_vision_speech.bias": "audio_embed.audio_projection.vision.2.bias",
}


def build_original(folder: Path, seed: int = 0, shards: int = 3) -> Path:
    """The weights of `build_native(seed)` as microsoft/Phi-4-multimodal-instruct ships them. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    native = build_native(folder / "native", seed)
    tensors = {original_name(key): value for key, value in load_file(native / "model.safetensors").items()}
    for which in RANKS:
        for key, value in load_file(native / f"{which}-lora" / "adapter_model.safetensors").items():
            module, side, _ = key.removeprefix("base_model.model.").rsplit(".", 2)
            tensors[f"{module}.{side}.{which}.weight"] = value
    write_shards(folder, tensors, shards)
    (folder / "config.json").write_text(json.dumps(original_config(tiny_config())))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(native / name, folder / name)
    papers = {"auto_map": {"AutoProcessor": "processing_phi4mm.Phi4MMProcessor"}, "dynamic_hd": 36}
    (folder / "preprocessor_config.json").write_text(json.dumps(papers))
    (folder / "modeling_phi4mm.py").write_text("raise SystemExit('remote code was run')\n")
    (folder / "LICENSE").write_text("MIT License\n")
    shutil.rmtree(native)
    return folder


def original_name(key: str) -> str:
    """The name of a native base tensor in the original layout."""
    place, _, rest = key.partition("embed_tokens_extend.")
    if rest in ORIGINAL_NAMES:
        return f"{place}embed_tokens_extend.{ORIGINAL_NAMES[rest]}"
    if rest.startswith("audio_embed.encoder."):
        for native, original in (("gate_up_proj", "net.0.linear"), ("down_proj", "net.2"), ("o_proj", "linear_out")):
            key = key.replace(f".{native}.", f".{original}.")
        for letter in "qkv":
            key = key.replace(f".self_attn.{letter}_proj.", f".self_attn.linear_{letter}.")
        return key
    if key.startswith("model.layers.") and "_proj." in key:
        return key.replace("_proj.weight", "_proj.base_layer.weight")
    return key


def write_shards(folder: Path, tensors: dict[str, torch.Tensor], shards: int) -> None:
    """Deals the tensors out to several files with an index, neighbours apart."""
    where: dict[str, str] = {}
    for number in range(shards):
        name = f"model-{number + 1:05d}-of-{shards:05d}.safetensors"
        part = {key: tensors[key] for key in sorted(tensors)[number::shards]}
        save_file(part, folder / name, metadata={"format": "pt"})
        where |= dict.fromkeys(part, name)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": where}))


def original_config(native: Phi4MultimodalConfig) -> dict[str, Any]:
    """config.json as the original has it. The vision tower's sizes are nowhere in it but for the number of heads (a
    hint of ours: the original code fixes 16)."""
    vision: Any = native.vision_config
    audio: Any = native.audio_config
    lora = r"layers.*((self_attn\.(qkv_proj|o_proj))|(mlp\.(gate_up|down)_proj))"
    names = "vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads"
    names += " max_position_embeddings original_max_position_embeddings rms_norm_eps tie_word_embeddings hidden_act"
    return {name: getattr(native, name) for name in names.split()} | {
        "model_type": "phi4mm",
        "architectures": ["Phi4MMForCausalLM"],
        "auto_map": {"AutoModelForCausalLM": "modeling_phi4mm.Phi4MMForCausalLM"},
        "attention_bias": False,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "pad_token_id": 0,
        "partial_rotary_factor": PARTIAL,
        "rope_theta": 10000.0,
        "rope_scaling": {"type": "longrope", "short_factor": SHORT_FACTOR, "long_factor": LONG_FACTOR},
        "img_processor": {"num_attention_heads": vision.num_attention_heads},
        "embd_layer": {
            "embedding_cls": "image_audio",
            "image_embd_layer": {"crop_size": CROP, "hd_transform_order": "sub_glb", "use_hd_transform": True},
            "audio_embd_layer": {"downsample_rate": 1, "projection_cls": "mlp", "use_qformer": False},
        },
        "audio_processor": {
            "name": "cascades",
            "config": {
                "activation": "swish",
                "attention_dim": audio.hidden_size,
                "attention_heads": audio.num_attention_heads,
                "causal": True,
                "chunk_size": -1,
                "depthwise_seperable_out_channel": audio.depthwise_separable_out_channel,
                "ext_pw_out_channel": audio.ext_pw_out_channel,
                "encoder_embedding_config": {"input_size": 80},
                "input_layer": "nemo_conv",
                "input_size": 80,
                "kernel_size": 3,
                "left_chunk": 18,
                "linear_units": audio.intermediate_size,
                "nemo_conv_settings": {"conv_channels": audio.nemo_conv_channels},
                "num_blocks": audio.num_blocks,
                "relative_attention_bias_args": {"t5_bias_max_distance": audio.bias_max_distance, "type": "t5"},
                "time_reduction": 8,
            },
        },
        **{f"{which}_lora": {"r": r, "lora_alpha": 2 * r, "dp": 0.0, "layer": lora} for which, r in RANKS.items()},
    }
