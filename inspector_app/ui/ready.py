"""Where the program stands, in one place: a chip at the top that says it, and a page behind it that says all of it.

Knows the readiness; knows no device.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.readiness import Readiness, Trouble, trouble_words
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import label

_ROOM = 260
"""Widest that the words of the chip may be, in pixels."""
# Each row of the page: icon, what it is, what must not be there, what to do about it.
_ROWS: tuple[tuple[str, str, tuple[Trouble, ...], str], ...] = (
    ("camera", mark("Camera"), (Trouble.NO_CAMERA, Trouble.CAMERA_STALE),
     mark("Check its cable. It is opened again by itself; files work meanwhile.")),
    ("mic", mark("Microphone"), (Trouble.NO_MICROPHONE,),
     mark("Connect one, or choose it in the settings; sound files work meanwhile.")),
    ("volume-2", mark("Loudspeaker"), (Trouble.NO_SPEAKER,), mark("Verdicts are seen, not heard.")),
    ("save", mark("Disk"), (Trouble.DISK_LOW,), mark("Free some space, or move the data folder.")),
)  # fmt: skip


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


class ReadyDialog(Sheet):
    """Each part of the station with what is wrong with it and what to do. Follows while it is open."""

    def __init__(self, readiness: Readiness, parent: QWidget | None = None) -> None:
        super().__init__(mark("Is all ready?"), "", parent)
        self._readiness = readiness
        self.states: list[QLabel] = []
        self._marks: list[QLabel] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP_L)
        grid.setVerticalSpacing(theme.GAP_L)
        grid.setColumnStretch(2, 1)
        for row in range(len(_ROWS) + 1):
            mark_label, name, state = QLabel(), label("section"), label(wrap=True)
            self.say(name.setText, _ROWS[row - 1][1] if row else mark("Model"))
            state.setMinimumWidth(360)
            for column, part in enumerate((mark_label, name, state)):
                grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignTop)
            self._marks.append(mark_label)
            self.states.append(state)
        self.body.addLayout(grid)
        self.body.addStretch(1)
        self.add_button("check", mark("Close"), "Esc", self.accept)
        readiness.changed.connect(self.respeak)
        self.resize(700, 400)
        self.respeak()

    def respeak(self) -> None:
        state = self._readiness
        model = tr("Ready") if state.can_judge else f"{state.words}. {state.detail}".strip(". ") + "."
        self._show(0, state.can_judge, model, state.busy)
        for row, (_, _, troubles, hint) in enumerate(_ROWS, 1):
            found = next((trouble for trouble in troubles if trouble in self._readiness.troubles), None)
            text = tr("Ready") if found is None else f"{_capital(trouble_words(found))}. {tr(hint)}"
            self._show(row, found is None, text)

    def _show(self, row: int, good: bool, text: str, busy: bool = False) -> None:
        now = theme.tokens()
        icon = "hourglass" if busy else "circle-check" if good else "triangle-alert"
        colour = now.text if busy else now.ok if good else now.ng
        self._marks[row].setPixmap(icons.pixmap(icon, colour, 24, self.devicePixelRatioF()))
        self.states[row].setText(text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
