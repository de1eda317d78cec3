"""The operator disagrees with a verdict: one key says why, or a few spoken words do; the supervisor gets the unit.

Knows the verdict; keeps nothing: the caller does.
"""

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from inspector_app.capture.sample import MAX_SECONDS, Voice
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.language import mark
from inspector_app.ui.sheet import Sheet, key_button
from inspector_app.ui.voice_card import LevelMeter
from model_runtime.verdict import Answer

_PHOTO = mark("The photo does not show it well")
REASONS: dict[Answer, tuple[str, ...]] = {
    Answer.OK: (
        mark("It is bad: a defect was missed"),
        mark("It is bad: the defect is on a side that the photo does not show"),
        mark("I am not sure"),
        _PHOTO,
    ),
    Answer.NG: (
        mark("It is good: dirt or a reflection"),
        mark("It is good: within the limit sample"),
        mark("It is bad, but of another defect"),
        mark("It is bad, but at another place"),
        _PHOTO,
    ),
    Answer.INCONCLUSIVE: (
        mark("It is good"),
        mark("It is bad"),
        mark("The voice note was heard wrongly"),
        _PHOTO,
    ),
}
"""What may be wrong with a verdict, by digit. The record keeps the English words, the screen speaks them."""


class DisagreeDialog(Sheet):
    """`said` gives the reason in words, or an empty text and the voice note."""

    said = Signal(str, object)

    def __init__(
        self, answer: Answer, desk: Desk, devices: Devices, microphone: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            mark("I disagree"), mark("What is wrong with this verdict? The supervisor decides about the unit."), parent
        )
        self._desk = desk
        self._microphone = devices.microphone(microphone)
        self.state = "none"
        self._timer = QTimer(self, interval=50)
        self._timer.timeout.connect(self._tick)
        for digit, reason in enumerate(REASONS[answer], 1):
            self.body.addWidget(key_button(self, "hand", reason, str(digit), partial(self._say, reason)))
        self.meter = LevelMeter()
        self.record_button = key_button(self, "mic", mark("Say why"), "F3", self.record)
        self.body.addSpacing(4)
        self.body.addWidget(self.record_button)
        self.body.addWidget(self.meter)
        self.add_button("x", mark("Cancel"), "Esc", self.reject)
        self.resize(620, 0)

    def record(self) -> None:
        """Begin to speak; a second time: end, and that is the reason."""
        if self.state == "none":
            self._move("starting")
            task = self._desk.on_sound(self._microphone.start)
            task.done.connect(lambda _: self._began())
            task.failed.connect(self._refused)
        elif self.state == "recording":
            self._timer.stop()
            self._move("ending")
            task = self._desk.on_sound(self._microphone.stop)
            task.done.connect(self._ended)
            task.failed.connect(self._refused)

    def done(self, result: int) -> None:
        self._timer.stop()
        if self.state in ("starting", "recording"):
            self._desk.on_sound(self._microphone.discard)
        super().done(result)

    def _say(self, reason: str) -> None:
        self.said.emit(reason, None)
        self.accept()

    def _began(self) -> None:
        self._timer.start()
        self._move("recording")

    def _ended(self, voice: Voice) -> None:
        self.state = "none"
        self.said.emit("", voice)
        self.accept()

    def _refused(self, error: Exception) -> None:
        self._timer.stop()
        self._move("none")
        self._desk.problems.tell(error)

    def _tick(self) -> None:
        self.meter.show_level(self._microphone.level(), self._microphone.seconds() / MAX_SECONDS)
        if self._microphone.full():
            self.record()

    def _move(self, state: str) -> None:
        self.state = state
        speaking = state in ("recording", "ending")
        self.record_button.set_kind("recording" if speaking else "")
        self.record_button.set_icon("square" if speaking else "mic")
        self.record_button.say(self.record_button.set_text, mark("Stop and send") if speaking else mark("Say why"))
        self.meter.clear()
