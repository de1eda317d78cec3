"""The rows of bench_full, one function each: runs in a process of its own and gives a dictionary of figures."""

import gc
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional
from transformers import GenerationConfig, Phi4MultimodalConfig

from model_runtime.adapters import activate
from model_runtime.checkpoint import Checkpoint, load
from model_runtime.clock import Clock
from model_runtime.grammar import Vocabulary
from model_runtime.inputs import InputReader, Inputs
from model_runtime.int8_weights import FOLDER
from model_runtime.lora import tuner_of
from model_runtime.photo import stack
from model_runtime.prompt import INSTRUCTION, PromptSettings
from model_runtime.runtime import ModelJudge, load_judge
from model_runtime.verdict import Question, Thresholds, Verdict
from tests.benchmarks.bench_full import ANSWER, TOKENS, memory
from tests.benchmarks.timing import median

WORD = " a"
CROPS = 2
"""Of the photo: its overview and one crop."""
CRITERIA = """Scratches shorter than 1 mm are fine outside the sealing face, none are allowed on it. Burrs must not be
felt with a finger. Dents up to 0.3 mm deep are minor, deeper ones major. Any crack, hole or missing screw is critical.
Stains that can be wiped off are no defect; say so in the remark. A colour that differs from the golden sample is NG."""
"""As a part's card would word them."""


def question(reader: InputReader, golden: bool = False, tokens: int = TOKENS, voice: bool = True) -> Question:
    """The job: criteria are filled up with short words until the prompt has so many tokens."""
    folder = Path(tempfile.mkdtemp())
    random = np.random.default_rng(0)
    files = {}
    for name, number in (("photo", 0), ("golden", 1)):
        pixels = np.random.default_rng(number).integers(0, 256, (64, 64, 3), dtype=np.uint8)
        files[name] = folder / f"{name}.png"
        Image.fromarray(pixels).resize((1000, 996), Image.Resampling.BICUBIC).save(files[name])
    swell = np.maximum(0, np.sin(np.arange(5 * 16000) / 16000 * 25)) * random.normal(0, 0.1, 80000)
    soundfile.write(folder / "voice.wav", swell, 16000)
    asked: dict[str, Any] = {"photo": files["photo"], "voice": folder / "voice.wav" if voice else None}
    asked["thresholds"] = Thresholds(ok_below=0.0, ng_above=1.0)  # the longer branch of the answer, whatever it says
    if golden:
        asked["golden"] = files["golden"]
    words = 0
    while (count := len(reader.read(Question(**asked, criteria="x" + WORD * words)).prompt.ids)) < tokens:
        words += tokens - count
    return Question(**asked, criteria="x" + WORD * words)


def seconds_of(verdict: Any) -> dict[str, float]:
    """Stages of a verdict."""
    return {name: spent / 1000 for name, spent in verdict.timings_ms.items() if spent >= 1 and name != "total"}


# --- ours ---


def first(folder: Path, rounds: int) -> dict[str, Any]:
    """The first start: weights are rounded, packed and written."""
    for file in (folder / FOLDER).glob("*"):
        file.unlink()
    start = time.perf_counter()
    judge = load_judge(folder, numbers="int8")
    loaded = time.perf_counter() - start
    judge.judge(question(judge.reader))
    return {"first": loaded, "memory": memory(), "note": f"first start {loaded:.0f} s, once for a model"}


def ours(folder: Path, rounds: int) -> dict[str, Any]:
    """The second start, and verdicts that read their whole prompt; one that finds instruction and criteria beside."""
    start = time.perf_counter()
    judge = load_judge(folder, numbers="int8")
    judge.warm_up()
    loaded = time.perf_counter() - start
    asked = question(judge.reader)
    verdicts: list[Verdict] = []

    def whole() -> None:
        judge.forget_kept()
        verdicts.append(judge.judge(asked))

    whole()
    seconds = median(whole, rounds)
    stages = seconds_of(verdicts[-1])
    with torch.inference_mode():
        inputs = judge.reader.read(asked)
        answer = judge.answer(inputs, 0.0)
    kept = median(lambda: judge.judge(asked), rounds)
    note = (
        f"{len(inputs.prompt.ids)} in, {len(answer.ids)} out in {answer.passes} steps; start {loaded:.1f} s; {kept:.2f}"
    )
    note += " s for the next unit, instruction and criteria kept"
    return {
        "first": verdicts[0].timings_ms["total"] / 1000,
        "seconds": seconds,
        "kept": kept,
        "stages": stages,
        "memory": memory(),
        "note": f"{judge.identity.engine}: {note}",
    }


def golden(folder: Path, rounds: int) -> dict[str, Any]:
    """The second unit of the same part, with its golden photo in the prompt, with and without what was kept.

    Asked with the product's own instruction in full, which the other rows cut down to come to their number of tokens.
    """
    judge = load_judge(folder, numbers="int8")
    judge.warm_up()
    prompts = judge.reader.prompts
    prompts.settings = replace(prompts.settings, instruction=INSTRUCTION)
    asked = replace(question(judge.reader, golden=True, tokens=0), criteria=CRITERIA)
    prompt = judge.reader.read(asked).prompt

    def without() -> None:
        judge.forget_kept()
        judge.judge(asked)

    cold = median(without, max(1, rounds - 1))
    verdicts = [judge.judge(asked)]
    warm = median(lambda: verdicts.append(judge.judge(asked)), rounds)
    note = f"{cold:.2f} s with nothing kept, {warm:.2f} s with {prompt.prefix} of {len(prompt.ids)} tokens kept"
    note += f": {cold / warm:.2f} times faster"
    return {"first": cold, "seconds": warm, "stages": seconds_of(verdicts[-1]), "memory": memory(), "note": note}


def vision(folder: Path, rounds: int) -> dict[str, Any]:
    """A photo's overview and crop through the vision encoder: the library as it is, without its dead work, and ours.

    Seconds are of one crop. The two differ: where they are equal, as for a small square photo, we look but once.
    The library comes first: our engine changes how the process keeps memory, which would help the library too.
    """
    config: Any = Phi4MultimodalConfig.from_pretrained(folder).vision_config
    size, side = config.crop_size, config.crop_size // config.patch_size
    pixels = torch.randn(CROPS, 3, size, size, generator=torch.Generator().manual_seed(0))
    mask = torch.ones(CROPS, side, side, dtype=torch.bool)
    with torch.inference_mode():
        theirs, whole, trimmed = library_crop(folder, pixels, mask, rounds)
        judge = load_judge(folder, numbers="int8")
        own = judge.engine.crops(pixels, mask)
        mine = median(lambda: judge.engine.crops(pixels, mask), rounds) / CROPS
    apart = float((own.flatten().float() - theirs.flatten().float()).norm() / theirs.float().norm())
    return {
        "seconds": mine,
        "stages": {"library": whole, "trimmed": trimmed},
        "note": f"{whole / mine:.2f} times faster than the library, {trimmed / mine:.2f} than without its dead work;"
        f" features {apart:.1%} apart",
    }


# --- the library ---


def library_crop(folder: Path, pixels: Tensor, mask: Tensor, rounds: int) -> tuple[Tensor, float, float]:
    """The crops' features by the library in bf16, its seconds for one, and its seconds without dead work."""
    checkpoint = load(folder, "cpu", torch.bfloat16)
    image: Any = checkpoint.base.model.embed_tokens_extend.image_embed
    given = pixels.to(torch.bfloat16)

    def look() -> Tensor:
        features: Tensor = image.get_img_features(given, attention_mask=mask)
        return features

    theirs = look()
    whole = median(look, rounds) / CROPS
    trim(checkpoint)
    return theirs, whole, median(look, rounds) / CROPS


def merged(folder: Path) -> Checkpoint:
    """The library's model in bf16 with the vision LoRA folded in."""
    checkpoint = load(folder, "cpu", torch.bfloat16)
    activate(checkpoint, ["vis_lora"])
    tuner: Any = tuner_of(checkpoint.model)  # type: ignore[arg-type]
    checkpoint.base = tuner.merge_and_unload(adapter_names=["vis_lora"])
    return checkpoint


def trim(checkpoint: Checkpoint) -> None:
    """Takes out what the library computes and throws away."""
    base: Any = checkpoint.base
    image = base.model.embed_tokens_extend.image_embed
    vision = image.img_processor
    count = image.layer_idx % (len(vision.encoder.layers) + 1)
    vision.encoder.layers = vision.encoder.layers[:count]
    image.layer_idx = count  # from the front: the library counts from the back by the number in its settings
    vision.head = Nothing()
    base.lm_head.forward = lambda hidden: functional.linear(hidden[:, -1], base.lm_head.weight)[:, None]


class Nothing(torch.nn.Module):
    """Stands for the pooling head, whose output nobody reads."""

    def forward(self, hidden_state: Tensor, attention_mask: Tensor) -> Tensor:
        return hidden_state[:, 0]


def library(folder: Path, rounds: int, change: Callable[[Checkpoint], None] | None = None) -> dict[str, Any]:
    """`generate` of as many tokens as our answer has, files read by our reader."""
    checkpoint = merged(folder)
    if change:
        change(checkpoint)
    vocabulary = Vocabulary(checkpoint.tokenizer, checkpoint.config.vocab_size)
    reader = InputReader(checkpoint.config, PromptSettings.of(checkpoint.manifest.prompt), vocabulary)
    asked = question(reader)
    stages: dict[str, float] = {}
    start = time.perf_counter()
    inputs = reader.read(asked)
    generate(checkpoint, inputs, ANSWER)
    seconds = time.perf_counter() - start
    prefill = median(lambda: generate(checkpoint, inputs, 1), 1)
    stages = {"encoders and prefill": prefill, "decode": seconds - prefill}
    return {"seconds": seconds, "stages": stages, "memory": memory(), "note": f"{ANSWER} tokens, one run"}


def trimmed(folder: Path, rounds: int) -> dict[str, Any]:
    """The same without the library's dead work."""
    return library(folder, rounds, trim)


def generate(checkpoint: Checkpoint, inputs: Inputs, count: int) -> Tensor:
    assert inputs.photo is not None and inputs.voice is not None
    ids = torch.tensor([inputs.prompt.ids])
    extra = stack([inputs.photo]) | {
        "audio_input_features": inputs.voice.features,
        "audio_embed_sizes": torch.tensor([inputs.voice.tokens]),
    }
    base: Any = checkpoint.base
    with torch.inference_mode():
        made: Tensor = base.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            generation_config=GenerationConfig(  # type: ignore[no-untyped-call]
                min_new_tokens=count, max_new_tokens=count, do_sample=False, pad_token_id=0
            ),
            **extra,
        )
    return made


# --- numbers ---


def numbers(folder: Path, rounds: int) -> dict[str, Any]:
    """How far the distribution at every choice of an answer in eight bits is from bf16's, told the same answer."""
    judge = load_judge(folder, numbers="int8")
    asked = question(judge.reader)
    asks: list[tuple[list[int], list[int] | None, Tensor]] = []
    fed: list[int] = []
    spy(judge, fed, asks)
    with torch.inference_mode():
        inputs = judge.reader.read(asked)
        judge.answer(inputs, 0.0)
    del judge
    gc.collect()  # engine and spy hold each other
    judge = ModelJudge(load(folder, "cpu", torch.bfloat16))
    apart: list[float] = []
    with torch.inference_mode():
        ((hidden, store),) = judge.prefill(inputs, Clock())
        for ids, rows, chances in asks:
            if ids:
                hidden = judge.engine.read(judge.engine.embed(ids), store)
            exact = torch.softmax(judge.engine.scores(hidden, rows), -1)
            apart.append(0.5 * float((exact - chances).abs().sum()))
    choices = [value for value, (_, rows, _) in zip(apart, asks, strict=True) if rows is not None]
    texts = [value for value, (_, rows, _) in zip(apart, asks, strict=True) if rows is None]
    note = f"total variation against bf16 at {len(choices)} choices: mean {np.mean(choices):.4f}, most"
    note += f" {max(choices):.4f}; at {len(texts)} places of free text (200,064 tokens): mean {np.mean(texts):.4f}"
    return {"note": note, "choices": choices, "texts": texts}


def spy(judge: ModelJudge, fed: list[int], asks: list[tuple[list[int], list[int] | None, Tensor]]) -> None:
    """Notes what the engine is fed after the prompt, and the distribution at each question put to it."""
    engine = judge.engine
    embed, scores = engine.embed, engine.scores
    prompts = iter([True, True])  # what is kept of it, and the rest

    def noted_embed(ids: Any) -> Tensor:
        if not next(prompts, False):
            fed.extend(ids)
        return embed(ids)

    def noted_scores(hidden: Tensor, rows: Any) -> Tensor:
        logits = scores(hidden, rows)
        asks.append((fed[:], None if rows is None else list(rows), torch.softmax(logits, -1)))
        fed.clear()
        return logits

    engine.embed, engine.scores = noted_embed, noted_scores  # type: ignore[method-assign]
