"""What the pages ask of the labels of a set: what is known of them, a look in a process of its own, review, a word.

Joins the station to the lanes and to that process; knows no widget.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector_app.tasks import Task
from inspector_app.ui.training_process import NightProcess

if TYPE_CHECKING:
    from inspector_app.ui.training_desk import TrainingDesk


class LabelDesk(QObject):
    """`changed` with the name of a set whose labels are known anew; `progress` while they are looked at."""

    changed = Signal(str)
    progress = Signal(str, object)

    def __init__(self, desk: TrainingDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.about = ""
        """The set that is looked at now."""
        self._process: NightProcess | None = None

    def of(self, name: str) -> Task:
        """What is known of the labels of a set; the task gives Labels, or None where nobody has looked."""
        return self._desk.ask(lambda: self._desk.learning().labels_kept(name))

    def check(self, name: str) -> None:
        """Looks at the labels of a set, at low priority; one set at a time, the newest wish counts."""
        self.stop()
        process = self._process = NightProcess(self._desk.places.data, {"what": "labels", "set": name}, self)
        self.about = name
        process.told.connect(lambda told: self.progress.emit(name, told) if "phase" in told else None)
        process.done.connect(lambda _: self._ended(process, name))
        process.failed.connect(lambda error: self._failed(process, error))
        process.stopped.connect(lambda: self._ended(process, name))
        process.start()

    def send(self, name: str) -> Task:
        """Units with a doubted label, and the sample, go to the review queue; the task gives how many."""
        return self._telling(
            name, self._desk.desk.ask_people(lambda: self._desk.learning().send_doubted(self._desk.who(), name))
        )

    def confirm(self, name: str, names: Sequence[str], reason: str, wrong: bool = False) -> Task:
        """These labels were looked at again and are right, or `wrong`; the task gives Labels."""
        desk = self._desk
        return self._telling(
            name, desk.desk.ask_people(lambda: desk.learning().confirm_labels(desk.who(), name, names, reason, wrong))
        )

    def stop(self) -> None:
        """What is looked at now is left; a training looks by itself."""
        if self._process is not None:
            self._process.stop()
        self._process, self.about = None, ""

    def close(self) -> None:
        """The window goes."""
        if self._process is not None:
            self._process.close()

    def _telling(self, name: str, task: Task) -> Task:
        task.done.connect(lambda _: self.changed.emit(name))
        return task

    def _ended(self, process: NightProcess, name: str) -> None:
        if process is self._process:
            self._process, self.about = None, ""
        process.deleteLater()
        self.changed.emit(name)

    def _failed(self, process: NightProcess, error: Exception) -> None:
        self._ended(process, "")
        self._desk.desk.problems.tell(error)
