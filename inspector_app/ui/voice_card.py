"""The voice note of a unit: record with a level meter and a visible limit, hear it, drop it, or take a sound file.

A short press on the key or the button begins, the next one ends; a long press records while it is held. Knows the
microphone's and the loudspeaker's protocols through the desk. Knows no page and no verdict.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.actions import INSPECT_ACTS
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.widgets import IconButton, KeyButton, label, set_look

if TYPE_CHECKING:
    from inspector_app.capture.checks import Finding
    from inspector_app.capture.microphone import Level, MicrophoneLike
    from inspector_app.capture.sample import Voice

_ACTS = {act.name: act for act in INSPECT_ACTS}
HOLD_SECONDS = 0.4
"""A press as long as this records while it is held."""
_FLOOR_DB = -60.0
_SILENT_DB, _SILENT_AFTER = -55.0, 2.0
_SOON_FULL = 10.0
_WORDS = {
    "voice_clipped": mark("distorted: speak less close"),
    "voice_silent": mark("nothing is heard"),
    "voice_quiet": mark("very quiet"),
}


class LevelMeter(QWidget):
    """How loud it is now, and below it how much of the longest note is used."""

    def __init__(self) -> None:
        super().__init__()
        self._share, self._clipped, self._used = 0.0, False, 0.0
        self.setFixedHeight(20)
        self.setMinimumWidth(80)

    def show_level(self, level: Level, used: float) -> None:
        """`used`: share of the longest note, 0 to 1."""
        share = min(max(1 - level.peak_db / _FLOOR_DB, 0.0), 1.0)
        # Falls slowly, as meters do, so that the eye can follow.
        self._share, self._clipped, self._used = max(share, self._share - 0.06), level.clipped, used
        self.update()

    def clear(self) -> None:
        """Nothing is recorded."""
        self._share, self._clipped, self._used = 0.0, False, 0.0
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(0, 1, self.width(), 11)
        path = QPainterPath()
        path.addRoundedRect(track, 5.5, 5.5)
        painter.setClipPath(path)
        idle = self._used == 0
        painter.fillRect(track, QColor(now.sunk if idle else now.line))
        painter.fillRect(QRectF(0, 1, self.width() * self._share, 11), QColor(now.ng if self._clipped else now.ok))
        painter.setClipping(False)
        if not idle:
            painter.fillRect(QRectF(0, 16, self.width(), 3), QColor(now.line))
            painter.fillRect(QRectF(0, 16, self.width() * self._used, 3), QColor(now.accent))
        painter.end()


class VoiceCard(Spoken, QFrame):
    """State "none", "starting", "recording", "ending", "kept" or "off" (no microphone; sound files still work).

    `findings`: what is wrong with the kept note.
    """

    changed = Signal()

    def __init__(self, desk: Desk, devices: Devices) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk, self._devices = desk, devices
        self._made: MicrophoneLike | None = None
        self.voice: Voice | None = None
        self.findings: list[Finding] = []
        self.state = "none"
        self._pressed_at = 0.0  # of a press that has not been let go of; 0: none
        self._end_soon = False
        self._loudest_db = -120.0
        self._timer = QTimer(self, interval=50)
        self._build()
        self._connect()
        self._show()

    def _build(self) -> None:
        self.record_button = KeyButton("mic", _ACTS["record"].text, _ACTS["record"].key)
        self.play_button, self.discard_button, self.file_button = (
            IconButton(_ACTS[name].icon, _ACTS[name].text, _ACTS[name].key)
            for name in ("play", "discard_voice", "open_voice")
        )
        self.meter, self.status = LevelMeter(), label("caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.GAP_S, theme.GAP, theme.GAP_S)
        column.setSpacing(4)
        row, below = QHBoxLayout(), QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.record_button, 1)
        for button in (self.play_button, self.discard_button, self.file_button):
            row.addWidget(button)
        below.setSpacing(theme.GAP_S)
        below.addWidget(self.meter, 1)
        below.addWidget(self.status)
        column.addLayout(row)
        column.addLayout(below)

    def _connect(self) -> None:
        self.record_button.pressed.connect(self.press)
        self.record_button.released.connect(self.let_go)
        self.play_button.clicked.connect(self.play)
        self.discard_button.clicked.connect(self.discard)
        self._timer.timeout.connect(self._tick)

    def use(self, source: str) -> None:
        """Record from another microphone from now on."""
        self.discard()
        self._made = self._devices.microphone(source)
        self._move("none")

    @property
    def _microphone(self) -> MicrophoneLike:
        """The chosen one; made when it is first needed, for the libraries of sound come with it."""
        if self._made is None:
            self._made = self._devices.microphone("")
        return self._made

    def set_voice(self, voice: Voice) -> None:
        """Take a note that came as a file, or that was recorded before."""
        self._drop_recording()
        self._keep(voice, [])
        self._desk.on_sound(_checked, voice).done.connect(lambda found: self._checked(voice, found))

    def record(self) -> None:
        """The key was pressed: begin, or end what was begun. Letting go of the key is noticed by the card itself."""
        self.press()
        application = QApplication.instance()
        if self._pressed_at and application is not None:
            application.installEventFilter(self)

    def press(self) -> None:
        """Begin, or end what was begun."""
        self._pressed_at = 0.0
        if self.state == "recording":
            self._end()
        elif self.state not in ("starting", "ending"):
            self._pressed_at = time.monotonic()
            self._begin()

    def let_go(self) -> None:
        """The key or button that began it is up again: a long press ends the note, after a short one it goes on."""
        pressed_at, self._pressed_at = self._pressed_at, 0.0
        if not pressed_at or time.monotonic() - pressed_at < HOLD_SECONDS:
            return
        if self.state == "recording":
            self._end()
        elif self.state == "starting":
            self._end_soon = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the whole program, while a key that began a note is held."""
        if event.type() == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            application = QApplication.instance()
            if application is not None:
                application.removeEventFilter(self)
            self.let_go()
        return False

    def play(self) -> None:
        """Hear the note, or stop hearing it."""
        speaker = self._devices.speaker
        if self.voice is None or speaker.playing():
            self._desk.on_sound(speaker.stop)
            return
        task = self._desk.on_sound(speaker.play, self.voice.data)
        task.failed.connect(self._desk.problems.tell)

    def discard(self) -> None:
        """Forget the note, recorded or half recorded."""
        self._timer.stop()
        if self._devices.speaker.playing():
            self._desk.on_sound(self._devices.speaker.stop)
        self._drop_recording()
        self.voice, self.findings = None, []
        self.meter.clear()
        self._move("none" if self.state != "off" else "off")

    def release(self) -> None:
        """Let the devices go at once, on this thread: the program ends."""
        self._timer.stop()
        if self._made is not None:
            self._made.discard()
        self._devices.speaker.stop()

    def _drop_recording(self) -> None:
        if self.state in ("starting", "recording", "ending"):
            self._desk.on_sound(self._microphone.discard)

    # -- how a recording goes

    def _begin(self) -> None:
        self.voice, self.findings, self._end_soon, self._loudest_db = None, [], False, -120.0
        self._desk.on_sound(self._devices.speaker.stop)
        self._move("starting")
        task = self._desk.on_sound(self._microphone.start)
        task.done.connect(lambda _: self._began())
        task.failed.connect(self._refused)

    def _began(self) -> None:
        if self.state == "starting":
            self._timer.start()
            self._move("recording")
            if self._end_soon:
                self._end()

    def _refused(self, error: Exception) -> None:
        self._timer.stop()
        self._move("off")
        self._desk.problems.tell(error)

    def _end(self) -> None:
        self._timer.stop()
        self._move("ending")
        task = self._desk.on_sound(_stop, self._microphone)
        task.done.connect(lambda came: self._ended(*came))
        task.failed.connect(self._failed)

    def _ended(self, voice: Voice, findings: list[Finding]) -> None:
        if self.state == "ending":
            self._keep(voice, findings)

    def _failed(self, error: Exception) -> None:
        self._move("none")
        self._desk.problems.tell(error)

    def _keep(self, voice: Voice, findings: list[Finding]) -> None:
        self.voice, self.findings = voice, findings
        self.meter.clear()
        self._move("kept")

    def _checked(self, voice: Voice, findings: list[Finding]) -> None:
        if voice is self.voice and findings:
            self.findings = findings
            self._move("kept")

    def _tick(self) -> None:
        level = self._microphone.level()
        self._loudest_db = max(self._loudest_db, level.rms_db)
        seconds = self._microphone.seconds()
        self.meter.show_level(level, seconds / max(seconds + self._microphone.remaining(), 0.1))
        self._show_status()
        problem = self._microphone.problem()
        if problem is not None:
            self._desk.problems.tell(problem)
        if problem is not None or self._microphone.full():
            self._end()

    # -- what is seen

    def _move(self, state: str) -> None:
        self.state = state
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        recording = self.state in ("recording", "ending")
        self.record_button.set_kind("recording" if recording else "")
        self.record_button.set_icon("square" if recording else "mic-off" if self.state == "off" else "mic")
        self.record_button.say(self.record_button.set_text, mark("Stop") if recording else _ACTS["record"].text)
        self.play_button.setEnabled(self.state == "kept")
        self.discard_button.setEnabled(self.state in ("kept", "recording"))
        self._show_status()

    def _show_status(self) -> None:
        texts = {
            "none": tr("none, optional"),
            "starting": tr("opening the microphone …"),
            "ending": "…",
            "off": tr("no microphone; files work"),
        }
        text, look = texts.get(self.state, ""), self.state
        if self.state == "recording":
            text, look = self._said(), "recording"
        if self.state == "kept" and self.voice is not None:
            text = tr("{length} recorded", length=clock(self.voice.seconds))
            if self.findings:
                text, look = f"{text}, {tr(_WORDS[self.findings[0].code])}", "off"
        self.status.setText(text)
        set_look(self.status, "level", look)

    def _said(self) -> str:
        """What the operator must know while speaking, and how much room is left."""
        seconds, left = self._microphone.seconds(), self._microphone.remaining()
        if self._microphone.level().clipped:
            text = tr("too loud")
        elif seconds > _SILENT_AFTER and self._loudest_db < _SILENT_DB:
            text = tr("nothing is heard")
        elif left <= _SOON_FULL:
            text = tr("{seconds} s left", seconds=int(left) + 1)
        else:
            text = tr("speak now")
        return f"{text}   {clock(seconds)} / {clock(round(seconds + left))}"

    def respeak(self) -> None:
        self._show_status()


def _stop(microphone: MicrophoneLike) -> tuple[Voice, list[Finding]]:
    voice = microphone.stop()
    return voice, _checked(voice)


def _checked(voice: Voice) -> list[Finding]:
    from inspector_app.capture.checks import check_voice  # with its libraries, on the lane

    return check_voice(voice)


def clock(seconds: float) -> str:
    """Minutes and seconds: 0:07."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def is_sound(path: Path) -> bool:
    """Whether a dropped file is meant as a voice note; everything else is meant as a photo."""
    return path.suffix.lower() in (
        ".wav",
        ".flac",
        ".ogg",
        ".oga",
        ".mp3",
        ".aif",
        ".aiff",
        ".caf",
        ".au",
        ".opus",
        ".m4a",
    )
