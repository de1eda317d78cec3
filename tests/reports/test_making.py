"""Files that leave the station: who may, what the audit trail tells, what is signed, under which names people leave."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.places import Places
from inspector_app.quality.reference import evaluation_of, photos_of
from inspector_app.records.filter import Filter
from inspector_app.records.history import History
from inspector_app.reports import making
from inspector_app.reports.pdf import report_pdf
from inspector_app.reports.summary import Report, gather
from inspector_app.rights import Person, Role
from inspector_app.shifts import ShiftPlan
from tests.makers import station
from tests.quality.month import NOW, SHIFTS, fill

PIN = "2580"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path / "data")
    fill(made.store, days=3, per_shift=6)
    yield made
    made.store.close()


@pytest.fixture
def chief(at: Station) -> Person:
    return at.people.add(None, "山田 花子", Role.QUALITY, PIN)


def report(at: Station, **wanted: object) -> Report:
    return gather(at.store, at.parts, at.settings, Filter(limit=None, **wanted), "period")  # type: ignore[arg-type]


def told(at: Station, subject: str) -> list[tuple[str, str, dict[str, object]]]:
    return [(entry.who, entry.what, entry.new) for entry in History.of(at.store).trail_of(subject)]


@pytest.mark.parametrize("name", ["日報.csv", "日報.xlsx", "日報.pdf"])
def test_each_file_is_told_with_its_hash(at: Station, chief: Person, tmp_path: Path, name: str) -> None:
    done = making.write(at.store, at.people, chief, report(at, part="bottle-cap"), tmp_path / name, "ja")
    ((who, what, facts),) = told(at, f"export:{name}")
    assert (who, what) == ("山田 花子", "exported") and facts["filter"] == {"part": "bottle-cap"}
    assert facts["sha256"] == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert facts["count"] == done.units > 0 and facts["format"] == name.split(".")[1]


def test_an_operator_takes_nothing_out(at: Station, chief: Person, tmp_path: Path) -> None:
    operator = at.people.add(chief, "佐藤", Role.OPERATOR, "1470")
    for name in ("a.csv", "a.pdf"):
        with pytest.raises(KensaError) as refused:
            making.write(at.store, at.people, operator, report(at), tmp_path / name, "ja")
        assert refused.value.code == "no_right" and not (tmp_path / name).exists()
        assert told(at, f"export:{name}") == []


def test_a_signature_is_bound_to_what_the_report_says(at: Station, chief: Person) -> None:
    first = report(at)
    with pytest.raises(KensaError) as refused:
        making.sign(at.store, at.people, chief, "1111", first, "approved")
    assert refused.value.code == "wrong_pin"
    signed = making.sign(at.store, at.people, chief, PIN, first, "approved")
    again = report(at)
    assert making.content_sha256(again) == signed.sha256 != making.content_sha256(report(at, part="gasket-A"))
    changed = replace(first, figures=replace(first.figures, ng=first.figures.ng + 1))
    assert making.content_sha256(changed) != signed.sha256
    ((who, what, facts),) = told(at, f"report:{signed.sha256[:16]}")
    assert (who, what, facts["meaning"]) == ("山田 花子", "report_signed", "approved")
    assert report_pdf(first, "en", [signed]).startswith(b"%PDF")
    with pytest.raises(KensaError) as refused:
        making.sign(at.store, at.people, Person.typed("山田 花子"), PIN, first, "approved")
    assert refused.value.code in ("cannot_sign", "not_signed_in")


def test_people_leave_under_their_pseudonyms(at: Station, tmp_path: Path) -> None:
    whole = report(at)
    making.write(at.store, at.people, None, whole, tmp_path / "a.csv", "ja", spoken=lambda name: f"P{len(name)}")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    assert {row["operator"] for row in rows} == {"P4", "P5"}
    names = {one.value for one in making.renamed(whole, lambda name: "P").slices if one.by == "operator"}
    assert names == {"P"} and making.renamed(whole, lambda name: "P").ng[0].operator == "P"


def test_shifts_of_a_working_day() -> None:
    spans = making.shifts_of(ShiftPlan.parse(SHIFTS), date(2026, 11, 23))
    assert [span.name for span in spans] == ["早番", "遅番", "夜勤"]
    assert spans[2].until.astimezone() == datetime(2026, 11, 24, 6).astimezone()
    (whole,) = making.shifts_of(ShiftPlan(), date(2026, 11, 23))
    assert whole.until - whole.since == timedelta(days=1)
    wanted = making.of_span(spans[0], "早番")
    assert wanted.until == spans[0].until - timedelta(microseconds=1) and wanted.shift == "早番"


def test_pages_as_pictures(at: Station) -> None:
    data = report_pdf(report(at), "ja")
    pages, count = making.pages(data, 500, 1)
    assert count > 1 and len(pages) == 1 and pages[0][0] == 500 and pages[0][1] == pytest.approx(707, abs=2)
    assert len(set(pages[0][3][:: 3 * 499])) > 1  # something is printed


def test_what_an_adapter_was_measured_on(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert evaluation_of(places, "defect@2") == [] and photos_of(places, "defect@2") == []
    photo = tmp_path / "a.png"
    photo.write_bytes(b"x")
    units = [{"p_ng": {"new": 0.25, "active": 0.5}, "photo": str(photo)}, {"p_ng": {"new": None}, "photo": "gone.png"}]
    (tmp_path / "evaluations").mkdir()
    (tmp_path / "evaluations" / "defect@2.json").write_text(json.dumps({"sets": {"golden": {"units": units}}}))
    assert evaluation_of(places, "defect@2") == [0.25] and photos_of(places, "defect@2") == [photo]
    (tmp_path / "evaluations" / "defect@3.json").write_text("{")
    assert evaluation_of(places, "defect@3") == []


def test_the_month_is_the_same_each_time(tmp_path: Path) -> None:
    """Pictures and figures of other tests stand on it."""
    made = station(tmp_path / "other")
    assert fill(made.store, days=1, per_shift=2) == 6 and NOW.tzinfo is UTC
    made.store.close()
