"""The full size on one GPU: verdicts alone and in batches, against the floor of bytes and operations. Random weights.

    python -m tests.benchmarks.bench_gpu [--limit SECONDS] [--only STAGE ...] [--kind full|tiny] [--device cuda|cpu]

Weights of Phi-4-multimodal's true shape are drawn on the GPU; nothing is read but a photo and a sound made here. Each
stage prints what it measured as soon as it has it; one that fails is named and the others go on. The job: one photo
(overview and one crop), five seconds of voice and an instruction, 758 tokens; an answer of about 60 tokens.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import torch

from model_runtime.clock import Clock
from model_runtime.cuda_decoder import TRIED_ON, CudaDecoder
from model_runtime.fast_engine import FastEngine
from model_runtime.inputs import Inputs
from model_runtime.verdict import Question
from tests.benchmarks import gpu_stages
from tests.benchmarks.gpu_model import files_in, full_config, judge_of, random_model
from tests.benchmarks.gpu_run import ALWAYS_NG, PROMPT, Bench, engine_in, job, judge_in, say, tell_memory
from tests.benchmarks.gpu_stages import chance, said
from tests.runtime import tiny


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
            bench.stage("alone", gpu_stages.alone)
            bench.stage("ahead", gpu_stages.ahead)
            bench.stage("parts", gpu_stages.parts)
            bench.stage("steps", gpu_stages.steps)
            bench.stage("floor", gpu_stages.floor, 0)
            bench.stage("golden", gpu_stages.golden)
            bench.stage("batch", gpu_stages.batch)
            bench.stage("folder", gpu_stages.folder)
            bench.stage("company", gpu_stages.company)
            bench.stage("without graphs", gpu_stages.without_graphs)
            bench.stage("library", gpu_stages.library, 30)
            bench.stage("compiled", compiled, 60)
        say(json.dumps(bench.figures))
        say(f"{bench.failed} stages failed; {time.monotonic() - bench.begun:.0f} s in all")
    sys.exit(1 if bench.failed else 0)


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
        off = max(abs(chance(one) - two.p_ng) for one, two in zip(given, expected, strict=True))
        alike = sum(said(one) == two.judgment for one, two in zip(given, expected, strict=True))
        bench.tell(f"tiny, {name}: largest difference of p_ng", off, f"; {alike} of {len(kinds)} judgments alike")
    engine = there.engine
    assert isinstance(engine, FastEngine)
    say(f"{len(engine.graphs)} graphs were recorded")
    torch.backends.cudnn.allow_tf32 = True


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
    tell_memory(bench, "memory of the card")
    if bench.options.compiled:
        engine_in(bench).compile()
    inputs = bench.judge.reader.read(job(bench))
    start = time.perf_counter()
    answer = bench.judge.answer(inputs, 0.0)
    bench.sync()
    bench.tell("first answer", time.perf_counter() - start, "s")
    tell_kernels(bench)
    bench.tell("tokens in", len(inputs.prompt.ids), "")
    bench.tell("tokens out", len(answer.ids), "")
    bench.tell("passes after the prompt", answer.passes, "")
    tell_memory(bench, "memory of the card, weights folded")


def tell_kernels(bench: Bench) -> None:
    """Which of our own kernels for one token were taken, and what each way took."""
    decoder = engine_in(bench).decoder
    if isinstance(decoder, CudaDecoder):
        for kind, spent in decoder.told.items():
            each = [1000 * one / TRIED_ON for one in spent]
            say(f"{kind}: torch {each[0]:.1f}, ours {', '.join(f'{one:.1f}' for one in each[1:])} us a layer")
        say(f"ours for one token: {decoder.single}")


def compiled(bench: Bench) -> None:
    """The same with the pieces between the products compiled by torch (Triton)."""
    engine, judge = engine_in(bench), judge_in(bench)
    if bench.device.type != "cuda":
        return
    inputs = judge.reader.read(job(bench))
    before = judge.answer(inputs, 0.0)
    engine.compile()
    start = time.perf_counter()
    after = judge.answer(inputs, 0.0)
    bench.tell("compiled: first verdict", time.perf_counter() - start, "s")
    tell_kernels(bench)
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


if __name__ == "__main__":
    main()
