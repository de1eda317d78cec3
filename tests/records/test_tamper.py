"""Whatever is done to the database behind the program's back is found: generated over all tables and columns.

An attacker who can write to the file drops the triggers first, and may compute hashes anew; what even then cannot be
hidden, and what only the anchor outside of the database tells, is tried here.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.records import anchor, audit, check
from inspector_app.records.learned import Learned
from inspector_app.records.store import Store
from inspector_app.records.tables import AuditRow
from tests.databases.make import people_at_work, the_night
from tests.fakes import FakeJudge
from tests.makers import sample, station, voice

DERIVED = {"search_texts", "search_runs", "sqlite_stat1"}
"""Made from the others and made anew by them: no evidence."""
NUMBERS = {("verdicts", "id"), ("people", "id")} | {
    (f"search_{t}", c) for t, c in (("captures", "id"), ("answers", "id"))
}
"""Mere numbers of rows, of which nothing speaks."""
LOOSE = {("search_answers", "first"), ("search_answers", "last"), ("search_captures", "first"),
         ("search_captures", "last"), ("search_spans", "earliest"), ("search_spans", "latest"),
         ("search_units", "texts")}  # fmt: skip
"""Bounds that may be wider than needed: only narrower ones hide a unit, and those are found. How many texts a unit has
in the index of words is made with the index."""


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Something in every table, made by the program itself; and a lock-out, a promotion, a group."""
    folder = tmp_path_factory.mktemp("worked") / "data"
    at = station(folder, FakeJudge([0.05, 0.97, 0.5, KensaError("too_dark", "Too dark.")], heard="傷"))
    for number in range(4):
        words = {"voice": voice(f"{number}.wav"), "work_order": "W", "lot": f"L{number}", "serial": f"S{number}"}
        at.judge(at.keep(sample(number, operator="Sato", **words)))
    at.keep(sample(5))
    people_at_work(at)
    the_night(at)
    learned = Learned(at.store.database)
    learned.frozen("set@1", {"units": 2}, {("pcb", "lot:1"): True, ("pcb", "lot:2"): False}, "Sato")
    for number in range(2):
        learned.add("promoted", f"defect@{number}", "x", None, "kensa-nano", f"better {number}", "Sato", {"open": True})
    with suppress(KensaError):
        at.people.sign_in("田中", "9999")
    anchor.export(at.store.database, Places(folder).anchor)
    at.store.close()
    assert list(faults(folder)) == []
    return folder


def faults(folder: Path) -> Iterator[str]:
    """All but the missing triggers, which give an attacker away by themselves."""
    places = Places(folder)
    try:
        with Store.open(places) as store:
            found = list(check.faults(store, anchors=anchor.read(places.anchor)))
    except KensaError as error:
        found = [error.message]
    return (fault for fault in found if "trigger" not in fault)


@pytest.fixture
def tampered(worked: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """What is found after these statements were run."""
    folder = Path(shutil.copytree(worked, tmp_path / "data"))
    whole = (folder / "kensa.db").read_bytes()

    def after(*statements: "str | Callable[[sqlite3.Connection], object]") -> list[str]:
        for ending in ("-wal", "-shm"):
            (folder / f"kensa.db{ending}").unlink(missing_ok=True)
        (folder / "kensa.db").write_bytes(whole)
        with closing(sqlite3.connect(folder / "kensa.db")) as c:
            c.execute("PRAGMA foreign_keys = OFF")
            for (name,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                c.execute(f"DROP TRIGGER {name}")
            before = c.total_changes
            for statement in statements:
                c.execute(statement) if isinstance(statement, str) else statement(c)
            assert c.total_changes > before, "nothing was changed"
            c.commit()
        return list(faults(folder))

    return after


def tables(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Table -> columns with their types, all of them, so that a new table is tried without anybody thinking of it."""
    with closing(sqlite3.connect(folder / "kensa.db")) as c:
        names = [n for (n,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        ours = [n for n in names if not any(n.startswith(d) for d in DERIVED)]
        return {n: [(row[1], row[2]) for row in c.execute(f"PRAGMA table_info({n})")] for n in ours}


def other(column: str, kind: str) -> str:
    """SQL for another value of the column."""
    if kind in ("DATETIME",):
        return f"coalesce(datetime({column}, '-2 days'), '2020-01-01 00:00:00.000000')"
    if kind.startswith(("INT", "FLOAT", "BOOL")):
        return f"CASE WHEN {column} IS NULL THEN 1 ELSE {column} + 1 END"
    if kind == "JSON":
        return f"CASE WHEN {column} IS NULL THEN '[1]' ELSE '{{\"x\": 1}}' END"
    return f"coalesce({column}, '') || 'x'"


@pytest.mark.slow
def test_every_changed_value_of_every_table_is_found(worked: Path, tampered: Any) -> None:
    unfound, tried = [], 0
    for table, columns in tables(worked).items():
        for column, kind in columns:
            if (table, column) in NUMBERS | LOOSE:
                continue
            row = f"rowid = (SELECT max(rowid) FROM {table})"
            tried += 1
            if not tampered(f"UPDATE {table} SET {column} = {other(column, kind)} WHERE {row}"):
                unfound.append(f"{table}.{column}")
    assert not unfound and tried > 120


@pytest.mark.slow
def test_every_deleted_added_and_swapped_row_is_found(worked: Path, tampered: Any) -> None:
    unfound = []
    for table, columns in tables(worked).items():
        names = [name for name, _ in columns]
        row = f"rowid = (SELECT min(rowid) FROM {table})"
        if not tampered(f"DELETE FROM {table} WHERE {row}"):
            unfound.append(f"{table}: deleted")
        if table in ("alembic_version", "search_spans", "search_answers"):
            continue  # one row only; a bound or an answer that no unit has is never asked for
        key = next(
            n for n in ("sample_id" if table == "verdicts" else "id", "n", "seq", "sha256", "key", *names) if n in names
        )
        fresh = (
            "'" + "Z" * 26 + "'" if key in ("id", "sample_id", "sha256", "key") and _is_text(columns, key) else "999"
        )
        values = ", ".join(fresh if n == key else _other_in_unique(table, n) for n in names)
        with suppress(sqlite3.IntegrityError):  # a unique index allows no second one
            if not tampered(f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {row}"):
                unfound.append(f"{table}: added")
        if not _swap(tampered, table, [n for n in names if n not in (key, "id")], worked):
            unfound.append(f"{table}: swapped")
    assert not unfound


def _is_text(columns: list[tuple[str, str]], key: str) -> bool:
    return dict(columns)[key].startswith(("VARCHAR", "TEXT"))


def _other_in_unique(table: str, name: str) -> str:
    unique = {("people", "name"), ("part_versions", "version"), ("learning_groups", "name"), ("erased_texts", "seq"),
              ("search_captures", "part"), ("shadow_verdicts", "adapter")}  # fmt: skip
    return f"{name} || '9'" if (table, name) in unique else name


def _swap(tampered: Any, table: str, names: list[str], folder: Path) -> bool:
    """The content of the first and the last row changes places; True where there is only one, or both are alike."""
    with closing(sqlite3.connect(folder / "kensa.db")) as c:
        columns = ", ".join(names)
        query = f"SELECT rowid, {columns} FROM {table} ORDER BY rowid"
        first, *_, last = c.execute(query).fetchall() * 2
    if first[1:] == last[1:]:
        return True

    def swap(c: sqlite3.Connection) -> None:
        for (name,) in c.execute(
            "SELECT name FROM sqlite_master WHERE type='index' AND sql LIKE '%UNIQUE%'"
        ).fetchall():
            c.execute(f"DROP INDEX {name}")
        marks = ", ".join(f"{name} = ?" for name in names)
        for row, values in ((first[0], last[1:]), (last[0], first[1:])):
            c.execute(f"UPDATE {table} SET {marks} WHERE rowid = ?", (*values, row))

    return bool(tampered(swap))


# --- an attacker who knows how the chain is made ---


def chain_again(c: sqlite3.Connection) -> None:
    """Numbers and hashes of the whole trail computed anew: the chain itself holds again."""
    rows = c.execute("SELECT rowid, who, what, at, subject, old, new FROM audit ORDER BY seq").fetchall()
    c.execute("UPDATE audit SET seq = -seq")
    previous = audit.START
    for number, (rowid, who, what, at, subject, old, new) in enumerate(rows, start=1):
        row = AuditRow(seq=number, who=who, what=what, at=at, subject=subject, old=old, new=new, previous=previous)
        previous = audit.hash_of(row)
        values = (number, row.previous, previous, -rowid)
        c.execute("UPDATE audit SET seq = ?, previous = ?, hash = ? WHERE seq = ?", values)


def gone(c: sqlite3.Connection, unit: str) -> None:
    """A unit with all that speaks of it."""
    for table in ("signatures", "reviews", "lines", "verdicts", "shadow_verdicts", "erased_texts"):
        c.execute(f"DELETE FROM {table} WHERE sample_id = ?", (unit,))
    c.execute("DELETE FROM search_units WHERE sample_id = ?", (unit,))
    c.execute("DELETE FROM samples WHERE id = ?", (unit,))
    c.execute("DELETE FROM audit WHERE subject = ?", (unit,))


@pytest.mark.parametrize("unit", ["min", "max"])
def test_a_unit_taken_out_with_a_chain_made_anew_is_told_by_the_anchor(tampered: Any, unit: str) -> None:
    found = tampered(lambda c: gone(c, c.execute(f"SELECT {unit}(id) FROM samples").fetchone()[0]), chain_again)
    assert any(fault.startswith("audit: entry") or "cut off" in fault for fault in found), found


def test_a_forged_entry_with_a_chain_made_anew_is_told_by_the_anchor(tampered: Any) -> None:
    found = tampered("UPDATE audit SET who = 'nobody' WHERE what LIKE 'signed_in%'", chain_again)
    assert any("is not the one that was there" in fault for fault in found)


@pytest.mark.parametrize("cut", [1, 3, 10])
def test_the_end_of_the_trail_cut_off_is_told_by_the_anchor(tampered: Any, cut: int) -> None:
    """Entries about people's sign-ins have no row of their own: without the anchor nobody would know of them."""
    found = tampered(f"DELETE FROM audit WHERE seq > (SELECT max(seq) FROM audit) - {cut}")
    assert any("the end is cut off" in fault for fault in found)


TRAIL = {
    "reordered": (
        "UPDATE audit SET seq = -1 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = -1",
    ),
    "deleted": ("DELETE FROM audit WHERE seq = 4",),
    "spliced": (
        "UPDATE audit SET seq = -seq",
        "UPDATE audit SET seq = 1 - seq WHERE seq <= -5",
        "UPDATE audit SET seq = -seq WHERE seq < 0",
        "INSERT INTO audit SELECT 5, who, what, at, subject, old, new, previous, hash FROM audit WHERE seq = 4",
    ),
    "emptied": ("DELETE FROM audit",),
}


@pytest.mark.parametrize("how", TRAIL)
def test_the_trail_itself(tampered: Any, how: str) -> None:
    assert tampered(*TRAIL[how])


def test_an_anchor_of_elsewhere_tells_of_a_folder_put_back(worked: Path, tmp_path: Path) -> None:
    """All of the folder as it was before, its anchor too: only a copy of the anchor elsewhere can tell."""
    folder = Path(shutil.copytree(worked, tmp_path / "data"))
    at = station(folder)
    at.keep(sample(9))
    anchor.export(at.store.database, tmp_path / "elsewhere.jsonl")
    at.store.close()
    with Store.open(Places(worked)) as store:
        assert list(check.faults(store, anchors=anchor.read(Places(worked).anchor))) == []
        found = list(check.faults(store, anchors=anchor.read(tmp_path / "elsewhere.jsonl")))
    assert len(found) == 1 and "cut off" in found[0]
    assert os.listdir(tmp_path)
