"""A folder with the full model's true shape and random weights, made on the spot: 11 GB, written tensor by tensor."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import Phi4MultimodalConfig

from model_runtime.lora import CONFIG, WEIGHTS, Lora
from model_runtime.manifest import FULL_PROMPT, MANIFEST, make_manifest, write_json
from model_runtime.prompt import PromptSettings
from model_runtime.weights import SINGLE, Entry, pack_header, structure_of

SPECIAL = ("<|endoftext|>", "<|user|>", "<|assistant|>", "<|end|>", "<|endoftext10|>", "<|endoftext11|>")
IMAGE, AUDIO = SPECIAL.index("<|endoftext10|>"), SPECIAL.index("<|endoftext11|>")
RANKS = {"vision-lora": 256, "speech-lora": 320}
TARGETS = r".*model\.layers\.\d+\.(self_attn\.(qkv_proj|o_proj)|mlp\.(gate_up_proj|down_proj))"
SAID = '{"verdict": "NG", "defect": "scratch", "severity": "minor", "region": {"row": 3, "col": 4}, "heard": "", '
SAID += '"voice_says": "nothing", "remark": ""} OK none major critical null missing deformation hole stain crack dent'
"""The answer's own marks are pieces, as in a tokenizer that has seen much JSON."""
LORA_SHARE = 0.1
"""Size of a LoRA's change against the weight's own."""


def full_config(layers: int = 32, eyes: int = 27, blocks: int = 24) -> Phi4MultimodalConfig:
    """The published sizes; fewer layers for trials."""
    longrope = {"type": "longrope", "short_factor": [1.0] * 48, "long_factor": [4.0] * 48}
    return Phi4MultimodalConfig(
        partial_rotary_factor=0.75,
        rope_scaling=longrope,
        num_hidden_layers=layers,
        num_attention_heads=24,
        num_key_value_heads=8,
        max_position_embeddings=131072,
        original_max_position_embeddings=4096,
        tie_word_embeddings=True,
        bos_token_id=0,
        pad_token_id=0,
        eos_token_id=[0, 3],
        vision_config={"num_hidden_layers": eyes, "image_token_id": IMAGE},
        audio_config={"num_blocks": blocks, "audio_token_id": AUDIO},
    )


class Pool:
    """Random numbers enough for any tensor: slices of one pool, at a place that the name decides."""

    def __init__(self) -> None:
        self._numbers = torch.randn(1 << 26, generator=torch.Generator().manual_seed(1))

    def tensor(self, name: str, shape: tuple[int, ...], size: float) -> torch.Tensor:
        """bfloat16 with this standard deviation."""
        count = torch.Size(shape).numel()
        start = hash_of(name) % (1 << 25)
        pieces = [start + 7919 * i for i in range(-(-count // (1 << 24)))]
        numbers = torch.cat([self._numbers[p : p + (1 << 24)] for p in pieces])[:count]
        return (numbers * size).to(torch.bfloat16).view(shape)


def hash_of(name: str) -> int:
    """The same in every process."""
    return int.from_bytes(name.encode(), "little") * 2654435761 % (1 << 61)


def build(folder: Path, layers: int = 32, eyes: int = 27, blocks: int = 24) -> Path:
    """Writes the folder where it is not there yet. Returns it."""
    if (folder / MANIFEST).is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    config, pool = full_config(layers, eyes, blocks), Pool()
    config.save_pretrained(folder)
    build_tokenizer(folder)
    structure = structure_of(config)
    shapes = {name: shape for name, shape in structure.shapes.items() if name not in structure.optional}
    write(folder / SINGLE, shapes, pool, {})
    for lora, rank in RANKS.items():
        (folder / lora).mkdir(exist_ok=True)
        settings = Lora(rank, 2.0 * rank, TARGETS)
        (folder / lora / CONFIG).write_text(json.dumps(settings.to_json()))
        pairs = dict(lora_shapes(settings, structure.linears))
        write(folder / lora / WEIGHTS, pairs, pool, {".lora_B.": LORA_SHARE / 2 / rank**0.5})
    prompt = {name: value for name, value in asdict(settings_of()).items() if value != getattr(PromptSettings(), name)}
    manifest = make_manifest(folder, "full-size-random", prompt=prompt)
    write_json(folder / MANIFEST, manifest.to_json())
    return folder


def settings_of() -> PromptSettings:
    """The full model's prompt, cut to its last sentence, one crop a photo, a short note: 758 tokens in, 60 out."""
    last = PromptSettings().instruction.split(". ")[-1]
    return PromptSettings(instruction=last, heard_tokens=14, remark_tokens=0, dynamic_hd=1, **FULL_PROMPT)


def lora_shapes(lora: Lora, linears: Mapping[str, tuple[int, int]]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What a LoRA folder holds."""
    for module, (outputs, inputs) in linears.items():
        if lora.selects(module):
            yield f"{module}.lora_A.weight", (lora.rank, inputs)
            yield f"{module}.lora_B.weight", (outputs, lora.rank)


def write(path: Path, shapes: Mapping[str, tuple[int, ...]], pool: Pool, sizes: Mapping[str, float]) -> None:
    """One safetensors file, one tensor in memory at a time."""
    entries = [(name, Entry("BF16", shape, 0, 2 * torch.Size(shape).numel())) for name, shape in shapes.items()]
    with path.open("wb") as file:
        file.write(pack_header(entries))
        for name, shape in shapes.items():
            size = next((value for part, value in sizes.items() if part in name), size_of(name, shape))
            tensor = pool.tensor(name, shape, size)
            if re.search(r"norm\d?\.weight$", name):
                tensor = 1 + 0.1 * tensor / max(size, 1e-9)
            elif name.endswith("global_invstd"):
                tensor = torch.full(shape, 0.5, dtype=torch.bfloat16)
            file.write(memoryview(tensor.to(torch.bfloat16).contiguous().view(torch.uint8).reshape(-1).numpy()))


def size_of(name: str, shape: tuple[int, ...]) -> float:
    """Standard deviation that keeps the size of what flows through."""
    if "embed_tokens.weight" in name:
        return 0.02
    if len(shape) < 2:
        return 0.02
    return float(torch.Size(shape[1:]).numel() ** -0.5)


def build_tokenizer(folder: Path) -> None:
    """Pieces learned from the project's own English texts: words mostly, as in the real one."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r" ?[A-Za-z]+| ?[0-9]| ?[^\sA-Za-z0-9]+|\s"), "isolated")
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    trainer = trainers.BpeTrainer(
        vocab_size=8000,
        special_tokens=[*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))],
        initial_alphabet=[chr(code) for code in range(32, 127)],
        show_progress=False,
    )
    root = Path(__file__).parents[2]
    texts = [path.read_text(encoding="utf-8") for path in [*root.glob("*.md"), *root.glob("docs/*.md")]]
    texts += [PromptSettings().instruction, *[SAID] * 3000]
    tokenizer.train_from_iterator([text for text in texts if text.isascii()], trainer)
    tokenizer.add_special_tokens([AddedToken(name, normalized=False, special=True) for name in SPECIAL])
    state = json.loads(tokenizer.to_str())
    state["added_tokens"] = [token for token in state["added_tokens"] if not token["content"].startswith("<0x")]
    (folder / "tokenizer.json").write_text(json.dumps(state), encoding="utf-8")
