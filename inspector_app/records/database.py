"""The database is opened, never assumed: refused when newer, backed up and migrated when older, then used.

Knows SQLite's settings and Alembic; knows no table. One write transaction at a time, in this process and between
processes, since every writer takes SQLite's write lock when it begins.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from inspector_app.errors import KensaError, from_os_error

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0004"
"""The schema that this program writes; a test holds it equal to Alembic's head. So Alembic loads only when needed."""
BUSY_SECONDS = 30

_WRITES = "kensa_writes"


class Database:
    """An open database of this program's schema; safe to use from several threads."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path, migrations: Path = MIGRATIONS, head: str = HEAD) -> "Database":
        """Creates, migrates or refuses; KensaError tells why in one sentence."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise from_os_error(error, "data folder", path.parent) from error
        database = cls(path, _engine(path))
        try:
            with translated(path):
                database._bring_to(head, migrations)
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
        with self._lock, translated(self.path), Session(self._writer, expire_on_commit=False) as session:
            session.connection()  # the write lock is taken here, before anything is read
            yield session
            session.commit()

    def close(self) -> None:
        self._engine.dispose()

    def _bring_to(self, head: str, migrations: Path) -> None:
        with self._engine.connect() as connection:
            found = _revision(connection, self.path)
        if found == head:
            return
        if found is not None:
            self._refuse_newer(found, head, migrations)
            _back_up(self.path, found)
        with self._writer.connect() as connection, connection.begin():
            _upgrade(connection, migrations)

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
        if code not in _SENTENCES:
            raise
        name, sentence = _SENTENCES[code]
        raise KensaError(name, sentence.format(path=path)) from error


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


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's own habit breaks DDL transactions
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}",
            "journal_mode = WAL",
            "synchronous = FULL",
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


def _back_up(path: Path, revision: str) -> Path:
    """A copy beside the database, made through SQLite, so that what is still in the log is in it too."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    copy = path.with_name(f"{path.stem}-schema{revision}-{stamp}{path.suffix}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def _upgrade(connection: Connection, migrations: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
