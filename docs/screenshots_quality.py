"""The pages of figures for docs/screenshots.py: a month of a station, in a window of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector_app.quality.blind import Rater
from inspector_app.records.filter import Filter
from inspector_app.rights import Person
from inspector_app.studies import OWN, Studies, rater
from tests.quality.month import SHIFTS, fill

if TYPE_CHECKING:
    from docs.screenshots import Session

STATES = {"quality", "quality-more", "goals", "study", "study-run", "reports"}
GOALS = """["bottle-cap"]
title = { ja = "ボトルキャップ", en = "Bottle cap" }
goals = { miss = 0.05, overkill = 0.05, coverage = 0.80, takt = 1500, person_minutes = 300 }
"""


def quality(session: Session) -> None:
    """Charts, goals, a study that is judged, a report."""
    if not any(session.wanted(state) for state in STATES):
        return
    from docs.screenshots import Session as Other

    other = Other(session.application, session.files, session.tag)
    (other.folder / "parts.toml").write_text(GOALS, encoding="utf-8")
    other.window.change_settings(session.program.settings.changed(shift_plan=SHIFTS, station="外観検査 1号機"))
    other.window.resize(session.window.size())
    other.program.start()
    other.wait(lambda: other.program.readiness.can_judge)
    core = other.program.desk.station
    assert core is not None
    fill(core.store, now=datetime.now(UTC))
    page = other.window
    page.go_quality()
    tabs = page.quality_page.tabs
    other.wait(lambda: tabs["go_charts"].photos is not None, 30)
    tabs["go_charts"].charts[1].setFocus()
    tabs["go_charts"].charts[1].plot.look_at(55)
    other.grab("quality")
    tabs["go_charts"].area.verticalScrollBar().setValue(520)
    other.grab("quality-more")
    page.quality_page.go_goals()
    other.wait(lambda: bool(tabs["go_goals"].found), 30)
    other.grab("goals")
    _study(other)
    page.quality_page.go_reports()
    other.wait(lambda: tabs["go_reports"].preview is not None, 30)
    other.grab("reports")
    other.close()


def _study(other: Session) -> None:
    core = other.program.desk.station
    assert core is not None
    studies = Studies(core.store, core.people, other.program._places)
    offered = studies.from_history(Filter(limit=None))[:24]
    made = studies.make(
        Person.typed("山田"), "外観検査 2026年11月", offered, [Rater("佐藤"), Rater("鈴木"), rater(OWN)], 2
    )
    for name in ("佐藤", "鈴木"):
        number = 0
        while (turn := studies.get(made.id).turn(name)) is not None and (name == "佐藤" or number < 20):
            wrong = number % 17 == 9
            right = turn.unit.reference
            studies.say(
                Person.typed(name), made.id, turn.unit.name, ("OK" if right == "NG" else "NG") if wrong else right
            )
            number += 1
    page = other.window.quality_page
    page.go_study()
    tab = page.tabs["go_study"]
    other.wait(lambda: len(tab.studies) == 1)
    other.grab("study")
    tab.raters.setCurrentRow(1)
    other.dialog("study-run", tab.judge)
