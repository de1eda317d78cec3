"""`kensa` as a process: what is imported, what reaches stdout, a reader that leaves early."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector_app import instance
from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.records import check
from tests.makers import sample, station

ROOT = Path(__file__).parents[2]


def kensa(data: Path, *args: str, **options: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "inspector_app", *args]
    environment = {**os.environ, "KENSA_DATA": str(data)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload,no-any-return]


def test_history_needs_neither_torch_nor_qt(tmp_path: Path) -> None:
    script = (
        "import sys; from inspector_app.__main__ import main; code = main(['history', '--json']);"
        "heavy = {'torch', 'transformers', 'peft', 'PySide6', 'cv2', 'alembic'} & set(sys.modules);"
        "sys.exit(f'{code} {sorted(heavy)}' if code or heavy else 0)"
    )
    for _ in range(2):  # the first makes the database, and only that needs Alembic
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "KENSA_DATA": str(tmp_path)},
            text=True,
            capture_output=True,
        )
    assert done.returncode == 0, done.stderr


def test_a_missing_photo_ends_with_2_and_one_sentence(tmp_path: Path) -> None:
    done = kensa(tmp_path, "judge", "nothing.png", "--json")
    assert done.returncode == 2
    assert done.stdout.count("\n") == 1 and '"code": "missing"' in done.stdout
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    at = station(tmp_path)
    for number in range(200):
        at.keep(sample(number % 3, lot="x" * 1000))
    at.store.close()
    command = f"{sys.executable} -m inspector_app history --json | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env={**os.environ, "KENSA_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[1:] == ["0"] and done.stderr == ""


def test_japanese_and_odd_names_reach_stdout_whatever_the_locale(tmp_path: Path) -> None:
    at = station(tmp_path)
    at.keep(sample(0, lot="ロット一"))
    at.store.close()
    environment = {**os.environ, "KENSA_DATA": str(tmp_path), "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "inspector_app", "history", "--json"], cwd=ROOT, env=environment, capture_output=True
    )
    assert "ロット一" in done.stdout.decode("utf-8")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs a folder that nobody can write, root or not")
def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    done = kensa(Path("/proc/kensa"), "history")
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1


WRITER = """
import sys
from pathlib import Path
from tests.makers import station
at = station(Path(sys.argv[1]))
for number in range(40):
    at.store.note(sys.argv[2], "noted", str(number))
"""


def test_two_programs_write_one_after_the_other(tmp_path: Path) -> None:
    station(tmp_path).store.close()
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name], cwd=ROOT) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    at = station(tmp_path)
    assert list(check.faults(at.store)) == [] and check.counts(at.store)["audit"] == 80
    at.store.close()


def test_a_program_that_never_lets_go_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector_app.records.database.BUSY_SECONDS", 0.1)
    at = station(tmp_path)
    with instance.turn(tmp_path, 1), pytest.raises(KensaError) as caught:
        at.keep(sample())
    assert caught.value.code == "database_busy" and at.store.waiting() == []
    at.store.close()


def test_a_second_window_and_who_needs_the_folder_alone(tmp_path: Path) -> None:
    """Locks of the system: another process sees them, and a crash leaves none."""
    places = Places(tmp_path)
    script = (
        "import os, sys; from pathlib import Path; from inspector_app import instance;"
        "from inspector_app.places import Places; places = Places(Path(sys.argv[1]));"
        "held = instance.window(places), instance.use(places); print(held[0] is not None, flush=True);"
        "sys.stdin.read(); os._exit(9)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None and other.stdin is not None and other.stdout.readline() == "True\n"
    assert instance.window(places) is None and instance.window_process(places) == other.pid
    with pytest.raises(KensaError, match=f"process {other.pid}"):
        instance.alone(places)
    instance.use(places).close()
    other.stdin.close()
    other.wait(20)
    assert instance.window_process(places) is None
    instance.alone(places).close()
