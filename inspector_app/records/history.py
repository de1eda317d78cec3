"""Every read of the records: newest first, by the order in which samples were kept, never by the clock."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from inspector_app.records import audit
from inspector_app.records.database import Database
from inspector_app.records.files import MediaFiles
from inspector_app.records.filter import Filter
from inspector_app.records.record import Inspection
from inspector_app.records.rows import everything, inspections_of, load
from inspector_app.records.store import Store, unknown
from inspector_app.records.tables import LineRow, SampleRow, VerdictRow

__all__ = ["Filter", "History"]
PAGE = 500
_ALL = Filter()
_SEARCHED = (
    SampleRow.id, SampleRow.photo_name, SampleRow.voice_name, SampleRow.part, SampleRow.lot, SampleRow.serial,
    SampleRow.work_order, SampleRow.operator, VerdictRow.defect, VerdictRow.heard, VerdictRow.remark,
)  # fmt: skip


class History:
    """Reads of one data folder's records."""

    def __init__(self, database: Database, files: MediaFiles) -> None:
        self._database = database
        self._files = files

    @classmethod
    def of(cls, store: Store) -> "History":
        return cls(store.database, store.files)

    def search(self, wanted: Filter = _ALL) -> list[Inspection]:
        """Rows that pass the filter, newest first; at most `limit` (None: all)."""
        # The same ids either way; said of the verdicts, SQLite can walk their index and need not sort them.
        newest = VerdictRow.sample_id if wanted.verdict else SampleRow.id
        query = everything().where(*_conditions(wanted)).order_by(newest.desc()).limit(wanted.limit)
        with self._database.read() as session:
            return list(inspections_of(session, session.execute(query), self._files))

    def pages(self, wanted: Filter) -> Iterator[Inspection]:
        """The same row by row, read in short sessions, so that a long listing blocks no writer."""
        left = wanted.limit
        while left is None or left > 0:
            rows = self.search(replace(wanted, limit=PAGE if left is None else min(PAGE, left)))
            yield from rows
            if len(rows) < PAGE:
                return
            left = None if left is None else left - len(rows)
            wanted = replace(wanted, before=rows[-1].id)

    def count(self, wanted: Filter = _ALL) -> int:
        """How many rows pass the filter, whatever its limit."""
        query = select(func.count(SampleRow.id)).outerjoin(VerdictRow, VerdictRow.sample_id == SampleRow.id)
        with self._database.read() as session:
            return session.scalar(query.where(*_conditions(wanted))) or 0

    def get(self, sample_id: str) -> Inspection:
        """Everything of one record; KensaError when there is none of that id."""
        with self._database.read() as session:
            found = load(session, sample_id.upper(), self._files)
            if found is None:
                raise unknown(sample_id)
            return found

    def some(self, ids: Sequence[str]) -> list[Inspection]:
        """Those of these ids that there are, in no order that is promised."""
        with self._database.read() as session:
            return list(
                inspections_of(session, session.execute(everything().where(SampleRow.id.in_(ids))), self._files)
            )

    def trail(self, sample_id: str) -> list[audit.Entry]:
        """What the audit trail tells of one record, oldest first."""
        with self._database.read() as session:
            return audit.trail(session, sample_id.upper())

    def trail_of(self, subject: str) -> list[audit.Entry]:
        """What it tells of anything else: "settings", "part:NAME", "person:NAME"."""
        with self._database.read() as session:
            return audit.trail(session, subject)

    def values(self, column: str) -> list[str]:
        """The different parts, lots, serials, work orders or operators that occur, sorted; for lists to choose from."""
        chosen: Any = {"part": SampleRow.part, "lot": SampleRow.lot, "serial": SampleRow.serial,
                       "work_order": SampleRow.work_order, "operator": SampleRow.operator}[column]  # fmt: skip
        with self._database.read() as session:
            return list(session.scalars(select(chosen).where(chosen.is_not(None)).distinct().order_by(chosen)))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    equal: list[tuple[Any, Any]] = [
        (SampleRow.part, wanted.part),
        (SampleRow.lot, wanted.lot),
        (SampleRow.serial, wanted.serial),
        (SampleRow.work_order, wanted.work_order),
        (SampleRow.state, wanted.state),
        (VerdictRow.verdict, str(wanted.verdict) if wanted.verdict else None),
    ]
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if wanted.since is not None:
        conditions.append(SampleRow.captured_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(SampleRow.captured_at <= wanted.until)
    if wanted.before is not None:
        conditions.append(SampleRow.id < wanted.before.upper())
    if wanted.text:
        told = select(LineRow.id).where(LineRow.sample_id == SampleRow.id, _has(LineRow.text, wanted.text))
        conditions.append(or_(*(_has(column, wanted.text) for column in _SEARCHED), told.exists()))
    return conditions


def _has(column: Any, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.icontains(text, autoescape=True)
    return found
