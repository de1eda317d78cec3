"""The built program as the tests start it: with next to nothing around it, as a command or as a window."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("KENSA_FROZEN") or ROOT / "dist" / "kensa")
PROGRAM = FOLDER / ("kensa.exe" if sys.platform == "win32" else "kensa")
SCREEN = ":97"
MARKS = [
    pytest.mark.frozen,
    pytest.mark.slow,
    pytest.mark.xdist_group("frozen"),  # one data folder, in the order of a station's life
    pytest.mark.skipif(not PROGRAM.is_file(), reason=f"{PROGRAM} was not built"),
]


@dataclass
class Frozen:
    """The program with a data folder whose name is Japanese and holds spaces, and next to nothing around it."""

    home: Path
    data: Path
    more: dict[str, str] = field(default_factory=dict)
    """Further variables of its environment."""

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
            **self.more,
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


def stamps() -> dict[str, tuple[int, int]]:
    found = ((file, file.stat()) for file in FOLDER.rglob("*") if file.is_file())
    return {str(file): (stat.st_size, stat.st_mtime_ns) for file, stat in found}


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


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """A screen that nobody sees; what the program's environment needs for it. Skips where there is no Xvfb."""
    if not (xvfb := shutil.which("Xvfb")):
        pytest.skip("there is no Xvfb here")
    server = subprocess.Popen([xvfb, SCREEN, "-screen", "0", "1280x800x24"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(2)
        yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": SCREEN}
    finally:
        server.terminate()
        server.wait()


def press(key: str) -> None:
    """On that screen. Needs xdotool."""
    subprocess.run(["xdotool", "key", key], env={**os.environ, "DISPLAY": SCREEN}, check=True)
