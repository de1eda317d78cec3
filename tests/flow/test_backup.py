"""A backup is one whole file made while the station works; a restore proves it before it replaces anything."""

import json
import os
import shutil
import sqlite3
import threading
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector_app import backup, instance, replacing, upkeep
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.places import Places
from inspector_app.records import anchor, check
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.rights import Role
from inspector_app.settings import Settings
from inspector_app.shifts import ShiftPlan
from tests.fakes import FakeJudge
from tests.flow.conftest import Kensa
from tests.makers import sample, station, voice


def worked(folder: Path) -> Station:
    """Three judged units with people at work, one that waits, an adapter, settings, parts."""
    at = station(folder, FakeJudge([0.5, 0.97, 0.05]))
    for number in range(3):
        at.judge(at.keep(sample(number, lot="ロット", voice=voice())))
    at.keep(sample(8))
    places = Places(folder)
    (places.adapters / "defect@1").mkdir()
    (places.adapters / "defect@1" / "card.json").write_text("{}")
    Settings(station="line 4").save(places.settings)
    places.parts.write_text("")
    return at


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worked") / "data"
    worked(folder).store.close()
    return folder


@pytest.fixture
def places(tmp_path: Path, kensa: Kensa, made_once: Path) -> Places:
    """The data folder of the command, with something in it."""
    return Places(shutil.copytree(made_once, tmp_path / "data"))


def tree(folder: Path) -> dict[str, bytes]:
    """All files but those that only tell who works there, and what is put aside."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    apart = ("before-", ".", "logs/", "kensa.db", "backups/", "anchor")
    return {name: data for name, data in found.items() if not name.startswith(apart)}


def ids(places: Places) -> list[str]:
    with Store.open(places) as store:
        return [row.id for row in History.of(store).search()]


def test_there_and_back(kensa: Kensa, places: Places, tmp_path: Path) -> None:
    before, files = ids(places), tree(places.data)
    said = kensa("backup", tmp_path / "one.kensa-backup", "--json")
    assert said.code == 0 and said.lines[-1]["schema"] and said.lines[-1]["files"] == len(files) + 1
    assert (tmp_path / "one.kensa-backup").stat().st_mode & 0o077 == 0
    shutil.rmtree(places.data)
    back = kensa("restore", tmp_path / "one.kensa-backup")
    assert back.code == 0, back.err
    assert ids(places) == before and tree(places.data) == files
    assert kensa("verify").code == 0
    assert sorted(os.listdir(tmp_path)) == ["data", "one.kensa-backup"]


def test_what_was_there_is_kept_aside(kensa: Kensa, places: Places, tmp_path: Path) -> None:
    kensa("backup", tmp_path / "one.kensa-backup")
    at = station(places.data)
    late = at.keep(sample(9))
    at.store.close()
    said = kensa("restore", tmp_path / "one.kensa-backup", "--json").lines[-1]
    assert late not in ids(places)
    aside = Path(said["aside"])
    assert late in ids(Places(aside)) and aside.parent == places.data
    assert kensa("verify").code == 0
    with Store.open(places) as store:
        assert audited(store)[-1] == "restored"


def audited(store: Store) -> list[str]:
    with closing(sqlite3.connect(store.database.path)) as connection:
        return [what for (what,) in connection.execute("SELECT what FROM audit ORDER BY seq")]


def test_units_are_kept_while_a_backup_is_made(tmp_path: Path) -> None:
    at, stop = worked(tmp_path / "data"), threading.Event()
    kept: list[str] = []

    def line() -> None:
        while not stop.is_set():
            kept.append(at.keep(sample(len(kept) % 5, serial=str(len(kept)))))

    thread = threading.Thread(target=line)
    thread.start()
    try:
        for number in range(2):
            made = backup.make(Places(tmp_path / "data"), at.store, tmp_path / f"{number}.kensa-backup")
            places = Places(tmp_path / f"back{number}")
            _, draft = backup.unpack(places, made.file)
            backup.put_in_place(places, draft)
            with Store.open(places) as store:
                assert list(check.faults(store)) == []
    finally:
        stop.set()
        thread.join()
    assert len(kept) > 3
    at.store.close()


# --- refused, and nothing lost ---


def changed(source: Path, target: Path, **entries: bytes | None) -> Path:
    """The backup with other content for some of its files; None leaves one out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in [*dict.fromkeys([*old.namelist(), *entries])]:
            data = entries[name] if name in entries else old.read(name)
            if data is not None:
                new.writestr(name, data)
    return target


def with_names(source: Path, target: Path, *names: str) -> Path:
    """A backup whose manifest rightly names more files."""
    with zipfile.ZipFile(source) as old:
        manifest = json.loads(old.read("manifest.json"))
    one = {name: [1, "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"] for name in names}
    manifest["files"] |= one
    return changed(source, target, **{"manifest.json": json.dumps(manifest).encode(), **dict.fromkeys(names, b"\1")})


EVIL = ("../evil", "/evil", "media/../../evil", "C:/evil", "media\\evil", "media/.evil", "media//evil", "logs/evil",
        ".replacing.json", "kensa.db-wal", "media/a:b", "before-x/kensa.db")  # fmt: skip


def test_names_that_lead_out_are_refused(kensa: Kensa, places: Places, tmp_path: Path) -> None:
    kensa("backup", tmp_path / "good.kensa-backup")
    for name in EVIL:
        bad = with_names(tmp_path / "good.kensa-backup", tmp_path / "bad.kensa-backup", name)
        for look in (backup.check, lambda file: backup.unpack(places, file)):
            with pytest.raises(KensaError, match="is refused: ") as caught:
                look(bad)
            assert caught.value.code == "backup_refused" and "\n" not in caught.value.message
    refused(kensa, places, bad)
    assert not list(tmp_path.rglob("*evil*"))


def refused(kensa: Kensa, places: Places, bad: Path) -> None:
    before, files = ids(places), tree(places.data)
    said = kensa("restore", bad)
    assert said.code == 2 and len(said.err.strip().splitlines()) == 1, said.err
    assert ids(places) == before and tree(places.data) == files
    assert not list(places.data.glob(".restoring-*")) and not list(places.data.glob("before-*"))


def test_a_changed_or_short_backup_is_refused(kensa: Kensa, places: Places, tmp_path: Path) -> None:
    good = tmp_path / "good.kensa-backup"
    kensa("backup", good)
    data = good.read_bytes()
    for number, bad in enumerate(
        (b"", b"PK", data[: len(data) // 2], data[:-30], data[:4000] + b"\0" * 900 + data[4900:])
    ):
        (tmp_path / f"{number}").write_bytes(bad)
        refused(kensa, places, tmp_path / f"{number}")
    with zipfile.ZipFile(good) as archive:
        photo = next(name for name in archive.namelist() if name.endswith(".png"))
    for number, entries in enumerate(
        ({photo: b"other"}, {photo: None}, {"kensa.db": b"x" * 5000}, {"more.json": b"{}"})
    ):
        refused(kensa, places, changed(good, tmp_path / f"c{number}", **entries))
    assert kensa("backup", good, "--check").code == 0


def test_records_that_were_tampered_with_are_refused(kensa: Kensa, places: Places, tmp_path: Path) -> None:
    """Manifest and all hashes are right: the audit trail itself does not hold."""
    with closing(sqlite3.connect(places.database)) as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET who = 'nobody' WHERE seq = 2")
        connection.commit()
    said = kensa("backup", tmp_path / "bad.kensa-backup")
    assert said.code == 2 and "damaged" in said.err and not (tmp_path / "bad.kensa-backup").exists()


def test_a_newer_backup_is_refused(kensa: Kensa, places: Places, tmp_path: Path) -> None:
    with closing(sqlite3.connect(places.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    said = kensa("backup", tmp_path / "new.kensa-backup")
    assert said.code == 2 and "newer" in said.err


def test_nothing_is_restored_while_another_program_works(kensa: Kensa, places: Places, tmp_path: Path) -> None:
    kensa("backup", tmp_path / "one.kensa-backup")
    with instance.use(places):
        said = kensa("restore", tmp_path / "one.kensa-backup")
    assert said.code == 2 and "close it" in said.err
    with instance.alone(places):
        assert kensa("history").code == 2


@pytest.mark.parametrize("step", (0, 1, 4, 9))
def test_a_crash_while_things_are_moved_is_ended_at_the_next_start(
    places: Places, tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(places) as store:
        made = backup.make(places, store, tmp_path / "one.kensa-backup")
    before, files = ids(places), tree(places.data)
    (places.data / "late.json").write_text("{}")
    _, draft = backup.unpack(places, made.file)
    moved, done = os.replace, []

    def crash(source: object, target: object) -> None:
        done.append(target)
        if len(done) > step:
            raise KeyboardInterrupt
        moved(source, target)  # type: ignore[call-overload]

    with monkeypatch.context() as patched:
        patched.setattr(replacing.os, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            backup.put_in_place(places, draft)
    if step:
        assert replacing.is_open(places.data)
        assert ids(places) == before and tree(places.data) == files
        assert (next(places.data.glob("before-*")) / "late.json").exists()
    else:
        assert ids(places) == before and (places.data / "late.json").exists()


def test_a_full_disk_makes_no_backup(
    kensa: Kensa, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))  # type: ignore[attr-defined]
    said = kensa("backup", tmp_path / "one.kensa-backup")
    assert said.code == 2 and "too little room" in said.err and os.listdir(tmp_path) == ["data"]


def test_who_may(kensa: Kensa, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(places) as store:
        at = Station(store, None, station(tmp_path / "other").parts)
        admin = at.people.add(None, "Ito", Role.QUALITY, "2580")
        at.people.add(admin, "Abe", Role.OPERATOR, "1379")
    assert kensa("backup", tmp_path / "one.kensa-backup").code == 2
    monkeypatch.setattr("sys.stdin", open_lines("1379"))
    assert kensa("backup", tmp_path / "one.kensa-backup", "--as", "Abe").code == 2
    monkeypatch.setattr("sys.stdin", open_lines("2580"))
    assert kensa("backup", tmp_path / "one.kensa-backup", "--as", "Ito").code == 0
    assert kensa("restore", tmp_path / "one.kensa-backup").code == 2


def open_lines(text: str) -> object:
    import io

    return io.StringIO(text + "\n")


# --- by itself ---

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_backup_each_day_and_the_newest_stay(places: Places) -> None:
    settings = Settings(backup_every="day", backup_keep=2)
    with Store.open(places) as store:
        keeper = upkeep.Upkeep(places, store, settings)
        hours = [MORNING + timedelta(hours=6 * n) for n in range(10)]
        days = len({ShiftPlan.parse("").day(hour).since for hour in hours})
        made = [keeper.tend(hour) for hour in hours]
        assert [m is not None for m in made].count(True) == days >= 3
        names = sorted(path.name for path in places.backups.glob("*.kensa-backup"))
        assert len(names) == 2 and all(backup.check(places.backups / name).files for name in names)
        assert [m.file.name for m in made if m][-2:] == names
        told = audited(store)
        assert told.count("backed_up") == days and told.count("backup_deleted") == days - 2
        assert anchor.read(places.anchor) and anchor.read(places.backups / "anchor.jsonl")
        assert list(check.faults(store)) == []


def test_a_clock_that_was_set_back_stops_no_backups(places: Places) -> None:
    with Store.open(places) as store:
        keeper = upkeep.Upkeep(places, store, Settings(backup_every="day", backup_keep=9))
        assert keeper.tend(MORNING + timedelta(days=400)) and keeper.tend(MORNING)
        assert keeper.tend(MORNING + timedelta(minutes=1)) is None


def test_a_folder_that_is_gone_is_said_and_tried_again(places: Places, tmp_path: Path) -> None:
    settings = Settings(backup_every="shift", shift_plan="A 06:00, B 14:00", backup_folder=str(tmp_path / "share"))
    with Store.open(places) as store:
        keeper = upkeep.Upkeep(places, store, settings)
        with pytest.raises(KensaError, match="does not exist"):
            keeper.tend(MORNING)
        assert keeper.tend(MORNING + timedelta(minutes=5)) is None
        (tmp_path / "share").mkdir()
        assert keeper.tend(MORNING + timedelta(hours=2))


def test_scheduled_by_command(kensa: Kensa, places: Places) -> None:
    assert kensa("backup", "--scheduled").code == 0
    assert len(list(places.backups.glob("kensa-*.kensa-backup"))) == 1
    assert kensa("backup").code == 2


def test_read_only_writes_nothing(kensa: Kensa, places: Places, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(sample(3).photo.data)  # type: ignore[union-attr]
    before = tree(places.data)
    assert kensa("--read-only", "history", "--json").lines
    for command in (("judge", tmp_path / "p.png"), ("restore", tmp_path / "x"), ("review", "x", "--agree")):
        said = kensa("--read-only", *command)
        assert said.code == 2, command
    assert "only reads" in kensa("--read-only", "judge", tmp_path / "p.png").err
    assert tree(places.data) == before
    assert (
        kensa("--read-only", "history", "--data", str(tmp_path / "new")).code == 2 and not (tmp_path / "new").exists()
    )


def test_read_only_places_refuse_every_write(places: Places) -> None:
    with Store.open(replace(places, read_only=True)) as store:
        with pytest.raises(KensaError) as caught:
            store.add_sample(sample(5))
    assert caught.value.code == "read_only"


def test_a_command_beside_the_window_says_so(kensa: Kensa, places: Places, tmp_path: Path) -> None:
    with instance.window(places) or pytest.fail("taken"):
        said = kensa("review", "nothing", "--agree")
        assert f"process {os.getpid()}" in said.err and "--read-only" in said.err
        assert "process" not in kensa("history").err
    assert "process" not in kensa("review", "nothing", "--agree").err
    assert kensa("--read-only", "review").code == 0


@pytest.mark.parametrize(
    "command",
    [
        ("models", "use", "kensa-nano"), ("models", "install", "x"), ("adapters", "trust", "0" * 64, "x"),
        ("users", "add", "x"), ("salvage",), ("purge",), ("freeze",), ("train", "x"), ("backup", "x"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_command_that_changes_something_is_refused_where_it_is_only_read(
    kensa: Kensa, places: Places, command: tuple[str, ...]
) -> None:
    said = kensa("--read-only", *command)
    assert said.code == 2 and "only reads" in said.err
