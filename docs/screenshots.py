"""Takes the pictures of the window for the documentation, in both languages, two sizes and three themes.

    python docs/screenshots.py OUT [--only TEXT] [--photo FILE] [--golden FILE] [--voice FILE]

Works without a display. The judge is the scripted one of the tests, so every verdict can be shown; without --photo the
bundled samples are used. `--only ja-light-1280` takes one combination; `--states ng,help` some of the pictures.
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
from PySide6.QtWidgets import QApplication, QDialog

from docs.screenshots_desk import desk
from docs.screenshots_night import night
from docs.screenshots_quality import quality
from docs.screenshots_station import people, station
from inspector_app.app import Program, real_devices
from inspector_app.places import Places, resources
from inspector_app.rights import Role
from inspector_app.ui.compare import Compare
from inspector_app.ui.unit import Step
from model_runtime.verdict import VoiceSays
from tests.fakes import FakeJudge

SIZES = {"1280": QSize(1280, 800), "1920": QSize(1920, 1080)}
THEMES = ("light", "dark", "high-contrast")


class Session:
    """One window with a data folder of its own."""

    def __init__(self, application: QApplication, files: argparse.Namespace, tag: str) -> None:
        self.application, self.files, self.tag = application, files, tag
        self.folder = Path(tempfile.mkdtemp(prefix="kensa-pictures-"))
        self.judge = FakeJudge(
            heard="deep scratch on the left edge, about four millimetres long, found after the second wash",
            voice_says=VoiceSays.NG,
        )
        self.program = Program(application, Places(self.folder), real_devices(), lambda *_: self.judge)
        self.window, self.page = self.program.window, self.program.window.inspect_page

    def wait(self, until: Callable[[], bool], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                said = "; ".join(problem.details for problem in self.program.problems.entries)
                raise TimeoutError(f"the window did not get there: {said}")
            self.application.processEvents()
            time.sleep(0.005)

    def settle(self, seconds: float = 0.15) -> None:
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end)

    def wanted(self, name: str) -> bool:
        return not self.files.states or name in self.files.states.split(",")

    def grab(self, name: str) -> None:
        """The window as it is; an open dialog lies over it."""
        if not self.wanted(name):
            return
        self.settle()
        picture = self.window.grab()
        self.window.render(picture)
        for dialog in self.dialogs():
            from PySide6.QtGui import QColor, QPainter

            painter = QPainter(picture)
            painter.fillRect(self.window.rect(), QColor(0, 0, 0, 90))
            where = self.window.rect().center() - dialog.rect().center()
            painter.drawPixmap(where, dialog.grab())
            painter.end()
        picture.save(str(self.files.out / f"{name}-{self.tag}.png"))

    def dialogs(self) -> list[QDialog]:
        return [one for one in self.window.findChildren(QDialog) if one.isVisible()]

    def dialog(self, name: str, opening: Callable[[], object]) -> None:
        """One dialog, opened and closed again."""
        if self.wanted(name):
            opening()
            self.settle(0.3)
            self.grab(name)
            for one in self.dialogs():
                one.done(0)

    def judged(self, p_ng: float, photo: Path, *, voice: bool, serial: str) -> None:
        """One unit from file to verdict."""
        self.begin(p_ng, photo, voice=voice, serial=serial)
        self.page.judge()
        self.wait(lambda: self.page.unit.step is Step.JUDGED)

    def begin(self, p_ng: float, photo: Path, *, voice: bool, serial: str) -> None:
        self.page.flow.next()
        self.page.clear()
        self.judge.script = [p_ng]
        self.page.load_photo(photo)
        self.wait(lambda: self.page.unit.photo is not None)
        if voice:
            self.page.load_voice(self.files.voice)
            self.wait(lambda: self.page.voice_card.voice is not None)
        self.page.form.lot_edit.setText("L-2291")
        self.page.form.serial_edit.setText(serial)

    def pictures(self) -> None:
        """Every state that a reader should know."""
        self.wait(lambda: self.page.feed.state in ("lost", "live"))
        self.grab("inspect-empty")
        self.program.desk.open_photo(self.files.golden).done.connect(lambda came: self.page.set_golden(*came))
        self.wait(lambda: self.page.flow.draft.golden is not None)
        photos = sorted((resources() / "samples").glob("demo-*.jpg"))
        for number, p_ng in enumerate((0.02, 0.05, 0.97, 0.04)):
            self.judged(p_ng, photos[number], voice=False, serial=f"{41 + number:04d}")
            self.page.press() if p_ng < 0.5 else self.page.flow.next()
        self.begin(0.03, self.files.photo, voice=True, serial="0045")
        self.grab("inspect-photo")
        for name, p_ng, voice in (("ok", 0.031, False), ("inconclusive", 0.52, False), ("contradiction", 0.05, True)):
            self.judged(p_ng, self.files.photo, voice=voice, serial="0046")
            self.grab(f"inspect-{name}")
        self.judged(0.974, self.files.photo, voice=True, serial="0047")
        self.page.stage.compare(Compare.SIDE)
        self.grab("inspect-ng")
        self.page.stage.compare(Compare.SWIPE)
        self.grab("inspect-swipe")
        self.dialog("disagree", self.page.disagree)
        self.queue()
        self.rest()

    def queue(self) -> None:
        """Units that were sent faster than the model judges."""
        self.judge.seconds = 1.2
        for number in range(3):
            self.begin(0.02, self.files.photo, voice=False, serial=f"{51 + number:04d}")
            self.page.judge()
        self.settle(0.3)
        self.grab("inspect-queue")
        self.wait(lambda: self.program.desk.queue == 0)
        self.judge.seconds = 0.0

    def rest(self) -> None:
        """The history, the help, the dialogs."""
        window = self.window
        if self.wanted("history"):
            window.go_history()
            self.wait(lambda: len(window.history_page.model.rows) > 4)
            window.history_page.table.selectRow(3)
            self.settle()
            self.grab("history")
            window.go_inspect()
        window.show_help()
        self.grab("help")
        window.help.hide()
        desk(self)
        self.dialog("about", window.show_about)
        self.dialog("ready", window.show_ready)
        self.dialog("settings", window.show_settings)
        self.dialog("parts", window.show_parts)
        self.dialog("set-up", window.show_set_up)
        self.dialog("problems", window.show_problems)
        station(self)
        quality(self)
        night(self)
        self.sign_in()

    def sign_in(self) -> None:
        """The station with people, locked."""
        core = self.program.desk.station
        assert core is not None
        chief = core.people.add(None, "山田 花子", Role.QUALITY, "2580")
        for name, role in (("佐藤 健", Role.OPERATOR), ("鈴木 一郎", Role.OPERATOR), ("田中 由美", Role.SUPERVISOR)):
            core.people.add(chief, name, role, "2580")
        people(self, chief)
        self.window.gate.begin(self.window.settings)
        self.settle(0.4)
        self.grab("sign-in")

    def close(self) -> None:
        self.program.close()
        self.window.deleteLater()
        shutil.rmtree(self.folder, ignore_errors=True)


def main() -> None:
    """All combinations, or those whose tag holds `--only`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--photo", type=Path)
    parser.add_argument("--golden", type=Path)
    parser.add_argument("--voice", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--states", default="")
    files = parser.parse_args()
    samples = resources() / "samples"
    files.photo = files.photo or samples / "demo-03.jpg"
    files.golden = files.golden or samples / "golden.jpg"
    files.voice = files.voice or samples / "demo-03.flac"
    files.out.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    for language in ("en", "ja"):
        for theme in THEMES:
            for size, pixels in SIZES.items():
                tag = f"{language}-{theme}-{size}"
                if files.only in tag:
                    _take(application, files, tag, language, theme, pixels)


def _take(
    application: QApplication, files: argparse.Namespace, tag: str, language: str, theme: str, pixels: QSize
) -> None:
    session = Session(application, files, tag)
    session.window.change_settings(
        session.program.settings.changed(language=language, theme=theme, sounds=False, target_takt=40, set_up_done=True)
    )
    session.window.resize(pixels)
    session.program.start()
    session.wait(lambda: session.program.readiness.can_judge)
    session.pictures()
    session.close()


if __name__ == "__main__":
    main()
