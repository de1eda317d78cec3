"""The rules of the house, run as tests: style, types, who may import whom, what a wheel holds, what README promises."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector_app.commands import doctor
from inspector_app.version import APP_VERSION

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("inspector_app", "model_runtime")
LONGEST_FUNCTION = 60
LONGEST_FILE = 400


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(*command: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    options = {"cwd": ROOT, "timeout": 280, **options}
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def sources() -> list[Path]:
    return [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "--quiet", "."), ("ruff", "format", "--check", "--quiet", "."), ("lint-imports", "--no-cache")],
    ids=" ".join,
)
def test_style_and_imports(command: tuple[str, ...]) -> None:
    done = run(Path(sys.executable).with_name(command[0]), *command[1:])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_types() -> None:
    done = run(sys.executable, "-m", "mypy")
    assert done.returncode == 0, done.stdout + done.stderr


def test_functions_and_files_stay_short() -> None:
    long = []
    for file in sources():
        text = file.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_FILE:
            long.append(f"{file.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{file.relative_to(ROOT)}: {node.name} has {lines} lines")
    assert not long


def test_every_module_says_what_it_knows() -> None:
    silent = [file for file in sources() if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))]
    empty = [file for file in silent if file.name == "__init__.py" and not file.read_text(encoding="utf-8").strip()]
    assert set(silent) == set(empty)


def test_every_package_is_in_the_wheel() -> None:
    found = {".".join(file.parent.relative_to(ROOT).parts) for file in sources()}
    listed = set(project()["tool"]["setuptools"]["packages"])
    assert listed == found | {"kensa_resources"}


def test_one_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[([^]]+)\]", changes, re.MULTILINE)
    assert newest is not None
    assert project()["project"]["version"] == APP_VERSION == newest.group(1)


def test_ci_runs_what_readme_says() -> None:
    """README's two lines are the ones that are tried: the second is the whole of .ci/run."""
    lines = [line for line in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines() if line.startswith("bash ")]
    assert len(lines) == 1
    for readme in ("README.md", "README.ja.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert f"\n{lines[0]}\n" in text
        assert "\nbash .ci/setup && .venv/bin/kensa demo\n" in text


@pytest.mark.parametrize("document", ["README.md", "README.ja.md", "CONTRIBUTING.md", "resources/THIRD_PARTY.md"])
def test_files_that_documents_name_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = {link for link in re.findall(r"\]\(([^)#:]+)\)", text)}
    named |= set(re.findall(r"`((?:inspector_app|model_runtime|resources|tests|docs|\.ci)/[\w./-]+)`", text))
    missing = [name for name in named if not ((ROOT / document).parent / name).exists() and not (ROOT / name).exists()]
    assert not missing


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there Qt needs libraries of the system")
def test_doctor_names_the_packages_that_set_up_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"libxcb-cursor.so.0", "libportaudio.so.2"}

    def load(name: str) -> None:
        if name in gone:
            raise OSError(name)

    monkeypatch.setattr(doctor.ctypes, "CDLL", load)
    assert doctor.lacking_packages("window") == ["libxcb-cursor0"]
    assert doctor.lacking_packages("microphone") == ["libportaudio2"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pip would put into site-packages, from a copy of the sources with a stand-in for the model."""
    copy, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("site")
    unwanted = shutil.ignore_patterns("__pycache__", "kensa-nano")
    for name in (*PACKAGES, "resources"):
        shutil.copytree(ROOT / name, copy / name, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    model = copy / "resources/models/kensa-nano/vision-lora/adapter_config.json"
    model.parent.mkdir(parents=True)
    model.write_text("{}", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    done = run(*pip, out, ".", cwd=copy)
    assert done.returncode == 0, done.stderr
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(out / "installed")
    return out / "installed"


def test_a_wheel_holds_all_that_the_program_reads(installed: Path) -> None:
    shipped = {file.relative_to(ROOT / "resources") for file in (ROOT / "resources").rglob("*") if file.is_file()}
    left_out = ("models", "packaging")
    shipped = {file for file in shipped if file.suffix not in (".py", ".pyc") and file.parts[0] not in left_out}
    packed = {f.relative_to(installed / "kensa_resources") for f in (installed / "kensa_resources").rglob("*")}
    assert shipped and shipped <= packed
    assert Path("models/kensa-nano/vision-lora/adapter_config.json") in packed


def test_a_wheel_runs(installed: Path, tmp_path: Path) -> None:
    """Records are made, so the migrations are there; parts are read, so the resources are."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "KENSA_DATA": str(tmp_path / "data")}
    script = (
        "import sys; from inspector_app import places; from inspector_app.__main__ import main;"
        "from inspector_app.parts import Parts; from inspector_app.places import Places;"
        "assert len(Parts.load(Places.find()).names) > 1; print(places.resources()); sys.exit(main(['history']))"
    )
    done = run(sys.executable, "-c", script, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == str(installed / "kensa_resources")
    assert (tmp_path / "data/kensa.db").is_file()


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of its own, without a screen."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("no Xvfb on this system; `bash .ci/setup --dev` installs it on Debian")
    read, write = os.pipe()
    process = subprocess.Popen(
        [server, "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    yield f":{number}"
    process.terminate()
    process.wait(timeout=10)


WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from inspector_app import app
from inspector_app.__main__ import main

def look():
    if any(w.isVisible() and w.windowHandle().isExposed() for w in QApplication.topLevelWidgets()):
        print(QApplication.platformName(), "torch" in sys.modules, file=sys.__stdout__, flush=True)
        QApplication.quit()

def start(program, start=app.Program.start):
    program.look = QTimer(program, interval=1)
    program.look.timeout.connect(look)
    program.look.start()
    start(program)

app.Program.start = start
sys.exit(main([]))
"""


def test_the_window_opens_on_a_real_display(display: str, tmp_path: Path) -> None:
    """`kensa` as a person starts it: Qt reaches an X server with what set-up installs, and torch comes after."""
    environment = {key: value for key, value in os.environ.items() if key not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")}
    environment |= {"DISPLAY": display, "KENSA_DATA": str(tmp_path / "data")}
    done = run(sys.executable, "-c", WINDOW, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["xcb", "False"]
