"""Dialogs of the night: freezing a set, beginning a training, signing a promotion, a reason for a rollback, keys.

Each asks and gives what was entered; the page says what comes of it. Knows no records and no model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from pathlib import Path

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from inspector_app.learning import Rule
from inspector_app.tasks import Task
from inspector_app.training_sets import Shares
from inspector_app.ui import theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.sentences import sentence
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.widgets import KeyButton, label
from model_runtime.verdict import Fixable

Asks = Callable[[], Task]


class Asking(Sheet):
    """A form whose request is sent; a failure is said in it, and nothing that was entered is lost."""

    finished_with = Signal(object)

    def __init__(self, title: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(title, hint, parent)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(theme.GAP_L)
        self.form.setVerticalSpacing(theme.GAP_S)
        self.body.addLayout(self.form)
        self.body.addStretch(1)
        self.setMinimumWidth(640)

    def line(self, words: str, widget: QWidget) -> None:
        """A field with its name."""
        name = label()
        self.say(name.setText, words)
        self.say(widget.setAccessibleName, words)
        name.setMinimumHeight(theme.TARGET)
        name.setBuddy(widget)
        self.form.addRow(name, widget)

    def buttons(self, icon: str, words: str, kind: str = "primary") -> KeyButton:
        """Cancel, and the one that sends."""
        self.add_button("x", mark("Cancel"), "Esc", self.reject)
        self._words = words
        self.send_button = self.add_button(icon, words, "Ctrl+Return", self.send, kind)
        return self.send_button

    def send(self) -> None:
        """Asks; closes when it is done."""
        try:
            task = self.ask()
        except Fixable as error:
            self._not_done(error)
            return
        self.send_button.setEnabled(False)
        self.send_button.set_text(tr("Please wait"))
        self.clear_fault()
        task.done.connect(self._done)
        task.failed.connect(self._not_done)

    def ask(self) -> Task:
        """What is sent; KensaError for what cannot be."""
        raise NotImplementedError

    def _not_done(self, error: Exception) -> None:
        """Says why not."""
        self.send_button.setEnabled(True)
        self.send_button.set_text(tr(self._words))
        if not isinstance(error, Fixable):
            raise error
        self.say_fault(sentence(error))

    def _done(self, came: object) -> None:
        self.finished_with.emit(came)
        self.accept()


class FreezeSheet(Asking):
    """By which rule reviewed units become a set, or which folder."""

    def __init__(
        self,
        parts: Sequence[str],
        freeze: Callable[[Rule, str | None, Shares], Task],
        freeze_folder: Callable[[Path, Rule, str | None, Path | None, Shares], Task],
        folder: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        title = mark("A set from a folder") if folder else mark("A set of reviewed units")
        hint = mark("A set never changes. A share of it is locked for measuring and never learned from.")
        super().__init__(title, hint, parent)
        self._freeze, self._freeze_folder, self._folder = freeze, freeze_folder, folder
        self.source, self.golden = QLineEdit(), QLineEdit()
        self.part, self.classes, self.name = QComboBox(), QLineEdit(), QLineEdit()
        self.since, self.until = _day(QDate.currentDate().addMonths(-3)), _day(QDate.currentDate())
        self.accepted_too, self.share = QCheckBox(), QSpinBox()
        self.part.addItem(tr("all parts"), None)
        for part in parts:
            self.part.addItem(part, part)
        self._build()

    def _build(self) -> None:
        if self._folder:
            self.line(mark("Folder with metadata.csv"), self._browsed(self.source, self._choose_folder))
            self.line(
                mark("Photo of a good part (where the folder names none)"), self._browsed(self.golden, self._choose)
            )
        self.line(mark("Part"), self.part)
        if not self._folder:
            self.line(mark("Captured from"), self.since)
            self.line(mark("Captured until"), self.until)
            self.say(self.accepted_too.setText, mark("Also units that only an operator accepted"))
            self.form.addRow("", self.accepted_too)
        self.line(mark("Of the NG units only these classes"), self.classes)
        self.say(self.classes.setPlaceholderText, mark("all; else names with commas: scratch, chip"))
        self.line(mark("Name of the set"), self.name)
        self.say(self.name.setPlaceholderText, mark("as the part or the folder"))
        self.share.setRange(5, 60)
        self.share.setValue(20)
        self.share.setSuffix(" %")
        self.share.lineEdit().setTextMargins(theme.GAP, 0, 0, 0)
        self.line(mark("Locked for measuring"), self.share)
        self.buttons("lock", mark("Freeze"))

    def _browsed(self, edit: QLineEdit, choose: Callable[[], None]) -> QWidget:
        whole, row = QWidget(), QHBoxLayout()
        whole.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        button = KeyButton("folder-open", mark("Choose"))
        button.setAutoDefault(False)
        button.clicked.connect(choose)
        row.addWidget(edit, 1)
        row.addWidget(button)
        whole.setFocusProxy(edit)
        return whole

    def _choose_folder(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self, tr("Folder with metadata.csv")):
            self.source.setText(chosen)

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Photo of a good part"))
        if chosen:
            self.golden.setText(chosen)

    def ask(self) -> Task:
        classes = tuple(name.strip() for name in self.classes.text().split(",") if name.strip())
        shares = Shares(self.share.value() / 100)
        name = self.name.text().strip() or None
        if self._folder:
            if not self.source.text().strip():
                raise Fixable("not_labelled", "Choose the folder first.")
            golden = Path(self.golden.text().strip()).expanduser() if self.golden.text().strip() else None
            rule = Rule(self.part.currentData(), None, None, True, classes)
            return self._freeze_folder(Path(self.source.text().strip()).expanduser(), rule, name, golden, shares)
        since = datetime.combine(_date(self.since), time.min).astimezone(UTC)
        until = datetime.combine(_date(self.until), time.max).astimezone(UTC)
        rule = Rule(self.part.currentData(), since, until, not self.accepted_too.isChecked(), classes)
        return self._freeze(rule, name, shares)


class TrainSheet(Asking):
    """How an adapter is trained on a set; what is not asked goes by the size of the set."""

    def __init__(
        self,
        training_set: str,
        adapters: Sequence[str],
        train: Callable[[str, dict[str, object], str | None, bool], Task],
        parent: QWidget | None = None,
    ) -> None:
        hint = mark("It runs beside the line, at low priority. It can be stopped, and goes on where it was.")
        super().__init__(mark("Train an adapter"), hint, parent)
        self._set, self._train = training_set, train
        self.parent_box, self.miss, self.overkill = QComboBox(), _cost(), _cost()
        self.seed = QSpinBox()
        self.seed.setRange(0, 9999)
        self.seed.lineEdit().setTextMargins(theme.GAP, 0, 0, 0)
        self.parent_box.addItem(tr("the active adapter"), ("", False))
        self.parent_box.addItem(tr("from zero"), ("", True))
        for name in adapters:
            self.parent_box.addItem(name, (name, False))
        chosen = label("strong")
        chosen.setText(training_set)
        self.line(mark("Training set"), chosen)
        self.line(mark("It starts from"), self.parent_box)
        self.line(mark("What a miss costs"), self.miss)
        self.line(mark("What an overkill costs"), self.overkill)
        self.line(mark("Seed"), self.seed)
        self.buttons("play", mark("Train"))

    def ask(self) -> Task:
        parent, fresh = self.parent_box.currentData()
        recipe: dict[str, object] = {
            "seed": self.seed.value(),
            "miss_cost": self.miss.value(),
            "overkill_cost": self.overkill.value(),
        }
        return self._train(self._set, recipe, parent or None, fresh)


class SignSheet(Asking):
    """A reason, and, where people are registered, the own PIN: who lets an adapter in, or puts one back."""

    def __init__(
        self, title: str, hint: str, words: str, pin: bool, ask: Callable[[str, str | None], Task],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(title, hint, parent)
        self._ask = ask
        self.reason, self.pin = QLineEdit(), QLineEdit()
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.pin.setMaxLength(12)
        self.line(mark("Reason, kept in the audit trail"), self.reason)
        if pin:
            self.line(mark("Your PIN, as signature"), self.pin)
        self._needs_pin = pin
        self.buttons("pencil", words)
        self.reason.setFocus()

    def ask(self) -> Task:
        if not self.reason.text().strip():
            raise Fixable("no_reason", "Give a reason; it is kept in the audit trail.")
        task = self._ask(self.reason.text().strip(), self.pin.text() if self._needs_pin else None)
        self.pin.clear()
        return task


class KeySheet(Asking):
    """This station's public key, and another station's that is trusted from now on."""

    def __init__(
        self, own: str, trusted: dict[str, str], trust: Callable[[str, str], Task], parent: QWidget | None = None
    ) -> None:
        hint = mark("An adapter is taken in only if it is signed with a key that stands here.")
        super().__init__(mark("Keys of stations"), hint, parent)
        self._trust = trust
        mine, known = label("mono", wrap=True, selectable=True), label(wrap=True, selectable=True)
        mine.setText(own)
        known.setText("\n".join(f"{name}: {key[:16]}…" for key, name in trusted.items()) or tr("none"))
        self.line(mark("This station's key"), mine)
        self.line(mark("Trusted stations"), known)
        self.key, self.called = QLineEdit(), QLineEdit()
        self.line(mark("Key to trust (64 digits)"), self.key)
        self.line(mark("Whose key it is"), self.called)
        self.buttons("check", mark("Trust"))
        self.resize(760, 420)

    def ask(self) -> Task:
        if not self.called.text().strip():
            raise Fixable("bad_name", "Say whose key it is.")
        return self._trust(self.key.text().strip(), self.called.text().strip())


def _day(date: QDate) -> QDateEdit:
    edit = QDateEdit(date)
    edit.setDisplayFormat("yyyy-MM-dd")
    edit.setCalendarPopup(True)
    return edit


def _date(edit: QDateEdit) -> datetime:
    date = edit.date()
    return datetime(date.year(), date.month(), date.day())


def _cost() -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0.1, 100.0)
    box.setSingleStep(0.5)
    box.setValue(1.0)
    box.lineEdit().setTextMargins(theme.GAP, 0, 0, 0)
    return box
