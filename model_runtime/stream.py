"""Many questions judged side by side: files are read ahead, units of one kind share the model's passes.

Knows the order of questions and what becomes of one that cannot be judged. Knows no tensors of its own.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import torch

from model_runtime.clock import Clock
from model_runtime.decoding import Answer, NotANumber
from model_runtime.fast_engine import FastEngine
from model_runtime.inputs import Inputs, halt
from model_runtime.verdict import Fixable, Question, StopCheck, Verdict

if TYPE_CHECKING:
    from model_runtime.runtime import ModelJudge

WIDE_CUDA, WIDE_CPU = 16, 4
"""Units side by side. On the CPU more would only wait for each other: the products are as quick with one."""
READERS = 8


@dataclass(slots=True)
class _Read:
    question: Question
    inputs: Inputs
    clock: Clock


def judge_many(
    judge: "ModelJudge", questions: Iterable[Question], stop: StopCheck | None = None, wide: int | None = None
) -> Iterator[Verdict | Fixable]:
    """What becomes of each question, in their order: a verdict, or why there is none. Raises `Stopped`.

    `wide`: how many units share a pass; None: what pays on this device. Timings are each unit's share of its batch.
    """
    cuda = judge.checkpoint.device.type == "cuda"
    wide = wide or (WIDE_CUDA if cuda else WIDE_CPU)
    if not isinstance(judge.engine, FastEngine) or wide == 1:
        for question in questions:
            yield _alone(judge, question, stop)
        return
    coming = iter(questions)
    with ThreadPoolExecutor(min(READERS, os.cpu_count() or 1) if cuda else 1) as readers:

        def ask(some: Iterable[Question]) -> list[Future[_Read | Fixable]]:
            return [readers.submit(_read, judge, question, stop) for question in some]

        ahead = ask(islice(coming, wide))
        while ahead:
            batch = [future.result() for future in ahead]
            ahead = ask(islice(coming, wide))  # read while these are judged
            yield from _judged(judge, batch, stop)


def _read(judge: "ModelJudge", question: Question, stop: StopCheck | None) -> _Read | Fixable:
    clock = Clock()
    try:
        with torch.inference_mode():
            return _Read(question, judge.reader.read(question, clock, stop), clock)
    except Fixable as error:
        return error


def _alone(judge: "ModelJudge", question: Question, stop: StopCheck | None) -> Verdict | Fixable:
    try:
        return judge.judge(question, stop)
    except Fixable as error:
        return error


def _judged(
    judge: "ModelJudge", batch: Sequence[_Read | Fixable], stop: StopCheck | None
) -> Iterator[Verdict | Fixable]:
    """One batch, in its order. Where memory or a number fails for all, each is judged by itself."""
    done: dict[int, Verdict] = {}
    for photo in (True, False):
        numbers = [
            number
            for number, one in enumerate(batch)
            if isinstance(one, _Read) and not one.inputs.empty and (one.inputs.photo is not None) == photo
        ]
        reads = [one for number in numbers if isinstance(one := batch[number], _Read)]
        if reads:
            done |= dict(zip(numbers, _side_by_side(judge, reads, stop), strict=True))
    for number, one in enumerate(batch):
        yield one if isinstance(one, Fixable) else done.get(number) or judge.judge(one.question, stop)


def _side_by_side(judge: "ModelJudge", reads: Sequence[_Read], stop: StopCheck | None) -> list[Verdict]:
    halt(stop)
    clock = Clock()
    limits = [judge.thresholds(one.question) for one in reads]
    answers: list[Answer | NotANumber] = []
    try:
        with torch.inference_mode():
            several = [one.inputs for one in reads]
            answers = judge.answer_all(several, [limit.ok_below for limit in limits], clock, stop)
    except (NotANumber, MemoryError, RuntimeError):
        return [judge.judge(one.question, stop) for one in reads]  # which says of each what is wrong with it
    for one in reads:
        one.clock.share(clock, len(reads))
    return [
        judge.verdict(one.question, one.inputs, answer, one.clock) for one, answer in zip(reads, answers, strict=True)
    ]
