"""One golden or limit sample in the parts editor: its photo, what it shows, who approved it and until when it holds.

Knows references and the desk; knows no part.
"""

from datetime import date
from pathlib import Path

from PySide6.QtCore import QDate, QLocale, QSize, Signal
from PySide6.QtWidgets import QDateEdit, QFileDialog, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from inspector_app.capture.sample import PHOTO_SUFFIXES
from inspector_app.parts import Reference
from inspector_app.ui import theme
from inspector_app.ui.desk import Desk
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.stage import PhotoStage
from inspector_app.ui.widgets import KeyButton, label

_NEVER = QDate(2000, 1, 1)
"""Shown as "none": the date edit knows no empty date."""


class ReferenceEditor(Spoken, QFrame):
    """`removed`: the person wants it gone. `reference()` is None while there is no photo."""

    removed = Signal()

    def __init__(self, desk: Desk, title: str, reference: Reference | None, approver: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk = desk
        self.photo: Path | None = reference.photo if reference else None
        self.defect = reference.defect if reference else ""
        self.stage = PhotoStage(QSize(150, 112))
        self.stage.setFixedSize(168, 126)
        self.criterion, self.approver = QLineEdit(), QLineEdit()
        self.approved, self.expires = _day_edit(), _day_edit()
        self._build(title)
        self._fill(reference, approver)

    def _build(self, title: str) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        row.setSpacing(theme.GAP)
        row.addWidget(self.stage)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(2)
        heading = label("section")
        self.say(heading.setText, title)
        grid.addWidget(heading, 0, 0, 1, 2)
        fields: tuple[tuple[str, QWidget, int, int, int], ...] = (
            (mark("What it shows"), self.criterion, 1, 0, 2),
            (mark("Approved by"), self.approver, 1, 2, 1),
            (mark("Approved on"), self.approved, 3, 0, 1),
            (mark("Expires on"), self.expires, 3, 1, 1),
        )
        for text, field, line, column, span in fields:
            caption = label("caption")
            caption.setBuddy(field)
            self.say(caption.setText, text)
            self.say(field.setAccessibleName, text)
            grid.addWidget(caption, line, column, 1, span)
            grid.addWidget(field, line + 1, column, 1, span)
        choose = KeyButton("folder-open", mark("Choose the photo"))
        self.remove_button = KeyButton("trash-2", mark("Remove"), kind="quiet")
        choose.clicked.connect(self._choose)
        self.remove_button.clicked.connect(self.removed)
        grid.addWidget(self.remove_button, 0, 2)
        grid.addWidget(choose, 4, 2)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        row.addLayout(grid, 1)

    def _fill(self, reference: Reference | None, approver: str) -> None:
        today = date.today()
        self.criterion.setText(reference.criterion if reference else "")
        self.approver.setText(reference.approved_by if reference else approver)
        _show_day(self.approved, reference.approved_on if reference else today)
        _show_day(self.expires, reference.expires_on if reference else None)
        self._show_photo()

    def reference(self) -> Reference | None:
        """What was entered."""
        if self.photo is None:
            return None
        return Reference(
            self.photo,
            self.criterion.text().strip(),
            self.approver.text().strip(),
            _day(self.approved),
            _day(self.expires),
            self.defect,
        )

    def _choose(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in sorted(PHOTO_SUFFIXES))
        name, _ = QFileDialog.getOpenFileName(self, tr("Choose the photo"), "", f"{tr('Photos')} ({patterns})")
        if name:
            self.photo = Path(name)
            self._show_photo()

    def _show_photo(self) -> None:
        self.stage.show_empty("image-plus", "", "")
        if self.photo is not None:
            self._desk.picture(self.photo).done.connect(self.stage.show_picture)


def _day_edit() -> QDateEdit:
    edit = QDateEdit()
    edit.setCalendarPopup(True)
    edit.setLocale(QLocale())
    edit.setMinimumDate(_NEVER)
    edit.setSpecialValueText(tr("none"))
    return edit


def _show_day(edit: QDateEdit, day: date | None) -> None:
    edit.setDate(_NEVER if day is None else QDate(day.year, day.month, day.day))


def _day(edit: QDateEdit) -> date | None:
    chosen = edit.date()
    return None if chosen == _NEVER else date(chosen.year(), chosen.month(), chosen.day())
