"""A keyboard-wedge scanner told from a person by the pace of its keys, wherever the focus is in one window.

Looks at what the system sends to the window, not at every event of the program: that would cost a fifth of its time.

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
        owner.window().installEventFilter(self)  # until it is shown: the system's window is not there before

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A shortcut of the scan's last key comes before the key itself: there it must be caught.
        kind = event.type()
        if kind == QEvent.Type.Show and watched is self._owner.window():
            self._owner.window().removeEventFilter(self)
            watch_window(self._owner, self)
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) or not isinstance(event, QKeyEvent):
            return False
        if kind == QEvent.Type.ShortcutOverride:
            return self._look(event)
        ended, self._ended = self._ended, False
        return ended

    def _look(self, event: QKeyEvent) -> bool:
        held = self.wedge.held
        text = self.wedge.key(event.text(), event.timestamp() / 1000, event.isAutoRepeat())
        if text is None:
            return False
        field = QApplication.focusWidget()
        if isinstance(field, QLineEdit) and held and len(field.text()) >= held:
            field.setText(field.text()[:-held])
        self._ended = True
        event.accept()
        self.scanned.emit(text)
        return True


def watch_window(widget: QWidget, watcher: QObject) -> None:
    """Let `watcher` see the keys and touches that the system sends to the window of a widget, once it is shown."""
    handle = widget.window().windowHandle()
    if handle is not None:
        handle.installEventFilter(watcher)
