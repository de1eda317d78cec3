"""The search: Japanese, short words, what people said, every filter and order, against a plain look at all."""

import random
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import text

from inspector_app.inspection import Station
from inspector_app.records import search
from inspector_app.records.history import Filter, History, Sort
from inspector_app.records.record import Disposition, Inspection, Opinion, State
from inspector_app.rights import Person
from model_runtime.verdict import Answer, Fixable
from tests.fakes import FakeJudge
from tests.makers import photo, sample, station, voice

HEARD = ("左端に深い傷", "縁の欠け", "deep scratch", "良品", "汚れ 100%", '"quoted" * AND', "Ａ面に打痕")


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Station:
    """Forty units of three parts, six lots, three people; some not judged, one refused."""
    draw = random.Random(7)
    at = station(tmp_path_factory.mktemp("days"), FakeJudge())
    for number in range(40):
        judge = at.model
        assert isinstance(judge, FakeJudge)
        judge.heard = HEARD[number % len(HEARD)]
        at.settings = replace(at.settings, line=f"line-{number // 20}", station=("cell-1", "cell-2")[number % 2])
        judge.script = [Fixable("too_dark", "Too dark.") if number == 11 else draw.choice([0.05, 0.3, 0.9, 0.97])]
        unit = sample(
            number % 5, voice=voice(), part=draw.choice(["pcb", "general", "toy-figure"]), lot=f"L-{number // 7}",
            serial=f"S{number % 30:03}", operator=draw.choice(["佐藤", "Suzuki", None]),
        )  # fmt: skip
        # Some without a place, as an older program kept them.
        kept = at.store.add_sample(unit) if number % 10 == 3 else at.keep(unit)
        if number % 9 != 8:
            at.judge(kept)
        if number % 4 == 1 and number % 9 != 8:
            at.review(kept, Person.typed("鈴木"), _opinion(draw.choice(["OK", "NG"])))
        if number % 12 == 5 and number % 9 != 8:
            at.undo_review(kept, Person.typed("鈴木"))
        if number % 24 == 17 and number % 9 != 8:
            at.review(kept, Person.typed("鈴木"), _opinion("OK"))
    return at


def _opinion(verdict: str) -> Opinion:
    return Opinion(Answer(verdict), Disposition.ACCEPT if verdict == "OK" else Disposition.SCRAP, reason="限度内")


def plain(at: Station, wanted: Filter) -> list[Inspection]:
    """What passes, by looking at every unit."""
    found = [unit for unit in _every(at) if _passes(unit, wanted)]
    if wanted.sort is Sort.P_NG:
        found.sort(key=lambda u: (u.verdict.p_ng if u.verdict else -1, u.id))
    return found if wanted.sort is Sort.OLDEST else found[::-1]


@cache
def _every(at: Station) -> list[Inspection]:
    return sorted(History.of(at.store).search(Filter(limit=None)), key=lambda u: u.id)


def _passes(unit: Inspection, wanted: Filter) -> bool:
    said = unit.verdict.judgment if unit.verdict else None
    texts = [unit.part, unit.lot, unit.serial, unit.operator, unit.photo and unit.photo.file]
    texts += [said.heard, said.defect, said.remark] if said else []
    texts += [line.text for line in unit.lines] + [review.opinion.reason for review in unit.reviews]
    return all(
        (
            wanted.text is None or any(wanted.text.lower() in (t or "").lower() for t in texts),
            wanted.part in (None, unit.part),
            wanted.lot in (None, unit.lot),
            wanted.serial in (None, unit.serial),
            wanted.operator in (None, unit.operator),
            wanted.state in (None, unit.state),
            wanted.line in (None, unit.line or ""),
            wanted.station in (None, unit.station or ""),
            wanted.standing in (None, unit.answer),
            wanted.verdict in (None, said and said.verdict),
            wanted.defect in (None, said and said.defect),
            wanted.since is None or unit.captured_at >= wanted.since,
            wanted.until is None or unit.captured_at <= wanted.until,
        )
    )


FILTERS = [
    Filter(), Filter(part="pcb"), Filter(lot="L-2"), Filter(serial="S003"), Filter(operator="佐藤"),
    Filter(verdict=Answer.NG), Filter(defect="none"), Filter(state=State.CAPTURED), Filter(state=State.FAILED),
    Filter(state=State.JUDGED, part="pcb"), Filter(part="pcb", verdict=Answer.OK, operator="Suzuki"),
    Filter(part="pcb", lot="L-0", serial="S001"), Filter(part="nothing"), Filter(verdict=Answer.NG, defect="none"),
    Filter(text="深い傷"), Filter(text="傷"), Filter(text="欠け"), Filter(text="け"), Filter(text="SCRATCH"),
    Filter(text="100%"), Filter(text='"quoted" *'), Filter(text="AND"), Filter(text="*"), Filter(text="S0"),
    Filter(text="L-3"), Filter(text="suzuki", verdict=Answer.NG), Filter(text="傷", lot="L-1"), Filter(text="打痕"),
    Filter(text="Ａ面"), Filter(text="OR 1=1 --"), Filter(text="傷", serial="S007"),
    Filter(text="p", state=State.FAILED), Filter(line="line-1"), Filter(station="cell-2", part="pcb"),
    Filter(line="", station=""), Filter(standing=Answer.NG), Filter(standing=Answer.OK, verdict=Answer.NG),
    Filter(standing=Answer.INCONCLUSIVE), Filter(standing=Answer.NG, text="傷"), Filter(standing=Answer.OK, lot="L-2"),
    Filter(standing=Answer.NG, serial="S007"), Filter(standing=Answer.OK, station="cell-1"),
]  # fmt: skip


@pytest.mark.parametrize("few", [search.FEW, 3], ids=["few", "many"])
@pytest.mark.parametrize(("wanted", "sort"), list(product(FILTERS, Sort)), ids=str)
def test_finds_what_a_look_at_all_finds(
    days: Station, wanted: Filter, sort: Sort, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, and page by page; by either way of walking."""
    monkeypatch.setattr(search, "FEW", few)
    wanted, history = replace(wanted, sort=sort, limit=None), History.of(days.store)
    expected = [unit.id for unit in plain(days, wanted)]
    assert [unit.id for unit in history.search(wanted)] == expected
    assert history.count(wanted) == len(expected)
    pages, page = [], replace(wanted, limit=4)
    while rows := history.search(page):
        pages += [unit.id for unit in rows]
        page = replace(page, before=rows[-1].id)
    assert pages == expected


def test_times_with_filters(days: Station) -> None:
    every = History.of(days.store).search(Filter(limit=None))
    middle = every[20].captured_at
    for wanted in (
        Filter(since=middle), Filter(until=middle, part="pcb"), Filter(since=middle, until=middle + timedelta(hours=1)),
        Filter(since=middle + timedelta(days=1)), Filter(text="傷", since=middle),
    ):  # fmt: skip
        assert [u.id for u in History.of(days.store).search(wanted)] == [u.id for u in plain(days, wanted)]


def test_by_id_or_its_beginning(days: Station) -> None:
    history = History.of(days.store)
    unit = history.search()[17]
    assert history.search(Filter(text=unit.id.lower())) == [unit]
    assert unit in history.search(Filter(text=unit.id[:12]))


def test_adapter_with_or_without_its_hash(days: Station) -> None:
    history = History.of(days.store)
    judged = history.count(Filter(state=State.JUDGED))
    assert history.count(Filter(adapter="defect@0")) == judged == history.count(Filter(adapter="defect@0/" + "0" * 64))
    assert history.count(Filter(adapter="defect")) == 0


def test_what_is_said_later_is_found(tmp_path: Path) -> None:
    at = station(tmp_path, FakeJudge([0.9]))
    unit = at.judge(at.keep(sample(photo=photo(1, "x.png"), part="pcb")))
    history, sato = History.of(at.store), Person.typed("佐藤")
    for n in range(300):
        at.store.add_line(unit.id, at.disagree(unit.id, sato, f"異議{n}").lines[-1].kind, "佐藤", f"追記{n}")
        if n == 3:
            assert history.search(Filter(text="追記3")) and history.search(Filter(text="異議"))
    assert [u.id for u in history.search(Filter(text="異議100"))] == [unit.id]
    assert history.search(Filter(text="異議299")) == []  # the 257th text and more: kept, shown, not searched


def test_the_clock_may_be_wrong(days: Station) -> None:
    """A time far away in the middle of a run is found by its time."""
    with days.store.database.read() as session:
        spans = session.execute(text("SELECT count(*), min(earliest), max(latest) FROM search_spans")).one()
    assert spans[0] == 1 and spans[1] <= spans[2]


def test_values_to_choose_from(days: Station) -> None:
    history = History.of(days.store)
    assert history.values("operator") == ["Suzuki", "佐藤"] and history.values("part") == [
        "general",
        "pcb",
        "toy-figure",
    ]
    assert history.values("serial")[:2] == ["S000", "S001"] and history.values("shift") == []
    assert history.values("line") == ["line-0", "line-1"] and history.values("station") == ["cell-1", "cell-2"]
    with pytest.raises(ValueError, match="nothing that units have in common"):
        history.values("photo_name; DROP TABLE samples")
