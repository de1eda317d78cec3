"""What `kensa verify` looks at beside the rows that the audit trail tells one by one: the state of each unit, the rows
of kept files, lock-outs, when people were added and verdicts given, and whether the search finds what is there.

Knows tables and audit trail; each fault is one sentence.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inspector_app.records.erased import MEDIA_ERASED, TEXT_ERASED
from inspector_app.records.night_tables import ErasedMediaRow, ErasedTextRow
from inspector_app.records.record import iso
from inspector_app.records.roster import ATTEMPT_FAILED, ATTEMPTS_FREED, subject_of
from inspector_app.records.standing import STANDING
from inspector_app.records.tables import (
    AttemptRow,
    AuditRow,
    LineRow,
    MediaRow,
    PartVersionRow,
    PersonRow,
    SampleRow,
    VerdictRow,
)

NEAR = timedelta(minutes=10)
"""How far the time of a row may lie from that of its entry, where an older program did not tell it."""


def rest_faults(session: Session) -> Iterator[str]:
    """Every fault of these kinds."""
    yield from _state_faults(session)
    yield from _verdict_times(session)
    yield from _media_faults(session)
    yield from _attempt_faults(session)
    yield from _people_times(session)
    yield from _eraser_faults(session)
    yield from _search_faults(session)


def _eraser_faults(session: Session) -> Iterator[str]:
    """Who erased what: a row must name whom its entry names."""
    told: dict[tuple[str, int], str] = {}
    query = select(AuditRow.what, AuditRow.who, AuditRow.new).where(AuditRow.what.in_((MEDIA_ERASED, TEXT_ERASED)))
    for what, who, new in session.execute(query):
        facts = json.loads(new or "null") or {}
        for one in facts.get("entries", [facts]):
            told[what, one.get("id", 0)] = who
    for what, table in ((MEDIA_ERASED, ErasedMediaRow), (TEXT_ERASED, ErasedTextRow)):
        for number, who in session.execute(select(table.id, table.who)):
            if told.get((what, number), who) != who:
                yield f"erasure {number}: who did it is not what the audit trail tells"


def _state_faults(session: Session) -> Iterator[str]:
    judged = set(session.scalars(select(VerdictRow.sample_id)))
    failed: dict[str, Any] = {}
    for subject, new in session.execute(select(AuditRow.subject, AuditRow.new).where(AuditRow.what == "failed")):
        failed[subject] = json.loads(new or "null") or {}
    query = select(SampleRow.id, SampleRow.state, SampleRow.failure_code, SampleRow.failure_message)
    for sample_id, state, code, message in session.execute(query.order_by(SampleRow.id)):
        told = failed.get(sample_id)
        if sample_id in judged:
            right = ("judged", None, None)
        else:
            right = ("failed", told.get("code"), told.get("message")) if told else ("captured", None, None)
        if (str(state), code, message) != right:
            yield f"sample {sample_id}: its state is not what the audit trail tells"


def _verdict_times(session: Session) -> Iterator[str]:
    told = {s: (at, new) for s, at, new in _entries(session, "judged")}
    query = select(VerdictRow.sample_id, VerdictRow.judged_at, VerdictRow.app_version)
    for sample_id, judged_at, version in session.execute(query):
        if sample_id not in told:
            continue
        at, facts = told[sample_id]
        if not _same_time(judged_at, facts.get("judged_at"), at) or facts.get("app_version", version) != version:
            yield f"verdict of {sample_id}: when or by which program it was given is not what the audit trail tells"


def _people_times(session: Session) -> Iterator[str]:
    told = {subject: (at, new) for subject, at, new in _entries(session, "person_added")}
    for row in session.scalars(select(PersonRow)):
        at, facts = told.get(subject_of(row.name), (None, {}))
        if at is not None and not _same_time(row.created_at, facts.get("created_at"), at):
            yield f"{subject_of(row.name)}: when it was added is not what the audit trail tells"


def _entries(session: Session, what: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    rows = session.execute(select(AuditRow.subject, AuditRow.at, AuditRow.new).where(AuditRow.what == what))
    for subject, at, new in rows:
        yield subject, at, json.loads(new or "null") or {}


def _same_time(there: datetime, told: str | None, at: str) -> bool:
    if told is not None:
        return iso(there) == told
    return abs(there - datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(UTC)) <= NEAR


def _media_faults(session: Session) -> Iterator[str]:
    spoken = set(session.scalars(select(SampleRow.voice_sha256))) | set(session.scalars(select(LineRow.voice_sha256)))
    there = set()
    for row in session.scalars(select(MediaRow)):
        there.add(row.sha256)
        if row.kind != ("voice" if row.sha256 in spoken else "photo"):
            yield f"file {row.sha256}: it is no {row.kind}"
    for part, definition in session.execute(select(PartVersionRow.part, PartVersionRow.definition)):
        for photo in _photos_of(definition):
            if photo not in there:
                yield f"file {photo}: a photo of the part {part} is missing from the records"


def _photos_of(definition: Any) -> Iterator[str]:
    """Hashes of the photos that a part's definition names, wherever in it."""
    if isinstance(definition, dict):
        for key, value in definition.items():
            if key == "photo" and isinstance(value, str) and len(name := value.rpartition("/")[2].split(".")[0]) == 64:
                yield name
            yield from _photos_of(value)
    elif isinstance(definition, list):
        for value in definition:
            yield from _photos_of(value)


def _attempt_faults(session: Session) -> Iterator[str]:
    """A lock-out that was shortened or taken away. Of those that older programs told of, nothing is said."""
    told: dict[str, dict[str, Any] | None] = {}
    query = select(AuditRow.subject, AuditRow.what, AuditRow.new).where(
        AuditRow.what.in_((ATTEMPT_FAILED, ATTEMPTS_FREED))
    )
    for subject, what, new in session.execute(query.order_by(AuditRow.seq)):
        facts = json.loads(new or "null") or {}
        told[subject] = facts if what == ATTEMPT_FAILED and "until" in facts else None
    known = set(told)
    for row in session.scalars(select(AttemptRow)):
        if subject_of(row.key) not in known:
            yield f"{subject_of(row.key)}: the audit trail does not tell of its failed attempts"
        facts = told.pop(subject_of(row.key), None)
        now = {"failures": row.failures, "until": iso(row.until) if row.until else None}
        if facts is not None and facts != now:
            yield f"{subject_of(row.key)}: its failed attempts are not what the audit trail tells"
    for subject, facts in told.items():
        if facts is not None:
            yield f"{subject}: the audit trail tells of failed attempts, but they are missing"


def _search_faults(session: Session) -> Iterator[str]:
    """Units that the search would not find, or would find as something else."""
    for (sample_id,) in session.execute(text(_UNFOUND)):
        yield f"sample {sample_id}: the search has it otherwise than it is"
    for (what,) in session.execute(text(_STRAY)):
        yield f"search: it has {what} that is not there"


_UNFOUND = f"""
SELECT s.id FROM samples s
LEFT JOIN search_units u ON u.sample_id = s.id LEFT JOIN search_captures c ON c.id = u.capture
LEFT JOIN verdicts v ON v.sample_id = s.id LEFT JOIN search_answers a ON a.id = u.answer
LEFT JOIN search_spans x ON x.span = u.n / 4096
WHERE u.n IS NULL OR x.span IS NULL OR (v.id IS NULL AND u.p_ng IS NOT -1) OR c.part IS NOT s.part
OR c.lot IS NOT coalesce(s.lot, '')
OR c.work_order IS NOT coalesce(s.work_order, '') OR c.operator IS NOT coalesce(s.operator, '')
OR c.shift IS NOT coalesce(s.shift, '') OR c.line IS NOT coalesce(s.line, '')
OR c.station IS NOT coalesce(s.station, '')
OR u.standing IS NOT coalesce({STANDING.format("s.id")}, v.verdict)
OR (v.id IS NULL) <> (u.answer IS NULL)
OR (v.id IS NOT NULL AND (a.part IS NOT s.part OR a.verdict IS NOT v.verdict OR a.defect IS NOT v.defect
OR a.severity IS NOT v.severity OR a.adapter IS NOT v.adapter OR u.p_ng IS NOT coalesce(v.p_ng, -1)))
OR u.at NOT BETWEEN x.earliest AND x.latest OR u.n NOT BETWEEN c.first AND c.last
OR (u.answer IS NOT NULL AND u.n NOT BETWEEN a.first AND a.last)
OR abs(u.at - (julianday(s.captured_at) - 2440587.5) * 86400000000.0) > 1000000
LIMIT 100"""
_STRAY = """
SELECT 'a unit' FROM search_units WHERE sample_id NOT IN (SELECT id FROM samples)
UNION ALL SELECT 'a capture' FROM search_captures c
WHERE c.units <> (SELECT count(*) FROM search_units u WHERE u.capture = c.id)
LIMIT 100"""
