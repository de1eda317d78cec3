"""From rows of the database to an Inspection and back: the only place where columns and dataclasses meet.

Knows what the audit trail tells of each row, too: `check` compares both.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from inspector_app.records.files import MediaFiles
from inspector_app.records.record import (
    Decision,
    Disposition,
    Inspection,
    Line,
    LineKind,
    Meaning,
    Media,
    Opinion,
    Review,
    Signature,
    finite,
    iso,
)
from inspector_app.records.standing import undone
from inspector_app.records.tables import LineRow, MediaRow, ReviewRow, SampleRow, SignatureRow, VerdictRow
from inspector_app.version import APP_VERSION
from model_runtime.verdict import (
    Answer,
    Judgment,
    ModelIdentity,
    Region,
    Severity,
    Thresholds,
    Verdict,
    VoiceSays,
)

PHOTO, VOICE, GOLDEN = aliased(MediaRow), aliased(MediaRow), aliased(MediaRow)
Found = tuple[SampleRow, VerdictRow | None, str | None, str | None, str | None]
_AT_ONCE = 500
"""Samples whose lines are read in one query."""
_NEWER = ("work_order", "shift", "retake_of", "line", "station")
"""Told of a sample only where it has them, so that what an older program told stays true."""


def everything() -> Any:
    """A query for samples with their verdict, if any, and the endings of their files."""
    return (
        select(SampleRow, VerdictRow, PHOTO.suffix, VOICE.suffix, GOLDEN.suffix)
        .outerjoin(VerdictRow, VerdictRow.sample_id == SampleRow.id)
        .outerjoin(PHOTO, PHOTO.sha256 == SampleRow.photo_sha256)
        .outerjoin(VOICE, VOICE.sha256 == SampleRow.voice_sha256)
        .outerjoin(GOLDEN, GOLDEN.sha256 == SampleRow.golden_sha256)
    )


def load(session: Session, sample_id: str, files: MediaFiles) -> Inspection | None:
    """One inspection by its id."""
    found = session.execute(everything().where(SampleRow.id == sample_id)).all()
    return next(inspections_of(session, found, files), None)


def inspections_of(session: Session, found: Iterable[Any], files: MediaFiles) -> Iterator[Inspection]:
    """The rows of `everything` as the program passes them around, with what was added to them since."""
    rows: list[Found] = [tuple(row) for row in found]
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        ids = [row[0].id for row in some]
        lines, reviews, signed = _lines(session, ids, files), _reviews(session, ids), _signatures(session, ids)
        for row in some:
            sample_id = row[0].id
            yield _inspection(row, files, lines[sample_id], reviews[sample_id], signed[sample_id])


def _inspection(
    found: Found, files: MediaFiles, lines: Sequence[Line], reviews: Sequence[Review], signed: Sequence[Signature]
) -> Inspection:
    sample, said, photo, voice, golden = found
    return Inspection(
        id=sample.id,
        state=sample.state,
        photo=_media(sample.photo_sha256, sample.photo_name, photo, files),
        voice=_media(sample.voice_sha256, sample.voice_name, voice, files),
        golden=_media(sample.golden_sha256, sample.golden_name, golden, files),
        part=sample.part,
        lot=sample.lot,
        serial=sample.serial,
        operator=sample.operator,
        captured_at=sample.captured_at,
        app_version=sample.app_version,
        defects=tuple(sample.defects) if sample.defects else None,
        failure_code=sample.failure_code,
        failure_message=sample.failure_message,
        verdict=verdict_of(said) if said else None,
        judged_at=said.judged_at if said else None,
        work_order=sample.work_order,
        shift=sample.shift,
        retake_of=sample.retake_of,
        line=sample.line,
        station=sample.station,
        lines=tuple(lines),
        reviews=tuple(reviews),
        signatures=tuple(signed),
    )


def _lines(session: Session, ids: list[str], files: MediaFiles) -> defaultdict[str, list[Line]]:
    query = (
        select(LineRow, VOICE.suffix)
        .outerjoin(VOICE, VOICE.sha256 == LineRow.voice_sha256)
        .where(LineRow.sample_id.in_(ids))
        .order_by(LineRow.id)
    )
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for row, suffix in session.execute(query):
        voice = _media(row.voice_sha256, row.voice_name, suffix, files)
        found[row.sample_id].append(Line(LineKind(row.kind), row.text, row.who, row.at, voice))
    return found


def _reviews(session: Session, ids: list[str]) -> defaultdict[str, list[Review]]:
    found: defaultdict[str, list[Review]] = defaultdict(list)
    query = select(ReviewRow, undone(ReviewRow)).where(ReviewRow.sample_id.in_(ids)).order_by(ReviewRow.id)
    for row, is_undone in session.execute(query):
        found[row.sample_id].append(review_of(row, is_undone))
    return found


def _signatures(session: Session, ids: list[str]) -> defaultdict[str, list[Signature]]:
    found: defaultdict[str, list[Signature]] = defaultdict(list)
    query = select(SignatureRow).where(SignatureRow.sample_id.in_(ids)).order_by(SignatureRow.id)
    for row in session.scalars(query):
        signed = Signature(row.who, Meaning(row.meaning), row.record_sha256, row.at, row.review_id)
        found[row.sample_id].append(signed)
    return found


def captured_facts(row: SampleRow) -> dict[str, Any]:
    """What the audit trail tells of a kept sample; `kensa verify` compares it with the row."""
    names = ("photo_sha256", "voice_sha256", "golden_sha256", "photo_name", "voice_name", "golden_name",
             "part", "lot", "serial", "operator", "defects", "app_version")  # fmt: skip
    newer = {name: value for name in _NEWER if (value := getattr(row, name)) is not None}
    return {**{name: getattr(row, name) for name in names}, "captured_at": iso(row.captured_at), **newer}


def line_facts(row: LineRow) -> dict[str, Any]:
    """What the audit trail tells of an added line."""
    names = ("id", "text", "voice_sha256", "voice_name")
    return {**{name: getattr(row, name) for name in names}, "at": iso(row.at)}


def review_facts(row: ReviewRow) -> dict[str, Any]:
    """What the audit trail tells of a review."""
    names = ("id", "decision", "verdict", "defect", "severity", "region_row", "region_col", "region_grid",
             "reason", "disposition", "app_version")  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "at": iso(row.at)}


def signature_facts(row: SignatureRow) -> dict[str, Any]:
    """What the audit trail tells of a signature."""
    names = ("id", "review_id", "meaning", "record_sha256")
    return {**{name: getattr(row, name) for name in names}, "at": iso(row.at)}


def signed_facts(session: Session, sample_id: str, review_id: int | None) -> dict[str, Any]:
    """All that a signature is bound to: what was captured (with the hashes of photo and voice), the verdict, the
    review. None of it ever changes, so that the same hash can be computed for ever.
    """
    sample = session.get_one(SampleRow, sample_id)
    said = session.scalar(select(VerdictRow).where(VerdictRow.sample_id == sample_id))
    review = session.get(ReviewRow, review_id) if review_id is not None else None
    return {
        "id": sample_id,
        "captured": captured_facts(sample),
        "judged": verdict_facts(verdict_of(said)) if said else None,
        "reviewed": {**review_facts(review), "who": review.who} if review else None,
    }


def verdict_facts(verdict: Verdict) -> dict[str, Any]:
    """What the audit trail tells of a verdict."""
    facts: dict[str, Any] = finite(verdict.to_json())
    return facts


def verdict_row(sample_id: str, verdict: Verdict) -> VerdictRow:
    """The verdict as a row, judged now by this program."""
    said, region = verdict.judgment, verdict.judgment.region
    return VerdictRow(
        sample_id=sample_id,
        verdict=str(said.verdict),
        defect=said.defect,
        severity=str(said.severity),
        region_row=region.row if region else None,
        region_col=region.col if region else None,
        region_grid=region.grid if region else None,
        heard=said.heard,
        voice_says=str(said.voice_says),
        remark=said.remark,
        p_ng=finite(verdict.p_ng),
        confidence=finite(verdict.confidence),
        contradiction=verdict.contradiction,
        ok_below=verdict.thresholds.ok_below,
        ng_above=verdict.thresholds.ng_above,
        base=verdict.model.base,
        adapter=verdict.model.adapter,
        prompt=verdict.model.prompt,
        engine=verdict.model.engine,
        timings_ms=finite(verdict.timings_ms),
        app_version=APP_VERSION,
        judged_at=datetime.now(UTC),
    )


def review_row(sample_id: str, opinion: Opinion, decision: Decision, who: str) -> ReviewRow:
    """A supervisor's opinion as a row, given now."""
    region = opinion.region
    return ReviewRow(
        sample_id=sample_id,
        decision=str(decision),
        verdict=str(opinion.verdict),
        defect=opinion.defect,
        severity=str(opinion.severity),
        region_row=region.row if region else None,
        region_col=region.col if region else None,
        region_grid=region.grid if region else None,
        reason=opinion.reason,
        disposition=str(opinion.disposition),
        who=who,
        app_version=APP_VERSION,
        at=datetime.now(UTC),
    )


def review_of(row: ReviewRow, is_undone: bool) -> Review:
    """The row as it was given."""
    opinion = Opinion(
        verdict=Answer(row.verdict),
        disposition=Disposition(row.disposition),
        defect=row.defect,
        severity=Severity(row.severity),
        region=_region(row),
        reason=row.reason,
    )
    return Review(opinion, Decision(row.decision), row.who, row.at, row.id, is_undone)


def _region(row: VerdictRow | ReviewRow) -> Region | None:
    if row.region_row is None or row.region_col is None or row.region_grid is None:
        return None
    return Region(row.region_row, row.region_col, row.region_grid)


def verdict_of(row: VerdictRow) -> Verdict:
    """The row as the model gave it."""
    return Verdict(
        judgment=Judgment(
            verdict=Answer(row.verdict),
            defect=row.defect,
            severity=Severity(row.severity),
            region=_region(row),
            heard=row.heard,
            voice_says=VoiceSays(row.voice_says),
            remark=row.remark,
        ),
        p_ng=math.nan if row.p_ng is None else row.p_ng,
        confidence=math.nan if row.confidence is None else row.confidence,
        contradiction=row.contradiction,
        thresholds=Thresholds(row.ok_below, row.ng_above),
        model=ModelIdentity(row.base, row.adapter, row.prompt, row.engine),
        timings_ms=dict(row.timings_ms),
    )


def _media(sha256: str | None, name: str | None, suffix: str | None, files: MediaFiles) -> Media | None:
    if sha256 is None:
        return None
    return Media(name or "", sha256, files.path(sha256, suffix or ""))
