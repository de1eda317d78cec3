"""Which kept files, and which words, are past the time that a policy gives them. Reads only; knows no policy.

A file goes only when every unit that uses it is past its time; reference photos of parts, units that are still to be
judged, and units that wait for a supervisor keep theirs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inspector_app.records import audit
from inspector_app.records.database import Database
from inspector_app.records.erased import SPOKEN, gone_for_good
from inspector_app.records.record import SENT, State
from inspector_app.records.standing import decided
from inspector_app.records.store import gone
from inspector_app.records.tables import LineRow, MediaRow, PartVersionRow, SampleRow, VerdictRow

PHOTO, VOICE = "photo", "voice"
Ends = Mapping[tuple[str, str], datetime]
"""(part, kind) -> captured before this, it is past its time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: its hash, photo or voice, its size, and the unit it belongs to (or `media:SHA` where several do)."""

    sha256: str
    kind: str
    bytes: int
    subject: str


def parts_of(database: Database) -> list[str]:
    """Every part that a unit has."""
    with database.read() as session:
        return list(session.scalars(select(SampleRow.part).distinct()))


def media_of(database: Database, sample_id: str) -> list[Kept]:
    """The files of one unit that are there still."""
    with database.read() as session:
        uses = [(sha256, kind) for sha256, kind, owner, _, _ in _uses(session, sample_id) if owner == sample_id]
        erased, sizes = gone_for_good(session), _sizes(session)
        return [
            Kept(sha256, kind, sizes[sha256], sample_id) for sha256, kind in dict.fromkeys(uses) if sha256 not in erased
        ]


def kept_media(database: Database, ends: Ends) -> tuple[list[Kept], int]:
    """Files past their time, and how many units keep theirs though they are, since they are open."""
    with database.read() as session:
        open_units, erased = _open(session), gone_for_good(session)
        references = _references(session)
        owners: dict[str, set[str]] = {}
        kinds: dict[str, str] = {}
        held: set[str] = set()
        waiting: set[str] = set()
        for sha256, kind, owner, part, at in _uses(session):
            end = ends.get((part, kind))
            kinds[sha256] = kind
            owners.setdefault(sha256, set()).add(owner)
            if end is None or at >= end:
                held.add(sha256)
            elif owner in open_units:
                held.add(sha256)
                waiting.add(owner)
        sizes = _sizes(session)
    found = []
    for sha256, units in owners.items():
        if sha256 in held or sha256 in erased or sha256 in references:
            continue
        subject = next(iter(units)) if len(units) == 1 else f"media:{sha256}"
        found.append(Kept(sha256, kinds[sha256], sizes[sha256], subject))
    return sorted(found, key=lambda one: (one.kind, one.sha256)), len(waiting)


def kept_texts(database: Database, ends: Mapping[str, datetime]) -> list[str]:
    """Units of which what was said is past its time and still there; by part -> captured before."""
    spoken = select(LineRow.sample_id).where(LineRow.kind.in_(SPOKEN), LineRow.text != "")
    heard = select(VerdictRow.sample_id).where(VerdictRow.heard != "")
    found: list[str] = []
    with database.read() as session:
        open_units = _open(session)
        for part, end in ends.items():
            query = select(SampleRow.id).where(SampleRow.part == part, SampleRow.captured_at < end)
            query = query.where(or_(SampleRow.id.in_(heard), SampleRow.id.in_(spoken)))
            found += [sample_id for sample_id in session.scalars(query) if sample_id not in open_units]
    return sorted(found)


def _uses(session: Session, sample_id: str | None = None) -> Iterator[tuple[str, str, str, str, datetime]]:
    """(SHA-256, kind, unit, part, captured at) of every use of every file. A golden photo is a photo."""
    for column, kind in (
        (SampleRow.photo_sha256, PHOTO), (SampleRow.golden_sha256, PHOTO), (SampleRow.voice_sha256, VOICE),
    ):  # fmt: skip
        query = select(column, SampleRow.id, SampleRow.part, SampleRow.captured_at).where(column.is_not(None))
        if sample_id is not None:
            query = query.where(SampleRow.id == sample_id)
        for sha256, owner, part, at in session.execute(query.execution_options(yield_per=1000)):
            yield sha256 or "", kind, owner, part, at
    lines = select(LineRow.voice_sha256, LineRow.sample_id, SampleRow.part, LineRow.at)
    lines = lines.join(SampleRow, SampleRow.id == LineRow.sample_id).where(LineRow.voice_sha256.is_not(None))
    if sample_id is not None:
        lines = lines.where(LineRow.sample_id == sample_id)
    for sha256, owner, part, at in session.execute(lines):
        yield sha256 or "", VOICE, owner, part, at


def _sizes(session: Session) -> dict[str, int]:
    return {row.sha256: row.bytes for row in session.execute(select(MediaRow.sha256, MediaRow.bytes))}


def _open(session: Session) -> set[str]:
    """Units that are to be judged, or that wait for a supervisor."""
    sent = [str(kind) for kind in SENT]
    unclear = select(VerdictRow.sample_id).where(VerdictRow.verdict == "INCONCLUSIVE")
    asked = select(LineRow.sample_id).where(LineRow.kind.in_(sent))
    query = select(SampleRow.id).where(
        ~gone(SampleRow.id),
        or_(
            SampleRow.state == State.CAPTURED,
            or_(SampleRow.id.in_(unclear), SampleRow.id.in_(asked)) & ~decided(SampleRow.id),
        ),
    )
    return set(session.scalars(query))


def _references(session: Session) -> set[str]:
    """Hashes that any version of a part names: golden and limit samples stay, whatever their age."""
    told = " ".join(audit.canonical(definition) for definition in session.scalars(select(PartVersionRow.definition)))
    return set(re.findall(r"[0-9a-f]{64}", told))
