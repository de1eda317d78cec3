"""What a person looks for in the history. Knows no database, so that a window can be built before one is opened."""

from dataclasses import dataclass
from datetime import datetime

from inspector_app.records.record import State
from model_runtime.verdict import Answer


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; None passes all. `text` is found anywhere, `since`/`until` are inclusive times of capture,
    `before` is the id after which the last page ended."""

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
