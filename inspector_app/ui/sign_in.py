"""Who is at the station: names and a PIN pad, or a badge that is scanned; also a supervisor's PIN for one act.

Knows people as names and roles. Checks nothing itself: a job of the caller does, on the disk's lane.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from inspector_app.capture.wedge import Wedge
from inspector_app.rights import Person, Role
from inspector_app.ui import icons, theme
from inspector_app.ui.desk import Desk
from inspector_app.ui.language import mark, tr
from inspector_app.ui.pin_pad import PinPad
from inspector_app.ui.scanner import Scanner
from inspector_app.ui.sheet import Sheet

ROLES = {Role.OPERATOR: mark("operator"), Role.SUPERVISOR: mark("supervisor"), Role.QUALITY: mark("quality")}
_NAME = Qt.ItemDataRole.UserRole

Verify = Callable[[str, str], Person]
"""Name and PIN -> who it is; KensaError when it is not."""
Badge = Callable[[str], Person]


class PinDialog(Sheet):
    """`signed` gives the person. `must`: it cannot be left without a PIN, for the station is locked."""

    signed = Signal(object)

    def __init__(
        self,
        desk: Desk,
        people: list[Person],
        verify: Verify,
        title: str,
        hint: str,
        *,
        badge: Badge | None = None,
        wedge: Wedge | None = None,
        must: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, hint, parent)
        self._desk, self._verify, self._badge, self.must = desk, verify, badge, must
        self.names, self.pad = QListWidget(), PinPad()
        self._busy = False
        self._build(people)
        if badge is not None:
            scanner = Scanner(self, wedge)
            scanner.scanned.connect(self._scanned)

    def _build(self, people: list[Person]) -> None:
        for person in people:
            role = tr(ROLES[person.role]) if person.role else ""
            item = QListWidgetItem(icons.icon("user-round", theme.tokens().text), f"{person.name}   {role}")
            item.setData(_NAME, person.name)
            item.setSizeHint(QSize(0, 56))
            self.names.addItem(item)
        self.names.setCurrentRow(0)
        self.names.setIconSize(QSize(24, 24))
        self.names.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys reach it through `keyPressEvent`
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.currentRowChanged.connect(lambda _: self.pad.clear())
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_XL)
        row.addWidget(self.names, 1)
        right = QVBoxLayout()
        right.addWidget(self.pad)
        row.addLayout(right, 1)
        self.body.addLayout(row, 1)
        if not self.must:
            self.add_button("x", mark("Cancel"), "Esc", self.reject)
        self.pad.entered.connect(self._entered)
        self.resize(760, 560)
        self.pad.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            row = self.names.currentRow() + steps[Qt.Key(event.key())]
            self.names.setCurrentRow(min(max(row, 0), self.names.count() - 1))
        elif event.key() != Qt.Key.Key_Escape or not self.must:
            super().keyPressEvent(event)

    def reject(self) -> None:
        """A locked station stays locked."""
        if not self.must:
            super().reject()

    def _entered(self, pin: str) -> None:
        item = self.names.currentItem()
        if item is not None:
            name = str(item.data(_NAME))
            self._ask(lambda: self._verify(name, pin))

    def _scanned(self, code: str) -> None:
        self.pad.clear()
        badge = self._badge
        if badge is not None:
            self._ask(lambda: badge(code))

    def _ask(self, job: Callable[[], Person]) -> None:
        if self._busy:
            return
        self._busy = True
        task = self._desk.ask_people(job)
        task.done.connect(self._welcome)
        task.failed.connect(self._refuse)

    def _welcome(self, person: Person) -> None:
        self._busy = False
        self.signed.emit(person)
        self.accept()

    def _refuse(self, error: Exception) -> None:
        self._busy = False
        self.refuse(error, self._desk.problems.tell)
        self.pad.setFocus()


class NameDialog(Sheet):
    """Nobody is registered at this station: the name that goes into the records is typed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(
            mark("Who works here?"),
            mark("The name is kept with every unit. People with a PIN are registered under People, Ctrl+Shift+P."),
            parent,
        )
        self.edit = QLineEdit(name)
        self.edit.setMaxLength(100)
        self.say(self.edit.setAccessibleName, mark("Operator"))
        self.body.addWidget(self.edit)
        self.body.addStretch(1)
        self.add_button("x", mark("Cancel"), "Esc", self.reject)
        self.add_button("check", mark("Save"), "Return", self.accept, "primary")
        self.resize(520, 0)
        self.edit.setFocus()

    @property
    def name(self) -> str:
        """What was typed."""
        return self.edit.text().strip()
