"""Monitoring: the p-chart of changed verdicts, photos unlike what was learned from; lighting in the balance."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inspector_app.learning import Learning, Rule
from inspector_app.monitoring import ALARM, Monitoring, override_alarms, override_chart, weekly
from inspector_app.places import Places
from inspector_app.quality import likeness
from inspector_app.records import figures
from inspector_app.records.filter import Filter
from inspector_app.records.record import Disposition, Opinion
from inspector_app.records.watched import Seen
from inspector_app.rights import Person
from inspector_app.settings import Settings
from model_runtime.verdict import Answer
from tests.fakes import FakeJudge
from tests.learning.makers import labelled_folder
from tests.makers import sample, station

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)  # a Wednesday


def reviewed(weeks_ago: int, right: int, changed: int, part: str = "plate") -> list[Seen]:
    at = NOW - timedelta(weeks=weeks_ago)
    return [Seen(part, "defect@1/x", at, "OK", "OK")] * right + [Seen(part, "defect@1/x", at, "OK", "NG")] * changed


def test_a_rate_beyond_its_limit_is_an_alarm() -> None:
    steady = [one for week in range(1, 9) for one in reviewed(week, 48, 2)]
    assert override_alarms(steady + reviewed(0, 48, 2), NOW) == []
    (alarm,) = override_alarms(steady + reviewed(0, 38, 12), NOW)
    assert (alarm.code, alarm.level, alarm.values["part"]) == ("override_high", ALARM, "plate")
    assert alarm.values["rate"] == pytest.approx(0.24) and alarm.values["usual"] < 0.05


def test_few_units_are_tested_exactly() -> None:
    steady = [one for week in range(1, 9) for one in reviewed(week, 20, 0)]
    assert override_alarms(steady + reviewed(0, 11, 1), NOW) == [], "one of twelve may be chance"
    assert override_alarms(steady + reviewed(0, 8, 4), NOW)[0].level == ALARM


def test_without_a_past_there_is_no_limit() -> None:
    assert override_chart(reviewed(0, 5, 20), NOW) is None
    assert override_alarms(reviewed(1, 20, 0) + reviewed(0, 1, 5), NOW) == []


def test_each_part_has_its_own_limits() -> None:
    units = [one for week in range(1, 9) for one in reviewed(week, 20, 10, "rough") + reviewed(week, 29, 1, "fine")]
    units += reviewed(0, 20, 10, "rough") + reviewed(0, 20, 10, "fine")
    assert [alarm.values["part"] for alarm in override_alarms(units, NOW)] == ["fine"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30), st.integers(0, 30)), max_size=10))
def test_any_past_gives_alarms_that_can_be_told(weeks: list[tuple[int, int, int]]) -> None:
    for alarm in override_alarms([one for week in weeks for one in reviewed(*week)], NOW):
        assert 0 <= alarm.values["usual"] <= alarm.values["rate"] <= 1 and alarm.to_json()["code"] == "override_high"


def test_the_records_are_read(tmp_path: Path) -> None:
    at = station(tmp_path, FakeJudge([0.05] * 40))
    for number in range(20):
        judged = at.judge(at.keep(sample(number)))
        truth = Answer.NG if number < 6 else Answer.OK
        at.review(judged.id, Person.typed("鈴木"), Opinion(truth, Disposition.HOLD, reason="r"))
    watch = Monitoring(at.store, Places(tmp_path), Settings())
    assert watch.alarms() == [], "there is no past to compare with"
    found = watch.suggestion()
    assert (found.code, found.values["changed"], found.values["reviewed"]) == ("collect", 6, 20)
    (week,) = weekly(figures.units(at.store.database, Filter(limit=None)))
    assert week.adapter == "defect@0" and week.figures.override.value == pytest.approx(0.3)
    (shown,) = watch.weeks()
    assert (shown.week, shown.adapter, shown.figures.units) == (week.week, "defect@0", 20)
    assert shown.figures.override.value == pytest.approx(0.3)
    assert watch.weeks(datetime.now(UTC) + timedelta(weeks=30)) == [], "long ago"
    at.store.close()


def test_a_photo_of_another_world_is_unlike(tmp_path: Path) -> None:
    r = np.random.default_rng(1)
    base = r.integers(80, 160, (40, 60, 3))
    paths = []
    for number in range(12):
        noisy = np.clip(base + r.normal(0, 6, base.shape), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(tmp_path / f"{number}.png")
        paths.append(tmp_path / f"{number}.png")
    Image.fromarray((255 - base).astype(np.uint8)).save(tmp_path / "other.png")
    looks = [likeness.look(path) for path in paths]
    times = likeness.unlike(looks[:10], [*looks[10:], likeness.look(tmp_path / "other.png")])
    assert max(times[:2]) < 2 < 5 < times[2]


def test_a_lamp_that_tells_good_from_bad_is_told(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "lit", 40)
    for number in range(1, 40, 2):
        path = folder / f"images/{number:03}.png"
        with Image.open(path) as image:
            darker = image.point(lambda value: value * 0.6)
        darker.save(path)
    places = Places(tmp_path / "data")
    at = station(places.data)
    learning = Learning(at.store, at.people, places, at.parts, Settings())
    frozen = learning.freeze_folder(None, folder, Rule())
    by = {one["by"]: one for one in frozen.card["balance"]}
    assert by["lighting"]["out_of_balance"] and by["lighting"]["sentence"].startswith("Lighting tells good from bad")
    even = learning.freeze_folder(None, labelled_folder(tmp_path / "even", 40), Rule())
    assert not any(one["out_of_balance"] for one in even.card["balance"] if one["by"] == "lighting")
    at.store.close()
