"""What a supervisor says of a unit: agree or correct, defect, severity, place, disposition, reason typed or spoken.

Knows the record and the words; keeps nothing: the page does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.records.record import Disposition, Inspection, Opinion
from inspector_app.ui import icons, theme
from inspector_app.ui.actions import REVIEW_ACTS
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.review_desk import ReviewDesk
from inspector_app.ui.review_widgets import Choice, LowButton, ReasonEdit, VoiceReason
from inspector_app.ui.review_words import DISPOSITIONS
from inspector_app.ui.sentences import sentence
from inspector_app.ui.widgets import KeyButton, label, scrolled
from inspector_app.ui.words import SEVERITIES, defect_word, place_words
from model_runtime.verdict import Answer, Fixable, Region, Severity

if TYPE_CHECKING:
    from inspector_app.capture.sample import Voice

_ACTS = {act.name: act for act in REVIEW_ACTS}
_NO_VERDICT = mark("Say what the unit is first: A agree, O good, N bad.")
_NO_DEFECT = mark("Choose the defect: D goes on to the next one.")
_NO_REASON = mark("Changing a verdict needs a reason: R to type it, F3 to say it.")
_NO_DISPOSITION = mark("Choose what is done with the unit: 1 to 5.")


@dataclass(frozen=True, slots=True)
class Decided:
    """What was entered: the opinion, and the reason as it was spoken with what the model heard of it."""

    opinion: Opinion
    voice: Voice | None
    heard: str


class ReviewForm(Spoken, QFrame):
    """The right side of the review. `changed`: something was entered; `place_wanted`: the place is to be drawn."""

    changed = Signal()
    place_wanted = Signal()

    def __init__(self, review: ReviewDesk, desk: Desk, devices: Devices) -> None:
        super().__init__()
        self.setObjectName("card")
        self._review = review
        self.record: Inspection | None = None
        self.region: Region | None = None
        self._heard, self._hearing = "", 0
        keys = {name: act.key for name, act in _ACTS.items()}
        self.agree_button = LowButton("user-check", _ACTS["agree"].text, keys["agree"])
        self.verdict = Choice(
            [
                (Answer.OK, mark("OK"), icons.VERDICT_ICONS[Answer.OK], keys["say_ok"]),
                (Answer.NG, mark("NG"), icons.VERDICT_ICONS[Answer.NG], keys["say_ng"]),
            ],
            2,
        )
        self.defect, self.place = QComboBox(), label()
        grades = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)
        self.severity = Choice([(one, SEVERITIES[one], "", keys[f"severity_{one}"]) for one in grades], 3)
        self.place_button = LowButton("target", _ACTS["draw_place"].text, keys["draw_place"])
        self.disposition = Choice([(one, words, "", keys[f"put_{one}"]) for one, words in DISPOSITIONS.items()], 2)
        self.reason, self.voice = ReasonEdit(), VoiceReason(desk, devices, keys["say_reason"])
        self.fault = label("warning", wrap=True)
        self.save_button = KeyButton("check", _ACTS["save"].text, keys["save"], "primary")
        self._build()
        self._connect()
        self.show_record(None)

    def _build(self) -> None:
        outer, inner = QVBoxLayout(self), QWidget()
        outer.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        outer.setSpacing(4)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.agree_button)
        column.addWidget(self.verdict)
        column.addWidget(self._caption(mark("Defect"), _ACTS["next_defect"].key))
        column.addWidget(self.defect)
        column.addWidget(self._caption(mark("Severity")))
        column.addWidget(self.severity)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.place_button)
        row.addWidget(self.place, 1)
        column.addLayout(row)
        column.addWidget(self._caption(mark("What is done with the unit")))
        column.addWidget(self.disposition)
        column.addWidget(self._caption(mark("Reason"), _ACTS["write_reason"].key))
        column.addWidget(self.reason)
        column.addWidget(self.voice)
        self._area = scrolled(inner)  # on a low screen; what is missing and the way on are always seen
        outer.addWidget(self._area, 1)
        outer.addWidget(self.fault)
        outer.addWidget(self.save_button)
        self.reason.setFixedHeight(56)
        self.save_button.setMinimumHeight(52)
        self.say(self.reason.setAccessibleName, mark("Reason"))
        self.say(self.defect.setAccessibleName, mark("Defect"))
        self.fault.hide()

    def _caption(self, text: str, key: str = "") -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, theme.GAP_S, 0, 0)
        words, cap = label("caption"), label("key")
        self.say(words.setText, text)
        row.addWidget(words)
        row.addStretch(1)
        if key:
            cap.setText(key)
            row.addWidget(cap)
        return holder

    def _connect(self) -> None:
        self.agree_button.clicked.connect(self.agree)
        self.verdict.chosen.connect(self.say_verdict)
        self.severity.chosen.connect(lambda _: self._touched())
        self.disposition.chosen.connect(lambda _: self._touched())
        self.defect.currentIndexChanged.connect(lambda _: self._touched())
        self.reason.textChanged.connect(self._touched)
        self.place_button.clicked.connect(self.place_wanted)
        self.voice.said.connect(self._listen)

    # -- which unit

    def show_record(self, record: Inspection | None) -> None:
        """A unit of which nothing is said yet; None: there is none."""
        self.record, self.region, self._heard = record, None, ""
        self._hearing += 1
        self.voice.clear()
        self.reason.setPlainText("")
        self._load_defects(record)
        for choice in (self.verdict, self.severity, self.disposition):
            choice.show_value(None)
        said = record.verdict.judgment if record and record.verdict else None
        self.agree_button.setEnabled(said is not None and said.verdict is not Answer.INCONCLUSIVE)
        self._enable()
        self._touched()

    def show_opinion(self, opinion: Opinion) -> None:
        """What was said of it before, to be said otherwise: a review that was undone."""
        self.verdict.show_value(opinion.verdict)
        self._choose_defect(opinion.defect)
        self.severity.show_value(None if opinion.severity is Severity.NONE else opinion.severity)
        self.disposition.show_value(opinion.disposition)
        self.reason.setPlainText(opinion.reason)
        self.region = opinion.region
        self._enable()
        self._touched()

    def _load_defects(self, record: Inspection | None) -> None:
        station = self._review.desk.station
        blocked = QSignalBlocker(self.defect)
        self.defect.clear()
        self.defect.addItem("–", "none")
        if record is not None and station is not None:
            for defect in record.defects or station.parts.get_or_general(record.part).defects:
                self.defect.addItem(defect_word(defect), defect)
        del blocked

    # -- what the person enters

    def agree(self) -> None:
        """The model is right; where it is good, what is done with it goes without saying."""
        said = self.record.verdict.judgment if self.record and self.record.verdict else None
        if said is None or said.verdict is Answer.INCONCLUSIVE:
            return
        self.say_verdict(said.verdict)

    def say_verdict(self, answer: Answer) -> None:
        """The unit is good or bad; what the model said of the defect is taken over, to be changed."""
        if self.record is None:
            return
        said = self.record.verdict.judgment if self.record.verdict else None
        self.verdict.show_value(answer)
        bad = answer is Answer.NG
        if bad and said is not None and self.defect.currentData() == "none":
            self._choose_defect(said.defect)
            self.severity.show_value(None if said.severity is Severity.NONE else said.severity)
            self.region = said.region
        elif not bad:
            self._choose_defect("none")
            self.severity.show_value(None)
            self.region = None
        if not bad and self.disposition.value is None:
            self.disposition.show_value(Disposition.ACCEPT)
        elif bad and self.disposition.value is Disposition.ACCEPT:
            self.disposition.show_value(None)
        self._enable()
        self._touched()

    def step_defect(self, step: int) -> None:
        """The next class of defect, or the one before."""
        if self.defect.isEnabled() and self.defect.count() > 1:
            count = self.defect.count() - 1
            self.defect.setCurrentIndex(1 + (max(self.defect.currentIndex(), 0 if step > 0 else 1) - 1 + step) % count)

    def set_region(self, region: Region | None) -> None:
        """Where the defect is, as it was drawn on the photo."""
        self.region = region
        self._touched()

    def write_reason(self) -> None:
        """The keys go to the reason."""
        self._area.ensureWidgetVisible(self.reason)
        self.reason.setFocus()

    @property
    def has_words(self) -> bool:
        """A reason was typed or spoken."""
        return bool(self._words()) or self.voice.state not in ("none", "off")

    @property
    def is_bad(self) -> bool:
        return self.verdict.value is Answer.NG

    # -- the spoken reason

    def _listen(self, voice: Voice) -> None:
        self._hearing += 1
        number = self._hearing
        self.voice.tell(tr("being written down …"))
        task = self._review.hear(voice)
        task.done.connect(lambda words: self._heard_words(number, words))
        task.failed.connect(lambda error: self._not_heard(number, error))

    def _heard_words(self, number: int, words: str) -> None:
        if number != self._hearing:
            return
        self._heard = words
        self.voice.respeak()
        before = self.reason.toPlainText().strip()
        self.reason.setPlainText(f"{before} {words}".strip())
        self._touched()

    def _not_heard(self, number: int, error: Exception) -> None:
        if number != self._hearing:
            return
        self.voice.tell(tr("kept as a sound; not written down"))
        if not isinstance(error, Fixable):
            self._review.desk.problems.tell(error)

    # -- what it comes to

    def decided(self) -> Decided | None:
        """What was entered; None, with the reason said, while something is missing."""
        if lacking := self._lacking():
            self._refuse(tr(lacking))
            return None
        bad, words = self.is_bad, self._words()
        opinion = Opinion(
            self.verdict.value,
            self.disposition.value,
            self.defect.currentData() if bad else "none",
            (self.severity.value or Severity.NONE) if bad else Severity.NONE,
            self.region if bad else None,
            words,
        )
        return Decided(opinion, self.voice.voice, self._heard)

    def _lacking(self) -> str:
        """What must be entered yet; empty when all is there."""
        if self.verdict.value is None:
            return _NO_VERDICT
        if self.is_bad and self.defect.currentData() == "none":
            return _NO_DEFECT
        if self.disposition.value is None:
            return _NO_DISPOSITION
        said = self.record.verdict.judgment.verdict if self.record and self.record.verdict else None
        changes = said in (Answer.OK, Answer.NG) and said is not self.verdict.value
        return _NO_REASON if changes and not self._words() and self.voice.voice is None else ""

    def _words(self) -> str:
        return " ".join(self.reason.toPlainText().split())

    def refuse(self, error: Exception) -> None:
        """Say why it was not kept."""
        if isinstance(error, Fixable):
            self._refuse(sentence(error))
        else:
            self._review.desk.problems.tell(error)

    def _refuse(self, words: str) -> None:
        self.fault.setText(words)
        self.fault.show()

    def _choose_defect(self, defect: str) -> None:
        blocked = QSignalBlocker(self.defect)
        if self.defect.findData(defect) < 0:  # a class that the part has no more
            self.defect.addItem(defect_word(defect), defect)
        self.defect.setCurrentIndex(self.defect.findData(defect))
        del blocked

    def _touched(self) -> None:
        self.fault.hide()
        self.place.setText(place_words(self.region) if self.region is not None and self.is_bad else "–")
        self.changed.emit()

    def _enable(self) -> None:
        there = self.record is not None
        always: tuple[QWidget, ...] = (self.verdict, self.disposition, self.reason, self.voice, self.save_button)
        if_bad: tuple[QWidget, ...] = (self.defect, self.severity, self.place_button)
        for widget in always:
            widget.setEnabled(there)
        for widget in if_bad:
            widget.setEnabled(there and self.is_bad)

    def respeak(self) -> None:
        for index in range(1, self.defect.count()):
            self.defect.setItemText(index, defect_word(self.defect.itemData(index)))
        self._touched()
