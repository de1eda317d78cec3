"""The limit-sample book in the window: browse, add, renew, retire; versions; on paper."""

import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication, QDialog

from inspector_app.capture.sample import Sample, photo_from_bytes
from inspector_app.inspection import Station
from inspector_app.parts import Part, Reference
from inspector_app.records.record import Disposition, Opinion
from inspector_app.rights import Person, Role
from inspector_app.ui.book_cards import CriterionSheet, ReferenceCard, RetireSheet, SampleSheet
from inspector_app.ui.book_page import BookPage
from inspector_app.ui.book_print import document
from model_runtime.verdict import Answer
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import scene
from tests.ui.test_history import opened
from tests.ui.test_review import press, typed

TODAY = date.today()


def station_of(kensa: Kensa) -> Station:
    assert kensa.program.desk.station is not None
    return kensa.program.desk.station


def part_of(photo: Path) -> Part:
    golden = Reference(photo, "", "Tanaka", TODAY, TODAY + timedelta(days=5))
    limit = Reference(
        photo, "up to this length", "Tanaka", TODAY - timedelta(days=9), TODAY - timedelta(days=1), "crack"
    )
    return Part(
        "plate", "プレート", "Plate", ("crack", "dent"), golden_sample=golden, limits=(limit,), criteria="No burr.",
        defect_criteria={"dent": "Below 1 mm is good."},
    )  # fmt: skip


@pytest.fixture
def page(kensa: Kensa, photo: Path) -> BookPage:
    kensa.start()
    station_of(kensa).save_part(Person.typed("Tanaka"), part_of(photo), "first")
    press(kensa, "Ctrl+4")
    book = kensa.window.book_page
    book.load("plate")
    kensa.until(lambda: book.part is not None and book.part.name == "plate" and book.versions.count() == 1)
    return book


def cards(page: BookPage) -> list[ReferenceCard]:
    assert page._area is not None
    return page._area.findChildren(ReferenceCard)


def dialog(kensa: Kensa, kind: type[QDialog]) -> QDialog:
    opened(kensa, kind)
    found = QApplication.activeModalWidget()
    assert isinstance(found, kind)
    return found


def kept(kensa: Kensa, page: BookPage, version: int) -> Part:
    kensa.until(lambda: page.versions.count() == version and QApplication.activeModalWidget() is None)
    return station_of(kensa).parts.get("plate")


def test_the_book_says_what_holds_and_what_has_expired(page: BookPage) -> None:
    golden, limit = cards(page)
    assert (golden.state.value, limit.state.value) == ("soon", "expired")
    assert "Tanaka" in golden._words.text() and "up to this length" in limit._criterion.text()


def test_a_criterion_is_changed_by_key_and_holds_from_the_next_unit(kensa: Kensa, page: BookPage) -> None:
    press(kensa, "Ctrl+E")
    sheet = dialog(kensa, CriterionSheet)
    sheet.edit.setPlainText("No burr above 0.1 mm.")  # type: ignore[attr-defined]
    sheet.reason.setFocus()  # type: ignore[attr-defined]
    typed(kensa, "new standard")
    press(kensa, "Ctrl+Return")
    part = kept(kensa, page, 2)
    assert part.criteria == "No burr above 0.1 mm."
    version = station_of(kensa).editor.versions("plate")[0]
    assert (version.version, version.reason) == (2, "new standard")
    page.versions.setCurrentRow(1)
    assert page.note.isVisible() and page.shown is not None and page.shown.criteria == "No burr."
    assert not any(card.findChildren(type(page.buttons["save_pdf"])) for card in cards(page)), (
        "an old one is not changed"
    )


def test_a_limit_sample_is_added_renewed_and_retired(kensa: Kensa, page: BookPage, photo: Path, tmp_path: Path) -> None:
    other = tmp_path / "dent.png"
    Image.fromarray(scene(40)).save(other)
    section = next(one for one in _sections(page) if one.defect == "dent")
    assert page.part is not None
    page.add_sample(page.part, section, golden=False)
    sheet = dialog(kensa, SampleSheet)
    press(kensa, "Ctrl+Return")
    assert sheet.fault.isVisible()  # type: ignore[attr-defined]
    editor = sheet.editor  # type: ignore[attr-defined]
    editor.photo = other
    editor.criterion.setText("larger is bad")
    editor.approver.setText("Suzuki")
    press(kensa, "Ctrl+Return")
    added = kept(kensa, page, 2).limits[-1]
    assert (added.defect, added.criterion, added.approved_by, added.approved_on) == (
        "dent",
        "larger is bad",
        "Suzuki",
        TODAY,
    )
    assert added.expires_on == TODAY + timedelta(days=365) and added.photo != other, (
        "the photo is kept with the records"
    )

    assert page.part is not None
    page.renew(page.part, page.part.limits[0])
    dialog(kensa, SampleSheet)
    press(kensa, "Ctrl+Return")
    renewed = kept(kensa, page, 3).limits[0]
    assert renewed.expires_on == TODAY + timedelta(days=365) and renewed.defect == "crack"

    assert page.part is not None
    page.retire(page.part, page.part.limits[1])
    sheet = dialog(kensa, RetireSheet)
    press(kensa, "Ctrl+Return")
    assert sheet.fault.isVisible()  # type: ignore[attr-defined]
    sheet.reason.setFocus()  # type: ignore[attr-defined]
    typed(kensa, "worn")
    press(kensa, "Ctrl+Return")
    assert [one.defect for one in kept(kensa, page, 4).limits] == ["crack"]
    assert len(station_of(kensa).editor.versions("plate")[1].part.limits) == 2


def test_a_unit_of_the_history_becomes_a_limit_sample(kensa: Kensa, page: BookPage, photo: Path) -> None:
    at = station_of(kensa)
    kensa.judge.script.append(0.97)
    taken = Sample(photo=photo_from_bytes(photo.read_bytes(), "unit.png"), part="plate", serial="7")
    unit = at.judge(at.keep(taken))
    worst = Opinion(Answer.NG, Disposition.SCRAP, "dent", reason="this is the edge")
    at.review(unit.id, Person.typed("Tanaka"), worst)
    press(kensa, "Ctrl+2")
    history = kensa.window.history_page
    kensa.until(lambda: history.panel.record is not None and history.panel.record.id == unit.id)
    press(kensa, "Ctrl+B")
    sheet = dialog(kensa, SampleSheet)
    assert "dent" in sheet.heading.text()  # type: ignore[attr-defined]
    sheet.editor.approver.setText("Suzuki")  # type: ignore[attr-defined]
    press(kensa, "Ctrl+Return")
    added = kept(kensa, page, 2).limits[-1]
    assert (added.defect, added.criterion, added.approved_by) == ("dent", "this is the edge", "Suzuki")
    assert unit.photo is not None and added.photo == unit.photo.path, "the same kept file"


def test_an_operator_looks_and_changes_nothing(kensa: Kensa, page: BookPage) -> None:
    at = station_of(kensa)
    chief = at.people.add(None, "Yamada", Role.QUALITY, "2580")
    kensa.program.desk.sign(at.people.add(chief, "Sato", Role.OPERATOR, "3690"))
    page.load("plate")
    kensa.until(lambda: not page.may)
    press(kensa, "Ctrl+E")
    assert QApplication.activeModalWidget() is None and len(cards(page)) == 2


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_book_is_printed(kensa: Kensa, page: BookPage, tmp_path: Path, language: str) -> None:
    assert page.part is not None
    made = document(replace(page.part, criteria="バリ <0.1 mm> のないこと"), 3, language, {})
    words = made.toPlainText()
    assert "バリ <0.1 mm> のないこと" in words and "Below 1 mm is good." in words and "Tanaka" in words
    out = tmp_path / "book.pdf"
    page._printer().save(page.part, 3, str(out), language)
    kensa.until(lambda: out.is_file() and out.stat().st_size > 5000)
    assert out.read_bytes()[:5] == b"%PDF-"
    try:
        told = subprocess.run(["pdftotext", str(out), "-"], capture_output=True, text=True, timeout=20).stdout
    except FileNotFoundError:
        pytest.skip("pdftotext is not installed")
    assert "Tanaka" in told


def _sections(page: BookPage):  # type: ignore[no-untyped-def]
    from inspector_app.limit_book import sections

    assert page.part is not None
    return sections(page.part)
