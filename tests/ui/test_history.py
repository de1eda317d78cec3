"""The History page: words and conditions, saved views, order, columns, one record in detail, deciding from here."""

import json
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from inspector_app.capture.sample import Sample, photo_from_bytes, read_voice
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.places import Places
from inspector_app.records.filter import Decided, Sort
from inspector_app.records.record import Disposition, Opinion
from inspector_app.rights import Person
from inspector_app.shifts import ShiftPlan
from inspector_app.ui.history_filter import PeriodDialog, filter_of
from inspector_app.ui.history_menus import NameOfView
from inspector_app.ui.history_page import HistoryPage
from inspector_app.views import MOST, View, Views
from model_runtime.verdict import Answer, Severity
from tests.makers import png
from tests.ui.conftest import Kensa
from tests.ui.test_review import press, typed

SATO = Person.typed("Sato")


def station_of(kensa: Kensa) -> Station:
    assert kensa.program.desk.station is not None
    return kensa.program.desk.station


@pytest.fixture
def page(kensa: Kensa, voice: Path) -> HistoryPage:
    """Five units: OK, NG (reviewed), unclear, NG by another operator (disputed), OK with a note."""
    kensa.start()
    at = station_of(kensa)
    plans = ((0.01, "Sato"), (0.97, "Sato"), (0.5, "Suzuki"), (0.93, "Suzuki"), (0.02, "Sato"))
    ids = []
    for number, (p_ng, operator) in enumerate(plans):
        kensa.judge.script.append(p_ng)
        sample = Sample(
            photo=photo_from_bytes(png(number), f"{number}.png"), golden=photo_from_bytes(png(99), "golden.png"),
            voice=read_voice(voice, "note.wav") if number == 4 else None,
            part="general", lot="L-1", serial=f"S-{number}", operator=operator,
        )  # fmt: skip
        ids.append(at.judge(at.keep(sample)).id)
    bad = Opinion(Answer.NG, Disposition.REWORK, "crack", Severity.MAJOR, reason="edge is chipped")
    at.review(ids[1], Person.typed("Tanaka"), bad)
    at.disagree(ids[3], SATO, "It is good: dirt or a reflection")
    press(kensa, "Ctrl+2")
    history = kensa.window.history_page
    kensa.until(lambda: len(history.model.rows) == 5)
    return history


def serials(page: HistoryPage) -> list[str | None]:
    return [row.serial for row in page.model.rows]


def shown(kensa: Kensa, page: HistoryPage, *wanted: str) -> None:
    kensa.until(lambda: serials(page) == list(wanted))


def opened(kensa: Kensa, kind: type[QDialog]) -> None:
    """The dialog is there, and has the keys."""

    def there() -> bool:
        dialog, focus = QApplication.activeModalWidget(), QApplication.focusWidget()
        return isinstance(dialog, kind) and focus is not None and dialog.isAncestorOf(focus)

    kensa.until(there)


def test_words_and_conditions_narrow_together(kensa: Kensa, page: HistoryPage) -> None:
    press(kensa, "Ctrl+F")
    typed(kensa, "chipped")
    shown(kensa, page, "S-1")
    press(kensa, "Ctrl+0")
    shown(kensa, page, "S-4", "S-3", "S-2", "S-1", "S-0")
    page.chips.put("standing", "OK")
    shown(kensa, page, "S-4", "S-0")
    page.chips.put("standing", "")
    page.chips.put("station", "(not told)")
    shown(kensa, page)
    page.chips.put("station", "")
    page.chips.put("verdict", "NG")
    shown(kensa, page, "S-3", "S-1")
    page.chips.put("operator", "Suzuki")
    shown(kensa, page, "S-3")
    page.chips.put("verdict", "")
    shown(kensa, page, "S-3", "S-2")
    page.chips.put("operator", "")
    page.chips.put("decided", "open")
    shown(kensa, page, "S-3", "S-2")
    page.chips.put("decided", "reviewed")
    shown(kensa, page, "S-1")
    page.chips.put("decided", "")
    page.chips.put("defect", "crack")
    shown(kensa, page)
    page.chips.put("defect", "scratch")
    shown(kensa, page, "S-3", "S-2", "S-1")
    page.chips.put("adapter", "defect@0")
    page.chips.put("period", "yesterday")
    shown(kensa, page)
    page.chips.put("period", "today")
    shown(kensa, page, "S-3", "S-2", "S-1")


def test_a_chip_offers_what_occurs_and_is_reached_by_key(kensa: Kensa, page: HistoryPage) -> None:
    press(kensa, "F6")
    assert QApplication.focusWidget() is page.chips.buttons["period"]
    page.chips.offer("operator")
    kensa.until(lambda: page.chips.menu is not None and page.chips.menu.isVisible())
    assert page.chips.menu is not None
    names = [action.text() for action in page.chips.menu.actions()]
    assert names == ["All", "", "Sato", "Suzuki", "(not told)"]
    page.chips.menu.actions()[3].trigger()
    page.chips.menu.close()
    shown(kensa, page, "S-3", "S-2")
    assert "Suzuki" in page.chips.buttons["operator"].accessibleName()


def test_a_period_is_typed(kensa: Kensa, page: HistoryPage) -> None:
    page.chips.put("period", "own")
    opened(kensa, PeriodDialog)
    press(kensa, "Return")
    today = date.today().isoformat()
    kensa.until(lambda: page.chips.wanted == {"period": f"{today}/{today}"})
    shown(kensa, page, "S-4", "S-3", "S-2", "S-1", "S-0")


def test_a_view_is_saved_used_and_deleted(kensa: Kensa, page: HistoryPage) -> None:
    page.chips.put("verdict", "NG")
    page.show_sort(Sort.OLDEST)
    page.menus.toggle_column("operator")
    page.menus.ask_name()
    opened(kensa, NameOfView)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, NameOfView)
    dialog.edit.setText("朝の不良")  # what an input method leaves there
    press(kensa, "Return")
    file = kensa.places.views
    kensa.until(lambda: file.is_file() and "朝の不良" in file.read_text(encoding="utf-8"))
    press(kensa, "Ctrl+0")
    page.show_columns(("time", "part"))
    shown(kensa, page, "S-4", "S-3", "S-2", "S-1", "S-0")
    page.menus.use(page.menus.kept.views[0])
    shown(kensa, page, "S-1", "S-3")
    assert "operator" in page.columns and page.sort is Sort.OLDEST
    page.menus.drop("朝の不良")
    kensa.until(lambda: not Views.load(file).views)


def test_one_record_tells_all_of_it(kensa: Kensa, page: HistoryPage) -> None:
    page.table.selectRow(3)
    panel = page.panel
    kensa.until(lambda: panel.photo.can_compare and "reviewed" in panel.sections["trail"][1].text())
    assert "edge is chipped" in panel.sections["reviews"][1].text()
    assert "Tanaka" in panel.sections["trail"][1].text()
    told = panel.facts.toPlainText()
    record = panel.record
    assert record is not None and record.photo is not None and record.golden is not None
    for text in (record.photo.sha256, record.golden.sha256, "defect@0", "1" * 64, "OK < 0.2", "times, ms"):
        assert text in told
    page.table.selectRow(0)
    kensa.until(lambda: panel.play_button.isEnabled())
    press(kensa, "F4")
    kensa.until(lambda: bool(kensa.bench.speaker.played))
    page.table.selectRow(1)
    kensa.until(lambda: "dirt" in panel.sections["added"][1].text())


def test_deciding_from_the_history_comes_back_to_it(kensa: Kensa, page: HistoryPage) -> None:
    page.table.selectRow(4)  # a good one that nobody asked about
    press(kensa, "F9")
    review = kensa.window.review_page
    kensa.until(lambda: review.isVisible() and review.stage.picture is not None)
    assert review.alone and review.record is not None and review.record.serial == "S-0"
    press(kensa, "Esc")
    kensa.until(lambda: page.isVisible())
    press(kensa, "F9")
    kensa.until(lambda: review.isVisible())
    press(kensa, "N", "D", "5", "R")
    typed(kensa, "seen at the line")
    press(kensa, "Return")
    kensa.until(lambda: page.isVisible() and page.panel.record is not None and bool(page.panel.record.reviews))
    assert station_of(kensa).store.get(review.done[-1]).answer is Answer.NG
    assert "seen at the line" in page.panel.sections["reviews"][1].text()


def test_a_view_with_words_that_mean_nothing_finds_all(tmp_path: Path) -> None:
    wanted = filter_of(
        {"verdict": "PERHAPS", "decided": "x", "sort": "y", "period": "2026-99-01/z"}, ShiftPlan(), None, 5
    )
    assert (wanted.verdict, wanted.decided, wanted.sort, wanted.since) == (None, None, Sort.NEWEST, None)
    assert filter_of({"decided": "open"}, ShiftPlan(), None, 5).decided is Decided.OPEN


def test_a_damaged_file_of_views_loses_only_what_is_damaged(tmp_path: Path) -> None:
    file = Places(tmp_path).views
    assert Views.load(file) == Views()
    good = {"name": "a", "wanted": {"part": "p", "lot": 7}, "columns": ["time", 3]}
    for said in ("", "[]", "{", '{"views": 7}', json.dumps({"views": [{"name": ""}, 5, {"wanted": {}}]})):
        file.write_text(said, encoding="utf-8")
        assert Views.load(file).views == ()
    file.write_text(json.dumps({"views": [5, good]}), encoding="utf-8")
    assert Views.load(file).views == (View("a", {"part": "p"}, ("time",)),)
    with pytest.raises(KensaError, match="name"):
        Views().put(View("  ", {}))
    many = Views(tuple(View(f"{n}", {}) for n in range(MOST)))
    with pytest.raises(KensaError, match="delete"):
        many.put(View("one more", {}))
    assert len(many.put(View("7", {"part": "x"})).views) == MOST


def test_dialogs_are_dialogs(kensa: Kensa, page: HistoryPage) -> None:
    page.menus.ask_name()
    opened(kensa, NameOfView)
    press(kensa, "Esc")
    kensa.until(lambda: QApplication.activeModalWidget() is None)
    assert not kensa.places.views.exists()
