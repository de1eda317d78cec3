"""Shifts: every moment belongs to exactly one, also past midnight and where the clocks are put back."""

import os
import time as clock
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector_app.shifts import ShiftPlan

PLAN = ShiftPlan.parse("早番 06:00, 遅番 14:00、夜勤 22:00")


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    clock.tzset()
    yield request.param
    monkeypatch.undo()
    os.environ.pop("TZ", None)
    clock.tzset()


@pytest.mark.parametrize("zone", ["Asia/Tokyo"], indirect=True)
@pytest.mark.parametrize(
    ("at", "name", "day"),
    [
        ("2026-03-05T06:00+09:00", "早番", "2026-03-05"),
        ("2026-03-05T05:59+09:00", "夜勤", "2026-03-04"),
        ("2026-03-05T13:59:59+09:00", "早番", "2026-03-05"),
        ("2026-03-05T23:30+09:00", "夜勤", "2026-03-05"),
        ("2026-03-06T02:00+09:00", "夜勤", "2026-03-05"),
        ("2026-03-05T21:30+00:00", "早番", "2026-03-06"),
    ],
)
def test_shift_and_working_day(zone: str, at: str, name: str, day: str) -> None:
    moment = datetime.fromisoformat(at)
    shift = PLAN.shift(moment)
    assert shift and shift.name == name
    assert shift.since <= moment < shift.until and shift.until - shift.since == timedelta(hours=8)
    assert PLAN.day(moment).name == day


@given(st.datetimes(datetime(2020, 1, 2), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_a_moment_lies_in_its_shift_and_the_shift_in_its_day(moment: datetime) -> None:
    shift, day = PLAN.shift(moment), PLAN.day(moment)
    assert shift
    assert day.since <= shift.since <= moment < shift.until <= day.until
    after = PLAN.shift(shift.until)
    assert after and after.since == shift.until


@pytest.mark.parametrize("zone", ["Europe/Berlin"], indirect=True)
def test_a_night_in_which_the_clock_is_put_back_is_longer(zone: str) -> None:
    night = PLAN.shift(datetime(2026, 10, 25, 2, 0, tzinfo=UTC))
    assert night and night.name == "夜勤" and night.until - night.since == timedelta(hours=9)


def test_without_a_plan_there_is_the_day() -> None:
    moment = datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert ShiftPlan.parse("  ").shift(moment) is None
    assert ShiftPlan().day(moment).until - ShiftPlan().day(moment).since == timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["Early", "Early 25:00", "06:00", "Early 6", "A 06:00, B 06:00", ",".join(f"S {h}:00" for h in range(13))]
)
def test_what_is_no_plan_is_said(text: str) -> None:
    with pytest.raises(ValueError):
        ShiftPlan.parse(text)


@given(st.text(max_size=60))
def test_any_text_is_a_plan_or_a_value_error(text: str) -> None:
    try:
        ShiftPlan.parse(text)
    except ValueError:
        pass
