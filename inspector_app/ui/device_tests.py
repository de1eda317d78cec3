"""Trying a camera or a microphone: the picture, the level, and in words whether it works.

Know the devices through the desk; know no settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector_app.ui.camera_feed import CameraFeed
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.guidance import NO_PICTURE
from inspector_app.ui.language import Spoken, tr
from inspector_app.ui.sentences import sentence
from inspector_app.ui.stage import PhotoStage
from inspector_app.ui.voice_card import LevelMeter
from inspector_app.ui.widgets import label
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.capture.checks import Finding
    from inspector_app.capture.microphone import MicrophoneLike, MicrophoneName
    from inspector_app.capture.setup import CameraName, CameraSetup

_LISTEN_MS = 4_000


def device_name(found: CameraName | MicrophoneName) -> str:
    """What a device is called; the simulated camera in the language in use."""
    return tr("Simulated camera") if found.source == "simulated" else found.name


class CameraTest(Spoken, QWidget):
    """Shows the picture of a camera while it is tested. `began`: who else has the camera must let it go."""

    began = Signal()

    def __init__(self, desk: Desk, devices: Devices, height: int = 220) -> None:
        super().__init__()
        self.feed = CameraFeed(desk, devices.camera, self)
        self.stage = PhotoStage()
        self.stage.setFixedHeight(height)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stage)
        self.feed.frame.connect(self.stage.show_picture)
        self.feed.state_changed.connect(self._moved)
        self.hide()

    def test(self, setup: CameraSetup) -> None:
        """Open this one and show what comes."""
        self.began.emit()
        self.show()
        self.stage.show_empty(*NO_PICTURE["opening"])
        self.feed.open(setup)

    def stop(self) -> None:
        """Let it go."""
        self.feed.close()

    def _moved(self, state: str) -> None:
        if state in ("stale", "lost"):
            icon, title, hint = NO_PICTURE[state]
            self.stage.show_empty(icon, title, self.feed.reason or hint)


class MicrophoneTest(Spoken, QWidget):
    """Listens for some seconds, shows the level, and says whether anything was heard."""

    def __init__(self, desk: Desk, devices: Devices) -> None:
        super().__init__()
        self._desk, self._devices = desk, devices
        self._microphone: MicrophoneLike | None = None
        self._loudest = -120.0
        self.meter, self.words = LevelMeter(), label(wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.meter)
        column.addWidget(self.words)
        self._look, self._end = QTimer(self, interval=50), QTimer(self, singleShot=True, interval=_LISTEN_MS)
        self._look.timeout.connect(self._tick)
        self._end.timeout.connect(self.stop)
        self.hide()

    def test(self, source: str | None) -> None:
        """Listen to this one."""
        self.stop()
        self.show()
        self._loudest = -120.0
        self._microphone = microphone = self._devices.microphone(source or "")
        self.words.setText(tr("Say a few words."))
        task = self._desk.on_sound(microphone.start)
        task.done.connect(lambda _: (self._look.start(), self._end.start()))
        task.failed.connect(self._failed)

    def stop(self) -> None:
        """End, and say what was heard."""
        microphone, self._microphone = self._microphone, None
        self._look.stop()
        self._end.stop()
        self.meter.clear()
        if microphone is not None:
            task = self._desk.on_sound(_heard, microphone)
            task.done.connect(self._say)
            task.failed.connect(self._failed)

    def _say(self, findings: list[Finding]) -> None:
        """What a note would be told for, in the same words."""
        words = tr("The microphone works.")
        if findings and findings[0].code == "voice_silent":
            words = tr("Nothing was heard; choose another, or speak up.")
        elif findings:
            words = sentence(Fixable(findings[0].code, findings[0].message))
        self.words.setText(words)

    def _tick(self) -> None:
        if self._microphone is not None:
            level = self._microphone.level()
            self._loudest = max(self._loudest, level.peak_db)
            self.meter.show_level(level, self._microphone.seconds() / 40)

    def _failed(self, error: Exception) -> None:
        self._microphone = None
        if isinstance(error, Fixable):
            self.words.setText(sentence(error))
        else:
            self._desk.problems.tell(error)


def _heard(microphone: MicrophoneLike) -> list[Finding]:
    """On the lane of sound: what is wrong with what was said."""
    from inspector_app.capture.checks import check_voice

    return check_voice(microphone.stop())
