"""The program that PyInstaller built, tried where there is no Python, no home and nothing to be written but its data.

`python resources/packaging/build.py` builds it; KENSA_FROZEN names another folder than dist/kensa. Run alone with
`pytest -m frozen`; without the folder all of this is skipped.
"""

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from inspector_app.version import APP_VERSION

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("KENSA_FROZEN") or ROOT / "dist" / "kensa")
PROGRAM = FOLDER / ("kensa.exe" if sys.platform == "win32" else "kensa")
MEGABYTES = 900
pytestmark = [
    pytest.mark.frozen,
    pytest.mark.slow,
    pytest.mark.xdist_group("frozen"),  # one data folder, in the order of a station's life
    pytest.mark.skipif(not PROGRAM.is_file(), reason=f"{PROGRAM} was not built"),
]


@pytest.fixture(autouse=True, scope="module")
def _asked_for(request: pytest.FixtureRequest) -> None:
    """Six minutes, which nobody wants by the way who only happens to have built the program."""
    if "frozen" not in str(request.config.option.markexpr) and "KENSA_FROZEN" not in os.environ:
        pytest.skip("asked for by -m frozen")


@dataclass
class Frozen:
    """The program with a data folder whose name is Japanese and holds spaces, and next to nothing around it."""

    home: Path
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "DISPLAY", "TEMP") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "PATH": str(self.home),  # no Python, no shell, nothing
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "KENSA_MODEL_THREADS": "1",
            "QT_QPA_PLATFORM": "offscreen",
        }

    def __call__(self, *args: object, code: int = 0) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [str(PROGRAM), "--data", str(self.data), *map(str, args)],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=280,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def lines(self, *args: object) -> list[dict[str, object]]:
        return [json.loads(line) for line in self(*args, "--json").stdout.splitlines()]


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


def stamps() -> dict[str, tuple[int, int]]:
    found = ((file, file.stat()) for file in FOLDER.rglob("*") if file.is_file())
    return {str(file): (stat.st_size, stat.st_mtime_ns) for file, stat in found}


def test_it_is_small_enough() -> None:
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file() and not file.is_symlink())
    assert size <= MEGABYTES * 1e6


def test_nothing_of_development_is_inside() -> None:
    names = {path.name.split("-")[0].split(".")[0] for path in (FOLDER / "_internal").iterdir()}
    assert not names & {"scipy", "pandas", "statsmodels", "pyopenjtalk", "sudachidict_core", "mypy", "pytest", "nvidia"}
    for name in ("LICENSE", "resources/THIRD_PARTY.md", "licences/torch", "resources/models/kensa-nano/kensa.json"):
        assert (FOLDER / "_internal" / name).exists(), name


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


@pytest.mark.parametrize("schema", ["0001", "0002", "0004", "0005"])
def test_old_records_are_brought_up_to_date(frozen: Frozen, tmp_path: Path, schema: str) -> None:
    other = Frozen(frozen.home, tmp_path / "古い データ")
    other.data.mkdir()
    shutil.copyfile(ROOT / f"tests/databases/schema-{schema}.db", other.data / "kensa.db")
    assert other.lines("history")
    with sqlite3.connect(other.data / "kensa.db") as database:
        (head,) = database.execute("select version_num from alembic_version").fetchone()
    assert head >= "0005"


def test_a_model_goes_through_one_file(frozen: Frozen, tmp_path: Path) -> None:
    frozen("models", "pack", "kensa-nano", tmp_path / "nano.kensa-model")
    frozen("models", "add", tmp_path, "--name", "second")
    assert frozen.lines("models", "verify", "second")[0]["sound"] is True


class Window:
    """The window as a process; ends like Ctrl-C."""

    def __init__(self, frozen: Frozen, **environment: str) -> None:
        self.process = subprocess.Popen(
            [str(PROGRAM), "--data", str(frozen.data)],
            env={**frozen.environment, **environment},
            cwd=frozen.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def stays(self, seconds: float) -> None:
        time.sleep(seconds)
        assert self.process.poll() is None, self.process.communicate()[0]

    def end(self) -> str:
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=60)[0]
        assert self.process.returncode == 0, said
        return said


def visit_all_pages(window: Window) -> None:
    """By their keys: pages load their libraries (pyqtgraph, pypdfium2, Qt's own) when they are first opened."""
    xdotool = shutil.which("xdotool")
    if xdotool is None:
        return
    for key in (
        "Escape",
        "ctrl+2",
        "ctrl+3",
        "ctrl+4",
        "ctrl+5",
        "ctrl+6",
        "ctrl+7",
        "alt+4",
        "ctrl+1",
        "shift+F1",
        "Escape",
    ):
        subprocess.run([xdotool, "key", key], env={**os.environ, "DISPLAY": ":97"}, check=True)
        window.stays(4)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
@pytest.mark.parametrize("screen", ["offscreen", "xcb"])
def test_the_window_opens_and_ends_clean(frozen: Frozen, screen: str, tmp_path: Path) -> None:
    if screen == "offscreen":
        environment, server = {}, None
    elif not (xvfb := shutil.which("Xvfb")):
        pytest.skip("there is no Xvfb here")
    else:
        environment = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":97"}
        server = subprocess.Popen([xvfb, ":97", "-screen", "0", "1280x800x24"], stderr=subprocess.DEVNULL)
        time.sleep(2)
    try:
        window = Window(frozen, **environment)
        window.stays(25)
        if server is not None:
            visit_all_pages(window)
        said = window.end()
    finally:
        if server is not None:
            server.terminate()
            server.wait()
    assert "Traceback" not in said and "could not load" not in said.lower()
    log = (frozen.data / "logs" / "kensa.log").read_text(encoding="utf-8")
    assert " ERROR " not in log, log[-3000:]


@pytest.mark.skipif(not Path("/dev/snd").is_dir(), reason="no sound devices here")
def test_sound_devices_are_found(frozen: Frozen) -> None:
    found = frozen.lines("doctor")
    assert any(one["what"] == "microphone" and one["ok"] for one in found)
