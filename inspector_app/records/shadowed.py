"""What candidates said beside the active adapter: written after the verdict, read for the promotion. Decides nothing.

Where a candidate gives another verdict, the unit goes to the supervisor (a line of kind shadow).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspector_app.records import audit
from inspector_app.records.database import Database
from inspector_app.records.night_tables import ShadowRow
from inspector_app.records.record import LineKind, finite, iso
from inspector_app.records.rows import line_facts
from inspector_app.records.standing import standing
from inspector_app.records.store import gone
from inspector_app.records.tables import LineRow, ReviewRow, SampleRow, VerdictRow
from inspector_app.rights import PROGRAM
from model_runtime.verdict import Verdict

SHADOWED = "shadowed"
NAMES = ("id", "adapter", "verdict", "defect", "p_ng", "ok_below", "ng_above", "active", "active_verdict")


@dataclass(frozen=True, slots=True)
class Beside:
    """One unit that a candidate judged too. `truth`: what a supervisor found, where one looked."""

    sample_id: str
    verdict: str
    p_ng: float | None
    active_verdict: str
    active_p_ng: float | None
    truth: str | None

    @property
    def agrees(self) -> bool:
        return self.verdict == self.active_verdict


class Shadowed:
    """Reads and writes of one data folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, sample_id: str, verdict: Verdict) -> bool:
        """Keeps what a candidate said; whether it agrees with the verdict that stands. Said twice, kept once."""
        with self._database.write() as session:
            active = session.scalars(select(VerdictRow).where(VerdictRow.sample_id == sample_id)).one()
            said, adapter = verdict.judgment, verdict.model.adapter
            agrees = str(said.verdict) == active.verdict
            there = select(ShadowRow.id).where(ShadowRow.sample_id == sample_id, ShadowRow.adapter == adapter)
            if session.scalar(there) is not None:
                return agrees
            row = ShadowRow(
                sample_id=sample_id, adapter=adapter, verdict=str(said.verdict), defect=said.defect,
                p_ng=finite(verdict.p_ng), ok_below=verdict.thresholds.ok_below, ng_above=verdict.thresholds.ng_above,
                active=active.adapter, active_verdict=active.verdict, judged_at=datetime.now(UTC),
            )  # fmt: skip
            session.add(row)
            session.flush()
            audit.append(session, PROGRAM, SHADOWED, sample_id, new=shadow_facts(row))
            if not agrees and not session.scalar(select(gone(sample_id))):
                _send(session, sample_id, f"{adapter.partition('/')[0]} {said.verdict}")
            return agrees

    def without(self, adapter: str, since: datetime, limit: int = 50) -> list[str]:
        """Units judged since then that this adapter has not judged and did not judge itself; newest first."""
        done = select(ShadowRow.sample_id).where(ShadowRow.adapter == adapter)
        query = (
            select(VerdictRow.sample_id)
            .where(VerdictRow.sample_id.in_(select(SampleRow.id).where(SampleRow.captured_at >= since)))
            .where(VerdictRow.adapter != adapter, VerdictRow.sample_id.not_in(done), ~gone(VerdictRow.sample_id))
            .order_by(VerdictRow.sample_id.desc())
            .limit(limit)
        )
        with self._database.read() as session:
            return list(session.scalars(query))

    def count(self, adapter: str) -> int:
        """Units that this adapter (its identity) judged beside another."""
        with self._database.read() as session:
            return session.scalar(select(func.count(ShadowRow.id)).where(ShadowRow.adapter == adapter)) or 0

    def beside(self, adapter: str) -> list[Beside]:
        """All of them that count still, oldest first, with the truth where a supervisor looked."""
        query = (
            select(ShadowRow, VerdictRow.p_ng, ReviewRow.verdict)
            .join(VerdictRow, VerdictRow.sample_id == ShadowRow.sample_id)
            .outerjoin(ReviewRow, ReviewRow.id == standing(ShadowRow.sample_id))
            .where(ShadowRow.adapter == adapter, ~gone(ShadowRow.sample_id))
            .order_by(ShadowRow.sample_id)
        )
        with self._database.read() as session:
            return list(_beside(session.execute(query)))


def shadow_facts(row: ShadowRow) -> dict[str, Any]:
    """What the audit trail tells of it."""
    return {**{name: getattr(row, name) for name in NAMES}, "judged_at": iso(row.judged_at)}


def _beside(rows: Any) -> Iterator[Beside]:
    for row, p_ng, truth in rows:
        yield Beside(row.sample_id, row.verdict, row.p_ng, row.active_verdict, p_ng, truth)


def _send(session: Session, sample_id: str, text: str) -> None:
    """To the supervisor, as an operator who disagrees would."""
    line = LineRow(sample_id=sample_id, kind=str(LineKind.SHADOW), text=text, who=PROGRAM, at=datetime.now(UTC))
    session.add(line)
    session.flush()
    audit.append(session, PROGRAM, str(LineKind.SHADOW), sample_id, new=line_facts(line))
