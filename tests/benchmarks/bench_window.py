"""How smoothly the window runs: six hundred units with the keys of an operator, beside a judge on its own lane.

    python -m tests.benchmarks.bench_window [--units 600] [--judge-ms 60] [--json FILE]

Says the longest stall of the GUI thread and its 99th percentile, the growth of memory, and how long a start takes until
the window can be used, against an empty PySide6 window. A stall is how late a timer of a millisecond fires: what a key
or a frame would have waited for; beside it stands what of it the thread itself worked: the rest is waiting, for the
other lanes or for the other programs of the computer. Goals: 50 ms, 16 ms, flat, 1.5 times.

The camera's pictures are drawn before the shift begins, as a real camera's come from its own thread. Memory is read
once all that may be kept is full: the strip's hundred and twenty units.
"""

import argparse
import collections
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from inspector_app.app import Program
from inspector_app.places import Places, resources
from inspector_app.settings import Settings
from inspector_app.ui.flow import MOST
from inspector_app.ui.unit import Step
from tests.fakes import FakeJudge
from tests.ui.fake_devices import Bench

_EMPTY = """
import time
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("検査 Kensa"))
window.resize(1280, 800)
"""
_FULL = """
import gc, time
gc.disable()  # as commands/window.py does
from pathlib import Path
from PySide6.QtWidgets import QApplication
from inspector_app.app import Program
from inspector_app.places import Places
from inspector_app.settings import Settings
application = QApplication([])
places = Places(Path({folder!r}))
program = Program(application, places)
window = program.window
"""
_SHOWN = """
from PySide6.QtCore import QObject, QEvent, QTimer

class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            # After the paint events of all widgets: what a person can see and press.
            QTimer.singleShot(0, done)
        return False

def done():
    import os, sys
    print(time.time(), flush=True)
    os._exit(0)

painted = Painted()
window.centralWidget().installEventFilter(painted)
{show}
application.exec()
"""


class Stalls(QObject):
    """How late a timer fires, in milliseconds, while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.late = array("f")  # four bytes a tick: the measure is not to be what grows
        self.notes: list[tuple[float, str]] = []
        self.worked = array("f")
        self.doing = ""
        self._due = self._cpu = 0.0
        self._timer = QTimer(self, interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin to measure."""
        self._due, self._cpu = time.perf_counter() + 0.001, time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter()
        late, cpu = max(0.0, 1000 * (now - self._due)), time.thread_time()
        self.late.append(late)
        self.worked.append(1000 * (cpu - self._cpu))
        self._cpu = cpu
        if late > 16:
            self.notes.append((late, self.doing))
        self._due = now + 0.001

    def figures(self) -> dict[str, float]:
        """The longest, and percentiles."""
        ordered, worked = sorted(self.late), sorted(self.worked)
        return {
            "longest_ms": round(ordered[-1], 1),
            "p999_ms": round(ordered[int(0.999 * len(ordered))], 1),
            "p99_ms": round(ordered[int(0.99 * len(ordered))], 1),
            "p50_ms": round(ordered[len(ordered) // 2], 2),
            "longest_work_ms": round(worked[-1], 1),
            "p99_work_ms": round(worked[int(0.99 * len(worked))], 1),
            "ticks": len(ordered),
        }


Waiting = Generator[Callable[[], bool], None, None]
"""A part of the shift: each yield is something that the operator waits for."""


class Shift(QObject):
    """An operator at work: photo, Enter, and on to the next; every tenth verdict is answered.

    The shift is a generator that a timer of the event loop moves on, so that the loop runs as it does in the program.
    """

    def __init__(self, folder: Path, judge_ms: float) -> None:
        super().__init__()
        application = QApplication.instance()
        self.application = application if isinstance(application, QApplication) else QApplication([])
        self.bench = Bench(camera_refuses=False)
        self.judge = FakeJudge(seconds=judge_ms / 1000)
        places = Places(folder)
        Settings().changed(language="ja", theme="light", set_up_done=True, sounds=True).save(places.settings)
        self.program = Program(self.application, places, self.bench.devices(), lambda *_: self.judge)
        self.page = self.program.window.inspect_page
        self.photos = sorted((resources() / "samples").glob("demo-*.jpg"))
        self.stalls = Stalls()
        self.judged = 0
        self._work: Waiting | None = None
        self._condition: Callable[[], bool] = lambda: True
        self._loop = QEventLoop()
        self._hands = QTimer(self, interval=5)
        self._hands.timeout.connect(self._go_on)

    def work(self, work: Waiting) -> None:
        """Do all of it in the event loop."""
        self._work, self._condition = work, lambda: True
        self._hands.start()
        self._loop.exec()

    def _go_on(self) -> None:
        if self._work is not None and self._condition():
            try:
                self._condition = next(self._work)
            except StopIteration:
                self._hands.stop()
                self._loop.quit()

    def begin(self) -> Waiting:
        """The start, until a unit can be judged."""
        self.program.start()
        yield lambda: self.program.readiness.can_judge and self.page.feed.state == "live"

    def press(self, key: Qt.Key, what: str) -> None:
        """One key to what has the focus, as an operator presses it."""
        self.stalls.doing = what
        QTest.keyClick(self.application.focusWidget() or self.program.window, key)

    def units(self, numbers: range) -> Waiting:
        """Unit after unit, at the pace of quick hands, and no quicker than the model in the long run."""
        for number in numbers:
            yield from self.unit(number)
            self.stalls.doing = "hands"
            end = time.monotonic() + 0.03
            yield lambda end=end: time.monotonic() > end and self.program.desk.queue < 8  # type: ignore[misc]

    def unit(self, number: int) -> Waiting:
        """From the shutter, or a file, to the judge."""
        if number % 3 == 0:
            self.press(Qt.Key.Key_F2, "shutter")
        else:
            self.stalls.doing = "file"
            self.page.load_photo(self.photos[number % len(self.photos)])
        yield lambda: not self.page.unit.sent and self.page.unit.photo is not None
        self.page.form.serial_edit.setText(f"S-{number:05d}")
        self.page.stage.setFocus()
        self.press(Qt.Key.Key_Return, "judge")
        yield lambda: self.page.unit.sample_id is not None
        self.judged += len(self.judge.questions)
        self.judge.questions.clear()  # a real judge does not remember what it was asked
        if number % 10 == 0:
            yield lambda: self.page.unit.step is Step.JUDGED
            self.press(Qt.Key.Key_F12, "compare")
            self.press(Qt.Key.Key_Return, "accept")

    def finish(self) -> Waiting:
        """Until the model has followed."""
        yield lambda: self.program.desk.queue == 0


def watch_collector() -> list[float]:
    """Seconds that each run of Python's collector takes from now on: it stops every thread."""
    seconds: list[float] = []
    begun = [0.0]

    def note(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            begun[0] = time.perf_counter()
        else:
            seconds.append(time.perf_counter() - begun[0])

    gc.callbacks.append(note)
    return seconds


def things() -> collections.Counter[str]:
    """What Python's collector knows, by kind: what is kept for ever is seen here before memory grows."""
    gc.collect()
    return collections.Counter(type(one).__name__ for one in gc.get_objects())


def run_units(units: int, judge_ms: float) -> dict[str, Any]:
    """The shift; memory is read after a first part that fills every cache."""
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as folder:
        shift = Shift(Path(folder), judge_ms)
        warm = min(MOST + 30, units // 3)
        shift.work(shift.begin())
        shift.work(shift.units(range(warm)))
        shift.work(shift.finish())
        kept, before = things(), process.memory_info().rss
        collected = watch_collector()
        shift.stalls.start()
        begun = time.monotonic()
        shift.work(shift.units(range(warm, units)))
        seconds = time.monotonic() - begun
        shift.stalls.stop()
        shift.work(shift.finish())
        more, after = things() - kept, process.memory_info().rss
        problems = [problem.details for problem in shift.program.problems.entries]
        shift.program.close()
    return {
        **shift.stalls.figures(),
        "units": units,
        "judged": shift.judged + len(shift.judge.questions),
        "seconds_per_unit": round(seconds / (units - warm), 3),
        "memory_mb": [round(before / 2**20), round(after / 2**20)],
        "memory_growth_kb_per_unit": round((after - before) / 1024 / (units - warm), 1),
        "more_objects": dict(more.most_common(5)),
        "over_16_ms": [f"{late:.1f} {doing}" for late, doing in sorted(shift.stalls.notes, reverse=True)[:12]],
        "collector_longest_ms": round(1000 * max(collected, default=0.0), 1),
        "problems": problems[:3],
    }


def start_seconds(code: str, show: str, compiled: str) -> float:
    """From the start of the process to the first picture of the window; the best of eight, as caches are warm then.

    With compiled modules in a folder, as an installed program has them: sources would be compiled at every start.
    """
    world = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    best = 1e9
    for _ in range(8):
        begun = time.time()
        done = subprocess.run(
            [sys.executable, "-c", code + _SHOWN.replace("{show}", show)],
            capture_output=True,
            text=True,
            timeout=60,
            env={**world, "PYTHONPYCACHEPREFIX": compiled},
        )
        best = min(best, float(done.stdout.split()[-1]) - begun)
    return best


def run_start() -> dict[str, float]:
    """A usable window against an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        Settings().changed(set_up_done=True).save(Places(Path(folder)).settings)
        empty = start_seconds(_EMPTY, "window.show()", folder)
        full = start_seconds(_FULL.replace("{folder!r}", repr(folder)), "program.start()", folder)
    return {"empty_s": round(empty, 3), "window_s": round(full, 3), "times": round(full / empty, 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=600)
    parser.add_argument("--judge-ms", type=float, default=60.0)
    parser.add_argument("--only", choices=("start", "units"))
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    figures: dict[str, Any] = {}
    if chosen.only != "units":
        figures["start"] = run_start()
    if chosen.only != "start":
        figures["units"] = run_units(chosen.units, chosen.judge_ms)
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
