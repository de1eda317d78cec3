"""Run plain functions off the GUI thread and bring what they say back to it.

A lane is one worker thread for one scarce resource (the model, the disk, a device). A long job is a generator: each
yield is progress and the point where it can be stopped. Knows nothing about what the jobs do.
"""

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from inspect import isgenerator
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from model_runtime.verdict import Stopped

Job = Callable[..., Any]
_QUEUED = Qt.ConnectionType.QueuedConnection


class Task(QObject):
    """One job. Its signals are delivered on the thread that created it; exactly one of the three ends comes."""

    progress = Signal(object)
    done = Signal(object)
    failed = Signal(Exception)
    stopped = Signal()

    _message = Signal(str, object)

    def __init__(self, ended: Callable[["Task"], object] = lambda _: None) -> None:
        super().__init__()
        self._stop, self._ended = Event(), ended
        # Relayed through a queued signal of our own: a job that ends before the caller connects is not lost.
        self._message.connect(self._deliver, _QUEUED)

    def stop(self) -> None:
        """Ask the job to end at its next yield; what has not begun never runs."""
        self._stop.set()

    def run(self, job: Job, *args: Any, **kwargs: Any) -> None:
        """Do the job on the calling (worker) thread."""
        if self._stop.is_set():
            self.dropped()
            return
        try:
            result: object = job(*args, **kwargs)
            if isgenerator(result):
                result = self._drain(result)
        except Stopped:
            self._message.emit("stopped", None)
        except Exception as problem:  # noqa: BLE001 - the job's own failure is the message
            self._message.emit("failed", problem)
        else:
            self._message.emit("stopped" if self._stop.is_set() else "done", result)

    def dropped(self) -> None:
        """Tell that the job will never run."""
        self._message.emit("stopped", None)

    def _drain(self, steps: Generator[object, Any, object]) -> object:
        while not self._stop.is_set():
            try:
                self._message.emit("progress", next(steps))
            except StopIteration as end:
                return end.value
        steps.close()
        return None

    def _deliver(self, kind: str, value: object) -> None:
        if kind == "progress":
            self.progress.emit(value)
            return
        # Qt holds what is connected, and that holds the task and all that its callbacks know: it would stay for ever.
        self.deleteLater()
        self._ended(self)
        if kind == "stopped":
            self.stopped.emit()
        elif kind == "failed":
            self.failed.emit(value)
        else:
            self.done.emit(value)


class Lane:
    """A single worker thread; jobs run one after another in the order given."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"kensa-{name}")
        self._open: dict[Task, Future[None]] = {}
        self._refused: set[Task] = set()
        """Given to a closed lane: nothing else holds them until they have said that they stopped."""
        self._closed = False

    def start(self, job: Job, *args: Any, **kwargs: Any) -> Task:
        """Queue a job. The Task's signals arrive on the calling thread, which needs an event loop.

        On a closed lane the job is dropped: the Task only says that it stopped.
        """
        task = Task(self._forget)
        if self._closed:
            self._refused.add(task)
            task.dropped()
        else:
            self._open[task] = self._pool.submit(task.run, job, *args, **kwargs)
        return task

    def _forget(self, task: Task) -> None:
        self._open.pop(task, None)
        self._refused.discard(task)

    def __len__(self) -> int:
        """Jobs running or waiting."""
        return len(self._open)

    def close(self) -> None:
        """Stop what is running, drop what is waiting, and wait for the thread."""
        self._closed = True
        for task, future in list(self._open.items()):
            task.stop()
            if future.cancel():
                task.dropped()
        self._pool.shutdown(wait=True, cancel_futures=True)
