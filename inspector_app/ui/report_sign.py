"""Signing a report electronically: which box, and the PIN. Knows no report's content."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from inspector_app.reports.signatures import ROLES
from inspector_app.reports.summary import Report
from inspector_app.ui.language import mark, tr
from inspector_app.ui.report_desk import ReportDesk
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.widgets import label

_WORDS = {"prepared": mark("Prepared"), "checked": mark("Checked"), "approved": mark("Approved")}


class SignDialog(Sheet):
    """`signed` gives the signature."""

    signed = Signal(object)

    def __init__(self, desk: ReportDesk, report: Report, taken: set[str], parent: QWidget) -> None:
        super().__init__(
            mark("Sign the report"),
            mark("Your name, the time and the hash of what the report says are kept in the audit trail."),
            parent,
        )
        self._desk, self._report = desk, report
        self.role, self.pin = QComboBox(), QLineEdit()
        person = desk.desk.person
        who = label("section")
        who.setText(person.name if person else tr("Nobody signed in"))
        for name in ROLES:
            if name not in taken:
                self.role.addItem(tr(_WORDS[name]), name)
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.say(self.role.setAccessibleName, mark("Signature as"))
        self.say(self.pin.setPlaceholderText, mark("PIN"))
        self.say(self.pin.setAccessibleName, mark("PIN"))
        for part in (who, self.role, self.pin):
            self.body.addWidget(part)
        self.add_button("x", mark("Close"), "Esc", self.reject)
        self.add_button("pencil", mark("Sign"), "Return", self.sign, "primary")
        self.pin.setFocus()
        self.resize(460, 0)

    def sign(self) -> None:
        """Ask whether the PIN is right."""
        if self.role.currentData() is None:
            return
        task = self._desk.sign(self._report, str(self.role.currentData()), self.pin.text())
        task.done.connect(self._done)
        task.failed.connect(self._refused)

    def _done(self, signed: object) -> None:
        self.signed.emit(signed)
        self.accept()

    def _refused(self, error: Exception) -> None:
        self.pin.clear()
        self.refuse(error, self._desk.desk.problems.tell)
