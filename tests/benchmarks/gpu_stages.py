"""What the GPU benchmark measures of verdicts alone, side by side and against the floor of bytes and operations.

Knows the judge and its engine. Knows no order of stages.
"""

import statistics
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from transformers import GenerationConfig

from model_runtime.clock import Clock
from model_runtime.cuda_graphs import Graphs
from model_runtime.decoding import Answer
from model_runtime.fast_engine import FastEngine
from model_runtime.inputs import Inputs
from model_runtime.photo import stack
from model_runtime.verdict import Question, Verdict
from tests.benchmarks.gpu_model import files_in
from tests.benchmarks.gpu_run import ALWAYS_NG, PROMPT, Bench, WaitingClock, engine_in, job, judge_in, say, tell_memory


def alone(bench: Bench) -> None:
    """One unit after the other, from files to verdict; batch 1. First as notes that were never said before."""
    judge, engine, question = judge_in(bench), engine_in(bench), job(bench)
    for name, new in (("", True), (", note said before", False)):
        spent = []
        for number in range(bench.options.rounds + 4):
            if new:
                engine.notes.clear()
            start = time.perf_counter()
            verdict = judge.judge(question)
            spent.append((time.perf_counter() - start) * 1000)
            if number < 4:
                say(f"round {number}: {spent[-1]:.1f} ms")
        spent = sorted(spent[4:])
        bench.tell(f"verdict alone, p50{name}", spent[len(spent) // 2])
        bench.tell(f"verdict alone, p95{name}", spent[int(len(spent) * 0.95)])
        inputs = judge.reader.read(question)
        bench.tell(f"the model's part, p50{name}", bench.median(partial(answered, bench, inputs, new), 20))
        bench.tell(f"passes after the prompt{name}", answered(bench, inputs, new).passes, "")
    bench.tell("reading the files, p50", bench.median(lambda: judge.reader.read(question)))
    say(verdict.judgment, f"{len(engine.graphs)} graphs, {engine.graphs.refused} refused")


def answered(bench: Bench, inputs: Inputs, new: bool = True) -> Answer:
    """The model's part; `new`: nothing is known of what was said before."""
    if new:
        engine_in(bench).notes.clear()
    return judge_in(bench).answer(inputs, 0.0)


def ahead(bench: Bench) -> None:
    """What reading ahead and hearing while seeing are worth, and whether they change anything."""
    engine, inputs = engine_in(bench), judge_in(bench).reader.read(job(bench))
    with_all = answered(bench, inputs)
    side = engine.side
    try:
        engine.side = None
        bench.tell("first heard, then seen: the model's part", bench.median(partial(answered, bench, inputs), 8, 4))
        apart = answered(bench, inputs)
        engine.ahead = False
        bench.tell("not read ahead either: the model's part", bench.median(partial(answered, bench, inputs), 8, 4))
        plain = answered(bench, inputs)
    finally:
        engine.side, engine.ahead = side, engine.graphs.enabled
    bench.tell("passes after the prompt, not read ahead", plain.passes, "")
    bench.tell("difference of p_ng: heard first", abs(apart.p_ng - with_all.p_ng), "")
    bench.tell("difference of p_ng: not read ahead", abs(plain.p_ng - with_all.p_ng), "")
    off = [abs(plain.probabilities[name] - with_all.probabilities.get(name, 0.0)) for name in plain.probabilities]
    bench.tell("largest difference of a choice's probability", max(off), "")
    say(f"the same answer: {plain.fields == with_all.fields}")


def parts(bench: Bench) -> None:
    """Where the time of one verdict goes, each stage waited for."""
    judge = judge_in(bench)
    inputs = judge.reader.read(job(bench))
    spent: list[dict[str, float]] = []
    for _ in range(10):
        engine_in(bench).notes.clear()
        clock = WaitingClock()
        judge.answer_all([inputs], [0.0], clock)
        spent.append(clock.read())
    for stage in ("vision", "audio", "prefill", "decode", "total"):
        bench.tell(f"stage {stage}", statistics.median(one[stage] for one in spent))


def steps(bench: Bench) -> None:
    """One pass of the decoder by tokens fed, 758 tokens kept before it."""
    engine = engine_in(bench)
    engine.use([])
    prompt = engine.embed([7] * PROMPT)
    for rows in (1, 16):
        memory = engine.rows(rows, 900)
        bench.tell(
            f"prompt of {PROMPT}, {rows} rows",
            bench.median(lambda m=memory, r=rows: _again(engine, m, [prompt] * r), 3),
        )  # type: ignore[misc]
        for span in (1, 8, 32):
            memory.length = PROMPT

            def step(memory: Any = memory, span: int = span, rows: int = rows) -> None:
                engine.step_rows([[5] * span] * rows, memory)
                memory.length = PROMPT

            bench.tell(f"step of {span} tokens, {rows} rows", bench.median(step))
    memory = engine.rows(1, 900)
    memory.length = PROMPT
    for count in (64, 96):
        parents = [-1, *[0] * (count - 1)]
        spent = bench.median(partial(engine.step_tree, [5] * count, parents, memory, None))
        bench.tell(f"tree of {count} tokens", spent)


def _again(engine: FastEngine, memory: Any, embedded: Sequence[torch.Tensor]) -> None:
    memory.length = 0
    engine.read_rows(embedded, memory)


def floor(bench: Bench) -> None:
    """The fewest bytes and operations of one verdict alone, over the rates measured first."""
    judge = judge_in(bench)
    inputs = judge.reader.read(job(bench))
    answer = answered(bench, inputs)
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
    judge, files = judge_in(bench), files_in(bench.scratch)
    question = Question(photo=files["photo"], voice=files["voice"], golden=files["golden"], thresholds=ALWAYS_NG)
    start = time.perf_counter()
    judge.judge(question)
    bench.tell("with a golden photo, first unit", (time.perf_counter() - start) * 1000)
    bench.tell("with a golden photo, p50", bench.median(lambda: judge.judge(question)))


def batch(bench: Bench) -> None:
    """Units side by side, read before; the model's part."""
    judge = judge_in(bench)
    inputs = judge.reader.read(job(bench))
    for rows in (8, 16, 32, 4):
        if bench.left < 8:
            return
        several: list[Inputs] = [inputs] * rows
        spent = bench.median(lambda several=several: judge.answer_all(several, [0.0] * len(several), Clock()), 4, 3)  # type: ignore[misc]
        bench.tell(f"side by side, {rows} units: each", spent / rows)
        bench.tell(f"side by side, {rows} units", 1000 * rows / spent, "verdicts/s")
        tell_memory(bench, f"memory of the card, {rows} units")


def folder(bench: Bench) -> None:
    """From files to verdicts, files read ahead on the processor: what `kensa judge FOLDER` does."""
    judge, question = judge_in(bench), job(bench)
    for wide in (16, 32):
        list(judge.judge_many([question] * 3 * wide, wide=wide))
        start = time.perf_counter()
        count = len(list(judge.judge_many([question] * 8 * wide, wide=wide)))
        bench.tell(f"folder, {wide} side by side", count / (time.perf_counter() - start), "verdicts/s")


def company(bench: Bench) -> None:
    """Whether a unit's verdict depends on its company, in bf16."""
    judge, files = judge_in(bench), files_in(bench.scratch)
    questions = [
        Question(photo=files[photo], voice=files[voice], thresholds=ALWAYS_NG)
        for photo in ("photo", "square", "golden")
        for voice in ("voice", "short")
    ]
    apart = [judge.judge(question) for question in questions]
    together = list(judge.judge_many(questions))
    off = [abs(chance(one) - two.p_ng) for one, two in zip(together, apart, strict=True)]
    again = [abs(judge.judge(question).p_ng - one.p_ng) for question, one in zip(questions, apart, strict=True)]
    bench.tell("largest difference of p_ng in company", max(off), "")
    bench.tell("largest difference of p_ng when asked again", max(again), "")


def chance(one: object) -> float:
    return one.p_ng if isinstance(one, Verdict) else float("nan")


def said(one: object) -> object:
    return one.judgment if isinstance(one, Verdict) else one


def without_graphs(bench: Bench) -> None:
    """What the graphs save."""
    engine, judge = engine_in(bench), judge_in(bench)
    inputs = judge.reader.read(job(bench))
    run, hearing = engine.graphs, engine.hearing.run
    engine.graphs = engine.vision.run = engine.hearing.run = Graphs(engine.device, enabled=False)
    try:
        bench.tell("without graphs: the model's part", bench.median(partial(answered, bench, inputs), 5, 2))
    finally:
        engine.graphs = engine.vision.run = run
        engine.hearing.run = hearing


def library(bench: Bench) -> None:
    """The library's own generation of as many tokens, same weights, same inputs."""
    judge = judge_in(bench)
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
