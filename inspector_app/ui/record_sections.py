"""The texts of one record, section by section: decisions, signatures, what was added, the trail, what judged it.

Knows records and words; knows no widget.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from inspector_app.records.record import Inspection, LineKind
from inspector_app.ui.language import tr
from inspector_app.ui.review_words import act_word, line_words, review_line, signature_words

if TYPE_CHECKING:
    from inspector_app.records.audit import Entry

_TOLD_ELSEWHERE = (LineKind.UNDONE,)


def reviews(record: Inspection) -> str:
    """All decisions, the first one first; an undone one says so."""
    lines = []
    for review in record.reviews:
        undone = f"  ({tr('undone')})" if review.undone else ""
        lines.append(f"#{review.number}  {_when(review.at)}  {review.who}{undone}\n{review_line(review)}")
    return "\n".join(lines)


def signatures(record: Inspection) -> str:
    """Who signed, when, with which meaning, and the hash that the name is bound to."""
    undone = {review.number for review in record.reviews if review.undone}
    lines = []
    for one in record.signatures:
        mark_undone = f"  ({tr('undone')})" if one.review in undone else ""
        lines.append(f"{_when(one.at)}  {signature_words(one)}{mark_undone}")
    return "\n".join(lines)


def added(record: Inspection) -> str:
    """What people, or chance, added, a line each."""
    lines = [line for line in record.lines if line.kind not in _TOLD_ELSEWHERE]
    return "\n".join(f"{_when(line.at)}  {line.who}  {line_words(line)}" for line in lines)


def trail(entries: list[Entry]) -> str:
    """What the audit trail tells of the record, oldest first: number, time, who, what, the first digits of its hash."""
    return "\n".join(
        f"#{one.seq}  {_when(datetime.fromisoformat(one.at))}  {one.who}  {act_word(one.what)}  {one.hash[:12]}…"
        for one in entries
    )


def facts(record: Inspection) -> str:
    """What judged it and how long it took, a line each; hashes in full, to be copied."""
    lines = [
        (tr("photo"), record.photo and f"{record.photo.file} {record.photo.sha256}"),
        (tr("voice"), record.voice and f"{record.voice.file} {record.voice.sha256}"),
        (tr("golden"), record.golden and f"{record.golden.file} {record.golden.sha256}"),
        (tr("operator"), record.operator),
        (tr("shift"), record.shift),
        (tr("line"), record.line or tr("(not told)")),
        (tr("station"), record.station or tr("(not told)")),
        (tr("work order"), record.work_order),
        (tr("photographed again of"), record.retake_of),
        (tr("program"), f"Kensa {record.app_version}"),
    ]
    if record.verdict is not None:
        model, limits = record.verdict.model, record.verdict.thresholds
        times = "  ".join(f"{name} {value:.1f}" for name, value in record.verdict.timings_ms.items())
        lines += [
            (tr("model"), model.base),
            (tr("adapter"), model.adapter),
            (tr("prompt"), model.prompt),
            (tr("engine"), model.engine),
            (tr("thresholds"), f"OK < {limits.ok_below:g}   NG > {limits.ng_above:g}"),
            (tr("judged"), _when(record.judged_at) if record.judged_at else None),
            (tr("remark"), tr(record.verdict.judgment.remark)),
            (tr("times, ms"), times),
        ]
    return "\n".join(f"{name}: {value}" for name, value in lines if value)


def _when(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
