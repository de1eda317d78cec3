"""A keyboard-wedge scanner told from a person by the pace of its keys, wherever the focus is in one window.

Knows Qt's key events; what is a scan and what a person decides capture/wedge.py.
"""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from inspector_app.capture.wedge import Wedge


class Scanner(QObject):
    """`scanned` gives the text of a scan in the window `owner`, whose keys then do nothing else."""

    scanned = Signal(str)

    def __init__(self, owner: QWidget, wedge: Wedge | None = None) -> None:
        super().__init__(owner)
        self._owner = owner
        self.wedge = wedge or Wedge()
        self._ended = False
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A shortcut of the scan's last key comes before the key itself: there it must be caught.
        kind = event.type()
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) or not isinstance(event, QKeyEvent):
            return False
        if not isinstance(watched, QWidget) or watched.window() is not self._owner.window():
            return False
        if kind == QEvent.Type.ShortcutOverride:
            return self._look(watched, event)
        ended, self._ended = self._ended, False
        return ended

    def _look(self, watched: QWidget, event: QKeyEvent) -> bool:
        text = self.wedge.key(event.text(), event.timestamp() / 1000, event.isAutoRepeat())
        if text is None:
            return False
        if isinstance(watched, QLineEdit) and watched.text().endswith(text):
            watched.setText(watched.text()[: -len(text)])
        self._ended = True
        event.accept()
        self.scanned.emit(text)
        return True
