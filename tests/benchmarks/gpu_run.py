"""One run of the GPU benchmark: its stages, its time, its figures, and the question that all stages ask.

Knows how a stage is run and told. Knows no stage.
"""

import argparse
import statistics
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from model_runtime.clock import Clock
from model_runtime.fast_engine import FastEngine
from model_runtime.runtime import ModelJudge
from model_runtime.verdict import Question, Thresholds
from tests.benchmarks.gpu_model import files_in

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


class WaitingClock(Clock):
    """A clock that waits for the device at the end of each stage."""

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        with super().measure(stage):
            yield
            if torch.cuda.is_available():
                torch.cuda.synchronize()


def tell_memory(bench: Bench, name: str) -> None:
    if bench.device.type == "cuda":
        bench.tell(name, torch.cuda.memory_allocated() / 2**30, "GiB")


def judge_in(bench: Bench) -> ModelJudge:
    assert bench.judge is not None
    return bench.judge


def engine_in(bench: Bench) -> FastEngine:
    engine = judge_in(bench).engine
    assert isinstance(engine, FastEngine)
    return engine
