"""Where the program stands, in one place: a chip at the top that says it. Touched, it opens ready_dialog.py.

Knows the readiness; knows no device.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy

from inspector_app.ui import icons, theme
from inspector_app.ui.language import Spoken
from inspector_app.ui.readiness import Readiness
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import label

_ROOM = 260
"""Widest that the words of the chip may be, in pixels."""


class ReadinessChip(Spoken, Themed, QPushButton):
    """The stage by name, moving while it is busy, and what is lacking. Touched: all of it."""

    def __init__(self, readiness: Readiness) -> None:
        super().__init__()
        self.setObjectName("chip")
        self._readiness = readiness
        self._icon, self._words, self._detail = QLabel(), label("section"), label("caption")
        self._bar = QProgressBar(maximum=0, textVisible=False)
        self._bar.setFixedSize(64, 6)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, 0, theme.GAP, 0)
        row.setSpacing(theme.GAP_S)
        for part in (self._icon, self._words, self._bar, self._detail):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.TARGET)
        readiness.changed.connect(self.respeak)
        self.respeak()

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout else super().sizeHint()

    def respeak(self) -> None:
        state, now = self._readiness, theme.tokens()
        self._words.setText(state.words)
        detail = self._readiness.detail
        room = max(_ROOM - self._words.sizeHint().width(), 60)
        shown = self._detail.fontMetrics().elidedText(detail, Qt.TextElideMode.ElideRight, room)
        self._detail.setText("" if state.failed else shown)
        self._detail.setVisible(bool(self._detail.text()))
        self.setToolTip(detail)
        self.setAccessibleName(f"{self._words.text()} {detail}")
        self._bar.setVisible(state.busy)
        self._icon.setVisible(not state.busy)
        good = state.can_judge and not state.troubles
        name, colour = ("circle-check", now.ok) if good else ("triangle-alert", now.ng if state.failed else now.text)
        self._icon.setPixmap(icons.pixmap(name, colour, 20, self.devicePixelRatioF()))
        self.updateGeometry()

    def restyle(self) -> None:
        self.respeak()
