"""The clock is set back, jumps ahead, changes its zone and its summer time: the records keep their order."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector_app import inspection, ulid
from inspector_app.records import audit, check, rows, store
from inspector_app.records.history import History
from tests.makers import sample, station

NOON = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""Half an hour before summer time ends in Berlin."""
JUMPS = (0, 60, -3600, -86_400 * 400, 5, 3600, 86_400 * 800, 10, -86_400 * 800, 1, 7200, -7200)
"""Seconds from one unit to the next: back an hour, back a year, ahead two, and so on."""


class Clock:
    """The wall clock of the program, as the test sets it."""

    now = NOON

    @classmethod
    def fake(cls) -> type[datetime]:
        class Fake(datetime):
            @classmethod
            def now(inner, tz: object = None) -> "Fake":  # type: ignore[override]
                return inner.fromtimestamp(cls.now.timestamp(), tz)  # type: ignore[arg-type]

        return Fake


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Clock]]:
    Clock.now = NOON
    for module in (store, audit, rows, inspection):
        monkeypatch.setattr(module, "datetime", Clock.fake())
    monkeypatch.setattr(ulid.time, "time_ns", lambda: int(Clock.now.timestamp() * 1e9))
    yield Clock
    os.environ.pop("TZ", None)
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change its zone while running")
def test_the_order_never_depends_on_the_clock(tmp_path: Path, clock: type[Clock]) -> None:
    at, kept = station(tmp_path), []
    for number, jump in enumerate(JUMPS):
        clock.now += timedelta(seconds=jump)
        os.environ["TZ"] = ("Europe/Berlin", "Asia/Tokyo", "America/New_York", "UTC")[number % 4]
        time.tzset()
        kept.append(at.keep(sample(number, serial=str(number))))
        if number % 3 == 0:
            at.judge_next()
        at.today()
    assert kept == sorted(kept), "ids grow, whatever the clock does"
    assert [row.id for row in History.of(at.store).search()] == kept[::-1]
    waiting = at.store.waiting()
    assert waiting == sorted(waiting) and at.queue.ids() == waiting
    with at.store.database.read() as session:
        assert list(audit.chain_faults(session)) == []
    at.store.close()
    again = station(tmp_path)  # and after a start, with the clock where it last stood
    again.queue.load()
    assert [done.id for done in iter(again.judge_next, None)] == waiting
    assert again.keep(sample(99)) > kept[-1]
    assert list(check.faults(again.store)) == []
    again.store.close()
