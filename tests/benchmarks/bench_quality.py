"""How long the Quality page takes to be ready: `python -m tests.benchmarks.bench_quality [COUNT] [FOLDER]`.

A month of a million records (those of bench_history; a FOLDER that holds them is used again), by one part and by all;
from the key to the charts, without the photos, which come after. Wall and processor seconds: on a busy computer only
the second tells.
"""

import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from inspector_app.places import Places
from inspector_app.records.filter import Filter
from inspector_app.records.store import Store
from inspector_app.shifts import ShiftPlan
from tests.benchmarks.bench_history import NOW, fill

PLAN = ShiftPlan.parse("早番 06:00, 遅番 14:00, 夜勤 22:00")
CALLS = 3


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(sys.argv[2]) if len(sys.argv) > 2 else Path(folder))
        fresh = not places.database.exists()
        with Store.open(places) as store:
            if fresh:
                fill(store, count)
            periods(store)
            page(store)


def periods(store: Store) -> None:
    """The figures alone."""
    from inspector_app.quality.board import board

    for days in (1, 7, 30, 90, 366):
        for part in (None, "part-3"):
            wanted = Filter(part=part, since=NOW - timedelta(days=days), until=NOW, limit=None)
            times = [took(lambda: board(store.database, wanted, "part", PLAN, lambda _: ())) for _ in range(CALLS)]  # noqa: B023
            print(f"{days:4} days, {part or 'all parts':9} {told(times)}")


def page(store: Store) -> None:
    """Figures and charts: what a person waits for."""
    application = QApplication.instance() or QApplication([])
    begun = time.perf_counter(), time.process_time()
    from inspector_app.quality.board import board
    from inspector_app.ui.charts import Chart
    from inspector_app.ui.quality_pictures import pictures

    charts = [Chart() for _ in range(9)]
    wanted = Filter(since=NOW - timedelta(days=30), until=NOW, limit=None)
    found = board(store.database, wanted, "part", PLAN, lambda _: ())
    for chart, data in zip(charts, pictures(found), strict=False):
        chart.resize(560, 250)
        chart.show_data(data)
        chart.grab()
    spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
    print(
        f"page of a month, first opened: {spent[0]:.2f} s, {spent[1]:.2f} s of processor, {found.figures.units:,} units"
    )
    application.processEvents()


def took(job: object) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    job()  # type: ignore[operator]
    return time.perf_counter() - wall, time.process_time() - processor


def told(times: list[tuple[float, float]]) -> str:
    wall, processor = (sorted(column)[len(times) // 2] for column in zip(*times, strict=True))
    return f"{wall:6.2f} s, {processor:6.2f} s of processor"


if __name__ == "__main__":
    main()
