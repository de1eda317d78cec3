"""Salvage: what can still be read of a damaged database, row by row, in a new one; what the audit trail tells of rows
that cannot be read is made from it again. The damaged file is only read, and stays.

Knows SQLite's rowids, the tables and what the audit trail tells of each row; decides about nothing: `kensa verify`
says afterwards what is missing.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError
from inspector_app.records import schema_pages
from inspector_app.records.database import MIGRATIONS, fresh
from inspector_app.records.files import hash_of

FILLED_BY_TRIGGERS = ("search_",)
_ORDER = ("media", "samples", "verdicts", "audit")
"""Tables that others point at come first; the triggers of the search want it so."""

_STRIDE = 8
"""Rows that are skipped at once behind a damage: no page holds fewer of the rows that matter."""
_FARTHEST = 200_000
"""Rows behind a damage where nobody can say how many there are."""


@dataclass(slots=True)
class Saved:
    """What came of it: rows read by table, rows made again from the audit trail, tables with unreadable places."""

    schema: str = ""
    read: dict[str, int] = field(default_factory=dict)
    made_again: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    """Table -> places that could not be read."""


def salvage(damaged: Path, room: Path, media: Path) -> tuple[Path, Saved]:
    """Writes `room`/kensa.db from what can be read; the path and what was saved. KensaError when nothing can be read.

    `room` is a new, empty folder; `media` the kept files, which tell of their own rows.
    """
    copy = room / "damaged.db"
    for ending in ("", "-wal"):  # the log holds the newest; its index is made anew
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{damaged}{ending}", f"{copy}{ending}")
    source, saved = _opened(copy, damaged), Saved()
    try:
        saved.schema = _schema(source)
        target = room / "kensa.db"
        fresh(target, saved.schema or None, MIGRATIONS)
        with closing(sqlite3.connect(target, isolation_level=None)) as new:
            new.execute("PRAGMA foreign_keys = OFF")
            new.execute("BEGIN")
            for table in _tables(new):
                _take(source, new, table, saved)
            _media_again(new, media, saved)
            _rows_again(new, saved)
            _stubs(new, saved)
            new.execute("COMMIT")
            new.execute("PRAGMA journal_mode = DELETE")
    finally:
        source.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{copy}{ending}").unlink(missing_ok=True)
    if not saved.read.get("samples") and not saved.read.get("audit") and not saved.made_again:
        raise KensaError("nothing_saved", f"Nothing can be read of {damaged}; restore a backup.")
    return target, saved


def _opened(copy: Path, damaged: Path) -> sqlite3.Connection:
    """The copy with its log; without it where the log is what is broken; with other pages of the schema where those
    are.
    """
    for ending in ("-wal", None):
        connection = sqlite3.connect(copy, isolation_level=None)
        connection.text_factory = schema_pages.text
        try:
            connection.execute("SELECT sql FROM sqlite_master").fetchall()
            return connection
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            connection.close()
            if ending:
                Path(f"{copy}{ending}").unlink(missing_ok=True)
    return schema_pages.lent(copy) or _nothing(damaged)


def _nothing(damaged: Path) -> sqlite3.Connection:
    raise KensaError("nothing_saved", f"Nothing can be read of {damaged}; restore a backup.")


def _schema(source: sqlite3.Connection) -> str:
    try:
        row = source.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        row = None
    return str(row[0]) if row else ""


def _tables(new: sqlite3.Connection) -> list[str]:
    found = [name for (name,) in new.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    ours = [n for n in found if not n.startswith((*FILLED_BY_TRIGGERS, "sqlite_")) and n != "alembic_version"]
    return [name for name in _ORDER if name in ours] + [name for name in ours if name not in _ORDER]


# --- what can be read ---


def _take(source: sqlite3.Connection, new: sqlite3.Connection, table: str, saved: Saved) -> None:
    columns = [row[1] for row in new.execute(f"PRAGMA table_info({table})")]
    try:
        there = {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
    except sqlite3.DatabaseError:
        there = set(columns)
    shared = [name for name in columns if name in there]
    if not shared:
        return
    names = ", ".join(f'"{name}"' for name in shared)
    marks = ", ".join("?" * len(shared))
    taken, gaps = 0, _Gaps()
    for row in _rows(source, table, names, gaps):
        try:
            new.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)
            taken += 1
        except sqlite3.DatabaseError:  # nonsense from a damaged page
            gaps.count += 1
    saved.read[table] = taken
    if gaps.count:
        saved.gaps[table] = gaps.count


@dataclass(slots=True)
class _Gaps:
    count: int = 0


def _rows(source: sqlite3.Connection, table: str, names: str, gaps: _Gaps) -> Iterator[tuple[Any, ...]]:
    """All rows that can be read: from the start to the first damage, from behind it to the next, to the end."""
    query = f"SELECT rowid, {names} FROM {table} NOT INDEXED WHERE rowid > ? ORDER BY rowid"
    done: int | None = -1
    while done is not None:
        try:
            for row in source.execute(query, (done,)):
                if row[0] - done > _FARTHEST:
                    break  # a number from a damaged page
                done = row[0]
                yield row[1:]
            else:
                return
        except sqlite3.DatabaseError:
            pass
        gaps.count += 1
        behind = _behind(source, table, done)
        # Never from the same place twice.
        done = None if behind is None else max(behind, done + (gaps.count > 1))


def _behind(source: sqlite3.Connection, table: str, done: int) -> int | None:
    """The row before the next one that can be read again; None where there is none."""
    try:
        last = source.execute(f"SELECT max(rowid) FROM {table} NOT INDEXED").fetchone()[0] or 0
    except sqlite3.DatabaseError:
        last = done + _FARTHEST
    for there in range(done + 1, min(last, done + _FARTHEST) + _STRIDE, _STRIDE):
        if _readable(source, table, there):
            # It begins at most a stride earlier.
            first = next(n for n in range(max(done + 1, there - _STRIDE + 1), there + 1) if _readable(source, table, n))
            return first - 1
    return None


def _readable(source: sqlite3.Connection, table: str, number: int) -> bool:
    """Whether the row of this number, or the next one, can be read."""
    query = f"SELECT rowid, * FROM {table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1"
    try:
        row = source.execute(query, (number,)).fetchone()
        return row is not None and row[0] - number <= _FARTHEST
    except sqlite3.DatabaseError:
        return False


# --- what the audit trail and the files tell ---


def _media_again(new: sqlite3.Connection, media: Path, saved: Saved) -> None:
    """A row for each kept file that has none and is what its name says."""
    known = {sha256 for (sha256,) in new.execute("SELECT sha256 FROM media")}
    for path in sorted(media.glob("*/*")):
        if path.stem in known or path.name.startswith(".") or not path.is_file() or hash_of(path) != path.stem:
            continue
        kind = "voice" if path.suffix in (".wav", ".flac", ".ogg", ".mp3") else "photo"
        values = (path.stem, kind, path.stat().st_size, path.suffix)
        new.execute("INSERT INTO media (sha256, kind, bytes, suffix) VALUES (?, ?, ?, ?)", values)
        _count(saved, "media")


def _count(saved: Saved, table: str) -> None:
    saved.made_again[table] = saved.made_again.get(table, 0) + 1


_TOLD = {"captured": "samples", "judged": "verdicts", "reviewed": "reviews", "signed": "signatures",
         "part_changed": "part_versions", "group_locked": "learning_groups", "promoted": "promotions",
         "rolled_back": "promotions"}  # fmt: skip
"""What the audit trail tells -> the table of it; every other fact with a number and a text is a line."""


def _rows_again(new: sqlite3.Connection, saved: Saved) -> None:
    """Every row that the audit trail tells of and that is not there, from what it tells."""
    there = {table: _keys(new, table) for table in (*_TOLD.values(), "lines")}
    for what, who, at, subject, told in new.execute(
        "SELECT what, who, at, subject, new FROM audit ORDER BY seq"
    ).fetchall():
        try:
            facts = json.loads(told) if told else {}
        except ValueError:
            continue
        if not isinstance(facts, dict):
            continue
        table = _TOLD.get(what, "lines" if {"id", "text", "voice_sha256"} <= set(facts) else None)
        if table is None:
            continue
        key = subject if table in ("samples", "verdicts") else facts.get("id")
        if key in there[table]:
            continue
        row = _row(table, what, who, at, subject, facts)
        names = ", ".join(row)
        try:
            new.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
            there[table].add(key)
            _count(saved, table)
        except sqlite3.DatabaseError:
            saved.gaps[table] = saved.gaps.get(table, 0) + 1
    _states_again(new)


def _keys(new: sqlite3.Connection, table: str) -> set[Any]:
    column = {"samples": "id", "verdicts": "sample_id"}.get(table, "id")
    with suppress(sqlite3.DatabaseError):  # a table that the schema does not have yet
        return {key for (key,) in new.execute(f"SELECT {column} FROM {table}")}
    return set()


def _row(table: str, what: str, who: str, at: str, subject: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Columns and values; what the trail does not tell is taken from the entry itself."""
    if table == "verdicts":
        return _verdict(at, subject, facts)
    row = {name: json.dumps(v, ensure_ascii=False) if isinstance(v, (dict, list)) else v for name, v in facts.items()}
    if table == "samples":
        row |= {"id": subject, "state": "captured"}
    elif table in ("lines", "reviews", "signatures"):
        row |= {"sample_id": subject, "who": who}
        if table == "lines":
            row["kind"] = what
    elif table == "part_versions":
        row |= {"part": subject.removeprefix("part:"), "who": who}
    else:
        row |= {"who": who} if table == "learning_groups" else {"who": who, "kind": what}
    return {name: _time(value) if name in ("at", "captured_at") else value for name, value in row.items()}


def _verdict(at: str, subject: str, facts: dict[str, Any]) -> dict[str, Any]:
    said, region = dict(facts["judgment"]), facts["judgment"].get("region") or {}
    said.pop("region", None)
    model, limits = facts["model"], facts["thresholds"]
    return {
        "sample_id": subject, **said, **{f"region_{name}": region.get(name) for name in ("row", "col", "grid")},
        **{name: facts[name] for name in ("p_ng", "confidence", "contradiction")},
        "ok_below": limits["ok_below"], "ng_above": limits["ng_above"],
        **{name: model[name] for name in ("base", "adapter", "prompt", "engine")},
        "timings_ms": json.dumps(facts["timings_ms"]), "app_version": "salvaged", "judged_at": _time(at),
    }  # fmt: skip


def _states_again(new: sqlite3.Connection) -> None:
    """Judged is what has a verdict; failed what the trail tells last of it."""
    new.execute(
        "UPDATE samples SET state = 'judged', failure_code = NULL, failure_message = NULL"
        " WHERE state <> 'judged' AND id IN (SELECT sample_id FROM verdicts)"
    )
    failed = new.execute("SELECT subject, new FROM audit WHERE what = 'failed' ORDER BY seq").fetchall()
    for subject, told in failed:
        with suppress(ValueError, TypeError, KeyError):
            facts = json.loads(told)
            new.execute(
                "UPDATE samples SET state = 'failed', failure_code = ?, failure_message = ?"
                " WHERE id = ? AND state = 'captured'",
                (facts["code"], facts["message"], subject),
            )


def _stubs(new: sqlite3.Connection, saved: Saved) -> None:
    """A bare row for each unit or file of which only others tell: what was read of these must not be lost with it."""
    whens = {
        "verdicts": "judged_at",
        "lines": "at",
        "reviews": "at",
        "signatures": "at",
        "shadow_verdicts": "judged_at",
    }
    for table, when in whens.items():
        with suppress(sqlite3.DatabaseError):  # a table that the schema does not have yet
            new.execute(
                "INSERT INTO samples (id, state, part, captured_at, app_version)"
                f" SELECT sample_id, 'judged', 'unknown', min({when}), 'salvaged' FROM {table}"
                " WHERE sample_id NOT IN (SELECT id FROM samples) GROUP BY sample_id"
            )
    for table, kind in (("samples", "photo"), ("samples", "voice"), ("samples", "golden"), ("lines", "voice")):
        new.execute(
            "INSERT OR IGNORE INTO media (sha256, kind, bytes, suffix)"
            f" SELECT {kind}_sha256, CASE '{kind}' WHEN 'voice' THEN 'voice' ELSE 'photo' END, 0,"
            f" CASE '{kind}' WHEN 'voice' THEN '.wav' ELSE '.jpg' END FROM {table}"
            f" WHERE {kind}_sha256 NOT IN (SELECT sha256 FROM media)"
        )
    made = new.execute("SELECT count(*) FROM samples WHERE app_version = 'salvaged'").fetchone()[0]
    if made:
        saved.made_again["bare units"] = made


def _time(told: object) -> object:
    """ISO 8601 as the tables keep it."""
    if not isinstance(told, str):
        return told
    return datetime.fromisoformat(told.replace("Z", "+00:00")).strftime("%Y-%m-%d %H:%M:%S.%f")
