"""One record in detail: verdict, photo with region beside the golden photo, voices, decisions, signatures, what was
added, the audit trail, and who and what judged it.

Knows Inspection; asks the desk for files and for the trail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.records.record import Inspection, LineKind, Media
from inspector_app.ui import theme
from inspector_app.ui.compare import Compare, CompareStage
from inspector_app.ui.desk import Devices
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.record_sections import added, facts, reviews, signatures, trail
from inspector_app.ui.review_desk import ReviewDesk
from inspector_app.ui.review_widgets import PickButton
from inspector_app.ui.review_words import LINES
from inspector_app.ui.sentences import sentence
from inspector_app.ui.theme import Themed
from inspector_app.ui.verdict_card import VerdictDetails
from inspector_app.ui.verdict_strip import VerdictStrip
from inspector_app.ui.widgets import EmptyState, IconButton, MonoText, label, scrolled
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.records.audit import Entry

_SECTIONS = {
    "reviews": mark("Decisions"),
    "signatures": mark("Signatures"),
    "added": mark("Added since"),
    "trail": mark("Audit trail"),
}


GONE = mark("The photo is not there any more"), mark("It was erased, or is missing; the audit trail tells.")


class RecordPanel(Spoken, Themed, QFrame):
    """Shows a record, or asks to choose one. What may be done with it stands at the top, as buttons."""

    def __init__(self, review: ReviewDesk, devices: Devices) -> None:
        super().__init__()
        self.setObjectName("card")
        self._review, self._desk, self._devices = review, review.desk, devices
        self.record: Inspection | None = None
        self._empty = EmptyState("list", mark("Nothing chosen"), mark("Choose a record in the table to see all of it."))
        self.band, self.details = VerdictStrip(88), VerdictDetails()
        self.photo = CompareStage()
        self.photo.setMinimumSize(QSize(120, 120))
        self.title, self.subtitle = label("title", selectable=True), label("caption", selectable=True)
        self.facts = MonoText()
        self.review_button = PickButton("user-check", mark("Decide about it"), "F9")
        self.play_button = IconButton("volume-2", mark("Play note"), "F4")
        self.book_button = IconButton("book", mark("Make it a limit sample"), "Ctrl+B")
        self.compare_button = IconButton("columns-2", mark("Compare"), "F12")
        self.actions_row = QHBoxLayout()
        """Buttons for what may be done with the record; others may add theirs."""
        self.voices = QVBoxLayout()
        self.sections = {name: (label("section"), label(wrap=True, selectable=True)) for name in _SECTIONS}
        self._build()
        self.play_button.clicked.connect(self.play_voice)
        self.compare_button.clicked.connect(self.photo.next_mode)
        self.show_record(None)

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        column.setSpacing(theme.GAP)
        for part in (self.title, self.subtitle, self.band):
            column.addWidget(part)
        self.actions_row.setSpacing(theme.GAP_S)
        column.addWidget(self.review_button)
        self.actions_row.addStretch(1)
        for button in (self.play_button, self.compare_button, self.book_button):
            self.actions_row.addWidget(button)
        column.addLayout(self.actions_row)
        column.addWidget(self.photo)
        for name, (heading, words) in self.sections.items():
            self.say(heading.setText, _SECTIONS[name])
            column.addWidget(heading)
            column.addWidget(words)
            if name == "reviews":  # what stands comes before what the model said
                column.addWidget(self.details)
                column.addLayout(self.voices)
        heading = label("section")
        self.say(heading.setText, mark("What judged it, and hashes"))
        column.addWidget(heading)
        column.addWidget(self.facts)
        column.addStretch(1)
        self._scroll = scrolled(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._empty)
        outer.addWidget(self._scroll)

    def show_record(self, record: Inspection | None) -> None:
        """Show it whole; None asks to choose one."""
        same = record is not None and self.record is not None and record.id == self.record.id
        self.record = record
        self._empty.setVisible(record is None)
        self._scroll.setVisible(record is not None)
        if record is None:
            return
        if not same:
            self._scroll.verticalScrollBar().setValue(0)
            self.photo.set_golden(None)
            gone = record.photo is not None and not record.photo.path.is_file()
            self.photo.show_empty("image-off", *(GONE if gone else (mark("No photo"), "")))
            self.photo.setFixedHeight(200 if record.golden is not None else 260)
            self._load(record.photo, record, self._photo_came)
            self._load(record.golden, record, self._golden_came)
        self.play_button.setEnabled(record.voice is not None and record.voice.path.is_file())
        self.book_button.setEnabled(record.photo is not None and record.photo.path.is_file())
        self.compare_button.setEnabled(record.golden is not None and record.photo is not None)
        self._show_voices(record)
        self._ask_trail(record)
        self.respeak()

    def play_voice(self) -> None:
        """Hear the note of the record."""
        if self.record is not None:
            self._play(self.record.voice)

    def compare(self) -> None:
        """Look in another way at photo and golden photo."""
        self.photo.next_mode()

    def _play(self, medium: Media | None) -> None:
        if medium is None or not medium.path.is_file():
            return
        path, speaker = medium.path, self._devices.speaker
        task = self._desk.on_sound(lambda: speaker.play(path.read_bytes()))
        task.failed.connect(self._desk.problems.tell)

    # -- what comes later

    def _load(self, medium: Media | None, record: Inspection, use: object) -> None:
        if medium is not None and medium.path.is_file():
            task = self._desk.picture(medium.path)
            task.done.connect(lambda seen: use(record, seen))  # type: ignore[operator]

    def _photo_came(self, record: Inspection, seen: QImage) -> None:
        if self.record is not None and self.record.id == record.id:
            self.photo.show_picture(seen)
            self._show_side()

    def _golden_came(self, record: Inspection, seen: QImage) -> None:
        if self.record is not None and self.record.id == record.id:
            self.photo.set_golden(seen)
            self._show_side()

    def _show_side(self) -> None:
        self._mark()
        if self.photo.can_compare:
            self.photo.compare(Compare.SIDE)

    def _ask_trail(self, record: Inspection) -> None:
        history = self._desk.history
        if history is not None:
            task = self._review.ask(lambda: history.trail(record.id))
            task.done.connect(lambda entries: self._trail_came(record, entries))

    def _trail_came(self, record: Inspection, entries: list[Entry]) -> None:
        if self.record is record:
            self._fill("trail", trail(entries))

    def _show_voices(self, record: Inspection) -> None:
        """A button for each voice that was added: an operator's or a supervisor's reason."""
        while (item := self.voices.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for line in record.lines:
            if line.voice is not None and line.kind in (LineKind.DISAGREED, LineKind.REASON):
                button = PickButton("volume-2", LINES[line.kind])
                button.set_text(f"{tr(LINES[line.kind])}: {line.who}")
                button.clicked.connect(lambda _=False, voice=line.voice: self._play(voice))
                self.voices.addWidget(button)

    # -- what is seen

    def respeak(self) -> None:
        record = self.record
        if record is None:
            return
        when = record.captured_at.astimezone()
        self.title.setText("  /  ".join(filter(None, (record.part, record.lot, record.serial))))
        self.subtitle.setText(f"{when:%Y-%m-%d %H:%M:%S}   {record.id}")
        self._show_verdict(record)
        self._fill("reviews", reviews(record))
        self._fill("signatures", signatures(record))
        self._fill("added", added(record))
        self.facts.show_text(facts(record))

    def restyle(self) -> None:
        self.respeak()

    def _fill(self, name: str, words: str) -> None:
        heading, body = self.sections[name]
        body.setText(words)
        heading.setVisible(bool(words))
        body.setVisible(bool(words))

    def _show_verdict(self, record: Inspection) -> None:
        self.details.setVisible(record.verdict is not None)
        self._mark()
        if record.verdict is not None:
            self.band.show_verdict(record.verdict)
            self.details.show_verdict(record.verdict, record.heard)
        elif record.failure_code:
            error = Fixable(record.failure_code, record.failure_message or "")
            self.band.show_state("triangle-alert", tr("Could not be judged"), sentence(error))
        else:
            self.band.show_state("inbox", mark("Waiting"), mark("Not judged yet."))

    def _mark(self) -> None:
        """The region: as the supervisor drew it, else as the model said."""
        record = self.record
        if record is None or (record.verdict is None and record.review is None):
            self.photo.mark(None)
            return
        said = record.verdict.judgment if record.verdict else None
        region = record.review.opinion.region if record.review else said.region if said else None
        answer = record.answer
        self.photo.mark(region, theme.tokens().verdict(answer)[0] if answer else None)
