"""`verify` finds what was done to the records behind the program's back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from inspector_app.inspection import Station
from inspector_app.places import Places
from inspector_app.records import check
from inspector_app.records.history import History
from inspector_app.records.record import Disposition, Opinion
from inspector_app.records.store import Store
from inspector_app.records.tables import TRIGGERS
from inspector_app.rights import Person, Role
from model_runtime.verdict import Answer
from tests.fakes import FakeJudge
from tests.makers import sample, station, voice


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path, FakeJudge([0.05, 0.95]))
    for number in range(2):
        made.judge(made.keep(sample(number, lot="L1")))
    yield made
    made.store.close()


def tamper(at: Station, *statements: str) -> None:
    """As somebody would who opens the file with another program and knows how to drop a trigger."""
    with closing(sqlite3.connect(at.store.database.path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def faults(at: Station) -> list[str]:
    return [fault for fault in check.faults(at.store) if "trigger" not in fault]


def test_sound_records_have_no_faults(at: Station) -> None:
    seen: list[tuple[int, int]] = []
    assert list(check.faults(at.store, lambda *done: seen.append(done))) == []
    assert seen == [(1, 2), (2, 2)]


def test_missing_triggers_are_named(at: Station) -> None:
    tamper(at)
    assert len(list(check.faults(at.store))) == len(TRIGGERS)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE seq = 2", "entry 2 was changed"),
        ("DELETE FROM audit WHERE seq = 3", "entries 3 to 3 are missing"),
        ("UPDATE audit SET previous = hash WHERE seq = 3", "entry 3 does not follow"),
        ("DELETE FROM audit WHERE seq = 4", "the audit trail does not tell of it"),
        ("UPDATE verdicts SET verdict = 'OK', p_ng = 0.01", "is not what the audit trail tells (judgment, p_ng)"),
        ("UPDATE verdicts SET confidence = 0.5 WHERE id = 1", "tells (confidence)"),
        ("DELETE FROM verdicts WHERE id = 1", "verdict of"),
        ("UPDATE samples SET lot = 'L2'", "tells (lot)"),
        ("UPDATE samples SET captured_at = '2001-01-01 00:00:00.000000'", "tells (captured_at)"),
        ("UPDATE verdicts SET sample_id = 'nobody' WHERE id = 1", "missing row of samples"),
    ],
)
def test_changed_records_are_found(at: Station, statement: str, told: str) -> None:
    tamper(at, statement)
    assert any(told in fault for fault in faults(at)), faults(at)


@pytest.fixture
def worked(at: Station) -> Station:
    """A day's work of people over the two units: lines, a review, a part, two people."""
    first, second = (row.id for row in reversed(History.of(at.store).search()))
    at.disagree(first, Person.typed("Sato"), "dust", voice())
    at.review(first, Person.typed("Suzuki"), Opinion(Answer.NG, Disposition.HOLD, reason="deep"))
    at.save_part(Person.typed("Sato"), replace(at.parts.get("pcb"), criteria="No shorts."), "asked")
    admin = at.people.add(None, "田中", Role.QUALITY, "2580")
    at.people.add(admin, "Sato", Role.OPERATOR, "1379", "EMP-000123")
    at.accept(second, admin)
    assert list(check.faults(at.store)) == []
    return at


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE lines SET text = 'fine' WHERE id = 1", "tells (text)"),
        ("UPDATE lines SET who = 'Ito' WHERE id = 1", "tells (who)"),
        ("UPDATE lines SET kind = 'accepted' WHERE id = 1", "tells (what)"),
        ("UPDATE lines SET sample_id = (SELECT max(id) FROM samples) WHERE id = 1", "tells (subject)"),
        ("DELETE FROM lines WHERE id = 1", "line 1 of"),
        ("INSERT INTO lines SELECT 99, sample_id, kind, text, who, NULL, NULL, at FROM lines LIMIT 1", "line 99 of"),
        ("UPDATE reviews SET verdict = 'OK'", "tells (verdict)"),
        ("UPDATE reviews SET disposition = 'accept', who = 'Ito'", "tells (disposition, who)"),
        ("DELETE FROM reviews", "review 1 of"),
        ("UPDATE part_versions SET definition = '{}'", "tells (definition)"),
        ("UPDATE part_versions SET part = 'ball-screw'", "tells (subject)"),
        ("UPDATE people SET role = 'quality' WHERE name = 'Sato'", "person:Sato: it is not what the audit"),
        ("UPDATE people SET pin_hash = (SELECT pin_hash FROM people WHERE id = 1)", "tells (pin)"),
        ("UPDATE people SET badge_hash = 'x' WHERE id = 2", "tells (badge)"),
        ("UPDATE people SET disabled = 1 WHERE id = 1", "tells (disabled)"),
        ("DELETE FROM people WHERE id = 2", "person:Sato: the audit trail tells of it, but it is missing"),
        ("UPDATE samples SET work_order = 'W1'", "tells (work_order)"),
        ("UPDATE samples SET shift = 'night'", "tells (shift)"),
    ],
)  # fmt: skip
def test_changed_work_of_people_is_found(worked: Station, statement: str, told: str) -> None:
    tamper(worked, statement)
    assert any(told in fault for fault in faults(worked)), faults(worked)


@pytest.mark.parametrize("table", ["lines", "reviews", "part_versions", "people"])
@pytest.mark.parametrize(
    "change", ["DELETE FROM {}", "UPDATE {} SET id = id + 1", "INSERT OR REPLACE INTO {} SELECT * FROM {}"]
)
def test_the_database_itself_refuses_such_changes(worked: Station, table: str, change: str) -> None:
    with closing(sqlite3.connect(worked.store.database.path)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="never change"):
            connection.execute(change.replace("{}", table))


def test_a_sample_taken_out_is_found(at: Station) -> None:
    tamper(at, "DELETE FROM verdicts WHERE id = 2", "DELETE FROM samples WHERE lot = 'L1'")
    assert len([fault for fault in faults(at) if fault.startswith("sample") and "missing" in fault]) == 2


def test_every_spoiled_file_is_named(at: Station) -> None:
    first, second = sorted(path for path in (at.store.database.path.parent / "media").rglob("*") if path.is_file())
    first.write_bytes(first.read_bytes() + b"!")
    second.unlink()
    assert sorted(faults(at)) == [f"photo {first}: its content was changed", f"photo {second}: the file is missing"]


def test_damaged_pages_are_a_fault_and_no_crash(at: Station) -> None:
    at.store.close()
    path = at.store.database.path
    data = bytearray(path.read_bytes())
    for page in range(3, len(data) // 4096):
        data[page * 4096 + 8 : page * 4096 + 600] = b"\xa5" * 592
    path.write_bytes(bytes(data))
    assert faults(at)


def test_files_without_a_database_are_a_lost_database(at: Station) -> None:
    places = Places(at.store.database.path.parent)
    assert not check.database_is_lost(places)
    at.store.close()
    places.database.unlink()
    assert check.database_is_lost(places)
    assert not check.database_is_lost(Places(places.data / "new"))
    Store.open(places).close()
