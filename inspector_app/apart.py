"""A judge that nobody waits for: in its own thread, within a time, given up the moment that a unit of the line waits.

Unlike `watchdog.Guarded` it never loads again and never answers for the model: what hangs, fails or gives no number is
a `Failed`, and that is for the caller to count. Knows the border to the model; knows no records and no window.
"""

import math
import threading
import time

from inspector_app.watchdog import is_memory
from model_runtime.verdict import Fixable, Judge, Question, StopCheck, Stopped, Verdict

LIMIT = 600.0
"""Seconds of one judgment; a full model on a processor needs a minute or two."""
YIELDS = 0.5
"""Seconds that a unit of the line may wait for a judgment here to end by itself."""


class Failed(Exception):
    """The judge hangs, has broken down or gave no number; `why` is one word for the records."""

    def __init__(self, why: str, error: BaseException | None = None) -> None:
        super().__init__(f"the candidate failed: {why}")
        self.why, self.error = why, error


class Apart:
    """One question at a time. A judgment that was given up may go on by itself; until it ends nothing else is asked."""

    def __init__(self, judge: Judge, limit: float = LIMIT) -> None:
        self._judge, self._limit = judge, limit
        self._thread: threading.Thread | None = None
        self._begun = 0.0

    @property
    def busy(self) -> bool:
        """Whether a judgment that was given up still goes on."""
        return self._thread is not None and self._thread.is_alive()

    def judge(self, question: Question, stop: StopCheck | None = None) -> Verdict:
        """The verdict. Raises `Stopped` within half a second after `stop` says so, `Failed`, and `Fixable`."""
        if self.busy:
            if time.monotonic() - self._begun > self._limit:
                raise Failed("hangs")
            raise Stopped
        came: list[Verdict | BaseException] = []
        over, left = threading.Event(), threading.Event()

        def work() -> None:
            try:
                came.append(self._judge.judge(question, lambda: left.is_set() or (stop is not None and stop())))
            except BaseException as error:  # noqa: BLE001 - handed to whoever asked
                came.append(error)
            over.set()

        self._begun = time.monotonic()
        self._thread = threading.Thread(target=work, name="kensa-beside", daemon=True)
        self._thread.start()
        while not over.wait(0.02):
            if stop is not None and stop():
                left.set()
                if not over.wait(YIELDS):
                    raise Stopped
            elif time.monotonic() - self._begun > self._limit:
                left.set()
                raise Failed("hangs")
        return _sound(came[0])


def _sound(came: Verdict | BaseException) -> Verdict:
    if isinstance(came, (Stopped, Fixable)):
        raise came
    if isinstance(came, BaseException):
        raise Failed("memory" if is_memory(came) else "broken", came) from came
    if not (math.isfinite(came.p_ng) and math.isfinite(came.confidence)):
        raise Failed("no number")
    return came
