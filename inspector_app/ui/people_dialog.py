"""The people of the station: who is registered, as what, with a badge or not; add, change, let nobody in any more.

Knows people as names and roles. Who may do what, and what is valid, the core decides and says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from inspector_app.rights import Person, Right, Role
from inspector_app.ui import icons, theme
from inspector_app.ui.desk import Desk
from inspector_app.ui.language import mark, tr
from inspector_app.ui.person_sheet import Entered, PersonForm, PersonSheet
from inspector_app.ui.sheet import Sheet, key_button
from inspector_app.ui.sign_in import ROLES
from inspector_app.ui.widgets import EmptyState, KeyButton

if TYPE_CHECKING:
    from inspector_app.people import People

FIRST = (
    mark("The first person"),
    mark("Whoever looks after the people of this station. From then on everybody signs in, by PIN or badge."),
)
"""Title and hint of the form for the first administrator."""
_ACTS = (
    ("role", "user-check", mark("Role"), "Ctrl+R"),
    ("pin", "lock", mark("New PIN"), "Ctrl+K"),
    ("badge", "scan-barcode", mark("Badge"), "Ctrl+B"),
    ("out", "user-round", mark("Let in no more"), "Ctrl+D"),
)


def first_person(people: People, entered: Entered) -> Person:
    """Registers the first administrator and signs them in: from now on the station asks who works here."""
    people.add(None, entered.name, Role.QUALITY, entered.pin, entered.badge)
    return people.sign_in(entered.name, entered.pin)


class PeopleDialog(Sheet):
    """`began` gives the first person, who is signed in; `dialog_wanted` a form to be laid over this."""

    began = Signal(object)
    dialog_wanted = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(mark("People"), mark("Who may sign in here, and as what. What they did stays theirs."), parent)
        self._desk = desk
        self.people: list[Person] = []
        self.list = QListWidget()
        self.empty = EmptyState(
            "users-round",
            mark("Nobody is registered"),
            mark("The station is open: nothing is asked. Add the first person, and everybody signs in from then on."),
        )
        self.buttons: dict[str, KeyButton] = {}
        self._build()
        self.resize(820, 600)
        self.load()

    def _build(self) -> None:
        row, right = QHBoxLayout(), QVBoxLayout()
        row.setSpacing(theme.GAP_L)
        self.list.setIconSize(QSize(24, 24))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(lambda _: self._show())
        row.addWidget(self.list, 1)
        row.addWidget(self.empty, 1)
        right.setSpacing(theme.GAP_S)
        self.add = key_button(self, "plus", mark("Add a person"), "Ctrl+N", self.add_person)
        right.addWidget(self.add)
        jobs = {"role": self.change_role, "pin": self.change_pin, "badge": self.change_badge, "out": self.let_in_or_out}
        for name, icon, text, key in _ACTS:
            self.buttons[name] = key_button(self, icon, text, key, jobs[name])
            right.addWidget(self.buttons[name])
        right.addStretch(1)
        row.addLayout(right)
        self.body.addLayout(row, 1)
        self.empty.hide()
        self.add_button("check", mark("Close"), "Esc", self.accept)

    # -- who is there

    def load(self) -> None:
        """Read them again."""
        self._ask(lambda people: people.all(), self._loaded)

    def _loaded(self, people: list[Person]) -> None:
        chosen = self.chosen.name if self.chosen else ""
        self.people = people = sorted(people, key=lambda person: person.name.casefold())
        self.list.clear()
        for person in people:
            words = [person.name, tr(ROLES[person.role]) if person.role else ""]
            words += [tr("with badge")] if person.has_badge else []
            words += [tr("let in no more")] if person.disabled else []
            item = QListWidgetItem(icons.icon(self._icon(person), theme.tokens().text), "   ".join(words))
            item.setSizeHint(QSize(0, 52))
            self.list.addItem(item)
        names = [person.name for person in people]
        self.list.setCurrentRow(names.index(chosen) if chosen in names else 0)
        self.list.setVisible(bool(people))
        self.empty.setVisible(not people)
        (self.list if people else self.add).setFocus()
        self._show()

    def _icon(self, person: Person) -> str:
        return "lock" if person.disabled else "user-check" if person.role is Role.QUALITY else "user-round"

    @property
    def chosen(self) -> Person | None:
        """The person that the buttons are about."""
        row = self.list.currentRow()
        return self.people[row] if 0 <= row < len(self.people) else None

    def _show(self) -> None:
        """One's own PIN is everybody's own to change; all else is for who looks after people."""
        station, who, person = self._desk.station, self._desk.person, self.chosen
        may = station is not None and (not self.people or who is not None and station.people.may(who, Right.PEOPLE))
        self.add.setEnabled(may)
        own = person is not None and who is not None and who.id is not None and who.name == person.name
        for name, button in self.buttons.items():
            button.setEnabled(person is not None and (may or own and name == "pin"))
        out = self.buttons["out"]
        let_in = person is not None and person.disabled
        out.say(out.set_text, mark("Let in again") if let_in else mark("Let in no more"))

    # -- what is changed; the names are those of the buttons

    def add_person(self) -> None:
        """Somebody new; the first one looks after the others."""
        if self.people:
            self._form(
                (mark("Add a person"), mark("The PIN is theirs alone: let them type it.")),
                PersonForm(("name", "role", "pin", "again", "badge")),
                lambda people, who, new: people.add(who, new.name, new.role, new.pin, new.badge),
            )
        else:
            form = PersonForm(("name", "pin", "again", "badge"))
            sheet = self._form(FIRST, form, lambda people, _, new: first_person(people, new))
            sheet.kept.connect(self.began)

    def change_role(self) -> None:
        """Another role for who is chosen."""
        if person := self.chosen:
            form = PersonForm(("role",), person.role or Role.OPERATOR)
            self._form(
                (mark("Role"), person.name), form, lambda people, who, new: people.set_role(who, person.name, new.role)
            )

    def change_pin(self) -> None:
        """A new PIN for who is chosen; who was locked out may try again."""
        if person := self.chosen:
            form = PersonForm(("pin", "again"))
            self._form(
                (mark("New PIN"), person.name), form, lambda people, who, new: people.reset(who, person.name, new.pin)
            )

    def change_badge(self) -> None:
        """Another badge for who is chosen; an empty field takes it away."""
        if person := self.chosen:
            form = PersonForm(("badge",))
            self._form(
                (mark("Badge"), person.name),
                form,
                lambda people, who, new: people.set_badge(who, person.name, new.badge),
            )

    def let_in_or_out(self) -> None:
        """May sign in no more, or again."""
        if person := self.chosen:
            who, name = self._desk.person, person.name
            job = (
                (lambda people: people.enable(who, name))
                if person.disabled
                else lambda people: people.disable(who, name)
            )
            self._ask(job, lambda _: self.load())

    def _form(
        self, texts: tuple[str, str], form: PersonForm, job: Callable[[People, Person | None, Entered], Person]
    ) -> PersonSheet:
        station, who = self._desk.station, self._desk.person
        assert station is not None  # nobody is listed without
        sheet = PersonSheet(self._desk, *texts, form, lambda new: job(station.people, who, new), self)
        sheet.kept.connect(lambda _: self.load())
        self.dialog_wanted.emit(sheet)
        return sheet

    def _ask(self, job: Callable[[People], object], done: Callable[[Any], None]) -> None:
        self.clear_fault()
        if (station := self._desk.station) is None:
            return
        task = self._desk.ask_people(job, station.people)
        task.done.connect(done)
        task.failed.connect(self._refuse)

    def _refuse(self, error: Exception) -> None:
        self.refuse(error, self._desk.problems.tell)
