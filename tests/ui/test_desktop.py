"""Ten units by keyboard alone on a real X server: the keys come from xdotool, the focus from a window manager."""

import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector_app.places import Places
from inspector_app.records.filter import Filter
from inspector_app.records.history import History
from inspector_app.records.record import LineKind
from inspector_app.records.store import Store
from inspector_app.settings import Settings
from tests.ui.conftest import QUIET

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("Xvfb", "xdotool", "openbox")
UNITS = 10

STATION = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from inspector_app.app import Program
from inspector_app.places import Places
from tests.fakes import FakeJudge
from tests.ui.fake_devices import Bench

application = QApplication(["kensa"])
judge = FakeJudge([0.02, 0.97, 0.5, 0.03, 0.01, 0.02, 0.98, 0.02, 0.04, 0.02], seconds=0.1)
program = Program(application, Places(Path(sys.argv[1])), Bench(camera_refuses=False).devices(), lambda *_: judge)
page = program.window.inspect_page
said = [""]

def tell():
    unit = page.unit
    now = f"{unit.step.value} {unit.photo is not None} {len(page.flow.units)}"
    if page.feed.state == "live" and program.readiness.can_judge and now != said[0]:
        said[0] = now
        print(now, flush=True)

page.flow.changed.connect(tell)
page.feed.state_changed.connect(lambda _: tell())
program.readiness.changed.connect(tell)
program.start()
code = application.exec()
program.close()
sys.exit(code)
"""


@pytest.fixture
def display() -> Iterator[str]:
    """An X server with a window manager."""
    missing = [name for name in TOOLS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not on this system: {', '.join(missing)} (Debian: apt-get install xvfb xdotool openbox)")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        name = f":{answer.readline().strip()}"
    manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": name}, stderr=subprocess.DEVNULL)
    yield name
    for process in (manager, server):
        process.terminate()
        process.wait(timeout=10)


class Operator:
    """Hands on the keyboard and eyes on what the station says."""

    def __init__(self, display: str, data: Path) -> None:
        self._environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT)}
        self.station = subprocess.Popen(
            [sys.executable, "-c", STATION, str(data)],
            env=self._environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.station.stdout is not None
        for line in self.station.stdout:
            self._said.put(line.strip())

    def wait(self, wanted: str, seconds: float = 20.0) -> None:
        """Until the station says so."""
        end, seen = time.monotonic() + seconds, []
        while time.monotonic() < end:
            try:
                seen.append(self._said.get(timeout=0.2))
            except queue.Empty:
                continue
            if seen[-1] == wanted:
                return
        raise AssertionError(f"the station never said {wanted!r}, only {seen}")

    def press(self, *keys: str) -> None:
        subprocess.run(["xdotool", "key", "--delay", "25", *keys], env=self._environment, check=True, timeout=20)

    def type(self, text: str) -> None:
        # Slower than a scanner: a person types.
        subprocess.run(["xdotool", "type", "--delay", "80", text], env=self._environment, check=True, timeout=20)


@pytest.mark.slow
def test_ten_units_by_keyboard_alone(display: str, tmp_path: Path) -> None:
    places = Places(tmp_path / "data")
    Settings().changed(**QUIET).save(places.settings)
    operator = Operator(display, places.data)
    operator.wait("draft False 0")
    time.sleep(0.5)  # the window manager gives the window its focus
    for number in range(1, UNITS + 1):
        operator.press("F6", "F6", "F6", "F6")
        operator.type(f"S{number:02d}")
        operator.press("F2")
        operator.wait(f"draft True {number - 1}")
        operator.press("Return")
        operator.wait(f"judged True {number}")
        if number == 7:
            operator.press("F7")
            time.sleep(0.4)
            operator.press("1")
        else:
            operator.press("Return")
        operator.wait(f"draft False {number}")
    operator.press("ctrl+q")
    assert operator.station.wait(timeout=20) == 0
    with Store.open(places) as store:
        records = sorted(History.of(store).search(Filter(limit=None)), key=lambda record: record.id)
    assert [record.serial for record in records] == [f"S{number:02d}" for number in range(1, UNITS + 1)]
    kinds = [[line.kind for line in record.lines if line.kind is not LineKind.CAUTION] for record in records]
    assert kinds == [[LineKind.DISAGREED] if n == 7 else [LineKind.ACCEPTED] for n in range(1, UNITS + 1)]
