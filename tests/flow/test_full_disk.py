"""A data folder on a disk that is really full: refusals in words, nothing lost, and it goes on when there is room."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import pytest

from inspector_app import backup
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.parts import Parts
from inspector_app.places import Places
from inspector_app.records import anchor, check
from inspector_app.records.history import Filter, History
from inspector_app.records.record import Disposition, Opinion, State
from inspector_app.records.store import Store
from inspector_app.rights import Person
from model_runtime.verdict import Answer
from tests.fakes import FakeJudge
from tests.flow.conftest import Kensa
from tests.makers import sample, station, voice

SATO = Person.typed("Sato")


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB: the log beside the database alone may take four."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"no small disk can be mounted here ({made.stderr.strip()})")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_loses_nothing(tiny: Path) -> None:
    at, kept = station(tiny / "data"), []
    with pytest.raises((KensaError, OSError)) as caught:
        for number in range(200):
            kept.append(at.keep(sample(number, serial=str(number))))
            with (tiny / f"filler{number}").open("wb") as filler:
                filler.write(bytes(400_000))
    for number in range(200, 230):  # and now units only, on what is left
        try:
            kept.append(at.keep(sample(number)))
        except KensaError as error:
            caught_code = error.code
    assert caught_code in ("disk_full", "disk_error") and caught.value is not None
    assert list(check.faults(at.store)) == []
    assert sorted(at.store.waiting()) == sorted(kept)
    for filler in tiny.glob("filler*"):
        filler.unlink()
    at.queue.load()
    done = [judged for judged in iter(at.judge_next, None)]
    assert [judged.id for judged in done] == kept and all(judged.state is State.JUDGED for judged in done)
    assert at.keep(sample(999)) and list(check.faults(at.store)) == []
    at.store.close()


ROOM = (0, 12, 60, 400, 6000)
"""KiB that are left when a day begins: each lets it come one or two steps further."""


def test_a_day_with_any_room_left_is_refused_in_words_or_done(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep, judge, review, settings, backup: whatever came back as done is there, whatever did not is whole."""
    monkeypatch.setattr(backup, "SPARE", 0)  # else it is refused before the disk refuses it
    data = tiny / "data"
    station(data).store.close()
    kept, judged, reviewed, backups = list[str](), list[str](), list[str](), list[Path]()
    refused: set[str] = set()
    for turn, left in enumerate(ROOM):
        fill(tiny, left)
        with refusals(refused), closing(Store.open(Places(data))) as store:
            at = Station(store, FakeJudge([0.99]), Parts.load(Places(data)))
            with refusals(refused):
                kept.append(at.keep(sample(turn, serial=f"S{turn}", voice=voice())))
                judged.append(at.judge(kept[-1]).id)
                bad = Opinion(Answer.NG, Disposition.SCRAP, "dust", reason="seen")
                reviewed.append(at.review(kept[-1], SATO, bad).id)
            with refusals(refused):
                at.change_settings(None, at.settings.changed(target_takt=turn + 1), Places(data))
            with refusals(refused):
                backups.append(backup.make(Places(data), store, tiny / f"{turn}.kensa-backup").file)
            with refusals(refused):
                anchor.export(store.database, Places(data).anchor)
        (tiny / "filler").unlink()
        with closing(station(data).store) as store:
            rows = {row.id: row for row in History.of(store).search(Filter(limit=None))}
            assert list(check.faults(store)) == [] and set(kept) <= set(rows)
            assert all(rows[unit].verdict for unit in judged) and all(len(rows[unit].reviews) == 1 for unit in reviewed)
            assert {row.id for row in rows.values() if row.verdict is None} == set(store.waiting())
        assert sorted(tiny.glob("*.kensa-backup")) == sorted(backups)
        for file in backups:
            backup.check(file)
    assert refused <= {"disk_full", "disk_error"} and "disk_full" in refused
    assert kept and backups and len(backups) < len(ROOM)


def fill(disk: Path, left: int) -> None:
    """The disk has so many KiB left."""
    size = shutil.disk_usage(disk).free - 1024 * left
    with pytest.raises(OSError) if left == 0 else nullcontext(), (disk / "filler").open("wb", buffering=0) as filler:
        filler.write(bytes(max(0, size)))
        while left == 0:
            filler.write(bytes(4096))


@contextmanager
def refusals(codes: set[str]) -> Iterator[None]:
    """What is refused must be a sentence of ours."""
    try:
        yield
    except KensaError as error:
        codes.add(error.code)


def test_commands_on_a_full_disk_say_so(tiny: Path, kensa: Kensa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENSA_DATA", str(tiny / "data"))
    assert kensa("history").code == 0
    with pytest.raises(OSError), (tiny / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    for command in (("judge", Path("resources/samples/demo-01.jpg")), ("backup", tiny / "a.kensa-backup"), ("verify",)):
        said = kensa(*command)
        assert said.code in (0, 2) and "Traceback" not in said.err and "internal_error" not in said.out, command
        assert said.code == 2 or command == ("verify",)
