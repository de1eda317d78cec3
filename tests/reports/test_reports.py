"""Reports of a day: the figures as counted by hand, the files as other programs read them, and what is not there."""

import csv
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.parts import Goals
from inspector_app.quality import summary
from inspector_app.quality.kpi import Says
from inspector_app.records import figures as records
from inspector_app.records.history import Filter, History, Sort
from inspector_app.records.record import Disposition, LineKind, Opinion
from inspector_app.reports import fonts
from inspector_app.reports.pdf import write_pdf
from inspector_app.reports.render import write_csv, write_xlsx
from inspector_app.reports.rows import COLUMNS
from inspector_app.reports.summary import gather
from inspector_app.reports.words import word
from inspector_app.rights import Person
from inspector_app.settings import Settings
from model_runtime.verdict import Answer
from tests.fakes import FakeJudge
from tests.makers import sample, station, voice

ITO = Person.typed("伊藤")
CALLED = [0.05] * 6 + [0.95] * 3 + [0.5]
"""Six OK, three NG, one INCONCLUSIVE."""


@pytest.fixture
def day(tmp_path: Path) -> Station:
    """Ten units. An escape among the OK and an overkill among the NG are found; the unclear one is good; one more was
    withdrawn."""
    at = station(tmp_path / "data", FakeJudge([*CALLED, 0.05], heard="左端に深い傷"))
    at.settings = Settings().changed(random_share=100, station="外観 1", shift_plan="早番 06:00, 夜勤 18:00")
    at.save_part(ITO, replace(at.parts.get("pcb"), goals=Goals(miss=0.01, overkill=0.05, coverage=0.1, takt=60)))
    ids = [
        at.judge(at.keep(sample(n, voice=voice(), part="pcb", lot="=L-1", serial=f"S{n}", operator="佐藤"))).id
        for n in range(11)
    ]
    truth = [Answer.NG] + [Answer.OK] * 5 + [Answer.OK] + [Answer.NG] * 2 + [Answer.OK]
    for sample_id, answer in zip(ids, truth, strict=False):
        bad = answer is Answer.NG
        at.review(
            sample_id,
            ITO,
            Opinion(
                answer, Disposition.SCRAP if bad else Disposition.ACCEPT, "crack" if bad else "none", reason="確認"
            ),
        )
    at.withdraw(ids[10], ITO)
    return at


def test_figures_of_the_day(day: Station) -> None:
    found = summary.figures(records.units(day.store.database, Filter()))
    assert (found.units, found.judged, found.ok, found.ng, found.inconclusive, found.reviewed) == (10, 10, 7, 3, 0, 10)
    assert (found.override.hits, found.override.total) == (2, 9)
    assert (found.coverage.hits, found.coverage.total) == (9, 10)
    assert (found.yield_.hits, found.first_pass.hits) == (7, 7) and found.drawn == 9
    assert found.truth.miss.value == pytest.approx(1 / 3) and found.truth.overkill.value == pytest.approx(1 / 7)
    # Table OK/OK 5, OK/NG 1, NG/OK 1, NG/NG 2: Po = 7/9, Pe = (6*6 + 3*3)/81.
    assert found.kappa.value == pytest.approx((7 / 9 - 45 / 81) / (1 - 45 / 81))


def test_slices_chart_and_pareto(day: Station) -> None:
    day.judge(day.keep(sample(20, part="general", operator="鈴木")))
    units = records.units(day.store.database, Filter())
    found = {(one.by, one.value): one.figures.units for one in summary.slices(units)}
    assert found[("part", "pcb")] == 10 and found[("operator", "鈴木")] == 1
    assert [bar.name for bar in summary.defects(units)][0] == "crack"
    report = gather(day.store, day.parts, day.settings, Filter(part="pcb"), "part")
    assert sum(point.n for point in report.chart.points) == 10 and sum(point.ng for point in report.chart.points) == 3
    assert {goal.name: goal.says for goal in report.goals} == {
        "miss": Says.NOT_ENOUGH, "overkill": Says.NOT_ENOUGH, "coverage": Says.MET, "takt": Says.MET,
    }  # fmt: skip
    assert len(report.ng) == 3 and report.drift is None
    now = datetime.now(UTC)
    before = gather(day.store, day.parts, day.settings, Filter(), reference=(now - timedelta(days=1), now)).drift
    assert before and before.reference == 11


def test_a_csv_that_excel_reads(day: Station, tmp_path: Path) -> None:
    out = tmp_path / "日報.csv"
    count = write_csv(History.of(day.store).search(Filter(sort=Sort.OLDEST)), out)
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and count == 11
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert list(rows[0]) == list(COLUMNS) and [row["counts"] for row in rows] == ["1"] * 10 + ["0"]
    assert rows[0]["verdict"] == "NG" and rows[0]["model_verdict"] == "OK" and rows[0]["reviewer"] == "伊藤"
    assert rows[0]["lot"] == "'=L-1"  # no formula
    assert rows[0]["heard"] == "左端に深い傷" and rows[7]["region"] == "3,6/8"


def test_an_xlsx_of_three_sheets(day: Station, tmp_path: Path) -> None:
    out = tmp_path / "day.xlsx"
    report = gather(day.store, day.parts, day.settings, Filter(part="pcb"), "part")
    assert write_xlsx(report, History.of(day.store).search(), out, "ja") == 11
    with zipfile.ZipFile(out) as book:
        texts = " ".join(t.text or "" for t in ET.fromstring(book.read("xl/sharedStrings.xml")).iter() if t.text)
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "見逃し率" in texts and "=L-1" in texts and "<f>" not in sheet and sheet.count("<row ") == 12


def pdf_text(path: Path) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("no pdftotext on this system; it is in poppler-utils")
    return subprocess.run([program, "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def font() -> None:
    try:
        fonts.japanese_font()
    except KensaError as error:
        pytest.skip(error.message)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_pdf_in_both_languages(day: Station, tmp_path: Path, language: str, font: None) -> None:
    report = gather(day.store, day.parts, day.settings, Filter(lot="=L-1", part="pcb"), "lot")
    out = tmp_path / "report.pdf"
    write_pdf(report, out, language)
    text = pdf_text(out)
    for key in ("lot", "yield", "p_chart", "pareto", "ng_units", "prepared", "approved", "scrap", "crack"):
        assert word(key, language) in text, key
    assert "外観 1" in text and "伊藤" in text and "33.33%" in text
    assert b"NotoSansCJK" in out.read_bytes() or "noto" not in str(fonts.japanese_font()).lower()


def test_a_report_of_nothing(tmp_path: Path, font: None) -> None:
    at = station(tmp_path / "data")
    report = gather(at.store, at.parts, at.settings, Filter(since=datetime(2030, 1, 1, tzinfo=UTC)), "shift")
    write_pdf(report, tmp_path / "empty.pdf", "en")
    assert "no data" in pdf_text(tmp_path / "empty.pdf") and report.figures.units == 0


def test_a_photo_that_is_lost_is_said_so(day: Station, tmp_path: Path, font: None) -> None:
    for unit in History.of(day.store).search():
        if unit.photo:
            unit.photo.path.chmod(0o600)
            unit.photo.path.write_bytes(b"no photo")
    write_pdf(gather(day.store, day.parts, day.settings, Filter()), tmp_path / "r.pdf", "en")
    assert "no photo" in pdf_text(tmp_path / "r.pdf")


def test_without_a_japanese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_FILES", ())
    monkeypatch.setattr(fonts.sys, "platform", "linux")
    with pytest.raises(KensaError, match="fonts-noto-cjk") as caught:
        fonts.japanese_font()
    assert caught.value.code == "no_font"


def test_every_word_has_both_languages() -> None:
    from inspector_app.reports.words import _WORDS

    assert all(ja.strip() and en.strip() and ja != en or key in ("ok", "ng") for key, (ja, en) in _WORDS.items())


def test_withdrawn_and_taken_anew_count_for_nothing(day: Station) -> None:
    first = day.judge(day.keep(sample(30, part="general")))
    day.judge(day.keep(replace(sample(31, part="general"), retake_of=first.id)))
    (unit,) = records.units(day.store.database, Filter(part="general"))
    assert unit.retake and day.store.get(first.id).last(LineKind.RETAKEN)
    assert summary.figures([unit]).first_pass.hits == 0


def test_minutes_of_people() -> None:
    """Sato captures two units in 30 s, one after a break; Ito reviews two in 60 s: 30 + 120 + 60 s of three units."""
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)

    def unit(at: int, reviewed: int | None) -> records.Unit:
        moments = {"at": start + timedelta(seconds=at)}
        if reviewed is not None:
            moments |= {"reviewed_at": start + timedelta(seconds=reviewed)}
        known = {"part": "p", "lot": "", "shift": "", "operator": "佐藤", "retake": False, "called": "OK", "defect": "",
                 "p_ng": 0.1, "adapter": "", "review": None, "review_defect": "", "disposition": "", "reviewer": "伊藤",
                 "reviewed_at": None, "chance": None}  # fmt: skip
        return records.Unit(**{"id": str(at), **known, **moments})  # type: ignore[arg-type]

    units = [unit(0, 4000), unit(30, 4060), unit(3000, None)]
    assert summary.person_minutes(units) == pytest.approx((30 + 120 + 60) / 60 / 3 * 100)
    assert summary.person_minutes([]) is None
