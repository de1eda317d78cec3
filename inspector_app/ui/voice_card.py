"""The voice note of a unit: record with a level meter and a visible limit, hear it, drop it, or take a sound file.

Knows the microphone's and the loudspeaker's protocols through the desk. Knows no page and no verdict.
"""

from pathlib import Path

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.capture.sample import MAX_SECONDS, Voice
from inspector_app.ui import theme
from inspector_app.ui.actions import INSPECT_ACTS
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.widgets import IconButton, KeyButton, label, set_look

_ACTS = {act.name: act for act in INSPECT_ACTS}
_CLIPPED = 0.98
_QUIET = 0.02


class LevelMeter(QWidget):
    """How loud it is now, and below it how much of the longest note is used."""

    def __init__(self) -> None:
        super().__init__()
        self._level, self._used = 0.0, 0.0
        self.setFixedHeight(20)

    def show_level(self, level: float, used: float) -> None:
        """Both from 0 to 1."""
        # Falls slowly, as meters do, so that the eye can follow.
        self._level, self._used = max(level, self._level * 0.8), used
        self.update()

    def clear(self) -> None:
        """Nothing is recorded."""
        self._level = self._used = 0.0
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
        # The ear hears ratios: the square root spreads quiet speech over half of the bar.
        loud = QColor(now.ng if self._level >= _CLIPPED else now.ok)
        painter.fillRect(QRectF(0, 1, self.width() * min(self._level, 1.0) ** 0.5, 11), loud)
        painter.setClipping(False)
        if idle:
            painter.end()
            return
        painter.fillRect(QRectF(0, 16, self.width(), 3), QColor(now.line))
        painter.fillRect(QRectF(0, 16, self.width() * self._used, 3), QColor(now.accent))
        painter.end()


class VoiceCard(Spoken, QFrame):
    """State "none", "starting", "recording", "ending", "kept" or "off" (no microphone; sound files still work)."""

    changed = Signal()

    def __init__(self, desk: Desk, devices: Devices) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk, self._devices = desk, devices
        self._microphone = devices.microphone("")
        self.voice: Voice | None = None
        self.state = "none"
        self._message = ""
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
        self.meter, self._title, self.status = LevelMeter(), label("section"), label("caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP)
        column.setSpacing(theme.GAP_S)
        heading, row = QHBoxLayout(), QHBoxLayout()
        heading.addWidget(self._title)
        heading.addStretch(1)
        heading.addWidget(self.status)
        row.setSpacing(4)
        row.addWidget(self.record_button, 1)
        for button in (self.play_button, self.discard_button, self.file_button):
            row.addWidget(button)
        column.addLayout(heading)
        column.addLayout(row)
        column.addWidget(self.meter)
        self.say(self._title.setText, mark("Voice note"))

    def _connect(self) -> None:
        self.record_button.clicked.connect(self.record)
        self.play_button.clicked.connect(self.play)
        self.discard_button.clicked.connect(self.discard)
        self._timer.timeout.connect(self._tick)

    def use(self, source: str) -> None:
        """Record from another microphone from now on."""
        self.discard()
        self._microphone = self._devices.microphone(source)
        self._move("none")

    def set_voice(self, voice: Voice) -> None:
        """Take a note that came as a file."""
        self._microphone.discard()
        self.voice = voice
        self._move("kept")

    def record(self) -> None:
        """Begin, or end what was begun."""
        if self.state == "recording":
            self._end()
        elif self.state not in ("starting", "ending"):
            self._begin()

    def play(self) -> None:
        """Hear the note."""
        if self.voice is None:
            return
        task = self._desk.on_sound(self._devices.speaker.play, self.voice.data)
        task.failed.connect(self._desk.problems.tell)

    def discard(self) -> None:
        """Forget the note, recorded or half recorded."""
        self._timer.stop()
        self._devices.speaker.stop()
        if self.state in ("starting", "recording", "ending"):
            self._desk.on_sound(self._microphone.discard)
        self.voice = None
        self.meter.clear()
        self._move("none" if self.state != "off" else "off")

    def release(self) -> None:
        """Let the devices go at once, on this thread: the program ends."""
        self._timer.stop()
        self._microphone.discard()
        self._devices.speaker.stop()

    def _begin(self) -> None:
        self.voice = None
        self._move("starting")
        task = self._desk.on_sound(self._microphone.start)
        task.done.connect(lambda _: self._began())
        task.failed.connect(self._refused)

    def _began(self) -> None:
        if self.state == "starting":
            self._timer.start()
            self._move("recording")

    def _refused(self, error: Exception) -> None:
        self._timer.stop()
        self._move("off")
        self._desk.problems.tell(error)

    def _end(self) -> None:
        self._timer.stop()
        self._move("ending")
        task = self._desk.on_sound(self._microphone.stop)
        task.done.connect(self._ended)
        task.failed.connect(self._failed)

    def _ended(self, voice: Voice) -> None:
        if self.state == "ending":
            self.voice = voice
            self._move("kept")

    def _failed(self, error: Exception) -> None:
        self._move("none")
        self._desk.problems.tell(error)

    def _tick(self) -> None:
        seconds = self._microphone.seconds()
        self.meter.show_level(self._microphone.level(), seconds / MAX_SECONDS)
        self._show_status()
        if self._microphone.full():
            self._end()

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
        level = self._microphone.level() if self.state == "recording" else 0.0
        text = {
            "none": tr("none, optional"),
            "starting": tr("opening the microphone …"),
            "recording": tr("too loud") if level >= _CLIPPED else tr("speak now"),
            "ending": "…",
            "off": tr("no microphone; files work"),
        }.get(self.state, "")
        if self.state == "recording":
            text = f"{text}   {clock(self._microphone.seconds())} / {clock(MAX_SECONDS)}"
        if self.state == "kept" and self.voice is not None:
            text = tr("{length} recorded", length=clock(self.voice.seconds))
        self.status.setText(text)
        set_look(self.status, "level", self.state)

    def respeak(self) -> None:
        self._show_status()


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
