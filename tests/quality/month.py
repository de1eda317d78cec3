"""A month of a station as it might have been, the same each time: three shifts, two parts, a bad week, reviews.

Written by SQL, with the triggers of the records at work; for tests of the figures and pictures of the pages.
"""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from inspector_app.capture.sample import read_photo
from inspector_app.places import resources
from inspector_app.records.store import Store
from inspector_app.records.tables import LineRow, ReviewRow, SampleRow, VerdictRow

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
SHIFTS = "早番 06:00, 遅番 14:00, 夜勤 22:00"
PEOPLE = ("佐藤 健", "鈴木 一郎", "田中 由美", "高橋 誠")
PARTS = ("bottle-cap", "gasket-A")
CLASSES = ("scratch", "crack", "stain", "chip", "dent")
LATER = "defect@2/bbb"


def fill(store: Store, days: int = 30, per_shift: int = 24, now: datetime = NOW, seed: int = 7) -> int:
    """Units of so many days up to `now`; one in ten sure verdicts is reviewed by chance. How many there are."""
    chance = random.Random(seed)
    photos = [store.put(read_photo(path, path.name))[0] for path in _photos()]
    samples: list[dict[str, object]] = []
    verdicts: list[dict[str, object]] = []
    reviews: list[dict[str, object]] = []
    lines: list[dict[str, object]] = []
    begin = now - timedelta(days=days)
    count = days * 3 * per_shift
    for number in range(count):
        at = begin + timedelta(days=days) * (number + chance.random() * 0.8) / count
        hour = (at.astimezone().hour - 6) % 24 // 8
        sample_id = f"01K{number:023d}"
        day = (at - begin).days
        bad = chance.random() < (0.16 if 17 <= day <= 19 else 0.07)
        p = min(0.999, max(0.001, chance.betavariate(4, 1.2) if bad else chance.betavariate(1.1, 7)))
        # Some are seen wrongly.
        p = 0.1 if bad and chance.random() < 0.15 else 0.85 if not bad and chance.random() < 0.03 else p
        called = "OK" if p < 0.25 else "NG" if p > 0.7 else "INCONCLUSIVE"
        defect = chance.choices(CLASSES, (40, 25, 18, 10, 7))[0] if called != "OK" else "none"
        samples.append(_sample(sample_id, number, at, hour, photos, chance))
        verdicts.append(_verdict(sample_id, at, called, defect, p, "defect@1/aaa" if day < days / 2 else LATER))
        drawn = called != "INCONCLUSIVE" and chance.random() < 0.2
        if drawn:
            lines.append(dict(sample_id=sample_id, kind="picked", text="10", who="kensa", at=at))
        if (drawn or called == "INCONCLUSIVE") and day < days - 1:
            reviews.append(_review(sample_id, at, called, bad, defect))
    with store.database.write() as session:
        for row, values in ((SampleRow, samples), (VerdictRow, verdicts), (ReviewRow, reviews), (LineRow, lines)):
            if values:
                session.execute(insert(row), values)
    return count


def _photos() -> list[Path]:
    return sorted((resources() / "samples").glob("demo-*.jpg"))


def _sample(
    sample_id: str, number: int, at: datetime, hour: int, photos: list[str], chance: random.Random
) -> dict[str, object]:
    return dict(
        id=sample_id, state="judged", photo_sha256=chance.choice(photos), photo_name=f"IMG_{number}.jpg",
        part=PARTS[number // 60 % 2], lot=f"L-{2200 + number // 120}", serial=f"S{number:05d}",
        operator=PEOPLE[(number // 24) % len(PEOPLE)], captured_at=at, app_version="0", work_order=None,
        shift=("早番", "遅番", "夜勤")[hour],
    )  # fmt: skip


def _verdict(sample_id: str, at: datetime, called: str, defect: str, p: float, adapter: str) -> dict[str, object]:
    bad = called != "OK"
    return dict(
        sample_id=sample_id, verdict=called, defect=defect, severity="major" if bad else "none",
        region_row=3 if bad else None, region_col=4 if bad else None, region_grid=8 if bad else None,
        heard="左端に傷" if bad else "", voice_says="nothing", remark="", p_ng=p, confidence=max(p, 1 - p),
        contradiction=False, ok_below=0.25, ng_above=0.7, base="kensa-nano@0", adapter=adapter, prompt="p", engine="e",
        timings_ms={"total": 150.0}, app_version="0", judged_at=at,
    )  # fmt: skip


def _review(sample_id: str, at: datetime, called: str, bad: bool, defect: str) -> dict[str, object]:
    verdict = "NG" if bad else "OK"
    changed = "overridden" if verdict != called else "confirmed"
    return dict(
        sample_id=sample_id, decision="decided" if called == "INCONCLUSIVE" else changed, verdict=verdict,
        defect=(defect if defect != "none" else "scratch") if bad else "none", severity="major" if bad else "none",
        reason="限度見本の範囲内", disposition="scrap" if bad else "accept", who="山田 花子", app_version="0",
        at=at + timedelta(hours=3),
    )  # fmt: skip
