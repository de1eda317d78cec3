"""Sentences one below the other, each with a sign: passed, look at it, refused. Also: keys
of buttons. Knows sentences only.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import tr
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import IconButton, KeyButton, label

_SIGNS = {True: "circle-check", None: "triangle-alert", False: "octagon-x"}


class Points(Themed, QWidget):
    """`show_points` takes (passed, None for "look at it", or refused; the sentence)."""

    def __init__(self) -> None:
        super().__init__()
        self.points: list[tuple[bool | None, str]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(theme.GAP)
        self._grid.setColumnStretch(1, 1)
        self.labels: list[QLabel] = []

    def show_points(self, points: Sequence[tuple[bool | None, str]]) -> None:
        """Other sentences."""
        self.points = list(points)
        while (item := self._grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.labels = []
        for row, (passed, words) in enumerate(self.points):
            sign, said = QLabel(), label(wrap=True, selectable=True)
            sign.setPixmap(icons.pixmap(_SIGNS[passed], _ink(passed), 20, self.devicePixelRatioF()))
            sign.setAlignment(Qt.AlignmentFlag.AlignTop)
            said.setText(words)
            said.setAccessibleName(f"{_word(passed)}: {words}")
            self._grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(said, row, 1)
            self.labels.append(said)
        self.updateGeometry()

    def restyle(self) -> None:
        self.show_points(self.points)


def on_key(owner: QWidget, button: KeyButton | IconButton, job: Callable[[], object]) -> None:
    """The button does it, and so does the key that it shows, while `owner` is seen."""
    button.clicked.connect(lambda: job())
    shortcut = QShortcut(QKeySequence(button.key), owner)
    shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
    shortcut.setAutoRepeat(False)
    shortcut.activated.connect(button.click)


def _ink(passed: bool | None) -> str:
    now = theme.tokens()
    return now.ok if passed else now.ng if passed is False else now.text


def _word(passed: bool | None) -> str:
    return tr("in order") if passed else tr("refused") if passed is False else tr("look at it")
