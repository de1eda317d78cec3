"""What is ready at this station and what is not, part by part, each with what to do about it.

Knows the readiness; knows no device.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.readiness import Readiness, Trouble, trouble_words
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.widgets import label

# Each row of the page: icon, what it is, what must not be there, what to do about it.
_ROWS: tuple[tuple[str, str, tuple[Trouble, ...], str], ...] = (
    ("camera", mark("Camera"), (Trouble.NO_CAMERA, Trouble.CAMERA_STALE),
     mark("Check its cable. It is opened again by itself; files work meanwhile.")),
    ("mic", mark("Microphone"), (Trouble.NO_MICROPHONE,),
     mark("Connect one, or choose it in the settings; sound files work meanwhile.")),
    ("volume-2", mark("Loudspeaker"), (Trouble.NO_SPEAKER,), mark("Verdicts are seen, not heard.")),
    ("send", mark("Other systems"), (Trouble.NOT_SENT,),
     mark("Verdicts wait on the disk, and are sent when they answer again. See the settings.")),
    ("award", mark("Samples"), (Trouble.GOLDEN_EXPIRED, Trouble.SAMPLE_EXPIRES),
     mark("Have it approved anew under Parts, Ctrl+P.")),
    ("save", mark("Disk"), (Trouble.DISK_LOW,), mark("Free some space, or move the data folder.")),
)  # fmt: skip


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
        self.resize(760, 600)
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
