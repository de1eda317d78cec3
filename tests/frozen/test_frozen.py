"""The program that PyInstaller built, tried where there is no Python, no home and nothing to be written but its data.

`python resources/packaging/build.py` builds it; KENSA_FROZEN names another folder than dist/kensa. Run alone with
`pytest -m frozen`; without the folder all of this is skipped.
"""

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from inspector_app.version import APP_VERSION
from tests.frozen.program import FOLDER, MARKS, PROGRAM, ROOT, Frozen, Window, press, screen, stamps

MEGABYTES = 900
DATABASES = sorted((ROOT / "tests/databases").glob("schema-*.db"))
pytestmark = MARKS


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frozen]:
    """One data folder for all: the model is loaded once a command, which is long enough."""
    base = tmp_path_factory.mktemp("frozen")
    (base / "home").mkdir()
    program = Frozen(base / "home", base / "検査 データ 1")
    before = stamps()
    yield program
    assert stamps() == before, "the program wrote into its own folder"
    # Folders only: Qt and the sound server make an empty .config by themselves.
    assert [file for file in (base / "home").rglob("*") if file.is_file()] == [], "the program left something at home"


def test_it_is_small_enough() -> None:
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file() and not file.is_symlink())
    assert size <= MEGABYTES * 1e6


def test_nothing_of_development_is_inside() -> None:
    names = {path.name.split("-")[0].split(".")[0] for path in (FOLDER / "_internal").iterdir()}
    assert not names & {"scipy", "pandas", "statsmodels", "pyopenjtalk", "sudachidict_core", "mypy", "pytest", "nvidia"}
    assert (FOLDER / "_internal/resources/models/kensa-nano/kensa.json").exists()


def test_the_licences_are_inside() -> None:
    """Of all that is; and what is under the LGPL lies there as files that can be replaced."""
    inside = FOLDER / "_internal"
    names = ["LICENSE", "resources/THIRD_PARTY.md", "licences/torch", "licences/python", "licences/cffi"]
    names += ["licences/PySide6_Essentials/LGPL-3.0.txt", "licences/fpdf2", "licences/pypdfium2", "fpdf/__init__.pyc"]
    if sys.platform == "linux":
        names += ["PySide6/Qt/lib/libQt6Core.so.6"]
    assert [name for name in names if not (inside / name).exists()] == []


def test_version(frozen: Frozen) -> None:
    assert frozen("--version").stdout.strip() == f"kensa {APP_VERSION}"


def test_it_judges_the_bundled_samples(frozen: Frozen) -> None:
    told = {line["photo"]["file"]: line for line in frozen.lines("demo", "--no-window") if "photo" in line}
    with (ROOT / "resources/samples/metadata.csv").open(encoding="utf-8", newline="") as table:
        expected = {row["file_name"]: row["verdict"] for row in csv.DictReader(table)}
    assert len(expected) == 8 and len(set(expected.values())) == 3
    assert {name: line["judgment"]["verdict"] for name, line in told.items()} == expected


def test_doctor_finds_all_that_is_needed_and_writes_a_report(frozen: Frozen) -> None:
    report = frozen.home.parent / "report.json"
    found = frozen.lines("doctor", "--report", report)
    assert [one for one in found if one["needed"] and not one["ok"]] == []
    assert {one["what"] for one in found} >= {"torch", "model files", "model self-test", "window"}
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["frozen"] is True and str(frozen.home) not in json.dumps(told, ensure_ascii=False)


def test_reports_and_tables_are_written(frozen: Frozen) -> None:
    """fpdf2, fontTools, XlsxWriter."""
    frozen("judge", ROOT / "resources/samples/demo-01.jpg")
    for name, start in (("報告.pdf", b"%PDF"), ("table.xlsx", b"PK"), ("table.csv", b"")):
        file = frozen.home.parent / name
        frozen("export", file)
        assert file.read_bytes().startswith(start) and file.stat().st_size > 500


def test_the_records_are_whole_and_go_into_a_backup(frozen: Frozen) -> None:
    frozen("verify")
    frozen("backup", frozen.home.parent / "all.kensa-backup")


def test_people_have_pins(frozen: Frozen) -> None:
    """argon2, in a folder of its own."""
    done = subprocess.run(
        [str(PROGRAM), "--data", str(frozen.data) + " 2", "users", "add", "花子", "--role", "quality"],
        env=frozen.environment, cwd=frozen.home, input="4711\n4711\n", capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_adapter_is_trained_ten_steps_leaves_and_comes_back(frozen: Frozen) -> None:
    """cryptography, and torch's backward pass."""
    frozen("freeze", "--from", FOLDER / "_internal/resources/samples", "--name", "samples")
    frozen("train", "samples", "--steps", 10, "--batch", 2)
    (trained,) = (folder.name for folder in (frozen.data / "adapters").iterdir() if "@" in folder.name)
    file = frozen.home.parent / "made.kensa-adapter"
    frozen("adapters", "export", trained, file)
    shutil.rmtree(frozen.data / "adapters" / trained)
    frozen("adapters", "import", file)
    assert (frozen.data / "adapters" / trained).is_dir()


@pytest.mark.parametrize("old", DATABASES, ids=lambda file: file.stem)
def test_old_records_are_brought_up_to_date(frozen: Frozen, tmp_path: Path, old: Path) -> None:
    other = Frozen(frozen.home, tmp_path / "古い データ")
    other.data.mkdir()
    shutil.copyfile(old, other.data / "kensa.db")
    assert other.lines("history")
    with sqlite3.connect(other.data / "kensa.db") as database:
        (head,) = database.execute("select version_num from alembic_version").fetchone()
    newest = max((FOLDER / "_internal/inspector_app/records/migrations/versions").glob("[0-9]*.py")).name
    assert newest.startswith(f"{head}_")


def test_a_model_goes_through_one_file(frozen: Frozen, tmp_path: Path) -> None:
    frozen("models", "pack", "kensa-nano", tmp_path / "nano.kensa-model")
    frozen("models", "add", tmp_path, "--name", "second")
    assert frozen.lines("models", "verify", "second")[0]["sound"] is True


def visit_all_pages(window: Window) -> None:
    """By their keys: pages load their libraries (pyqtgraph, pypdfium2, Qt's own) when they are first opened."""
    if shutil.which("xdotool") is None:
        return
    pages = ("ctrl+2", "ctrl+3", "ctrl+4", "ctrl+5", "ctrl+6", "ctrl+7", "alt+4", "ctrl+1")
    for key in ("Escape", *pages, "shift+F1", "Escape"):
        press(key)
        window.stays(4)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
@pytest.mark.parametrize("shown", ["offscreen", "xcb"])
def test_the_window_opens_and_ends_clean(frozen: Frozen, shown: str) -> None:
    with screen() if shown == "xcb" else nullcontext({}) as environment:
        window = Window(frozen, **environment)
        window.stays(25)
        if shown == "xcb":
            visit_all_pages(window)
        said = window.end()
    assert "Traceback" not in said and "could not load" not in said.lower()
    log = (frozen.data / "logs" / "kensa.log").read_text(encoding="utf-8")
    assert " ERROR " not in log, log[-3000:]
