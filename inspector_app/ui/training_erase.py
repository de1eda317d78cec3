"""Erasing the voice of one unit on somebody's request, from the History page: a reason, and it is gone for good.

Knows the panel of a record; what may be erased, and by whom, the core decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

from inspector_app.ui.language import mark
from inspector_app.ui.training_points import on_key
from inspector_app.ui.training_sheets import Asking
from inspector_app.ui.training_watch import NightWatch
from inspector_app.ui.widgets import IconButton

if TYPE_CHECKING:
    from inspector_app.tasks import Task
    from inspector_app.ui.history_page import HistoryPage
    from inspector_app.ui.main_window import MainWindow
    from inspector_app.ui.training_desk import TrainingDesk


class EraseSheet(Asking):
    """Asks for the reason; the verdict, the record and the hash of the note stay."""

    def __init__(self, desk: TrainingDesk, sample_id: str, parent: QWidget | None = None) -> None:
        hint = mark("The notes and what they say are gone for good, in training sets too; verdict and record stay.")
        super().__init__(mark("Erase the voice of this unit"), hint, parent)
        self._desk, self._id = desk, sample_id
        self.reason = QLineEdit()
        self.line(mark("Reason, kept in the audit trail"), self.reason)
        self.buttons("trash-2", mark("Erase for good"))
        self.reason.setFocus()

    def ask(self) -> Task:
        return self._desk.erase_voice(self._id, self.reason.text())


def add_erase(window: MainWindow, page: HistoryPage) -> IconButton:
    """A button beside what else may be done with a record."""
    button = IconButton("trash-2", mark("Erase the voice of this unit"), "Ctrl+Del")

    def ask() -> None:
        watch, record = window.findChild(NightWatch), page.panel.record
        if watch is None or record is None:
            return
        sheet = EraseSheet(watch.desk_of_night(), record.id, window)
        sheet.finished_with.connect(lambda _: page.reload())
        window.open_dialog(sheet)

    on_key(page, button, ask)
    page.panel.actions_row.addWidget(button)
    return button
