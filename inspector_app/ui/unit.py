"""The unit on the stage: what was captured of it and how far its judgment is. No Qt, no widget."""

from dataclasses import dataclass, field
from enum import Enum

from inspector_app.capture.sample import Photo, Sample, Voice
from inspector_app.records.record import Inspection, State


class Step(Enum):
    """How far the unit is."""

    DRAFT = "draft"
    KEEPING = "keeping"
    JUDGING = "judging"
    WAITING = "waiting"
    FAILED = "failed"
    JUDGED = "judged"


@dataclass(slots=True)
class Unit:
    """One unit; a new one is made for each."""

    photo: Photo | None = None
    golden: Photo | None = None
    step: Step = Step.DRAFT
    sample_id: str | None = None
    inspection: Inspection | None = field(default=None, repr=False)

    def sample(self, voice: Voice | None, part: str, lot: str | None, serial: str | None, operator: str) -> Sample:
        """What goes into the records."""
        golden = self.golden if self.photo is not None else None
        return Sample(self.photo, voice, part, lot, serial, operator or None, golden)

    def answered(self, inspection: Inspection) -> None:
        """The model has spoken, or has refused."""
        self.inspection = inspection
        self.step = Step.JUDGED if inspection.state is State.JUDGED else Step.FAILED
