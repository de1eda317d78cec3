"""The help overlay: every action with its key, from the same tables that the pages bind. Knows no page."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.actions import HELP, Act
from inspector_app.ui.language import Spoken, mark
from inspector_app.ui.widgets import key_name, label

USUAL = ("Capture", "Answer")
_LONGEST = 13
"""Rows of a column; a longer table goes on in the next one."""


class HelpOverlay(Spoken, QWidget):
    """Lies over the whole window until a key or a click; tells the keys of one page and those of all."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("veil")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._outer = QVBoxLayout(self)
        self._panels: dict[tuple[str, ...], QFrame] = {}
        self._outer.addStretch(1)
        self._outer.addStretch(1)
        self._show_groups(USUAL)
        parent.installEventFilter(self)
        self.hide()

    def _show_groups(self, groups: tuple[str, ...]) -> None:
        """Each page's panel is made once and kept: its texts follow the language."""
        if groups not in self._panels:
            self._panels[groups] = self._panel(groups)
            self._outer.insertWidget(1, self._panels[groups], 0, Qt.AlignmentFlag.AlignCenter)
        for one, panel in self._panels.items():
            panel.setVisible(one == groups)

    def _panel(self, groups: tuple[str, ...]) -> QFrame:
        panel = QFrame(self)
        panel.setObjectName("overlay")
        column = QVBoxLayout(panel)
        column.setContentsMargins(32, theme.GAP_XL, 32, theme.GAP_XL)
        column.setSpacing(theme.GAP_L)
        title, close = label("title"), label("caption")
        self.say(title.setText, mark("Keys"))
        self.say(close.setText, mark("Any key closes this page."))
        columns = QHBoxLayout()
        columns.setSpacing(32)
        tables = dict(HELP)
        for heading in (*groups, "Everywhere"):
            acts = tables[heading]
            for start in range(0, len(acts), _LONGEST):
                holder = QVBoxLayout()
                holder.addLayout(self._group(heading, acts[start : start + _LONGEST]))
                holder.addStretch(1)
                columns.addLayout(holder)
        column.addWidget(title)
        column.addLayout(columns)
        column.addWidget(close)
        return panel

    def _group(self, heading: str, acts: tuple[Act, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(theme.GAP_S)
        grid.setHorizontalSpacing(theme.GAP)
        words = label("section")
        self.say(words.setText, heading)
        grid.addWidget(words, 0, 0, 1, 2)
        for row, act in enumerate(acts, 1):
            key, text = label("key"), label()
            key.setText("  ".join(dict.fromkeys(key_name(one) for one in act.keys)))
            self.say(text.setText, act.text)
            grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(text, row, 1)
        grid.setRowStretch(len(acts) + 1, 1)
        grid.setColumnMinimumWidth(0, 112)
        grid.setColumnStretch(1, 1)
        return grid

    def open(self, groups: tuple[str, ...] = USUAL) -> None:
        """Cover the window with the keys of the open page: headings of the table of help."""
        self._show_groups(groups)
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        parent = self.parentWidget()
        if event.type() == QEvent.Type.Resize and parent is not None and self.isVisible():
            self.setGeometry(parent.rect())
        return False

    def event(self, event: QEvent) -> bool:
        # While help is open, keys close it and do nothing else.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta):
            self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()
