"""A data folder on a disk that is really full: refusals in words, nothing lost, and it goes on when there is room."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.records import check
from inspector_app.records.record import State
from tests.flow.conftest import Kensa
from tests.makers import sample, station


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
