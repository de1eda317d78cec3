"""A whole program on a data folder of its own, with the scripted judge and scripted devices."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector_app.app import Program
from inspector_app.places import Places
from inspector_app.settings import Settings
from inspector_app.ui.inspect_page import InspectPage
from inspector_app.ui.unit import Step
from tests.fakes import FakeJudge
from tests.ui.fake_devices import Bench, scene

QUIET = {"language": "en", "theme": "light", "sounds": False, "set_up_done": True}
"""Settings of a station that was set up and makes no sound."""


class Kensa:
    """The program under test and how to wait for it."""

    def __init__(self, qtbot: QtBot, folder: Path, judge: FakeJudge, bench: Bench, **settings: object) -> None:
        self.qtbot, self.judge, self.bench = qtbot, judge, bench
        self.places = Places(folder)
        self.load_seconds = 0.0
        self.load_error: Exception | None = None
        Settings().changed(**{**QUIET, **settings}).save(self.places.settings)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        # As in a process of its own: nothing of the theme before.
        application.setProperty("kensa_theme", None)
        self.program = Program(application, self.places, bench.devices(), self._load)
        self.window = self.program.window

    @property
    def page(self) -> InspectPage:
        return self.window.inspect_page

    def _load(self, places: Places, settings: Settings, progress: Callable[[str], None]) -> FakeJudge:
        end = time.monotonic() + self.load_seconds
        while time.monotonic() < end:
            progress("still loading")
            time.sleep(0.01)
        if self.load_error is not None:
            raise self.load_error
        return self.judge

    def start(self) -> "Kensa":
        self.program.start()
        self.until(lambda: self.program.readiness.can_judge or self.program.readiness.failed)
        return self

    def until(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait for it; the limit is for a computer that is busy with other things, it is no measure."""
        self.qtbot.waitUntil(condition, timeout=int(seconds * 1000))

    def load_photo(self, path: Path) -> None:
        self.page.load_photo(path)
        self.until(lambda: self.page.unit.step is Step.DRAFT and self.page.unit.photo is not None)
        assert self.page.unit.photo is not None and self.page.unit.photo.name == path.name

    def judged(self, photo: Path) -> None:
        """One unit from its file to its verdict."""
        self.load_photo(photo)
        self.page.judge()
        self.until(lambda: self.page.unit.inspection is not None)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def judge() -> FakeJudge:
    return FakeJudge()


@pytest.fixture
def kensa(qtbot: QtBot, tmp_path: Path, judge: FakeJudge, bench: Bench) -> Iterator[Kensa]:
    """Not started yet: a test may change the bench and the judge first."""
    made = Kensa(qtbot, tmp_path / "data", judge, bench)
    yield made
    made.program.close()
    made.window.deleteLater()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "unit.png"
    Image.fromarray(scene()).save(path)
    return path


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    path = tmp_path / "note.wav"
    soundfile.write(path, 0.3 * np.sin(np.arange(16_000) / 8), 16_000)
    return path
