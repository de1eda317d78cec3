"""Shifts (直): which one a moment belongs to, and which working day, also where a shift crosses midnight.

Knows clocks only. The plan is a line of text, as "早番 06:00, 遅番 14:00, 夜勤 22:00": a shift lasts until the next one
begins, and the working day begins with the first one named.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

_ENTRY = re.compile(r"(?P<name>\S.{0,39}?)\s+(?P<hour>[01]?\d|2[0-3])[::](?P<minute>[0-5]\d)")
_MOST = 12


@dataclass(frozen=True, slots=True)
class Span:
    """A shift or a day: from `since` up to and without `until`, both UTC."""

    name: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ShiftPlan:
    """Names and local times of the starts, in the order in which they follow each other; empty: no shifts."""

    starts: tuple[tuple[str, time], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "ShiftPlan":
        """The plan in a line of text; ValueError says in words what does not fit."""
        entries = [entry.strip() for entry in re.split("[,、,;\n]", text) if entry.strip()]
        starts = []
        for entry in entries:
            found = _ENTRY.fullmatch(entry)
            if found is None:
                raise ValueError(f"{entry!r} is not a name and a time like 'Early 06:00'")
            starts.append((found["name"], time(int(found["hour"]), int(found["minute"]))))
        if len(starts) > _MOST or len({at for _, at in starts}) < len(starts):
            raise ValueError(f"shifts must begin at different times and be at most {_MOST}")
        return cls(tuple(starts))

    def shift(self, moment: datetime) -> Span | None:
        """The shift of a moment; None where the plan names none."""
        if not self.starts:
            return None
        local = _local(moment)
        begun = sorted(
            (datetime.combine(local.date() + timedelta(days=days), at), name)
            for days in (-1, 0, 1)
            for name, at in self.starts
        )
        now = max(index for index, (start, _) in enumerate(begun) if start <= local)
        return Span(begun[now][1], _utc(begun[now][0]), _utc(begun[now + 1][0]))

    def day(self, moment: datetime) -> Span:
        """The working day of a moment, named by the date on which it began."""
        first = self.starts[0][1] if self.starts else time()
        local = _local(moment)
        date = local.date() if local.time() >= first else local.date() - timedelta(days=1)
        begins = datetime.combine(date, first)
        return Span(date.isoformat(), _utc(begins), _utc(begins + timedelta(days=1)))


def _local(moment: datetime) -> datetime:
    """What the clock on the wall shows; times are compared on it, so that a shift begins at six in summer too."""
    return moment.astimezone().replace(tzinfo=None)


def _utc(wall: datetime) -> datetime:
    return wall.astimezone(UTC)
