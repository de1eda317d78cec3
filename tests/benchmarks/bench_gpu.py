"""The full size on one GPU: verdicts alone and in batches, against the floor of bytes and operations. Random weights.

    python -m tests.benchmarks.bench_gpu [--limit SECONDS] [--only STAGE ...] [--kind full|tiny] [--device cuda|cpu]

Weights of Phi-4-multimodal's true shape are drawn on the GPU; nothing is read but a photo and a sound made here. Each
stage prints what it measured as soon as it has it; one that fails is named and the others go on. The job: one photo
(overview and one crop), five seconds of voice and an instruction, 758 tokens; an answer of about 60 tokens.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from transformers import (
    GenerationConfig,
    Phi4MultimodalConfig,
    Phi4MultimodalForCausalLM,
    PreTrainedTokenizerFast,
)
from transformers.models.phi4_multimodal.modeling_phi4_multimodal import Phi4MultimodalRotaryEmbedding

from model_runtime.checkpoint import Checkpoint, make_bidirectional
from model_runtime.clock import Clock
from model_runtime.cuda_graphs import Graphs
from model_runtime.fast_engine import FastEngine
from model_runtime.inputs import Inputs
from model_runtime.lora import freeze
from model_runtime.photo import stack
from model_runtime.runtime import ModelJudge
from model_runtime.verdict import DEFECTS, Question, Thresholds, Verdict
from tests.runtime import tiny

PROMPT, ANSWER = 758, 60
ALWAYS_NG = Thresholds(0.0, 1.0)
"""The longer answer."""


def say(*words: object) -> None:
    print(*words, flush=True)


class Bench:
    """One run: what was built, how long it may go on, and all figures for the last line."""

    def __init__(self, options: argparse.Namespace, scratch: Path) -> None:
        self.options, self.scratch = options, scratch
        self.begun = time.monotonic()
        self.device = torch.device(options.device)
        self.figures: dict[str, Any] = {}
        self.judge: ModelJudge | None = None
        self.failed = 0

    @property
    def left(self) -> float:
        return float(self.options.limit) - (time.monotonic() - self.begun)

    def stage(self, name: str, work: Callable[["Bench"], None], needs: float = 10) -> None:
        """Runs one stage, if it is wanted and there is time; a failure is told and the next one goes on."""
        if self.options.only and name not in self.options.only:
            return
        if self.left < needs:
            say(f"--- {name}: left out, {self.left:.0f} s left")
            return
        say(f"--- {name} (at {time.monotonic() - self.begun:.0f} s)")
        try:
            with torch.inference_mode():
                work(self)
        except Exception:  # noqa: BLE001 - the figures of the other stages are wanted all the same
            self.failed += 1
            say(f"!!! {name} failed:\n{traceback.format_exc(limit=12)}")

    def tell(self, name: str, value: float, unit: str = "ms") -> None:
        self.figures[name] = round(value, 6)
        say(f"{name:58} {value:10.{4 if value < 0.1 else 2}f} {unit}")

    def sync(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def median(self, work: Callable[[], object], rounds: int = 10, warm: int = 3) -> float:
        """Milliseconds, by the host's clock, the device's work done."""
        for _ in range(warm):
            work()
        self.sync()
        spent = []
        for _ in range(rounds):
            start = time.perf_counter()
            work()
            self.sync()
            spent.append((time.perf_counter() - start) * 1000)
        return statistics.median(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=float, default=330, help="seconds, after which no further stage begins")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--kind", choices=("full", "tiny"), default="full")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--compiled", action="store_true", help="all stages with the decoder's pieces compiled")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(options, Path(scratch))
        bench.stage("machine", machine, 0)
        bench.stage("same as the CPU", same_as_cpu, 20)
        bench.stage("build", build, 0)
        if bench.judge is not None:
            bench.stage("alone", alone)
            bench.stage("parts", parts)
            bench.stage("steps", steps)
            bench.stage("floor", floor, 0)
            bench.stage("golden", golden)
            bench.stage("batch", batch)
            bench.stage("folder", folder)
            bench.stage("company", company)
            bench.stage("without graphs", without_graphs)
            bench.stage("library", library, 30)
            bench.stage("compiled", compiled, 60)
        say(json.dumps(bench.figures))
        say(f"{bench.failed} stages failed; {time.monotonic() - bench.begun:.0f} s in all")
    sys.exit(1 if bench.failed else 0)


# ---- what is measured against ----


def machine(bench: Bench) -> None:
    """Rates of this card: a copy between two places of its memory, and a large product."""
    import transformers

    say(f"torch {torch.__version__}, transformers {transformers.__version__}, python {sys.version.split()[0]}")
    if bench.device.type != "cuda":
        bench.figures |= {"GB/s": 20.0, "TFLOP/s": 0.2}
        return
    say(torch.cuda.get_device_name(), f"{torch.cuda.get_device_properties(0).total_memory / 2**30:.0f} GiB")
    bench.tell("GB/s", *_copied(bench))
    bench.tell("TFLOP/s", *_multiplied(bench))
    torch.cuda.empty_cache()


def _copied(bench: Bench) -> tuple[float, str]:
    one = torch.empty(2**31, dtype=torch.uint8, device=bench.device)
    other = torch.empty_like(one)
    return 2 * one.numel() / 1e6 / bench.median(lambda: other.copy_(one)), "GB/s read and written"


def _multiplied(bench: Bench) -> tuple[float, str]:
    left = torch.randn(8192, 8192, device=bench.device, dtype=torch.bfloat16)
    right = torch.randn_like(left)
    return 2 * 8192**3 / 1e9 / bench.median(lambda: left @ right), "TFLOP/s bf16"


def same_as_cpu(bench: Bench) -> None:
    """A tiny model in float32: with graphs, side by side and alone, the verdicts of the CPU."""
    torch.backends.cudnn.allow_tf32 = False
    files = files_in(bench.scratch)
    kinds = [
        Question(photo=files["photo"], voice=files["voice"], thresholds=ALWAYS_NG),
        Question(photo=files["square"], thresholds=ALWAYS_NG),
        Question(photo=files["photo"], golden=files["golden"], thresholds=ALWAYS_NG),
        Question(voice=files["short"], thresholds=ALWAYS_NG),
        Question(photo=files["square"], voice=files["short"], golden=files["golden"], thresholds=ALWAYS_NG),
    ]
    here = judge_of(random_model(tiny.tiny_config(), torch.device("cpu"), torch.float32), bench.scratch, heard=6)
    expected = [here.judge(question) for question in kinds]
    there = judge_of(here.checkpoint.base.to(bench.device), bench.scratch, heard=6)
    for name, given in (
        ("first", [there.judge(question) for question in kinds]),
        ("recorded", [[there.judge(question) for question in kinds] for _ in range(3)][-1]),
        ("side by side", list(there.judge_many(kinds))),
        ("side by side again", list(there.judge_many(kinds * 3))[-len(kinds) :]),
    ):
        off = max(abs(_p(one) - two.p_ng) for one, two in zip(given, expected, strict=True))
        alike = sum(_said(one) == two.judgment for one, two in zip(given, expected, strict=True))
        bench.tell(f"tiny, {name}: largest difference of p_ng", off, f"; {alike} of {len(kinds)} judgments alike")
    engine = there.engine
    assert isinstance(engine, FastEngine)
    say(f"{len(engine.graphs)} graphs were recorded")
    torch.backends.cudnn.allow_tf32 = True


def _p(one: object) -> float:
    return one.p_ng if isinstance(one, Verdict) else float("nan")


def _said(one: object) -> object:
    return one.judgment if isinstance(one, Verdict) else one


# ---- the model ----


def build(bench: Bench) -> None:
    """The model, and a question that is as long as the job's."""
    start = time.perf_counter()
    config = full_config() if bench.options.kind == "full" else tiny.tiny_config()
    dtype = torch.bfloat16 if bench.device.type == "cuda" else torch.float32
    bench.judge = judge_of(random_model(config, bench.device, dtype), bench.scratch)
    bench.sync()
    bench.tell("building the model", time.perf_counter() - start, "s")
    base = bench.judge.checkpoint.base
    bench.tell("parameters", sum(p.numel() for p in base.parameters()) / 1e9, "billion")
    _memory(bench, "memory of the card")
    if bench.options.compiled:
        _engine(bench).compile()
    inputs = bench.judge.reader.read(job(bench))
    answer = bench.judge.answer(inputs, 0.0)
    bench.tell("tokens in", len(inputs.prompt.ids), "")
    bench.tell("tokens out", len(answer.ids), "")
    bench.tell("passes after the prompt", answer.passes, "")
    _memory(bench, "memory of the card, weights folded")


def _memory(bench: Bench, name: str) -> None:
    if bench.device.type == "cuda":
        bench.tell(name, torch.cuda.memory_allocated() / 2**30, "GiB")


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


def job(bench: Bench, **changed: Any) -> Question:
    """Photo, voice and criteria that make the prompt as long as the job's."""
    files = files_in(bench.scratch)
    question = {"photo": files["photo"], "voice": files["voice"], "thresholds": ALWAYS_NG} | changed
    assert bench.judge is not None
    without = len(bench.judge.reader.read(Question(**question)).prompt.ids)
    words = max(1, PROMPT - without)
    for _ in range(4):
        criteria = " ".join(["word"] * words)
        count = len(bench.judge.reader.read(Question(**question, criteria=criteria)).prompt.ids)
        words = max(1, words + PROMPT - count)
    return Question(**question, criteria=" ".join(["word"] * words))


# ---- stages ----


def alone(bench: Bench) -> None:
    """One unit after the other, from files to verdict; batch 1."""
    judge, question = _judge(bench), job(bench)
    verdicts = []
    spent = []
    for number in range(bench.options.rounds + 4):
        start = time.perf_counter()
        verdicts.append(judge.judge(question))
        spent.append((time.perf_counter() - start) * 1000)
        if number < 4:
            say(f"round {number}: {spent[-1]:.1f} ms")
    spent = sorted(spent[4:])
    bench.tell("verdict alone, p50", spent[len(spent) // 2])
    bench.tell("verdict alone, p95", spent[int(len(spent) * 0.95)])
    inputs = judge.reader.read(question)
    bench.tell("the model's part, p50", bench.median(lambda: judge.answer(inputs, 0.0), bench.options.rounds))
    bench.tell("reading the files, p50", bench.median(lambda: judge.reader.read(question)))
    say(verdicts[-1].judgment, f"{len(_engine(bench).graphs)} graphs")


class WaitingClock(Clock):
    """A clock that waits for the device at the end of each stage."""

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        with super().measure(stage):
            yield
            if torch.cuda.is_available():
                torch.cuda.synchronize()


def parts(bench: Bench) -> None:
    """Where the time of one verdict goes, each stage waited for."""
    judge = _judge(bench)
    inputs = judge.reader.read(job(bench))
    spent: list[dict[str, float]] = []
    for _ in range(10):
        clock = WaitingClock()
        judge.answer_all([inputs], [0.0], clock)
        spent.append(clock.read())
    for stage in ("vision", "audio", "prefill", "decode", "total"):
        bench.tell(f"stage {stage}", statistics.median(one[stage] for one in spent))


def steps(bench: Bench) -> None:
    """One pass of the decoder by tokens fed, 758 tokens kept before it."""
    engine = _engine(bench)
    engine.use([])
    prompt = engine.embed([7] * PROMPT)
    for rows in (1, 16):
        memory = engine.rows(rows, 900)
        bench.tell(
            f"prompt of {PROMPT}, {rows} rows",
            bench.median(lambda m=memory, r=rows: _again(engine, m, [prompt] * r), 5),
        )  # type: ignore[misc]
        for span in (1, 8, 32):
            memory.length = PROMPT

            def step(memory: Any = memory, span: int = span, rows: int = rows) -> None:
                engine.step_rows([[5] * span] * rows, memory)
                memory.length = PROMPT

            bench.tell(f"step of {span} tokens, {rows} rows", bench.median(step))


def _again(engine: FastEngine, memory: Any, embedded: Sequence[torch.Tensor]) -> None:
    memory.length = 0
    engine.read_rows(embedded, memory)


def floor(bench: Bench) -> None:
    """The fewest bytes and operations of one verdict alone, over the rates measured first."""
    judge = _judge(bench)
    inputs = judge.reader.read(job(bench))
    answer = judge.answer(inputs, 0.0)
    base = judge.checkpoint.base
    body = sum(p.numel() for p in base.model.layers.parameters())
    vision = sum(p.numel() for p in judge.engine.image.img_processor.encoder.layers[:-1].parameters())
    audio = sum(p.numel() for p in judge.engine.audio.encoder.parameters())
    rate, speed = bench.figures["GB/s"] * 1e9, bench.figures["TFLOP/s"] * 1e12
    size = judge.engine.dtype.itemsize
    crops, patches = inputs.photo.mask.numel() if inputs.photo else 0, 1024
    prompt = len(inputs.prompt.ids)
    tokens = inputs.voice.tokens if inputs.voice else 0
    work = {
        "vision": (vision * size, 2 * vision * crops + 4 * crops * patches * judge.engine.image.image_dim_out * 26),
        "audio": (audio * size, 2 * audio * tokens),
        "prefill": (body * size, 2 * body * prompt),
        "decode": (answer.passes * body * size, 2 * body * len(answer.ids)),
    }
    total = 0.0
    for stage, (moved, done) in work.items():
        least = 1000 * max(moved / rate, done / speed)
        total += least
        bench.tell(f"floor {stage}", least)
    bench.tell("floor of one verdict", total)
    if "verdict alone, p50" in bench.figures:
        bench.tell("verdict alone over the floor", bench.figures["verdict alone, p50"] / total, "times")
        bench.tell("the model's part over the floor", bench.figures["the model's part, p50"] / total, "times")


def golden(bench: Bench) -> None:
    """The same with a golden photo, which is kept from the second unit on."""
    judge, files = _judge(bench), files_in(bench.scratch)
    question = Question(photo=files["photo"], voice=files["voice"], golden=files["golden"], thresholds=ALWAYS_NG)
    start = time.perf_counter()
    judge.judge(question)
    bench.tell("with a golden photo, first unit", (time.perf_counter() - start) * 1000)
    bench.tell("with a golden photo, p50", bench.median(lambda: judge.judge(question)))


def batch(bench: Bench) -> None:
    """Units side by side, read before; the model's part."""
    judge = _judge(bench)
    inputs = judge.reader.read(job(bench))
    for rows in (1, 4, 8, 16, 32):
        if bench.left < 25:
            return
        several: list[Inputs] = [inputs] * rows
        spent = bench.median(lambda several=several: judge.answer_all(several, [0.0] * len(several), Clock()), 4, 3)  # type: ignore[misc]
        bench.tell(f"side by side, {rows} units: each", spent / rows)
        bench.tell(f"side by side, {rows} units", 1000 * rows / spent, "verdicts/s")
    _memory(bench, "memory of the card, 32 units")


def folder(bench: Bench) -> None:
    """From files to verdicts, files read ahead on the processor: what `kensa judge FOLDER` does."""
    judge, question = _judge(bench), job(bench)
    for wide in (16, 32):
        list(judge.judge_many([question] * 3 * wide, wide=wide))
        start = time.perf_counter()
        count = len(list(judge.judge_many([question] * 8 * wide, wide=wide)))
        bench.tell(f"folder, {wide} side by side", count / (time.perf_counter() - start), "verdicts/s")


def company(bench: Bench) -> None:
    """Whether a unit's verdict depends on its company, in bf16."""
    judge, files = _judge(bench), files_in(bench.scratch)
    questions = [
        Question(photo=files[photo], voice=files[voice], thresholds=ALWAYS_NG)
        for photo in ("photo", "square", "golden")
        for voice in ("voice", "short")
    ]
    apart = [judge.judge(question) for question in questions]
    together = list(judge.judge_many(questions))
    off = [abs(_p(one) - two.p_ng) for one, two in zip(together, apart, strict=True)]
    again = [abs(judge.judge(question).p_ng - one.p_ng) for question, one in zip(questions, apart, strict=True)]
    bench.tell("largest difference of p_ng in company", max(off), "")
    bench.tell("largest difference of p_ng when asked again", max(again), "")


def without_graphs(bench: Bench) -> None:
    """What the graphs save."""
    engine, judge = _engine(bench), _judge(bench)
    inputs = judge.reader.read(job(bench))
    run = engine.graphs
    engine.graphs = engine.vision.run = engine.hearing.run = Graphs(engine.device, enabled=False)
    try:
        bench.tell("without graphs: the model's part", bench.median(lambda: judge.answer(inputs, 0.0), 5, 2))
    finally:
        engine.graphs = engine.vision.run = engine.hearing.run = run


def compiled(bench: Bench) -> None:
    """The same with the pieces between the products compiled by torch (Triton)."""
    engine, judge = _engine(bench), _judge(bench)
    if bench.device.type != "cuda":
        return
    inputs = judge.reader.read(job(bench))
    before = judge.answer(inputs, 0.0)
    engine.compile()
    start = time.perf_counter()
    after = judge.answer(inputs, 0.0)
    bench.tell("compiled: first verdict", time.perf_counter() - start, "s")
    bench.tell("compiled: difference of p_ng", abs(after.p_ng - before.p_ng), "")
    bench.tell(
        "compiled: the model's part, p50", bench.median(lambda: judge.answer(inputs, 0.0), bench.options.rounds, 6)
    )
    memory = engine.rows(1, 900)
    for span in (1, 8, 32):

        def step(span: int = span) -> None:
            memory.length = PROMPT
            engine.step_rows([[5] * span], memory)

        bench.tell(f"compiled: step of {span} tokens", bench.median(step, 10, 4))
    if bench.left > 30:
        several: list[Inputs] = [inputs] * 16
        spent = bench.median(lambda: judge.answer_all(several, [0.0] * 16, Clock()), 4, 4)
        bench.tell("compiled: side by side, 16 units", 16000 / spent, "verdicts/s")


def library(bench: Bench) -> None:
    """The library's own generation of as many tokens, same weights, same inputs."""
    judge = _judge(bench)
    inputs = judge.reader.read(job(bench))
    assert inputs.photo is not None and inputs.voice is not None
    count = len(judge.answer(inputs, 0.0).ids)
    extra = stack([inputs.photo]) | {
        "audio_input_features": inputs.voice.features,
        "audio_embed_sizes": torch.tensor([inputs.voice.tokens]),
    }
    dtype = judge.engine.dtype
    extra = {
        name: value.to(bench.device, dtype) if value.is_floating_point() else value.to(bench.device)
        for name, value in extra.items()
    }
    ids = torch.tensor([inputs.prompt.ids], device=bench.device)
    settings = GenerationConfig(min_new_tokens=count, max_new_tokens=count, do_sample=False, pad_token_id=0)
    base: Any = judge.checkpoint.base

    def generate() -> None:
        base.generate(input_ids=ids, attention_mask=torch.ones_like(ids), generation_config=settings, **extra)

    spent = bench.median(generate, 3, 1)
    bench.tell("the library's generate", spent)
    bench.tell("the library over ours", spent / bench.figures["the model's part, p50"], "times")


def _judge(bench: Bench) -> ModelJudge:
    assert bench.judge is not None
    return bench.judge


def _engine(bench: Bench) -> FastEngine:
    engine = _judge(bench).engine
    assert isinstance(engine, FastEngine)
    return engine


if __name__ == "__main__":
    main()
