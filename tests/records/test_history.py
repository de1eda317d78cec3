"""Reads: newest first by the order of keeping, filters, pages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.records.history import Filter, History
from inspector_app.records.record import State
from model_runtime.verdict import Answer, Fixable
from tests.fakes import FakeJudge
from tests.makers import sample, station, voice


@pytest.fixture
def day(tmp_path: Path) -> Station:
    """Five units: OK, NG, INCONCLUSIVE, failed, captured."""
    at = station(
        tmp_path, FakeJudge([0.05, 0.95, 0.5, Fixable("too_dark", "Too dark; take it again.")], heard="深い傷 100%")
    )
    words = [
        {"part": "pcb", "lot": "L-1", "serial": "S1", "operator": "Sato"},
        {"part": "pcb", "lot": "L-2", "voice": voice("note.wav")},
        {"part": "toy-figure", "lot": "L-1"},
        {},
    ]
    for number, said in enumerate(words):
        at.judge(at.keep(sample(number, **said)))
    at.keep(sample(9, lot="L_2"))
    return at


def names(day: Station, **wanted: object) -> list[str]:
    rows = History.of(day.store).search(Filter(**wanted))  # type: ignore[arg-type]
    return [row.photo.file for row in rows if row.photo]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["9.png", "3.png", "2.png", "1.png", "0.png"]),
        ({"limit": 2}, ["9.png", "3.png"]),
        ({"part": "pcb"}, ["1.png", "0.png"]),
        ({"lot": "L-1"}, ["2.png", "0.png"]),
        ({"serial": "S1"}, ["0.png"]),
        ({"verdict": Answer.NG}, ["1.png"]),
        ({"verdict": Answer.INCONCLUSIVE}, ["2.png"]),
        ({"state": State.CAPTURED}, ["9.png"]),
        ({"state": State.FAILED}, ["3.png"]),
        ({"text": "深い"}, ["1.png"]),
        ({"text": "100%"}, ["1.png"]),
        ({"text": "L_"}, ["9.png"]),
        ({"text": "sato"}, ["0.png"]),
        ({"text": "note.w"}, ["1.png"]),
        ({"text": "nothing like it"}, []),
        ({"text": "' OR 1=1 --"}, []),
        ({"part": "pcb", "lot": "L-2"}, ["1.png"]),
    ],
)
def test_filters(day: Station, wanted: dict[str, object], found: list[str]) -> None:
    assert names(day, **wanted) == found
    if "limit" not in wanted:
        assert History.of(day.store).count(Filter(**wanted)) == len(found)  # type: ignore[arg-type]


def test_times_are_inclusive_and_in_any_zone(day: Station) -> None:
    rows = History.of(day.store).search()
    third = rows[2].captured_at
    assert third.tzinfo is UTC and abs(datetime.now(UTC) - third) < timedelta(minutes=5)
    tokyo = third.astimezone(datetime.strptime("+0900", "%z").tzinfo)
    assert names(day, since=tokyo)[-1] == "2.png"
    assert names(day, until=tokyo)[0] == "2.png"


def test_pages_follow_each_other_while_new_ones_come(day: Station) -> None:
    history = History.of(day.store)
    first = history.search(Filter(limit=2))
    day.keep(sample(10))
    rest = history.search(Filter(before=first[-1].id))
    assert [row.photo.file for row in rest if row.photo] == ["2.png", "1.png", "0.png"]


def test_pages_give_all_and_respect_the_limit(day: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector_app.records.history.PAGE", 2)
    history = History.of(day.store)
    assert [row.id for row in history.pages(Filter(limit=None))] == [row.id for row in history.search()]
    assert len(list(history.pages(Filter(limit=3)))) == 3
    assert list(history.pages(Filter(limit=0))) == []


def test_order_is_that_of_keeping_not_of_the_clock(day: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    class Early(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def]
            return datetime(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr("inspector_app.records.store.datetime", Early)
    day.keep(sample(11))
    assert names(day)[0] == "11.png"


def test_get_and_trail_tell_everything(day: Station) -> None:
    history = History.of(day.store)
    failed = history.search(Filter(state=State.FAILED))[0]
    assert history.get(failed.id.lower()) == failed
    assert failed.to_full_json()["error"] == {"code": "too_dark", "message": "Too dark; take it again."}
    assert [entry.what for entry in history.trail(failed.id)] == ["captured", "failed"]
    with pytest.raises(KensaError) as caught:
        history.get("no such")
    assert caught.value.code == "unknown_id"


def test_values_to_choose_from(day: Station) -> None:
    history = History.of(day.store)
    assert history.values("lot") == ["L-1", "L-2", "L_2"]
    assert history.values("operator") == ["Sato"]


def test_a_voice_alone_is_listed_too(tmp_path: Path) -> None:
    from inspector_app.capture.sample import Sample

    at = station(tmp_path)
    at.judge(at.keep(Sample(voice=voice("alone.wav"))))
    (row,) = History.of(at.store).search(Filter(text="alone"))
    assert row.photo is None and row.to_json()["photo"] is None and row.to_json()["voice"]["file"] == "alone.wav"


def test_what_people_said_is_found_too(day: Station) -> None:
    unit = next(row for row in History.of(day.store).search() if row.verdict)
    day.disagree(unit.id, None, "レンズの汚れ")
    assert [row.id for row in History.of(day.store).search(Filter(text="汚れ"))] == [unit.id]
