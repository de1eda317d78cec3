"""The Review page: what waits for the supervisor, one unit after the other, decided by keyboard alone.

Joins list, photo, what was said, and form; what may be decided, and by whom, the station knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.records.record import Disposition, Inspection, Media
from inspector_app.records.worklist_causes import Worklist, causes
from inspector_app.rights import Person, Right
from inspector_app.ui import theme
from inspector_app.ui.actions import REVIEW_ACTS, bind
from inspector_app.ui.compare import Compare
from inspector_app.ui.desk import Devices
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.record_panel import GONE
from inspector_app.ui.review_desk import ReviewDesk
from inspector_app.ui.review_form import Decided, ReviewForm
from inspector_app.ui.review_keys import ReviewKeys
from inspector_app.ui.review_list import ReviewList
from inspector_app.ui.review_story import ReviewStory
from inspector_app.ui.review_widgets import RegionStage
from inspector_app.ui.review_words import CAUSES
from inspector_app.ui.sentences import sentence
from inspector_app.ui.theme import Themed
from inspector_app.ui.verdict_strip import VerdictStrip
from inspector_app.ui.widgets import IconButton, label
from model_runtime.verdict import Answer, Fixable, Region

if TYPE_CHECKING:
    from inspector_app.records.store import Spoken as SpokenReason

_ACTS = {act.name: act for act in REVIEW_ACTS}
_LEFT, _RIGHT = 232, 348
_NOTHING = mark("Nothing waits"), mark("Every unit that needs a person is decided.")


class ReviewPage(ReviewKeys, Spoken, Themed, QWidget):
    """`dialog_wanted` gives a dialog to open; `finished`: a unit that was looked up elsewhere is done with."""

    help_groups = ("Review",)

    dialog_wanted = Signal(QDialog)
    finished = Signal()

    def __init__(self, review: ReviewDesk, devices: Devices, microphone: Callable[[], str]) -> None:
        super().__init__()
        self.setObjectName("page")
        self._review, self._desk = review, review.desk
        self.record: Inspection | None = None
        self.alone = False
        """A unit that was looked up in the history is shown, whether it waits or not."""
        self.done: list[str] = []
        """Ids of what was decided in this run, the newest last."""
        self._busy, self._asked, self._may = False, 0, True
        self.way = Compare.PHOTO
        self.list, self.form = ReviewList(), ReviewForm(review, self._desk, devices)
        self.band, self.stage = VerdictStrip(76), RegionStage()
        self.story = ReviewStory(self._desk, devices)
        self.title, self.why, self.tally = label("strong"), label("caption"), label("caption")
        self.refused = label("warning", wrap=True)
        self.form.voice.source = microphone
        self._build()
        self.actions_by_name = bind(self, REVIEW_ACTS)
        self._connect()
        self._show(None)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        row.setSpacing(theme.GAP)
        self.list.setFixedWidth(_LEFT)
        row.addWidget(self.list)
        middle, head = QVBoxLayout(), QHBoxLayout()
        middle.setSpacing(theme.GAP_S)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.why)
        middle.addLayout(head)
        middle.addWidget(self.refused)
        for part in (self.band, self.stage, self.story):
            middle.addWidget(part, 1 if part is self.stage else 0)
        middle.addLayout(self._build_tools())
        row.addLayout(middle, 1)
        self.form.setFixedWidth(_RIGHT)
        row.addWidget(self.form)
        self.refused.hide()

    def _build_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        self.buttons: dict[str, IconButton] = {}
        for name in ("compare", "previous_unit", "next_unit", "undo"):
            button = IconButton(_ACTS[name].icon, _ACTS[name].text, _ACTS[name].key)
            button.clicked.connect(getattr(self, name))
            self.buttons[name] = button
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.tally)
        return row

    def _connect(self) -> None:
        self.list.cause_chosen.connect(lambda _: self.reload())
        self.list.unit_chosen.connect(self._list_chose)
        self.stage.drawn.connect(self._drawn)
        self.form.changed.connect(self._entered)
        self.form.place_wanted.connect(self.draw_place)
        self.form.save_button.clicked.connect(self.save)
        self._desk.person_changed.connect(lambda _: self.reload() if self.isVisible() else None)
        self._desk.judged.connect(self._judged)

    # -- which units

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.alone:
            self.reload()  # also where the page was left for another one meanwhile

    def hideEvent(self, event: QHideEvent) -> None:
        """Left for another page: choices are forgotten, for a scanner's code may have made them. Words stay."""
        super().hideEvent(event)
        if not self.form.has_words:
            self.form.show_record(self.record)

    def reload(self) -> None:
        """What waits now; the chosen unit stays chosen."""
        if self._desk.station is None:
            return
        self._asked += 1
        number = self._asked
        task = self._review.worklist(self.list.cause)
        task.done.connect(lambda came: self._came(number, *came))

    def show_unit(self, record: Inspection) -> None:
        """One unit from the history, to be decided here."""
        self.alone = True
        self.list.setEnabled(False)
        self._show(record)
        self._review.may(Right.REVIEW).done.connect(self._allow)

    def show_queue(self) -> None:
        """What waits, whatever was shown before."""
        self.alone = False
        self.list.setEnabled(True)
        self.reload()

    def _came(self, number: int, may: bool, work: Worklist) -> None:
        if number != self._asked or self.alone:
            return
        self._allow(may)
        self.list.show_share(self._review.station.settings.random_share)
        self.list.show_work(work, self.record.id if self.record else None)

    def _allow(self, may: bool) -> None:
        self._may = may
        self.form.setEnabled(may)
        self.refused.setVisible(not may)
        self.respeak()

    def _list_chose(self, record: Inspection | None) -> None:
        if not self.alone and (record is None or self.record is None or record.id != self.record.id):
            self._show(record)

    def _judged(self, record: Inspection) -> None:
        if self.isVisible() and not self.alone and causes(record) and not self._busy:
            self.reload()

    def _show(self, record: Inspection | None) -> None:
        self.record = record
        self.form.show_record(record)
        self.story.show_record(record)
        self.stage.set_golden(None)
        self.stage.mark(None)
        gone = record is not None and record.photo is not None and not record.photo.path.is_file()
        words = GONE if gone else (mark("No photo"), "") if record else _NOTHING
        self.stage.show_empty("image-off" if record else "check", *words)
        if record is not None:
            self._load(record, record.photo, self._photo_came)
            self._load(record, record.golden, self._golden_came)
        self.respeak()

    def _load(self, record: Inspection, medium: Media | None, use: object) -> None:
        if medium is not None and medium.path.is_file():
            task = self._desk.picture(medium.path)
            task.done.connect(lambda seen: use(record, seen))  # type: ignore[operator]

    def _photo_came(self, record: Inspection, seen: QImage) -> None:
        if self.record is record:
            self.stage.show_picture(seen)
            self._mark()
            self._compare_again()

    def _golden_came(self, record: Inspection, seen: QImage) -> None:
        if self.record is record:
            self.stage.set_golden(seen)
            self._compare_again()

    def _compare_again(self) -> None:
        """The next unit is looked at in the way that was chosen."""
        if self.stage.can_compare and self.stage.mode is not self.way:
            self.stage.compare(self.way)

    # -- what the person does, beside what review_keys.py has

    def leave(self) -> None:
        """Out of a field; then back to where the unit was looked up."""
        if QApplication.focusWidget() is not self and not self.alone:
            self.setFocus()
        elif self.alone:
            self.back()

    def back(self) -> None:
        """Done with a unit of the history."""
        self.alone = False
        self.list.setEnabled(True)
        self.finished.emit()

    def save(self) -> None:
        """Keep what was entered, and go on."""
        record = self.record
        if record is None or self._busy or not self._may:
            return
        decided = self.form.decided()
        if decided is None:
            return
        person = self._desk.person
        if decided.opinion.disposition is Disposition.CONCESSION and person is not None and person.id is not None:
            self._sign(record, decided, person)
            return
        self._busy = True
        task = self._review.review(record.id, decided.opinion, None, _spoken(decided))
        task.done.connect(self._kept)
        task.failed.connect(self._not_kept)

    def undo(self) -> None:
        """The last decision of this run does not stand any more; its unit is shown again."""
        if self._busy or not self._may or not self.done:
            return
        self._busy = True
        task = self._review.undo(self.done[-1])
        task.done.connect(self._undone)
        task.failed.connect(lambda _: self._free())

    # -- what becomes of it

    def _sign(self, record: Inspection, decided: Decided, person: Person) -> None:
        """A concession is signed: the PIN, and the review in the same act."""
        from inspector_app.ui.sign_in import PinDialog

        kept: list[Inspection] = []

        def verify(name: str, pin: str) -> Person:
            station = self._review.station
            kept.append(station.review(record.id, person, decided.opinion, pin, _spoken(decided)))
            return person

        hint = mark("A concession is signed: your PIN binds your name to this record.")
        dialog = PinDialog(self._desk, [person], verify, mark("Sign the concession"), hint, parent=self.window())
        dialog.signed.connect(lambda _: self._signed(kept[-1]))
        self.dialog_wanted.emit(dialog)

    def _signed(self, record: Inspection) -> None:
        self._review.told(record)
        self._kept(record)

    def _kept(self, record: Inspection) -> None:
        self._free()
        self.done.append(record.id)
        if self.alone:
            self.back()
        elif record.id in self.list.ids:
            self.list.take_out(record.id)
            if not self.list.ids and self.list.waiting > 0:
                self.reload()
        self._say_tally(record)
        if self.isVisible():
            self.setFocus()

    def _not_kept(self, error: Exception) -> None:
        self._free()
        self.form.refuse(error)

    def _undone(self, record: Inspection) -> None:
        self._free()
        self.done.pop()
        if causes(record) and not self.alone:
            self.list.put_back(record)
        else:
            self.show_unit(record)
        last = record.reviews[-1] if record.reviews else None
        if last is not None:
            self.form.show_opinion(last.opinion)
        self._say_tally(None)
        self.setFocus()

    def _free(self) -> None:
        self._busy = False

    # -- what is seen

    def _drawn(self, region: Region | None) -> None:
        if self._may and self.form.is_bad:
            self.form.set_region(region)

    def _entered(self) -> None:
        self.stage.can_draw = self._may and self.form.is_bad
        self._mark()

    def _mark(self) -> None:
        """The ring: as the supervisor drew it, else as the model said."""
        record = self.record
        if record is None:
            return
        answer = self.form.verdict.value
        said = record.verdict.judgment if record.verdict else None
        if answer is None and said is not None:
            self.stage.mark(said.region, theme.tokens().verdict(said.verdict)[0])
        else:
            self.stage.mark(self.form.region if self.form.is_bad else None, theme.tokens().verdict(Answer.NG)[0])

    def _say_tally(self, record: Inspection | None) -> None:
        self.tally.setText(tr("{count} decided now", count=len(self.done)) if self.done else "")
        self.buttons["undo"].setEnabled(bool(self.done))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps and not self.alone:
            self.list.step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def respeak(self) -> None:
        record = self.record
        self.refused.setText(tr("Deciding about units is for a supervisor: sign in with Ctrl+L."))
        self.title.setText("  /  ".join(filter(None, (record.part, record.lot, record.serial))) if record else "")
        words = [tr(CAUSES[cause][0]) for cause in causes(record)] if record else []
        when = f"{record.captured_at.astimezone():%Y-%m-%d %H:%M}" if record else ""
        self.why.setText("   ".join(filter(None, (" · ".join(words), when))))
        self._say_tally(None)
        if record is None:
            self.band.show_state("check", *_NOTHING)
        elif record.verdict is not None:
            self.band.show_verdict(record.verdict)
        else:
            error = Fixable(record.failure_code or "", record.failure_message or "")
            self.band.show_state("triangle-alert", tr("Could not be judged"), sentence(error))
        self._mark()

    def restyle(self) -> None:
        self.respeak()


def _spoken(decided: Decided) -> SpokenReason | None:
    from inspector_app.records.store import Spoken as SpokenReason

    return SpokenReason(decided.voice, decided.heard) if decided.voice is not None else None
