"""`kensa` as a process: what is imported, what reaches stdout, a reader that leaves early."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
