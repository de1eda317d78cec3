"""The Audit page: the trail found and read, all records checked from the window, the trail as a file."""

import csv
import hashlib
import json
import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from inspector_app.capture.sample import Sample, photo_from_bytes
from inspector_app.inspection import Station
from inspector_app.records.audit import START, canonical
from inspector_app.rights import Person, Role
from inspector_app.ui.audit_check import CheckDialog
from inspector_app.ui.audit_page import AuditPage
from inspector_app.ui.audit_table import details, differences
from inspector_app.ui.review_words import ACTS
from tests.makers import png
from tests.ui.conftest import Kensa
from tests.ui.test_review import press, typed

ROOT = Path(__file__).resolve().parents[2]


def station_of(kensa: Kensa) -> Station:
    assert kensa.program.desk.station is not None
    return kensa.program.desk.station


@pytest.fixture
def page(kensa: Kensa) -> AuditPage:
    """Two judged units, one of them withdrawn."""
    kensa.start()
    at = station_of(kensa)
    ids = []
    for number in range(2):
        kensa.judge.script.append(0.01)
        sample = Sample(photo=photo_from_bytes(png(number), f"{number}.png"), part="general", operator="Yamada")
        ids.append(at.judge(at.keep(sample)).id)
    at.withdraw(ids[1], Person.typed("Yamada"), "dropped on the floor")
    press(kensa, "Ctrl+5")
    audit = kensa.window.audit_page
    kensa.until(lambda: len(audit.model.rows) == 5)
    return audit


def whats(page: AuditPage) -> list[str]:
    return [row.what for row in page.model.rows]


def test_the_trail_is_narrowed_and_read(kensa: Kensa, page: AuditPage) -> None:
    assert whats(page) == ["withdrawn", "judged", "captured", "judged", "captured"]
    press(kensa, "Ctrl+F")
    typed(kensa, "floor")
    kensa.until(lambda: whats(page) == ["withdrawn"])
    page.search_edit.clear()
    page.what.setCurrentIndex(page.what.findData("judged"))
    kensa.until(lambda: whats(page) == ["judged", "judged"])
    page.who.setCurrentIndex(page.who.findData("kensa"))
    kensa.until(lambda: whats(page) == ["judged", "judged"])
    page.period.setCurrentIndex(page.period.findData("yesterday"))
    page.period.activated.emit(page.period.currentIndex())
    kensa.until(lambda: whats(page) == [])
    for box in (page.what, page.who, page.period):
        box.setCurrentIndex(0)
    page.reload()
    kensa.until(lambda: len(page.model.rows) == 5)
    page.table.selectRow(0)
    told, entry = page.entry.toPlainText(), page.model.rows[0]
    for words in ("Yamada", "withdrawn", "dropped on the floor", entry.hash, entry.previous, entry.subject):
        assert words in told


def test_all_records_are_checked_from_the_window(kensa: Kensa, page: AuditPage) -> None:
    press(kensa, "F9")
    kensa.until(lambda: isinstance(QApplication.activeModalWidget(), CheckDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, CheckDialog)
    kensa.until(lambda: "written" in dialog.band.title)
    assert "2 units" in dialog.band.hint
    dialog.reject()
    kensa.until(lambda: QApplication.activeModalWidget() is None and QApplication.focusWidget() is page)
    kept = next(kensa.places.media.glob("*/*.png"))
    kept.write_bytes(kept.read_bytes() + b"x")
    press(kensa, "F9")
    kensa.until(lambda: QApplication.activeModalWidget() not in (None, dialog))
    again = QApplication.activeModalWidget()
    assert isinstance(again, CheckDialog)
    kensa.until(lambda: again.faults.isVisible())
    assert "content was changed" in again.faults.toPlainText() and "1" in again.band.title
    again.reject()


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_the_file_holds_the_chain(kensa: Kensa, page: AuditPage, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"trail{ending}"
    page.export_to(out)
    kensa.until(lambda: out.is_file() and "exported" in whats(page))
    rows = _rows(out)
    previous, number = START, 0
    for row in reversed(rows):
        number += 1
        assert (row["seq"], row["previous"]) == (number, previous)
        told = [row["seq"], row["who"], row["what"], row["at"], row["subject"], row["old"], row["new"], previous]
        assert row["hash"] == hashlib.sha256(canonical(told).encode()).hexdigest()
        previous = row["hash"]
    assert number == 5
    newest = page.model.rows[0]
    assert newest.what == "exported" and newest.new["entries"] == len(rows)
    assert newest.new["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()


def test_an_operator_exports_nothing(kensa: Kensa, page: AuditPage, tmp_path: Path) -> None:
    at = station_of(kensa)
    kensa.until(lambda: kensa.program.desk.person is not None)  # at first the station is open to everybody
    chief = at.people.add(None, "Yamada", Role.QUALITY, "2580")
    kensa.program.desk.sign(at.people.add(chief, "Sato", Role.OPERATOR, "3690"))
    page.export_to(tmp_path / "trail.csv")
    kensa.until(lambda: kensa.window.banner.isVisible())
    assert "right" in kensa.window.banner.text and not list(tmp_path.glob("trail*"))


def test_what_differs_is_said_by_name() -> None:
    assert differences({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 3}, "d": "x"}) == [
        ("b.c", "2", "3"),
        ("d", "–", "x"),
    ]
    assert differences(None, None) == [] and differences(None, "x") == [("–", "–", "x")]
    assert details.__doc__


def _rows(out: Path) -> list[dict[str, object]]:
    """Entries with `old` and `new` as the texts that are hashed."""
    if out.suffix == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            return [
                {**row, "seq": int(row["seq"]), "old": row["old"] or None, "new": row["new"] or None}
                for row in csv.DictReader(file)
            ]
    entries = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return [
        {**entry, **{name: None if entry[name] is None else canonical(entry[name]) for name in ("old", "new")}}
        for entry in entries
    ]


def test_every_kind_that_the_program_tells_has_words() -> None:
    """Kinds are literals where they are written; the page must not show a person `policy_changed`."""
    written = set()
    for file in (ROOT / "inspector_app").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        written |= set(re.findall(r"\.note\(\s*[\w.()\[\]\"]+,\s*\"(\w+)\"", text))
        written |= set(re.findall(r"audit\.append\(session, [\w.()]+, \"(\w+)\"", text))
    assert {"settings_changed", "captured", "reviewed", "policy_changed", "backed_up"} <= written
    assert written <= set(ACTS)
