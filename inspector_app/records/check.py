"""`kensa verify`: everything that is wrong with the records of a data folder, each fault in one sentence.

Reads only. What was kept is held against three witnesses: the files' hashes, the database's own check, the audit trail.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.records import anchor, audit
from inspector_app.records.anchor import Anchor
from inspector_app.records.check_night import night_faults, seals
from inspector_app.records.check_rest import rest_faults
from inspector_app.records.database import Database
from inspector_app.records.erased import gone_for_good
from inspector_app.records.files import MediaFiles, hash_of
from inspector_app.records.learned import GROUP_LOCKED, PROMOTED, ROLLED_BACK, group_facts, promotion_facts
from inspector_app.records.part_versions import PART_CHANGED, part_facts
from inspector_app.records.record import LineKind
from inspector_app.records.roster import PERSON_CHANGES, person_facts, subject_of
from inspector_app.records.rows import (
    captured_facts,
    line_facts,
    review_facts,
    signature_facts,
    signed_facts,
    verdict_facts,
    verdict_of,
)
from inspector_app.records.store import SIGNED, Store
from inspector_app.records.tables import (
    TRIGGERS,
    AuditRow,
    LearningGroupRow,
    LineRow,
    MediaRow,
    PartVersionRow,
    PersonRow,
    PromotionRow,
    ReviewRow,
    SampleRow,
    SignatureRow,
    VerdictRow,
)

Progress = Callable[[int, int], None]
"""Files checked, files in all."""


def faults(store: Store, progress: Progress | None = None, anchors: Sequence[Anchor] = ()) -> Iterator[str]:
    """Every fault found; nothing when the records are sound. `anchors`: what was told of the trail outside of it."""
    looks: tuple[Callable[[Session], Iterator[str]], ...] = (
        _database_faults,
        audit.chain_faults,
        lambda session: anchor.faults(session, anchors),
        _sample_faults,
        _verdict_faults,
        _added_faults,
        _learned_faults,
        night_faults,
        _signature_faults,
        _people_faults,
        rest_faults,
    )
    try:
        with store.database.read() as session:
            for look in looks:
                yield from _to_the_end(look, session)
    except KensaError as error:
        yield f"database: {error.message}"
    yield from _media_faults(store.database, store.files, progress)


def _to_the_end(look: Callable[[Session], Iterator[str]], session: Session) -> Iterator[str]:
    """The faults of one kind; where what is there makes no sense at all, that is a fault too and the others go on."""
    try:
        yield from look(session)
    except (KensaError, DatabaseError):
        raise
    except Exception as error:  # noqa: BLE001 - rows that somebody changed may hold anything
        yield f"database: what is there does not fit together ({type(error).__name__}: {str(error)[:100]})"


def counts(store: Store) -> dict[str, int]:
    """How much there is to check; a table that cannot be counted is left out, `faults` tells why."""
    found = {}
    for name, column in _COUNTED.items():
        with suppress(KensaError), store.database.read() as session:
            found[name] = session.scalar(select(func.count(column))) or 0
    return found


_COUNTED: dict[str, Any] = {
    "samples": SampleRow.id, "verdicts": VerdictRow.id, "lines": LineRow.id, "reviews": ReviewRow.id,
    "signatures": SignatureRow.id,
    "parts": PartVersionRow.id, "people": PersonRow.id, "promotions": PromotionRow.id, "files": MediaRow.sha256,
    "audit": AuditRow.seq,
}  # fmt: skip


def database_is_lost(places: Places) -> bool:
    """Whether there are kept files and no database that tells of them; to be asked before a new one is made."""
    return not places.database.exists() and any(places.media.glob("*/*"))


def _database_faults(session: Session) -> Iterator[str]:
    for answer in session.scalars(text("PRAGMA integrity_check")):
        if answer != "ok":
            yield f"database: {answer}"
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield f"database: row {row} of {table} points at a missing row of {parent}"
    there = set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    for name in TRIGGERS:
        if name not in there:
            yield f"database: the trigger {name}, which keeps records from being changed, is missing"


def _sample_faults(session: Session) -> Iterator[str]:
    told = _told(session, "captured")
    for row in session.scalars(select(SampleRow).order_by(SampleRow.id).execution_options(yield_per=1000)):
        facts = told.pop(row.id, None)
        if facts is None:
            yield f"sample {row.id}: the audit trail does not tell of it"
        elif facts != audit.canonical(captured_facts(row)):
            yield f"sample {row.id}: it is not what the audit trail tells ({_changed(facts, captured_facts(row))})"
    for sample_id in told:
        yield f"sample {sample_id}: the audit trail tells of it, but it is missing"


def _verdict_faults(session: Session) -> Iterator[str]:
    told = _told(session, "judged")
    for row in session.scalars(select(VerdictRow).order_by(VerdictRow.id).execution_options(yield_per=1000)):
        facts = _plain(told.pop(row.sample_id, None))
        now = verdict_facts(verdict_of(row))
        if facts is None:
            yield f"verdict of {row.sample_id}: the audit trail does not tell of it"
        elif facts != audit.canonical(now):
            yield f"verdict of {row.sample_id}: it is not what the audit trail tells ({_changed(facts, now)})"
    for sample_id in told:
        yield f"verdict of {sample_id}: the audit trail tells of it, but it is missing"


def _added_faults(session: Session) -> Iterator[str]:
    """Lines, reviews and versions of parts: each row has one entry of its own, found by its number."""
    lines = session.scalars(select(LineRow).order_by(LineRow.id).execution_options(yield_per=1000))
    kinds = [str(kind) for kind in LineKind]
    yield from _compared("line", kinds, session, ((_Key(r.sample_id, r.kind, r.who), line_facts(r)) for r in lines))
    reviews = session.scalars(select(ReviewRow).order_by(ReviewRow.id))
    yield from _compared(
        "review", ["reviewed"], session, ((_Key(r.sample_id, "reviewed", r.who), review_facts(r)) for r in reviews)
    )
    versions = session.scalars(select(PartVersionRow).order_by(PartVersionRow.id))
    yield from _compared(
        "version",
        [PART_CHANGED],
        session,
        ((_Key(f"part:{r.part}", PART_CHANGED, r.who), part_facts(r)) for r in versions),
    )


def _learned_faults(session: Session) -> Iterator[str]:
    """What measures, what teaches, which adapter was let in: no lot can be unlocked behind the program's back."""
    groups = session.scalars(select(LearningGroupRow).order_by(LearningGroupRow.id))
    yield from _compared(
        "group",
        [GROUP_LOCKED],
        session,
        ((_Key(f"part:{r.part}", GROUP_LOCKED, r.who), group_facts(r)) for r in groups),
    )
    promotions = session.scalars(select(PromotionRow).order_by(PromotionRow.id))
    yield from _compared(
        "promotion",
        [PROMOTED, ROLLED_BACK],
        session,
        ((_Key("adapter", r.kind, r.who), promotion_facts(r)) for r in promotions),
    )


def _signature_faults(session: Session) -> Iterator[str]:
    """A signature is told of, and what it was put to is still what it was."""
    rows = list(session.scalars(select(SignatureRow).order_by(SignatureRow.id)))
    told = ((_Key(r.sample_id, SIGNED, r.who), signature_facts(r)) for r in rows)
    yield from _compared("signature", [SIGNED], session, told)
    left = seals(session)
    for row in rows:
        # Where words were erased, the signature is bound to what is left of the record.
        bound = left.get(row.id, row.record_sha256)
        if bound != audit.sha256_of(signed_facts(session, row.sample_id, row.review_id)):
            yield f"signature {row.id} of {row.sample_id}: the record is not what was signed"


class _Key(NamedTuple):
    """What an entry of the audit trail is about, beside the facts: subject, kind, who."""

    subject: str
    what: str
    who: str


def _compared(
    name: str, kinds: list[str], session: Session, rows: Iterable[tuple[_Key, dict[str, Any]]]
) -> Iterator[str]:
    entries = select(AuditRow.subject, AuditRow.what, AuditRow.who, AuditRow.new).where(AuditRow.what.in_(kinds))
    told: dict[int, tuple[_Key, dict[str, Any]]] = {}
    for subject, what, who, new in session.execute(entries.order_by(AuditRow.seq)):
        facts = json.loads(new or "null") or {}
        told[facts.get("id", 0)] = _Key(subject, what, who), facts
    for key, facts in rows:
        number = facts["id"]
        there = told.pop(number, None)
        if there is None:
            yield f"{name} {number} of {key.subject}: the audit trail does not tell of it"
        elif there != (key, json.loads(audit.canonical(facts))):
            changed = _changed(audit.canonical({**there[0]._asdict(), **there[1]}), {**key._asdict(), **facts})
            yield f"{name} {number} of {key.subject}: it is not what the audit trail tells ({changed})"
    for number, (key, _) in told.items():
        yield f"{name} {number} of {key.subject}: the audit trail tells of it, but it is missing"


def _people_faults(session: Session) -> Iterator[str]:
    """A person is what the newest entry tells: nobody gets another role or PIN behind the program's back."""
    entries = select(AuditRow.subject, AuditRow.new).where(AuditRow.what.in_(PERSON_CHANGES)).order_by(AuditRow.seq)
    told = {subject: new or "null" for subject, new in session.execute(entries)}
    for row in session.scalars(select(PersonRow).order_by(PersonRow.id)):
        subject = subject_of(row.name)
        facts = _plain(told.pop(subject, None))
        if facts is None:
            yield f"{subject}: the audit trail does not tell of it"
        elif facts != audit.canonical(person_facts(row)):
            yield f"{subject}: it is not what the audit trail tells ({_changed(facts, person_facts(row))})"
    for subject in told:
        yield f"{subject}: the audit trail tells of it, but it is missing"


def _plain(facts: str | None) -> str | None:
    """What is told of a row itself; when it was made, which newer programs tell beside, check_rest.py looks at."""
    if facts is None:
        return None
    told = json.loads(facts)
    return audit.canonical({k: v for k, v in told.items() if k not in ("judged_at", "app_version", "created_at")})


def _told(session: Session, what: str) -> dict[str, str]:
    """Subject -> what the audit trail says became of it."""
    rows = session.execute(select(AuditRow.subject, AuditRow.new).where(AuditRow.what == what).order_by(AuditRow.seq))
    return {subject: new or "null" for subject, new in rows}


def _changed(told: str, now: dict[str, object]) -> str:
    """Names of the facts that differ."""
    before = json.loads(told)
    return ", ".join(sorted(name for name in {*before, *now} if before.get(name) != now.get(name)))


def _media_faults(database: Database, files: MediaFiles, progress: Progress | None) -> Iterator[str]:
    try:
        with database.read() as session:
            kept = [(row.sha256, row.suffix, row.kind, row.bytes) for row in session.scalars(select(MediaRow))]
            erased = gone_for_good(session)
    except KensaError as error:
        yield f"files: they cannot be listed, since {error.message}"
        return
    for number, (sha256, suffix, kind, size) in enumerate(kept, start=1):
        path = files.path(sha256, suffix)
        try:
            if sha256 in erased:
                if path.exists():
                    yield f"{kind} {path}: it was erased, and its file is there; `kensa purge` removes it"
            elif hash_of(path) != sha256:
                yield f"{kind} {path}: its content was changed"
            elif path.stat().st_size != size:
                yield f"{kind} {path}: its size is not what the records say"
        except FileNotFoundError:
            yield f"{kind} {path}: the file is missing"
        except OSError as error:
            yield f"{kind} {path}: it cannot be read ({error.strerror})"
        if progress:
            progress(number, len(kept))
