"""Small widgets of the review: a row of choices with a key each, a photo on which the region is drawn, a spoken reason.

Know the theme and the grid; know no record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QWidget

from inspector_app.capture.sample import MAX_SECONDS
from inspector_app.ui import theme
from inspector_app.ui.compare import Compare, CompareStage
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.voice_card import LevelMeter, clock
from inspector_app.ui.widgets import KeyButton, label
from model_runtime.verdict import GRID, Region

if TYPE_CHECKING:
    from inspector_app.capture.microphone import MicrophoneLike
    from inspector_app.capture.sample import Voice

LOW = 40
"""Pixels: the least height of what a supervisor touches."""
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class PickButton(KeyButton):
    """A key button that can be the picked one of several; its icon may be missing."""

    def __init__(self, icon: str, text: str, key: str = "", kind: str = "") -> None:
        super().__init__(icon, text, key, kind)
        self.setAutoDefault(False)
        if not icon:
            self._icon.hide()

    def restyle(self) -> None:
        if self._icon_name:
            super().restyle()

    def ink(self) -> str:
        return theme.tokens().on_accent if self.property("kind") == "picked" else super().ink()


class LowButton(PickButton):
    """The same, somewhat lower than those of the operator."""

    def __init__(self, icon: str, text: str, key: str = "", kind: str = "") -> None:
        super().__init__(icon, text, key, kind)
        self.setMinimumHeight(LOW)
        if (row := self.layout()) is not None:
            row.setContentsMargins(6, 2, 6, 2)
            row.setSpacing(6)


class Choice(QWidget):
    """One of several values, or none yet. `chosen` gives the value when a person picks it."""

    chosen = Signal(object)

    def __init__(self, items: Sequence[tuple[Any, str, str, str]], columns: int) -> None:
        """`items`: value, words, icon ("" for none), key."""
        super().__init__()
        self.value: Any = None
        self.buttons: dict[Any, LowButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GAP_S)
        for number, (value, words, icon, key) in enumerate(items):
            button = LowButton(icon, words, key)
            button.clicked.connect(lambda _=False, value=value: self.pick(value))
            self.buttons[value] = button
            grid.addWidget(button, number // columns, number % columns)
        for column in range(columns):
            grid.setColumnStretch(column, 1)

    def pick(self, value: Any) -> None:
        """As a person does."""
        if self.isEnabled():
            self.show_value(value)
            self.chosen.emit(value)

    def show_value(self, value: Any) -> None:
        """Show it as the chosen one; None: nothing is chosen."""
        self.value = value
        for one, button in self.buttons.items():
            button.set_kind("picked" if one == value and value is not None else "")


class RegionStage(CompareStage):
    """A photo on which the place of the defect is drawn: touched, or moved with the arrow keys. `drawn` gives it."""

    drawn = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.can_draw = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(320, 200))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self.can_draw or self._picture is None or (self.mode is Compare.SWIPE and key not in _UP_DOWN):
            super().keyPressEvent(event)
        elif key in _STEPS:
            self.push_ring(*_STEPS[key])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.drawn.emit(None)
        else:
            super().keyPressEvent(event)

    def push_ring(self, rows: int, columns: int) -> None:
        """Move the ring by cells; without one it begins in the middle."""
        here = self._region or Region(GRID // 2, GRID // 2)
        if self._region is not None:
            last = here.grid - 1
            here = Region(min(max(here.row + rows, 0), last), min(max(here.col + columns, 0), last), here.grid)
        self.drawn.emit(here)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.mode is Compare.SWIPE or not self.can_draw or not event.buttons():
            super().mouseMoveEvent(event)
            return
        place = self.place()
        if place.contains(event.position()) and place.width() > 0:
            across, down = event.position() - place.topLeft(), place.size()
            cell = (int(GRID * across.y() / down.height()), int(GRID * across.x() / down.width()))
            self.drawn.emit(Region(min(cell[0], GRID - 1), min(cell[1], GRID - 1)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.set_hover(self.can_draw)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.set_hover(False)


_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_UP_DOWN = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class ReasonEdit(QPlainTextEdit):
    """A reason of a line or two: Enter is the page's key, Tab goes on, and no other key of the page is heard here."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "heard")
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ENTER:
            event.ignore()  # the page's shortcut is to have it
            return True
        return super().event(event)


class VoiceReason(Spoken, QWidget):
    """Says a reason into the microphone. `said` gives the note; `state` is "none", "starting", "recording", "ending",
    "kept" or "off" (no microphone: a reason can be typed)."""

    said = Signal(object)

    def __init__(self, desk: Desk, devices: Devices, key: str) -> None:
        super().__init__()
        self._desk, self._devices = desk, devices
        self.source: Callable[[], str] = lambda: ""
        """Which microphone, asked when somebody begins to speak."""
        self._microphone: MicrophoneLike | None = None
        self.state = "none"
        self.voice: Voice | None = None
        self.button = LowButton("mic", mark("Say the reason"), key)
        self.meter, self.status = LevelMeter(), label("caption")
        self._timer = QTimer(self, interval=50)
        self._timer.timeout.connect(self._tick)
        self.button.clicked.connect(self.record)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.button)
        row.addWidget(self.meter, 1)
        row.addWidget(self.status, 1)
        self._move("none")

    def record(self) -> None:
        """Begin to speak, or end."""
        if self.state in ("none", "kept", "off") and self.isEnabled():
            self.voice = None
            microphone = self._microphone = self._devices.microphone(self.source())
            self._move("starting")
            task = self._desk.on_sound(microphone.start)
            task.done.connect(lambda _: self._began())
            task.failed.connect(self._refused)
        elif self.state == "recording":
            self._end()

    def clear(self) -> None:
        """Forget the note, also half recorded."""
        self._timer.stop()
        if self.state in ("starting", "recording", "ending") and self._microphone is not None:
            self._desk.on_sound(self._microphone.discard)
        self.voice = None
        self._move("none")

    def tell(self, words: str) -> None:
        """A word about what becomes of the note."""
        self.status.setText(words)

    def _began(self) -> None:
        if self.state == "starting":
            self._timer.start()
            self._move("recording")

    def _end(self) -> None:
        self._timer.stop()
        self._move("ending")
        assert self._microphone is not None
        task = self._desk.on_sound(self._microphone.stop)
        task.done.connect(self._ended)
        task.failed.connect(self._refused)

    def _ended(self, voice: Voice) -> None:
        if self.state == "ending":
            self.voice = voice
            self._move("kept")
            self.said.emit(voice)

    def _refused(self, error: Exception) -> None:
        self._timer.stop()
        self._move("off")
        self._desk.problems.tell(error)

    def _tick(self) -> None:
        assert self._microphone is not None
        self.meter.show_level(self._microphone.level(), self._microphone.seconds() / MAX_SECONDS)
        problem = self._microphone.problem()
        if problem is not None:
            self._desk.problems.tell(problem)
        if problem is not None or self._microphone.full():
            self._end()

    def _move(self, state: str) -> None:
        self.state = state
        recording = state in ("recording", "ending")
        self.button.set_kind("recording" if recording else "")
        self.button.set_icon("square" if recording else "mic-off" if state == "off" else "mic")
        self.button.say(self.button.set_text, mark("Stop") if recording else mark("Say the reason"))
        self.meter.clear()
        self.meter.setVisible(recording)
        self.respeak()

    def respeak(self) -> None:
        length = clock(self.voice.seconds) if self.voice is not None else ""
        texts = {
            "starting": tr("opening the microphone …"),
            "kept": tr("{length} recorded", length=length),
            "off": tr("no microphone; type the reason"),
        }
        self.status.setText(texts.get(self.state, ""))
        self.status.setVisible(self.state != "recording")
