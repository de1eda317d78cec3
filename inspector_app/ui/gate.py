"""Who may use the window: signing in, locking after a while without a touch, kiosk mode and the way out of it.

Knows the window it guards and the desk's people. Knows no page's content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from inspector_app.capture.wedge import Wedge
from inspector_app.rights import PROGRAM, Person, Right
from inspector_app.settings import Settings
from inspector_app.ui.desk import Desk
from inspector_app.ui.language import mark
from inspector_app.ui.scanner import watch_window

if TYPE_CHECKING:
    from inspector_app.ui.main_window import MainWindow
    from inspector_app.ui.sign_in import PinDialog

_TOUCHES = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.Wheel)


class Gate(QObject):
    """At an open station, where nobody is registered, nothing is asked: the operator's name is what was typed."""

    def __init__(self, window: MainWindow, desk: Desk) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self.open_station = True
        self.dialog: PinDialog | None = None
        self._let_out = False
        self._idle = QTimer(self, singleShot=True)
        self._idle.timeout.connect(self.lock)

    @property
    def nameless(self) -> bool:
        """Nobody has said who they are."""
        person = self._desk.person
        return person is None or (person.id is None and person.name == PROGRAM)

    def begin(self, settings: Settings) -> None:
        """The records are open: who works here?"""
        watch_window(self._window, self)
        self._desk.ask_people(self._people).done.connect(lambda found: self._begun(found, settings))

    def use(self, before: Settings | None, now: Settings) -> None:
        """Other settings: how long until it locks, full screen, kiosk mode, the name at an open station."""
        self._idle.setInterval(now.auto_lock_minutes * 60_000)
        if before is None or (before.kiosk, before.full_screen) != (now.kiosk, now.full_screen):
            whole = now.kiosk or now.full_screen
            self._window.showFullScreen() if whole else self._leave_full_screen()
        if self.open_station and (before is None or before.operator != now.operator):
            self._desk.sign(Person.typed(now.operator))

    def _people(self) -> list[Person]:
        station = self._desk.station
        if station is None or station.store.database.read_only:
            return []  # where nothing can be written, no PIN is tried and nothing can be decided: anybody may read
        return [one for one in station.people.all() if not one.disabled]

    def _begun(self, people: list[Person], settings: Settings) -> None:
        self.open_station = not people
        if people:
            self.lock()
        else:
            self._desk.sign(Person.typed(settings.operator))

    # -- persons

    def ask_person(self) -> None:
        """Sign in as another person; who is signed in is signed out first."""
        if self.open_station:
            self._ask_name()
        else:
            self.lock()

    def lock(self) -> None:
        """Nobody works here until a PIN or a badge is given; the model goes on with what was kept."""
        if self.open_station or self.dialog is not None:
            return
        person = self._desk.person
        self._desk.sign(None)
        self._window.inspect_page.locked = True
        station = self._desk.station
        if person is not None and station is not None:
            self._desk.ask_people(station.people.sign_out, person)
        self._desk.ask_people(self._people).done.connect(self._ask_pin)

    def _ask_pin(self, people: list[Person]) -> None:
        station = self._desk.station
        if station is None or self.dialog is not None:
            return
        from inspector_app.ui.sign_in import PinDialog  # not part of the start, as all dialogs

        self.dialog = PinDialog(
            self._desk,
            people,
            station.people.sign_in,
            mark("Sign in"),
            mark("Choose your name with the arrow keys, type your PIN; or scan your badge."),
            badge=station.people.sign_in_badge,
            wedge=Wedge.of(self._window.settings),
            must=True,
            parent=self._window,
        )
        self.dialog.signed.connect(self._signed)
        self._window.open_dialog(self.dialog)

    def _signed(self, person: Person) -> None:
        self.dialog = None
        self._window.inspect_page.locked = False
        self._desk.sign(person)
        self._idle.start()

    def first(self, person: Person) -> None:
        """Somebody was registered at a station where nobody was, and is signed in: from now on it asks."""
        self.open_station = False
        self._signed(person)

    def _ask_name(self) -> None:
        from inspector_app.ui.sign_in import NameDialog

        settings = self._window.settings
        dialog = NameDialog(settings.operator, self._window)
        dialog.accepted.connect(lambda: self._window.change_settings(settings.changed(operator=dialog.name)))
        self._window.open_dialog(dialog)

    # -- locking by itself

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES and self._desk.person is not None and not self.open_station:
            if self._idle.interval() > 0:
                self._idle.start()
        return False

    # -- full screen and kiosk

    @property
    def kiosk(self) -> bool:
        """The window is the only thing on the screen, and stays so."""
        return self._window.settings.kiosk and not self._let_out

    def toggle_full_screen(self) -> None:
        """The whole screen and back."""
        if not self._window.isFullScreen():
            self._let_out = False
            self._window.showFullScreen()
        elif self.kiosk:
            self._ask_way_out(self._leave_full_screen)
        else:
            self._leave_full_screen()

    def may_close(self) -> bool:
        """Whether the window may close now; in kiosk mode a PIN is asked for first."""
        if self.kiosk and not self.open_station:
            self._ask_way_out(self._window.close)
            return False
        return True

    def _leave_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()

    def _ask_way_out(self, then: object) -> None:
        if self.open_station:
            self._go_out(then)
            return
        self._desk.ask_people(self._leaders).done.connect(lambda people: self._ask_leader(people, then))

    def _leaders(self) -> list[Person]:
        station = self._desk.station
        return [] if station is None else [p for p in self._people() if station.people.may(p, Right.LEAVE_KIOSK)]

    def _ask_leader(self, people: list[Person], then: object) -> None:
        station = self._desk.station
        if station is None:
            return
        from inspector_app.ui.sign_in import PinDialog

        dialog = PinDialog(
            self._desk,
            people,
            lambda name, pin: station.people.confirm(name, pin, Right.LEAVE_KIOSK),
            mark("Leave kiosk mode"),
            mark("A supervisor's PIN is needed."),
            parent=self._window,
        )
        dialog.signed.connect(lambda _: self._go_out(then))
        self._window.open_dialog(dialog)

    def _go_out(self, then: object) -> None:
        self._let_out = True
        if callable(then):
            then()
