"""A judge that always answers, and never OK by mistake: too slow, out of memory, broken or without a number, the unit
is INCONCLUSIVE with its reason, and the model proves itself anew before it judges the next one.

The judge works in a thread of its own. One that hangs is left behind with its thread, since nothing can end it, and
another is loaded in a new one; a few of those are borne, then the program must be started again. A thread that hangs
and never lets go of the interpreter stops this one too: `Attempts` sees to it that such a unit, or one that ends the
whole program, is not tried for ever. Knows the border to the model; knows no torch, no records and no window.
"""

import gc
import hashlib
import logging
import math
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from inspector_app.loading import SelfTesting
from model_runtime.verdict import (
    Answer,
    Fixable,
    Judge,
    Judgment,
    ModelIdentity,
    Question,
    StopCheck,
    Stopped,
    Thresholds,
    Verdict,
)

_log = logging.getLogger(__name__)

TOO_SLOW = "No judgment: the model took longer than it may."
NO_MEMORY = "No judgment: the memory was not enough."
BROKEN = "No judgment: the model failed."
NO_NUMBER = "No judgment: the model gave no number."
ENDED = "No judgment: the program ended twice while it judged this unit."
REASONS = (TOO_SLOW, NO_MEMORY, BROKEN, NO_NUMBER, ENDED)
"""What stands as remark in the record; fixed sentences, so that the window can say them in its language."""
MOST_LEFT = 3
"""Threads that hang, after which the program must be started again: each holds a model's memory."""
LOAD_SECONDS = 1800.0
"""For loading and self-test: the full model comes from a slow disk."""
FIRST, LEAST, TIMES = 1800.0, 60.0, 20.0
"""Where no limit is chosen: seconds for the first judgment; then so many times the longest one, at least `LEAST`."""
GRACE = 5.0
"""Seconds for a judgment that was stopped to end by itself."""
RETRY = 60.0
"""Seconds until a model that could not be loaded is tried again."""
TRIES = 2
"""Judgments of one unit that may end with the whole program."""
_UNKNOWN = ModelIdentity(base="unknown", adapter="unknown", prompt="unknown", engine="unknown")

Told = Callable[[str, BaseException | None], None]
"""What the guard does: `left` (a judgment hangs), `failed`, `loading`, `testing`, `well`; with the error, if any."""


class ModelLost(Exception):
    """There is no model that could judge; the unit waits. Not the unit's fault, so it is no Fixable."""


class TooSlow(Exception):
    """The time is over; the job goes on in a thread that is left behind."""


@dataclass(slots=True)
class _Call:
    """A job of the judge's thread, and what came of it."""

    job: Callable[[], Any]
    over: threading.Event = field(default_factory=threading.Event)
    left: bool = False
    answer: Any = None
    error: BaseException | None = None


class _Thread:
    """The judge's thread. It keeps no program from ending."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Call | None] = SimpleQueue()
        self._thread = threading.Thread(target=_work, args=(self._jobs,), name="kensa-judge", daemon=True)
        self._thread.start()
        weakref.finalize(self, self._jobs.put, None)  # nobody asks any more

    def do(self, job: Callable[[Callable[[], bool]], Any], seconds: float | None, stop: StopCheck | None) -> Any:
        """What the job gives or raises; `TooSlow` after so many seconds, `Stopped` when stopped and it does not end.

        The job is given a question to ask: whether it was left behind, so that it may end.
        """
        call = _Call(lambda: None)
        call.job = lambda: job(lambda: call.left or (stop is not None and stop()))
        self._jobs.put(call)
        end = None if seconds is None else time.monotonic() + seconds
        while not call.over.wait(0.05):
            if stop is not None and stop():
                if not call.over.wait(GRACE):
                    call.left = True
                    raise Stopped
            elif end is not None and time.monotonic() > end:
                call.left = True
                raise TooSlow
        if call.error is not None:
            raise call.error
        return call.answer

    def end(self, wait: float = 0.0) -> None:
        """The thread ends after what it does now; waits so many seconds for it."""
        self._jobs.put(None)
        if wait:
            self._thread.join(wait)


def _work(jobs: "SimpleQueue[_Call | None]") -> None:
    while (call := jobs.get()) is not None:
        try:
            call.answer = call.job()
        except BaseException as error:  # noqa: BLE001 - handed to whoever asked
            call.error = error
        call.over.set()
        del call  # with the photo in it


class Attempts:
    """Which units are being judged, in small files: one that ended the whole program is remembered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, question: Question) -> bool:
        """Whether the unit may be tried once more."""
        path = self._path(question)
        times = 0
        with suppress(OSError, ValueError):
            times = int(path.read_text())
        if times >= TRIES:
            self.end(question)
            return False
        with suppress(OSError):  # on a full disk it is judged all the same
            self._folder.mkdir(mode=0o700, exist_ok=True)
            path.write_text(str(times + 1))
        return True

    def fresh(self, question: Question) -> bool:
        """Whether no program has ended while it judged the unit."""
        return not self._path(question).exists()

    def end(self, question: Question) -> None:
        """It has an answer, or was refused."""
        with suppress(OSError):
            self._path(question).unlink()

    def _path(self, question: Question) -> Path:
        name = "|".join(path.name if path else "" for path in (question.photo, question.voice, question.golden))
        return self._folder / hashlib.sha256(name.encode()).hexdigest()[:32]


class Guarded:
    """A judge over one that is loaded by `load`, again where it must be. One question at a time, as any judge.

    `seconds`: the longest judgment, asked anew each time; 0: no limit; None: by the model's own pace, since one model
    needs a tenth of a second and another one minutes. `told` is called on the asking thread.
    """

    def __init__(
        self,
        load: Callable[[], Judge],
        seconds: Callable[[], float | None],
        told: Told | None = None,
        attempts: Attempts | None = None,
    ) -> None:
        self._load, self._seconds, self._attempts = load, seconds, attempts
        self._told: Told = told or (lambda what, error: None)
        self._left, self._longest = 0, 0.0
        self._suspect = False
        self._lost_at: float | None = None
        self._thread = _Thread()
        self._judge: Judge | None = self._thread.do(lambda _: load(), None, None)
        self._identity = self._judge.identity if self._judge else _UNKNOWN

    @property
    def identity(self) -> ModelIdentity:
        return self._judge.identity if self._judge is not None else self._identity

    def judge(self, question: Question, stop: StopCheck | None = None) -> Verdict:
        """As the contract says, and in time. `ModelLost` when no model could be loaded again."""
        self.recover(stop)
        begun = time.monotonic()
        if self._attempts is not None and not self._attempts.begin(question):
            return self._unsure(question, ENDED, begun)
        verdict = self._asked(question, stop, begun)
        if self._attempts is not None:
            self._attempts.end(question)
        return verdict

    def judge_many(self, questions: Sequence[Question], stop: StopCheck | None = None) -> dict[Question, Verdict]:
        """The verdicts of several units side by side, as far as there are; of the others `judge` says what is wrong.

        Units that were tried before take no part: one that ends the program must not take others with it again.
        """
        self.recover(stop)
        many, tries = getattr(self._judge, "judge_many", None), self._attempts
        fresh = [one for one in dict.fromkeys(questions) if tries is None or tries.fresh(one)]
        if many is None or len(fresh) < 2 or not all(tries is None or tries.begin(one) for one in fresh):
            return {}
        limit = self._limit()
        given: list[Verdict | Fixable] = []
        try:
            given = self._thread.do(lambda over: list(many(fresh, over)), limit and limit * len(fresh), stop)
        except TooSlow as error:
            self._leave(error)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - each is judged by itself, and answered for
            _log.error("the model failed at several units", exc_info=error)
            self._doubt("failed", error)
        finally:
            if tries is not None:
                for one in fresh:
                    tries.end(one)
        verdicts = {one: told for one, told in zip(fresh, given, strict=False) if isinstance(told, Verdict)}
        return {one: verdict for one, verdict in verdicts.items() if _has_numbers(verdict)}

    def _asked(self, question: Question, stop: StopCheck | None, begun: float) -> Verdict:
        judge, limit = self._judge, self._limit()
        assert judge is not None
        try:
            verdict: Verdict = self._thread.do(lambda over: judge.judge(question, over), limit, stop)
        except TooSlow as error:
            self._leave(error)
            return self._unsure(question, TOO_SLOW, begun)
        except (Stopped, Fixable):
            if self._attempts is not None:
                self._attempts.end(question)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, the unit gets its answer and the bug its log
            _log.error("the model failed", exc_info=error)
            self._doubt("failed", error)
            return self._unsure(question, NO_MEMORY if is_memory(error) else BROKEN, begun)
        self._identity, self._longest = judge.identity, max(self._longest, time.monotonic() - begun)
        safe = sane(verdict)
        if not _has_numbers(verdict):
            self._doubt("failed", None)
        return safe

    def _limit(self) -> float | None:
        chosen = self._seconds()
        if chosen is not None:
            return chosen or None
        return max(LEAST, TIMES * self._longest) if self._longest else FIRST

    def recover(self, stop: StopCheck | None = None) -> None:
        """After a failure: the self-test, and a model loaded anew where there is none, or it fails. `ModelLost` when
        that fails too; it is tried again, but not at once.
        """
        if not self._suspect:
            return
        if self._left >= MOST_LEFT:
            raise ModelLost(f"{self._left} judgments hang; start the program again")
        if self._lost_at is not None and time.monotonic() - self._lost_at < RETRY:
            raise ModelLost("the model could not be loaded again; it is tried once a minute")
        try:
            self._told("testing", None)
            if self._judge is None or self._faults(stop):
                self._renew(stop)
        except Stopped:
            raise
        except Exception as error:
            if isinstance(error, TooSlow):
                self._leave(error)
            self._lost_at = time.monotonic()
            _log.error("the model could not be loaded again", exc_info=error)
            raise error if isinstance(error, ModelLost) else ModelLost(str(error)) from error
        self._suspect, self._lost_at = False, None
        self._told("well", None)

    def close(self) -> None:
        """Ends the judge's thread, if it does not hang."""
        self._thread.end(GRACE)

    def self_test(self) -> list[str]:
        """Faults as sentences; none for a judge that has no self-test."""
        return self._faults(None)

    def warm_up(self) -> None:
        judge = self._judge
        if isinstance(judge, SelfTesting):
            begun = time.monotonic()
            self._thread.do(lambda _: judge.warm_up(), LOAD_SECONDS, None)
            self._longest = time.monotonic() - begun

    def _renew(self, stop: StopCheck | None) -> None:
        self._judge = None
        gc.collect()
        self._told("loading", None)
        self._judge = self._thread.do(lambda _: self._load(), LOAD_SECONDS, stop)
        if faults := self._faults(stop):
            raise ModelLost(f"the model failed its self-test ({faults[0]})")

    def _faults(self, stop: StopCheck | None) -> list[str]:
        judge = self._judge
        if not isinstance(judge, SelfTesting):
            return []
        try:
            found: list[str] = self._thread.do(lambda _: judge.self_test(), LOAD_SECONDS, stop)
        except (Stopped, TooSlow):
            raise
        except Exception as error:  # noqa: BLE001 - a self-test that breaks is one that fails
            return [f"{type(error).__name__}: {error}"]
        return found

    def _leave(self, error: BaseException) -> None:
        """The thread hangs: another one takes its place, without a model as yet."""
        self._left += 1
        _log.error("a judgment hangs and was left behind (%d of %d)", self._left, MOST_LEFT)
        self._thread.end()
        self._thread, self._judge = _Thread(), None
        self._doubt("left", error)

    def _doubt(self, what: str, error: BaseException | None) -> None:
        self._suspect = True
        if error is not None and is_memory(error):
            gc.collect()
        self._told(what, error)

    def _unsure(self, question: Question, reason: str, begun: float) -> Verdict:
        limits = question.thresholds or Thresholds()
        took = {"total": 1000 * (time.monotonic() - begun)}
        said = Judgment(Answer.INCONCLUSIVE, remark=reason)
        return Verdict(said, math.nan, 0.0, False, limits, self.identity, took)


def sane(verdict: Verdict) -> Verdict:
    """The verdict; one without a number is INCONCLUSIVE, whatever it said, says why, and is sure of nothing."""
    if _has_numbers(verdict):
        return verdict
    said, p_ng = verdict.judgment, verdict.p_ng if math.isfinite(verdict.p_ng) else math.nan
    if said.verdict is not Answer.INCONCLUSIVE or not said.remark:
        remark = " ".join(part for part in (said.remark, NO_NUMBER) if part)
        said = replace(said, verdict=Answer.INCONCLUSIVE, remark=remark)
    return replace(verdict, judgment=said, p_ng=p_ng, confidence=0.0)


def _has_numbers(verdict: Verdict) -> bool:
    return math.isfinite(verdict.p_ng) and math.isfinite(verdict.confidence)


def is_memory(error: BaseException) -> bool:
    """Whether the memory of computer or card was not enough; torch says so in its own ways."""
    words = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or "OutOfMemory" in type(error).__name__
        or (isinstance(error, RuntimeError) and ("allocate memory" in words or "out of memory" in words))
    )
