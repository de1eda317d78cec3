"""What the supervisor should look at, and what reviews tell of the model: reads over verdicts, lines and reviews."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from inspector_app.records.database import Database
from inspector_app.records.record import Inspection, LineKind
from inspector_app.records.rows import everything, inspections_of
from inspector_app.records.store import Store, gone
from inspector_app.records.tables import LineRow, ReviewRow, SampleRow, VerdictRow
from model_runtime.verdict import Answer, VoiceSays


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A judged unit and what the supervisor found: the truth beside the model's probability of NG."""

    p_ng: float | None
    voice_says: VoiceSays
    has_photo: bool
    truth: Answer
    at_random: bool


def to_review(store: Store, limit: int | None = 200) -> list[Inspection]:
    """Units without a review whose verdict is INCONCLUSIVE, with which an operator disagreed, or that chance picked;
    oldest first."""
    unclear = select(VerdictRow.sample_id).where(VerdictRow.verdict == str(Answer.INCONCLUSIVE))
    sent = select(LineRow.sample_id).where(LineRow.kind.in_((str(LineKind.DISAGREED), str(LineKind.PICKED))))
    query = (
        everything()
        .where(
            or_(SampleRow.id.in_(unclear), SampleRow.id.in_(sent)),
            ~select(ReviewRow.id).where(ReviewRow.sample_id == SampleRow.id).exists(),
            ~gone(SampleRow.id),
        )
        .order_by(SampleRow.id)
        .limit(limit)
    )
    with store.database.read() as session:
        return list(inspections_of(session, session.execute(query), store.files))


def reviewed(database: Database, part: str) -> list[Reviewed]:
    """All judged units of a part that a supervisor called OK or NG, by the newest review."""
    newer = aliased(ReviewRow)
    followed = select(newer.id).where(newer.sample_id == ReviewRow.sample_id, newer.id > ReviewRow.id)
    picked = select(LineRow.id).where(LineRow.sample_id == SampleRow.id, LineRow.kind == str(LineKind.PICKED))
    query = (
        select(
            VerdictRow.p_ng,
            VerdictRow.voice_says,
            SampleRow.photo_sha256.is_not(None),
            ReviewRow.verdict,
            picked.exists(),
        )
        .select_from(ReviewRow)
        .join(SampleRow, SampleRow.id == ReviewRow.sample_id)
        .join(VerdictRow, VerdictRow.sample_id == SampleRow.id)
        # The concatenation keeps SQLite from walking all units of the part: there are far fewer reviews.
        .where(SampleRow.part.concat("") == part, ReviewRow.verdict != str(Answer.INCONCLUSIVE))
        .where(~followed.exists(), ~gone(SampleRow.id))
    )
    with database.read() as session:
        return [
            Reviewed(p_ng, VoiceSays(says), has_photo, Answer(truth), at_random)
            for p_ng, says, has_photo, truth, at_random in session.execute(query)
        ]


def serial_is_known(database: Database, part: str, serial: str, besides: str | None = None) -> bool:
    """Whether a unit of the part with that serial number was captured before; `besides` is one that does not count."""
    query = select(SampleRow.id).where(SampleRow.part == part, SampleRow.serial == serial, ~gone(SampleRow.id))
    if besides is not None:
        query = query.where(SampleRow.id != besides)
    with database.read() as session:
        return session.scalar(query.limit(1)) is not None
