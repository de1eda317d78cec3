"""A PIN typed with large keys, on the keyboard, or with a glove on the screen. Knows digits; knows no person."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.widgets import KeyButton

LONGEST = 12
_KEY = 64


class _Dots(Spoken, QWidget):
    """A dot for each digit; never the digits."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.setFixedHeight(40)

    def show_count(self, count: int) -> None:
        self.count = count
        self.setAccessibleName(tr("{count} digits", count=count))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(now.muted))
        places = max(4, self.count)
        step = min(28.0, self.width() / places)
        left = (self.width() - places * step) / 2
        for n in range(places):
            dot = QRectF(left + n * step + step / 2 - 8, 12, 16, 16)
            painter.setBrush(QColor(now.accent) if n < self.count else Qt.GlobalColor.transparent)
            painter.drawEllipse(dot)
        painter.end()


class PinPad(QWidget):
    """`entered` gives the digits when Enter or its key is pressed; they are forgotten at once."""

    entered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._digits = ""
        self.dots = _Dots()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.dots)
        column.addLayout(self._keys())
        column.addStretch(1)

    def _keys(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(theme.GAP_S)
        for n, digit in enumerate("123456789"):
            grid.addWidget(self._key("", digit, digit), n // 3, n % 3)
        self.back_key = self._key("delete", mark("Delete"), "Backspace", self.back)
        self.enter_key = self._key("check", mark("Enter"), "Return", self.enter, "primary")
        grid.addWidget(self.back_key, 3, 0)
        grid.addWidget(self._key("", "0", "0"), 3, 1)
        grid.addWidget(self.enter_key, 3, 2)
        return grid

    def _key(self, icon: str, text: str, key: str, job: object = None, kind: str = "") -> KeyButton:
        button = KeyButton(icon, text, "", kind) if icon else _Digit(text)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAutoDefault(False)
        button.setMinimumSize(QSize(96, _KEY))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(job if job is not None else lambda: self.type(text))
        return button

    def type(self, digit: str) -> None:
        """One digit more."""
        if len(self._digits) < LONGEST:
            self._digits += digit
            self.dots.show_count(len(self._digits))

    def back(self) -> None:
        """One digit less."""
        self._digits = self._digits[:-1]
        self.dots.show_count(len(self._digits))

    def clear(self) -> None:
        """Forget what was typed."""
        self._digits = ""
        self.dots.show_count(0)

    def enter(self) -> None:
        """Give the digits away."""
        digits = self._digits
        self.clear()
        if digits:
            self.entered.emit(digits)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isascii() and event.text().isdigit():
            self.type(event.text())
        elif event.key() == Qt.Key.Key_Backspace:
            self.back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter()
        else:
            super().keyPressEvent(event)


class _Digit(KeyButton):
    """A key with its digit in the middle."""

    def __init__(self, digit: str) -> None:
        super().__init__("", digit)
        self._icon.hide()
        self._word.setProperty("role", "digit")
        self._word.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = self.layout()
        if isinstance(row, QHBoxLayout):
            row.insertStretch(0, 1)

    def restyle(self) -> None:
        """A digit has no icon."""
