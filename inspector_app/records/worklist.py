"""What the supervisor should look at, and what reviews tell of the model: reads over verdicts, lines and reviews."""

from dataclasses import dataclass

from sqlalchemy import select, text

from inspector_app.records.database import Database
from inspector_app.records.record import Inspection, LineKind
from inspector_app.records.rows import everything, inspections_of
from inspector_app.records.standing import OPEN, standing
from inspector_app.records.store import Store, gone
from inspector_app.records.tables import LineRow, ReviewRow, SampleRow, VerdictRow
from inspector_app.records.worklist_causes import Cause, Worklist
from model_runtime.verdict import Answer, VoiceSays

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A judged unit and what the supervisor found: the truth beside the model's probability of NG."""

    p_ng: float | None
    voice_says: VoiceSays
    has_photo: bool
    truth: Answer
    at_random: bool


def waiting(store: Store, limit: int | None = 200, cause: Cause | None = None) -> Worklist:
    """Units of which no review stands and for which there is a cause; those of one cause, or all."""
    counts, here, total = dict.fromkeys(Cause, 0), list[str](), 0
    with store.database.read() as session:
        for row in session.execute(_WAITING):  # one by one: a backlog of thousands takes no memory
            total += 1
            for one in Cause:
                counts[one] += bool(getattr(row, one))
            if (cause is None or getattr(row, cause)) and (limit is None or len(here) < limit):
                here.append(row.id)
        units: list[Inspection] = []
        for start in range(0, len(here), _AT_ONCE):
            ids = here[start : start + _AT_ONCE]
            rows = session.execute(everything().where(SampleRow.id.in_(ids)).order_by(SampleRow.id))
            units += inspections_of(session, rows, store.files)
    return Worklist(tuple(units), total, counts)


_WAITING = text(f"""
    SELECT o.id AS id,
           v.id IS NULL AND s.state = 'failed' AS failed,
           coalesce(v.contradiction, 0) AS contradiction,
           coalesce(v.verdict = 'INCONCLUSIVE' AND NOT v.contradiction, 0) AS unclear,
           EXISTS (SELECT 1 FROM lines l WHERE l.sample_id = o.id AND l.kind = 'disagreed') AS disagreed,
           EXISTS (SELECT 1 FROM lines l WHERE l.sample_id = o.id AND l.kind = 'picked') AS chance,
           EXISTS (SELECT 1 FROM lines l WHERE l.sample_id = o.id AND l.kind = 'shadow') AS shadow,
           EXISTS (SELECT 1 FROM lines l WHERE l.sample_id = o.id AND l.kind = 'doubted') AS doubted,
           EXISTS (SELECT 1 FROM lines l WHERE l.sample_id = o.id AND l.kind = 'second_look') AS second_look
    FROM ({OPEN}) o JOIN samples s ON s.id = o.id LEFT JOIN verdicts v ON v.sample_id = o.id
    ORDER BY o.id
""")
"""Small numbers of every unit that waits."""


def reviewed(database: Database, part: str) -> list[Reviewed]:
    """All judged units of a part that a supervisor called OK or NG, by the newest review."""
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
        .where(ReviewRow.id == standing(SampleRow.id), ~gone(SampleRow.id))
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
