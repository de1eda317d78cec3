"""The check of all records in the window: what is being checked, how far it is, and the result in plain words.

Knows the check of the records; changes nothing.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QProgressBar, QWidget

from inspector_app.ui.language import mark, tr
from inspector_app.ui.review_desk import ReviewDesk
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.verdict_band import VerdictBand
from model_runtime.verdict import Stopped

MOST = 1000
"""Faults that are listed; where there are more, something large happened."""


class CheckDialog(Sheet):
    """Begins at once; closing it ends the check."""

    _checked = Signal(int, int)

    def __init__(self, review: ReviewDesk, parent: QWidget | None = None) -> None:
        super().__init__(
            mark("Check all records"),
            mark("Database, chain of the audit trail, signatures, and the hash of every photo and voice note."),
            parent,
        )
        self._review = review
        self._ended = False
        self.band, self.bar, self.faults = VerdictBand(110), QProgressBar(), QPlainTextEdit()
        self.faults.setReadOnly(True)
        self.faults.hide()
        self.band.show_state("loader-circle", mark("Reading the records"), mark("This may take some minutes."))
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        for part in (self.band, self.bar, self.faults):
            self.body.addWidget(part)
        self.add_button("x", mark("Close"), "Esc", self.reject)
        self.resize(760, 340)
        self._checked.connect(self._progress)
        self._start()

    def _start(self) -> None:
        task = self._review.desk.lanes.figures.start(self._check)
        task.done.connect(self._came)
        task.failed.connect(self._failed)

    def done(self, result: int) -> None:
        self._ended = True
        super().done(result)

    # -- on the lane of figures

    def _check(self) -> tuple[list[str], dict[str, int]]:
        from inspector_app.records import anchor, check

        store, places = self._review.station.store, self._review.places
        anchors = anchor.read(places.anchor) if places.anchor.exists() else []
        found: list[str] = []
        for fault in check.faults(store, self._step, anchors):
            found.append(fault)
            if self._ended or len(found) >= MOST:
                break
        return found, check.counts(store)

    def _step(self, done: int, every: int) -> None:
        if self._ended or self._review.desk.lanes.closing.is_set():
            raise Stopped
        if done % 50 == 0 or done == every:
            self._checked.emit(done, every)

    # -- on the screen

    def _progress(self, done: int, every: int) -> None:
        self.bar.setRange(0, max(every, 1))
        self.bar.setValue(done)
        hint = tr("{done} of {every} files", done=f"{done:,}", every=f"{every:,}")
        self.band.show_state("loader-circle", mark("Checking photos and voice notes"), hint)

    def _came(self, came: tuple[list[str], dict[str, int]]) -> None:
        faults, counts = came
        self.bar.hide()
        checked = tr(
            "{samples} units, {reviews} decisions, {audit} entries of the audit trail, {files} files checked.",
            **{name: f"{counts.get(name, 0):,}" for name in ("samples", "reviews", "audit", "files")},
        )
        if not faults:
            self.band.show_state("circle-check", mark("All is as it was written"), checked)
            return
        words = tr("Faults: {count}", count=f"{len(faults):,}" + ("+" if len(faults) >= MOST else ""))
        self.band.show_state("octagon-x", words, checked)
        self.faults.setPlainText("\n".join(faults))
        self.faults.setMinimumHeight(220)
        self.faults.show()

    def _failed(self, error: Exception) -> None:
        self.bar.hide()
        self.band.show_state("triangle-alert", mark("The check was not finished"), "")
        self._review.desk.problems.tell(error)
