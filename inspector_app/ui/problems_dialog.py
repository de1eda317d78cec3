"""The list of all problems of this run, each with its details to copy.

Knows the problems; knows no page.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QPlainTextEdit, QVBoxLayout, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import Spoken, mark
from inspector_app.ui.problems import LOOKS, Problems
from inspector_app.ui.widgets import EmptyState, KeyButton, label


class ProblemsDialog(Spoken, QDialog):
    """All problems of this run, newest first, each with its details to copy."""

    def __init__(self, problems: Problems, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems = problems
        self._list, self._details = QListWidget(), QPlainTextEdit(readOnly=True)
        self._empty = EmptyState("check", mark("No problems"), mark("Nothing went wrong since the start."))
        self._build()
        self._load()
        self.resize(820, 560)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_L)
        column.setSpacing(theme.GAP)
        title = label("title")
        close = KeyButton("x", mark("Close"), "Esc")
        self.say(self.setWindowTitle, mark("Problems"))
        self.say(title.setText, mark("Problems"))
        for part, stretch in ((title, 0), (self._empty, 1), (self._list, 1), (self._details, 1)):
            column.addWidget(part, stretch)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self._list.setWordWrap(True)
        self._list.currentRowChanged.connect(self._show)
        close.clicked.connect(self.accept)

    def _load(self) -> None:
        some = bool(self._problems.entries)
        self._empty.setVisible(not some)
        self._list.setVisible(some)
        self._details.setVisible(some)
        for problem in reversed(self._problems.entries):
            item = QListWidgetItem(f"{problem.at:%H:%M:%S}   {problem.sentence()}")
            item.setIcon(icons.icon(LOOKS[problem.level], theme.tokens().text))
            self._list.addItem(item)
        if some:
            self._list.setCurrentRow(0)

    def _show(self, row: int) -> None:
        self._details.setPlainText(self._problems.entries[-1 - row].details)
