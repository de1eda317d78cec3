"""What was said of a unit before the supervisor: the probability, what was heard, the operator's reason; to be heard.

Knows the record; keeps nothing.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from inspector_app.records.record import Inspection, LineKind, Media
from inspector_app.ui import theme
from inspector_app.ui.actions import REVIEW_ACTS
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.verdict_card import ProbabilityBar
from inspector_app.ui.widgets import IconButton, label
from model_runtime.verdict import Thresholds

_ACTS = {act.name: act for act in REVIEW_ACTS}
_HEIGHT = 116


class ReviewStory(Spoken, QFrame):
    """Three columns under the photo."""

    def __init__(self, desk: Desk, devices: Devices) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk, self._devices = desk, devices
        self.record: Inspection | None = None
        self.bar = ProbabilityBar()
        self.heard, self.operator = _words(), _words()
        self.play_button = IconButton("volume-2", _ACTS["play_voice"].text, _ACTS["play_voice"].key)
        self.reason_button = IconButton("volume-2", _ACTS["play_reason"].text, _ACTS["play_reason"].key)
        self._heard_title, self._operator_title = label("caption"), label("caption")
        self._build()
        self.play_button.clicked.connect(self.play_voice)
        self.reason_button.clicked.connect(self.play_reason)

    def _build(self) -> None:
        self.setFixedHeight(_HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, theme.GAP_S, theme.GAP, theme.GAP_S)
        row.setSpacing(theme.GAP_L)
        first = QVBoxLayout()
        first.setSpacing(0)
        title = label("caption")
        self.say(title.setText, mark("Probability of NG"))
        first.addWidget(title)
        first.addWidget(self.bar)
        first.addStretch(1)
        row.addLayout(first, 2)
        for caption, words, button in (
            (self._heard_title, self.heard, self.play_button),
            (self._operator_title, self.operator, self.reason_button),
        ):
            column, below = QVBoxLayout(), QHBoxLayout()
            column.setSpacing(2)
            below.setSpacing(0)
            below.addWidget(button)
            below.addWidget(words, 1)
            column.addWidget(caption)
            column.addLayout(below, 1)
            row.addLayout(column, 4 if words is self.heard else 3)

    def show_record(self, record: Inspection | None) -> None:
        """All of it, or nothing."""
        self.record = record
        said = record.verdict if record else None
        self.bar.show_probability(said.p_ng if said else None, said.thresholds if said else Thresholds())
        self.play_button.setVisible(record is not None and record.voice is not None)
        disagreed = record.last(LineKind.DISAGREED) if record else None
        self.reason_button.setVisible(disagreed is not None and disagreed.voice is not None)
        self.respeak()

    def play_voice(self) -> None:
        """Hear the note of the unit."""
        self._play(self.record.voice if self.record else None)

    def play_reason(self) -> None:
        """Hear why the operator disagrees."""
        line = self.record.last(LineKind.DISAGREED) if self.record else None
        self._play(line.voice if line else None)

    def _play(self, medium: Media | None) -> None:
        if medium is None:
            return
        speaker = self._devices.speaker
        task = self._desk.on_sound(lambda: speaker.stop() if speaker.playing() else _play(speaker, medium))
        task.failed.connect(self._desk.problems.tell)

    def respeak(self) -> None:
        record = self.record
        corrected = record is not None and record.last(LineKind.HEARD) is not None
        self._heard_title.setText(tr("Heard, as corrected") if corrected else tr("Heard in the voice note"))
        self.heard.setPlainText((record.heard if record else "") or "–")
        line = record.last(LineKind.DISAGREED) if record else None
        who = (line.who if line else record.operator or "") if record else ""
        self._operator_title.setText(f"{tr('Operator')}: {who}" if who else tr("Operator"))
        self.operator.setPlainText(_said(record) if record else "–")


def _words() -> QPlainTextEdit:
    """Words to be read; longer ones are scrolled."""
    made = QPlainTextEdit()
    made.setReadOnly(True)
    made.setProperty("role", "heard")
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made


def _said(record: Inspection) -> str:
    line = record.last(LineKind.DISAGREED)
    if line is not None:
        return tr(line.text) if line.text else tr("disagrees, by voice")
    if record.last(LineKind.ACCEPTED):
        return tr("verdict accepted")
    return "–"


def _play(speaker: object, medium: Media) -> float:
    return speaker.play(medium.path.read_bytes())  # type: ignore[attr-defined, no-any-return]
