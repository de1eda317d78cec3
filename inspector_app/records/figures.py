"""The units of a period as the figures need them: one small row each, read in one go. Knows no formula.

tallies.py gives the same rows with those that say the same put together, for periods of very many units.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from inspector_app.records.database import Database
from inspector_app.records.filter import Filter
from inspector_app.records.record import LineKind
from inspector_app.records.standing import standing
from inspector_app.records.store import gone
from inspector_app.records.tables import LineRow, ReviewRow, SampleRow, VerdictRow


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit that counts. `called`: what the model said, None while it has not; `review`: the supervisor's last
    verdict; `chance`: with which it was sent there by chance (0..1), None where chance had no part in it. `count`: how
    many such units the row stands for; of more than one, `id` is "" and `at` when their quarter of an hour began.
    """

    id: str
    at: datetime
    part: str
    lot: str
    shift: str
    operator: str
    retake: bool
    called: str | None
    defect: str
    p_ng: float | None
    adapter: str
    review: str | None
    review_defect: str
    disposition: str
    reviewer: str
    reviewed_at: datetime | None
    chance: float | None
    count: int = 1
    line: str = ""
    station: str = ""

    @property
    def answer(self) -> str | None:
        """The verdict that stands."""
        return self.review or self.called

    @property
    def found(self) -> str:
        """The defect class that stands."""
        return self.review_defect if self.review else self.defect


def units(database: Database, wanted: Filter) -> list[Unit]:
    """All units that pass part, lot, serial, operator, shift, line, station, since and until, oldest first; text,
    page and limit are not looked at. Withdrawn ones and those taken anew are left out."""
    with database.read() as session:
        return [unit(*row) for row in session.execute(query(wanted))]


def query(wanted: Filter) -> Any:
    """The rows that `unit` takes, of the units that pass."""
    chance = (
        select(LineRow.text)
        .where(LineRow.sample_id == SampleRow.id, LineRow.kind == str(LineKind.PICKED))
        .limit(1)
        .scalar_subquery()
    )
    rows = (
        select(
            SampleRow.id, SampleRow.captured_at, SampleRow.part, SampleRow.lot, SampleRow.shift, SampleRow.operator,
            SampleRow.retake_of, VerdictRow.verdict, VerdictRow.defect, VerdictRow.p_ng, VerdictRow.adapter,
            ReviewRow.verdict, ReviewRow.defect, ReviewRow.disposition, ReviewRow.who, ReviewRow.at, chance,
            SampleRow.line, SampleRow.station,
        )
        .outerjoin(VerdictRow, VerdictRow.sample_id == SampleRow.id)
        .outerjoin(ReviewRow, ReviewRow.id == standing(SampleRow.id))
        .where(~gone(SampleRow.id))
        .order_by(SampleRow.id)
    )  # fmt: skip
    for column in (
        SampleRow.part, SampleRow.lot, SampleRow.serial, SampleRow.operator, SampleRow.shift, SampleRow.line,
        SampleRow.station,
    ):  # fmt: skip
        if (value := getattr(wanted, column.key)) is not None:
            rows = rows.where(func.coalesce(column, "") == "" if value == "" else column == value)
    if wanted.since is not None:
        rows = rows.where(SampleRow.captured_at >= wanted.since)
    if wanted.until is not None:
        rows = rows.where(SampleRow.captured_at <= wanted.until)
    return rows


def unit(
    sample_id: str, at: datetime, part: str, lot: str | None, shift: str | None, operator: str | None,
    retake_of: str | None, called: str | None, defect: str | None, p_ng: float | None, adapter: str | None,
    review: str | None, review_defect: str | None, disposition: str | None, who: str | None,
    reviewed_at: datetime | None, chance: str | None, line: str | None, station: str | None,
) -> Unit:  # fmt: skip
    """A row of `query` as a unit."""
    return Unit(
        sample_id, at, part, lot or "", shift or "", operator or "", retake_of is not None, called, defect or "", p_ng,
        adapter or "", review, review_defect or "", disposition or "", who or "", reviewed_at, _chance(chance), 1,
        line or "", station or "",
    )  # fmt: skip


def _chance(text: str | None) -> float | None:
    """The chance as a share. Before the share was told, all picks of a folder are taken as drawn alike."""
    if text is None:
        return None
    return int(text) / 100 if text.isdecimal() and int(text) > 0 else 1.0
