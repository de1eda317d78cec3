"""How long a page of the history takes among many records: `python -m tests.benchmarks.bench_history [COUNT] [FOLDER]`.

Makes them by SQL inside the database, with the triggers of the search at work, and reads as the window and
`kensa history` do: 200 units a page. A FOLDER that holds them already is used again.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text

from inspector_app.places import Places
from inspector_app.records.filter import Decided
from inspector_app.records.history import Filter, History, Sort
from inspector_app.records.record import State
from inspector_app.records.store import Store
from model_runtime.verdict import Answer

CALLS = 9
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECONDS = 30
SENTENCES = (
    "左端に深い傷があります", "右上に小さな汚れ", "良品です", "コネクタの端子が曲がっている", "中央に打痕",
    "縁が欠けている",
    "ショートなし、良好", "ラベルの印字がかすれている", "deep scratch on the left edge", "looks good",
    "solder bridge near pin",
    "small dent in the middle", "", "", "",
)  # fmt: skip
"""What was heard; some notes are silent. Each gets a number of its own, so that no two texts are equal."""
FILTERS: dict[str, Filter] = {
    "newest": Filter(),
    "part": Filter(part="part-3"),
    "lot": Filter(lot="L-00777"),
    "serial": Filter(serial="S0123456"),
    "work order": Filter(work_order="W-0123"),
    "operator": Filter(operator="鈴木"),
    "shift": Filter(shift="夜勤"),
    "verdict NG": Filter(verdict=Answer.NG),
    "verdict INCONCLUSIVE": Filter(verdict=Answer.INCONCLUSIVE),
    "standing verdict NG": Filter(standing=Answer.NG),
    "standing verdict OK": Filter(standing=Answer.OK),
    "standing INCONCLUSIVE": Filter(standing=Answer.INCONCLUSIVE),
    "standing NG, model's OK": Filter(standing=Answer.NG, verdict=Answer.OK),
    "standing NG of a part": Filter(standing=Answer.NG, part="part-3"),
    "standing NG of a lot": Filter(standing=Answer.NG, lot="L-00777"),
    "standing NG, oldest": Filter(standing=Answer.NG, sort=Sort.OLDEST),
    "standing NG, likeliest": Filter(standing=Answer.NG, sort=Sort.P_NG),
    "standing OK, likeliest NG": Filter(standing=Answer.OK, sort=Sort.P_NG),
    "standing NG, reviewed": Filter(standing=Answer.NG, decided=Decided.REVIEWED),
    "standing NG, a day long ago": Filter(
        standing=Answer.NG, since=NOW - timedelta(days=200), until=NOW - timedelta(days=199)
    ),
    "line": Filter(line="line-2"),
    "line not told": Filter(line=""),
    "station": Filter(station="cell-5"),
    "station + standing NG": Filter(station="cell-5", standing=Answer.NG),
    "station that never was there": Filter(station="cell-99"),
    "defect": Filter(defect="crack"),
    "adapter, an old one": Filter(adapter="defect@1"),
    "state failed": Filter(state=State.FAILED),
    "state captured": Filter(state=State.CAPTURED),
    "a day, long ago": Filter(since=NOW - timedelta(days=200), until=NOW - timedelta(days=199)),
    "a month": Filter(since=NOW - timedelta(days=60), until=NOW - timedelta(days=30)),
    "part + NG": Filter(part="part-3", verdict=Answer.NG),
    "part + operator + shift + NG": Filter(part="part-7", operator="鈴木", shift="夜勤", verdict=Answer.NG),
    "lot + NG": Filter(lot="L-00777", verdict=Answer.NG),
    "part + a day long ago": Filter(part="part-3", since=NOW - timedelta(days=200), until=NOW - timedelta(days=199)),
    "nobody with this part": Filter(part="part-1", operator="山本"),
    "who never had this defect": Filter(operator="Garcia", defect="crack", part="part-2", shift="早番"),
    "a defect that is not OK's": Filter(defect="crack", verdict=Answer.OK),
    "all is the last adapter's, and old": Filter(adapter="defect@9", until=NOW - timedelta(days=300)),
    "oldest": Filter(sort=Sort.OLDEST),
    "reviewed": Filter(decided=Decided.REVIEWED),
    "reviewed, oldest": Filter(decided=Decided.REVIEWED, sort=Sort.OLDEST),
    "reviewed, likeliest NG": Filter(decided=Decided.REVIEWED, sort=Sort.P_NG),
    "reviewed, of a lot": Filter(decided=Decided.REVIEWED, lot="L-00777"),
    "reviewed, of a part and NG": Filter(decided=Decided.REVIEWED, part="part-3", verdict=Answer.NG),
    "waits for the supervisor": Filter(decided=Decided.OPEN),
    "waits, of a part": Filter(decided=Decided.OPEN, part="part-3"),
    "waits, of a lot": Filter(decided=Decided.OPEN, lot="L-00777"),
    "waits, likeliest NG": Filter(decided=Decided.OPEN, sort=Sort.P_NG),
    "likeliest NG": Filter(sort=Sort.P_NG),
    "likeliest NG of a part": Filter(sort=Sort.P_NG, part="part-3"),
    "likeliest NG of a lot": Filter(sort=Sort.P_NG, lot="L-00777"),
    "likeliest NG among the OK": Filter(sort=Sort.P_NG, verdict=Answer.OK),
}
TEXTS: dict[str, Filter] = {
    "深い傷": Filter(text="深い傷"),
    "端子が曲がっている": Filter(text="端子が曲がっている"),
    "scratch": Filter(text="scratch"),
    "SCRATCH ON the": Filter(text="SCRATCH ON the"),
    "S0123": Filter(text="S0123"),
    "S0123456": Filter(text="S0123456"),
    "L-00777": Filter(text="L-00777"),
    "鈴木一郎 (nobody)": Filter(text="鈴木一郎"),
    "xyzzy (nowhere)": Filter(text="xyzzy"),
    "00000 (nearly nowhere)": Filter(text="00000000"),
    "note 777777": Filter(text="777777"),
    "レンズの汚れ (a reason)": Filter(text="レンズの汚れ"),
    "two letters: 打痕": Filter(text="打痕"),
    "two letters: 欠け": Filter(text="欠け"),
    "two letters: L-": Filter(text="L-"),
    "one letter: 傷": Filter(text="傷"),
    "one letter: e": Filter(text="e"),
    "two letters: 鈴木": Filter(text="鈴木"),
    "scratch of a lot": Filter(text="scratch", lot="L-00777"),
    "scratch of a part and NG": Filter(text="scratch", part="part-3", verdict=Answer.NG),
    "scratch, one day long ago": Filter(
        text="scratch", since=NOW - timedelta(days=200), until=NOW - timedelta(days=199)
    ),
    "深い傷, reviewed": Filter(text="深い傷", decided=Decided.REVIEWED),
    "深い傷, waits": Filter(text="深い傷", decided=Decided.OPEN),
    "深い傷, oldest": Filter(text="深い傷", sort=Sort.OLDEST),
    "深い傷, likeliest NG": Filter(text="深い傷", sort=Sort.P_NG),
}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(sys.argv[2]) if len(sys.argv) > 2 else Path(folder))
        fresh = not places.database.exists()
        with Store.open(places) as store:
            if fresh:
                begun = time.perf_counter()
                fill(store, count)
                print(f"made in {time.perf_counter() - begun:.0f} s")
            history = History.of(store)
            print(f"{history.count():,} records, {places.database.stat().st_size / 1e6:.0f} MB")
            for title, filters in (("filters", FILTERS), ("full text", TEXTS)):
                worst = max(told(history, name, wanted) for name, wanted in filters.items())
                print(f"-- slowest median of {title}: {worst:.0f} ms")


def told(history: History, name: str, wanted: Filter) -> float:
    """Prints how long the first page, one further on and the count take; the slower page, in ms."""
    first, rows = took(lambda: history.search(wanted))
    later = 0.0
    if len(rows) == wanted.limit:
        for _ in range(3):
            wanted = Filter(**{**{n: getattr(wanted, n) for n in Filter.__slots__}, "before": rows[-1].id})
            rows = history.search(wanted) or rows
        later, _ = took(lambda: history.search(wanted))
    print(f"{name:36} {first:7.1f} ms, a later page {later:7.1f} ms, {len(rows)} rows")
    return max(first, later)


def took(job: Callable[[], list[object]]) -> tuple[float, list[object]]:
    times, result = [], []
    for _ in range(CALLS):
        begun = time.perf_counter()
        result = job()
        times.append((time.perf_counter() - begun) * 1000)
    return median(times), result


def fill(store: Store, count: int) -> None:
    """One in twelve is NG, one in ten INCONCLUSIVE and reviewed; lots of 500, orders of 5,000, ten parts."""
    sentences = " ".join(f"WHEN {k} THEN '{words}'" for k, words in enumerate(SENTENCES))
    step = 50_000
    with store.database.write() as session:
        session.execute(text("INSERT INTO media VALUES (:s, 'photo', 1, '.png')"), {"s": "0" * 64})
        for start in range(0, count, step):
            bounds = {"a": start, "b": min(count, start + step) - 1, "all": count, "now": NOW.timestamp()}
            for query in (_SAMPLES, _VERDICTS.format(sentences=sentences), _REVIEWS, _LINES):
                session.execute(text(_NUMBERS + query), bounds)


_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT :a UNION ALL SELECT n + 1 FROM numbers WHERE n < :b) "
_ID = "printf('01K%023d', n)"
_AT = f"strftime('%Y-%m-%d %H:%M:%S.000000', :now - (:all - n) * {SECONDS}, 'unixepoch')"
_PART = "'part-' || ((n / 5000) % 10)"
_SAMPLES = f"""
INSERT INTO samples (id, state, photo_sha256, photo_name, part, lot, serial, operator, captured_at, app_version,
                     work_order, shift, line, station)
SELECT {_ID}, CASE WHEN n % 5003 = 0 THEN 'failed' WHEN n > :all - 4 THEN 'captured' ELSE 'judged' END,
       '{"0" * 64}', 'IMG_' || n || '.jpg', {_PART},
       printf('L-%05d', n / 500), printf('S%07d', n),
       CASE WHEN {_PART} = 'part-1' THEN '佐藤' ELSE
       CASE (n / 960) % 6 WHEN 0 THEN '佐藤' WHEN 1 THEN '鈴木' WHEN 2 THEN 'Tanaka' WHEN 3 THEN '高橋'
       WHEN 4 THEN '山本' ELSE 'Garcia' END END, {_AT}, '0', printf('W-%04d', n / 5000),
       CASE (n / 960) % 3 WHEN 0 THEN '早番' WHEN 1 THEN '遅番' ELSE '夜勤' END,
       CASE WHEN n * 10 < :all THEN NULL ELSE 'line-' || (1 + n / 4000 % 3) END,
       CASE WHEN n * 10 < :all THEN NULL ELSE 'cell-' || (1 + n / 500 % 12) END
FROM numbers"""
_VERDICTS = f"""
INSERT INTO verdicts (sample_id, verdict, defect, severity, heard, voice_says, remark, p_ng, confidence, contradiction,
                      ok_below, ng_above, base, adapter, prompt, engine, timings_ms, app_version, judged_at)
SELECT {_ID}, CASE WHEN n % 10 = 0 THEN 'INCONCLUSIVE' WHEN n % 12 = 0 THEN 'NG' ELSE 'OK' END,
       CASE WHEN n % 12 <> 0 THEN 'none' WHEN (n / 12) % 4 = 0 THEN 'crack' WHEN (n / 12) % 4 = 1 THEN 'scratch'
       ELSE 'dent' END,
       CASE WHEN n % 12 = 0 THEN 'major' ELSE 'none' END,
       CASE n % {len(SENTENCES)} {{sentences}} END || CASE WHEN n % {len(SENTENCES)} < 12 THEN ' ' || n ELSE '' END,
       'nothing', '', (n * 37 % 1009) / 1009.0, 0.9, 0, 0.2, 0.8, 'b', 'defect@' || (1 + n * 9 / :all) || '/abc', 'p',
       'e', '{{{{}}}}', '0', {_AT}
FROM numbers WHERE n % 5003 <> 0 AND n <= :all - 4"""
_REVIEWS = f"""
INSERT INTO reviews (sample_id, decision, verdict, defect, severity, reason, disposition, who, app_version, at)
SELECT {_ID}, 'decided', CASE WHEN n % 3 = 0 THEN 'NG' ELSE 'OK' END, 'none', 'none',
       CASE WHEN n % 1000 = 0 THEN 'レンズの汚れ' ELSE '限度見本の範囲内' END, 'accept', '伊藤', '0', {_AT}
FROM numbers WHERE n % 10 = 0 AND n % 5003 <> 0 AND n <= :all - 4"""
_LINES = f"""
INSERT INTO lines (sample_id, kind, text, who, at)
SELECT {_ID}, CASE WHEN n % 200 = 7 THEN 'withdrawn' ELSE 'picked' END, '', '佐藤', {_AT}
FROM numbers WHERE n % 50 = 7"""


if __name__ == "__main__":
    main()
