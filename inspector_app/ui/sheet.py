"""The frame of every dialog: a title, a sentence, a body, what is wrong, and a row of buttons that show their keys.

Knows no content.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.language import Spoken
from inspector_app.ui.sentences import sentence
from inspector_app.ui.widgets import KeyButton, label
from model_runtime.verdict import Fixable

_FRAME = QSize(16, 48)
"""What the system draws around a window."""


class Sheet(Spoken, QDialog):
    """`body` takes what the dialog is about; `add_button` fills the last row from left to right."""

    def __init__(self, title: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_L)
        column.setSpacing(theme.GAP)
        self.heading, self.hint = label("title"), label("caption", wrap=True)
        self.say(self.setWindowTitle, title)
        self.say(self.heading.setText, title)
        column.addWidget(self.heading)
        column.addWidget(self.hint)
        self.hint.setVisible(bool(hint))
        if hint:
            self.say(self.hint.setText, hint)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.GAP)
        column.addLayout(self.body, 1)
        self.fault = label("warning", wrap=True)
        column.addWidget(self.fault)
        self.fault.hide()
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.GAP)
        column.addLayout(self._row)

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its words need at its width, and not larger than the screen: what has no room is scrolled."""
        room, layout, parent = self.screen().availableSize() - _FRAME, self.layout(), self.parentWidget()
        if parent is not None:
            room = room.expandedTo(parent.window().size())
        needed = layout.totalHeightForWidth(self.width()) if layout is not None and layout.hasHeightForWidth() else 0
        self.resize(self.size().expandedTo(QSize(0, needed)).boundedTo(room))
        super().showEvent(event)

    def say_fault(self, words: str) -> None:
        """What is wrong, above the buttons; the dialog stays, and nothing that was entered is lost."""
        self.fault.setText(words)
        self.fault.show()

    def clear_fault(self) -> None:
        """Nothing is wrong any more."""
        self.fault.hide()

    def refuse(self, error: Exception, tell: Callable[[Exception], object]) -> None:
        """What a person can mend is said here, in their language; everything else is a problem of the program."""
        self.say_fault(sentence(error)) if isinstance(error, Fixable) else tell(error)

    def add_button(self, icon: str, text: str, key: str, job: Callable[[], object], kind: str = "") -> KeyButton:
        """A button of the last row; its key works anywhere in the dialog."""
        button = key_button(self, icon, text, key, job, kind)
        if kind == "primary":
            button.setMinimumHeight(theme.TARGET + 8)
        self._row.addWidget(button, 1)
        return button


def key_button(owner: QWidget, icon: str, text: str, key: str, job: Callable[[], object], kind: str = "") -> KeyButton:
    """A button and the key that it shows. Escape is the dialog's own."""
    button = KeyButton(icon, text, key, kind)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: job())
    if key and key != "Esc":
        shortcut = QShortcut(QKeySequence(key), owner)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(button.click)
    return button
