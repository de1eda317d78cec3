"""The people of a station as rows: every change is told in the audit trail, and so are signing in and out.

Knows hashes as texts; what a PIN is and who may do what is known to people.py.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspector_app.records import audit
from inspector_app.records.database import Database
from inspector_app.records.record import iso
from inspector_app.records.tables import AttemptRow, PersonRow
from inspector_app.rights import PROGRAM

PERSON_CHANGES = ("person_added", "person_changed")
ATTEMPT_FAILED, ATTEMPTS_FREED = "sign_in_failed", "sign_in_freed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One person as kept. `badge_tag` narrows the search for a badge; it is too short to tell anything of the code."""

    id: int
    name: str
    role: str
    pin_hash: str
    badge_hash: str | None
    badge_tag: str | None
    disabled: bool


class Roster:
    """Reads and writes of the people and of their failed attempts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> int:
        with self._database.read() as session:
            return session.scalar(select(func.count(PersonRow.id))) or 0

    def all(self) -> list[Entry]:
        """In the order in which they were added."""
        with self._database.read() as session:
            return [_entry(row) for row in session.scalars(select(PersonRow).order_by(PersonRow.id))]

    def find(self, name: str) -> Entry | None:
        with self._database.read() as session:
            row = _by_name(session, name)
            return _entry(row) if row else None

    def with_tag(self, tag: str) -> list[Entry]:
        """Those whose badge may be the one with that tag."""
        with self._database.read() as session:
            return [_entry(row) for row in session.scalars(select(PersonRow).where(PersonRow.badge_tag == tag))]

    def add(self, who: str, check: Callable[[int], None], **columns: Any) -> Entry:
        """A new person; `check` is given how many there are and may refuse, inside the transaction."""
        with self._database.write() as session:
            check(session.scalar(select(func.count(PersonRow.id))) or 0)
            row = PersonRow(**columns, disabled=False, created_at=datetime.now(UTC))
            session.add(row)
            session.flush()
            told = {**person_facts(row), "created_at": iso(row.created_at)}
            audit.append(session, who, "person_added", subject_of(row.name), new=told)
            return _entry(row)

    def change(self, who: str, name: str, check: Callable[[list[Entry]], None], **columns: Any) -> Entry:
        """Other values for some columns; `check` is given all people as they would be and may refuse."""
        with self._database.write() as session:
            row = _by_name(session, name)
            if row is None:
                raise LookupError(name)
            old = person_facts(row)
            for column, value in columns.items():
                setattr(row, column, value)
            session.flush()
            check([_entry(person) for person in session.scalars(select(PersonRow))])
            audit.append(session, who, "person_changed", subject_of(name), old=old, new=person_facts(row))
            return _entry(row)

    def tell(self, who: str, what: str, name: str) -> None:
        """An entry of the audit trail about one person."""
        with self._database.write() as session:
            audit.append(session, who, what, subject_of(name))

    def attempts(self, key: str) -> tuple[int, datetime | None]:
        """Failures in a row, and until when nothing more is tried."""
        with self._database.read() as session:
            row = session.get(AttemptRow, key)
            return (row.failures, row.until) if row else (0, None)

    def failed(self, key: str, who: str, wait_until: Callable[[int], datetime | None]) -> int:
        """One more failure, told in the audit trail; how many there are in a row now."""
        with self._database.write() as session:
            row = session.get(AttemptRow, key) or AttemptRow(key=key, failures=0, until=None)
            session.add(row)
            row.failures += 1
            row.until = wait_until(row.failures)
            told = {"failures": row.failures, "until": iso(row.until) if row.until else None}
            audit.append(session, who, ATTEMPT_FAILED, subject_of(key), new=told)
            return row.failures

    def succeeded(self, key: str) -> None:
        """Failures are forgotten."""
        with self._database.write() as session:
            row = session.get(AttemptRow, key)
            if row is not None:
                session.delete(row)
                audit.append(session, PROGRAM, ATTEMPTS_FREED, subject_of(key))


def person_facts(row: PersonRow) -> dict[str, Any]:
    """What the audit trail tells of a person: of the hashes only a hash, enough to see that they were changed."""
    return {
        "name": row.name,
        "role": row.role,
        "disabled": row.disabled,
        "pin": _mark(row.pin_hash),
        "badge": _mark(row.badge_hash) if row.badge_hash else None,
        "tag": row.badge_tag,
    }


def subject_of(name: str) -> str:
    """How the audit trail names a person."""
    return f"person:{name}"


def _mark(kept: str) -> str:
    return hashlib.sha256(kept.encode()).hexdigest()


def _by_name(session: Session, name: str) -> PersonRow | None:
    return session.scalar(select(PersonRow).where(PersonRow.name == name))


def _entry(row: PersonRow) -> Entry:
    return Entry(row.id, row.name, row.role, row.pin_hash, row.badge_hash, row.badge_tag, row.disabled)
