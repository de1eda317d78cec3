"""A copy of the records that lies still: proved sound, and what it holds. Opened to be read only, by no other program.

Knows SQLite and the audit trail's chain; changes nothing, and makes no log beside the file.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from inspector_app.errors import KensaError
from inspector_app.records import audit
from inspector_app.records.anchor import Anchor
from inspector_app.records.database import MIGRATIONS, translated


@dataclass(frozen=True, slots=True)
class State:
    """What a copy holds: its schema, the end of its audit trail, the hashes of the files that it tells of."""

    schema: str
    audit: Anchor | None
    media: frozenset[str]

    @property
    def audit_hash(self) -> str | None:
        return self.audit.hash if self.audit else None


def prove(path: Path) -> State:
    """Checks pages, foreign keys, schema and audit trail; KensaError in one sentence for any fault."""
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"
    with translated(path), closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as connection:
        for (answer,) in connection.execute("PRAGMA integrity_check(1)"):
            if answer != "ok":
                raise _damaged(str(answer).splitlines()[0])
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise _damaged("a row points at a missing one")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"alembic_version", "audit", "media", "samples"} <= tables:
            raise _damaged("it is not a database of Kensa")
        return _state(connection, tables)


def _state(connection: sqlite3.Connection, tables: set[str]) -> State:
    (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    _refuse_unknown(str(schema))
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with Session(engine) as session:
        fault = next(audit.chain_faults(session), None)
    if fault is not None:
        raise _damaged(fault)
    last = connection.execute("SELECT seq, hash, at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    (entries,) = connection.execute("SELECT count(*) FROM audit").fetchone()
    media = {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM media")}
    if "erased_media" in tables:  # taken out for good, as the audit trail tells
        media -= {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM erased_media")}
    return State(str(schema), Anchor(last[0], last[1], entries, last[2]) if last else None, frozenset(media))


def _refuse_unknown(schema: str) -> None:
    from alembic.script import ScriptDirectory

    if schema not in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}:
        raise KensaError(
            "newer_database", f"The records in it were written by a newer Kensa (schema {schema}); update this one."
        )


def _damaged(what: str) -> KensaError:
    return KensaError("database_damaged", f"The records are damaged ({what[:200]}); see `kensa verify`, then salvage.")
