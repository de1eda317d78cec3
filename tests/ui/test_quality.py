"""The Quality page: charts by mouse and keys, goals, studies and reports, and what is told of them afterwards."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel
from pytestqt.qtbot import QtBot

from inspector_app.parts import Goals
from inspector_app.places import Places
from inspector_app.quality.blind import Rater
from inspector_app.records.filter import Filter
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.rights import Person, Role
from inspector_app.studies import OWN, Studies, rater
from tests.fakes import FakeJudge
from tests.quality.month import SHIFTS, fill
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import Bench


@pytest.fixture
def kensa(qtbot: QtBot, tmp_path: Path) -> Iterator[Kensa]:
    """A station with a fortnight behind it, whose gate has looked who is registered."""
    with Store.open(Places(tmp_path / "data")) as store:
        fill(store, days=12, per_shift=8, now=datetime.now(UTC))
    made = Kensa(qtbot, tmp_path / "data", FakeJudge([0.05] * 200), Bench(), shift_plan=SHIFTS)
    made.start()
    made.until(lambda: made.program.desk.person is not None and len(made.program.lanes.disk) == 0)
    yield made
    made.program.close()
    made.window.deleteLater()


def open_charts(kensa: Kensa):  # type: ignore[no-untyped-def]
    kensa.window.go_quality()
    tab = kensa.window.quality_page.tabs["go_charts"]
    kensa.until(lambda: tab.board is not None and tab.photos is not None, 10)
    return tab


def dialog(kensa: Kensa) -> QDialog:
    return next(one for one in kensa.window.findChildren(QDialog) if one.isVisible())


def exported(kensa: Kensa) -> list[dict]:  # type: ignore[type-arg]
    station = kensa.program.desk.station
    assert station is not None
    with station.store.database.read() as session:
        from sqlalchemy import text

        rows = session.execute(text("SELECT who, new FROM audit WHERE what IN ('exported', 'printed') ORDER BY seq"))
        return [{"who": who, **json.loads(new)} for who, new in rows]


def keys_of_a_chart(kensa: Kensa) -> None:
    tab = open_charts(kensa)
    assert tab.board.figures.units == 12 * 3 * 8 and tab.tiles[0].value.text() == "288"
    assert all(not chart.data.empty for chart in tab.charts)
    chart = tab.charts[1]
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.plot.at == 1 and chart.told.text() == chart.data.told[1] != chart.data.note
    QTest.keyClick(chart, Qt.Key.Key_End)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.plot.at == len(chart.data.labels) - 1
    QTest.keyClick(chart, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() == 2 * chart.width()
    QTest.keyClick(chart, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text()), delimiter="\t"))
    assert len(rows) == 1 + len(chart.data.labels) and rows[0][1] == "NG"
    assert sum(int(row[2]) for row in rows[1:]) == sum(point.n for point in tab.board.chart.points)
    QTest.keyClick(chart, Qt.Key.Key_Tab)
    assert tab.charts[2].hasFocus()


def a_chart_as_a_file(kensa: Kensa, tmp_path: Path) -> None:
    tab = open_charts(kensa)
    for number, (ending, begin) in enumerate(((".png", b"\x89PNG"), (".svg", b"<?xml"), (".csv", b"\xef\xbb\xbf"))):
        out = tmp_path / f"図{ending}"
        tab.save(tab.charts[2], out)
        kensa.until(lambda: len(exported(kensa)) == number + 1)  # noqa: B023 - looked at before the next turn
        assert out.read_bytes().startswith(begin) and out.stat().st_size > 100
    drawing = (tmp_path / "図.svg").read_text(encoding="utf-8")
    wide = float(drawing.split('width="')[1].split("mm")[0])
    # In another resolution than the screen's, the numbers would not stand beside what they tell.
    assert wide == pytest.approx(tab.charts[2].plot.width() * 25.4 / tab.logicalDpiX(), rel=0.01)
    assert "<image" not in drawing and drawing.count("<rect") + drawing.count("<path") > 8
    told = exported(kensa)[-1]
    assert told["file"] == "図.csv" and told["chart"] == "Pareto of defects" and "since" in told["filter"]


def who_may_not_export_gets_no_file(kensa: Kensa, tmp_path: Path) -> None:
    station = kensa.program.desk.station
    assert station is not None
    tab = open_charts(kensa)
    chief = station.people.get("山田 花子")
    kensa.program.desk.sign(station.people.add(chief, "佐藤", Role.OPERATOR, "2580"))
    before = exported(kensa)
    tab.save(tab.charts[0], tmp_path / "a.png")
    kensa.until(lambda: bool(kensa.program.problems.entries))
    assert not (tmp_path / "a.png").exists() and exported(kensa) == before


def choices_narrow_the_figures(kensa: Kensa) -> None:
    tab = open_charts(kensa)
    whole = tab.board.figures.units
    tab.filter.boxes["part"].setCurrentIndex(tab.filter.boxes["part"].findData("gasket-A"))
    kensa.until(lambda: tab.board.wanted.part == "gasket-A")
    assert 0 < tab.board.figures.units < whole
    tab.filter.by.setCurrentIndex(tab.filter.by.findData("operator"))
    kensa.until(lambda: tab.board.by == "operator")
    assert tab.charts[6].data.title == "Yield by Operator" and len(tab.charts[6].data.labels) == 4
    tab.filter.period.setCurrentIndex(tab.filter.period.findData("own"))
    tab.filter.first.setDate(tab.filter.first.date().addYears(-3))
    tab.filter.last.setDate(tab.filter.last.date().addYears(-2))
    kensa.until(lambda: tab.board.figures.units == 0)
    assert all(chart.data.empty for chart in tab.charts[:8])


def test_charts(kensa: Kensa, tmp_path: Path) -> None:
    """By keys, as files, narrowed: one window, since making one takes longer than all of it."""
    no_key_means_two_things(kensa)
    kensa.window.quality_page.go_charts()
    keys_of_a_chart(kensa)
    alarms_stand_at_the_top(kensa)
    a_chart_as_a_file(kensa, tmp_path)
    choices_narrow_the_figures(kensa)


def no_key_means_two_things(kensa: Kensa) -> None:
    """Qt does neither of two things that a key stands for."""
    from PySide6.QtGui import QShortcut

    from inspector_app.ui.actions import QUALITY_ACTS, WINDOW_ACTS

    kensa.window.go_quality()
    page = kensa.window.quality_page
    taken = [key for act in WINDOW_ACTS for key in act.keys] + [key for act in QUALITY_ACTS for key in act.keys]
    assert len(taken) == len(set(taken))
    for name in ("go_charts", "go_goals", "go_study", "go_reports"):
        getattr(page, name)()
        own = [one.key().toString() for one in page.tabs[name].findChildren(QShortcut)]
        assert len(own) == len(set(own)) and not set(own) & set(taken), name
    assert page.tabs["go_reports"].kind.hasFocus()


def alarms_stand_at_the_top(kensa: Kensa) -> None:
    from inspector_app.monitoring import Alarm

    tab = open_charts(kensa)
    values = {"part": "pcb", "changed": 9, "reviewed": 30, "rate": 0.3, "usual": 0.04}
    tab.alarms.show_alarms([Alarm("override_high", "alarm", values)])
    assert tab.alarms.isVisible() and "pcb" in tab.alarms.findChild(QLabel).text()
    tab.alarms.show_alarms([])
    assert not tab.alarms.isVisible()


def test_goals_and_studies(kensa: Kensa, tmp_path: Path) -> None:
    goals_are_set_and_told(kensa)
    a_study_by_keys(kensa, tmp_path)


def test_reports_and_rights(kensa: Kensa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_report_from_sight_to_file(kensa, tmp_path)
    printing_is_told_too(kensa, tmp_path)
    who_may_not_export_gets_no_file(kensa, tmp_path)
    without_a_font_the_page_says_what_to_install(kensa, monkeypatch)


def test_an_empty_station_says_what_to_do(qtbot: QtBot, tmp_path: Path) -> None:
    made = Kensa(qtbot, tmp_path / "data", FakeJudge(), Bench())
    made.start()
    tab = open_charts(made)
    assert "Choose a longer one" in tab.charts[0].data.empty and "more units" in tab.charts[4].data.empty
    page = made.window.quality_page
    page.go_study()
    assert page.tabs["go_study"].nothing.isVisible()
    page.go_goals()
    made.until(lambda: bool(page.tabs["go_goals"].found))
    assert page.tabs["go_goals"].nothing.isVisible()
    made.program.close()


def goals_are_set_and_told(kensa: Kensa) -> None:
    kensa.window.go_quality()
    page = kensa.window.quality_page
    page.go_goals()
    tab = page.tabs["go_goals"]
    kensa.until(lambda: bool(tab.found))
    tab.names.setCurrentRow(next(n for n, one in enumerate(tab.found) if one.part == "pcb"))
    tab.edit()
    sheet = dialog(kensa)
    sheet.ticks["coverage"].setChecked(True)
    sheet.values["coverage"].setValue(75)
    sheet.reason.setText("実証評価の開始")
    sheet.save()
    kensa.until(lambda: any(one.held for one in tab.found))
    assert tab.found[0].part == "pcb" and tab.found[0].goals == Goals(coverage=0.75) and tab.found[0].units == 0
    station = kensa.program.desk.station
    assert station is not None
    version = station.editor.versions("pcb")[0]
    assert version.reason == "実証評価の開始" and version.part.goals.coverage == 0.75
    assert tab.rows.count() == 1


def a_study_by_keys(kensa: Kensa, tmp_path: Path) -> None:
    station = kensa.program.desk.station
    assert station is not None
    studies = Studies(station.store, station.people, kensa.places)
    offered = studies.from_history(Filter(limit=None))[:20]
    made = studies.make(Person.typed("山田"), "秋", offered, [Rater("佐藤"), rater(OWN)], 2)
    kensa.window.go_quality()
    page = kensa.window.quality_page
    page.go_study()
    tab = page.tabs["go_study"]
    kensa.until(lambda: len(tab.studies) == 1)
    tab.judge()
    run = dialog(kensa)
    kensa.until(run.isActiveWindow)
    for number in range(40):
        kensa.until(lambda: run.study.count("佐藤") == number)  # noqa: B023 - looked at before the next turn
        QTest.keyClick(run, Qt.Key.Key_1 if number % 3 else Qt.Key.Key_2)
    kensa.until(lambda: run.study.turn("佐藤") is None)
    assert "all units are judged" in run.where.text()
    run.reject()
    tab.raters.setCurrentRow(1)
    tab.judge()
    kensa.until(lambda: tab.studies[0].whole, 20)
    assert tab.appraisers.rowCount() == 2 and tab.finish_button.isEnabled()
    assert tab.appraisers.item(0, 4).text().split()[1] in ("good", "marginal", "not")  # what a kappa is called
    tab.finish()
    kensa.until(lambda: bool(tab.studies[0].finished_at))
    out = tmp_path / "msa.pdf"
    tab.save_report(tab.studies[0], out)
    kensa.until(lambda: len(exported(kensa)) == 1)
    assert out.read_bytes().startswith(b"%PDF") and exported(kensa)[0]["study"] == made.id


def a_report_from_sight_to_file(kensa: Kensa, tmp_path: Path) -> None:
    station = kensa.program.desk.station
    assert station is not None
    chief = station.people.add(None, "山田 花子", Role.QUALITY, "2580")
    kensa.program.desk.sign(chief)
    kensa.window.go_quality()
    page = kensa.window.quality_page
    page.go_reports()
    tab = page.tabs["go_reports"]
    kensa.until(lambda: tab.lot.count() > 0)
    tab.kind.setCurrentIndex(tab.kind.findData("lot"))
    kensa.until(lambda: tab.preview is not None and tab.preview.report.kind == "lot", 20)
    assert tab.preview.images[0].width() == 980 and len(tab.pages._labels) == tab.preview.pages > 0
    tab.sign()
    sheet = dialog(kensa)
    sheet.pin.setText("1111")
    sheet.sign()
    kensa.until(lambda: sheet.fault.isVisible())
    assert tab.signed == []
    sheet.pin.setText("2580")
    sheet.sign()
    kensa.until(lambda: len(tab.signed) == 1)
    assert tab.signed[0].name == "山田 花子" and len(tab.signed[0].sha256) == 64
    for number, ending in enumerate((".pdf", ".csv")):
        tab.save(tmp_path / f"報告{ending}")
        kensa.until(lambda: len(exported(kensa)) == number + 1, 20)  # noqa: B023 - looked at before the next turn
    told = exported(kensa)
    assert [one["format"] for one in told] == ["pdf", "csv"] and {one["who"] for one in told} == {"山田 花子"}
    assert told[1]["count"] == tab.preview.report.figures.units and told[0]["signed"] == ["山田 花子"]
    signed = [e for e in History.of(station.store).trail_of(f"report:{tab.signed[0].sha256[:16]}")]
    assert signed[0].what == "report_signed" and signed[0].who == "山田 花子"


def printing_is_told_too(kensa: Kensa, tmp_path: Path) -> None:
    from PySide6.QtPrintSupport import QPrinter

    kensa.window.go_quality()
    page = kensa.window.quality_page
    page.go_reports()
    tab = page.tabs["go_reports"]
    kensa.until(lambda: tab.preview is not None, 20)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    before = len(exported(kensa))
    tab.print_on(printer)
    kensa.until(lambda: (tmp_path / "paper.pdf").exists() and len(exported(kensa)) == before + 1, 15)
    assert exported(kensa)[-1]["format"] == "paper" and exported(kensa)[-1]["pages"] == tab.preview.pages


def without_a_font_the_page_says_what_to_install(kensa: Kensa, monkeypatch: pytest.MonkeyPatch) -> None:
    from inspector_app.reports import fonts

    monkeypatch.setattr(fonts, "_FILES", ())
    kensa.window.go_quality()
    page = kensa.window.quality_page
    page.go_reports()
    tab = page.tabs["go_reports"]
    kensa.until(lambda: "font" in tab.state.text(), 10)
    assert tab.preview is None
