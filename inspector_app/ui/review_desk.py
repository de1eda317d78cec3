"""What the supervisor's pages ask for, by name: what waits, a review, its undoing, one record, the audit trail.

Joins the station to the lanes, beside desk.py. Knows no widget; rights are checked by the station.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from inspector_app.records.record import Inspection, Opinion
from inspector_app.records.worklist_causes import Cause, Worklist
from inspector_app.rights import Person, Right
from inspector_app.tasks import Task
from inspector_app.ui.desk import Desk
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.capture.sample import Voice
    from inspector_app.inspection import Station
    from inspector_app.places import Places
    from inspector_app.records.store import Spoken


class ReviewDesk(QObject):
    """The requests of the supervisor. `reviewed` gives each record that was decided or undone here."""

    reviewed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk

    @property
    def station(self) -> Station:
        if self.desk.station is None:
            raise Fixable("no_records", "The records are not open; see what the program says at the top.")
        return self.desk.station

    @property
    def places(self) -> Places:
        """The data folder, of which the kept files are a part."""
        from inspector_app.places import Places

        return Places(self.station.store.files.folder.parent)

    def worklist(self, cause: Cause | None) -> Task:
        """What waits for the supervisor; the task gives (whether this person may decide, Worklist)."""
        return self.ask(lambda: self._worklist(cause))

    def review(self, sample_id: str, opinion: Opinion, pin: str | None, spoken: Spoken | None) -> Task:
        """Keep a decision; the task gives the record as it is then. A wrong PIN is said where it was typed, so the
        caller shows failures.
        """
        person = self.desk.person
        return self._changed(
            self.desk.lanes.disk.start(lambda: self.station.review(sample_id, person, opinion, pin, spoken))
        )

    def undo(self, sample_id: str) -> Task:
        """The review that stands does so no more; the task gives the record as it is then."""
        person = self.desk.person
        return self._changed(self.ask(lambda: self.station.undo_review(sample_id, person)))

    def hear(self, voice: Voice) -> Task:
        """What a spoken reason says; the task gives the words. The model writes it down when its turn comes."""
        return self.desk.lanes.model.start(lambda: self.station.hear(voice, self.desk.lanes.closing.is_set))

    def get(self, sample_id: str) -> Task:
        """One record; the task gives it."""
        return self.ask(lambda: self.station.store.get(sample_id))

    def may(self, right: Right) -> Task:
        """Whether the person who works here may do it; the task gives a bool."""
        person = self.desk.person
        return self.ask(lambda: self._may(person, right))

    def ask(self, job: Callable[[], Any]) -> Task:
        """A request to the disk; a failure is told by the presenter of errors."""
        task = self.desk.lanes.disk.start(job)
        task.failed.connect(self.desk.problems.tell)
        return task

    def told(self, record: Inspection) -> None:
        """A record was decided by a job of somebody else, as that of the dialog which asks for the PIN."""
        self._tell(record)

    def _changed(self, task: Task) -> Task:
        task.done.connect(self._tell)
        return task

    def _tell(self, record: Inspection) -> None:
        self.desk.count()
        self.reviewed.emit(record)

    # -- on the disk's lane

    def _worklist(self, cause: Cause | None) -> tuple[bool, Worklist]:
        station = self.station
        return self._may(self.desk.person, Right.REVIEW), station.worklist(cause=cause)

    def _may(self, person: Person | None, right: Right) -> bool:
        return self.station.people.may(person, right)
