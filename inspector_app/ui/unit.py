"""One unit as the operator sees it: what was captured of it, how far its judgment is, what was done with it.

Knows pictures and records; no widget.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from inspector_app.identity import Identity
from inspector_app.ui.strip import Mark, Thumb
from model_runtime.verdict import Answer

if TYPE_CHECKING:
    from inspector_app.capture.sample import Photo, Sample, Voice
    from inspector_app.records.record import Inspection

_numbers = count(1)


class Step(Enum):
    """How far the unit is."""

    DRAFT = "draft"
    KEEPING = "keeping"
    JUDGING = "judging"
    WAITING = "waiting"
    FAILED = "failed"
    JUDGED = "judged"
    WITHDRAWN = "withdrawn"


_MARKS = {
    Step.KEEPING: Mark.WAITING,
    Step.JUDGING: Mark.WAITING,
    Step.WAITING: Mark.WAITING,
    Step.FAILED: Mark.FAILED,
    Step.WITHDRAWN: Mark.WITHDRAWN,
}


_SETTLED = {"disagreed": "hand", "accepted": "check"}


@dataclass(slots=True, eq=False)
class Unit:
    """One unit; a new one is made for each. `seen` and `thumb` are its photo for the screen, large and small."""

    photo: Photo | None = None
    golden: Photo | None = None
    voice: Voice | None = None
    seen: QImage | None = None
    thumb: QImage | None = None
    identity: Identity = Identity()
    step: Step = Step.DRAFT
    sample_id: str | None = None
    retake_of: str | None = None
    inspection: Inspection | None = field(default=None, repr=False)
    key: int = field(default_factory=lambda: next(_numbers))
    _face: tuple[tuple[object, ...], Thumb] | None = field(default=None, repr=False)

    def sample(self, operator: str) -> Sample:
        """What goes into the records."""
        from inspector_app.capture.sample import Sample  # not while the window starts

        golden = self.golden if self.photo is not None else None
        who = self.identity
        return Sample(
            photo=self.photo,
            voice=self.voice,
            part=who.part,
            lot=who.lot,
            serial=who.serial,
            operator=operator or None,
            golden=golden,
            work_order=who.work_order,
            retake_of=self.retake_of,
        )

    def answered(self, inspection: Inspection) -> None:
        """The model has spoken or has refused, or a person has added to the record."""
        self.inspection = inspection
        if not inspection.counts:
            self.step = Step.WITHDRAWN
        elif inspection.waits:
            self.step = Step.JUDGING
        else:
            self.step = Step.FAILED if inspection.refused else Step.JUDGED

    @classmethod
    def of(cls, inspection: Inspection) -> Unit:
        """A unit from the records, without its pictures."""
        who = Identity(inspection.part, inspection.lot, inspection.serial, inspection.work_order)
        unit = cls(identity=who, sample_id=inspection.id)
        unit.answered(inspection)
        return unit

    @property
    def name(self) -> str:
        """What a person calls the unit."""
        who = self.identity
        return who.serial or who.lot or who.part

    @property
    def sent(self) -> bool:
        """It was given to the records: capture of it is over."""
        return self.step is not Step.DRAFT

    @property
    def answer(self) -> Answer | None:
        """What the model says of it."""
        verdict = self.inspection.verdict if self.inspection else None
        return verdict.judgment.verdict if verdict else None

    @property
    def settled(self) -> str:
        """The icon of what the operator did with the verdict; empty: nothing yet."""
        record = self.inspection
        if record is None or self.step is Step.WITHDRAWN:
            return ""
        return _SETTLED[str(record.settled)] if record.settled else ""

    @property
    def open(self) -> bool:
        """Bad or doubtful, and the operator has not answered."""
        return self.step is Step.JUDGED and self.answer is not Answer.OK and not self.settled

    def as_thumb(self, judging: bool) -> Thumb:
        """How the strip shows it; `judging`: the model is at it now. Made anew only when something changed."""
        now = (self.step, self.inspection, self.thumb, self.identity, judging)
        if self._face is None or any(one is not other for one, other in zip(self._face[0], now, strict=True)):
            self._face = (now, self._thumb(judging))
        return self._face[1]

    def _thumb(self, judging: bool) -> Thumb:
        mark = Mark.JUDGING if judging and self.step is Step.JUDGING else _MARKS.get(self.step, Mark.FAILED)
        if self.step is Step.JUDGED and self.answer is not None:
            mark = Mark(self.answer)
        return Thumb(self.key, self.name, mark, self.thumb, self.open, self.settled)
