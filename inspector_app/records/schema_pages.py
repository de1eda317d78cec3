"""Where the pages that say which tables there are can no longer be read: they are lent from a new database.

The migrations make the same tables in the same order, so the same pages hold their beginnings; which schema a database
was begun with is tried out. Knows the format of SQLite's pages as far as that needs; works on a copy only.
"""

import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from inspector_app.records.database import HEAD, MIGRATIONS, fresh

PAGE = 4096
_INNER = 0x05


def text(raw: bytes) -> str:
    """Texts of damaged pages, whatever is in them."""
    return raw.decode("utf-8", "replace")


def lent(copy: Path) -> sqlite3.Connection | None:
    """The copy, opened with the schema pages of a new database; None when that gives no readable unit either."""
    data = copy.read_bytes()
    if len(data) < 2 * PAGE:
        return None
    for begun in _beginnings():
        with tempfile.TemporaryDirectory(dir=copy.parent) as room:
            new = Path(room) / "new.db"
            if begun != HEAD:
                fresh(new, begun)
            fresh(new)
            copy.write_bytes(_with_pages(data, new.read_bytes()))
        connection = sqlite3.connect(copy, isolation_level=None)
        connection.text_factory = text
        if any(_has_rows(connection, table, end) for table in ("samples", "audit") for end in ("", "DESC")):
            return connection
        connection.close()
    copy.write_bytes(data)
    return None


def _has_rows(connection: sqlite3.Connection, table: str, end: str) -> bool:
    """Whether there is a row at one end of a table, and it can be read."""
    with suppress(sqlite3.DatabaseError):
        found = connection.execute(f"SELECT * FROM {table} NOT INDEXED ORDER BY rowid {end} LIMIT 1").fetchone()
        return found is not None
    return False


def _beginnings() -> list[str]:
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]


def _with_pages(data: bytes, new: bytes) -> bytes:
    """The damaged file with those pages of the new one that list the tables."""
    mended = bytearray(data)
    for number in _listing(new, 1):
        if number * PAGE <= len(data):
            mended[(number - 1) * PAGE : number * PAGE] = new[(number - 1) * PAGE : number * PAGE]
    # That the size in the head is not to be believed is said by two counters that differ.
    mended[92:96] = (int.from_bytes(mended[24:28], "big") + 1).to_bytes(4, "big")
    mended[32:40] = bytes(8)  # no free pages: it is only read
    return bytes(mended)


def _listing(data: bytes, number: int) -> list[int]:
    """The pages of the table of tables, from its root."""
    start = (number - 1) * PAGE
    page = data[start : start + PAGE]
    head = 100 if number == 1 else 0
    if page[head] != _INNER:
        return [number]
    cells = int.from_bytes(page[head + 3 : head + 5], "big")
    places = [int.from_bytes(page[head + 12 + 2 * i : head + 14 + 2 * i], "big") for i in range(cells)]
    children = [int.from_bytes(page[at : at + 4], "big") for at in places]
    children.append(int.from_bytes(page[head + 8 : head + 12], "big"))
    return [number, *(page for child in children for page in _listing(data, child))]
