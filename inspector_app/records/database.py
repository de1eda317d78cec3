"""The database is opened, never assumed: refused when newer, backed up and migrated when older, then used.

Knows SQLite's settings and Alembic; knows no table. One write transaction at a time, in this process and between
processes, since every writer takes SQLite's write lock when it begins. Opened to be read only, nothing is made,
migrated or written.
"""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from inspector_app import instance
from inspector_app.errors import KensaError, from_os_error
from inspector_app.whole import sync_folder

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0006"
"""The schema that this program writes; a test holds it equal to Alembic's head. So Alembic loads only when needed."""
BUSY_SECONDS = 30

_WRITES = "kensa_writes"
_log = logging.getLogger(__name__)


class Database:
    """An open database of this program's schema; safe to use from several threads."""

    def __init__(self, path: Path, engine: Engine, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self._lock = Lock()

    @classmethod
    def open(
        cls, path: Path, migrations: Path = MIGRATIONS, head: str = HEAD, *, read_only: bool = False
    ) -> "Database":
        """Creates, migrates or refuses; KensaError tells why in one sentence. `read_only`: refuses all but this
        program's own schema.
        """
        if read_only and not path.is_file():
            raise KensaError("no_records_yet", f"There are no records in {path.parent} yet; open it to write first.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # SQLite gives its log the same rights
        except OSError as error:
            raise from_os_error(error, "data folder", path.parent) from error
        database = cls(path, _engine(path, read_only), read_only)
        try:
            with translated(path):
                database._bring_to(head, migrations)
        except (DatabaseError, sqlite3.DatabaseError, UnicodeDecodeError) as error:
            database.close()
            _log.error("the records cannot be opened: %s", type(error).__name__)
            name, sentence = _SENTENCES[sqlite3.SQLITE_CORRUPT]
            raise KensaError(name, sentence.format(path=path)) from error
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A short session that sees one state of the database."""
        with translated(self.path), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A short session in one transaction: all of it is kept, or nothing."""
        self.require_writable()
        with self._lock, self._turn(), translated(self.path), Session(self._writer, expire_on_commit=False) as session:
            session.connection()  # the write lock is taken here, before anything is read
            yield session
            session.commit()

    def require_writable(self) -> None:
        """KensaError where the records were opened to be read only; to be asked before a file is written, too."""
        if self.read_only:
            raise KensaError(
                "read_only", "This program only reads, since another one has the data folder open; work there."
            )

    def copy_to(self, target: Path) -> None:
        """A whole copy of the records of one moment, while others go on writing; KensaError when the disk refuses."""
        try:
            with translated(target):
                _copy(self.path, target)
        except OSError as error:
            raise from_os_error(error, "copy of the records", target) from error

    def tidy(self) -> None:
        """The log's content into the file itself, and the log emptied; while somebody reads, at another time."""
        with self._lock, self._turn(), suppress(sqlite3.Error), closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the pages of the file, at most ten sentences; none when they are sound.

        Takes about a second for a gigabyte; reads only.
        """
        try:
            with self.read() as session:
                answers = list(session.scalars(text("PRAGMA quick_check(10)")))
        except KensaError as error:
            return [error.message]
        return [str(answer) for answer in answers if answer != "ok"]

    def close(self) -> None:
        self._engine.dispose()

    def _turn(self) -> AbstractContextManager[None]:
        return instance.turn(self.path.parent, BUSY_SECONDS)

    def _bring_to(self, head: str, migrations: Path) -> None:
        with self._engine.connect() as connection:
            found = _revision(connection, self.path)
        if found == head:
            return
        if self.read_only:
            raise KensaError(
                "older_database",
                f"The records {self.path} are of schema {found}, this program's is {head}; open them to write first.",
            )
        if found is not None:
            self._refuse_newer(found, head, migrations)
            copy = back_up(self.path, found)
        try:
            with self._turn(), self._writer.connect() as connection, connection.begin():
                _upgrade(connection, migrations)
        except Exception as error:
            if found is None or _is_known(error):
                raise
            _log.exception("the migration from %s to %s failed", found, head)
            raise KensaError(
                "migration_failed",
                f"The records {self.path} could not be brought from schema {found} to {head} ({type(error).__name__});"
                f" they are as they were, a copy is {copy.name}. Go on with the Kensa that wrote them, or salvage.",
            ) from error

    def _refuse_newer(self, found: str, head: str, migrations: Path) -> None:
        from alembic.script import ScriptDirectory

        known = {script.revision for script in ScriptDirectory(str(migrations)).walk_revisions()}
        if found not in known:
            raise KensaError(
                "newer_database",
                f"The records {self.path} were written by a newer Kensa (schema {found}); update this one ({head}).",
            )


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's refusals that a person can fix become KensaError; all others pass as they are."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        cause = getattr(error, "orig", error)
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code not in _SENTENCES and any(words in str(cause) for words in _DAMAGED):
            code = sqlite3.SQLITE_CORRUPT  # damage to the texts of the schema, or in a row
        if code not in _SENTENCES:
            raise
        name, sentence = _SENTENCES[code]
        raise KensaError(name, sentence.format(path=path)) from error


_DAMAGED = ("no such column", "no such table", "Could not decode", "malformed", "unsupported file format")
"""What SQLite says of a damaged schema or text, without a code of its own; the tests see to it that it is not ours."""
_SENTENCES = {
    sqlite3.SQLITE_FULL: ("disk_full", "The disk is full, so nothing could be added to {path}; free some space."),
    sqlite3.SQLITE_IOERR: ("disk_error", "The disk refused to read or write {path}; check the disk and its space."),
    sqlite3.SQLITE_READONLY: ("no_permission", "No permission to write {path}; check who may write there."),
    sqlite3.SQLITE_PERM: ("no_permission", "No permission for {path}; check who may read and write it."),
    sqlite3.SQLITE_CANTOPEN: (
        "no_permission",
        "The records {path} cannot be opened; check the folder and who may write there.",
    ),
    sqlite3.SQLITE_BUSY: ("database_busy", "Another program holds the records {path}; close it and try again."),
    sqlite3.SQLITE_NOTADB: ("database_damaged", "{path} is not a database of Kensa; put it aside or restore a backup."),
    sqlite3.SQLITE_CORRUPT: (
        "database_damaged",
        "The records {path} are damaged; put them aside and restore a backup.",
    ),
}


def _is_known(error: Exception) -> bool:
    """Whether there is a sentence of its own for it, as for a full disk."""
    return (
        isinstance(error, KensaError)
        or (getattr(getattr(error, "orig", error), "sqlite_errorcode", 0) & 0xFF) in _SENTENCES
    )


def _engine(path: Path, read_only: bool = False) -> Engine:
    if read_only:
        # A name may hold what an address may not, as ? or #.
        address = f"file:{quote(str(path))}?mode=ro"
        engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False),
            poolclass=QueuePool,
        )
    else:
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's own habit breaks DDL transactions
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}",
            *(("query_only = ON",) if read_only else ("journal_mode = WAL", "synchronous = FULL")),
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _revision(connection: Connection, path: Path) -> str | None:
    """The schema that the database has; None when it is empty."""
    tables = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
    if not tables:
        return None
    versions = (
        connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        if "alembic_version" in tables
        else []
    )
    if len(versions) != 1:
        raise KensaError("database_damaged", f"{path} is not a database of Kensa; put it aside or restore a backup.")
    return str(versions[0])


def back_up(path: Path, why: str) -> Path:
    """A copy beside the database before it is migrated; whole or not there. Never over an older copy."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    copy = path.with_name(f"{path.stem}-schema{why}-{stamp}{path.suffix}")
    draft = copy.with_name(f".{copy.name}.tmp")
    try:
        _copy(path, draft)
        os.replace(draft, copy)
        sync_folder(copy.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise from_os_error(error, "copy of the records", copy) from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return copy


def _copy(path: Path, target: Path) -> None:
    """`target` becomes one whole file without a log beside it, forced to the disk.

    SQLite's online backup: what is still in the log is in the copy too. All pages in one step, which holds up no
    writer where there is a log, and which no writer can make begin anew.
    """
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def fresh(path: Path, schema: str | None = None, migrations: Path = MIGRATIONS) -> None:
    """A new database without rows, of a schema that this program knows (None: its own)."""
    engine = _engine(path)
    with engine.execution_options(**{_WRITES: True}).connect() as connection, connection.begin():
        _upgrade(connection, migrations, schema or "head")
    engine.dispose()


def _upgrade(connection: Connection, migrations: Path, to: str = "head") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
