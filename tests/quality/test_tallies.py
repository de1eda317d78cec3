"""Units that were put together tell the same as one by one; a month of a station, figure by figure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector_app.parts import Goals, Part
from inspector_app.places import Places
from inspector_app.quality import summary
from inspector_app.quality.board import Periods, board, choices
from inspector_app.quality.kpi import Says
from inspector_app.quality.progress import progress
from inspector_app.records import figures, tallies
from inspector_app.records.filter import Filter
from inspector_app.records.record import LineKind
from inspector_app.records.store import Store
from inspector_app.shifts import ShiftPlan
from tests.quality.month import LATER, NOW, SHIFTS, fill

PLAN = ShiftPlan.parse(SHIFTS)
WEEK = Filter(since=NOW - timedelta(days=9, hours=3), until=NOW - timedelta(days=2))
FILTERS = [
    Filter(),
    WEEK,
    replace(WEEK, part="gasket-A"),
    Filter(shift="夜勤", operator="佐藤 健"),
    Filter(lot="L-2205"),
    Filter(adapter="defect@2", part="bottle-cap"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(Places(tmp_path_factory.mktemp("month"))) as opened:
        fill(opened, days=20, per_shift=20)
        first = figures.units(opened.database, Filter())[:3]
        opened.add_line(first[0].id, LineKind.WITHDRAWN, "佐藤 健")
        yield opened


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_the_same_figures_as_one_by_one(store: Store, wanted: Filter) -> None:
    """All but the takt, which needs every moment; the adapter is a filter of the tallies alone."""
    single = [
        unit
        for unit in figures.units(store.database, wanted)
        if wanted.adapter in (None, unit.adapter.split("/")[0])
    ]  # fmt: skip
    together = tallies.tallies(store.database, wanted)
    assert len(together) <= len(single)
    one, other = summary.figures(single), summary.figures(together)
    assert replace(one, takt=None) == replace(other, takt=None) and one.units > 20
    assert summary.chart(single, PLAN) == summary.chart(together, PLAN)
    assert summary.defects(single) == summary.defects(together)


def test_withdrawn_units_count_for_nothing(store: Store) -> None:
    assert sum(unit.count for unit in tallies.tallies(store.database, Filter())) == 20 * 3 * 20 - 1


def test_nothing_found_is_nothing(store: Store) -> None:
    assert tallies.tallies(store.database, Filter(part="no such part")) == []
    assert sum(tallies.spread(store.database, Filter(until=NOW - timedelta(days=900)))) == 0
    assert tallies.some_ids(store.database, Filter(part="no such part"), 5) == []


def test_spread_and_moments(store: Store) -> None:
    units = [u for u in figures.units(store.database, WEEK) if u.p_ng is not None]
    counts = tallies.spread(store.database, WEEK)
    assert sum(counts) == len(units) and counts[20] == sum(0.1 <= (u.p_ng or 0) < 0.105 for u in units)
    assert sum(tallies.spread(store.database, WEEK, first=7)) == 7
    moments = tallies.moments(store.database, WEEK)
    assert [who for _, who in moments] == [u.operator for u in sorted(units, key=lambda u: u.at)]
    assert len(tallies.some_ids(store.database, WEEK, 10)) == 10


def test_a_board_of_a_month(store: Store) -> None:
    found = board(store.database, Filter(), "operator", PLAN, lambda adapter: ())
    assert found.chart_grain == "shift" and sum(p.n for p in found.chart.points) <= found.figures.units
    assert found.grain == "day" and sum(one.figures.units for one in found.course) == found.figures.units
    assert {one.value for one in found.groups} == {"佐藤 健", "鈴木 一郎", "田中 由美", "高橋 誠"}
    assert found.moved is not None and found.moved.source == "first"
    assert sum(found.moved.now) == pytest.approx(1) and found.moved.adapter in (LATER.split("/")[0], "defect@1")
    measured = board(store.database, Filter(), "week", PLAN, lambda adapter: [0.9] * 200).moved
    assert measured is not None and measured.source == "evaluation" and measured.shift is not None
    assert measured.shift.psi > 1 and measured.shift.p < 0.01
    told = choices(store.database)
    assert told.parts == ("bottle-cap", "gasket-A") and told.adapters == ("defect@1", "defect@2")


def test_an_empty_board(tmp_path: Path) -> None:
    with Store.open(Places(tmp_path)) as opened:
        found = board(opened.database, Filter(), "part", PLAN, lambda adapter: ())
    assert found.figures.units == 0 and found.moved is None and found.course == () and found.chart.points == ()


@pytest.mark.parametrize(
    ("grain", "shown"),
    [("shift", "2026-11-23 夜勤"), ("day", "2026-11-23"), ("week", "2026-W48"), ("month", "2026-11")],
)
def test_periods_follow_the_working_day(grain: str, shown: str) -> None:
    """Two in the morning belongs to the night shift of the day before."""
    night = datetime(2026, 11, 24, 2, 5).astimezone(UTC)
    assert Periods(PLAN).name(night, grain)[1] == shown


def test_goals_of_a_part(store: Store) -> None:
    part = Part("gasket-A", "", "", goals=Goals(miss=0.9, overkill=0.0001, coverage=0.5, takt=10, person_minutes=9000))
    found = progress(store.database, part, None)
    says = {one.standing.name: one.standing.says for one in found.held}
    assert says["coverage"] is Says.MET and says["takt"] is Says.NOT_MET and says["person_minutes"] is Says.MET
    assert found.says is Says.NOT_MET and found.units == 600 and found.drawn > 10
    since = {one.standing.name: one.since for one in found.held}
    assert since["coverage"] is not None and found.since is not None and since["coverage"] >= found.since
    # The takt from moments alone is the takt from whole units.
    whole = figures.units(store.database, Filter(part="gasket-A"))
    takt = next(one.standing for one in found.held if one.standing.name == "takt")
    assert takt.value == pytest.approx(summary.figures(whole).takt, rel=1e-3)


def test_goals_before_the_first_unit(store: Store) -> None:
    found = progress(store.database, Part("new", "", "", goals=Goals(miss=0.01, coverage=0.8, takt=5)), None)
    assert {one.standing.says for one in found.held} == {Says.NOT_ENOUGH} and found.units == 0
    assert next(one.standing.more for one in found.held if one.standing.name == "miss") == 368
