"""One inspection as it is read back: what was captured, what was said of it since, and the JSON that programs get.

Knows no database; store.py and history.py fill it. What was captured and judged never changes: people add lines and
reviews to it, and the newest of them counts.
"""

import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from model_runtime.verdict import Answer, Region, Severity, Verdict


class State(StrEnum):
    """Where a sample stands: kept, judged, or refused by the model with a reason."""

    CAPTURED = "captured"
    JUDGED = "judged"
    FAILED = "failed"


class LineKind(StrEnum):
    """What was added to a unit after it was captured."""

    ACCEPTED = "accepted"  # the operator took the verdict as it is
    WITHDRAWN = "withdrawn"  # undone: the unit counts no more, nothing of it is deleted
    RETAKEN = "retaken"  # photographed anew; the text is the id of the new sample
    DISAGREED = "disagreed"  # the operator saw something else, as said in the text or the voice note
    HEARD = "heard"  # what the note really says, typed by a person
    PICKED = "picked"  # goes to the supervisor by chance, so that misses are found too; the text: how many of 100 do
    UNDONE = "undone"  # a review does not stand any more; the text is its number behind a #
    REASON = "reason"  # the reason of a review as it was spoken; the text is what the model heard
    SHADOW = "shadow"  # a candidate that judges beside the active adapter said otherwise; the text: which, and what
    DOUBTED = "doubted"  # its label contradicts those of a training set; the text is the set
    SECOND_LOOK = "second_look"  # drawn from the labels of a training set to be looked at again; the text is the set
    CAUTION = "caution"  # what was said when it was kept, as an expired golden sample; the text is the code


SENT = (LineKind.DISAGREED, LineKind.PICKED, LineKind.SHADOW, LineKind.DOUBTED, LineKind.SECOND_LOOK)
"""Lines that send a unit to the supervisor, whatever its verdict."""


class Decision(StrEnum):
    """What a review did to the verdict of the model."""

    CONFIRMED = "confirmed"
    OVERRIDDEN = "overridden"
    DECIDED = "decided"  # the model had made no call, or none at all


class Disposition(StrEnum):
    """What is done with the unit (処置); separate from the verdict."""

    ACCEPT = "accept"
    REWORK = "rework"
    SCRAP = "scrap"
    CONCESSION = "concession"
    HOLD = "hold"


class Meaning(StrEnum):
    """What somebody says by signing (電子署名)."""

    REVIEWED = "reviewed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Media:
    """A kept file: the name it came with, the hash of its content, where it lies now."""

    file: str
    sha256: str
    path: Path

    def to_json(self) -> dict[str, str]:
        return {"file": self.file, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was added to a unit, by whom and when (UTC)."""

    kind: LineKind
    text: str
    who: str
    at: datetime
    voice: Media | None = None

    def to_json(self) -> dict[str, Any]:
        voice = self.voice.to_json() if self.voice else None
        return {"kind": str(self.kind), "text": self.text, "who": self.who, "at": iso(self.at), "voice": voice}


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a supervisor says of a unit: the verdict that stands from now on, and what is done with it."""

    verdict: Answer
    disposition: Disposition
    defect: str = "none"
    severity: Severity = Severity.NONE
    region: Region | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A supervisor's opinion as it was kept; `decision` says what it did to the model's verdict. `number` is its own
    among all reviews of the station; an undone one stays, and counts no more.
    """

    opinion: Opinion
    decision: Decision
    who: str
    at: datetime
    number: int = 0
    undone: bool = False

    @property
    def verdict(self) -> Answer:
        return self.opinion.verdict

    def to_json(self) -> dict[str, Any]:
        said = {**asdict(self.opinion), "decision": str(self.decision), "who": self.who, "at": iso(self.at)}
        return {**said, "number": self.number, "undone": self.undone}


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed the record, when and with which meaning; `record_sha256` is the hash of what was signed: sample,
    verdict and, unless None, the review number `review`.
    """

    who: str
    meaning: Meaning
    record_sha256: str
    at: datetime
    review: int | None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": iso(self.at)}


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that is kept of one unit. `verdict` is None until it is judged; times are UTC; lines and reviews stand in the
    order in which they were added. `line` and `station` are None where an older program kept it.
    """

    id: str
    state: State
    photo: Media | None
    voice: Media | None
    golden: Media | None
    part: str
    lot: str | None
    serial: str | None
    operator: str | None
    captured_at: datetime
    app_version: str
    defects: tuple[str, ...] | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    verdict: Verdict | None = None
    judged_at: datetime | None = None
    work_order: str | None = None
    shift: str | None = None
    retake_of: str | None = None
    line: str | None = None
    station: str | None = None
    lines: tuple[Line, ...] = ()
    reviews: tuple[Review, ...] = ()
    signatures: tuple[Signature, ...] = ()

    def last(self, kind: LineKind) -> Line | None:
        """The newest line of a kind."""
        return next((line for line in reversed(self.lines) if line.kind is kind), None)

    @property
    def counts(self) -> bool:
        """Whether it is a unit of the day: neither withdrawn nor taken anew."""
        return self.last(LineKind.WITHDRAWN) is None and self.last(LineKind.RETAKEN) is None

    @property
    def waits(self) -> bool:
        """Whether the model has not looked at it yet."""
        return self.state is State.CAPTURED

    @property
    def refused(self) -> bool:
        """Whether the model could not judge it."""
        return self.state is State.FAILED

    @property
    def settled(self) -> LineKind | None:
        """What the operator did with the verdict: DISAGREED, ACCEPTED, None: nothing yet."""
        return next((kind for kind in (LineKind.DISAGREED, LineKind.ACCEPTED) if self.last(kind) is not None), None)

    @property
    def review(self) -> Review | None:
        """The one that stands: the newest that was not undone."""
        return next((review for review in reversed(self.reviews) if not review.undone), None)

    @property
    def signature(self) -> Signature | None:
        """The newest one, but for those that were put to a review which was undone since."""
        undone = {review.number for review in self.reviews if review.undone}
        return next((one for one in reversed(self.signatures) if one.review not in undone), None)

    @property
    def answer(self) -> Answer | None:
        """The verdict that stands: the supervisor's, else the model's, None before both."""
        if self.review:
            return self.review.verdict
        return self.verdict.judgment.verdict if self.verdict else None

    @property
    def heard(self) -> str:
        """What the voice note says: as corrected by a person, else as the model heard it."""
        typed = self.last(LineKind.HEARD)
        if typed:
            return typed.text
        return self.verdict.judgment.heard if self.verdict else ""

    @property
    def cautions(self) -> tuple[str, ...]:
        """Codes of what was said when it was kept."""
        return tuple(line.text for line in self.lines if line.kind is LineKind.CAUTION)

    def to_json(self) -> dict[str, Any]:
        """The contract of one judged unit: what `kensa judge --json` prints."""
        said = finite(self.verdict.to_json()) if self.verdict else {"judgment": None}
        return {
            "id": self.id,
            "photo": self.photo.to_json() if self.photo else None,
            "voice": self.voice.to_json() if self.voice else None,
            "part": self.part,
            "lot": self.lot,
            "serial": self.serial,
            **said,
        }

    def to_full_json(self) -> dict[str, Any]:
        """The same and all else that is kept of it: what `kensa history --json` and `kensa show --json` print."""
        failure = {"code": self.failure_code, "message": self.failure_message} if self.failure_code else None
        return {
            **self.to_json(),
            "golden": self.golden.to_json() if self.golden else None,
            "state": str(self.state),
            "operator": self.operator,
            "work_order": self.work_order,
            "shift": self.shift,
            "line": self.line,
            "station": self.station,
            "retake_of": self.retake_of,
            "captured_at": iso(self.captured_at),
            "judged_at": iso(self.judged_at) if self.judged_at else None,
            "app_version": self.app_version,
            "error": failure,
            "lines": [line.to_json() for line in self.lines],
            "reviews": [review.to_json() for review in self.reviews],
            "signatures": [signature.to_json() for signature in self.signatures],
        }


def iso(moment: datetime) -> str:
    """A time as ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def finite(value: Any) -> Any:
    """The value with None for every number that JSON and SQLite cannot hold (NaN, infinities)."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [finite(inner) for inner in value]
    return value
