"""What the window asks for, by name: keep, judge, answer, find, read. Every request runs on the lane of its resource.

Joins the station to the lanes. Knows no widget; the errors of all requests go to one presenter.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from inspector_app.rights import Person
from inspector_app.settings import Settings
from inspector_app.tasks import Lane, Task
from inspector_app.ui.pictures import picture, picture_file, smaller
from inspector_app.ui.problems import Problems
from model_runtime.verdict import Fixable, Question, Stopped, Verdict

if TYPE_CHECKING:
    from inspector_app.capture.checks import Finding
    from inspector_app.capture.frames import CameraLike
    from inspector_app.capture.microphone import MicrophoneLike, MicrophoneName
    from inspector_app.capture.sample import Photo, Sample, Voice
    from inspector_app.capture.setup import CameraName, CameraSetup
    from inspector_app.capture.speaker import SpeakerLike
    from inspector_app.inspection import Station
    from inspector_app.installed import Installed
    from inspector_app.records.counters import Counters
    from inspector_app.records.filter import Filter
    from inspector_app.records.history import History
    from inspector_app.records.record import Inspection

THUMB_SIDE = 144
"""Pixels of a thumbnail's longer side: sharp also on a screen at 150 %."""
EARLY = 60
"""Units of the shift that are shown again after a start."""


@dataclass(frozen=True, slots=True)
class Devices:
    """How cameras, microphones and the loudspeaker are made and found; the tests put fakes here."""

    camera: Callable[[CameraSetup], CameraLike]
    microphone: Callable[[str], MicrophoneLike]
    speaker: SpeakerLike
    cameras: Callable[[], list[CameraName]]
    microphones: Callable[[], list[MicrophoneName]]


class Lanes:
    """One worker thread for each scarce resource."""

    def __init__(self) -> None:
        self.model, self.disk, self.camera, self.sound = Lane("model"), Lane("disk"), Lane("camera"), Lane("sound")
        self.pictures, self.figures = Lane("pictures"), Lane("figures")
        self.closing = Event()
        """Set once; long jobs without steps look at it."""

    def close(self) -> None:
        """End all work and wait for the threads."""
        self.closing.set()
        for lane in (self.model, self.sound, self.camera, self.pictures, self.figures, self.disk):
            lane.close()


@dataclass(frozen=True, slots=True)
class Early:
    """A unit of this shift that was kept before this start, with its thumbnail."""

    record: Inspection
    thumb: QImage | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found on a photo before it is judged: faults of the photo in words, texts of its barcodes."""

    findings: tuple[Finding, ...]
    codes: tuple[str, ...]


class Desk(QObject):
    """The requests of the window. `judged` tells of every unit that got its verdict or its refusal."""

    judged = Signal(object)
    judging = Signal(str)
    """The model begins with a unit."""
    counted = Signal(object)
    """New counters of the shift."""
    person_changed = Signal(object)
    left_waiting = Signal(str)
    queue_changed = Signal(int)

    def __init__(self, lanes: Lanes, problems: Problems, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lanes, self.problems = lanes, problems
        self.station: Station | None = None
        self.history: History | None = None
        self._queue: set[str] = set()
        self._count_due = False
        self.at_work: str | None = None
        """The unit that the model judges now."""
        self.person: Person | None = None
        self.judging.connect(self._begun)

    def use(self, station: Station) -> None:
        """The records are open: work with them."""
        from inspector_app.records.history import History  # with the database's library: not part of the start

        self.station, self.history = station, History.of(station.store)

    @property
    def queue(self) -> int:
        """Units kept and not judged yet."""
        return len(self._queue)

    def keep(self, sample: Sample) -> Task:
        """Keep a sample on the disk; then it is judged when its turn comes. The task gives its id."""
        task = self._ask(self.lanes.disk, self._keep, sample)
        task.done.connect(self.judge)
        task.done.connect(self.count)
        return task

    def accept(self, sample_id: str) -> Task:
        """The operator takes the verdict as it is; the task gives the record, as all of these do."""
        return self._answer(lambda station, who: station.accept(sample_id, who))

    def disagree(self, sample_id: str, reason: str, voice: Voice | None) -> Task:
        """The operator saw something else; the supervisor gets the unit."""
        return self._answer(lambda station, who: station.disagree(sample_id, who, reason, voice))

    def undo(self, sample_id: str) -> Task:
        """The unit is taken back: it counts no more, and nothing of it is deleted."""
        return self._answer(lambda station, who: station.withdraw(sample_id, who, "undone"))

    def correct_heard(self, sample_id: str, words: str) -> Task:
        """What the voice note really says."""
        return self._answer(lambda station, who: station.correct_heard(sample_id, who, words))

    def count(self, _: object = None) -> None:
        """Ask for the counters of the shift; `counted` brings them, once for all that ask before they are read."""
        if self.station is not None and not self._count_due:
            self._count_due = True
            self._ask(self.lanes.disk, self._count).done.connect(self.counted)

    def early(self) -> Task:
        """The units of this shift; the task gives a list of Early, newest first."""
        return self._ask(self.lanes.disk, self._early)

    def sign(self, person: Person | None) -> None:
        """Another person works here from now on."""
        self.person = person
        self.person_changed.emit(person)

    def ask_people(self, job: Callable[..., Any], *args: Any) -> Task:
        """A request about people; a wrong PIN is said where it was typed, so the caller shows failures."""
        return self.lanes.disk.start(job, *args)

    def judge(self, sample_id: str) -> None:
        """Queue a kept sample for the model."""
        if sample_id in self._queue:
            return
        self._queue.add(sample_id)
        self.queue_changed.emit(self.queue)
        # One job a unit, but each takes the unit whose turn it is: a new one is not to wait behind a backlog.
        task = self.lanes.model.start(self._judge_next, sample_id)
        task.done.connect(lambda came: self._came(sample_id, came))

    def judge_waiting(self) -> None:
        """Queue what an earlier run kept and never judged."""
        self._ask(self.lanes.disk, self._waiting).done.connect(self._judge_all)

    def try_sample(self, photo: Path, golden: Path | None, part: str) -> Task:
        """Judge a photo that is kept nowhere, as at the first start; the task gives the Verdict."""
        return self.lanes.model.start(self._try_sample, Question(photo=photo, golden=golden, part=part))

    def search(self, wanted: Filter) -> Task:
        """Rows of the history; the task gives a list."""
        return self._ask(self.lanes.disk, self._search, wanted)

    def open_photo(self, path: Path) -> Task:
        """A photo from a file; the task gives (Photo, QImage)."""
        return self._ask(self.lanes.disk, _open_photo, path)

    def open_voice(self, path: Path) -> Task:
        """A voice note from a file; the task gives a Voice."""
        return self._ask(self.lanes.disk, _open_voice, path)

    def look(self, photo: Photo, settings: Settings) -> Task:
        """Faults and barcodes of a photo; the task gives what was Looked. Stop it when nobody waits for it any more."""
        return self.lanes.pictures.start(_look, photo, settings)

    def thumbnail(self, seen: QImage) -> Task:
        """A photo as the strip shows it; the task gives a QImage."""
        # Not behind the photo that is being looked at for codes, which may take a third of a second.
        return self.lanes.figures.start(smaller, seen, THUMB_SIDE)

    def picture(self, path: Path) -> Task:
        """A kept photo for the screen; the task gives a QImage."""
        return self._ask(self.lanes.pictures, picture_file, path)

    def on_camera(self, job: Callable[..., Any], *args: Any) -> Task:
        """A request to the camera; the caller shows its failure itself."""
        return self.lanes.camera.start(job, *args)

    def on_sound(self, job: Callable[..., Any], *args: Any) -> Task:
        """A request to the microphone or the loudspeaker; the caller shows its failure itself."""
        return self.lanes.sound.start(job, *args)

    def _answer(self, job: Callable[[Station, Person], Inspection]) -> Task:
        """What a person says of a unit; the task gives the record as it is then."""
        task = self._ask(self.lanes.disk, lambda: job(self._open_station(), self._signed()))
        task.done.connect(self.count)
        return task

    def _ask(self, lane: Lane, job: Callable[..., Any], *args: Any) -> Task:
        task = lane.start(job, *args)
        task.failed.connect(self.problems.tell)
        return task

    def installed(self, model: str) -> Task:
        """What can judge on this computer; the task gives the models, and the adapters that fit that model."""
        return self._ask(self.lanes.disk, self._installed, model)

    # -- on the lanes

    def _installed(self, model: str) -> tuple[list[Installed], list[Installed]]:
        from inspector_app import installed
        from inspector_app.places import Places

        places = Places(self._open_station().store.database.path.parent)
        return installed.models(places), installed.adapters(places, model)

    def _count(self) -> Counters:
        self._count_due = False  # before it is read: what comes from now on is counted again
        return self._open_station().this_shift()

    def _keep(self, sample: Sample) -> str:
        return self._open_station().keep(sample)

    def _judge_next(self, offered: str) -> tuple[str, Inspection | Exception] | None:
        """Whose turn it was and what came of it; None when nothing waits any more."""
        turn = [offered]

        def begun(sample_id: str) -> None:
            turn[0] = sample_id
            self.judging.emit(sample_id)

        try:
            found = self._open_station().judge_next(self.lanes.closing.is_set, begun)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - told with the unit that it belongs to
            return turn[0], error
        return None if found is None else (found.id, found)

    def _early(self) -> list[Early]:
        from inspector_app.records.filter import Filter

        station = self._open_station()
        waiting = [station.store.get(sample_id) for sample_id in station.store.waiting()]
        shift = self.history.search(Filter(since=station.this_shift().since, limit=EARLY)) if self.history else []
        records = {record.id: record for record in [*shift, *waiting]}
        return [Early(record, _thumb_of(record)) for _, record in sorted(records.items(), reverse=True)]

    def _waiting(self) -> list[str]:
        queue = self._open_station().queue
        queue.load()
        return queue.ids()

    def _search(self, wanted: Filter) -> list[Inspection]:
        return self.history.search(wanted) if self.history else []

    def _signed(self) -> Person:
        if self.person is None:
            raise Fixable("not_signed_in", "Nobody is signed in; sign in first.")
        return self.person

    def _try_sample(self, question: Question) -> Verdict:
        model = self._open_station().model
        if model is None:
            raise Fixable("no_model", "The model is not loaded yet; wait until it is.")
        return model.judge(question, self.lanes.closing.is_set)

    def _open_station(self) -> Station:
        if self.station is None:
            raise Fixable("no_records", "The records are not open; see what the program says at the top.")
        return self.station

    # -- answers, on the GUI thread

    def _begun(self, sample_id: str) -> None:
        self.at_work = sample_id

    def _came(self, offered: str, came: tuple[str, Inspection | Exception] | None) -> None:
        if came is None:
            self._leave(offered)
        elif isinstance(came[1], Exception):
            self._unjudged(came[0], came[1])
        else:
            self._judged(came[0], came[1])

    def _judge_all(self, waiting: list[str]) -> None:
        for sample_id in waiting:
            self.judge(sample_id)

    def _judged(self, sample_id: str, inspection: Inspection) -> None:
        self._leave(sample_id)
        self.judged.emit(inspection)
        self.count()

    def _unjudged(self, sample_id: str, error: Exception) -> None:
        """The sample stays in the records and is judged at the next start."""
        self._leave(sample_id)
        self.left_waiting.emit(sample_id)
        # Without a model it waits, and one that was withdrawn meanwhile has nothing to be judged for.
        if not (isinstance(error, Fixable) and error.code in ("no_model", "already_withdrawn")):
            self.problems.tell(error)

    def _leave(self, sample_id: str) -> None:
        self._queue.discard(sample_id)
        if self.at_work == sample_id:
            self.at_work = None
        self.queue_changed.emit(self.queue)


def _look(photo: Photo, settings: Settings) -> Generator[str, None, Looked]:
    from inspector_app.capture.checks import PhotoLimits, check_photo_file
    from inspector_app.capture.codes import read_codes_of

    codes = tuple(code.text for code in read_codes_of(photo))
    yield "codes"
    return Looked(tuple(check_photo_file(photo, PhotoLimits.of(settings))), codes)


def _thumb_of(record: Inspection) -> QImage | None:
    """None where there is no photo, or where its file cannot be read any more: `kensa verify` tells of that."""
    if record.photo is None:
        return None
    try:
        return picture_file(record.photo.path, THUMB_SIDE)
    except (OSError, ValueError):
        return None


def _open_photo(path: Path) -> tuple[Photo, QImage]:
    from inspector_app.capture.sample import read_photo

    photo = read_photo(path, path.name)
    return photo, picture(photo.data)


def _open_voice(path: Path) -> Voice:
    from inspector_app.capture.sample import read_voice

    return read_voice(path, path.name)


def still(camera: CameraLike) -> tuple[Photo, QImage]:
    """The camera's picture of now as a photo and for the screen. On the camera's lane."""
    photo = camera.still()
    return photo, picture(photo.data)
