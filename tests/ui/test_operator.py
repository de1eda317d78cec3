"""What an operator does at line speed, by keys: accept, disagree, retake, undo, look back, compare, correct, scan."""

import gc
import threading
import weakref
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from inspector_app.capture.sample import Photo, Sample, photo_from_bytes
from inspector_app.records.record import LineKind
from inspector_app.tasks import Lane, Task
from inspector_app.ui import desk, flow
from inspector_app.ui.compare import Compare
from inspector_app.ui.counters import CountersBar, Tally
from inspector_app.ui.disagree import REASONS
from inspector_app.ui.sounds import chime
from inspector_app.ui.strip import Mark, UnitStrip
from inspector_app.ui.unit import Step, Unit
from model_runtime.verdict import Answer
from tests.fakes import FakeJudge
from tests.ui.conftest import Kensa


def press(kensa: Kensa, *keys: str) -> None:
    """Keys, one after the other, to what has the focus now."""
    for key in keys:
        chord = QKeySequence(key)[0]
        over = QApplication.activeModalWidget()
        target = (over.focusWidget() or over) if over else QApplication.focusWidget() or kensa.window
        kensa.qtbot.keyClick(target, chord.key(), chord.keyboardModifiers())


def dialog(kensa: Kensa) -> QDialog:
    """The dialog that lies over the window."""
    kensa.until(lambda: isinstance(QApplication.activeModalWidget(), QDialog))
    found = QApplication.activeModalWidget()
    assert isinstance(found, QDialog)
    kensa.until(found.isActiveWindow)
    return found


def judged(kensa: Kensa, photo: Path, serial: str, p_ng: float) -> None:
    kensa.page.flow.next()
    kensa.judge.script = [p_ng]
    kensa.page.form.serial_edit.setText(serial)
    kensa.judged(photo)
    kensa.until(lambda: kensa.page.unit.step is Step.JUDGED)


def lines(kensa: Kensa, serial: str) -> list[tuple[LineKind, str]]:
    """What people added to the newest record of a serial number."""
    station = kensa.program.desk.station
    assert station is not None
    unit = next(unit for unit in kensa.page.flow.units if unit.identity.serial == serial and unit.sample_id)
    assert unit.sample_id is not None
    return [(line.kind, line.text) for line in station.store.get(unit.sample_id).lines]


def test_enter_judges_accepts_and_goes_on(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    judged(kensa, photo, "S-1", 0.02)
    assert kensa.page.main_button.accessibleName() == "Accept, next unit"
    press(kensa, "Return")
    assert not kensa.page.unit.sent
    kensa.until(lambda: lines(kensa, "S-1") == [(LineKind.ACCEPTED, "")])
    kensa.until(lambda: kensa.page.strip.thumbs[0].settled == "check")


def test_one_key_and_one_digit_disagree(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    judged(kensa, photo, "S-1", 0.97)
    press(kensa, "F7")
    dialog(kensa)
    press(kensa, "2")
    kensa.until(lambda: lines(kensa, "S-1") == [(LineKind.DISAGREED, REASONS[Answer.NG][1])])
    assert not kensa.page.unit.sent
    station = kensa.program.desk.station
    assert station is not None and [record.serial for record in station.to_review()] == ["S-1"]
    kensa.until(lambda: kensa.page.strip.thumbs[0].settled == "hand")


def test_disagreeing_by_voice_keeps_the_note(kensa: Kensa, photo: Path) -> None:
    kensa.bench.speed = 20
    kensa.start()
    judged(kensa, photo, "S-1", 0.97)
    press(kensa, "F7")
    over = dialog(kensa)
    press(kensa, "F3")
    kensa.until(lambda: over.state == "recording")  # type: ignore[attr-defined]
    kensa.qtbot.wait(80)
    press(kensa, "F3")
    kensa.until(lambda: bool(lines(kensa, "S-1")))
    station, unit = kensa.program.desk.station, kensa.page.flow.units[0]
    assert station is not None and unit.sample_id is not None
    line = station.store.get(unit.sample_id).lines[0]
    assert line.kind is LineKind.DISAGREED and line.voice is not None and line.voice.path.is_file()


def test_escape_leaves_the_verdict_unanswered(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    judged(kensa, photo, "S-1", 0.97)
    press(kensa, "F7")
    over = dialog(kensa)
    press(kensa, "Esc")
    kensa.until(lambda: not over.isVisible())
    assert kensa.page.unit.step is Step.JUDGED and lines(kensa, "S-1") == []


def test_retake_replaces_the_unit(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    judged(kensa, photo, "S-1", 0.5)
    old = kensa.page.unit
    press(kensa, "F9")
    assert not kensa.page.unit.sent and kensa.page.form.serial == "S-1"
    kensa.judge.script = [0.01]
    kensa.judged(photo)
    kensa.until(lambda: kensa.page.band.answer is Answer.OK)
    station = kensa.program.desk.station
    assert station is not None and old.sample_id is not None
    assert not station.store.get(old.sample_id).counts
    new = station.store.get(str(kensa.page.unit.sample_id))
    assert new.retake_of == old.sample_id and new.serial == "S-1"
    kensa.until(lambda: kensa.window.counters.values["units"].text() == "1")


def test_undo_brings_all_of_the_last_unit_back(kensa: Kensa, photo: Path, voice: Path) -> None:
    kensa.start()
    kensa.page.load_voice(voice)
    kensa.until(lambda: kensa.page.voice_card.state == "kept")
    note = kensa.page.voice_card.voice
    judged(kensa, photo, "S-8", 0.02)
    sent = kensa.page.unit
    press(kensa, "Return", "F10")
    draft = kensa.page.unit
    assert not draft.sent and draft.photo is not None and draft.photo.name == photo.name
    assert kensa.page.form.serial == "S-8" and kensa.page.voice_card.voice is note
    kensa.until(lambda: LineKind.WITHDRAWN in [kind for kind, _ in lines(kensa, "S-8")])
    kensa.until(lambda: kensa.page.strip.thumbs[0].mark is Mark.WITHDRAWN)
    kensa.until(lambda: kensa.window.counters.values["units"].text() == "0")
    kensa.page.form.serial_edit.setText("S-9")
    press(kensa, "F5")
    kensa.until(lambda: kensa.page.unit is draft and kensa.page.unit.step is Step.JUDGED)
    assert sent.sample_id != draft.sample_id and draft.identity.serial == "S-9"


def test_looking_back_keeps_what_is_being_captured(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    for serial, p_ng in (("S-1", 0.97), ("S-2", 0.02)):
        judged(kensa, photo, serial, p_ng)
    press(kensa, "Return")
    kensa.load_photo(photo)
    kensa.page.form.serial_edit.setText("S-3")
    draft = kensa.page.unit
    press(kensa, "Ctrl+Down")
    assert kensa.page.unit.identity.serial == "S-1" and kensa.page.band.answer is Answer.NG
    kensa.until(lambda: kensa.page.stage.picture is not None)
    press(kensa, "Return")
    assert kensa.page.unit is draft and draft.photo is not None and kensa.page.form.serial == "S-3"
    kensa.until(lambda: lines(kensa, "S-1") == [(LineKind.ACCEPTED, "")])
    press(kensa, "Ctrl+Right", "Ctrl+Right", "Ctrl+Right")
    assert kensa.page.unit.identity.serial == "S-1"
    press(kensa, "Ctrl+Left")
    assert kensa.page.unit.identity.serial == "S-2"
    press(kensa, "Esc")
    assert kensa.page.unit is draft


def test_a_verdict_that_comes_later_is_told_and_stays_open(kensa: Kensa, photo: Path) -> None:
    kensa.judge.seconds = 0.3
    kensa.judge.script = [0.97]
    kensa.start()
    kensa.load_photo(photo)
    kensa.page.form.serial_edit.setText("S-1")
    press(kensa, "Return", "Return")
    assert not kensa.page.unit.sent
    kensa.until(lambda: [thumb.mark for thumb in kensa.page.strip.thumbs] == [Mark.NG])
    assert kensa.page.strip.thumbs[0].open
    assert kensa.window.banner.text == "S-1: NG  scratch. Ctrl+Down shows it."


def test_after_a_crash_the_strip_and_the_queue_are_there(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    judged(kensa, photo, "S-1", 0.02)
    station = kensa.program.desk.station
    assert station is not None
    station.keep(Sample(photo=photo_from_bytes(photo.read_bytes(), "unit.png"), serial="S-2"))
    kensa.program.close()
    again = Kensa(kensa.qtbot, kensa.places.data, FakeJudge([0.97]), kensa.bench)
    again.start()
    again.until(lambda: [thumb.name for thumb in again.page.strip.thumbs] == ["S-2", "S-1"])
    again.until(lambda: [thumb.mark for thumb in again.page.strip.thumbs] == [Mark.NG, Mark.OK])
    assert all(thumb.picture is not None for thumb in again.page.strip.thumbs)
    again.until(lambda: again.window.counters.values["units"].text() == "2")
    again.program.close()
    again.window.deleteLater()


def test_photo_and_golden_are_compared_in_three_ways(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    kensa.program.desk.open_photo(photo).done.connect(lambda came: kensa.page.set_golden(*came))
    kensa.until(lambda: kensa.page.stage.golden is not None)
    judged(kensa, photo, "S-1", 0.97)
    stage = kensa.page.stage
    kensa.until(lambda: stage.mode is Compare.SIDE)
    assert stage.place().right() < stage.width() / 2
    press(kensa, "F12")
    assert stage.mode is Compare.SWIPE and stage.line == 0.5
    press(kensa, "Right", "Right")
    assert stage.line == pytest.approx(0.6)
    press(kensa, "F12")
    shown = stage.golden_shown
    kensa.until(lambda: stage.golden_shown is not shown)
    press(kensa, "Return")
    assert stage.mode is Compare.PHOTO


def test_what_was_heard_is_corrected_by_typing(kensa: Kensa, photo: Path, voice: Path) -> None:
    kensa.start()
    kensa.page.load_voice(voice)
    kensa.until(lambda: kensa.page.voice_card.state == "kept")
    judged(kensa, photo, "S-1", 0.97)
    press(kensa, "Ctrl+E")
    kensa.qtbot.keyClicks(QApplication.focusWidget(), "a dent on the left")
    press(kensa, "Return")
    kensa.until(lambda: lines(kensa, "S-1") == [(LineKind.HEARD, "a dent on the left")])
    assert kensa.page.unit.step is Step.JUDGED
    assert kensa.page.details.heard.toPlainText() == "a dent on the left"


def test_a_foot_pedal_is_a_key(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    kensa.window.change_settings(kensa.program.settings.changed(keys={"go_on": "F13", "take_photo": "F14"}))
    kensa.load_photo(photo)
    press(kensa, "F13")
    kensa.until(lambda: kensa.page.unit.step is Step.JUDGED)
    press(kensa, "F13")
    assert not kensa.page.unit.sent


def test_a_scan_is_read_wherever_the_focus_is_and_its_enter_judges_nothing(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    # A busy computer presses the test's keys less quickly than a scanner does.
    kensa.window.change_settings(kensa.program.settings.changed(scanner_gap_ms=200))
    kensa.window.activateWindow()
    kensa.load_photo(photo)
    handle = kensa.window.windowHandle()
    for focus in (kensa.page.stage, kensa.page.form.lot_edit):
        focus.setFocus()
        kensa.page.form.serial_edit.clear()
        _scan(handle, "SN123456")
        assert kensa.page.form.serial == "SN123456" and not kensa.page.unit.sent
        assert kensa.page.form.lot is None
    _scan(handle, "magnetic-tile")
    assert kensa.page.form.part == "magnetic-tile"


def _scan(handle: object, code: str) -> None:
    for character in code:
        QTest.keyClick(handle, character)  # type: ignore[call-overload]
    QTest.keyClick(handle, Qt.Key.Key_Return)  # type: ignore[call-overload]


def test_each_verdict_has_a_sound_of_its_own_and_none_when_off(kensa: Kensa, photo: Path) -> None:
    assert len({chime(answer) for answer in Answer}) == 3
    kensa.start()
    judged(kensa, photo, "S-1", 0.97)
    kensa.qtbot.wait(50)
    assert kensa.bench.speaker.played == []
    kensa.window.change_settings(kensa.program.settings.changed(sounds=True))
    judged(kensa, photo, "S-2", 0.02)
    kensa.until(lambda: kensa.bench.speaker.played == [chime(Answer.OK)])


def test_counters_say_what_was_counted(qtbot: QtBot) -> None:
    bar = CountersBar()
    qtbot.addWidget(bar)
    bar.show_tally(Tally("early", 1234, 1200, 30, 4, 0.9724, 41.26, 40.0))
    assert [bar.values[name].text() for name in ("units", "yield", "takt")] == ["1,234", "97.2 %", "41.3 / 40 s"]
    assert bar.values["takt"].property("level") == "late"


def test_six_hundred_units_in_the_strip_are_no_more_work_than_six(qtbot: QtBot, kensa: Kensa, photo: Path) -> None:
    """Only what is seen is painted, and painted again only when it changed."""
    kensa.start()
    judged(kensa, photo, "S-1", 0.02)
    one = kensa.page.flow.units[0]
    assert one.as_thumb(False) is one.as_thumb(False)
    strip: UnitStrip = kensa.page.strip
    strip.grab()
    faces = dict(strip._faces)
    strip.grab()
    assert strip._faces == faces and len(faces) <= 4 * strip.seen()


def test_a_task_that_ended_is_forgotten_with_all_it_knew(qtbot: QtBot) -> None:
    class Large:
        """As a photo."""

    lane, large = Lane("test"), Large()
    gone = weakref.ref(large)
    answers: list[object] = []
    task = lane.start(lambda: 1)
    task.done.connect(lambda value, large=large: answers.append((value, large is None)))
    del task, large
    qtbot.waitUntil(lambda: bool(answers))
    qtbot.wait(20)
    gc.collect()
    assert gone() is None
    lane.close()


def test_a_key_in_a_field_types_and_does_nothing_else(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    kensa.load_photo(photo)
    kensa.page.form.lot_edit.setFocus()
    kensa.qtbot.keyClicks(kensa.page.form.lot_edit, "1234567890")
    assert kensa.page.form.lot == "1234567890" and not kensa.page.unit.sent
    press(kensa, "Return")
    assert kensa.page.form.serial_edit.hasFocus() and not kensa.page.unit.sent


def test_a_serial_number_that_was_seen_before_is_said(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    judged(kensa, photo, "S-1", 0.02)
    assert kensa.page.caution.isHidden()
    judged(kensa, photo, "S-1", 0.02)
    assert kensa.page.caution.text() == "This serial number was inspected before; check the unit."
    assert not kensa.page.caution.isHidden()


def test_a_long_shift_keeps_no_more_than_a_short_one(
    kensa: Kensa, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units, photos and jobs are counted; photos are sent faster than they can be looked at."""
    monkeypatch.setattr(flow, "MOST", 4)
    looks: list[Photo] = []
    go_on = threading.Event()

    def slow_look(photo: Photo, _settings: object) -> desk.Looked:
        looks.append(photo)
        go_on.wait(5)
        return desk.Looked((), ())

    monkeypatch.setattr(desk, "_look", slow_look)
    kensa.start()

    def kept(units: int) -> Counter[str]:
        looks.clear()
        go_on.clear()
        for _ in range(units):
            kensa.page.flow.next()
            kensa.judged(photo)
        kensa.judge.questions.clear()
        go_on.set()
        lanes = kensa.program.lanes
        kensa.until(lambda: not any(map(len, (lanes.pictures, lanes.disk, lanes.model, lanes.sound))))
        assert len(looks) == 1  # nobody waits for what is on the others
        kensa.page.flow.next()
        kensa.qtbot.wait(50)
        gc.collect()
        return Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, (Unit, Photo, Task)))

    first = kept(8)
    assert first["Unit"] >= 4 and kept(8) == first
