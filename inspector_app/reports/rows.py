"""Units as rows of a table: the columns of CSV and XLSX, by names that stay (docs/reports.md). Knows no file format."""

from collections.abc import Callable
from datetime import datetime

from inspector_app.records.record import Inspection, Review, Signature, iso
from model_runtime.verdict import Verdict

Cell = str | int | float | bool | None


def row(unit: Inspection) -> dict[str, Cell]:
    """One unit, column by column."""
    return {name: column(unit) for name, column in COLUMNS.items()}


def _said(of: Callable[[Verdict], Cell]) -> Callable[[Inspection], Cell]:
    return lambda unit: of(unit.verdict) if unit.verdict else None


def _reviewed(of: Callable[[Review], Cell]) -> Callable[[Inspection], Cell]:
    return lambda unit: of(unit.review) if unit.review else None


def _signed(of: Callable[[Signature], Cell]) -> Callable[[Inspection], Cell]:
    return lambda unit: of(unit.signature) if unit.signature else None


def _place(verdict: Verdict) -> Cell:
    region = verdict.judgment.region
    return f"{region.row + 1},{region.col + 1}/{region.grid}" if region else None


def _local(moment: datetime) -> str:
    """As the clock on the wall showed, in the form that spreadsheets take for a time."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _finite(value: float) -> float | None:
    return round(value, 6) if value == value else None


COLUMNS: dict[str, Callable[[Inspection], Cell]] = {
    "id": lambda u: u.id,
    "captured_at": lambda u: _local(u.captured_at),
    "captured_at_utc": lambda u: iso(u.captured_at),
    "part": lambda u: u.part,
    "lot": lambda u: u.lot,
    "serial": lambda u: u.serial,
    "work_order": lambda u: u.work_order,
    "operator": lambda u: u.operator,
    "shift": lambda u: u.shift,
    "line": lambda u: u.line,
    "station": lambda u: u.station,
    "state": lambda u: str(u.state),
    "counts": lambda u: u.counts,
    "verdict": lambda u: str(u.answer) if u.answer else None,
    "model_verdict": _said(lambda v: str(v.judgment.verdict)),
    "defect": _said(lambda v: v.judgment.defect),
    "severity": _said(lambda v: str(v.judgment.severity)),
    "region": _said(_place),
    "p_ng": _said(lambda v: _finite(v.p_ng)),
    "contradiction": _said(lambda v: v.contradiction),
    "voice_says": _said(lambda v: str(v.judgment.voice_says)),
    "heard": lambda u: u.heard or None,
    "review_verdict": _reviewed(lambda r: str(r.verdict)),
    "review_defect": _reviewed(lambda r: r.opinion.defect),
    "review_severity": _reviewed(lambda r: str(r.opinion.severity)),
    "disposition": _reviewed(lambda r: str(r.opinion.disposition)),
    "reason": _reviewed(lambda r: r.opinion.reason),
    "reviewer": _reviewed(lambda r: r.who),
    "reviewed_at": _reviewed(lambda r: _local(r.at)),
    "signed_by": _signed(lambda s: s.who),
    "signature": _signed(lambda s: str(s.meaning)),
    "signed_at": _signed(lambda s: _local(s.at)),
    "signed_sha256": _signed(lambda s: s.record_sha256),
    "ok_below": _said(lambda v: v.thresholds.ok_below),
    "ng_above": _said(lambda v: v.thresholds.ng_above),
    "model": _said(lambda v: v.model.base),
    "adapter": _said(lambda v: v.model.adapter),
    "prompt": _said(lambda v: v.model.prompt),
    "total_ms": _said(lambda v: v.timings_ms.get("total")),
    "failure": lambda u: u.failure_message,
    "photo": lambda u: u.photo.file if u.photo else None,
    "photo_sha256": lambda u: u.photo.sha256 if u.photo else None,
    "voice": lambda u: u.voice.file if u.voice else None,
    "voice_sha256": lambda u: u.voice.sha256 if u.voice else None,
}
