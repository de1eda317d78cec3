"""Who may use the window: signing in by PIN and badge, locking, kiosk mode; the guided set-up; parts and settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from inspector_app.places import bundled_model
from inspector_app.rights import Role
from inspector_app.settings import Settings
from inspector_app.ui.parts_editor import PartsDialog
from inspector_app.ui.pin_pad import PinPad
from inspector_app.ui.ready_dialog import ReadyDialog
from inspector_app.ui.set_up import SetUp
from inspector_app.ui.settings_dialog import SettingsDialog
from inspector_app.ui.settings_editors import ChoiceBox
from inspector_app.ui.sign_in import PinDialog
from inspector_app.ui.unit import Step
from model_runtime.manifest import read_manifest
from model_runtime.verdict import Answer, Thresholds
from tests.app.test_installed import card
from tests.fakes import FakeJudge
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import Bench
from tests.ui.test_operator import dialog, press

PIN, CHIEF_PIN, BADGE = "2580", "7410", "KB-000123"


def staffed(qtbot: QtBot, folder: Path, **settings: object) -> Kensa:
    """A station with two people, started anew."""
    first = Kensa(qtbot, folder, FakeJudge(), Bench()).start()
    station = first.program.desk.station
    assert station is not None
    chief = station.people.add(None, "Hanako", Role.QUALITY, CHIEF_PIN)
    station.people.add(chief, "Ken", Role.OPERATOR, PIN, BADGE)
    first.program.close()
    first.window.deleteLater()
    return Kensa(qtbot, folder, FakeJudge(), Bench(), **settings).start()


@pytest.fixture
def station(qtbot: QtBot, tmp_path: Path) -> Iterator[Kensa]:
    made = staffed(qtbot, tmp_path / "data", scanner_gap_ms=200)
    yield made
    made.program.close()
    made.window.deleteLater()


def test_a_locked_station_opens_by_name_and_pin(station: Kensa, photo: Path) -> None:
    over = dialog(station)
    assert isinstance(over, PinDialog)
    press(station, "Esc")
    assert over.isVisible()
    station.page.load_photo(photo)
    station.until(lambda: station.page.unit.photo is not None)
    station.page.judge()
    assert station.page.unit.step is Step.DRAFT and "sign in" in station.window.banner.text.casefold()
    names = [over.names.item(row).text().split()[0] for row in range(over.names.count())]
    over.names.setCurrentRow(names.index("Ken"))
    press(station, *"1111", "Return")
    station.until(lambda: "do not belong together" in over.fault.text())
    press(station, *PIN, "Return")
    closed(station, over)
    assert "Ken" in station.window.person_button.accessibleName()
    station.page.judge()
    station.until(lambda: station.page.unit.step is Step.JUDGED)
    assert station.page.unit.inspection is not None and station.page.unit.inspection.operator == "Ken"


def test_a_badge_is_scanned_and_the_key_locks_again(station: Kensa) -> None:
    over = dialog(station)
    for character in BADGE:
        QTest.keyClick(over.windowHandle(), character)
    QTest.keyClick(over.windowHandle(), Qt.Key.Key_Return)
    closed(station, over)
    person = station.program.desk.person
    assert person is not None and person.name == "Ken"
    press(station, "Ctrl+L")
    assert isinstance(dialog(station), PinDialog) and station.page.locked


def test_it_locks_by_itself_when_nobody_touches_it(station: Kensa) -> None:
    sign_in(station, "Ken", PIN)
    station.window.gate._idle.setInterval(50)
    station.window.gate._idle.start()
    assert isinstance(dialog(station), PinDialog)
    assert station.program.desk.person is None


def sign_in(kensa: Kensa, name: str, pin: str) -> None:
    over = dialog(kensa)
    assert isinstance(over, PinDialog)
    row = next(row for row in range(over.names.count()) if over.names.item(row).text().startswith(name))
    over.names.setCurrentRow(row)
    press(kensa, *pin, "Return")
    closed(kensa, over)


def closed(kensa: Kensa, over: QDialog) -> None:
    """The dialog is gone, and the window has the keys again."""
    kensa.until(lambda: QApplication.activeModalWidget() is None and kensa.window.isActiveWindow())


def test_kiosk_mode_is_left_with_a_supervisors_pin_only(qtbot: QtBot, tmp_path: Path) -> None:
    kensa = staffed(qtbot, tmp_path / "data", kiosk=True)
    sign_in(kensa, "Ken", PIN)
    kensa.until(kensa.window.isFullScreen)
    assert not kensa.window.close() and kensa.window.isVisible()
    over = dialog(kensa)
    assert isinstance(over, PinDialog) and [over.names.item(0).text().split()[0], over.names.count()] == ["Hanako", 1]
    press(kensa, "Esc")
    closed(kensa, over)
    press(kensa, "F11")
    sign_in(kensa, "Hanako", CHIEF_PIN)
    kensa.until(lambda: not kensa.window.isFullScreen())
    person = kensa.program.desk.person
    assert person is not None and person.name == "Ken"
    kensa.program.close()
    kensa.window.deleteLater()


def test_an_operator_may_not_change_the_station(station: Kensa) -> None:
    sign_in(station, "Ken", PIN)
    before = station.window.settings
    station.window.change_settings(before.changed(target_takt=20))
    station.until(lambda: "no right" in station.window.banner.text)
    assert station.window.settings.target_takt is None and station.program.settings.target_takt is None
    station.window.change_settings(before.changed(language="ja"))
    station.until(lambda: Settings.load(station.places.settings).language == "ja")


def test_an_open_station_asks_for_a_name_only(kensa: Kensa) -> None:
    kensa.start()
    assert "Who works here?" in kensa.window.person_button.accessibleName()
    press(kensa, "Ctrl+L")
    over = dialog(kensa)
    over.findChild(QLineEdit).setText("Sato")  # type: ignore[union-attr]
    press(kensa, "Return")
    kensa.until(lambda: "Sato" in kensa.window.person_button.accessibleName())


def test_the_pin_pad_takes_keys_and_touches_and_forgets(qtbot: QtBot) -> None:
    pad = PinPad()
    qtbot.addWidget(pad)
    pad.show()
    got: list[str] = []
    pad.entered.connect(got.append)
    qtbot.keyClicks(pad, "12x34")
    qtbot.keyClick(pad, Qt.Key.Key_Backspace)
    pad.type("9")
    pad.enter()
    pad.enter()
    assert got == ["1239"] and pad.dots.count == 0


def test_the_guided_set_up_goes_from_language_to_one_judged_sample_by_keys(qtbot: QtBot, tmp_path: Path) -> None:
    bench = Bench(camera_refuses=False)
    kensa = Kensa(qtbot, tmp_path / "data", FakeJudge([0.97]), bench, set_up_done=False).start()
    guide = dialog(kensa)
    assert isinstance(guide, SetUp)
    press(kensa, "1")
    kensa.until(lambda: guide.heading.text() == "言語")
    press(kensa, "2", "Return")
    kensa.until(lambda: guide.heading.text() == "Camera" and guide.camera_test.stage.picture is not None)
    press(kensa, "Return", "F3")
    kensa.until(lambda: guide.microphone_test._loudest > -50)
    press(kensa, "Return")
    guide.part_box.setCurrentIndex(guide.part_box.findData("demo-part"))
    press(kensa, "Return")
    assert "Ready" in guide.model_words.text()
    press(kensa, "Return")
    kensa.until(lambda: guide.person_form.edits["name"].hasFocus())
    press(kensa, "Return")
    kensa.until(lambda: guide.band.answer is Answer.NG)
    press(kensa, "Return")
    closed(kensa, guide)
    saved = kensa.window.settings
    assert saved.set_up_done and (saved.language, saved.last_part, saved.camera) == ("en", "demo-part", "0")
    assert kensa.program.desk.station is not None and kensa.program.desk.station.this_shift().units == 0
    press(kensa, "Ctrl+U")
    assert isinstance(dialog(kensa), SetUp)
    press(kensa, "Esc")
    kensa.program.close()
    kensa.window.deleteLater()


def test_a_supervisor_edits_a_part(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    kensa.window.show_parts()
    over = dialog(kensa)
    assert isinstance(over, PartsDialog)
    over.names.setCurrentRow(next(n for n, part in enumerate(over._parts) if part.name == "demo-part"))
    form = over.form
    form.criteria.setPlainText("No scratch longer than 2 mm.")
    form.thresholds.own.setChecked(True)
    form.thresholds.low.setValue(0.1)
    form._add_reference(None, golden=True)
    assert form.golden is not None
    form.golden.photo = photo
    form.golden.approver.setText("Hanako")
    over.save()
    station = kensa.program.desk.station
    assert station is not None
    kensa.until(lambda: station.parts.get("demo-part").criteria == "No scratch longer than 2 mm.")
    kept = station.parts.get("demo-part")
    assert kept.thresholds == Thresholds(0.1, 0.8)
    assert kept.golden_sample is not None and kept.golden_sample.approved_by == "Hanako"
    over.form.identity._rows["serial"][0].setText("S-[0-9")
    over.save()
    assert "not a pattern" in over.fault.text() and over.fault.isVisible()


def test_settings_are_searched_and_a_wrong_value_is_named(kensa: Kensa) -> None:
    kensa.start()
    kensa.window.show_settings()
    over = dialog(kensa)
    assert isinstance(over, SettingsDialog)
    over.search_edit.setText("takt")
    assert [name for name, row in over.rows.items() if not row.isHidden()] == ["target_takt"]
    assert not over.headings["station"].isHidden() and over.headings["camera"].isHidden()
    over.search_edit.clear()
    over.editors["shift_plan"].setText("Early 25:99")  # type: ignore[attr-defined]
    over.accept()
    assert over.isVisible() and "Shifts" in over.fault.text()
    over.editors["shift_plan"].setText("Early 06:00, Late 14:00")  # type: ignore[attr-defined]
    over.accept()
    kensa.until(lambda: Settings.load(kensa.places.settings).shift_plan == "Early 06:00, Late 14:00")


def test_devices_are_tested_before_they_are_saved(qtbot: QtBot, tmp_path: Path) -> None:
    kensa = Kensa(qtbot, tmp_path / "data", FakeJudge(), Bench(camera_refuses=False)).start()
    kensa.window.show_settings()
    over = dialog(kensa)
    assert isinstance(over, SettingsDialog)
    camera, microphone = over.camera_test, over.microphone_test
    press(kensa, "Ctrl+T")
    kensa.until(lambda: camera.stage.picture is not None)
    kensa.until(lambda: kensa.bench.made[0].closed)
    press(kensa, "Ctrl+M")
    kensa.until(lambda: microphone._loudest > -50)
    kensa.until(lambda: microphone._microphone is not None and microphone._microphone.seconds() > 0.3)
    microphone.stop()
    kensa.until(lambda: microphone.words.text() == "The microphone works.")
    over.reject()
    kensa.until(lambda: kensa.bench.made[1].closed and kensa.page.feed.state == "live")
    assert len(kensa.bench.made) == 3
    kensa.program.close()
    kensa.window.deleteLater()


def test_what_is_not_ready_is_said_in_one_place(kensa: Kensa) -> None:
    kensa.bench.microphone_refuses = True
    kensa.start()
    kensa.page.record()
    kensa.until(lambda: kensa.window.chip.accessibleName() == "Ready no camera, no microphone")
    press(kensa, "Ctrl+R")
    over = dialog(kensa)
    assert isinstance(over, ReadyDialog)
    said = [state.text() for state in over.states]
    assert said[0] == "Ready" and said[1].startswith("No camera.") and said[2].startswith("No microphone.")
    assert isinstance(QApplication.activeModalWidget(), QDialog)


def test_model_and_adapter_are_chosen_from_what_is_installed(kensa: Kensa) -> None:
    base = read_manifest(bundled_model()).sha256
    card(kensa.places.adapters / "defect@2", base)
    card(kensa.places.adapters / "other@1", "0" * 64)
    kensa.start()
    kensa.window.show_settings()
    over = dialog(kensa)
    assert isinstance(over, SettingsDialog)
    model, adapter = over.editors["model"], over.editors["adapter"]
    assert isinstance(model, ChoiceBox) and isinstance(adapter, ChoiceBox)
    kensa.until(lambda: adapter.values == [None, "defect@2"])
    assert base[:8] in model.currentText() and "c0ffee00" in adapter.itemText(1)
    adapter.setCurrentIndex(1)
    over.accept()
    kensa.until(lambda: Settings.load(kensa.places.settings).adapter == "defect@2")
