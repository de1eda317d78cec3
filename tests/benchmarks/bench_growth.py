"""How the cost of a verdict grows with the work: crops, seconds of voice, units side by side, length of the prompt.

    python -m tests.benchmarks.bench_growth [--device cpu|cuda] [--kind nano|full] [--rounds N] [--threads N]

Random weights of kensa-nano's shape (or the full one, on a GPU). A row says how much more work it is than the first of
its table, in tokens read, and how much longer it takes: `times the tokens` well below `times the time` is a surprise.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from model_runtime.clock import Clock
from model_runtime.inputs import Inputs
from model_runtime.runtime import ModelJudge
from model_runtime.verdict import Question, Thresholds
from tests.benchmarks.bench_gpu import full_config, judge_of, random_model
from tests.benchmarks.bench_judge import nano_config

ALWAYS_OK = Thresholds(1.0, 1.0)
"""The shorter answer, so that the prompt counts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--kind", choices=("nano", "full"), default="nano")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as scratch, torch.inference_mode():
        device = torch.device(options.device)
        config = nano_config() if options.kind == "nano" else full_config()
        dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
        judge = judge_of(random_model(config, device, dtype), Path(scratch), heard=4, crops=9)
        console = Console(width=110)
        for title, rows in (
            ("crops", crops(judge, Path(scratch))),
            ("seconds of voice", voice(judge, Path(scratch))),
            ("tokens of the prompt", prompt(judge, Path(scratch))),
            ("units side by side", company(judge, Path(scratch))),
        ):
            console.print(table(judge, title, rows, options.rounds))
        print(
            f"{options.kind} on {judge.identity.engine}, {torch.get_num_threads()} threads; median of {options.rounds}"
        )


Case = tuple[str, list[Inputs]]


def table(judge: ModelJudge, title: str, cases: Iterator[Case], rounds: int) -> Table:
    """One growing kind of work."""
    made = Table(title, "tokens", "a verdict", "a token", "times the tokens", "times the time")
    first: tuple[int, float] | None = None
    for name, several in cases:
        tokens = len(several[0].prompt.ids)
        spent = median(judge, several, rounds) / len(several)
        first = first or (tokens, spent)
        more, longer = tokens / first[0], spent / first[1]
        made.add_row(name, str(tokens), f"{spent:.1f} ms", f"{spent / tokens:.3f} ms", f"{more:.2f}", f"{longer:.2f}")
    return made


def median(judge: ModelJudge, several: list[Inputs], rounds: int) -> float:
    """Milliseconds for all of them together."""
    spent = []
    work: Callable[[], object] = lambda: judge.answer_all(several, [1.0] * len(several), Clock())  # noqa: E731
    for number in range(rounds + 3):
        start = time.perf_counter()
        work()
        if number >= 3:  # before, caches fill and graphs are recorded
            spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def crops(judge: ModelJudge, folder: Path) -> Iterator[Case]:
    for side in (1, 2, 3):
        size = side * judge.reader.crop_size
        yield str(side * side), [judge.reader.read(Question(photo=photo(folder, size), thresholds=ALWAYS_OK))]


def voice(judge: ModelJudge, folder: Path) -> Iterator[Case]:
    one = photo(folder, judge.reader.crop_size)
    for seconds in (0, 5, 40):
        note = sound(folder, seconds) if seconds else None
        yield str(seconds), [judge.reader.read(Question(photo=one, voice=note, thresholds=ALWAYS_OK))]


def prompt(judge: ModelJudge, folder: Path) -> Iterator[Case]:
    one = photo(folder, judge.reader.crop_size)
    for words in (10, 400, 1200, 2400):
        question = Question(photo=one, criteria=" ".join(["word"] * words), thresholds=ALWAYS_OK)
        inputs = judge.reader.read(question)
        yield str(len(inputs.prompt.ids)), [inputs]


def company(judge: ModelJudge, folder: Path) -> Iterator[Case]:
    one = judge.reader.read(
        Question(photo=photo(folder, judge.reader.crop_size), voice=sound(folder, 5), thresholds=ALWAYS_OK)
    )
    for count in (1, 4, 16):
        yield str(count), [one] * count


def photo(folder: Path, size: int) -> Path:
    path = folder / f"{size}.png"
    pixels = np.random.default_rng(size).integers(0, 256, (size // 8, size // 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((size, size), Image.Resampling.BICUBIC).save(path)
    return path


def sound(folder: Path, seconds: int) -> Path:
    path = folder / f"{seconds}.wav"
    noise = np.random.default_rng(seconds).normal(0, 0.1, seconds * 16000)
    soundfile.write(path, np.maximum(0, np.sin(np.arange(len(noise)) / 16000 * 25)) * noise, 16000)
    return path


if __name__ == "__main__":
    main()
