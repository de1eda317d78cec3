"""What other systems are told: one JSON object for each verdict and for each thing that was said of it afterwards.

Field names are stable (docs/integration.md); what is sent beside them is the station's choice. Knows records; knows no
receiver. A message is made from what never changes, so that the same entry gives the same bytes, today and in a year.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from inspector_app.records.audit import Entry
from inspector_app.records.record import Inspection, Review, finite, iso
from inspector_app.settings import Settings

SCHEMA = "kensa.unit/1"
EVENTS = {
    "judged": "judged",
    "failed": "failed",
    "reviewed": "reviewed",
    "undone": "review_undone",
    "disagreed": "disagreed",
    "withdrawn": "withdrawn",
    "retaken": "retaken",
}
"""What the audit trail calls it -> what it is called here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is sent beside the verdict; people and words only where somebody chose so."""

    station: str = ""
    identity: bool = True
    model: bool = True
    operator: bool = False
    transcript: bool = False
    reasons: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Choice:
        """As the station's settings say."""
        return cls(
            settings.station,
            settings.send_identity,
            settings.send_model,
            settings.send_operator,
            settings.send_transcript,
            settings.send_reasons,
        )


def message(entry: Entry, unit: Inspection, choice: Choice) -> dict[str, Any]:
    """The message of one entry of the audit trail about one unit."""
    review = _review(entry, unit)
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "message": entry.hash,
        "number": entry.seq,
        "event": EVENTS[entry.what],
        "at": entry.at,
        "station": choice.station,
        "unit": _unit(unit, choice),
        "verdict": _verdict(unit),
        "review": _told_review(review) if review else None,
    }
    if entry.what == "failed":
        told["failure"] = {"code": (entry.new or {}).get("code")}
    if entry.what == "retaken":
        told["retaken_as"] = (entry.new or {}).get("text")
    if choice.model and unit.verdict is not None:
        told["model"] = {**asdict(unit.verdict.model), "thresholds": asdict(unit.verdict.thresholds)}
    if choice.operator:
        told["people"] = {"operator": unit.operator, "by": entry.who}
    if choice.transcript and unit.verdict is not None:
        told["transcript"] = {"heard": unit.verdict.judgment.heard, "remark": unit.verdict.judgment.remark}
    if choice.reasons and (review or entry.what == "disagreed"):
        told["reason"] = review.opinion.reason if review else (entry.new or {}).get("text", "")
    whole: dict[str, Any] = finite(told)
    return whole


def encoded(told: dict[str, Any]) -> bytes:
    """The message as it is written and published: the same bytes for every receiver."""
    return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _unit(unit: Inspection, choice: Choice) -> dict[str, Any]:
    told: dict[str, Any] = {"id": unit.id, "part": unit.part, "captured_at": iso(unit.captured_at)}
    if choice.identity:
        told |= {"lot": unit.lot, "serial": unit.serial, "work_order": unit.work_order, "shift": unit.shift}
        told |= {"line": unit.line, "station": unit.station}
        told |= {"photo_sha256": unit.photo.sha256 if unit.photo else None}
    return told


def _verdict(unit: Inspection) -> dict[str, Any] | None:
    if unit.verdict is None:
        return None
    judgment = unit.verdict.judgment
    return {
        "verdict": str(judgment.verdict),
        "defect": judgment.defect,
        "severity": str(judgment.severity),
        "region": asdict(judgment.region) if judgment.region else None,
        "p_ng": unit.verdict.p_ng,
        "confidence": unit.verdict.confidence,
        "contradiction": unit.verdict.contradiction,
    }


def _review(entry: Entry, unit: Inspection) -> Review | None:
    """The review that the entry tells of; None for an entry of another kind."""
    said = entry.new or {}
    wanted = said.get("id") if entry.what == "reviewed" else None
    if entry.what == "undone":
        wanted = int(str(said.get("text", "")).lstrip("#") or 0)
    return next((review for review in unit.reviews if review.number == wanted), None)


def _told_review(review: Review) -> dict[str, Any]:
    opinion = review.opinion
    return {
        "number": review.number,
        "verdict": str(opinion.verdict),
        "defect": opinion.defect,
        "severity": str(opinion.severity),
        "region": asdict(opinion.region) if opinion.region else None,
        "disposition": str(opinion.disposition),
        "decision": str(review.decision),
        "at": iso(review.at),
    }
