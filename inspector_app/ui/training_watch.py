"""The night beside the day: the page, the candidate that runs beside, and what the monitoring says at sign-in.

Built when the records are open; knows the window's page stack and the desk of the night.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from inspector_app.rights import Right
from inspector_app.settings import Settings
from inspector_app.ui.language import tr
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.monitoring import Alarm
    from inspector_app.records.record import Inspection
    from inspector_app.rights import Person
    from inspector_app.ui.desk import Desk
    from inspector_app.ui.main_window import MainWindow
    from inspector_app.ui.training_desk import TrainingDesk
    from inspector_app.ui.training_page import TrainingPage


class NightWatch(QObject):
    """`begin` when the model is ready; `close` before the lanes close."""

    def __init__(self, window: MainWindow, desk: Desk) -> None:
        super().__init__(window)
        self._desk = desk
        self.night: TrainingDesk | None = None
        self._told: set[tuple[str, str]] = set()
        desk.person_changed.connect(self._signed)

    def desk_of_night(self) -> TrainingDesk:
        """Made when it is first needed."""
        if self.night is None:
            from inspector_app.ui.training_desk import TrainingDesk

            self.night = TrainingDesk(self._desk, self)
        return self.night

    def begin(self, settings: Settings) -> None:
        """A candidate that is named in the settings goes on; whoever is signed in hears of alarms."""
        if settings.shadow:
            self.desk_of_night().begin_beside()
        self._signed(self._desk.person)

    def close(self) -> None:
        """What runs keeps its state."""
        if self.night is not None:
            self.night.close()

    # -- what a supervisor hears at sign-in

    def _signed(self, person: Person | None) -> None:
        station = self._desk.station
        if person is None or station is None or station.model is None or station.store.database.read_only:
            return
        task = self._desk.lanes.disk.start(station.people.may, person, Right.REVIEW)
        task.done.connect(lambda may: self.desk_of_night().alarms().done.connect(self._alarms) if may else None)

    def _alarms(self, alarms: list[Alarm]) -> None:
        from inspector_app.ui.training_words import alarm_words

        for alarm in alarms:
            title, detail = alarm_words(alarm)
            if alarm.level == "alarm" and (alarm.code, title) not in self._told:
                self._told.add((alarm.code, title))
                self._desk.problems.tell(Fixable("monitoring", f"{title}. {detail} {tr('See the Quality page.')}"))


def page(window: MainWindow, desk: Desk) -> TrainingPage:
    """The Training page of a window, made when it is first looked at."""
    from inspector_app.ui.training_desk import TrainingDesk
    from inspector_app.ui.training_page import TrainingPage

    watch = window.findChild(NightWatch)
    made = TrainingPage(watch.desk_of_night() if watch else TrainingDesk(desk, window))
    made.dialog_wanted.connect(window.open_dialog)
    made.unit_wanted.connect(lambda sample_id: _show_unit(window, desk, sample_id))
    window.pages.addWidget(made)
    return made


def _show_unit(window: MainWindow, desk: Desk, sample_id: str) -> None:
    def read() -> Inspection | None:
        return desk.station.store.get(sample_id) if desk.station else None

    desk.lanes.disk.start(read).done.connect(lambda one: window.go_review_of(one) if one else None)
