"""The flow of units through the operator's hands: one draft, one unit on the stage, and all that were sent before.

Capture never waits for the model: what is sent joins the strip, and its verdict finds it there. Knows the desk and
units; knows no widget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from inspector_app.ui.desk import Desk, Early
from inspector_app.ui.strip import Thumb
from inspector_app.ui.unit import Step, Unit

if TYPE_CHECKING:
    from inspector_app.records.record import Inspection

MOST = 120
"""Units that the strip remembers; all are in the history."""
_PICTURES = 3
"""Units whose large picture stays in memory; older ones are read again when somebody looks at them."""


class Flow(QObject):
    """`changed`: another unit is on the stage, or that one got on. `moved`: the strip. `came`: a verdict arrived."""

    changed = Signal()
    moved = Signal()
    came = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.units: list[Unit] = []
        """What was sent, newest first."""
        self.shown = Unit()
        self._draft: Unit = self.shown
        desk.judged.connect(self._judged)
        desk.left_waiting.connect(self._left_waiting)
        desk.judging.connect(lambda _: self.moved.emit())

    @property
    def draft(self) -> Unit:
        """The unit that is being captured, on the stage or behind it."""
        return self._draft

    # -- what the operator does

    def send(self, operator: str) -> None:
        """Keep the draft and queue it for the model; it stays on the stage until the next unit is begun."""
        unit = self._draft
        unit.step = Step.KEEPING
        self.units = [unit, *self.units][:MOST]
        self._draft = Unit(golden=unit.golden)
        task = self._desk.keep(unit.sample(operator))
        task.done.connect(lambda sample_id: self._kept(unit, sample_id))
        task.failed.connect(lambda _: self._refused(unit))
        if unit.seen is not None:
            self._desk.thumbnail(unit.seen).done.connect(lambda small: self._thumbed(unit, small))
        self.moved.emit()
        self.changed.emit()

    def next(self) -> None:
        """Back to the draft; what was sent goes on."""
        self.look_at(self._draft)

    def fresh(self) -> None:
        """Forget what was captured of the draft."""
        self._draft = Unit(golden=self._draft.golden)
        self.look_at(self._draft)

    def look_at(self, unit: Unit) -> None:
        """Put a unit on the stage; the draft is kept behind it."""
        self.shown = unit
        self._spare_memory()
        record = unit.inspection
        if unit.sent and unit.seen is None and record is not None and record.photo is not None:
            task = self._desk.picture(record.photo.path)
            task.done.connect(lambda seen: self._pictured(unit, seen))
        self.moved.emit()
        self.changed.emit()

    def pick(self, key: int) -> None:
        """Look at the unit of a thumbnail."""
        for unit in self.units:
            if unit.key == key:
                self.look_at(unit)

    def step(self, towards_older: int) -> None:
        """Look at the next older (+1) or newer (-1) unit; newer than the newest is the draft."""
        at = self.units.index(self.shown) if self.shown in self.units else -1
        to = at + towards_older
        if to < 0:
            self.next()
        elif to < len(self.units):
            self.look_at(self.units[to])

    def next_open(self) -> bool:
        """Look at the oldest unit that waits for an answer; False when none does."""
        waiting = [unit for unit in self.units if unit.open and unit is not self.shown]
        if waiting:
            self.look_at(waiting[-1])
        return bool(waiting)

    def accept(self, unit: Unit) -> None:
        """The verdict stands."""
        if unit.sample_id is not None and not unit.settled:
            self._desk.accept(unit.sample_id).done.connect(lambda record: self.update(unit, record))

    def retake(self, unit: Unit) -> Unit:
        """A new draft in the unit's place, of the same identity; the old one counts no more when it is sent."""
        self._draft = Unit(golden=unit.golden or self._draft.golden, identity=unit.identity, retake_of=unit.sample_id)
        self.look_at(self._draft)
        return self._draft

    def undo(self) -> Unit | None:
        """Take the last unit back: it counts no more, and all that was captured of it is the draft again."""
        last = next((unit for unit in self.units if unit.step is not Step.WITHDRAWN), None)
        if last is None or last.step is Step.KEEPING:
            return None
        if last.sample_id is None:
            self.units.remove(last)
        else:
            before, last.step = last.step, Step.WITHDRAWN
            task = self._desk.undo(last.sample_id)
            task.done.connect(lambda record: self.update(last, record))
            task.failed.connect(lambda _: self._stays(last, before))
        self._draft = Unit(last.photo, last.golden, last.voice, last.seen, identity=last.identity)
        self.look_at(self._draft)
        return self._draft

    def _stays(self, unit: Unit, step: Step) -> None:
        """It could not be taken back: a supervisor has decided already, or the disk is full."""
        unit.step = step
        self._tell(unit)

    def update(self, unit: Unit, record: Inspection) -> None:
        """The record of a unit changed."""
        unit.answered(record)
        self._tell(unit)

    # -- what comes back

    def load(self, early: list[Early]) -> None:
        """What was there before this start: the last units of the shift, and those that still wait for the model."""
        known = {unit.sample_id for unit in self.units}
        for found in early:
            if found.record.id not in known:
                unit = Unit.of(found.record)
                unit.thumb = found.thumb
                self.units.append(unit)
        del self.units[MOST:]
        self.moved.emit()

    def thumbs(self) -> list[Thumb]:
        """The strip."""
        now = self._desk.at_work
        return [unit.as_thumb(unit.sample_id is not None and unit.sample_id == now) for unit in self.units]

    def _kept(self, unit: Unit, sample_id: str) -> None:
        unit.sample_id = sample_id
        if unit.step is Step.KEEPING:
            unit.step = Step.JUDGING
        self._tell(unit)

    def _refused(self, unit: Unit) -> None:
        """The records did not take it: it is a draft again, nothing of it is lost."""
        self.units.remove(unit)
        unit.step = Step.DRAFT
        if self._draft.photo is None and self._draft.voice is None:
            self._draft = unit
            self.look_at(unit)
        else:
            # The next one was begun already: the refused one comes back by undoing, as the banner says.
            self.units.insert(0, unit)
            unit.step = Step.FAILED
            self._tell(unit)

    def _judged(self, record: Inspection) -> None:
        unit = self._of(record.id)
        if unit is None:
            return
        if unit.step is not Step.WITHDRAWN:
            unit.answered(record)
        self._tell(unit)
        if not record.waits:
            self.came.emit(unit)

    def _left_waiting(self, sample_id: str) -> None:
        unit = self._of(sample_id)
        if unit is not None and unit.step is not Step.WITHDRAWN:
            unit.step = Step.WAITING
            self._tell(unit)

    def _thumbed(self, unit: Unit, small: QImage) -> None:
        unit.thumb = small
        self.moved.emit()

    def _pictured(self, unit: Unit, seen: QImage) -> None:
        unit.seen = seen
        self._tell(unit)

    def _of(self, sample_id: str) -> Unit | None:
        return next((unit for unit in self.units if unit.sample_id == sample_id), None)

    def _tell(self, unit: Unit) -> None:
        self.moved.emit()
        if unit is self.shown:
            self.changed.emit()

    def _spare_memory(self) -> None:
        """Only the newest units keep what undoing needs; the records have all of it."""
        for unit in self.units[_PICTURES:]:
            if unit is not self.shown:
                unit.seen = None
            if unit.sample_id is not None:
                unit.photo = unit.voice = None
