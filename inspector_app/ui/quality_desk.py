"""What the quality pages ask for, by name; figures run on a lane of their own, so that no capture waits for them.

Joins station and lane. Knows no widget.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector_app.places import Places
from inspector_app.quality.board import Board, Choices
from inspector_app.records.filter import Filter
from inspector_app.tasks import Task
from inspector_app.ui.desk import Desk
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.inspection import Station
    from inspector_app.monitoring import Alarm
    from inspector_app.parts import Goals, Part
    from inspector_app.quality.photo_stats import Look, Photos
    from inspector_app.quality.progress import Progress
    from inspector_app.shifts import ShiftPlan
    from inspector_app.ui.charts import Chart


class QualityDesk:
    """Requests of the quality pages; failures go to the window's problems unless the caller shows them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._looks: dict[Path, Look | None] = {}

    def board(self, wanted: Filter, by: str) -> Task:
        """All that the charts show; the task gives a Board."""
        return self.ask(self._board, wanted, by)

    def choices(self) -> Task:
        """What can be chosen; the task gives Choices."""
        return self.ask(self._choices)

    def photos(self, board: Board) -> Task:
        """How the photos of the period look against those the adapter was measured on; the task gives Photos."""
        task = self.desk.lanes.pictures.start(self._photos, board)
        task.failed.connect(self.desk.problems.tell)
        return task

    def goals(self, period: str) -> Task:
        """Where the goals of all parts stand; `period` as of FilterBar, or "set": since they were set. The task gives a
        list of Progress, parts with goals first."""
        return self.ask(self._goals, period)

    def save_goals(self, part: str, goals: Goals, reason: str) -> Task:
        """Other goals for a part, as a new version of it; the caller says what went wrong."""
        return self.desk.ask_people(self._save_goals, part, goals, reason)

    def alarms(self) -> Task:
        """What the monitoring found; the task gives a list of Alarm."""
        return self.ask(self._alarms)

    def save_chart(self, chart: Chart, path: Path, wanted: Filter) -> Task:
        """Write a chart as PNG, SVG or CSV; who may not export gets no file."""
        kind = path.suffix.lower()
        if kind == ".svg":
            data = chart.plot.svg_bytes()
        elif kind == ".csv":
            data = chart.data.csv()
        else:
            data = chart.png_bytes()
        facts = {"chart": chart.data.title}
        return self.ask(self._save, path, data, wanted, facts)

    def ask(self, job: Callable[..., Any], *args: Any) -> Task:
        """Anything else, on the lane of figures."""
        task = self.try_to(job, *args)
        task.failed.connect(self.desk.problems.tell)
        return task

    def try_to(self, job: Callable[..., Any], *args: Any) -> Task:
        """The same, where the caller says what went wrong."""
        return self.desk.lanes.figures.start(job, *args)

    @property
    def station(self) -> Station:
        """KensaError while the records are not open."""
        if self.desk.station is None:
            raise Fixable("no_records", "The records are not open; see what the program says at the top.")
        return self.desk.station

    @property
    def plan(self) -> ShiftPlan:
        """The shifts of the station."""
        from inspector_app.shifts import ShiftPlan

        return ShiftPlan.parse(self.desk.station.settings.shift_plan if self.desk.station else "")

    @property
    def places(self) -> Places:
        """The data folder of the open records."""
        return Places(self.station.store.database.path.parent)

    # -- on the lane

    def _board(self, wanted: Filter, by: str) -> Board:
        from inspector_app.quality.board import board
        from inspector_app.quality.reference import evaluation_of

        places = self.places
        return board(self.station.store.database, wanted, by, self.plan, lambda adapter: evaluation_of(places, adapter))

    def _photos(self, board: Board) -> Generator[None, None, Photos]:
        """Photo by photo, so that it can be stopped when another board is wanted."""
        from inspector_app.quality import photo_stats
        from inspector_app.quality.board import REFERENCE_UNITS
        from inspector_app.quality.reference import photos_of

        if board.moved is None:
            return photo_stats.compare([], [], "")
        adapter, measured = board.moved.adapter, photos_of(self.places, board.moved.adapter)[: photo_stats.SAMPLE]
        source = "evaluation" if len(measured) >= photo_stats.LEAST else "first"
        if source == "first":
            first = replace(board.wanted, adapter=adapter, since=None, until=None)
            measured = self._kept_photos(first, REFERENCE_UNITS)
        sides: list[list[Look]] = []
        for paths in (self._kept_photos(replace(board.wanted, adapter=adapter)), measured):
            sides.append([])
            for path in paths:
                if path not in self._looks:
                    self._looks[path] = photo_stats.look(path)
                    yield
                if (look := self._looks[path]) is not None:
                    sides[-1].append(look)
        return photo_stats.compare(sides[0], sides[1], source)

    def _kept_photos(self, wanted: Filter, first: int | None = None) -> list[Path]:
        from inspector_app.quality.photo_stats import SAMPLE
        from inspector_app.records import tallies
        from inspector_app.records.history import History

        store = self.station.store
        units = History.of(store).some(tallies.some_ids(store.database, wanted, SAMPLE, first))
        return [unit.photo.path for unit in units if unit.photo]

    def _goals(self, period: str) -> list[Progress]:
        from inspector_app.quality.progress import Progress, progress
        from inspector_app.ui.quality_filter import span

        station, found = self.station, []
        for part in station.parts:
            at, who = station.editor.goals_set(part)
            if part.goals == type(part.goals)():
                found.append(Progress(part.name, part.goals, None, "", None, 0, 0, ()))
                continue
            since = at if period == "set" else span(period, self.plan)[0]
            found.append(progress(station.store.database, part, since, at, who))
        return sorted(found, key=lambda one: not one.held)

    def _save_goals(self, part: str, goals: Goals, reason: str) -> Part:
        station = self.station
        return station.save_part(self.desk.person, replace(station.parts.get(part), goals=goals), reason)

    def _alarms(self) -> list[Alarm]:
        from inspector_app.monitoring import Monitoring

        station = self.station
        return Monitoring(station.store, self.places, station.settings).alarms()

    def _save(self, path: Path, data: bytes, wanted: Filter, facts: dict[str, object]) -> None:
        from inspector_app.reports.exporting import export_file

        export_file(self.station.store, self.station.people, self.desk.person, path, data, wanted, facts)

    def _choices(self) -> Choices:
        from inspector_app.quality.board import choices

        return choices(self.station.store.database)
