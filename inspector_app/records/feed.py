"""What happened to units, in the order of the audit trail: what is to be told to other systems is read from here.

The trail is the queue: an entry is written in one transaction with what it tells, so nothing can be told that was not
kept, and nothing is lost that was. Knows the tables; knows no receiver.
"""

from sqlalchemy import func, select

from inspector_app.records.audit import Entry, entry_of
from inspector_app.records.database import Database
from inspector_app.records.tables import AuditRow

KINDS = ("judged", "failed", "reviewed", "undone", "disagreed", "withdrawn", "retaken")
"""Of the entries about units: what becomes of them. What was captured and not judged yet is nobody else's business."""


class Feed:
    """Reads in short sessions; safe to call from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self) -> int:
        """Number of the newest entry, of any kind; 0 where there is none."""
        with self._database.read() as session:
            return session.scalar(select(func.max(AuditRow.seq))) or 0

    def after(self, number: int, limit: int) -> list[Entry]:
        """The next entries about units after a number, oldest first."""
        query = select(AuditRow).where(AuditRow.seq > number, AuditRow.what.in_(KINDS)).order_by(AuditRow.seq)
        with self._database.read() as session:
            return [entry_of(row) for row in session.scalars(query.limit(limit))]

    def count(self, number: int) -> int:
        """How many there are after a number."""
        query = select(func.count()).select_from(AuditRow).where(AuditRow.seq > number, AuditRow.what.in_(KINDS))
        with self._database.read() as session:
            return session.scalar(query) or 0
