"""What `kensa verify` looks at of the night: shadow verdicts, erased media, erased texts, each against the audit trail.

Knows what an erasure leaves: a hash line for a file, an entry without its words, a signature bound to what is left.
"""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspector_app.records import audit
from inspector_app.records.erased import MEDIA_ERASED, TEXT_ERASED, erased_facts, text_facts
from inspector_app.records.night_tables import ErasedMediaRow, ErasedTextRow, ShadowRow
from inspector_app.records.shadowed import SHADOWED, shadow_facts
from inspector_app.records.tables import AuditRow


def night_faults(session: Session) -> Iterator[str]:
    """Every row that the audit trail does not tell as it is, and every entry without its row."""
    told = _entries(session, SHADOWED)
    for shadow in session.scalars(select(ShadowRow).order_by(ShadowRow.id).execution_options(yield_per=1000)):
        yield from _held(told, "shadow verdict", shadow.id, shadow.sample_id, shadow_facts(shadow))
    yield from _missing(told, "shadow verdict")
    told = _entries(session, MEDIA_ERASED)
    for file in session.scalars(select(ErasedMediaRow).order_by(ErasedMediaRow.id)):
        yield from _held(told, "erasure", file.id, file.subject, erased_facts(file))
    yield from _missing(told, "erasure")
    told = _text_entries(session)
    for words in session.scalars(select(ErasedTextRow).order_by(ErasedTextRow.id)):
        yield from _held(told, "erased text", words.id, words.sample_id, text_facts(words))
    yield from _missing(told, "erased text")


def seals(session: Session) -> dict[int, str]:
    """Signature -> the hash of what is left of what was signed, where words of it were erased."""
    found: dict[int, str] = {}
    for new in session.scalars(select(AuditRow.new).where(AuditRow.what == TEXT_ERASED).order_by(AuditRow.seq)):
        signed = (json.loads(new or "null") or {}).get("signed", {})
        found |= {int(number): sha256 for number, sha256 in signed.items()}
    return found


Told = dict[int, tuple[str, dict[str, Any]]]


def _entries(session: Session, what: str) -> Told:
    query = select(AuditRow.subject, AuditRow.new).where(AuditRow.what == what).order_by(AuditRow.seq)
    facts = ((subject, json.loads(new or "null") or {}) for subject, new in session.execute(query))
    return {new.get("id", 0): (subject, new) for subject, new in facts}


def _text_entries(session: Session) -> Told:
    query = select(AuditRow.subject, AuditRow.new).where(AuditRow.what == TEXT_ERASED).order_by(AuditRow.seq)
    told: Told = {}
    for subject, new in session.execute(query):
        for facts in (json.loads(new or "null") or {}).get("entries", []):
            told[facts.get("id", 0)] = (subject, facts)
    return told


def _held(told: Told, name: str, number: int, subject: str, facts: dict[str, Any]) -> Iterator[str]:
    there = told.pop(number, None)
    if there is None:
        yield f"{name} {number} of {subject}: the audit trail does not tell of it"
    elif there != (subject, json.loads(audit.canonical(facts))):
        yield f"{name} {number} of {subject}: it is not what the audit trail tells"


def _missing(told: Told, name: str) -> Iterator[str]:
    for number, (subject, _) in told.items():
        yield f"{name} {number} of {subject}: the audit trail tells of it, but it is missing"
