"""Versions of a part's definition: each change a row that never changes, and an entry of the audit trail, old -> new.

Knows definitions as JSON only; what is in one is known to part_editor.py and parts.py.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspector_app.records import audit
from inspector_app.records.database import Database
from inspector_app.records.record import iso
from inspector_app.records.tables import PartVersionRow

PART_CHANGED = "part_changed"
Definition = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One definition of a part, by whom, when and why."""

    part: str
    version: int
    definition: Definition
    who: str
    at: datetime
    reason: str


class PartVersions:
    """The definitions that were changed in the program."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, part: str, definition: Definition, before: Definition | None, who: str, reason: str) -> Version:
        """The next version; `before` is what stood until now, wherever it came from."""
        with self._database.write() as session:
            last = session.scalar(select(func.max(PartVersionRow.version)).where(PartVersionRow.part == part)) or 0
            row = PartVersionRow(
                part=part, version=last + 1, definition=definition, who=who, at=datetime.now(UTC), reason=reason
            )
            session.add(row)
            session.flush()
            old = {"definition": before}
            audit.append(session, who, PART_CHANGED, f"part:{part}", old=old, new=part_facts(row))
            return _version(row)

    def of(self, part: str) -> list[Version]:
        """All of one part, newest first."""
        query = select(PartVersionRow).where(PartVersionRow.part == part).order_by(PartVersionRow.version.desc())
        with self._database.read() as session:
            return [_version(row) for row in session.scalars(query)]

    def newest(self) -> dict[str, Definition]:
        """Part -> the definition that stands, in the order in which the parts were first changed."""
        with self._database.read() as session:
            return {row.part: row.definition for row in _rows(session)}


def part_facts(row: PartVersionRow) -> dict[str, Any]:
    """What the audit trail tells of a version."""
    names = ("id", "version", "definition", "reason")
    return {**{name: getattr(row, name) for name in names}, "at": iso(row.at)}


def _rows(session: Session) -> list[PartVersionRow]:
    """Every version, oldest first: of a part that occurs twice, the later one stands."""
    return list(session.scalars(select(PartVersionRow).order_by(PartVersionRow.id)))


def _version(row: PartVersionRow) -> Version:
    return Version(row.part, row.version, row.definition, row.who, row.at, row.reason)
