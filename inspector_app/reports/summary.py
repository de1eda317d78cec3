"""A report's content, gathered once from the records: figures, charts, goals, the NG units. Knows no paper, no file."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from inspector_app.parts import Parts
from inspector_app.quality import summary
from inspector_app.quality.drift import Shift
from inspector_app.quality.kpi import Standing
from inspector_app.quality.spc import Bar, PChart
from inspector_app.quality.summary import Figures, Slice
from inspector_app.records import figures as rows
from inspector_app.records.history import Filter, History
from inspector_app.records.record import Inspection
from inspector_app.records.store import Store
from inspector_app.settings import Settings
from inspector_app.shifts import ShiftPlan

KINDS = ("shift", "lot", "part", "period")
MOST_PHOTOS = 60
"""NG units that a report shows; the table of all is in the CSV and XLSX files."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report tells. `since` and `until` are those of the filter, else of the units; None without units."""

    kind: str
    station: str
    wanted: Filter
    made_at: datetime
    since: datetime | None
    until: datetime | None
    figures: Figures
    slices: tuple[Slice, ...]
    chart: PChart
    pareto: tuple[Bar, ...]
    goals: tuple[Standing, ...]
    drift: Shift | None
    person_minutes: float | None
    ng: tuple[Inspection, ...]
    """Of the NG units the newest, at most MOST_PHOTOS."""


def gather(
    store: Store,
    parts: Parts,
    settings: Settings,
    wanted: Filter,
    kind: str = "period",
    reference: tuple[datetime, datetime] | None = None,
) -> Report:
    """The report of the units that pass part, lot, serial, operator, shift, line, station, since, until. `reference`: a
    period whose spread of p_ng today's is held against; else there is no drift to tell.
    """
    units = rows.units(store.database, wanted)
    found = summary.figures(units)
    moments = [unit.at for unit in units]
    since = wanted.since or (moments[0] if moments else None)
    until = wanted.until or (moments[-1] if moments else None)
    goals = parts.get(wanted.part).goals if wanted.part and wanted.part in parts else None
    bad = [unit.id for unit in reversed(units) if unit.answer == summary.NG][:MOST_PHOTOS]
    before = None
    if reference is not None:
        before = rows.units(store.database, replace(wanted, since=reference[0], until=reference[1]))
    return Report(
        kind=kind,
        station=settings.station,
        wanted=wanted,
        made_at=datetime.now(UTC),
        since=since,
        until=until,
        figures=found,
        slices=tuple(summary.slices(units)),
        chart=summary.chart(units, ShiftPlan.parse(settings.shift_plan)),
        pareto=summary.defects(units),
        goals=tuple(summary.standings(goals, units, found)) if goals else (),
        drift=summary.drifted(before, units) if before is not None else None,
        person_minutes=summary.person_minutes(units),
        ng=tuple(History.of(store).some(bad)),
    )
