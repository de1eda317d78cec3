"""What is looked for in the history, as chips: each says one condition, and a click or Space offers the others.

Knows the fields of a filter as texts, so that a view can be kept; asks a job for the values that occur.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QDate, QPoint, Qt, Signal
from PySide6.QtWidgets import QDateEdit, QMenu, QWidget

from inspector_app.records.filter import Decided, Filter, Sort
from inspector_app.shifts import ShiftPlan
from inspector_app.ui import icons, theme
from inspector_app.ui.flow_layout import FlowLayout
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.review_widgets import PickButton
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.widgets import label
from inspector_app.ui.words import VERDICTS, defect_word
from model_runtime.verdict import Answer

FIELDS = {
    "period": mark("Period"),
    "part": mark("Part"),
    "standing": mark("Final verdict"),
    "verdict": mark("Model's verdict"),
    "decided": mark("Supervisor"),
    "operator": mark("Operator"),
    "shift": mark("Shift"),
    "line": mark("Line"),
    "station": mark("Station"),
    "defect": mark("Defect"),
    "adapter": mark("Adapter"),
}
"""The chips, in their order."""
PERIODS = {
    "today": mark("Today"),
    "yesterday": mark("Yesterday"),
    "week": mark("Last 7 days"),
    "month": mark("Last 30 days"),
    "own": mark("From – to …"),
}
_DAYS = {"week": 7, "month": 30}
DECIDED = {Decided.OPEN: mark("waits for a decision"), Decided.REVIEWED: mark("decided already")}
SORTS = {
    Sort.NEWEST: mark("Newest first"),
    Sort.OLDEST: mark("Oldest first"),
    Sort.P_NG: mark("Likeliest NG first"),
}
NOT_TOLD = "(not told)"
"""The value of a condition that finds records which do not tell it."""
_MAY_BE_MISSING = ("operator", "shift", "line", "station")
MOST = 200
"""Values that a menu offers; among more, the search finds one."""

Values = Callable[[str, Callable[[list[str]], None]], None]
"""Field, and what to do with the values that occur in the records."""


def filter_of(wanted: dict[str, str], plan: ShiftPlan, before: str | None, limit: int) -> Filter:
    """The filter that the texts mean; what means nothing any more is left out."""
    since, until = span(wanted.get("period", ""), plan)
    return Filter(
        text=wanted.get("text") or None,
        part=wanted.get("part"),
        operator=_told(wanted.get("operator")),
        shift=_told(wanted.get("shift")),
        line=_told(wanted.get("line")),
        station=_told(wanted.get("station")),
        defect=wanted.get("defect"),
        adapter=wanted.get("adapter"),
        verdict=_answer(wanted.get("verdict")),
        standing=_answer(wanted.get("standing")),
        decided=Decided(wanted["decided"]) if wanted.get("decided") in set(Decided) else None,
        sort=Sort(wanted["sort"]) if wanted.get("sort") in set(Sort) else Sort.NEWEST,
        since=since,
        until=until,
        before=before,
        limit=limit,
    )


def _told(value: str | None) -> str | None:
    return "" if value == NOT_TOLD else value


def _answer(value: str | None) -> Answer | None:
    return Answer(value) if value in set(Answer) else None


def span(period: str, plan: ShiftPlan) -> tuple[datetime | None, datetime | None]:
    """From when to when: whole working days, or "2026-11-01/2026-11-24", whole days by the calendar."""
    today = plan.day(datetime.now(UTC))
    if period == "today":
        return today.since, None
    if period == "yesterday":
        before = plan.day(today.since - timedelta(hours=1))
        return before.since, today.since - timedelta(microseconds=1)
    if period in _DAYS:
        return plan.day(today.since - timedelta(days=_DAYS[period] - 1)).since, None
    first, _, last = period.partition("/")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None, None
    return (
        datetime.combine(days[0], time.min).astimezone(UTC),
        datetime.combine(days[1], time.max).astimezone(UTC),
    )


class Chips(Spoken, QWidget):
    """`changed`: another condition; `wanted` holds them as texts. `dates_wanted`: a period is to be typed."""

    changed = Signal()
    dates_wanted = Signal()

    def __init__(self, values: Values) -> None:
        super().__init__()
        self._values = values
        self.wanted: dict[str, str] = {}
        self.buttons = {name: PickButton("plus", words) for name, words in FIELDS.items()}
        self.menu: QMenu | None = None
        self._build()
        self.respeak()

    def _build(self) -> None:
        flow = FlowLayout(self)
        for name, button in self.buttons.items():
            button.clicked.connect(lambda _=False, name=name: self.offer(name))
            flow.addWidget(button)

    def focus_first(self) -> None:
        """Give the keys to the chips; Tab goes from one to the next, Space opens it."""
        next(iter(self.buttons.values())).setFocus(Qt.FocusReason.TabFocusReason)

    def show_wanted(self, wanted: dict[str, str]) -> None:
        """Other conditions, as of a saved view; the caller searches."""
        self.wanted = {name: value for name, value in wanted.items() if name in FIELDS and value}
        self.respeak()

    def put(self, name: str, value: str) -> None:
        """One condition; empty: none of that name."""
        if name == "period" and value == "own":
            self.dates_wanted.emit()
            return
        self.show_wanted({**self.wanted, name: value})
        self.changed.emit()

    def offer(self, name: str) -> None:
        """The values of one chip, as a menu under it."""
        fixed = {
            "period": {key: tr(words) for key, words in PERIODS.items()},
            "standing": {str(answer): tr(words) for answer, words in VERDICTS.items()},
            "verdict": {str(answer): tr(words) for answer, words in VERDICTS.items()},
            "decided": {str(one): tr(words) for one, words in DECIDED.items()},
        }
        if name in fixed:
            self._offer(name, fixed[name])
        else:
            words: Callable[[str], str] = defect_word if name == "defect" else str
            more = {NOT_TOLD: tr("(not told)")} if name in _MAY_BE_MISSING else {}
            self._values(name, lambda found: self._offer(name, {**{one: words(one) for one in found}, **more}))

    def _offer(self, name: str, choices: dict[str, str]) -> None:
        button, menu = self.buttons[name], QMenu(self)
        self.menu = menu
        menu.addAction(tr("All"), lambda: self.put(name, ""))
        menu.addSeparator()
        for value, words in list(choices.items())[:MOST]:
            action = menu.addAction(words, partial(self.put, name, value))
            action.setCheckable(True)
            action.setChecked(self.wanted.get(name) == value)
        if len(choices) > MOST:
            menu.addAction(tr("{count} more: search for it", count=len(choices) - MOST)).setEnabled(False)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def respeak(self) -> None:
        for name, button in self.buttons.items():
            value = self.wanted.get(name, "")
            button.set_text(f"{tr(FIELDS[name])}: {_shown(name, value)}" if value else tr(FIELDS[name]))
            button.set_kind("picked" if value else "")
            button.set_icon("check" if value else "plus")
            button.setToolTip(button.accessibleName())


def _shown(name: str, value: str) -> str:
    if name == "period":
        return tr(PERIODS[value]) if value in PERIODS else value.replace("/", " – ")
    if value == NOT_TOLD:
        return tr("(not told)")
    if name in ("verdict", "standing") and value in set(Answer):
        return tr(VERDICTS[Answer(value)])
    if name == "decided" and value in set(Decided):
        return tr(DECIDED[Decided(value)])
    return defect_word(value) if name == "defect" else value


class PeriodDialog(Sheet):
    """From one day to another. `chosen` gives "2026-11-01/2026-11-24"."""

    chosen = Signal(str)

    def __init__(self, known: str, parent: QWidget | None = None) -> None:
        super().__init__(mark("Period"), mark("From the first day to the last, both included."), parent)
        first, _, last = known.partition("/")
        self.first, self.last = self._edit(mark("From"), first), self._edit(mark("To"), last)
        self.add_button("x", mark("Cancel"), "Esc", self.reject)
        self.add_button("check", mark("Show"), "Return", self._choose, "primary")
        self.resize(420, 0)
        self.first.setFocus()

    def _edit(self, words: str, day: str) -> QDateEdit:
        edit, caption = QDateEdit(), label("caption")
        edit.setCalendarPopup(True)
        edit.setDisplayFormat("yyyy-MM-dd")
        known = QDate.fromString(day, Qt.DateFormat.ISODate)
        edit.setDate(known if known.isValid() else QDate.currentDate())
        self.say(caption.setText, words)
        self.say(edit.setAccessibleName, words)
        self.body.addWidget(caption)
        self.body.addWidget(edit)
        return edit

    def _choose(self) -> None:
        days: list[Any] = sorted((self.first.date().toPython(), self.last.date().toPython()))
        self.chosen.emit(f"{days[0].isoformat()}/{days[1].isoformat()}")
        self.accept()


def menu_icon(name: str) -> Any:
    """An icon for an entry of a menu, in the colour of its text."""
    return icons.icon(name, theme.tokens().text)
