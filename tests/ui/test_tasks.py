"""Lanes: results on the GUI thread, in order, stoppable, closed without a thread left behind."""

import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from inspector_app.tasks import Lane
from model_runtime.verdict import Stopped


@pytest.fixture
def lane(qtbot: QtBot) -> Iterator[Lane]:
    lane = Lane("test")
    yield lane
    lane.close()


def test_result_arrives_on_the_gui_thread(qtbot: QtBot, lane: Lane) -> None:
    seen: list[tuple[int, int]] = []
    task = lane.start(threading.get_ident)
    task.done.connect(lambda worker: seen.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    worker, delivered = seen[0]
    assert delivered == threading.get_ident() != worker


def test_a_job_that_ends_before_the_caller_connects_is_not_lost(qtbot: QtBot, lane: Lane) -> None:
    seen: list[int] = []
    task = lane.start(lambda: 7)
    time.sleep(0.05)
    task.done.connect(seen.append)
    qtbot.waitUntil(lambda: seen == [7])
    assert len(lane) == 0


def test_failure_is_delivered_not_raised(qtbot: QtBot, lane: Lane) -> None:
    seen: list[Exception] = []

    def bad() -> None:
        raise ValueError("camera unplugged")

    lane.start(bad).failed.connect(seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert str(seen[0]) == "camera unplugged"


def test_generator_gives_progress_then_its_result(qtbot: QtBot, lane: Lane) -> None:
    steps: list[int] = []
    done: list[str] = []

    def job() -> Iterator[int]:
        yield from range(5)
        return "adapter"

    task = lane.start(job)
    task.progress.connect(steps.append)
    task.done.connect(done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert steps == [0, 1, 2, 3, 4] and done == ["adapter"]


def test_stop_runs_the_cleanup(qtbot: QtBot, lane: Lane) -> None:
    cleaned: list[bool] = []

    def job() -> Iterator[int]:
        try:
            while True:
                time.sleep(0.005)
                yield 1
        finally:
            cleaned.append(True)

    task = lane.start(job)
    with qtbot.waitSignal(task.progress):
        pass
    with qtbot.waitSignal(task.stopped):
        task.stop()
    assert cleaned == [True]


def test_a_job_that_raises_stopped_was_stopped_not_failed(qtbot: QtBot, lane: Lane) -> None:
    def job() -> None:
        raise Stopped

    task = lane.start(job)
    task.failed.connect(lambda problem: pytest.fail(f"failed with {problem!r}"))
    with qtbot.waitSignal(task.stopped):
        pass


def test_jobs_on_one_lane_never_overlap(qtbot: QtBot, lane: Lane) -> None:
    now, peak, done = [0], [0], []

    def job(number: int) -> int:
        now[0] += 1
        peak[0] = max(peak[0], now[0])
        time.sleep(0.01)
        now[0] -= 1
        return number

    for number in range(10):
        lane.start(job, number).done.connect(done.append)
    assert len(lane) == 10
    qtbot.waitUntil(lambda: len(done) == 10)
    assert peak[0] == 1 and done == list(range(10))


def test_close_with_work_waiting(qtbot: QtBot) -> None:
    lane = Lane("closing")

    def job() -> Iterator[int]:
        while True:
            time.sleep(0.005)
            yield 1

    ends: list[str] = []
    for _ in range(3):
        lane.start(job).stopped.connect(lambda: ends.append("stopped"))
    time.sleep(0.03)
    before = time.monotonic()
    lane.close()
    assert time.monotonic() - before < 1
    assert not [thread for thread in threading.enumerate() if "kensa-closing" in thread.name]
    qtbot.waitUntil(lambda: len(ends) == 3)
    late = lane.start(lambda: pytest.fail("ran on a closed lane"))
    with qtbot.waitSignal(late.stopped):
        pass
