"""Labels in doubt and the sample of labels, as the tab of the sets shows them: sentences, photos in a row, one action
that sends all to review.

Asks the desk of the labels; what a label is doubted for is known to doubts.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from inspector_app.errors import KensaError
from inspector_app.tasks import Task
from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.review_widgets import LowButton
from inspector_app.ui.training_gallery import Strip, large
from inspector_app.ui.training_points import on_key
from inspector_app.ui.training_sheets import Asking
from inspector_app.ui.training_words import LOOKED, doubt_words, shares_words
from inspector_app.ui.widgets import label

if TYPE_CHECKING:
    from inspector_app.doubts import Doubt, Labels
    from inspector_app.ui.training_desk import TrainingDesk


class DoubtCard(Spoken, QWidget):
    """The doubted labels of the chosen set, and those drawn to be looked at again. `dialog_wanted` gives a dialog;
    `points` the sentences for the page."""

    dialog_wanted = Signal(object)
    pointed = Signal()

    def __init__(self, desk: TrainingDesk) -> None:
        super().__init__()
        self._desk, self.name = desk, ""
        self.found: Labels | None = None
        self._said = ""
        self.strip, self.said = Strip(desk.desk), label("caption", wrap=True)
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.said)
        column.addWidget(self.strip)
        self.check_button = LowButton("scan-search", mark("Check the labels"), "Ctrl+D")
        self.send_button = LowButton("inbox", mark("Send them to review"), "Ctrl+E")
        for button, job in ((self.check_button, self.check), (self.send_button, self.send)):
            on_key(self, button, job)
            row.addWidget(button, 1)
        column.addLayout(row)
        self.strip.hide()
        self.strip.chosen.connect(self.open)
        desk.labels.changed.connect(lambda name: self.show_set(self.name) if name in ("", self.name) else None)
        desk.labels.progress.connect(self._progress)
        self._show()

    # -- what the person does

    def check(self) -> None:
        """Look at the labels of the chosen set."""
        if self.name:
            self._desk.labels.check(self.name)
            self._show()

    def send(self) -> None:
        """All doubted units of the records, and the sample, go to the review queue."""
        if self.found is None or not self.found.to_send:
            return
        task = self._desk.labels.send(self.name)
        task.failed.connect(self._desk.desk.problems.tell)
        task.done.connect(self._sent)

    def open(self, one: Doubt) -> None:
        """One photo, beside the golden one; its label can be confirmed there."""
        self.dialog_wanted.emit(LabelSheet(self._desk, self.name, one, self.window()))

    # -- what is seen

    def show_set(self, name: str) -> None:
        """Another set, or none."""
        if name != self.name:
            self.found, self._said = None, ""
        self.name = name
        self._show()
        if name:
            self._desk.labels.of(name).done.connect(lambda found: self._came(name, found))

    @property
    def points(self) -> list[tuple[bool | None, str]]:
        """Sentences with their signs, for the points of the set."""
        return shares_words(self.found.to_json()) if self.found else []

    def respeak(self) -> None:
        self._show()

    def _came(self, name: str, found: Labels | None) -> None:
        if name == self.name:
            self.found = found
            self._show()
            self.pointed.emit()

    def _sent(self, count: int) -> None:
        self._said = tr("{count} units wait for the supervisor again.", count=count)
        self._show()

    def _progress(self, name: str, told: dict[str, Any]) -> None:
        if name == self.name:
            self.said.setText(tr("Looking at photo {step} of {steps}", step=told["step"], steps=told["steps"]))

    def _show(self) -> None:
        busy = self._desk.labels.about == self.name != ""
        shown = _in_order(self.found) if self.found else []
        self.check_button.setEnabled(bool(self.name) and self.found is None and not busy)
        self.send_button.setEnabled(bool(self.found and self.found.to_send))
        told = tr("The labels are being looked at.") if busy else self._said
        self.said.setText(told or ("" if self.found or not self.name else tr("The labels were not checked yet.")))
        self.said.setHidden(not self.said.text())
        self.strip.setHidden(not shown)
        self.strip.show_units([(str(one.photo), _below(one, looked), one) for one, looked in shown])


def _in_order(found: Labels) -> list[tuple[Doubt, str]]:
    """The doubted ones, then the rest of the sample, what is open first; each with what came of its second look."""
    looked = {one.name: one.why for one in found.sample}
    doubted = {one.name for one in found.doubts}
    rest = [one for one in found.sample if one.name not in doubted]
    rest.sort(key=lambda one: one.why == "agreed")
    return [(one, looked.get(one.name, "")) for one in (*found.doubts, *rest)]


def _below(one: Doubt, looked: str) -> str:
    """Below a small photo: what its label says, and how likely the photo is NG, or how far its second look is."""
    says = tr("label: {verdict}", verdict=tr(one.verdict))
    if looked:
        return f"{says}\n{tr(LOOKED[looked])}"
    return says if one.p_ng is None else f"{says}\np(NG) {one.p_ng:.2f}"


class LabelSheet(Asking):
    """One label: the photo beside the golden one, why it is asked for, and a word that it is right, or wrong."""

    def __init__(self, desk: TrainingDesk, training_set: str, one: Doubt, parent: QWidget | None = None) -> None:
        again = one.why in ("drawn", "agreed")
        super().__init__(mark("Second look at a label") if again else mark("A label in doubt"), "", parent)
        self._wrong = False
        self._desk, self._set, self._one = desk, training_set, one
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        self._picture(row, tr("Photo"), one.photo)
        if one.golden_photo is not None:
            self._picture(row, tr("Golden sample"), one.golden_photo)
        self.body.insertLayout(0, row, 1)
        why = label("strong", wrap=True)
        why.setText(doubt_words(one.to_json()))
        self.body.insertWidget(1, why)
        self.reason = QLineEdit()
        self.line(mark("What you see on the photo"), self.reason)
        self.buttons("check", mark("The label is right"))
        self.wrong_button = self.add_button("x", mark("The label is wrong"), "Ctrl+N", self._contradict)
        self.reason.setFocus()

    def _picture(self, row: QHBoxLayout, words: str, path: Path) -> None:
        column, heading, shown = QVBoxLayout(), label("section"), QLabel()
        heading.setText(words)
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shown.setMinimumSize(360, 280)
        column.addWidget(heading)
        column.addWidget(shown, 1)
        row.addLayout(column, 1)
        if path.is_file():
            self._desk.desk.picture(path).done.connect(lambda image: shown.setPixmap(large(image)))

    def _contradict(self) -> None:
        self._wrong = True
        self.send()
        self._wrong = False

    def ask(self) -> Task:
        reason = self.reason.text().strip()
        if not reason:
            raise KensaError("no_look", "Say what you see on the photo; it is kept in the audit trail.")
        return self._desk.labels.confirm(self._set, [self._one.name], reason, self._wrong)
