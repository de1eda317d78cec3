"""The audit trail (監査証跡): an append-only chain, each entry holding the hash of the one before it.

`append` must be called inside the transaction that does what it tells, so that neither is kept without the other.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from inspector_app.records.filter import AuditFilter
from inspector_app.records.night_tables import ErasedTextRow
from inspector_app.records.record import iso
from inspector_app.records.tables import AuditRow

_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}", re.IGNORECASE)
START = "0" * 64
"""What the first entry holds for the hash before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: who did what, when, to what; `old` and `new` are what changed; its hash and that of the one before."""

    seq: int
    who: str
    what: str
    at: str
    subject: str
    old: Any
    new: Any
    previous: str = ""
    hash: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def canonical(value: Any) -> str:
    """JSON in one fixed spelling, so that equal values have equal hashes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def append(session: Session, who: str, what: str, subject: str, old: Any = None, new: Any = None) -> None:
    """Adds an entry; the caller holds the write lock, so the last entry is really the last."""
    last = session.execute(select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)).first()
    row = AuditRow(
        seq=last.seq + 1 if last else 1,
        who=who,
        what=what,
        at=iso(datetime.now(UTC)),
        subject=subject,
        old=None if old is None else canonical(old),
        new=None if new is None else canonical(new),
        previous=last.hash if last else START,
    )
    row.hash = hash_of(row)
    session.add(row)
    session.flush()


def hash_of(row: AuditRow) -> str:
    """The hash over all that the entry tells and the hash before it."""
    told = [row.seq, row.who, row.what, row.at, row.subject, row.old, row.new, row.previous]
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def sha256_of(value: Any) -> str:
    """The hash of a value in its one spelling."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def trail(session: Session, subject: str) -> list[Entry]:
    """All entries about one thing, oldest first."""
    rows = session.scalars(select(AuditRow).where(AuditRow.subject == subject).order_by(AuditRow.seq))
    return [entry_of(row) for row in rows]


def search(session: Session, wanted: AuditFilter) -> list[Entry]:
    """Entries that pass, newest first, at most its limit."""
    query = select(AuditRow).order_by(AuditRow.seq.desc())
    conditions = {AuditRow.who: wanted.who, AuditRow.what: wanted.what, AuditRow.subject: wanted.subject}
    for column, value in conditions.items():
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditRow.at >= iso(wanted.since))
    if wanted.until is not None:
        query = query.where(AuditRow.at <= iso(wanted.until))
    if wanted.before is not None:
        query = query.where(AuditRow.seq < wanted.before)
    if wanted.text:
        if _ULID.fullmatch(wanted.text):  # a unit: from the index, not by walking
            query = query.where(AuditRow.subject == wanted.text.upper())
        else:
            columns = (AuditRow.subject, AuditRow.who, AuditRow.old, AuditRow.new)
            query = query.where(or_(*(column.contains(wanted.text, autoescape=True) for column in columns)))
    return [entry_of(row) for row in session.scalars(query.limit(wanted.limit))]


def chain_faults(session: Session) -> Iterator[str]:
    """Every place where the chain does not hold. Of an entry whose words were erased, what is left must be there."""
    left = _left(session)
    previous, expected = START, 1
    for row in session.scalars(select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=1000)):
        if row.seq != expected:
            yield f"audit: entries {expected} to {row.seq - 1} are missing"
        elif row.previous != previous:
            yield f"audit: entry {row.seq} does not follow the one before it"
        if row.hash != hash_of(row) and (row.seq not in left or left[row.seq] != row.new):
            yield f"audit: entry {row.seq} was changed"
        previous, expected = row.hash, row.seq + 1


def _left(session: Session) -> dict[int, str]:
    """Entry -> what is left of it since its words were erased. A copy of an older schema knows of none."""
    if session.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'erased_texts'")) is None:
        return {}
    return {row.seq: row.told for row in session.execute(select(ErasedTextRow.seq, ErasedTextRow.told))}


def entry_of(row: AuditRow) -> Entry:
    """A row as it is given out."""
    old, new = (None if text is None else json.loads(text) for text in (row.old, row.new))
    return Entry(row.seq, row.who, row.what, row.at, row.subject, old, new, row.previous, row.hash)
