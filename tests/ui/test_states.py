"""What the window says when something is missing, broken or slow; keys alone; languages; the end of the program."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector_app.app import Program, run
from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.settings import Settings
from inspector_app.ui.actions import HELP, INSPECT_ACTS
from inspector_app.ui.problems_dialog import ProblemsDialog
from inspector_app.ui.settings_dialog import SettingsDialog
from inspector_app.ui.unit import Step
from inspector_app.ui.widgets import IconButton, KeyButton, RailButton
from model_runtime.verdict import Answer
from tests.fakes import FakeJudge
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import Bench, scene


def press(kensa: Kensa, key: str) -> None:
    """A key or a chord, to whatever has the focus."""
    chord = QKeySequence(key)[0]
    target = QApplication.focusWidget() or kensa.window
    kensa.qtbot.keyClick(target, chord.key(), chord.keyboardModifiers())


def test_the_window_is_up_before_torch(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from inspector_app.app import Program\n"
        "from inspector_app.places import Places\n"
        f"program = Program(QApplication([]), Places(Path({str(tmp_path / 'data')!r})))\n"
        "program.start()\n"
        "assert program.window.isVisible()\n"
        "heavy = [name for name in ('torch', 'transformers', 'peft', 'cv2', 'sounddevice') if name in sys.modules]\n"
        "program.close()\n"
        "print(heavy)\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_stages_are_named_in_order(kensa: Kensa) -> None:
    seen: list[str] = [kensa.window.chip.text()]
    kensa.program.readiness.changed.connect(lambda: seen.append(kensa.window.chip.text()))
    kensa.start()
    assert list(dict.fromkeys(seen)) == [
        "Starting",
        "Opening the records",
        "Loading the model",
        "Testing the model",
        "Warming up",
        "Ready",
    ]


def test_a_model_that_fails_its_self_test_judges_nothing(kensa: Kensa, photo: Path) -> None:
    kensa.judge.self_test = lambda: ["the golden twin was judged NG"]  # type: ignore[method-assign]
    kensa.start()
    assert kensa.program.readiness.failed
    assert "the golden twin was judged NG" in kensa.program.readiness.detail
    kensa.load_photo(photo)
    kensa.page.judge()
    kensa.until(lambda: kensa.page.unit.step is Step.WAITING)
    assert kensa.judge.questions == []


def test_a_broken_photo_is_said_in_a_sentence_and_the_page_goes_on(kensa: Kensa, photo: Path, tmp_path: Path) -> None:
    kensa.start()
    broken = tmp_path / "broken.png"
    broken.write_bytes(photo.read_bytes()[:300])
    kensa.page.load_photo(broken)
    kensa.until(lambda: kensa.window.banner.isVisible())
    assert "broken.png" in kensa.window.banner.text and "\n" not in kensa.window.banner.text
    assert kensa.page.unit.photo is None
    assert [problem.level for problem in kensa.program.problems.entries] == ["fix"]
    kensa.judged(photo)
    assert kensa.page.band.answer is not None


def test_a_bug_is_told_with_details_and_the_program_lives(kensa: Kensa, photo: Path) -> None:
    kensa.judge.script = [RuntimeError("tensor shapes differ"), 0.01]
    kensa.start()
    kensa.load_photo(photo)
    kensa.page.judge()
    kensa.until(lambda: kensa.window.banner.isVisible())
    assert kensa.window.banner.text.startswith("Something went wrong inside the program")
    kensa.until(lambda: kensa.page.unit.inspection is not None)
    assert kensa.page.band.answer is Answer.INCONCLUSIVE
    dialog = ProblemsDialog(kensa.program.problems, kensa.window)
    assert "tensor shapes differ" in dialog._details.toPlainText()
    kensa.judged(photo)
    assert kensa.page.band.answer is Answer.OK


def test_a_refusal_of_the_model_is_shown_on_the_card(kensa: Kensa, photo: Path) -> None:
    kensa.judge.script = [KensaError("question_too_long", "Photo and voice are too long together.")]
    kensa.start()
    kensa.load_photo(photo)
    kensa.page.judge()
    kensa.until(lambda: kensa.page.unit.step is Step.FAILED)
    assert kensa.page.band.title == "Could not be judged"
    assert "too long together" in kensa.page.band.accessibleName()


def test_without_a_camera_files_work_and_it_comes_back_by_itself(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    kensa.until(lambda: kensa.page.feed.state == "lost")
    assert kensa.page.stage._empty[1] == "No camera"
    assert kensa.window.chip.accessibleName() == "Ready no camera"
    kensa.judged(photo)
    kensa.page.clear()
    kensa.page.take_photo()
    kensa.until(lambda: "no camera 0" in kensa.window.banner.text)
    kensa.bench.made[-1].refuses = False
    kensa.until(lambda: kensa.page.feed.state == "live")
    assert kensa.window.chip.accessibleName().strip() == "Ready"


def test_a_camera_that_stops_is_said_and_gives_no_old_picture(kensa: Kensa) -> None:
    kensa.bench.camera_refuses = False
    kensa.start()
    kensa.until(lambda: kensa.page.feed.state == "live")
    kensa.bench.made[-1].stop()
    kensa.until(lambda: kensa.page.feed.state == "stale")
    assert kensa.page.stage._empty[1] == "The camera has stopped"
    kensa.until(lambda: "The last picture came" in kensa.page.stage._empty[2])
    kensa.page.take_photo()
    kensa.until(lambda: kensa.window.banner.isVisible())
    assert "stopped" in kensa.window.banner.text and kensa.page.unit.photo is None


def test_without_a_microphone_it_says_so_and_sound_files_work(kensa: Kensa, voice: Path) -> None:
    kensa.bench.microphone_refuses = True
    kensa.start()
    kensa.page.record()
    kensa.until(lambda: kensa.page.voice_card.state == "off")
    assert kensa.page.voice_card.status.text() == "no microphone; files work"
    kensa.page.load_voice(voice)
    kensa.until(lambda: kensa.page.voice_card.state == "kept")
    kensa.page.judge()
    kensa.until(lambda: kensa.page.unit.step is Step.JUDGED)
    assert kensa.judge.questions[0].photo is None and kensa.judge.questions[0].voice is not None


def test_a_note_is_recorded_played_and_discarded(kensa: Kensa) -> None:
    kensa.bench.speed = 20
    kensa.start()
    card = kensa.page.voice_card
    kensa.page.record()
    kensa.until(lambda: card.state == "recording" and "0:02 / 0:40" in card.status.text())
    kensa.page.judge()
    assert kensa.page.unit.step is Step.DRAFT and "still being recorded" in kensa.window.banner.text
    kensa.page.record()
    kensa.until(lambda: card.state == "kept")
    assert card.voice is not None and card.voice.seconds > 1
    kensa.page.play()
    kensa.until(lambda: bool(kensa.bench.speaker.played))
    kensa.page.discard_voice()
    assert card.voice is None and card.state == "none"


def test_a_recording_ends_by_itself_at_the_limit(kensa: Kensa) -> None:
    kensa.bench.speed = 200
    kensa.start()
    kensa.page.record()
    kensa.until(lambda: kensa.page.voice_card.state == "kept")
    voice = kensa.page.voice_card.voice
    assert voice is not None and abs(voice.seconds - 40) < 0.1


def test_keyboard_alone(kensa: Kensa) -> None:
    kensa.bench.camera_refuses = False
    kensa.judge.script = [0.9, 0.1]
    kensa.start()
    kensa.qtbot.waitExposed(kensa.window)
    kensa.window.activateWindow()
    kensa.until(lambda: kensa.page.feed.state == "live")
    for _ in range(3):
        press(kensa, "F6")
    kensa.qtbot.keyClicks(QApplication.focusWidget(), "L-5")
    press(kensa, "Return")
    kensa.qtbot.keyClicks(QApplication.focusWidget(), "S-1")
    press(kensa, "F2")
    kensa.until(lambda: kensa.page.unit.photo is not None)
    press(kensa, "Return")
    kensa.until(lambda: kensa.page.band.answer is Answer.NG)
    kept = kensa.page.unit.inspection
    assert kept is not None and (kept.lot, kept.serial) == ("L-5", "S-1")
    press(kensa, "Return")
    assert kensa.page.unit.step is Step.DRAFT and kensa.page.form.serial is None and kensa.page.form.lot == "L-5"
    press(kensa, "F3")
    kensa.until(
        lambda: kensa.page.voice_card.state == "recording" and kensa.page.voice_card._microphone.seconds() > 0.2
    )
    press(kensa, "F3")
    kensa.until(lambda: kensa.page.voice_card.state == "kept")
    press(kensa, "F5")
    kensa.until(lambda: kensa.page.band.answer is Answer.OK)
    press(kensa, "Ctrl+2")
    kensa.until(lambda: len(kensa.window.history_page.model.rows) == 2)
    press(kensa, "Down")
    assert kensa.window.history_page.panel.record == kensa.window.history_page.model.rows[1]
    press(kensa, "F1")
    assert kensa.window.help.isVisible()
    press(kensa, "Ctrl+1")
    assert not kensa.window.help.isVisible() and kensa.window.pages.currentWidget() is kensa.window.history_page


def test_every_action_has_one_key_of_its_own_and_shows_it(kensa: Kensa) -> None:
    for _, acts in HELP:
        keys = [key for act in acts for key in act.keys]
        assert len(keys) == len(set(keys))
    shown = {button._cap.text() for button in kensa.page.findChildren(QPushButton)}
    shown |= {words.text() for words in kensa.page.findChildren(QLabel) if words.property("role") == "key"}
    hidden = {"go_on", "next_field"}
    assert {act.key.replace("Return", "Enter") for act in INSPECT_ACTS if act.name not in hidden} <= shown


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_nothing_is_clipped_and_targets_are_large(
    kensa: Kensa, photo: Path, voice: Path, language: str, size: tuple[int, int]
) -> None:
    kensa.start()
    kensa.window.change_settings(kensa.program.settings.changed(language=language))
    kensa.window.resize(*size)
    kensa.judge.script = [0.9]
    kensa.page.load_voice(voice)
    kensa.until(lambda: kensa.page.voice_card.state == "kept")
    kensa.judged(photo)
    for go in (kensa.window.go_inspect, kensa.window.go_history):
        go()
        kensa.qtbot.wait(50)
        # What came a moment ago has its room only when Qt has laid it out.
        kensa.qtbot.waitUntil(lambda: _has_room(kensa.window), timeout=5000)


def _has_room(window: QWidget) -> bool:
    for button in window.findChildren(QPushButton):
        if button.isVisible():
            assert button.height() >= 48 and button.width() >= 48, button.accessibleName()
    for words in window.findChildren(QLabel):
        if words.isVisible() and words.text() and not words.wordWrap() and not _scrolled(words):
            needed = words.fontMetrics().horizontalAdvance(words.text())
            assert words.width() >= needed, f"{words.text()!r} is clipped"
    return True


def _scrolled(words: QWidget) -> bool:
    return words.window() is not words and words.visibleRegion().isEmpty()


def test_the_language_changes_while_it_runs(kensa: Kensa, photo: Path) -> None:
    kensa.judge.script = [0.95]
    kensa.start()
    kensa.judged(photo)
    kensa.window.change_settings(kensa.program.settings.changed(language="ja"))
    kensa.until(lambda: kensa.page.details.value("defect") == "傷")
    assert kensa.page.band.title == "NG 不良" and kensa.page.details.value("place") == "右上"
    assert kensa.page.main_button.accessibleName() == "承認して次へ"
    assert kensa.window.rail["go_inspect"].accessibleName() == "検査" and kensa.window.chip.text() == "準備完了"
    assert kensa.page.form.part_box.itemText(0).startswith("一般")
    assert kensa.window.history_page.model.headerData(1, Qt.Orientation.Horizontal) == "判定"
    kensa.window.change_settings(kensa.program.settings.changed(language="en"))
    kensa.until(lambda: kensa.window.rail["go_inspect"].accessibleName() == "Inspect")
    assert kensa.page.band.title == "NG" and kensa.page.form.part_box.itemText(0) == "General"
    kensa.until(lambda: Settings.load(kensa.places.settings).language == "en")


def test_an_error_is_said_in_japanese(kensa: Kensa, tmp_path: Path) -> None:
    kensa.start()
    kensa.window.change_settings(kensa.program.settings.changed(language="ja"))
    (tmp_path / "text.jpg").write_text("not a photo")
    kensa.page.load_photo(tmp_path / "text.jpg")
    kensa.until(lambda: kensa.window.banner.isVisible())
    assert kensa.window.banner.text.startswith("写真として読める形式ではありません")


def test_dark_and_light(kensa: Kensa) -> None:
    kensa.start()
    light = kensa.window.grab().toImage().pixelColor(5, 400).lightness()
    kensa.window.change_settings(kensa.program.settings.changed(theme="dark"))
    dark = kensa.window.grab().toImage().pixelColor(5, 400).lightness()
    kensa.window.change_settings(kensa.program.settings.changed(theme="light"))
    assert dark < 80 < 200 < light


def test_settings_dialog_is_built_from_the_settings(kensa: Kensa) -> None:
    kensa.start()
    dialog = SettingsDialog(kensa.program.settings, kensa.bench.devices(), "en", kensa.program.desk, kensa.window)
    assert set(dialog.editors) == {name for name, spec in Settings.specs().items() if not spec.hidden}
    dialog.editors["threads"].setValue(3)  # type: ignore[attr-defined]
    dialog.editors["operator"].setText("Sato")  # type: ignore[attr-defined]
    dialog.editors["language"].setCurrentIndex(1)  # type: ignore[attr-defined]
    dialog.accept()
    assert (dialog.settings.threads, dialog.settings.operator, dialog.settings.language) == (3, "Sato", "ja")


def test_part_and_lot_are_remembered(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    kensa.page.form.part_box.setCurrentIndex(kensa.page.form.part_box.findData("magnetic-tile"))
    kensa.page.form.lot_edit.setText("L-77")
    kensa.judged(photo)
    kensa.until(lambda: Settings.load(kensa.places.settings).last_lot == "L-77")
    again = Kensa(kensa.qtbot, kensa.places.data, kensa.judge, kensa.bench, last_part="magnetic-tile", last_lot="L-77")
    again.start()
    assert (again.page.form.part, again.page.form.lot) == ("magnetic-tile", "L-77")
    again.program.close()


def test_closing_joins_every_thread_while_all_are_busy(qtbot: QtBot, tmp_path: Path, photo: Path) -> None:
    others = set(threading.enumerate())  # a judge's thread ends by itself once nobody holds the judge
    bench = Bench(camera_refuses=False)
    kensa = Kensa(qtbot, tmp_path / "data", FakeJudge(seconds=30), bench).start()
    kensa.until(lambda: kensa.page.feed.state == "live")
    kensa.page.record()
    kensa.load_photo(photo)
    kensa.until(lambda: kensa.page.voice_card.state == "recording")
    kensa.page.discard_voice()
    kensa.page.judge()
    kensa.until(lambda: kensa.page.unit.step is Step.JUDGING)
    before = time.monotonic()
    kensa.program.close()
    assert time.monotonic() - before < 3
    ours = set(threading.enumerate()) - others
    assert not [thread.name for thread in ours if thread.name.startswith("kensa-")]
    assert bench.made[-1].closed
    kensa.window.deleteLater()


def test_closing_while_the_model_loads(kensa: Kensa) -> None:
    kensa.load_seconds = 30
    kensa.program.start()
    kensa.until(lambda: kensa.program.readiness.detail == "still loading")
    before = time.monotonic()
    kensa.program.close()
    assert time.monotonic() - before < 2


def test_without_a_display_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(KensaError, match="no display"):
        run(Places(tmp_path))


def test_records_that_cannot_be_opened_are_said_and_the_window_stays(kensa: Kensa) -> None:
    kensa.places.database.write_bytes(b"not a database at all" * 100)
    kensa.start()
    assert kensa.program.readiness.failed
    assert "not a database of Kensa" in kensa.program.readiness.detail
    assert kensa.window.isVisible()


def test_a_wide_photo_and_a_turned_one_are_shown_upright(kensa: Kensa, tmp_path: Path) -> None:
    turned = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(scene(width=320, height=200)).save(turned, exif=exif)
    kensa.start()
    kensa.load_photo(turned)
    picture = kensa.page.stage.picture
    assert picture is not None and (picture.width(), picture.height()) == (200, 320)


def test_buttons_are_of_the_kinds_that_show_keys(kensa: Kensa) -> None:
    assert isinstance(kensa.program, Program)
    for button in kensa.page.findChildren(QPushButton):
        assert isinstance(button, KeyButton | IconButton | RailButton)


def test_nothing_is_a_window_of_its_own_while_it_is_made(kensa: Kensa) -> None:
    """A part that is shown before it has its place flashes on the screen, and takes the keys with it."""
    kensa.start()
    shown: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                shown.append(type(watched).__name__)
            return False

    watch, application = Watch(), QApplication.instance()
    assert application is not None
    application.installEventFilter(watch)
    try:
        kensa.program.close()  # one window writes for each data folder
        again = Kensa(kensa.qtbot, kensa.places.data, kensa.judge, kensa.bench)
        again.start()
        again.window.go_history()
        again.window.help.open()
        again.program.close()
        again.window.deleteLater()
    finally:
        application.removeEventFilter(watch)
    assert shown == ["MainWindow"]
