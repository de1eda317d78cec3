"""What the window asks for, by name: keep, judge, find, read a file. Every request runs on the lane of its resource.

Joins the station to the lanes. Knows no widget; the errors of all requests go to one presenter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from inspector_app.capture.camera import CameraLike, CameraName
from inspector_app.capture.microphone import MicrophoneLike, MicrophoneName, SpeakerLike
from inspector_app.capture.sample import Photo, Sample, read_photo, read_voice
from inspector_app.inspection import Station
from inspector_app.records.history import Filter, History
from inspector_app.records.record import Inspection
from inspector_app.tasks import Lane, Task
from inspector_app.ui.pictures import picture, picture_file
from inspector_app.ui.problems import Problems
from model_runtime.verdict import Fixable


@dataclass(frozen=True, slots=True)
class Devices:
    """How cameras, microphones and the loudspeaker are made and found; the tests put fakes here."""

    camera: Callable[[str], CameraLike]
    microphone: Callable[[str], MicrophoneLike]
    speaker: SpeakerLike
    cameras: Callable[[], list[CameraName]]
    microphones: Callable[[], list[MicrophoneName]]


class Lanes:
    """One worker thread for each scarce resource."""

    def __init__(self) -> None:
        self.model, self.disk, self.camera, self.sound = Lane("model"), Lane("disk"), Lane("camera"), Lane("sound")
        self.closing = Event()
        """Set once; long jobs without steps look at it."""

    def close(self) -> None:
        """End all work and wait for the threads."""
        self.closing.set()
        for lane in (self.model, self.sound, self.camera, self.disk):
            lane.close()


class Desk(QObject):
    """The requests of the window. `judged` tells of every unit that got its verdict or its refusal."""

    judged = Signal(object)
    left_waiting = Signal(str)
    queue_changed = Signal(int)

    def __init__(self, lanes: Lanes, problems: Problems, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lanes, self.problems = lanes, problems
        self.station: Station | None = None
        self.history: History | None = None
        self._queue: set[str] = set()

    def use(self, station: Station) -> None:
        """The records are open: work with them."""
        self.station, self.history = station, History.of(station.store)

    @property
    def queue(self) -> int:
        """Units kept and not judged yet."""
        return len(self._queue)

    def keep(self, sample: Sample) -> Task:
        """Keep a sample on the disk; then it is judged when its turn comes. The task gives its id."""
        task = self._ask(self.lanes.disk, self._keep, sample)
        task.done.connect(self.judge)
        return task

    def judge(self, sample_id: str) -> None:
        """Queue a kept sample for the model."""
        if sample_id in self._queue:
            return
        self._queue.add(sample_id)
        self.queue_changed.emit(self.queue)
        task = self.lanes.model.start(self._judge, sample_id)
        task.done.connect(lambda inspection: self._judged(sample_id, inspection))
        task.failed.connect(lambda error: self._unjudged(sample_id, error))

    def judge_waiting(self) -> None:
        """Queue what an earlier run kept and never judged."""
        self._ask(self.lanes.disk, self._waiting).done.connect(self._judge_all)

    def search(self, wanted: Filter) -> Task:
        """Rows of the history; the task gives a list."""
        return self._ask(self.lanes.disk, self._search, wanted)

    def open_photo(self, path: Path) -> Task:
        """A photo from a file; the task gives (Photo, QImage)."""
        return self._ask(self.lanes.disk, _open_photo, path)

    def open_voice(self, path: Path) -> Task:
        """A voice note from a file; the task gives a Voice."""
        return self._ask(self.lanes.disk, read_voice, path, path.name)

    def picture(self, path: Path) -> Task:
        """A kept photo for the screen; the task gives a QImage."""
        return self._ask(self.lanes.disk, picture_file, path)

    def on_camera(self, job: Callable[..., Any], *args: Any) -> Task:
        """A request to the camera; the caller shows its failure itself."""
        return self.lanes.camera.start(job, *args)

    def on_sound(self, job: Callable[..., Any], *args: Any) -> Task:
        """A request to the microphone or the loudspeaker; the caller shows its failure itself."""
        return self.lanes.sound.start(job, *args)

    def _ask(self, lane: Lane, job: Callable[..., Any], *args: Any) -> Task:
        task = lane.start(job, *args)
        task.failed.connect(self.problems.tell)
        return task

    # -- on the lanes

    def _keep(self, sample: Sample) -> str:
        return self._open_station().keep(sample)

    def _judge(self, sample_id: str) -> Inspection:
        return self._open_station().judge(sample_id, self.lanes.closing.is_set)

    def _waiting(self) -> list[str]:
        return self._open_station().store.waiting()

    def _search(self, wanted: Filter) -> list[Inspection]:
        return self.history.search(wanted) if self.history else []

    def _open_station(self) -> Station:
        if self.station is None:
            raise Fixable("no_records", "The records are not open; see what the program says at the top.")
        return self.station

    # -- answers, on the GUI thread

    def _judge_all(self, waiting: list[str]) -> None:
        for sample_id in waiting:
            self.judge(sample_id)

    def _judged(self, sample_id: str, inspection: Inspection) -> None:
        self._leave(sample_id)
        self.judged.emit(inspection)

    def _unjudged(self, sample_id: str, error: Exception) -> None:
        """The sample stays in the records and is judged at the next start."""
        self._leave(sample_id)
        self.left_waiting.emit(sample_id)
        if not (isinstance(error, Fixable) and error.code == "no_model"):
            self.problems.tell(error)

    def _leave(self, sample_id: str) -> None:
        self._queue.discard(sample_id)
        self.queue_changed.emit(self.queue)


def _open_photo(path: Path) -> tuple[Photo, QImage]:
    photo = read_photo(path, path.name)
    return photo, picture(photo.data)


def still(camera: CameraLike) -> tuple[Photo, QImage]:
    """The camera's picture of now as a photo and for the screen. On the camera's lane."""
    photo = camera.still()
    return photo, picture(photo.data)
