"""What a person looks for in the history. Knows no database, so that a window can be built before one is opened."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inspector_app.records.record import State
from model_runtime.verdict import Answer


class Sort(StrEnum):
    """The order of what is found."""

    NEWEST = "newest"
    OLDEST = "oldest"
    P_NG = "p_ng"  # the likeliest NG first; what has no number last


class Decided(StrEnum):
    """Whether a supervisor has decided."""

    REVIEWED = "reviewed"  # a review stands
    OPEN = "open"  # it waits for one


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; None passes all. `text` is found anywhere, `since`/`until` are inclusive times of capture,
    `before` is the id with which the last page ended, in whatever order. `adapter` is its name and version.
    `verdict` is the model's; `standing` the one that stands: the supervisor's where a review stands, else the model's.
    "" finds units of which the part, lot … is not known."""

    text: str | None = None
    part: str | None = None
    lot: str | None = None
    serial: str | None = None
    work_order: str | None = None
    verdict: Answer | None = None
    state: State | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: str | None = None
    limit: int | None = 200
    operator: str | None = None
    shift: str | None = None
    defect: str | None = None
    adapter: str | None = None
    sort: Sort = Sort.NEWEST
    decided: Decided | None = None
    line: str | None = None
    station: str | None = None
    standing: Answer | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for in the audit trail; None passes all. `before` is the number with which the last page ended."""

    text: str | None = None
    who: str | None = None
    what: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int | None = 200
