"""What monitoring reads of an adapter at work: what reviews changed, how its probabilities are spread, recent photos.

Reads only, from reviews and the newest units, so that it is quick among many records. Knows no formula.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from inspector_app.records.database import Database
from inspector_app.records.files import MediaFiles
from inspector_app.records.standing import standing
from inspector_app.records.store import gone
from inspector_app.records.tables import LearningGroupRow, MediaRow, ReviewRow, SampleRow, VerdictRow

SPREAD = 1000
"""Probabilities that are compared at most, on either side."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One unit that a supervisor looked at: when it was captured, what the model called it, what it is."""

    part: str
    adapter: str
    at: datetime
    called: str
    truth: str


@dataclass(frozen=True, slots=True)
class Recent:
    """A recent unit with a photo."""

    sample_id: str
    part: str
    photo: Path
    reviewed: bool


def seen(database: Database, since: datetime) -> list[Seen]:
    """All units captured since then of which a review stands, oldest first."""
    query = (
        select(SampleRow.part, VerdictRow.adapter, SampleRow.captured_at, VerdictRow.verdict, ReviewRow.verdict)
        .select_from(ReviewRow)
        .join(SampleRow, SampleRow.id == ReviewRow.sample_id)
        .join(VerdictRow, VerdictRow.sample_id == SampleRow.id)
        .where(ReviewRow.id == standing(SampleRow.id), SampleRow.captured_at >= since, ~gone(SampleRow.id))
        .order_by(SampleRow.id)
    )
    with database.read() as session:
        return [Seen(*row) for row in session.execute(query)]


def spread(database: Database, adapter: str, since: datetime, until: datetime, newest: bool) -> list[float]:
    """p_ng of units that this adapter (its identity) judged in that time: the oldest or the newest of them."""
    query = (
        select(VerdictRow.p_ng)
        .join(SampleRow, SampleRow.id == VerdictRow.sample_id)
        .where(SampleRow.captured_at >= since, SampleRow.captured_at < until)
        .where(VerdictRow.adapter == adapter, VerdictRow.p_ng.is_not(None))
        .order_by(SampleRow.captured_at.desc() if newest else SampleRow.captured_at)
        .limit(SPREAD)
    )
    with database.read() as session:
        return [p for p in session.scalars(query) if p is not None]


def recent(database: Database, files: MediaFiles, since: datetime, limit: int) -> list[Recent]:
    """The newest units with a photo, of all parts."""
    query = (
        select(SampleRow.id, SampleRow.part, SampleRow.photo_sha256, MediaRow.suffix, standing(SampleRow.id))
        .join(MediaRow, MediaRow.sha256 == SampleRow.photo_sha256)
        .where(SampleRow.captured_at >= since, ~gone(SampleRow.id))
        .order_by(SampleRow.id.desc())
        .limit(limit)
    )
    with database.read() as session:
        found = [Recent(i, part, files.path(sha, suffix), review is not None)
                 for i, part, sha, suffix, review in session.execute(query) if sha]  # fmt: skip
    return [one for one in found if one.photo.is_file()]


def last_frozen(database: Database) -> datetime | None:
    """When a training set was last frozen."""
    with database.read() as session:
        return session.scalar(select(func.max(LearningGroupRow.at)))
