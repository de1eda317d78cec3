"""The database is refused when newer or foreign, backed up and migrated when older, and untouched when that fails."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.records import audit, check
from inspector_app.records.database import HEAD, MIGRATIONS, Database
from inspector_app.records.history import Filter, History
from inspector_app.records.record import Disposition, LineKind, Opinion
from inspector_app.records.store import Store
from inspector_app.records.tables import TRIGGERS, Table
from inspector_app.rights import Person, Role
from model_runtime.verdict import Answer
from tests.makers import sample, station

DATABASES = Path(__file__).parents[1] / "databases"

NEXT = f"{int(HEAD) + 1:04}"
GOOD_STEP = f"""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{NEXT}", "{HEAD}"
def upgrade():
    op.add_column("samples", sa.Column("colour", sa.Text()))
"""
BAD_STEP = GOOD_STEP + '    op.execute("UPDATE samples SET state = \'judged\'")\n    raise RuntimeError("half way")\n'


def steps(folder: Path, second: str) -> Path:
    """The migrations of a program that is one schema ahead."""
    ahead = folder / "migrations"
    shutil.copytree(MIGRATIONS, ahead)
    (ahead / "versions" / f"{NEXT}_colour.py").write_text(second)
    return ahead


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        shown = [name for name in sorted(names) if name not in ("search_texts", "search_runs")]  # they hold no text
        rows = [f"{name} {row}" for name in shown for row in connection.execute(f"SELECT * FROM {name}")]
        return rows + [str(row) for row in connection.execute("SELECT * FROM sqlite_master ORDER BY name")]


def of_ours(thing: object, name: str, kind: str, *_: object) -> bool:
    """All but the tables that full-text search keeps for itself: nothing else knows what is in them."""
    return kind != "table" or not name.startswith(("search_texts", "search_runs"))


def test_head_equals_tables(tmp_path: Path) -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD
    database = Database.open(tmp_path / "kensa.db")
    with database.read() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "include_object": of_ours}
        )
        assert compare_metadata(context, Table.metadata) == []
        there = set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    assert there == set(TRIGGERS)


def test_how_it_is_opened(tmp_path: Path) -> None:
    with Database.open(tmp_path / "kensa.db").read() as session:
        asked = {name: session.scalar(text(f"PRAGMA {name}")) for name in
                 ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}  # fmt: skip
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_newer_database_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "kensa.db"
    Database.open(path, steps(tmp_path, GOOD_STEP), NEXT).close()
    before = dump(path)
    with pytest.raises(KensaError, match="newer Kensa") as caught:
        Database.open(path)
    assert caught.value.code == "newer_database" and "\n" not in caught.value.message
    assert dump(path) == before


def test_an_old_database_is_backed_up_and_migrated(tmp_path: Path) -> None:
    at = station(tmp_path / "data")
    kept = at.keep(sample())
    at.store.close()
    path = at.store.database.path
    database = Database.open(path, steps(tmp_path, GOOD_STEP), NEXT)
    with database.read() as session:
        assert session.execute(text("SELECT id, colour FROM samples")).all() == [(kept, None)]
    database.close()
    (backup,) = path.parent.glob(f"kensa-schema{HEAD}-*.db")
    assert any(kept in line for line in dump(backup))


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    at = station(tmp_path / "data")
    at.keep(sample())
    at.store.close()
    path = at.store.database.path
    before = dump(path)
    with pytest.raises(KensaError, match="they are as they were") as caught:
        Database.open(path, steps(tmp_path, BAD_STEP), NEXT)
    assert caught.value.code == "migration_failed"
    assert dump(path) == before
    assert Store.open(Places(tmp_path / "data")).waiting()


@pytest.mark.parametrize("content", [b"this is no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kensa.db"
    path.write_bytes(content)
    with pytest.raises(KensaError) as caught:
        Database.open(path)
    assert caught.value.code == "database_damaged"
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kensa.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(KensaError, match="not a database of Kensa"):
        Database.open(path)


def test_a_folder_in_place_of_the_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kensa.db").mkdir()
    with pytest.raises(KensaError):
        Database.open(tmp_path / "kensa.db")


def test_a_held_database_is_said_to_be_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector_app.records.database.BUSY_SECONDS", 0.1)
    store = Store.open(Places(tmp_path))
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(KensaError) as caught:
            store.add_sample(sample())
        assert caught.value.code == "database_busy"
        assert store.waiting() == []


@pytest.mark.parametrize("kept", sorted(DATABASES.glob("schema-*.db")), ids=lambda path: path.stem)
def test_every_released_schema_can_still_be_opened(tmp_path: Path, kept: Path) -> None:
    places = Places(tmp_path)
    shutil.copy(kept, places.database)
    with Store.open(places) as store, store.database.read() as session:
        assert list(audit.chain_faults(session)) == []
        rows = History.of(store).search()
        assert [row.verdict.judgment.verdict for row in rows if row.verdict] == [
            Answer.INCONCLUSIVE,
            Answer.NG,
            Answer.OK,
        ]
        assert rows[-1].lot == "L-2291" and rows[-1].photo and rows[-1].photo.file == "kept.png"
        assert rows[3].voice and rows[3].verdict and rows[3].verdict.judgment.heard == "左端に深い傷"
        assert [str(row.state) for row in rows[:2]] == ["captured", "failed"]


@pytest.mark.parametrize("kept", sorted(DATABASES.glob("schema-*.db")), ids=lambda path: path.stem)
def test_an_old_database_is_worked_with_as_a_new_one(tmp_path: Path, kept: Path) -> None:
    """Migrated, then everything that is new is done to units that are old; the audit trail and all rows agree."""
    shutil.copy(kept, tmp_path / "kensa.db")
    at = station(tmp_path)
    before = [fault for fault in check.faults(at.store) if "the file is missing" not in fault]
    assert before == []
    unit = next(row for row in History.of(at.store).search() if row.answer is Answer.INCONCLUSIVE)
    sato = Person.typed("佐藤")
    if at.people.open_mode:
        at.disagree(unit.id, sato, "傷なし")
        at.review(unit.id, sato, Opinion(Answer.OK, Disposition.ACCEPT))
        admin = at.people.add(None, "田中", Role.QUALITY, "2580")
    else:
        admin = at.people.sign_in("田中", "2580")
    at.review(unit.id, admin, Opinion(Answer.NG, Disposition.SCRAP))
    assert at.store.get(unit.id).answer is Answer.NG and at.store.get(at.keep(sample(7))).counts
    assert [fault for fault in check.faults(at.store) if "the file is missing" not in fault] == []
    at.store.close()


def test_what_people_said_is_still_there(tmp_path: Path) -> None:
    shutil.copy(DATABASES / "schema-0002.db", tmp_path / "kensa.db")
    at = station(tmp_path)
    waiting, _, unclear, bad, good = History.of(at.store).search()
    assert waiting.work_order == "W-7" and unclear.heard == "左端に浅い傷" and bad.last(LineKind.ACCEPTED)
    assert good.review and good.review.who == "鈴木" and good.review.opinion.disposition is Disposition.REWORK
    assert at.parts.get("pcb").criteria == "ショートなきこと"
    assert at.people.sign_in_badge("EMP-000001").name == "田中"
    at.store.close()


def test_what_was_kept_before_the_search_is_found_by_it(tmp_path: Path) -> None:
    shutil.copy(DATABASES / "schema-0002.db", tmp_path / "kensa.db")
    at = station(tmp_path)
    history = History.of(at.store)
    _, _, unclear, bad, good = history.search()
    for words, unit in (("左端に深い", bad), ("浅い", unclear), ("縁の欠け", good), ("欠け", good), ("kept.PNG", good)):
        assert unit in history.search(Filter(text=words)), words
    at.disagree(bad.id, at.people.sign_in("田中", "2580"), "照明の映り込み")
    assert [row.id for row in history.search(Filter(text="映り込み"))] == [bad.id]
    at.store.close()


@pytest.mark.parametrize("schema", ["0002", "0005"])
def test_older_records_tell_no_place_and_their_standing_verdict_is_found(tmp_path: Path, schema: str) -> None:
    shutil.copy(DATABASES / f"schema-{schema}.db", tmp_path / "kensa.db")
    at = station(tmp_path)
    history = History.of(at.store)
    *_, bad, good = history.search()
    assert (good.line, good.station) == (None, None) and good.verdict and good.verdict.judgment.verdict is Answer.OK
    assert [u.id for u in history.search(Filter(standing=Answer.NG))] == [bad.id, good.id]
    assert history.search(Filter(standing=Answer.OK)) == [] and history.search(Filter(line="")) == history.search()
    admin = at.people.sign_in("田中", "2580")
    at.undo_review(good.id, admin)
    assert [u.id for u in history.search(Filter(standing=Answer.OK))] == [good.id]
    at.settings = at.settings.changed(line="L2", station="")
    kept = at.store.get(at.keep(sample(7)))
    assert kept.line == "L2" and kept.station
    assert "station" in history.trail(kept.id)[0].new and "station" not in history.trail(good.id)[0].new
    at.store.close()


def test_there_is_a_kept_database_of_this_schema() -> None:
    assert (DATABASES / f"schema-{HEAD}.db").is_file()


def test_a_command_over_records_that_cannot_be_migrated_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stated exit code, one sentence, and records that the older program opens as before."""
    from inspector_app.__main__ import main

    kept = sorted(DATABASES.glob("schema-*.db"))[0]
    shutil.copy(kept, tmp_path / "kensa.db")
    before = dump(tmp_path / "kensa.db")

    def fails(*_: object) -> None:
        raise ZeroDivisionError("a bug in a migration")

    with monkeypatch.context() as patched:
        patched.setattr("inspector_app.records.database._upgrade", fails)
        assert main(["history", "--data", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1 and "as they were" in said
    assert dump(tmp_path / "kensa.db") == before
    assert main(["history", "--data", str(tmp_path)]) == 0
