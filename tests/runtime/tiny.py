"""Tiny Phi-4-multimodal checkpoints with random weights, a few hundred KB, in both layouts.

`build_native` goes through the library's own save; `build_original` writes the remote-code layout out by hand,
independent of the converter that it is there to test.
"""

import json
import re
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
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
    model = Phi4MultimodalForCausalLM(tiny_config()).eval()
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
    return Phi4MultimodalConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
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
