"""Takes the pictures of the window for the documentation, in both languages, two sizes and two themes.

    python docs/screenshots.py OUT [--photo FILE] [--golden FILE] [--voice FILE]

Works without a display. The judge is the scripted one of the tests, so every verdict can be shown; without --photo the
bundled samples are used.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from inspector_app.app import Program, real_devices
from inspector_app.places import Places, resources
from inspector_app.ui.readiness import Stage
from inspector_app.ui.unit import Step
from model_runtime.verdict import VoiceSays
from tests.fakes import FakeJudge

SIZES = {"1280": QSize(1280, 800), "1920": QSize(1920, 1080)}


class Session:
    """One window with a data folder of its own."""

    def __init__(self, application: QApplication, out: Path, files: argparse.Namespace) -> None:
        self.application, self.out, self.files = application, out, files
        self.folder = Path(tempfile.mkdtemp(prefix="kensa-pictures-"))
        self.judge = FakeJudge(
            heard="deep scratch on the left edge, about four millimetres long, found after the second wash",
            voice_says=VoiceSays.NG,
        )
        self.program = Program(application, Places(self.folder), real_devices(), lambda *_: self.judge)
        self.page = self.program.window.inspect_page

    def wait(self, until: Callable[[], bool], seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            self.application.processEvents()
            time.sleep(0.005)

    def settle(self) -> None:
        end = time.monotonic() + 0.15
        self.wait(lambda: time.monotonic() > end)

    def grab(self, name: str) -> None:
        self.settle()
        self.program.window.grab().save(str(self.out / f"{name}.png"))

    def judged(self, p_ng: float, *, voice: bool, golden: bool = False, serial: str = "") -> None:
        """One unit from file to verdict."""
        self.page.clear()
        self.judge.script = [p_ng]
        self.page.load_photo(self.files.photo)
        self.wait(lambda: self.page.unit.photo is not None)
        if golden and self.files.golden and self.page.unit.golden is None:
            self.program.desk.open_photo(self.files.golden).done.connect(lambda came: self.page.set_golden(*came))
            self.wait(lambda: self.page.unit.golden is not None)
        if voice:
            self.page.load_voice(self.files.voice)
            self.wait(lambda: self.page.voice_card.voice is not None)
        self.page.form.lot_edit.setText("L-2291")
        self.page.form.serial_edit.setText(serial or "0042")
        self.page.judge()
        self.wait(lambda: self.page.unit.step is Step.JUDGED)

    def pictures(self, tag: str) -> None:
        """Every state that a reader should know."""
        window = self.program.window
        self.wait(lambda: self.page.feed.state in ("none", "live"))
        self.grab(f"inspect-empty-{tag}")
        self.page.load_photo(self.files.photo)
        self.wait(lambda: self.page.unit.photo is not None)
        self.grab(f"inspect-photo-{tag}")
        for name, p_ng, voice, golden in (
            ("ok", 0.031, False, False),
            ("ng", 0.974, True, False),
            ("inconclusive", 0.52, False, True),
            ("contradiction", 0.05, True, True),
        ):
            self.judged(p_ng, voice=voice, golden=golden)
            self.grab(f"inspect-{name}-{tag}")
        window.go_history()
        self.wait(lambda: len(window.history_page.model.rows) == 4)
        window.history_page.table.selectRow(0)
        self.settle()
        self.grab(f"history-{tag}")
        window.show_help()
        self.grab(f"help-{tag}")
        window.help.hide()

    def close(self) -> None:
        self.program.close()
        self.program.window.deleteLater()
        shutil.rmtree(self.folder, ignore_errors=True)


def main() -> None:
    """All combinations, or those whose tag holds `--only`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--photo", type=Path)
    parser.add_argument("--golden", type=Path)
    parser.add_argument("--voice", type=Path)
    parser.add_argument("--only", default="")
    files = parser.parse_args()
    samples = resources() / "samples"
    files.photo = files.photo or next(iter(sorted(samples.rglob("*.jpg"))), None)
    files.voice = files.voice or next(iter(sorted(samples.rglob("*.flac"))), None)
    files.out.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    for language in ("en", "ja"):
        for theme in ("light", "dark"):
            for size, pixels in SIZES.items():
                tag = f"{language}-{theme}-{size}"
                if files.only in tag:
                    _take(application, files, tag, language, theme, pixels)


def _take(
    application: QApplication, files: argparse.Namespace, tag: str, language: str, theme: str, pixels: QSize
) -> None:
    session = Session(application, files.out, files)
    session.program.window.change_settings(session.program.settings.changed(language=language, theme=theme))
    session.program.window.resize(pixels)
    session.program.start()
    session.wait(lambda: session.program.readiness.stage is Stage.READY)
    session.pictures(tag)
    session.close()


if __name__ == "__main__":
    main()
