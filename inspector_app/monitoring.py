"""Monitoring: the active adapter week by week, alarms where it leaves its limits, and what to collect or train next.

Alarms are codes and values: the window says them in words. Knows the records, charts and drift; knows no window.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import comb
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.quality import likeness
from inspector_app.quality.drift import Drift, drift
from inspector_app.quality.spc import Group, PChart, p_chart
from inspector_app.quality.summary import Figures, figures
from inspector_app.records.figures import Unit
from inspector_app.records.filter import Filter
from inspector_app.records.learned import PROMOTED, Learned
from inspector_app.records.store import Store
from inspector_app.records.tallies import tallies
from inspector_app.records.watched import Recent, Seen, last_frozen, recent, seen, spread
from inspector_app.settings import Settings
from inspector_app.weighing import identity_of
from model_runtime.verdict import Fixable

ALARM, WATCH = "alarm", "watch"
WEEKS = 12
BASELINE, LEAST = 30, 10
"""Reviewed verdicts that the centre line needs, and those of the newest subgroup."""
TAIL = 0.00135
"""One-sided chance beyond three sigma."""
DRIFT_DAYS = 7
ENOUGH_TO_TRAIN = 30
"""New corrections from which on a training is suggested."""
LOOKED_AT, SHOWN, ODD = 200, 12, 2.0
"""Recent photos that are compared with what was learned from; those that are shown; and how many times farther than
usual a photo must lie to be called unlike."""


@dataclass(frozen=True, slots=True)
class Week:
    """The figures of one adapter version in one week."""

    adapter: str
    week: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something left its limits. `code`: override_high, drift_changed, drift_watch; `values` fill its sentence."""

    code: str
    level: str
    values: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        at = self.since.isoformat() if self.since else None
        return {"code": self.code, "level": self.level, "values": self.values, "since": at}


@dataclass(frozen=True, slots=True)
class Odd:
    """A recent unit whose photo is unlike all that was learned from: `times` farther than those from each other."""

    unit: Recent
    times: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do next: `code` train, collect or none; the photos most unlike what the adapter was trained on."""

    code: str
    values: dict[str, Any]
    photos: tuple[Odd, ...] = ()


class Monitoring:
    """Of one data folder; reads only."""

    def __init__(self, store: Store, places: Places, settings: Settings) -> None:
        self._store, self._places, self._settings = store, places, settings

    def alarms(self, now: datetime | None = None) -> list[Alarm]:
        """What a supervisor should know at sign-in, the worst first."""
        now = now or datetime.now(UTC)
        found = override_alarms(seen(self._store.database, now - timedelta(weeks=WEEKS)), now)
        found += self._drift(now)
        return sorted(found, key=lambda one: (one.level != ALARM, one.code))

    def suggestion(self, now: datetime | None = None) -> Suggestion:
        """Whether there is enough new to train on, or more should be collected first."""
        now = now or datetime.now(UTC)
        since = last_frozen(self._store.database) or now - timedelta(weeks=WEEKS)
        new = seen(self._store.database, since)
        changed = sum(one.called != one.truth for one in new)
        photos = self._unlike(now)
        values = {"reviewed": len(new), "changed": changed, "unlike": sum(odd.times >= ODD for odd in photos)}
        code = "none"
        if changed >= ENOUGH_TO_TRAIN:
            code = "train"
        elif values["unlike"] or changed:
            code = "collect"
        return Suggestion(code, values, tuple(photos))

    def weeks(self, now: datetime | None = None) -> list[Week]:
        """The figures of every adapter that judged in the last weeks, by week, oldest first."""
        now = now or datetime.now(UTC)
        return weekly(tallies(self._store.database, Filter(since=now - timedelta(weeks=WEEKS), limit=None)))

    def _drift(self, now: datetime) -> list[Alarm]:
        """The newest week's probabilities against those of the adapter's first time at work."""
        adapter, began = self._active()
        border = now - timedelta(days=DRIFT_DAYS)
        if adapter is None or began is None or began >= border:
            return []
        before = spread(self._store.database, adapter, began, border, newest=False)
        found = drift(before, spread(self._store.database, adapter, border, now, newest=True))
        if found is None or found.says not in (Drift.CHANGED, Drift.WATCH):
            return []
        changed = found.says is Drift.CHANGED
        values = {"adapter": adapter.partition("/")[0], "psi": round(found.psi, 3), "ks": round(found.ks, 3),
                  "p": found.p, "units": found.today, "reference": found.reference}  # fmt: skip
        return [Alarm("drift_changed" if changed else "drift_watch", ALARM if changed else WATCH, values, border)]

    def _active(self) -> tuple[str | None, datetime | None]:
        """The active adapter's identity, and since when it has judged; without a promotion, for the last weeks."""
        try:
            base = self._places.model(self._settings.model)
            name = Settings.load(self._places.settings).adapter
            folder = self._places.adapter(name) if name else base / "defect-lora"
            identity = identity_of(folder)
        except Fixable:
            return None, None
        began = [
            p.at for p in Learned(self._store.database).promotions() if p.kind == PROMOTED and p.identity == identity
        ]
        return identity, began[-1] if began else datetime.now(UTC) - timedelta(weeks=WEEKS)

    def _unlike(self, now: datetime) -> list[Odd]:
        """Recent photos that are most unlike those of the set that the active adapter learned from."""
        taught = self._taught()
        if len(taught) < 3:
            return []
        units = recent(self._store.database, self._store.files, now - timedelta(days=14), LOOKED_AT)
        looks = [(one, look) for one in units if (look := _look(one.photo)) is not None]
        times = likeness.unlike(taught, [look for _, look in looks])
        ranked = sorted(zip(looks, times, strict=True), key=lambda pair: -pair[1])
        return [Odd(one, round(far, 2)) for (one, _), far in ranked[:SHOWN]]

    def _taught(self) -> list[likeness.Look]:
        from model_runtime.adapter_card import read_card

        try:
            name = Settings.load(self._places.settings).adapter
            if not name:
                return []
            folder = self._places.sets / str(read_card(self._places.adapter(name)).training.get("set", ""))
        except (Fixable, KensaError):
            return []
        photos = sorted((folder / "photos").glob("*"))[:LOOKED_AT]
        return [look for path in photos if (look := _look(path)) is not None]


def weekly(units: Iterable[Unit]) -> list[Week]:
    """The figures of each adapter version in each week, oldest first."""
    groups: defaultdict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.adapter:
            groups[_week(unit.at), unit.adapter.partition("/")[0]].append(unit)
    return [Week(adapter, week, figures(some)) for (week, adapter), some in sorted(groups.items())]


def override_chart(units: Sequence[Seen], now: datetime) -> PChart | None:
    """The p-chart of changed verdicts, a subgroup each week; its centre is that of all weeks but the newest. None where
    there is too little to draw a centre line from."""
    decided = [unit for unit in units if unit.called != "INCONCLUSIVE" and unit.truth in ("OK", "NG")]
    groups: defaultdict[str, list[Seen]] = defaultdict(list)
    for unit in decided:
        groups[_week(unit.at)].append(unit)
    newest = _week(now)
    before = [unit for unit in decided if _week(unit.at) != newest]
    if len(before) < BASELINE:
        return None
    # Laplace: without one change so far, one would be beyond every limit.
    centre = (sum(unit.called != unit.truth for unit in before) + 1) / (len(before) + 2)
    rows = [Group(week, sum(u.called != u.truth for u in some), len(some)) for week, some in sorted(groups.items())]
    return p_chart(rows, centre)


def override_alarms(units: Sequence[Seen], now: datetime) -> list[Alarm]:
    """By part, where the newest week's rate of changed verdicts lies above its limits."""
    found = []
    for part in sorted({unit.part for unit in units}):
        chart = override_chart([unit for unit in units if unit.part == part], now)
        if chart is None or not chart.points or chart.points[-1].name != _week(now):
            continue
        point = chart.points[-1]
        if point.n < LEAST or point.p <= chart.centre:
            continue
        # Few units: the normal approximation is no honest limit, the exact chance of so many is.
        beyond = _tail(point.ng, point.n, chart.centre) < TAIL if point.small else point.p > point.upper
        if not beyond and (point.small or not point.rules):
            continue
        values = {"part": part, "changed": point.ng, "reviewed": point.n, "rate": point.p, "usual": chart.centre,
                  "limit": point.upper, "week": point.name}  # fmt: skip
        found.append(Alarm("override_high", ALARM if beyond else WATCH, values, now - timedelta(days=now.weekday())))
    return found


def _tail(count: int, n: int, p: float) -> float:
    """The chance of at least `count` of n, each with chance p."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(count, n + 1))


def _week(at: datetime) -> str:
    return "{}-W{:02}".format(*at.astimezone().isocalendar()[:2])


def _look(path: Path) -> likeness.Look | None:
    try:
        return likeness.look(path)
    except OSError:
        return None
