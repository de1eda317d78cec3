"""From rows of the database to an Inspection and back: the only place where columns and dataclasses meet."""

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from inspector_app.records.files import MediaFiles
from inspector_app.records.record import Inspection, Media, finite, iso
from inspector_app.records.tables import MediaRow, SampleRow, VerdictRow
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


def everything() -> Any:
    """A query for samples with their verdict, if any, and the endings of their files."""
    return (
        select(SampleRow, VerdictRow, PHOTO.suffix, VOICE.suffix, GOLDEN.suffix)
        .outerjoin(VerdictRow, VerdictRow.sample_id == SampleRow.id)
        .outerjoin(PHOTO, PHOTO.sha256 == SampleRow.photo_sha256)
        .outerjoin(VOICE, VOICE.sha256 == SampleRow.voice_sha256)
        .outerjoin(GOLDEN, GOLDEN.sha256 == SampleRow.golden_sha256)
    )


def load(session: Session, sample_id: str) -> Found | None:
    """One sample by its id."""
    found: Found | None = session.execute(everything().where(SampleRow.id == sample_id)).first()
    return found


def inspection_of(found: Found, files: MediaFiles) -> Inspection:
    """The row as the program passes it around."""
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
    )


def captured_facts(row: SampleRow) -> dict[str, Any]:
    """What the audit trail tells of a kept sample; `kensa verify` compares it with the row."""
    names = ("photo_sha256", "voice_sha256", "golden_sha256", "photo_name", "voice_name", "golden_name",
             "part", "lot", "serial", "operator", "defects", "app_version")  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "captured_at": iso(row.captured_at)}


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


def verdict_of(row: VerdictRow) -> Verdict:
    """The row as the model gave it."""
    region = None
    if row.region_row is not None and row.region_col is not None and row.region_grid is not None:
        region = Region(row.region_row, row.region_col, row.region_grid)
    return Verdict(
        judgment=Judgment(
            verdict=Answer(row.verdict),
            defect=row.defect,
            severity=Severity(row.severity),
            region=region,
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
