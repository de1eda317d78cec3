"""How long the reads of a working day take over many records: `python -m tests.benchmarks.bench_records [COUNT]`.

Writes the records straight into the tables (without an audit trail), 600 units a shift, and reads as the window does.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from inspector_app import ulid
from inspector_app.inspection import Station
from inspector_app.part_editor import effect
from inspector_app.records.history import Filter, History
from inspector_app.records.record import State
from inspector_app.records.tables import LineRow, MediaRow, ReviewRow, SampleRow, VerdictRow
from inspector_app.settings import Settings
from model_runtime.verdict import Answer, Thresholds
from tests.makers import sample, station

SECONDS = 48
"""Between two units: 600 in a shift of eight hours."""
CALLS = 21


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        at = station(Path(folder))
        begun = time.perf_counter()
        fill(at, count)
        size = at.store.database.path.stat().st_size / 1e6
        print(f"{count:,} records, {size:.0f} MB, made in {time.perf_counter() - begun:.0f} s")
        at.settings = Settings().changed(shift_plan="Early 06:00, Late 14:00, Night 22:00", target_takt=48)
        now = datetime.now(UTC)
        serials = iter(range(10**9))
        units = at.editor.reviewed("general")
        for name, job in {
            "counters of the shift": lambda: at.this_shift(now),
            "counters of the day": lambda: at.today(now),
            "what waits for the supervisor": at.to_review,
            "a part's reviewed units": lambda: at.editor.reviewed("general"),
            "effect of thresholds on them": lambda: effect(units, Thresholds(0.1, 0.9)),
            "keep a unit": lambda: at.keep(sample(next(serials), serial="S000777")),
            "the queue": at.queue.waiting,
            "history, newest 200": lambda: History.of(at.store).search(),
            "history, NG of a lot": lambda: History.of(at.store).search(Filter(lot="L-0100", verdict=Answer.NG)),
        }.items():
            print(f"{name:32} {took(job)}")
        print(f"{at.today(now).units} units today, {len(at.to_review(None))} for the supervisor")
        at.store.close()


def fill(at: Station, count: int) -> None:
    """One in twelve is NG, one in ten INCONCLUSIVE; most of those were reviewed; one in a hundred was withdrawn."""
    now = datetime.now(UTC)
    with at.store.database.write() as session:
        session.execute(insert(MediaRow), [{"sha256": "0" * 64, "kind": "photo", "bytes": 1, "suffix": ".png"}])
        for start in range(0, count, 10_000):
            numbers = range(start, min(start + 10_000, count))
            moments = {n: now - timedelta(seconds=SECONDS * (count - n)) for n in numbers}
            ids = {n: ulid.after(None, int(moments[n].timestamp() * 1000)) for n in numbers}
            session.execute(insert(SampleRow), [_sample(n, ids[n], moments[n]) for n in numbers])
            session.execute(insert(VerdictRow), [_verdict(n, ids[n], moments[n]) for n in numbers])
            lines = [_line(ids[n], moments[n]) for n in numbers if n % 100 == 7]
            session.execute(insert(LineRow), lines)
            reviews = [_review(n, ids[n], moments[n]) for n in numbers if n % 10 == 0 and count - n > 300]
            if reviews:
                session.execute(insert(ReviewRow), reviews)


def took(job: Callable[[], object]) -> str:
    times = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        job()
        times.append((time.perf_counter() - begun) * 1000)
    return f"{median(times):8.1f} ms (slowest {max(times):.1f})"


def _sample(n: int, sample_id: str, at: datetime) -> dict[str, object]:
    return {
        "id": sample_id, "state": State.JUDGED, "photo_sha256": "0" * 64, "photo_name": f"{n}.png", "part": "general",
        "lot": f"L-{n // 500:04}", "serial": f"S{n:06}", "operator": "Sato", "captured_at": at, "app_version": "0",
    }  # fmt: skip


def _verdict(n: int, sample_id: str, at: datetime) -> dict[str, object]:
    answer = "INCONCLUSIVE" if n % 10 == 0 else "NG" if n % 12 == 0 else "OK"
    return {
        "sample_id": sample_id, "verdict": answer, "defect": "none", "severity": "none", "heard": "", "remark": "",
        "voice_says": "nothing", "p_ng": (n * 37 % 101) / 100, "confidence": 0.9, "contradiction": False,
        "ok_below": 0.2, "ng_above": 0.8, "base": "b", "adapter": "a", "prompt": "p", "engine": "e", "timings_ms": {},
        "app_version": "0", "judged_at": at,
    }  # fmt: skip


def _line(sample_id: str, at: datetime) -> dict[str, object]:
    return {"sample_id": sample_id, "kind": "withdrawn", "text": "", "who": "Sato", "at": at}


def _review(n: int, sample_id: str, at: datetime) -> dict[str, object]:
    return {
        "sample_id": sample_id, "decision": "decided", "verdict": "NG" if n % 3 == 0 else "OK", "defect": "none",
        "severity": "none", "reason": "", "disposition": "accept", "who": "Ito", "app_version": "0", "at": at,
    }  # fmt: skip


if __name__ == "__main__":
    main()
