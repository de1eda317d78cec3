"""`kensa verify`: everything that is wrong with the records of a data folder, each fault in one sentence.

Reads only. What was kept is held against three witnesses: the files' hashes, the database's own check, the audit trail.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.records import audit
from inspector_app.records.database import Database
from inspector_app.records.files import MediaFiles, hash_of
from inspector_app.records.rows import captured_facts, verdict_facts, verdict_of
from inspector_app.records.store import Store
from inspector_app.records.tables import TRIGGERS, AuditRow, MediaRow, SampleRow, VerdictRow

Progress = Callable[[int, int], None]
"""Files checked, files in all."""


def faults(store: Store, progress: Progress | None = None) -> Iterator[str]:
    """Every fault found; nothing when the records are sound."""
    try:
        with store.database.read() as session:
            yield from _database_faults(session)
            yield from audit.chain_faults(session)
            yield from _sample_faults(session)
            yield from _verdict_faults(session)
    except KensaError as error:
        yield f"database: {error.message}"
    yield from _media_faults(store.database, store.files, progress)


def counts(store: Store) -> dict[str, int]:
    """How much there is to check; a table that cannot be counted is left out, `faults` tells why."""
    tables = {"samples": SampleRow.id, "verdicts": VerdictRow.id, "files": MediaRow.sha256, "audit": AuditRow.seq}
    found = {}
    for name, column in tables.items():
        with suppress(KensaError), store.database.read() as session:
            found[name] = session.scalar(select(func.count(column))) or 0
    return found


def database_is_lost(places: Places) -> bool:
    """Whether there are kept files and no database that tells of them; to be asked before a new one is made."""
    return not places.database.exists() and any(places.media.glob("*/*"))


def _database_faults(session: Session) -> Iterator[str]:
    for answer in session.scalars(text("PRAGMA integrity_check")):
        if answer != "ok":
            yield f"database: {answer}"
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield f"database: row {row} of {table} points at a missing row of {parent}"
    there = set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    for name in TRIGGERS:
        if name not in there:
            yield f"database: the trigger {name}, which keeps records from being changed, is missing"


def _sample_faults(session: Session) -> Iterator[str]:
    told = _told(session, "captured")
    for row in session.scalars(select(SampleRow).order_by(SampleRow.id).execution_options(yield_per=1000)):
        facts = told.pop(row.id, None)
        if facts is None:
            yield f"sample {row.id}: the audit trail does not tell of it"
        elif facts != audit.canonical(captured_facts(row)):
            yield f"sample {row.id}: it is not what the audit trail tells ({_changed(facts, captured_facts(row))})"
    for sample_id in told:
        yield f"sample {sample_id}: the audit trail tells of it, but it is missing"


def _verdict_faults(session: Session) -> Iterator[str]:
    told = _told(session, "judged")
    for row in session.scalars(select(VerdictRow).order_by(VerdictRow.id).execution_options(yield_per=1000)):
        facts = told.pop(row.sample_id, None)
        now = verdict_facts(verdict_of(row))
        if facts is None:
            yield f"verdict of {row.sample_id}: the audit trail does not tell of it"
        elif facts != audit.canonical(now):
            yield f"verdict of {row.sample_id}: it is not what the audit trail tells ({_changed(facts, now)})"
    for sample_id in told:
        yield f"verdict of {sample_id}: the audit trail tells of it, but it is missing"


def _told(session: Session, what: str) -> dict[str, str]:
    """Subject -> what the audit trail says became of it."""
    rows = session.execute(select(AuditRow.subject, AuditRow.new).where(AuditRow.what == what).order_by(AuditRow.seq))
    return {subject: new or "null" for subject, new in rows}


def _changed(told: str, now: dict[str, object]) -> str:
    """Names of the facts that differ."""
    before = json.loads(told)
    return ", ".join(sorted(name for name in {*before, *now} if before.get(name) != now.get(name)))


def _media_faults(database: Database, files: MediaFiles, progress: Progress | None) -> Iterator[str]:
    try:
        with database.read() as session:
            kept = [(row.sha256, row.suffix, row.kind) for row in session.scalars(select(MediaRow))]
    except KensaError as error:
        yield f"files: they cannot be listed, since {error.message}"
        return
    for number, (sha256, suffix, kind) in enumerate(kept, start=1):
        path = files.path(sha256, suffix)
        try:
            if hash_of(path) != sha256:
                yield f"{kind} {path}: its content was changed"
        except FileNotFoundError:
            yield f"{kind} {path}: the file is missing"
        except OSError as error:
            yield f"{kind} {path}: it cannot be read ({error.strerror})"
        if progress:
            progress(number, len(kept))
