"""Time of one judgment: ours against the library's `generate` on the same checkpoint, photo and voice, in one run.

    python -m tests.benchmarks.bench_judge [FOLDER] [--photo P] [--voice W] [--golden G] [--rounds N] [--threads N]

Without a folder it makes one of kensa-nano's shape with random weights. The library gets the same prompt and our
answer's length in new tokens, with the LoRAs attached by peft; both take the files from disk.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table
from transformers import GenerationConfig, Phi4MultimodalConfig

from model_runtime.adapters import activate
from model_runtime.inputs import Inputs
from model_runtime.nano import tokens
from model_runtime.photo import stack
from model_runtime.runtime import ModelJudge, load_judge
from model_runtime.verdict import Question
from tests.benchmarks.timing import median
from tests.runtime import tiny

KINDS = ("photo", "photo + golden", "voice", "photo + voice", "photo + golden + voice")


def main() -> None:
    options = parse()
    with tempfile.TemporaryDirectory() as scratch:
        model = options.model or build_nano(Path(scratch) / "nano")
        judge = load_judge(model, threads=options.threads)
        start = time.perf_counter()
        faults = judge.self_test()
        tested = time.perf_counter() - start
        table = Table(
            "question", "prompt", "answer", "passes", "ours, first", "ours", "library", "times faster", "stages (ms)"
        )
        for kind in KINDS:
            question = question_of(kind, options, Path(scratch))
            table.add_row(kind, *measure(judge, question, options.rounds))
        Console(width=170).print(table)
    print(
        f"{judge.identity.base.split('@')[0]} on {judge.identity.engine}, {torch.get_num_threads()} threads; ", end=""
    )
    print(f"median of {options.rounds}; self-test {tested:.2f} s, faults: {faults or 'none'}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", type=Path)
    for name in ("photo", "voice", "golden"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def build_nano(folder: Path) -> Path:
    """Random weights in kensa-nano's true shape, with a tokenizer made the way its own is."""
    sizes, tokenizer = tiny.tiny_config, tiny.write_tokenizer
    tiny.tiny_config = nano_config  # the maker takes sizes and tokenizer from there
    tiny.write_tokenizer = lambda to: tokens.build_tokenizer(["scratch on the left edge", "左の端に傷があります"], to)
    try:
        return tiny.build_native(folder, prompt=tiny.PROMPT | {"heard_tokens": 64})
    finally:
        tiny.tiny_config, tiny.write_tokenizer = sizes, tokenizer


def nano_config() -> Phi4MultimodalConfig:
    decoder = {"hidden_size": 384, "intermediate_size": 896, "num_hidden_layers": 6, "num_attention_heads": 6}
    vision = {"hidden_size": 320, "intermediate_size": 1280, "num_hidden_layers": 6, "num_attention_heads": 5}
    vision |= {"image_size": 280, "crop_size": 280, "patch_size": 14, "feature_layer": -1}
    audio = {"hidden_size": 256, "intermediate_size": 512, "num_blocks": 6, "num_attention_heads": 4}
    audio |= {"ext_pw_out_channel": 256, "depthwise_separable_out_channel": 256, "nemo_conv_channels": 128}
    return Phi4MultimodalConfig(
        vocab_size=2048,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        original_max_position_embeddings=4096,
        tie_word_embeddings=True,
        bos_token_id=0,
        pad_token_id=0,
        eos_token_id=[tokens.EOS, tokens.END],
        vision_config=vision | {"image_token_id": tokens.IMAGE},
        audio_config=audio | {"audio_token_id": tokens.AUDIO},
        **decoder,
    )


def question_of(kind: str, options: argparse.Namespace, scratch: Path) -> Question:
    files = {name: getattr(options, name) or scratch / f"{name}.{'wav' if name == 'voice' else 'jpg'}" for name in
             ("photo", "golden", "voice")}  # fmt: skip
    for number, name in enumerate(("photo", "golden")):
        if not files[name].exists():
            pixels = np.random.default_rng(number).integers(0, 256, (60, 80, 3), dtype=np.uint8)
            Image.fromarray(pixels).resize((1280, 960), Image.Resampling.BICUBIC).save(files[name])
    if not files["voice"].exists():
        swell = np.maximum(0, np.sin(np.arange(5 * 16000) / 16000 * 25)) * np.random.default_rng(0).normal(
            0, 0.1, 80000
        )
        soundfile.write(files["voice"], swell, 16000)
    wanted = kind.split(" + ")
    return Question(**{name: path for name, path in files.items() if name in wanted})


def measure(judge: ModelJudge, question: Question, rounds: int) -> tuple[str, ...]:
    """One row of the table."""
    judge.forget_kept()
    start = time.perf_counter()
    judge.judge(question)
    first = time.perf_counter() - start
    verdicts = []
    ours = median(lambda: verdicts.append(judge.judge(question)), rounds)
    with torch.inference_mode():
        inputs = judge.reader.read(question)
        answer = judge.answer(inputs, judge.judge(question).thresholds.ok_below)
    library = median(lambda: generate(judge, question, len(answer.ids)), min(rounds, 3))
    stages = verdicts[-1].timings_ms
    return (
        str(len(inputs.prompt.ids)),
        str(len(answer.ids)),
        str(1 + answer.passes),
        f"{first * 1000:.0f} ms",
        f"{ours * 1000:.0f} ms",
        f"{library * 1000:.0f} ms",
        f"{library / ours:.1f}",
        "  ".join(f"{stage} {spent:.0f}" for stage, spent in stages.items() if spent >= 0.5 and stage != "total"),
    )


def generate(judge: ModelJudge, question: Question, count: int) -> None:
    """The library's way: files to inputs, then `generate` of as many tokens as our answer has."""
    inputs: Inputs = judge.reader.read(replace(question))
    names = [judge.lora(inputs.photo is not None), *([judge.card.name] if judge.card else [])]
    activate(judge.checkpoint, names)
    golden = judge.reader.cut(inputs.golden) if inputs.golden else None
    images = [image for image in (golden, inputs.photo) if image is not None]
    extra = stack(images) if images else {}
    if inputs.voice is not None:
        extra |= {
            "audio_input_features": inputs.voice.features,
            "audio_embed_sizes": torch.tensor([inputs.voice.tokens]),
        }
    device = judge.checkpoint.device
    with torch.inference_mode():
        judge.checkpoint.model.generate(
            input_ids=torch.tensor([inputs.prompt.ids], device=device),
            attention_mask=torch.ones(1, len(inputs.prompt.ids), dtype=torch.long, device=device),
            generation_config=GenerationConfig(
                min_new_tokens=count, max_new_tokens=count, do_sample=False, pad_token_id=0
            ),
            **{name: value.to(device) for name, value in extra.items()},
        )


if __name__ == "__main__":
    main()
