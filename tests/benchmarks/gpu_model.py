"""A full-size model of random weights for a GPU, and the files it is asked about.

Knows Phi-4-multimodal's true shape and how a judge stands over a model that was never a folder. Measures nothing.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import soundfile
import torch
from PIL import Image
from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import Phi4MultimodalConfig, Phi4MultimodalForCausalLM, PreTrainedTokenizerFast
from transformers.models.phi4_multimodal.modeling_phi4_multimodal import Phi4MultimodalRotaryEmbedding

from model_runtime.checkpoint import Checkpoint, make_bidirectional
from model_runtime.lora import freeze
from model_runtime.runtime import ModelJudge
from model_runtime.verdict import DEFECTS
from tests.runtime import tiny


def full_config() -> Phi4MultimodalConfig:
    """Phi-4-multimodal-instruct's sizes."""
    factors = [1.0 + number / 48 for number in range(48)]
    rope: dict[str, Any] = {
        "partial_rotary_factor": 0.75,
        "rope_scaling": {"type": "longrope", "short_factor": [1.0] * 48, "long_factor": factors},
    }
    return Phi4MultimodalConfig(
        **rope,
        num_attention_heads=24,
        num_key_value_heads=8,
        tie_word_embeddings=True,
        vision_config={"feature_layer": -2},
        audio_config={},
    )


def random_model(config: Phi4MultimodalConfig, device: torch.device, dtype: torch.dtype) -> Phi4MultimodalForCausalLM:
    """Weights of a size that lets every input move the logits, drawn where they stay."""
    with torch.device("meta"):
        model = Phi4MultimodalForCausalLM(config)
    model.to(dtype).to_empty(device=device)
    model.tie_weights()
    model.model.rotary_emb = Phi4MultimodalRotaryEmbedding(config).to(device)
    generator = torch.Generator(device).manual_seed(0)
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        if not tensor.is_floating_point() or "inv_freq" in name:
            continue
        with torch.no_grad():
            if "norm" in name and name.endswith("weight"):
                tensor.fill_(1.0)
            elif name.endswith("global_invstd"):
                tensor.fill_(0.5)
            else:
                fan_in = tensor[0].numel() if tensor.ndim > 1 and tensor[0].numel() > 1 else 16
                tensor.normal_(0, fan_in**-0.5, generator=generator)
    make_bidirectional(model)
    freeze(model)
    model.train(False)
    return model


class BareJudge(ModelJudge):
    """A model without LoRAs, as one has it after folding them."""

    def use_adapters(self, photo: bool) -> None:
        self.engine.use([])


def judge_of(base: Phi4MultimodalForCausalLM, scratch: Path, heard: int = 9, crops: int = 1) -> BareJudge:
    """A judge over a model that was never a folder."""
    settings = {
        "golden": "Golden sample, an approved good unit: ",
        "photo": "Photo of the part under inspection: ",
        "voice": "Operator's spoken note: ",
        "instruction": "You are the inspector. Defect classes: {defects}. Criteria for this part: {criteria} Answer.",
        "heard_tokens": heard,
        "remark_tokens": 0,
        "dynamic_hd": crops,
    }
    manifest: Any = SimpleNamespace(prompt=settings, identity="random@0", name="random", sha256="0" * 64)
    device = next(base.parameters()).device
    dtype = next(base.parameters()).dtype
    config: Any = base.config
    checkpoint = Checkpoint(
        base,
        base,
        tokenizer(scratch),
        config,
        manifest,
        scratch,
        device,
        f"{device.type}-{dtype}",
        None,  # type: ignore[arg-type]
    )
    return BareJudge(checkpoint)


def tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Byte-level BPE with a word or two a token, as the full model's own has it."""
    path = folder / "tokenizer.json"
    if not path.exists():
        made = Tokenizer(BPE())
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = BpeTrainer(vocab_size=440, initial_alphabet=alphabet, show_progress=False)
        answer = '{"verdict": "NG", "defect": "none", "severity": "minor", "region": {"row": 1, "col": 2}, "heard": "'
        lines = [*[answer + '", "voice_says": "nothing", "remark": ""}'] * 4, "major", "critical", "inspector"]
        made.train_from_iterator([*lines, "word " * 9, *DEFECTS] * 9, trainer)
        made.add_special_tokens([AddedToken(token, special=True) for token in tiny.SPECIAL])
        made.save(str(path))
    return PreTrainedTokenizerFast(tokenizer_file=str(path))


def files_in(folder: Path) -> dict[str, Path]:
    """Photos of 1280 x 960 and 960 x 960, five seconds of voice and one."""
    names = {name: folder / f"{name}.{'wav' if name in ('voice', 'short') else 'jpg'}" for name in
             ("photo", "square", "golden", "voice", "short")}  # fmt: skip
    if not names["short"].exists():
        for number, name in enumerate(("photo", "square", "golden")):
            pixels = np.random.default_rng(number).integers(0, 256, (60, 80, 3), dtype=np.uint8)
            size = (960, 960) if name == "square" else (1280, 960)
            Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).save(names[name])
        for name, seconds in (("voice", 5), ("short", 1)):
            noise = np.random.default_rng(seconds).normal(0, 0.1, seconds * 16000)
            swell = np.maximum(0, np.sin(np.arange(len(noise)) / 16000 * 25)) * noise
            soundfile.write(names[name], swell, 16000)
    return names
