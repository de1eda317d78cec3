"""The Review page: the morning's ten minutes by keyboard alone, rights, signatures, spoken reasons, undoing."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from inspector_app.capture.sample import Sample, photo_from_bytes, read_voice
from inspector_app.inspection import Station
from inspector_app.records import check
from inspector_app.records.record import Decision, Disposition, LineKind, Meaning
from inspector_app.records.worklist_causes import Cause
from inspector_app.rights import Person, Role
from inspector_app.ui.compare import Compare
from inspector_app.ui.review_page import ReviewPage
from inspector_app.ui.sign_in import PinDialog
from model_runtime.verdict import Answer, Region, Severity, VoiceSays
from tests.makers import png
from tests.ui.conftest import Kensa

SATO = Person.typed("Sato")


def press(kensa: Kensa, *keys: str) -> None:
    """Keys one after the other, to whatever has the focus."""
    for key in keys:
        chord = QKeySequence(key)[0]
        target = QApplication.focusWidget() or kensa.window
        kensa.qtbot.keyClick(target, chord.key(), chord.keyboardModifiers())


def typed(kensa: Kensa, words: str) -> None:
    kensa.qtbot.keyClicks(QApplication.focusWidget(), words)


def station_of(kensa: Kensa) -> Station:
    assert kensa.program.desk.station is not None
    return kensa.program.desk.station


def unit(kensa: Kensa, p_ng: float, seed: int = 0, **words: object) -> str:
    """A judged unit, made beside the window."""
    kensa.judge.script.append(p_ng)
    station, golden = station_of(kensa), photo_from_bytes(png(99), "golden.png")
    words = {"serial": f"S-{seed}", "golden": golden, **words}
    sample = Sample(photo=photo_from_bytes(png(seed), f"{seed}.png"), part="general", **words)  # type: ignore[arg-type]
    return station.judge(station.keep(sample)).id


def opened(kensa: Kensa, waiting: int) -> ReviewPage:
    """The page with that many units on its list, the first of them on the stage."""
    press(kensa, "Ctrl+3")
    page = kensa.window.review_page
    kensa.until(lambda: len(page.list.ids) == waiting and (not waiting or page.stage.can_compare))
    return page


def saved(kensa: Kensa, page: ReviewPage, left: int) -> None:
    press(kensa, "Return")
    kensa.until(lambda: len(page.list.ids) == left and not page._busy)


def test_a_morning_by_keyboard_alone(kensa: Kensa, voice: Path) -> None:
    """Every cause, every way to decide; the figures, the records and the trail say what was done."""
    kensa.start()
    at = station_of(kensa)
    kensa.judge.voice_says = VoiceSays.NG
    unclear = unit(kensa, 0.5)
    against = unit(kensa, 0.05, 1, voice=read_voice(voice, "note.wav"))
    refused = unit(kensa, 0.97, 2)
    at.disagree(refused, SATO, "It is good: dirt or a reflection")
    at.settings = at.settings.changed(random_share=100)
    chance = unit(kensa, 0.01, 3)
    page = opened(kensa, 4)
    assert page.list.counts == {
        None: 4, Cause.UNCLEAR: 1, Cause.CONTRADICTION: 1, Cause.DISAGREED: 1, Cause.CHANCE: 1, Cause.FAILED: 0,
        Cause.SHADOW: 0, Cause.DOUBTED: 0, Cause.SECOND_LOOK: 0,
    }  # fmt: skip
    assert page.record is not None and page.record.id == unclear

    # 1 unclear: bad; another class, place moved by keys, severity, disposition, reason
    press(kensa, "Return")
    assert page.form.fault.isVisible() and "A agree" in page.form.fault.text()
    press(kensa, "N", "D", "8", "P")
    assert QApplication.focusWidget() is page.stage
    press(kensa, "Down", "Left", "2", "R")
    typed(kensa, "chipped 2 mm")
    saved(kensa, page, 3)
    first = at.store.get(unclear).review
    assert first is not None and first.opinion.verdict is Answer.NG and first.decision is Decision.DECIDED
    assert (first.opinion.defect, first.opinion.severity) == ("crack", Severity.CRITICAL)
    assert first.opinion.region == Region(3, 4) and first.opinion.disposition is Disposition.REWORK
    assert first.opinion.reason == "chipped 2 mm"

    # 2 voice against photo: the note is heard, the voice was right
    assert page.record.id == against
    press(kensa, "F4")
    kensa.until(lambda: bool(kensa.bench.speaker.played))
    kensa.until(lambda: page.stage.can_compare)
    press(kensa, "F12")
    assert page.stage.mode is Compare.SIDE
    press(kensa, "N", "D", "3")
    saved(kensa, page, 2)
    kensa.until(lambda: page.stage.can_compare)
    assert page.stage.mode is Compare.SIDE, "the next unit is looked at in the same way"
    _the_rest(kensa, page, refused, chance)


def _the_rest(kensa: Kensa, page: ReviewPage, refused: str, chance: str) -> None:
    at = station_of(kensa)
    # 3 the operator disagrees with NG, and is right: that needs a reason
    assert page.record is not None and page.record.id == refused and "dirt" in page.story.operator.toPlainText()
    press(kensa, "O", "Return")
    assert "reason" in page.form.fault.text() and len(page.list.ids) == 2
    press(kensa, "R")
    typed(kensa, "dust")
    saved(kensa, page, 1)
    assert at.store.get(refused).review.decision is Decision.OVERRIDDEN  # type: ignore[union-attr]

    # 4 picked by chance: agreed, undone, agreed again
    assert page.record.id == chance
    press(kensa, "A")
    saved(kensa, page, 0)
    assert page.record is None and page.band.title == "Nothing waits"
    press(kensa, "F10")
    kensa.until(lambda: page.record is not None and page.record.id == chance)
    assert page.form.verdict.value is Answer.OK and at.store.get(chance).review is None
    saved(kensa, page, 0)
    last = at.store.get(chance)
    assert [review.undone for review in last.reviews] == [True, False]
    assert [line.kind for line in last.lines] == [LineKind.PICKED, LineKind.UNDONE]
    assert last.verdict is not None and last.verdict.judgment.verdict is Answer.OK
    assert at.to_review() == [] and list(check.faults(at.store)) == []


def test_the_ring_is_drawn_by_touch_and_taken_away(kensa: Kensa) -> None:
    kensa.start()
    unit(kensa, 0.5)
    page = opened(kensa, 1)
    place = page.stage.place()
    corner = QPoint(int(place.left() + place.width() * 0.95), int(place.top() + place.height() * 0.05))
    kensa.qtbot.mouseClick(page.stage, Qt.MouseButton.LeftButton, pos=corner)
    assert page.form.region is None, "nothing is drawn on a unit that is not called bad"
    press(kensa, "N")
    kensa.qtbot.mouseClick(page.stage, Qt.MouseButton.LeftButton, pos=corner)
    assert page.form.region == Region(0, 7) == page.stage.region
    press(kensa, "Up", "Right")
    assert page.form.region == Region(0, 7)
    press(kensa, "Delete")
    assert page.form.region is None and page.stage.region is None


def test_a_spoken_reason_is_kept_as_words_and_as_voice(kensa: Kensa) -> None:
    kensa.bench.speed = 20.0
    kensa.judge.heard = "dust on the lens"
    kensa.start()
    at = station_of(kensa)
    id_ = unit(kensa, 0.97)
    at.disagree(id_, SATO, "It is good: dirt or a reflection")
    page = opened(kensa, 1)
    press(kensa, "O", "F3")
    kensa.until(lambda: page.form.voice.state == "recording")
    kensa.qtbot.wait(30)
    kensa.judge.script.append(0.5)
    press(kensa, "F3")
    kensa.until(lambda: page.form.reason.toPlainText() == "dust on the lens")
    saved(kensa, page, 0)
    kept = at.store.get(id_)
    line = kept.last(LineKind.REASON)
    assert line is not None and line.text == "dust on the lens" and line.voice is not None
    assert line.voice.path.is_file() and kept.review is not None and kept.review.opinion.reason == "dust on the lens"


def test_a_model_that_cannot_listen_leaves_the_voice(kensa: Kensa) -> None:
    kensa.bench.speed = 20.0
    kensa.start()
    at = station_of(kensa)
    id_ = unit(kensa, 0.97)
    at.disagree(id_, SATO, "It is good: dirt or a reflection")
    page = opened(kensa, 1)
    at.model = None
    press(kensa, "O", "F3")
    kensa.until(lambda: page.form.voice.state == "recording")
    kensa.qtbot.wait(30)
    press(kensa, "F3")
    kensa.until(lambda: "not written down" in page.form.voice.status.text())
    saved(kensa, page, 0)
    line = at.store.get(id_).last(LineKind.REASON)
    assert line is not None and line.text == "" and line.voice is not None


@pytest.fixture
def people(kensa: Kensa) -> dict[Role, Person]:
    kensa.start()
    kensa.until(lambda: kensa.program.desk.person is not None)  # at first the station is open to everybody
    at = station_of(kensa)
    chief = at.people.add(None, "Yamada", Role.QUALITY, "2580")
    boss = at.people.add(chief, "Tanaka", Role.SUPERVISOR, "1470")
    return {
        Role.QUALITY: chief,
        Role.SUPERVISOR: boss,
        Role.OPERATOR: at.people.add(chief, "Sato", Role.OPERATOR, "3690"),
    }


def test_an_operator_may_look_and_not_decide(kensa: Kensa, people: dict[Role, Person]) -> None:
    id_ = unit(kensa, 0.5)
    kensa.program.desk.sign(people[Role.OPERATOR])
    page = opened(kensa, 1)
    assert page.refused.isVisible() and not page.form.isEnabled()
    press(kensa, "O", "Return")
    assert station_of(kensa).store.get(id_).reviews == ()
    kensa.program.desk.sign(people[Role.SUPERVISOR])
    kensa.until(lambda: page.form.isEnabled())
    press(kensa, "O")
    saved(kensa, page, 0)
    assert station_of(kensa).store.get(id_).review.who == "Tanaka"  # type: ignore[union-attr]


def test_a_concession_is_signed_with_the_pin(kensa: Kensa, people: dict[Role, Person]) -> None:
    id_ = unit(kensa, 0.5)
    kensa.program.desk.sign(people[Role.SUPERVISOR])
    page = opened(kensa, 1)
    press(kensa, "N", "4", "Return")
    dialog = _dialog(kensa)
    typed_pin(kensa, dialog, "9999")
    kensa.until(lambda: dialog.fault.isVisible())
    assert station_of(kensa).store.get(id_).reviews == ()
    typed_pin(kensa, dialog, "1470")
    kensa.until(lambda: page.list.ids == [])
    (signature,) = station_of(kensa).store.get(id_).signatures
    assert (signature.who, signature.meaning) == ("Tanaka", Meaning.APPROVED)
    assert station_of(kensa).store.get(id_).review.opinion.disposition is Disposition.CONCESSION  # type: ignore[union-attr]


def test_nobody_can_sign_at_an_open_station(kensa: Kensa) -> None:
    kensa.start()
    id_ = unit(kensa, 0.5)
    page = opened(kensa, 1)
    press(kensa, "N", "4", "Return")
    kensa.until(lambda: page.form.fault.isVisible())
    assert "registered" in page.form.fault.text() and station_of(kensa).store.get(id_).reviews == ()


def test_causes_are_chosen_by_key_and_a_unit_is_left_for_later(kensa: Kensa) -> None:
    kensa.start()
    first, second = unit(kensa, 0.5), unit(kensa, 0.45, 1)
    disputed = unit(kensa, 0.97, 2)
    station_of(kensa).disagree(disputed, SATO, "I am not sure")
    page = opened(kensa, 3)
    press(kensa, "Ctrl+Down")
    assert page.record is not None and page.record.id == second
    press(kensa, "PgUp")
    assert page.record.id == first
    press(kensa, "F6")
    kensa.until(lambda: page.list.ids == [first, second])
    press(kensa, "F6")
    kensa.until(lambda: page.list.ids == [disputed])
    press(kensa, "F6")
    kensa.until(lambda: len(page.list.ids) == 3)


def test_a_code_scanned_over_the_review_decides_nothing(kensa: Kensa) -> None:
    """Its letters are keys of the page; the code goes to the inspection, and nothing that it chose is left."""
    kensa.start()
    id_ = unit(kensa, 0.5)
    page = opened(kensa, 1)
    press(kensa, "N", "3", "D")
    assert page.form.disposition.value is Disposition.SCRAP
    kensa.window._scanned("N3D-0001")
    assert not page.isVisible()
    press(kensa, "Ctrl+3")
    kensa.until(lambda: page.isVisible() and page.record is not None)
    assert page.form.verdict.value is None and page.form.disposition.value is None
    press(kensa, "Return")
    assert page.form.fault.isVisible() and station_of(kensa).store.get(id_).reviews == ()
    press(kensa, "N", "R")
    typed(kensa, "a burr")
    press(kensa, "Ctrl+2", "Ctrl+3")
    kensa.until(lambda: page.isVisible())
    assert page.form.verdict.value is Answer.NG and page.form.reason.toPlainText() == "a burr"


def _dialog(kensa: Kensa) -> PinDialog:
    kensa.until(lambda: any(one.isVisible() for one in kensa.window.findChildren(PinDialog)))
    return next(one for one in kensa.window.findChildren(PinDialog) if one.isVisible())


def typed_pin(kensa: Kensa, dialog: PinDialog, pin: str) -> None:
    target: QWidget = dialog.pad
    kensa.qtbot.keyClicks(target, pin)
    kensa.qtbot.keyClick(target, Qt.Key.Key_Return)
