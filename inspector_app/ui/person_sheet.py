"""One form for what is entered about a person: name, role, PIN, badge; whatever of it is asked for.

Checks only that the PIN was typed twice alike; everything else the core says in a sentence, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from inspector_app.rights import Person, Role
from inspector_app.ui import theme
from inspector_app.ui.desk import Desk
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.sign_in import ROLES
from inspector_app.ui.widgets import label
from model_runtime.verdict import Fixable

FIELDS = {
    "name": mark("Name"),
    "role": mark("Role"),
    "pin": mark("PIN, 4 to 12 digits"),
    "again": mark("PIN, once more"),
    "badge": mark("Badge (scan it; may stay empty)"),
}
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed; what was not asked for is empty."""

    name: str = ""
    role: Role = Role.OPERATOR
    pin: str = ""
    badge: str = ""


class PersonForm(Spoken, QWidget):
    """The fields by name, one below the other, each under its title."""

    def __init__(self, fields: tuple[str, ...], role: Role = Role.OPERATOR) -> None:
        super().__init__()
        self.edits = {name: QLineEdit() for name in fields if name != "role"}
        self.role_box = QComboBox()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        for row, name in enumerate(fields):
            title, editor = label("caption"), self.edits.get(name, self.role_box)
            self.say(title.setText, FIELDS[name])
            self.say(editor.setAccessibleName, FIELDS[name])
            editor.setMinimumHeight(theme.TARGET)
            grid.addWidget(title, 2 * row, 0)
            grid.addWidget(editor, 2 * row + 1, 0)
        for name, edit in self.edits.items():
            edit.setMaxLength(_LONGEST)
            if name != "name":
                edit.setEchoMode(QLineEdit.EchoMode.Password)
            if name in ("pin", "again"):
                edit.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        for one in Role:
            self.role_box.addItem(tr(ROLES[one]), one)
        self.role_box.setCurrentIndex(self.role_box.findData(role))

    def entered(self) -> Entered:
        """What is in the fields; Fixable where the two PINs differ."""
        texts = {name: edit.text().strip() for name, edit in self.edits.items()}
        if texts.get("pin", "") != texts.get("again", ""):
            raise Fixable("pins_differ", "The two PINs are not the same; type them again.")
        role = Role(self.role_box.currentData())
        return Entered(texts.get("name", ""), role, texts.get("pin", ""), texts.get("badge", ""))

    def respeak(self) -> None:
        for row in range(self.role_box.count()):
            self.role_box.setItemText(row, tr(ROLES[Role(self.role_box.itemData(row))]))


class PersonSheet(Sheet):
    """`kept` gives the person after the job was done on the disk's lane; what it refuses is said, and can be mended."""

    kept = Signal(object)

    def __init__(
        self,
        desk: Desk,
        title: str,
        hint: str,
        form: PersonForm,
        job: Callable[[Entered], Person],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, hint, parent)
        self._desk, self.form, self._job = desk, form, job
        self._busy = False
        self.body.addWidget(form)
        self.body.addStretch(1)
        self.add_button("x", mark("Cancel"), "Esc", self.reject)
        self.add_button("check", mark("Save"), "Return", self.save, "primary")
        self.resize(560, 0)
        next(iter(form.edits.values()), form.role_box).setFocus()

    def save(self) -> None:
        """Have it done; Enter in any field does the same."""
        if self._busy:
            return
        try:
            entered = self.form.entered()
        except Fixable as error:
            self._refuse(error)
            return
        self._busy = True
        task = self._desk.ask_people(self._job, entered)
        task.done.connect(self._done)
        task.failed.connect(self._refuse)

    def _done(self, person: Person) -> None:
        self.kept.emit(person)
        self.accept()

    def _refuse(self, error: Exception) -> None:
        self._busy = False
        self.refuse(error, self._desk.problems.tell)
