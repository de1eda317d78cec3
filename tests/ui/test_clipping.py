"""Nothing is cut off: every visible widget of every state is walked in both languages, also at 150 % scaling."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from inspector_app.rights import Role
from inspector_app.ui.compare import Compare
from inspector_app.ui.painting import Painted
from inspector_app.ui.review_widgets import LOW, LowButton
from inspector_app.ui.set_up import SetUp
from inspector_app.ui.settings_dialog import SettingsDialog
from inspector_app.ui.unit import Step
from model_runtime.verdict import VoiceSays
from tests.fakes import FakeJudge
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import Bench

ROOT = Path(__file__).resolve().parents[2]
TARGET = 48
_ELLIPSIS = "…"


def faults(root: QWidget) -> list[str]:
    """What is cut off in a window, in words; targets that are too small for a glove."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if widget.isVisible() and not widget.visibleRegion().isEmpty():
            found += [f"{fault}: {_name(widget)}" for fault in _of(widget)]
    return found


def _of(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel) and widget.text():
        yield from _label(widget)
    if isinstance(widget, Painted):
        yield from (f"painted short {text!r}" for text in widget.cut)
    if isinstance(widget, QAbstractButton) and not isinstance(widget.parent(), QComboBox | QLineEdit):
        least = LOW if isinstance(widget, LowButton) else TARGET  # a supervisor's page is not touched with a glove
        if not widget.objectName().startswith("qt_") and (widget.height() < least or widget.width() < least):
            yield f"target {widget.width()}x{widget.height()}"
    if isinstance(widget, QPushButton | QCheckBox) and widget.layout() is not None:
        yield from _children_inside(widget)
    if isinstance(widget, QComboBox):
        needed = widget.fontMetrics().horizontalAdvance(widget.currentText()) + 58
        if widget.width() < needed:
            yield f"choice {widget.currentText()!r} needs {needed}, has {widget.width()}"


def _label(words: QLabel) -> Iterator[str]:
    if words.text().endswith(_ELLIPSIS) and not words.text().endswith(" …") and len(words.text()) > 1:
        yield f"shortened {words.text()!r}"
    if words.wordWrap():
        needed = words.heightForWidth(words.width())
        if words.height() < needed - 1:
            yield f"text {words.text()!r} needs a height of {needed}, has {words.height()}"
    elif words.pixmap().isNull() and words.width() < words.fontMetrics().horizontalAdvance(words.text()):
        yield f"text {words.text()!r} has {words.width()} of {words.fontMetrics().horizontalAdvance(words.text())}"


def _children_inside(button: QWidget) -> Iterator[str]:
    """Icon, word and key of a button stand inside it and beside each other."""
    parts = [part for part in button.findChildren(QLabel) if part.isVisible()]
    for part in parts:
        if not button.rect().contains(part.geometry()):
            yield f"part {part.text()!r} sticks out"
    for one, other in zip(parts, parts[1:], strict=False):
        if one.geometry().intersects(other.geometry()):
            yield f"parts {one.text()!r} and {other.text()!r} overlap"


def _name(widget: QWidget) -> str:
    names = []
    here: QWidget | None = widget
    while here is not None and len(names) < 4:
        names.append(type(here).__name__)
        here = here.parentWidget()
    return " in ".join(names)


class Tour:
    """Goes through the states of the window and collects what is cut off in each."""

    def __init__(self, kensa: Kensa, photo: Path, voice: Path) -> None:
        self.kensa, self.photo, self.voice = kensa, photo, voice
        self.found: list[str] = []

    def look(self, state: str) -> None:
        self.kensa.qtbot.wait(40)
        window = QApplication.activeModalWidget() or self.kensa.window
        window.grab()
        if faults(window):
            # Layouts settle in the event loop, which may be slow today: only what stays is a fault.
            self.kensa.qtbot.wait(300)
            window.grab()
        self.found += [f"{state}: {fault}" for fault in faults(window)]
        if window.width() > 1280 or window.height() > 800:
            self.found.append(f"{state}: larger than the screen")

    def whole(self) -> list[str]:
        self.page_states()
        self.dialogs()
        self.people()
        return self.found

    def page_states(self) -> None:
        kensa, page = self.kensa, self.kensa.page
        self.look("empty")
        kensa.program.desk.open_photo(self.photo).done.connect(lambda came: page.set_golden(*came))
        kensa.until(lambda: page.stage.golden is not None)
        for name, p_ng, says in (("ok", 0.01, VoiceSays.OK), ("doubt", 0.5, VoiceSays.NOTHING),
                                 ("contradiction", 0.02, VoiceSays.NG), ("ng", 0.987, VoiceSays.NG)):  # fmt: skip
            page.flow.next()
            page.load_voice(self.voice)
            kensa.until(lambda: page.voice_card.voice is not None)
            kensa.load_photo(self.photo)
            page.form.lot_edit.setText("L-2291-A")
            page.form.serial_edit.setText("SN-00012345")
            self.look(f"photo before {name}")
            kensa.judge.script, kensa.judge.voice_says = [p_ng], says
            page.judge()
            kensa.until(lambda: page.unit.step is Step.JUDGED)
            self.look(name)
        for mode in Compare:
            page.stage.compare(mode)
            self.look(mode.value)
        page.disagree()
        self.close("disagree")
        page.retake()
        self.look("retake")
        kensa.program.problems.news("S-1: NG")
        self.look("banner")
        kensa.window.go_history()
        kensa.until(lambda: len(kensa.window.history_page.model.rows) >= 4)
        kensa.window.history_page.table.selectRow(1)
        kensa.window.history_page.chips.put("verdict", "INCONCLUSIVE")
        kensa.until(lambda: len(kensa.window.history_page.model.rows) == 2)
        kensa.window.history_page.to_table()
        self.look("history")
        self.review()
        kensa.window.go_inspect()
        kensa.window.show_help()
        self.look("help")
        kensa.window.help.hide()

    def review(self) -> None:
        kensa = self.kensa
        kensa.window.go_review()
        page = kensa.window.review_page
        kensa.until(lambda: page.record is not None and page.stage.picture is not None)
        self.look("review")
        kensa.window.show_help()
        self.look("help of the review")
        kensa.window.help.hide()
        page.say_ng()
        page.severity_critical()
        page.put_concession()
        page.form.disposition.show_value(None)
        page.save()
        self.look("review, something is missing")
        kensa.window.go_book()
        kensa.until(lambda: kensa.window.book_page.part is not None)
        self.look("book")
        kensa.window.go_audit()
        kensa.until(lambda: len(kensa.window.audit_page.model.rows) > 4)
        self.look("audit")

    def close(self, state: str) -> None:
        self.kensa.until(lambda: isinstance(QApplication.activeModalWidget(), QDialog))
        over = QApplication.activeModalWidget()
        assert isinstance(over, QDialog)
        self.look(state)
        if isinstance(over, SetUp):
            for step in range(1, 6):
                over.next()
                self.look(f"{state} {step}")
        if isinstance(over, SettingsDialog):
            bar = over.findChild(QScrollArea).verticalScrollBar()
            while bar.value() < bar.maximum():
                bar.setValue(bar.value() + 250)
                self.look(f"{state} at {bar.value()}")
        over.done(0)
        self.kensa.until(lambda: QApplication.activeModalWidget() is None)

    def dialogs(self) -> None:
        window = self.kensa.window
        for name in ("show_ready", "show_problems", "show_settings", "show_parts", "show_set_up", "sign_in"):
            getattr(window, name)()
            self.close(name)

    def people(self) -> None:
        station = self.kensa.program.desk.station
        assert station is not None
        chief = station.people.add(None, "山田 花子", Role.QUALITY, "2580")
        station.people.add(chief, "佐藤 健", Role.OPERATOR, "2580")
        self.kensa.window.gate.begin(self.kensa.window.settings)
        self.kensa.until(lambda: isinstance(QApplication.activeModalWidget(), QDialog))
        self.look("sign in")


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "high-contrast"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_is_cut_off(qtbot: QtBot, tmp_path: Path, photo: Path, voice: Path, language: str, theme: str) -> None:
    judge = FakeJudge(heard="deep scratch on the left edge, about four millimetres long")
    kensa = Kensa(qtbot, tmp_path / "data", judge, Bench(), language=language, theme=theme, target_takt=40)
    kensa.start()
    kensa.window.resize(1280, 800)
    found = Tour(kensa, photo, voice).whole()
    kensa.program.close()
    kensa.window.deleteLater()
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.skipif("QT_SCALE_FACTOR" in os.environ, reason="it runs itself at another scale")
def test_nothing_is_cut_off_at_150_per_cent() -> None:
    """A screen of 1920x1200 at 150 % has room for 1280x800; texts and icons are half as large again."""
    environment = {**os.environ, "QT_SCALE_FACTOR": "1.5", "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "cut_off and light"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=200)
    assert done.returncode == 0, done.stdout[-4000:]


def test_the_walk_notices_what_is_cut(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    words = QLabel("far too long for its room", holder)
    words.setFixedWidth(30)
    button = QToolButton(holder)
    button.setFixedSize(20, 20)
    holder.resize(200, 100)
    holder.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    holder.show()
    said = faults(holder)
    assert any("far too long" in fault for fault in said) and any("target 20x20" in fault for fault in said)
