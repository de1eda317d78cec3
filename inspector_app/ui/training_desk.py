"""What the pages of the night ask for, by name: sets, trainings, weighings, adapters, the candidate beside, privacy.

Joins the station to the lanes and to processes of their own. Knows no widget.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from inspector_app.places import Places
from inspector_app.settings import Settings
from inspector_app.tasks import Lane, Task
from inspector_app.ui.desk import Desk
from inspector_app.ui.training_labels import LabelDesk
from inspector_app.ui.training_process import NightProcess
from inspector_app.whole import write_whole
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.inspection import Station
    from inspector_app.learning import Learning, Rule
    from inspector_app.monitoring import Alarm, Suggestion, Week
    from inspector_app.privacy import Policy, Privacy, Purge
    from inspector_app.rights import Person
    from inspector_app.shadow import Shadow
    from inspector_app.shelf import Shelf
    from inspector_app.training_sets import Shares

IDLE_MS = 1200
"""How long nothing may have waited before the candidate judges a unit: a line that is busy is left alone."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What the candidate that runs beside has said: its name, counts, and how many a promotion asks for."""

    name: str | None
    summary: dict[str, Any]
    asked_for: int


class TrainingDesk(QObject):
    """`changed` when sets or adapters are others; `progress`, `ended`, `failed` tell of the process of `busy`."""

    changed = Signal()
    progress = Signal(object)
    ended = Signal(str, object)
    failed = Signal(str, object)
    stopped = Signal(str)
    beside_judged = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.lane = Lane("night")
        self.busy = ""
        """What runs in a process of its own: "train", "weigh" or nothing."""
        self.about = ""
        """The set or adapter that it is about."""
        self.labels = LabelDesk(self)
        self._process: NightProcess | None = None
        self._order: dict[str, Any] = {}
        self._shadow: Shadow | None = None
        self._pause = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._pause.timeout.connect(self._beside)
        desk.judged.connect(lambda _: self._pause.start())

    # -- what is there

    def shelf(self) -> Task:
        """Sets and adapters; the task gives a Shelf."""
        return self.ask(self._shelf)

    def parts(self) -> list[str]:
        """Names of the parts."""
        station = self.desk.station
        return [part.name for part in station.parts] if station else []

    def evaluation(self, adapter: str) -> Task:
        """What weighing found of an adapter, if it holds still; the task gives an Evaluation or None."""
        return self.ask(lambda: self.learning().evaluation(adapter))

    def alarms(self) -> Task:
        """What left its limits; the task gives a list of Alarm."""
        return self._quiet(self._alarms)

    def weeks(self) -> Task:
        """The figures of each adapter by week; the task gives a list of Week."""
        return self._quiet(self._weeks)

    def suggestion(self) -> Task:
        """What to collect or train; the task gives a Suggestion."""
        return self._quiet(self._suggestion)

    # -- sets

    def freeze(self, rule: Rule, name: str | None, shares: Shares) -> Task:
        """Freezes units of the records; the task gives a Frozen. The caller says what went wrong."""
        return self._changing(lambda: self.learning().freeze(self.who(), rule, name, shares), self.lane)

    def freeze_folder(self, folder: Path, rule: Rule, name: str | None, golden: Path | None, shares: Shares) -> Task:
        """Freezes a labelled folder; the task gives a Frozen. The caller says what went wrong."""
        return self._changing(
            lambda: self.learning().freeze_folder(self.who(), folder, rule, name, golden, shares), self.lane
        )

    # -- training and weighing, in a process of their own

    def train(self, training_set: str, recipe: dict[str, Any], parent: str | None, fresh: bool) -> Task:
        """Checks the right and begins; then `progress` and an end. The caller says what went wrong before that."""
        learning = self.learning()
        task = self.desk.ask_people(
            lambda: learning.order(self.who(), training_set, recipe, parent=parent, fresh=fresh)
        )
        task.done.connect(lambda order: self._begin("train", training_set, {"what": "train", "order": order}))
        return task

    def resume(self, training_set: str) -> Task:
        """Goes on with the training of a set that was stopped, as it was begun; the caller says what went wrong."""

        def job() -> dict[str, Any]:
            kept = self._orders() / f"{training_set}.json"
            told = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
            # The right is asked anew; recipe and parent are those of the training that was stopped.
            parent = Path(told["parent"]).name if told.get("parent") else None
            return self.learning().order(
                self.who(), training_set, told.get("recipe"), parent=parent, fresh=bool(told.get("fresh")),
            )  # fmt: skip

        task = self.desk.ask_people(job)
        task.done.connect(lambda order: self._begin("train", training_set, {"what": "train", "order": order}))
        return task

    def desk_is_open(self) -> bool:
        """Whether nobody is registered at this station: then nobody has a PIN."""
        return self.desk.person is None or self.desk.person.id is None

    def weigh(self, adapter: str, margins: dict[str, float] | None = None) -> None:
        """Begins; then `progress` and an end that gives the Evaluation."""
        self._begin("weigh", adapter, {"what": "weigh", "adapter": adapter, "margins": margins or {}})

    def stop(self) -> None:
        """Stops what runs after the step that is under way; a training keeps its state."""
        if self._process is not None:
            self._process.stop()

    def close(self) -> None:
        """The window goes: what runs keeps its state."""
        self._pause.stop()
        self.labels.close()
        if self._process is not None:
            self._process.close()
        self.lane.close()

    # -- adapters

    def promote(self, adapter: str, reason: str, pin: str | None) -> Task:
        """Lets an adapter in that was weighed; the caller says what went wrong."""

        def job() -> object:
            learning, person = self.learning(), self.who()
            found = learning.evaluation(adapter)
            if found is None:
                raise Fixable("not_weighed", f"{adapter} was not weighed against what judges now; weigh it first.")
            return learning.sign_and_promote(person, pin, adapter, reason, found)

        return self._changing(job)

    def rollback(self, reason: str) -> Task:
        """The adapter before the newest promotion judges again."""
        return self._changing(lambda: self.learning().rollback(self.who(), reason))

    def export(self, adapter: str, target: Path) -> Task:
        """One signed file; the task gives the public key."""
        return self.desk.ask_people(lambda: self._exchange().export(self.who(), adapter, target))

    def take_in(self, file: Path) -> Task:
        """An adapter from a signed file; the task gives its name and who signed."""
        return self._changing(lambda: self._exchange().take_in(self.who(), file))

    def trust(self, key: str, called: str) -> Task:
        """Another station's key; the task gives it as it is kept."""
        return self.desk.ask_people(lambda: self._exchange().trust(self.who(), key, called))

    def keys(self) -> Task:
        """The own public key and the trusted ones; the task gives (key, {key: name})."""

        def job() -> object:
            keys = self._exchange().keys
            return keys.public(), keys.trusted()

        return self.ask(job)

    # -- the candidate beside

    def beside(self) -> Task:
        """What the candidate has said; the task gives a Beside."""
        return self.ask(self._said_beside)

    def begin_beside(self) -> None:
        """Where a candidate is named in the settings, it goes on: loaded on a lane that nobody waits for."""
        task = self.lane.start(lambda: self._the_shadow().load())
        task.done.connect(lambda there: self._pause.start() if there else None)
        task.failed.connect(self.desk.problems.tell)

    def start_beside(self, adapter: str) -> Task:
        """An adapter judges beside the active one from now on."""
        task = self._changing(lambda: self._the_shadow().start(self.who(), adapter))
        task.done.connect(lambda _: self.begin_beside())
        return task

    def stop_beside(self) -> Task:
        """No adapter judges beside any more."""
        return self._changing(lambda: self._the_shadow().stop(self.who()))

    # -- privacy

    def policy(self) -> Task:
        """What is kept and what the policy would take today; the task gives (Policy, Purge)."""

        def job() -> tuple[Policy, Purge]:
            privacy = self._privacy()
            return privacy.policy, privacy.planned()

        return self.lane.start(job)

    def change_policy(self, policy: Policy) -> Task:
        """Another policy; the caller says what went wrong."""
        return self.desk.ask_people(lambda: self._privacy().change(self.who(), policy))

    def erase_voice(self, sample_id: str, reason: str) -> Task:
        """Erases the voice notes of one unit; the task gives how many. The caller says what went wrong."""
        return self.desk.ask_people(lambda: self._privacy().erase_voice(self.who(), sample_id, reason))

    def purge(self) -> Task:
        """Erases by the policy; the task gives a Purge."""
        return self.lane.start(lambda: self._privacy().purge(self.who()))

    # -- on the lanes

    def _shelf(self) -> Shelf:
        from inspector_app.shelf import shelf

        station = self._station()
        return shelf(station.store, self.places)

    def _alarms(self) -> list[Alarm]:
        from inspector_app.monitoring import Monitoring

        return Monitoring(self._station().store, self.places, Settings.load(self.places.settings)).alarms()

    def _suggestion(self) -> Suggestion:
        from inspector_app.monitoring import Monitoring

        return Monitoring(self._station().store, self.places, Settings.load(self.places.settings)).suggestion()

    def _weeks(self) -> list[Week]:
        from inspector_app.monitoring import Monitoring

        return Monitoring(self._station().store, self.places, Settings.load(self.places.settings)).weeks()

    def _said_beside(self) -> Beside:
        settings = Settings.load(self.places.settings)
        name = settings.shadow
        return Beside(name, self._the_shadow().summary(name) if name else {}, settings.shadow_units)

    def _beside(self) -> None:
        """One unit for the candidate, on the model's lane, if nothing waits now."""
        station = self.desk.station
        if self._shadow is None or station is None or self.desk.queue or len(self.desk.lanes.model):
            return
        shadow = self._shadow
        task = self.desk.lanes.model.start(shadow.next, station.question, self._gives_way)
        task.done.connect(self._judged_beside)
        task.failed.connect(self.desk.problems.tell)

    def _gives_way(self) -> bool:
        """Whether a unit waits, or the window goes: the candidate stops in the middle of its own."""
        return self.desk.queue > 0 or self.desk.lanes.closing.is_set()

    def _judged_beside(self, sample_id: str | None) -> None:
        if sample_id is not None:
            self.beside_judged.emit()
            self._pause.start()

    # -- how

    def _begin(self, what: str, about: str, order: dict[str, Any]) -> None:
        if self.busy:
            self.failed.emit(what, Fixable("night_busy", "Something is being trained or weighed; wait, or stop it."))
            return
        self.labels.stop()  # both look at the labels first, where nobody has
        self.busy, self.about, self._order = what, about, order
        process = self._process = NightProcess(self.places.data, order, self)
        process.told.connect(self.progress)
        process.done.connect(lambda last: self._ended(what, last))
        process.failed.connect(lambda error: self._free(lambda: self.failed.emit(what, error)))
        process.stopped.connect(lambda: self._free(lambda: self.stopped.emit(what)))
        process.start()
        if what == "train":
            self.desk.ask_people(self._remember, about, order["order"])

    def _ended(self, what: str, last: dict[str, Any]) -> None:
        about, order = self.about, self._order
        self._free(lambda: None)
        if what == "train":
            folder = Path(last["folder"])
            task = self.ask(lambda: self.learning().trained(order["order"], folder))
            task.done.connect(lambda _: self.changed.emit())
            task.done.connect(lambda _: self.ended.emit(what, folder.name))
        else:
            self.evaluation(about).done.connect(lambda found: self.ended.emit(what, found))

    def _free(self, then: Callable[[], None]) -> None:
        if self._process is not None:
            self._process.deleteLater()
        self._process, self.busy = None, ""
        then()

    def _remember(self, training_set: str, order: dict[str, Any]) -> None:
        """How a training was begun, so that it can go on after a start of the program."""
        self._orders().mkdir(parents=True, exist_ok=True)
        write_whole(self._orders() / f"{training_set}.json", json.dumps(order, indent=1).encode())

    def _orders(self) -> Path:
        return self.places.data / "training"

    @property
    def places(self) -> Places:
        """The data folder."""
        database = self._station().store.database
        return Places(database.path.parent, database.read_only)

    def learning(self) -> Learning:
        """The night of this data folder, as the settings are now."""
        from inspector_app.learning import Learning

        station = self._station()
        return Learning(station.store, station.people, self.places, station.parts, Settings.load(self.places.settings))

    def _exchange(self) -> Any:
        from inspector_app.exchange import Exchange

        station = self._station()
        return Exchange(station.store, station.people, self.places, Settings.load(self.places.settings))

    def _privacy(self) -> Privacy:
        from inspector_app.privacy import Privacy

        station = self._station()
        return Privacy(station.store, station.people, self.places)

    def _the_shadow(self) -> Shadow:
        if self._shadow is None:
            from inspector_app.shadow import Shadow

            station = self._station()
            self._shadow = Shadow(station.store, station.people, self.places)
        return self._shadow

    def _station(self) -> Station:
        if self.desk.station is None:
            raise Fixable("no_records", "The records are not open; see what the program says at the top.")
        return self.desk.station

    def who(self) -> Person:
        """Who is signed in; KensaError where nobody is."""
        if self.desk.person is None:
            raise Fixable("not_signed_in", "Nobody is signed in; sign in first.")
        return self.desk.person

    def _changing(self, job: Callable[[], object], lane: Lane | None = None) -> Task:
        """A request that changes what is there; the caller says what went wrong. What takes long has a lane of its own,
        so that no capture waits for it."""
        task = (lane or self.desk.lanes.disk).start(job)
        task.done.connect(lambda _: self.changed.emit())
        return task

    def ask(self, job: Callable[[], object]) -> Task:
        """A short look into records and folders; what goes wrong is told at the top of the window."""
        task = self.desk.lanes.disk.start(job)
        task.failed.connect(self.desk.problems.tell)
        return task

    def _quiet(self, job: Callable[[], object]) -> Task:
        """A long look through records and photos, on the lane of the night: no capture waits for it."""
        task = self.lane.start(job)
        task.failed.connect(self.desk.problems.tell)
        return task
