"""Damaged pages: found, said, and what can be read saved; what the audit trail tells is made again from it."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.records import check
from inspector_app.records.database import Database
from inspector_app.records.history import History
from inspector_app.records.salvage import salvage
from inspector_app.records.store import Store
from tests.databases.make import people_at_work
from tests.fakes import FakeJudge
from tests.flow.conftest import Kensa, judge, kensa
from tests.makers import sample, station, voice

__all__ = ["judge", "kensa"]
PAGE = 4096
UNITS = 60
STEP = int(os.environ.get("KENSA_SALVAGE_STEP", "19"))
"""Each so many pages are damaged in turn; 1 tries them all, in some minutes."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty units with people at work, in one file without a log."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    at = station(folder, FakeJudge([0.5, 0.97, 0.03]))
    for number in range(UNITS):
        spoken = voice(f"{number}.wav") if number % 9 == 2 else None
        at.judge(at.keep(sample(number % 7, serial=f"S{number}", lot="ロット", voice=spoken)))
    people_at_work(at)
    at.keep(sample(1, serial="waiting"))
    at.store.close()
    return folder


def damaged(whole: Path, to: Path, *pages: int) -> Places:
    """The data with these pages (from 1) overwritten."""
    places = Places(shutil.copytree(whole, to))
    data = bytearray(places.database.read_bytes())
    for page in pages:
        data[(page - 1) * PAGE : page * PAGE] = bytes((7 * page + i) % 251 for i in range(PAGE))
    places.database.write_bytes(data)
    return places


def told(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """What people and the model said of each unit, as it is in the file."""
    with closing(sqlite3.connect(database)) as c:
        return {
            table: sorted(c.execute(f"SELECT {columns} FROM {table}").fetchall())
            for table, columns in (
                ("samples", "id, state, serial, lot, photo_sha256, substr(captured_at, 1, 23)"),
                ("verdicts", "sample_id, verdict, p_ng, heard"),
                ("lines", "id, sample_id, kind, text, who, substr(at, 1, 23)"),
                ("reviews", "id, sample_id, verdict, reason, who, substr(at, 1, 23)"),
                ("signatures", "id, record_sha256"),
                ("part_versions", "id, part, json_extract(definition, '$.criteria'), substr(at, 1, 23)"),
            )
        }


def test_any_one_damaged_page_loses_no_unit_no_verdict_and_no_word(whole: Path, tmp_path: Path) -> None:
    """Every unit stands twice, in its table and in the audit trail, and one page holds only one of both."""
    before = told(whole / "kensa.db")
    pages = (whole / "kensa.db").stat().st_size // PAGE
    found = looked = 0
    for page in range(2, pages + 1, STEP):
        places = damaged(whole, tmp_path / f"{page}", page)
        room = tmp_path / f"{page}-room"
        room.mkdir()
        kept, saved = salvage(places.database, room, places.media)
        with closing(Database.open(kept)) as database:
            assert database.damage() == []
        after = told(kept)
        for table, rows in before.items():
            assert after[table] == rows, f"page {page}: {table}"
        looked += 1
        found += bool(saved.gaps or saved.made_again)
        shutil.rmtree(places.data)
        shutil.rmtree(room)
    assert found and looked > 3, "some of the damage must have been in rows"


def test_much_damage_saves_the_rest(whole: Path, tmp_path: Path) -> None:
    pages = (whole / "kensa.db").stat().st_size // PAGE
    places = damaged(whole, tmp_path / "data", *range(40, pages, 4))
    room = tmp_path / "room"
    room.mkdir()
    kept, saved = salvage(places.database, room, places.media)
    with closing(Database.open(kept)) as database:
        assert database.damage() == [] and saved.gaps


def test_the_command_says_what_it_saved_and_keeps_the_damaged_file(kensa: Kensa, whole: Path, tmp_path: Path) -> None:
    pages = (whole / "kensa.db").stat().st_size // PAGE
    places = damaged(whole, tmp_path / "data", *(p for p in range(40, pages, 9)))
    before = places.database.read_bytes()
    assert kensa("verify").code == 2
    said = kensa("salvage")
    assert said.code in (0, 2) and "Read:" in said.out, said.err
    (aside,) = places.data.glob("before-salvage-*")
    assert (aside / "kensa.db").read_bytes() == before
    with Store.open(places) as store:
        assert store.database.damage() == []
        assert len(History.of(store).search()) >= UNITS - 5
        unsound = [fault for fault in check.faults(store) if fault.startswith("database")]
    assert unsound == []
    assert "nothing to salvage" in kensa("salvage").err


def test_sound_records_are_left_alone(kensa: Kensa, whole: Path, tmp_path: Path) -> None:
    places = damaged(whole, tmp_path / "data")
    said = kensa("salvage")
    assert said.code == 0 and "nothing to salvage" in said.err and not list(places.data.glob("before-*"))


@pytest.mark.parametrize("content", [b"", b"no database at all" * 999])
def test_what_cannot_be_read_at_all_is_left_as_it_is(kensa: Kensa, tmp_path: Path, content: bytes) -> None:
    places = Places(tmp_path / "data")
    places.data.mkdir()
    places.database.write_bytes(content)
    said = kensa("salvage")
    assert said.code == (0 if not content else 2)
    if content:
        assert "restore a backup" in said.err and places.database.read_bytes() == content


def test_a_lost_first_page_is_said_and_lent(whole: Path, tmp_path: Path) -> None:
    """The page that says which tables there are: every new database has the same one."""
    places = damaged(whole, tmp_path / "data", 1)
    with pytest.raises(KensaError) as caught:
        Database.open(places.database)
    assert caught.value.code == "database_damaged"
    room = tmp_path / "room"
    room.mkdir()
    kept, _ = salvage(places.database, room, places.media)
    assert told(kept) == told(whole / "kensa.db")
