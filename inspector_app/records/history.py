"""Every read of the records: newest first, by the order in which samples were kept, never by the clock. Which ones they
are, search.py knows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspector_app.records import audit, search
from inspector_app.records.database import Database
from inspector_app.records.files import MediaFiles
from inspector_app.records.filter import AuditFilter, Filter, Sort
from inspector_app.records.record import Inspection
from inspector_app.records.rows import everything, inspections_of, load
from inspector_app.records.store import Store, unknown
from inspector_app.records.tables import SampleRow

__all__ = ["Filter", "History", "Sort"]
PAGE = 500
_ALL = Filter()
_Wanted = TypeVar("_Wanted", Filter, AuditFilter)
_Row = TypeVar("_Row")
_AT_ONCE = 500
"""Rows that are read in one query; SQLite takes no more than so many values."""


class History:
    """Reads of one data folder's records."""

    def __init__(self, database: Database, files: MediaFiles) -> None:
        self._database = database
        self._files = files

    @classmethod
    def of(cls, store: Store) -> "History":
        return cls(store.database, store.files)

    def search(self, wanted: Filter = _ALL) -> list[Inspection]:
        """Rows that pass the filter, in its order; at most `limit` (None: all)."""
        with self._database.read() as session:
            return self._of(session, search.ids(session, wanted))

    def pages(self, wanted: Filter) -> Iterator[Inspection]:
        """The same row by row, read in short sessions, so that a long listing blocks no writer."""
        return _paged(wanted, self.search, lambda row: row.id)

    def count(self, wanted: Filter = _ALL) -> int:
        """How many rows pass the filter, whatever its limit."""
        with self._database.read() as session:
            return search.count(session, wanted)

    def get(self, sample_id: str) -> Inspection:
        """Everything of one record; KensaError when there is none of that id."""
        with self._database.read() as session:
            found = load(session, sample_id.upper(), self._files)
            if found is None:
                raise unknown(sample_id)
            return found

    def some(self, ids: Sequence[str]) -> list[Inspection]:
        """Those of these ids that there are, in this order."""
        with self._database.read() as session:
            return self._of(session, ids)

    def trail(self, sample_id: str) -> list[audit.Entry]:
        """What the audit trail tells of one record, oldest first."""
        with self._database.read() as session:
            return audit.trail(session, sample_id.upper())

    def trail_of(self, subject: str) -> list[audit.Entry]:
        """What it tells of anything else: "settings", "part:NAME", "person:NAME"."""
        with self._database.read() as session:
            return audit.trail(session, subject)

    def audit_trail(self, wanted: AuditFilter) -> list[audit.Entry]:
        """Entries of the audit trail, newest first."""
        with self._database.read() as session:
            return audit.search(session, wanted)

    def audit_pages(self, wanted: AuditFilter) -> Iterator[audit.Entry]:
        """The same entry by entry, read in short sessions."""
        return _paged(wanted, self.audit_trail, lambda entry: entry.seq)

    def values(self, column: str) -> list[str]:
        """The different parts, lots, serials, work orders, operators, shifts, lines, stations, defects or
        adapters, sorted."""
        with self._database.read() as session:
            if column != "serial":
                return search.values(session, column)
            serial: Any = SampleRow.serial
            return list(session.scalars(select(serial).where(serial.is_not(None)).distinct().order_by(serial)))

    def _of(self, session: Session, ids: Sequence[str]) -> list[Inspection]:
        found: dict[str, Inspection] = {}
        for start in range(0, len(ids), _AT_ONCE):
            rows = session.execute(everything().where(SampleRow.id.in_(ids[start : start + _AT_ONCE])))
            found.update((row.id, row) for row in inspections_of(session, rows, self._files))
        return [found[sample_id] for sample_id in ids if sample_id in found]


def _paged(wanted: _Wanted, read: Callable[[_Wanted], list[_Row]], place: Callable[[_Row], Any]) -> Iterator[_Row]:
    """Row by row, a page at a time; `place` is what the next page begins after. At most `wanted.limit` rows."""
    left = wanted.limit
    while left is None or left > 0:
        rows = read(replace(wanted, limit=PAGE if left is None else min(PAGE, left)))
        yield from rows
        if len(rows) < PAGE:
            return
        left = None if left is None else left - len(rows)
        wanted = replace(wanted, before=place(rows[-1]))
