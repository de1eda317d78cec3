"""The figures of a period from its units: yield, override, coverage, miss, overkill, kappa, takt, drift.

Knows units as records/figures.py gives them, and the formulas beside this file; knows no database. docs/reports.md
names every field and its source.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import TypeVar

from inspector_app.parts import Goals
from inspector_app.quality import kpi
from inspector_app.quality.agreement import Kappa, cohen
from inspector_app.quality.drift import Shift, drift
from inspector_app.quality.rates import Drawn, Rate, Truth, rate, truth
from inspector_app.quality.spc import Bar, Group, PChart, p_chart, pareto
from inspector_app.records.figures import Unit
from inspector_app.shifts import ShiftPlan

OK, NG, INCONCLUSIVE = "OK", "NG", "INCONCLUSIVE"
Word = TypeVar("Word", str, str | None)
LONGEST_ACT = 120.0
"""Seconds that one act of a person can take: whatever is longer between two acts was not spent on units."""
SLICES: dict[str, Callable[[Unit], str]] = {
    "part": lambda u: u.part,
    "line": lambda u: u.line,
    "station": lambda u: u.station,
    "shift": lambda u: u.shift,
    "operator": lambda u: u.operator,
    "adapter": lambda u: u.adapter.split("/")[0],
    "week": lambda u: "{}-W{:02}".format(*u.at.astimezone().isocalendar()[:2]),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some units. `yield_` counts the verdict that stands, `first_pass` units that were OK at once: not taken anew,
    not reworked, not called otherwise first. `override`: of the reviewed, those whose verdict was changed.
    """

    units: int
    judged: int
    ok: int
    ng: int
    inconclusive: int
    reviewed: int
    drawn: int
    yield_: Rate
    first_pass: Rate
    override: Rate
    coverage: Rate
    truth: Truth
    kappa: Kappa
    takt: float | None


@dataclass(frozen=True, slots=True)
class Slice:
    """The units that share a value."""

    by: str
    value: str
    figures: Figures


def figures(units: Sequence[Unit], estimated: bool = True) -> Figures:
    """All figures of these units; reviewed ones and those that chance picked must come one by one. The takt is None
    where units were put together. Not `estimated`: miss, overkill and kappa are left unknown, which is much quicker.
    """
    judged = [u for u in units if u.called is not None]
    answers = counted(units, lambda u: u.answer)
    standing = answers[OK] + answers[NG] + answers[INCONCLUSIVE]
    reviewed = [u for u in judged if u.review is not None]
    # An INCONCLUSIVE is no verdict that could be changed.
    decided = [u for u in reviewed if u.called != INCONCLUSIVE]
    at_random = drawn_of(judged) if estimated else []
    return Figures(
        units=_sum(units),
        judged=_sum(judged),
        ok=answers[OK],
        ng=answers[NG],
        inconclusive=answers[INCONCLUSIVE],
        reviewed=_sum(reviewed),
        drawn=sum(d.called != INCONCLUSIVE for d in at_random),
        yield_=rate(answers[OK], standing),
        first_pass=rate(_sum(u for u in units if _first_pass(u)), standing),
        override=rate(sum(u.review != u.called for u in decided), len(decided)),
        coverage=rate(_sum(u for u in judged if u.called != INCONCLUSIVE), _sum(judged)),
        truth=truth(counted(judged, lambda u: u.called or ""), at_random),
        kappa=cohen((u.called or "", u.review or "") for u in (decided if estimated else ()) if _paired(u)),
        takt=_takt(units),
    )


def _paired(unit: Unit) -> bool:
    """Whether it tells of the agreement of model and supervisor: chance drew it, and the supervisor was sure."""
    return unit.review in (OK, NG) and unit.chance is not None


def drawn_of(units: Iterable[Unit]) -> list[Drawn]:
    """The reviewed of what chance sent to the supervisor, and of the INCONCLUSIVE, which all go there."""
    return [
        Drawn(u.called or "", u.review == NG, u.chance or 1.0)
        for u in units
        if u.review in (OK, NG) and (u.chance is not None or u.called == INCONCLUSIVE)
    ]


def slices(units: Sequence[Unit], by: Iterable[str] = SLICES) -> list[Slice]:
    """The same figures by each of SLICES, where there is more than one value."""
    found = []
    for name in by:
        groups: defaultdict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            groups[SLICES[name](unit)].append(unit)
        if len(groups) > 1:
            found += [Slice(name, value, figures(group)) for value, group in sorted(groups.items())]
    return found


def chart(units: Iterable[Unit], plan: ShiftPlan, centre: float | None = None) -> PChart:
    """The p-chart of NG, a subgroup each shift, or each day where there are no shifts."""
    names: dict[datetime, str] = {}
    groups: defaultdict[datetime, Counter[str]] = defaultdict(Counter)
    for unit in units:
        if unit.answer in (OK, NG):
            span = plan.shift(unit.at) or plan.day(unit.at)
            day = plan.day(unit.at).name
            names[span.since] = day if span.name == day else f"{day} {span.name}"
            groups[span.since][unit.answer or ""] += unit.count
    said = sorted(groups.items())
    return p_chart((Group(names[since], counts[NG], counts.total()) for since, counts in said), centre)


def defects(units: Iterable[Unit]) -> tuple[Bar, ...]:
    """The Pareto of NG units by the defect class that stands."""
    return pareto(counted((u for u in units if u.answer == NG), lambda u: u.found or "none"))


def drifted(reference: Iterable[Unit], today: Iterable[Unit]) -> Shift | None:
    """Whether p_ng is spread as in the reference period."""
    return drift([u.p_ng for u in reference if u.p_ng is not None], [u.p_ng for u in today if u.p_ng is not None])


def person_minutes(units: Sequence[Unit]) -> float | None:
    """Minutes of people per 100 units: between the acts of a person (a unit captured, its review given), at
    most two minutes each; the first act of all counts nothing. None without units."""
    when: defaultdict[str, list[datetime]] = defaultdict(list)
    for unit in units:
        when[unit.operator].append(unit.at)
        if unit.reviewed_at is not None:
            when[unit.reviewer].append(unit.reviewed_at)
    return minutes_of(when, len(units))


def minutes_of(when: Mapping[str, Sequence[datetime]], units: int) -> float | None:
    """The same from the moments of each person's acts."""
    seconds = sum(
        min(LONGEST_ACT, (after - before).total_seconds())
        for moments in when.values()
        for before, after in pairwise(sorted(moments))
    )
    return seconds / 60 / units * 100 if units else None


@dataclass(frozen=True, slots=True)
class Times:
    """What units that were put together do not tell: seconds between units, minutes of people per 100."""

    gaps: Sequence[float]
    minutes: float | None


def standings(goals: Goals, units: Sequence[Unit], found: Figures, times: Times | None = None) -> list[kpi.Standing]:
    """Where each goal of a part stands; goals that are not set are left out. `times` where units were put together."""
    rows = []
    called = counted((u for u in units if u.called is not None), lambda u: u.called or "")
    at_random = drawn_of(units)
    if goals.miss is not None:
        rows.append(kpi.estimate_at_most("miss", goals.miss, lambda s: truth(called, at_random, scale=s).miss))
    if goals.overkill is not None:
        rows.append(
            kpi.estimate_at_most("overkill", goals.overkill, lambda s: truth(called, at_random, scale=s).overkill)
        )
    if goals.coverage is not None:
        rows.append(kpi.at_least("coverage", goals.coverage, found.coverage))
    if goals.takt is not None:
        rows.append(kpi.time_at_most("takt", goals.takt, times.gaps if times else _gaps(units)))
    if goals.person_minutes is not None:
        value = times.minutes if times else person_minutes(units)
        rows.append(kpi.amount_at_most("person_minutes", goals.person_minutes, value, _sum(units)))
    return rows


def _first_pass(unit: Unit) -> bool:
    straight = unit.called in (OK, None) or unit.review == OK
    return unit.answer == OK and straight and not unit.retake and unit.disposition in ("", "accept")


def _gaps(units: Iterable[Unit]) -> list[float]:
    moments = sorted(unit.at for unit in units)
    return [(after - before).total_seconds() for before, after in pairwise(moments)]


def counted(units: Iterable[Unit], of: Callable[[Unit], Word]) -> Counter[Word]:
    """How many units there are of each value."""
    found: Counter[Word] = Counter()
    for unit in units:
        found[of(unit)] += unit.count
    return found


def _sum(units: Iterable[Unit]) -> int:
    return sum(unit.count for unit in units)


def _takt(units: Sequence[Unit]) -> float | None:
    """The median of the seconds between units, so that a break does not count."""
    if any(unit.count != 1 for unit in units):
        return None
    gaps = _gaps(units)
    return median(gaps) if gaps else None
