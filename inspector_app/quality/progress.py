"""Where the goals of a proof of concept (KPI) stand, part by part, and since when they stand so.

Knows parts with their goals, units and the formulas beside this file; knows no words.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from inspector_app.parts import Goals, Part
from inspector_app.quality import kpi, summary
from inspector_app.quality.kpi import Says, Standing
from inspector_app.quality.rates import rate, truth
from inspector_app.quality.summary import INCONCLUSIVE, Times
from inspector_app.records import tallies
from inspector_app.records.database import Database
from inspector_app.records.figures import Unit
from inspector_app.records.filter import Filter

LOOKS = 24
"""So many times the figures are told anew over the period, each time with all units so far."""


@dataclass(frozen=True, slots=True)
class Held:
    """A goal and where it stands. `since`: from when on it has stood so at every look; None where that is not told
    (takt and minutes of people) or where it stands so from the beginning."""

    standing: Standing
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """A part's goals over the units since `since`; `units` counts them, `drawn` those that chance had reviewed."""

    part: str
    goals: Goals
    set_at: datetime | None
    set_by: str
    since: datetime | None
    units: int
    drawn: int
    held: tuple[Held, ...]

    @property
    def says(self) -> Says | None:
        """The worst of all goals; None without any."""
        found = {one.standing.says for one in self.held}
        order = (Says.NOT_MET, Says.NOT_ENOUGH, Says.MET)
        return next((says for says in order if says in found), None)


def progress(
    database: Database, part: Part, since: datetime | None, set_at: datetime | None = None, set_by: str = ""
) -> Progress:
    """One part; `since`: the first moment that counts, None: all."""
    wanted = Filter(part=part.name, since=since, limit=None)
    units = tallies.tallies(database, wanted)
    found = summary.figures(units)
    rows = summary.standings(part.goals, units, found, _times(database, wanted, units)) if units else []
    if not units:
        rows = [_unseen(name, goal) for name, goal in goals_of(part.goals)]
    begun = _since(part.goals, sorted(units, key=lambda unit: unit.at), rows)
    return Progress(
        part.name, part.goals, set_at, set_by, since or min((unit.at for unit in units), default=None), found.units,
        found.drawn, tuple(Held(row, begun.get(row.name)) for row in rows),
    )  # fmt: skip


def goals_of(goals: Goals) -> list[tuple[str, float]]:
    """Those that are set."""
    names = ("miss", "overkill", "coverage", "takt", "person_minutes")
    return [(name, value) for name in names if (value := getattr(goals, name)) is not None]


def _unseen(name: str, goal: float) -> Standing:
    """Nothing was inspected yet."""
    if name == "takt":
        return kpi.time_at_most(name, goal, [])
    if name == "person_minutes":
        return kpi.amount_at_most(name, goal, None, 0)
    make = kpi.at_least if name == "coverage" else kpi.at_most
    return make(name, goal, rate(0, 0))


def _times(database: Database, wanted: Filter, units: Sequence[Unit]) -> Times:
    moments = tallies.moments(database, wanted)
    acts: defaultdict[str, list[datetime]] = defaultdict(list)
    for at, who in moments:
        acts[who].append(at)
    for unit in units:
        if unit.reviewed_at is not None:
            acts[unit.reviewer].append(unit.reviewed_at)
    gaps = [(after - before).total_seconds() for (before, _), (after, _) in pairwise(moments)]
    return Times(gaps, summary.minutes_of(acts, len(moments)))


def _since(goals: Goals, units: Sequence[Unit], rows: Sequence[Standing]) -> dict[str, datetime]:
    """For each share, the first of the looks from which on it always stood as it does now."""
    shares = [row for row in rows if row.name in ("miss", "overkill", "coverage")]
    if not shares or len(units) < 2:
        return {}
    step = max(1, len(units) // LOOKS)
    ends = sorted({*range(step, len(units), step), len(units)})
    said = [(units[end - 1].at, _says(goals, units[:end])) for end in ends]
    found: dict[str, datetime] = {}
    for row in shares:
        for at, looks in reversed(said):
            if looks[row.name] is not row.says:
                break
            found[row.name] = at
    return found


def _says(goals: Goals, units: Sequence[Unit]) -> dict[str, Says]:
    judged = [unit for unit in units if unit.called is not None]
    called = summary.counted(judged, lambda unit: unit.called or "")
    estimated = truth(called, summary.drawn_of(judged))
    coverage = rate(called.total() - called[INCONCLUSIVE], called.total())
    found = {}
    for name, goal in goals_of(goals):
        if name == "coverage":
            found[name] = kpi.says(coverage, goal, upper=False)
        elif name in ("miss", "overkill"):
            found[name] = kpi.says(getattr(estimated, name), goal, upper=True)
    return found
