"""People from the window, by keys: the first one at the set-up or under People; added, changed, let in no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from inspector_app.rights import Role
from inspector_app.ui.people_dialog import PeopleDialog
from inspector_app.ui.person_sheet import PersonSheet
from inspector_app.ui.set_up import SetUp
from inspector_app.ui.sign_in import PinDialog
from tests.fakes import FakeJudge
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import Bench
from tests.ui.test_gate import closed, staffed
from tests.ui.test_operator import dialog, press


@pytest.fixture
def station(qtbot: QtBot, tmp_path: Path) -> Iterator[Kensa]:
    made = staffed(qtbot, tmp_path / "data")
    yield made
    made.program.close()
    made.window.deleteLater()


def signed_in(station: Kensa, name: str, pin: str) -> None:
    over = dialog(station)
    assert isinstance(over, PinDialog)
    names = [over.names.item(row).text().split()[0] for row in range(over.names.count())]
    over.names.setCurrentRow(names.index(name))
    press(station, *pin, "Return")
    closed(station, over)


def opened(station: Kensa) -> PeopleDialog:
    press(station, "Ctrl+Shift+P")
    over = dialog(station)
    assert isinstance(over, PeopleDialog)
    station.until(lambda: bool(over.people) or over.empty.isVisible())
    return over


def fill(sheet: QDialog, **texts: str) -> None:
    assert isinstance(sheet, PersonSheet)
    for name, text in texts.items():
        sheet.form.edits[name].setFocus()
        sheet.form.edits[name].clear()
        QTest.keyClicks(sheet.form.edits[name], text)


def test_the_first_person_is_registered_and_signed_in(kensa: Kensa) -> None:
    kensa.start()
    over = opened(kensa)
    assert not over.list.isVisible() and over.add.isEnabled() and not over.buttons["pin"].isEnabled()
    press(kensa, "Ctrl+N")
    sheet = dialog(kensa)
    fill(sheet, name="Hanako", pin="7410", again="7411")
    press(kensa, "Return")
    assert isinstance(sheet, PersonSheet) and "not the same" in sheet.fault.text()
    fill(sheet, pin="1234", again="1234")
    press(kensa, "Return")
    kensa.until(lambda: "4 to 12 digits" in sheet.fault.text())
    fill(sheet, pin="7410", again="7410")
    press(kensa, "Return")
    kensa.until(lambda: len(over.people) == 1)
    person, people = kensa.program.desk.person, kensa.program.desk.station
    assert person is not None and (person.name, person.role) == ("Hanako", Role.QUALITY) and person.id is not None
    assert people is not None and not people.people.open_mode
    press(kensa, "Esc")
    closed(kensa, over)
    assert "Hanako" in kensa.window.person_button.accessibleName()
    press(kensa, "Ctrl+L")
    kensa.until(lambda: isinstance(dialog(kensa), PinDialog))


def test_somebody_is_added_changed_and_let_in_no_more(station: Kensa) -> None:
    signed_in(station, "Hanako", "7410")
    over = opened(station)
    press(station, "Ctrl+N")
    fill(dialog(station), name="Jun", pin="9351", again="9351", badge="KB-000777")
    press(station, "Return")
    station.until(lambda: [one.name for one in over.people] == ["Hanako", "Jun", "Ken"])
    over.list.setCurrentRow(1)
    press(station, "Ctrl+R")
    sheet = dialog(station)
    assert isinstance(sheet, PersonSheet)
    sheet.form.role_box.setCurrentIndex(sheet.form.role_box.findData(Role.SUPERVISOR))
    press(station, "Return")
    station.until(lambda: over.people[1].role is Role.SUPERVISOR)
    station.until(over.isActiveWindow)
    press(station, "Ctrl+B")
    assert isinstance(dialog(station), PersonSheet)
    press(station, "Return")  # an empty field takes the badge away
    station.until(lambda: not over.people[1].has_badge)
    press(station, "Ctrl+D")
    station.until(lambda: over.people[1].disabled)
    over.list.setCurrentRow(0)
    press(station, "Ctrl+D")
    station.until(lambda: "last quality administrator" in over.fault.text())
    assert not over.people[0].disabled
    history = station.program.desk.station
    assert history is not None
    with pytest.raises(Exception, match="do not belong"):
        history.people.sign_in("Jun", "9351")


def test_an_operator_changes_only_the_own_pin(station: Kensa) -> None:
    signed_in(station, "Ken", "2580")
    over = opened(station)
    assert not over.add.isEnabled()
    over.list.setCurrentRow(0)
    assert not any(button.isEnabled() for button in over.buttons.values())
    over.list.setCurrentRow(1)
    assert [name for name, button in over.buttons.items() if button.isEnabled()] == ["pin"]
    press(station, "Ctrl+K")
    sheet = dialog(station)
    fill(sheet, pin="8642", again="8642")
    press(station, "Return")
    station.until(over.isActiveWindow)
    core = station.program.desk.station
    assert core is not None and core.people.sign_in("Ken", "8642").name == "Ken"


def test_the_guided_set_up_makes_the_first_person(qtbot: QtBot, tmp_path: Path) -> None:
    kensa = Kensa(qtbot, tmp_path / "data", FakeJudge([0.97]), Bench(), set_up_done=False).start()
    guide = dialog(kensa)
    assert isinstance(guide, SetUp)
    while guide.heading.text() != "The first person":
        press(kensa, "Return")
    kensa.until(lambda: guide.person_form.edits["name"].hasFocus())
    for name, text in {"name": "Hanako", "pin": "7410", "again": "7410"}.items():
        QTest.keyClicks(guide.person_form.edits[name], text)
    press(kensa, "Return")
    kensa.until(lambda: guide.heading.text() == "First sample")
    person = kensa.program.desk.person
    assert person is not None and person.name == "Hanako" and person.id is not None
    press(kensa, "Return")
    closed(kensa, guide)
    kensa.until(lambda: kensa.window.settings.set_up_done)
    kensa.program.close()
    kensa.window.deleteLater()
