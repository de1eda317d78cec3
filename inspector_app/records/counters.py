"""The day in figures: units, OK, NG, INCONCLUSIVE, withdrawn, yield, takt. One query over an index of capture times.

Counts the verdict that stands: the supervisor's, else the model's. A unit that was withdrawn or taken anew is none of
the day's units.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from sqlalchemy import and_, func, select

from inspector_app.records.database import Database
from inspector_app.records.record import LineKind, State
from inspector_app.records.standing import standing
from inspector_app.records.store import gone
from inspector_app.records.tables import ReviewRow, SampleRow, VerdictRow
from inspector_app.shifts import Span
from model_runtime.verdict import Answer


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
        .where(SampleRow.captured_at >= span.since, SampleRow.captured_at < span.until)
        .order_by(SampleRow.captured_at)
    )
    if part is not None:
        query = query.where(SampleRow.part == part)
    with database.read() as session:
        rows = list(session.execute(query))
    there = [(at, state, said) for at, state, said, is_gone, _ in rows if not is_gone]
    answers = [said for _, _, said in there]
    gaps = [(after - before).total_seconds() for before, after in pairwise(at for at, _, _ in there)]
    return Counters(
        name=span.name,
        since=span.since,
        until=span.until,
        units=len(there),
        ok=answers.count(Answer.OK),
        ng=answers.count(Answer.NG),
        inconclusive=answers.count(Answer.INCONCLUSIVE),
        waiting=sum(1 for _, state, said in there if state is State.CAPTURED and said is None),
        failed=sum(1 for _, state, said in there if state is State.FAILED and said is None),
        withdrawn=sum(1 for *_, withdrawn in rows if withdrawn),
        takt_s=median(gaps) if gaps else None,
        target_s=target_s,
    )
