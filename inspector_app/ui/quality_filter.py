"""What the quality pages look at: a period, and one part, line, shift, operator, adapter. Knows no figure."""

from datetime import UTC, datetime, time, timedelta

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.quality.board import Choices
from inspector_app.records.filter import Filter
from inspector_app.shifts import ShiftPlan
from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.quality_words import GROUPS
from inspector_app.ui.widgets import label

PERIODS = {
    "today": mark("Today"),
    "week": mark("Last 7 days"),
    "month": mark("Last 30 days"),
    "quarter": mark("Last 90 days"),
    "year": mark("Last 12 months"),
    "all": mark("All of it"),
    "own": mark("From – to …"),
}
_DAYS = {"week": 7, "month": 30, "quarter": 90, "year": 365}
FIELDS = {
    "part": (mark("Part number"), mark("All parts")),
    "line": (mark("Line"), mark("All lines")),
    "station": (mark("Station"), mark("All stations")),
    "shift": (mark("Shift"), mark("All shifts")),
    "operator": (mark("Operator"), mark("All people")),
    "adapter": (mark("Adapter version"), mark("All versions")),
}
_OF_SEVERAL = ("line", "station")
"""Shown only where the records are of more than one: most data folders are of one station."""


def span(period: str, plan: ShiftPlan, now: datetime | None = None) -> tuple[datetime | None, datetime | None]:
    """From when to when a period lasts; whole working days, up to now."""
    now = now or datetime.now(UTC)
    if period == "today":
        return plan.day(now).since, None
    if period in _DAYS:
        return plan.day(now - timedelta(days=_DAYS[period] - 1)).since, None
    return None, None


class FilterBar(Spoken, QWidget):
    """A row of choices; `changed` when another one was made."""

    changed = Signal()

    def __init__(self, by: bool = True, fields: tuple[str, ...] = tuple(FIELDS)) -> None:
        super().__init__()
        self.plan = ShiftPlan()
        self.period, self.by = QComboBox(), QComboBox()
        self.first, self.last = QDateEdit(), QDateEdit()
        self.boxes = {name: QComboBox() for name in fields}
        self.choices = Choices((), (), (), (), ())
        self.holders: dict[str, QWidget] = {}
        self._with_by = by
        self._build()
        self.respeak()
        self.period.setCurrentIndex(list(PERIODS).index("month"))
        self._connect()

    def _build(self) -> None:
        fields = QHBoxLayout(self)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(theme.GAP_S)
        dates = QWidget()
        row = QHBoxLayout(dates)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for edit in (self.first, self.last):
            edit.setCalendarPopup(True)
            edit.setDisplayFormat("yyyy-MM-dd")
            edit.setDate(QDate.currentDate())
            row.addWidget(edit)
        self.dates = dates
        columns: list[tuple[str, QWidget]] = [(mark("Period"), self.period), ("", dates)]
        columns += [(FIELDS[name][0], box) for name, box in self.boxes.items()]
        if self._with_by:
            columns.append((mark("Told apart by"), self.by))
        for words, widget in columns:
            holder = dates if widget is dates else _headed(self, words, widget)
            self.holders[words] = holder
            fields.addWidget(holder, 0 if widget is dates else 1, Qt.AlignmentFlag.AlignBottom)
        for box in (self.period, self.by, *self.boxes.values()):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(7)
        dates.hide()

    def _connect(self) -> None:
        self.period.currentIndexChanged.connect(self._period_chosen)
        self.by.currentIndexChanged.connect(self.changed)
        for box in self.boxes.values():
            box.currentIndexChanged.connect(self.changed)
        for edit in (self.first, self.last):
            edit.dateChanged.connect(lambda _: self.changed.emit())

    def _period_chosen(self) -> None:
        self.dates.setVisible(self.period.currentData() == "own")
        self.changed.emit()

    def offer(self, choices: Choices) -> None:
        """What there is to choose from; what is chosen stays chosen."""
        self.choices = choices
        self._fill()

    def wanted(self) -> Filter:
        """What is chosen."""
        since, until = span(self.period.currentData(), self.plan)
        if self.period.currentData() == "own":
            since, until = (_start(self.first.date()), _start(self.last.date().addDays(1)) - timedelta(microseconds=1))
        chosen = {name: box.currentData() for name, box in self.boxes.items()}
        return Filter(since=since, until=until, limit=None, **{name: value for name, value in chosen.items() if value})

    @property
    def group(self) -> str:
        """By what figures are told apart."""
        return str(self.by.currentData() or "part")

    def respeak(self) -> None:
        _refill(self.period, [(tr(words), name) for name, words in PERIODS.items()])
        _refill(self.by, [(tr(words), name) for name, words in GROUPS.items()])
        self._fill()

    def _fill(self) -> None:
        there = {"part": self.choices.parts, "shift": self.choices.shifts, "operator": self.choices.operators,
                 "adapter": self.choices.adapters, "lot": self.choices.lots, "line": self.choices.lines,
                 "station": self.choices.stations}  # fmt: skip
        for name, box in self.boxes.items():
            _refill(box, [(tr(FIELDS[name][1]), None), *((value, value) for value in there[name])])
            self.holders[FIELDS[name][0]].setVisible(name not in _OF_SEVERAL or len(there[name]) > 1)


def _refill(box: QComboBox, entries: list[tuple[str, object]]) -> None:
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for words, value in entries:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)


def _headed(owner: Spoken, words: str, widget: QWidget) -> QWidget:
    """A small word above its field."""
    holder, head = QWidget(), label("caption")
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    if words:
        owner.say(head.setText, words)
        owner.say(widget.setAccessibleName, words)
    head.setBuddy(widget)
    column.addWidget(head)
    column.addWidget(widget)
    return holder


def _start(date: QDate) -> datetime:
    return datetime.combine(date.toPython(), time()).astimezone(UTC)  # type: ignore[arg-type]
