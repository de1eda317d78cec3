"""One sample of the book as a card, and the dialogs that change the book: a criterion, a sample, a retirement.

Know parts and references; keep nothing: the page does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from PySide6.QtCore import QDate, QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from inspector_app.limit_book import Standing, standing
from inspector_app.parts import Reference
from inspector_app.ui import icons, theme
from inspector_app.ui.book_words import ICONS, STANDINGS, approval
from inspector_app.ui.desk import Desk
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.reference_editor import ReferenceEditor
from inspector_app.ui.review_widgets import LowButton
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.stage import PhotoStage
from inspector_app.ui.widgets import label

YEAR = timedelta(days=365)
"""For so long a sample holds, where nobody says otherwise."""
_CARD = QSize(232, 150)


class ReferenceCard(Spoken, QFrame):
    """`renew_wanted` and `retire_wanted`: a button. Without rights, or in an old version, there are none."""

    renew_wanted = Signal()
    retire_wanted = Signal()

    def __init__(self, desk: Desk, reference: Reference, title: str, *, editable: bool) -> None:
        super().__init__()
        self.setObjectName("card")
        self._reference, self._title = reference, title
        self.stage, self._name = PhotoStage(_CARD), label("section", wrap=True)
        self._icon, self._state, self._words = QLabel(), label("caption"), label("caption", wrap=True)
        self._criterion = label(wrap=True)
        self.stage.setFixedSize(_CARD)
        self.setFixedWidth(_CARD.width() + 2 * theme.GAP + 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        column.setSpacing(4)
        state = QHBoxLayout()
        state.addWidget(self._icon)
        state.addWidget(self._state, 1)
        column.addWidget(self.stage)
        column.addWidget(self._name)
        column.addWidget(self._criterion)
        column.addLayout(state)
        column.addWidget(self._words)
        column.addStretch(1)
        if editable:
            row = QHBoxLayout()
            row.setSpacing(theme.GAP_S)
            for icon, text, signal in (
                ("rotate-ccw", mark("Renew"), self.renew_wanted),
                ("trash-2", mark("Retire"), self.retire_wanted),
            ):
                button = LowButton(icon, text)
                button.clicked.connect(signal)
                row.addWidget(button, 1)
            column.addLayout(row)
        if reference.photo.is_file():
            desk.picture(reference.photo).done.connect(self.stage.show_picture)
        self.respeak()

    @property
    def state(self) -> Standing:
        """How the sample stands today."""
        return standing(self._reference, date.today())

    def respeak(self) -> None:
        now = theme.tokens()
        colour = {Standing.VALID: now.ok, Standing.EXPIRED: now.ng}.get(self.state, now.text)
        self._icon.setPixmap(icons.pixmap(ICONS[self.state], colour, 18, self.devicePixelRatioF()))
        self._state.setText(tr(STANDINGS[self.state]))
        self._name.setText(tr(self._title))
        self._criterion.setText(self._reference.criterion)
        self._criterion.setVisible(bool(self._reference.criterion))
        self._words.setText(approval(self._reference))


class _Reasoned(Sheet):
    """A dialog with a reason, which is kept with the new version."""

    def __init__(self, title: str, hint: str, words: str, parent: QWidget | None) -> None:
        super().__init__(title, hint, parent)
        self.reason = QLineEdit()
        self.say(self.reason.setPlaceholderText, mark("Reason for the change, kept with it"))
        self.say(self.reason.setAccessibleName, mark("Reason for the change, kept with it"))
        self._words = words

    def _finish(self) -> None:
        self.body.addWidget(self.reason)
        self.add_button("x", mark("Cancel"), "Esc", self.reject)
        self.add_button("check", self._words, "Ctrl+Return", self.take, "primary")
        self.resize(760, 0)

    def take(self) -> None:
        """The button was pressed."""


class CriterionSheet(_Reasoned):
    """`given` gives the text and the reason."""

    given = Signal(str, str)

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        hint = mark("In the words of the inspection standard. The model is asked so from the next unit on.")
        super().__init__(title, hint, mark("Save"), parent)
        self.edit = QPlainTextEdit(text)
        self.edit.setProperty("role", "heard")
        self.edit.setTabChangesFocus(True)
        self.edit.setMinimumHeight(140)
        self.say(self.edit.setAccessibleName, mark("Criterion"))
        self.body.addWidget(self.edit)
        self._finish()
        self.edit.setFocus()

    def take(self) -> None:
        self.given.emit(self.edit.toPlainText().strip(), self.reason.text().strip())


class SampleSheet(_Reasoned):
    """A sample that is added or renewed. `given` gives the Reference and the reason."""

    given = Signal(object, str)

    def __init__(self, desk: Desk, title: str, known: Reference | None, defect: str, parent: QWidget | None) -> None:
        hint = mark("Approved by whom and until when: an expired sample is said at every unit.")
        super().__init__(title, hint, mark("Save"), parent)
        today, who = date.today(), desk.person.name if desk.person else ""
        if known is not None:
            known = replace(known, approved_by=who or known.approved_by, approved_on=today, expires_on=today + YEAR)
        self._defect = defect
        self.editor = ReferenceEditor(desk, title, known, who)
        self.editor.remove_button.hide()
        if known is None:
            last = today + YEAR
            self.editor.expires.setDate(QDate(last.year, last.month, last.day))
        self.body.addWidget(self.editor)
        self._finish()

    def take(self) -> None:
        found = self.editor.reference()
        if found is None:
            self.say_fault(tr("Choose the photo first."))
        elif not found.approved_by:
            self.say_fault(tr("Say who approved the sample."))
        else:
            self.given.emit(replace(found, defect=self._defect), self.reason.text().strip())


class RetireSheet(_Reasoned):
    """`given` gives the reason, which must be there."""

    given = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        hint = mark("It is used no more from the next unit on. Earlier versions and records keep it.")
        super().__init__(mark("Retire this sample?"), hint, mark("Retire"), parent)
        self._finish()
        self.reason.setFocus()

    def take(self) -> None:
        if reason := self.reason.text().strip():
            self.given.emit(reason)
        else:
            self.say_fault(tr("Give the reason."))
