"""The day in figures: units, OK, NG, INCONCLUSIVE, withdrawn, yield, takt. One query over an index of capture times.

Counts the verdict that stands: the supervisor's, else the model's. A unit that was withdrawn or taken anew is none of
the day's units.
"""

from array import array
from collections import Counter as Tally
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from statistics import median
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from inspector_app.records.database import Database
from inspector_app.records.record import LineKind, State
from inspector_app.records.standing import standing
from inspector_app.records.store import gone
from inspector_app.records.tables import ReviewRow, SampleRow, VerdictRow
from inspector_app.shifts import Span
from model_runtime.verdict import Answer

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Counters:
    """Figures of a shift or a day; `yield_` is None before the first verdict, `takt_s` before the second unit.

    `takt_s` is the median of the seconds between units, so that a break does not count.
    """

    name: str
    since: datetime
    until: datetime
    units: int = 0
    ok: int = 0
    ng: int = 0
    inconclusive: int = 0
    waiting: int = 0
    failed: int = 0
    withdrawn: int = 0
    takt_s: float | None = None
    target_s: float | None = None

    @property
    def judged(self) -> int:
        return self.ok + self.ng + self.inconclusive

    @property
    def yield_(self) -> float | None:
        """First-pass yield (直行率): OK among the judged."""
        return self.ok / self.judged if self.judged else None


def count(database: Database, span: Span, part: str | None = None, target_s: float | None = None) -> Counters:
    """The figures of what was captured in a span, of one part or of all."""
    query = _query(part is not None)
    found, gaps, before = Tally[str](), array("d"), None
    with database.read() as session:
        # Row by row: a list of the day's units would need more memory with each of them, after each of them.
        words = {"since": span.since, "until": span.until, "part": part}
        rows = session.execute(query, words, execution_options={"yield_per": _AT_ONCE})
        for at, state, said, is_gone, is_withdrawn in rows:
            found["withdrawn"] += is_withdrawn
            if is_gone:
                continue
            found["units"] += 1
            found[said or state] += 1
            if before is not None:
                gaps.append((at - before).total_seconds())
            before = at
    return Counters(
        name=span.name,
        since=span.since,
        until=span.until,
        units=found["units"],
        ok=found[Answer.OK],
        ng=found[Answer.NG],
        inconclusive=found[Answer.INCONCLUSIVE],
        waiting=found[State.CAPTURED],
        failed=found[State.FAILED],
        withdrawn=found["withdrawn"],
        takt_s=median(gaps) if gaps else None,
        target_s=target_s,
    )


@cache
def _query(one_part: bool) -> Select[*tuple[Any, ...]]:
    """Put together once: the window counts after each unit, and the words of the query never change."""
    last = standing(SampleRow.id)
    query = (
        select(
            SampleRow.captured_at,
            SampleRow.state,
            func.coalesce(ReviewRow.verdict, VerdictRow.verdict),
            gone(SampleRow.id),
            gone(SampleRow.id, LineKind.WITHDRAWN),
        )
        .outerjoin(VerdictRow, VerdictRow.sample_id == SampleRow.id)
        .outerjoin(ReviewRow, and_(ReviewRow.sample_id == SampleRow.id, ReviewRow.id == last))
        .where(SampleRow.captured_at >= bindparam("since"), SampleRow.captured_at < bindparam("until"))
        .order_by(SampleRow.captured_at)
    )
    return query.where(SampleRow.part == bindparam("part")) if one_part else query
