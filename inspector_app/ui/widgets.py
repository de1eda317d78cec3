"""Small widgets that more than one page uses: buttons that show their key, cards, labels, empty states.

Knows the theme. Knows no page, no file, no verdict.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QTextOption, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from inspector_app.ui import icons, theme
from inspector_app.ui.language import Spoken
from inspector_app.ui.theme import Themed


def label(role: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label whose look the style sheet decides by its role. Plain text: what was heard is never markup."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Change a property that the style sheet looks at, and look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    for part in (widget, *widget.findChildren(QWidget)):
        # What was not shown yet looks when it is.
        if part.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            part.style().unpolish(part)
            part.style().polish(part)


def card() -> QFrame:
    """A surface that holds things which belong together."""
    made = QFrame()
    made.setObjectName("card")
    return made


def scrolled(content: QWidget, right: int = 0) -> QScrollArea:
    """The content at its own height; when there is not enough room it is scrolled up and down."""
    inner = QWidget()
    inner.setObjectName("scrolled")
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, right, 0)
    column.addWidget(content)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return area


def key_name(key: str) -> str:
    """A key as people read it on a keyboard."""
    shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    return shown.replace("Return", "Enter")


class _FacedButton(Spoken, Themed, QPushButton):
    """A push button drawn by labels of its own, so that icon, word and key each have a place."""

    def __init__(self, icon_name: str, text: str, key: str, icon_size: int) -> None:
        super().__init__()
        self._icon_name, self._icon_size = icon_name, icon_size
        self._icon, self._word, self._cap = QLabel(), label("word"), label("key")
        self._shown_key = key
        self._cap.setText(key_name(key) if key else "")
        if not key:
            self._cap.hide()  # and never shown here: what has no parent yet would be a window of its own
        for part in (self._icon, self._word, self._cap):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.say(self.set_text, text)

    @property
    def key(self) -> str:
        """The key that it shows."""
        return self._shown_key

    def set_text(self, text: str) -> None:
        """Word on the face, and for screen readers."""
        if text == self._word.text():
            return
        self._word.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def respeak(self) -> None:
        """Keys are called otherwise in another language."""
        self._cap.setText(key_name(self._shown_key) if self._shown_key else "")

    def set_icon(self, name: str) -> None:
        """Another icon, in the colour that fits."""
        if name != self._icon_name:
            self._icon_name = name
            self.restyle()

    def restyle(self) -> None:
        self._icon.setPixmap(icons.pixmap(self._icon_name, self.ink(), self._icon_size, self.devicePixelRatioF()))

    def ink(self) -> str:
        """Colour of the icon."""
        return theme.tokens().text

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class KeyButton(_FacedButton):
    """Icon, word and key in a row. `kind`: "", "primary", "quiet" or "recording"."""

    def __init__(self, icon_name: str, text: str, key: str = "", kind: str = "") -> None:
        super().__init__(icon_name, text, key, 26 if kind == "primary" else 20)
        self.setProperty("kind", kind)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, 2, theme.GAP, 2)
        row.setSpacing(theme.GAP_S)
        if kind == "primary":
            row.addStretch(1)
        row.addWidget(self._icon)
        row.addWidget(self._word)
        row.addStretch(1)
        row.addWidget(self._cap)
        self._cap.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(72 if kind == "primary" else theme.TARGET)
        self.restyle()

    def set_kind(self, kind: str) -> None:
        """Another look, as while recording."""
        if kind != self.property("kind"):
            set_look(self, "kind", kind)
            self.restyle()

    def setEnabled(self, enabled: bool) -> None:
        if enabled != self.isEnabled():
            super().setEnabled(enabled)
            self.restyle()

    def ink(self) -> str:
        now = theme.tokens()
        if not self.isEnabled():
            return now.muted
        return {"primary": now.on_accent, "recording": now.on_ng}.get(self.property("kind"), now.text)


class IconButton(_FacedButton):
    """An icon above its key; the word is in the tip and for screen readers."""

    def __init__(self, icon_name: str, text: str, key: str = "") -> None:
        super().__init__(icon_name, text, key, 20)
        self.setProperty("kind", "quiet")
        self._word.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 5, 2, 4)
        column.setSpacing(1)
        for part in (self._icon, self._cap):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignCenter)
        self.setFixedSize(theme.TARGET + 12, theme.TARGET)
        self.restyle()

    def set_text(self, text: str) -> None:
        super().set_text(text)
        self.setToolTip(text)

    def setEnabled(self, enabled: bool) -> None:
        if enabled != self.isEnabled():
            super().setEnabled(enabled)
            self.restyle()

    def ink(self) -> str:
        return theme.tokens().text if self.isEnabled() else theme.tokens().line


class RailButton(_FacedButton):
    """A page of the program: icon above word above key; where there is little room the key stands beside the icon."""

    def __init__(self, icon_name: str, text: str, key: str) -> None:
        super().__init__(icon_name, text, key, 20)
        self.setCheckable(True)
        self._close: bool | None = None
        self._word.setProperty("role", "railword")
        self._grid = QGridLayout(self)
        self._grid.setHorizontalSpacing(6)
        self.set_close(True)
        self.toggled.connect(self._chosen)

    def set_close(self, close: bool) -> None:
        """Less high, or as high as is comfortable."""
        if close == self._close:
            return
        self._close, middle = close, Qt.AlignmentFlag.AlignCenter
        self._grid.setContentsMargins(0, 2 if close else theme.GAP_S, 0, 2 if close else theme.GAP_S)
        self._grid.setVerticalSpacing(0 if close else 2)
        if close:
            self._grid.addWidget(self._icon, 0, 0, Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(self._cap, 0, 1, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(self._word, 1, 0, 1, 2, middle)
        else:
            for row, part in enumerate((self._icon, self._word, self._cap)):
                self._grid.addWidget(part, row, 0, 1, 2, middle)
        self._icon_size = 20 if close else 26
        self.restyle()

    def _chosen(self, on: bool) -> None:
        # A style sheet does not look at the button's state when it styles the labels inside.
        set_look(self._word, "chosen", "yes" if on else "no")
        self.restyle()

    def ink(self) -> str:
        return theme.tokens().accent if self.isChecked() else theme.tokens().text


class MonoText(QPlainTextEdit):
    """Text to be read exactly and copied: breaks lines anywhere, is as high as what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)

    def show_text(self, text: str) -> None:
        """Hold another text."""
        self.setPlainText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls, not the text

    def _fit(self) -> None:
        lines, block = 0, self.document().begin()
        while block.isValid():
            lines += max(block.layout().lineCount(), 1)
            block = block.next()
        margins = self.contentsMargins().top() + self.contentsMargins().bottom() + 2 * self.document().documentMargin()
        height = lines * self.fontMetrics().lineSpacing() + int(margins) + 18
        if height != self.height():
            self.setFixedHeight(height)


class EmptyState(Spoken, Themed, QWidget):
    """What is seen where nothing is yet: an icon, a sentence, and what to do."""

    def __init__(self, icon_name: str, title: str, hint: str) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._icon, self._title, self._hint = QLabel(), label("strong"), label("caption", wrap=True)
        column = QVBoxLayout(self)
        column.setSpacing(theme.GAP_S)
        column.addStretch(1)
        for part in (self._icon, self._title, self._hint):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addStretch(1)
        self.say(self._title.setText, title)
        self.say(self._hint.setText, hint)
        self.restyle()

    def show_text(self, icon_name: str, title: str, hint: str) -> None:
        """Another reason for being empty."""
        self._icon_name = icon_name
        self.say(self._title.setText, title)
        self.say(self._hint.setText, hint)
        self.restyle()

    def restyle(self) -> None:
        self._icon.setPixmap(icons.pixmap(self._icon_name, theme.tokens().muted, 56, self.devicePixelRatioF()))
