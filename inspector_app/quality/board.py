"""All that the quality page shows of a period, computed in one go: figures, their course, charts, groups, drift.

Knows units and the formulas beside this file; knows no words and no pixels. Periods of time are told as plain texts
(2026-11-24, 2026-W48, 2026-11), which read the same everywhere.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspector_app.quality import summary
from inspector_app.quality.drift import Shift, drift
from inspector_app.quality.spc import Bar, Group, PChart, p_chart
from inspector_app.quality.summary import NG, OK, SLICES, Figures, Slice
from inspector_app.records import tallies
from inspector_app.records.database import Database
from inspector_app.records.figures import Unit
from inspector_app.records.filter import Filter
from inspector_app.shifts import ShiftPlan, Span

MOST_GROUPS = 40
"""Groups that are told apart; the largest stand for all."""
DAYS_OF_SHIFTS, DAYS_OF_DAYS, DAYS_OF_WEEKS = 32, 100, 740
"""Up to so many days a subgroup is a shift, a day, a week; beyond, a month."""
REFERENCE_UNITS = 500
"""The first units that an adapter judged, where nothing else is known to compare with."""
BARS = 20
"""Bars that the spread of p_ng is drawn in."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The spread of p_ng: shares in BARS parts from 0 to 1 now and in the reference; `source` says what that is:
    "evaluation", "first" (units that the adapter judged first) or "" where there is none."""

    now: tuple[float, ...]
    before: tuple[float, ...]
    shift: Shift | None
    source: str
    adapter: str


@dataclass(frozen=True, slots=True)
class Board:
    """`course`: figures by time, `grain` says by what; `groups` by the wanted property, largest first."""

    wanted: Filter
    by: str
    since: datetime | None
    until: datetime | None
    figures: Figures
    grain: str
    course: tuple[Slice, ...]
    chart: PChart
    chart_grain: str
    pareto: tuple[Bar, ...]
    groups: tuple[Slice, ...]
    left_out: int
    moved: Moved | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen to look at: what there is in the records."""

    parts: tuple[str, ...]
    lots: tuple[str, ...]
    shifts: tuple[str, ...]
    operators: tuple[str, ...]
    adapters: tuple[str, ...]
    lines: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()


def board(
    database: Database, wanted: Filter, by: str, plan: ShiftPlan, evaluation: Callable[[str], Sequence[float]]
) -> Board:
    """`by`: one of summary.SLICES. `evaluation`: p_ng of the units that an adapter (name@version) was measured on, or
    nothing where that is not known."""
    units = tallies.tallies(database, wanted)
    moments = [unit.at for unit in units]
    since = wanted.since or (min(moments) if moments else None)
    until = wanted.until or (max(moments) + timedelta(minutes=15) if moments else None)
    days = (until - since).days if since and until else 0
    chart_grain = "shift" if days <= DAYS_OF_SHIFTS and plan.starts else _grain(days)
    periods = Periods(plan)
    groups, left_out = grouped(units, by)
    return Board(
        wanted, by, since, until, summary.figures(units), _grain(days),
        course(units, periods, _grain(days)), _chart(units, periods, chart_grain), chart_grain,
        summary.defects(units), groups, left_out, moved(database, wanted, units, evaluation),
    )  # fmt: skip


class Periods:
    """Names of shift, day, week and month of a moment; each working day and shift is computed once."""

    def __init__(self, plan: ShiftPlan) -> None:
        self._plan = plan
        self._days: dict[datetime, str] = {}
        self._shifts: list[Span] = []

    def name(self, moment: datetime, grain: str) -> tuple[str, str]:
        """A text that sorts as time does, and the one to show."""
        day = self._day(moment)
        if grain == "shift":
            span = self._shift(moment)
            return span.since.isoformat(), f"{day} {span.name}"
        if grain == "day":
            return day, day
        if grain == "week":
            year, week, _ = datetime.fromisoformat(day).isocalendar()
            return f"{year}-W{week:02}", f"{year}-W{week:02}"
        return day[:7], day[:7]

    def _day(self, moment: datetime) -> str:
        found = self._days.get(moment)
        if found is None:
            found = self._days[moment] = self._plan.day(moment).name
        return found

    def _shift(self, moment: datetime) -> Span:
        for span in reversed(self._shifts[-6:]):
            if span.since <= moment < span.until:
                return span
        span = self._plan.shift(moment) or self._plan.day(moment)
        self._shifts.append(span)
        return span


def course(units: Sequence[Unit], periods: Periods, grain: str) -> tuple[Slice, ...]:
    """The shares of each day, week or month; nothing is estimated of so few units."""
    found: defaultdict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        found[periods.name(unit.at, grain)].append(unit)
    return tuple(
        Slice(grain, name, summary.figures(some, estimated=False)) for (_, name), some in sorted(found.items())
    )


def grouped(units: Sequence[Unit], by: str) -> tuple[tuple[Slice, ...], int]:
    """The figures of each group, the largest first (weeks: in order), and how many groups were left out."""
    found: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        found[SLICES[by](unit)].append(unit)
    size = {name: sum(unit.count for unit in some) for name, some in found.items()}
    names = sorted(found) if by == "week" else sorted(found, key=lambda name: (-size[name], name))
    shown = names[-MOST_GROUPS:] if by == "week" else names[:MOST_GROUPS]
    return tuple(Slice(by, name, summary.figures(found[name])) for name in shown), len(names) - len(shown)


def moved(
    database: Database, wanted: Filter, units: Sequence[Unit], evaluation: Callable[[str], Sequence[float]]
) -> Moved | None:
    """The spread of p_ng of the adapter that judged most, against what it was measured on; None without units."""
    adapters = summary.counted((u for u in units if u.adapter), lambda u: u.adapter.split("/")[0])
    if not adapters:
        return None
    adapter = max(adapters, key=lambda name: (adapters[name], name))
    now = _values(tallies.spread(database, replace(wanted, adapter=adapter)))
    before, source = list(evaluation(adapter)), "evaluation"
    if not before:
        first = replace(wanted, adapter=adapter, since=None, until=None)
        before, source = _values(tallies.spread(database, first, REFERENCE_UNITS)), "first"
    if not before or not now:
        return None
    return Moved(_shares(now), _shares(before), drift(before, now), source, adapter)


def choices(database: Database) -> Choices:
    """What there is to choose from."""
    names = ("part", "lot", "shift", "operator", "adapter", "line", "station")
    return Choices(*(tuple(tallies.values(database, name)) for name in names))


def _chart(units: Sequence[Unit], periods: Periods, grain: str) -> PChart:
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for unit in units:
        if unit.answer in (OK, NG):
            counts = found[periods.name(unit.at, grain)]
            counts[0] += unit.count * (unit.answer == NG)
            counts[1] += unit.count
    return p_chart(Group(name, ng, n) for (_, name), (ng, n) in sorted(found.items()))


def _grain(days: int) -> str:
    return "day" if days <= DAYS_OF_DAYS else "week" if days <= DAYS_OF_WEEKS else "month"


def _values(cells: Sequence[int]) -> list[float]:
    """The middle of each cell as often as it was counted."""
    return [(number + 0.5) / len(cells) for number, count in enumerate(cells) for _ in range(count)]


def _shares(values: Sequence[float]) -> tuple[float, ...]:
    counts = [0] * BARS
    for value in values:
        counts[min(BARS - 1, int(value * BARS))] += 1
    return tuple(count / len(values) for count in counts)
