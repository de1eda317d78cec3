"""What was erased for good: photos, voices, and what a voice said. The record stays, with the hash of what it had.

First it is written down and told in the audit trail, then the file goes: after a crash between them, `sweep` goes on.
Knows no policy: which files are to go, privacy.py says.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select, text, update
from sqlalchemy.orm import Session

from inspector_app.errors import from_os_error
from inspector_app.records import audit
from inspector_app.records.database import Database
from inspector_app.records.files import MediaFiles
from inspector_app.records.night_tables import ErasedMediaRow, ErasedTextRow
from inspector_app.records.record import LineKind, iso
from inspector_app.records.rows import signed_facts
from inspector_app.records.tables import AuditRow, LineRow, MediaRow, SampleRow, SignatureRow, VerdictRow

MEDIA_ERASED, TEXT_ERASED = "media_erased", "text_erased"
SPOKEN = (str(LineKind.HEARD), str(LineKind.REASON))
"""Lines whose text is what a voice says."""


@dataclass(frozen=True, slots=True)
class Erased:
    """One file that was erased."""

    sha256: str
    kind: str
    subject: str
    reason: str
    who: str
    at: datetime


class Erasures:
    """Reads and writes of one data folder."""

    def __init__(self, database: Database, files: MediaFiles) -> None:
        self._database, self._files = database, files

    def all(self) -> list[Erased]:
        """All files that were erased, oldest first."""
        with self._database.read() as session:
            rows = session.scalars(select(ErasedMediaRow).order_by(ErasedMediaRow.id))
            return [Erased(row.sha256, row.kind, row.subject, row.reason, row.who, row.at) for row in rows]

    def of(self, sha256s: Iterable[str]) -> dict[str, Erased]:
        """Those of the given hashes that were erased."""
        wanted = set(sha256s)
        return {one.sha256: one for one in self.all() if one.sha256 in wanted}

    def media(self, what: Sequence[tuple[str, str, str]], reason: str, who: str) -> list[Path]:
        """Erases files, each (SHA-256, kind, subject); where they lay. KensaError when the disk refuses."""
        with self._database.write() as session:
            already = gone_for_good(session)
            for sha256, kind, subject in what:
                if sha256 in already:
                    continue
                row = ErasedMediaRow(
                    sha256=sha256, kind=kind, subject=subject, reason=reason, who=who, at=datetime.now(UTC)
                )
                session.add(row)
                session.flush()
                audit.append(session, who, MEDIA_ERASED, subject, new=erased_facts(row))
        return self.sweep()

    def sweep(self) -> list[Path]:
        """Removes the files that are written down as erased and lie there still; where they lay."""
        with self._database.read() as session:
            suffixes = {row.sha256: row.suffix for row in session.execute(select(MediaRow.sha256, MediaRow.suffix))}
            paths = [self._files.path(sha256, suffixes.get(sha256, "")) for sha256 in sorted(gone_for_good(session))]
        there = [path for path in paths if path.exists()]
        for path in there:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise from_os_error(error, "kept file", path) from error
        return there

    def texts(self, sample_ids: Sequence[str], reason: str, who: str) -> int:
        """Erases what the voices of these units say: in the verdict, in the lines, in the audit trail and in the
        search. How many of the units had any."""
        with self._database.write() as session:
            session.execute(text("PRAGMA secure_delete = ON"))  # what is deleted is overwritten, too
            found = sum(_erase_text(session, sample_id, reason, who) for sample_id in sample_ids)
            if found:
                _index_again(session)
        if found:
            # What was said leaves the log beside the database too; while somebody reads, at another time.
            self._database.tidy()
        return found


def gone_for_good(session: Session) -> set[str]:
    """Hashes of files that must not be there: erased, and not captured anew since."""
    latest: dict[str, datetime] = {}
    for sha256, at in session.execute(select(ErasedMediaRow.sha256, ErasedMediaRow.at)):
        latest[sha256] = max(at, latest.get(sha256, at))
    if not latest:
        return set()
    again = set()
    columns = (SampleRow.photo_sha256, SampleRow.voice_sha256, SampleRow.golden_sha256)
    earliest = min(latest.values())
    for *hashes, at in session.execute(select(*columns, SampleRow.captured_at).where(SampleRow.captured_at > earliest)):
        again |= {sha256 for sha256 in hashes if sha256 in latest and at > latest[sha256]}
    for spoken, at in session.execute(select(LineRow.voice_sha256, LineRow.at).where(LineRow.at > earliest)):
        again |= {spoken} if spoken in latest and at > latest[spoken] else set()
    return set(latest) - again


def erased_facts(row: ErasedMediaRow) -> dict[str, Any]:
    """What the audit trail tells of an erased file: its hash line stays for good."""
    return {"id": row.id, "sha256": row.sha256, "kind": row.kind, "reason": row.reason, "at": iso(row.at)}


def text_facts(row: ErasedTextRow) -> dict[str, Any]:
    """What the audit trail tells of an erased text: which entry, and the hash of what is left of it."""
    return {"id": row.id, "entry": row.seq, "left": audit.sha256_of(row.told), "reason": row.reason, "at": iso(row.at)}


def _erase_text(session: Session, sample_id: str, reason: str, who: str) -> bool:
    """The texts of one unit; whether there were any. Signatures that held are bound to what is left."""
    entries = session.scalars(
        select(AuditRow)
        .where(AuditRow.subject == sample_id, or_(AuditRow.what == "judged", AuditRow.what.in_(SPOKEN)))
        .order_by(AuditRow.seq)
    )
    done = set(session.scalars(select(ErasedTextRow.seq).where(ErasedTextRow.sample_id == sample_id)))
    told: list[tuple[AuditRow, str]] = []
    for entry in entries:
        left = _without(entry)
        if left is not None and entry.seq not in done:
            told.append((entry, left))
    if not told:
        return False
    held = [row for row in _signatures(session, sample_id) if row.record_sha256 == _signed(session, row)]
    facts = []
    for entry, rest in told:
        row = ErasedTextRow(seq=entry.seq, sample_id=sample_id, told=rest, reason=reason, who=who, at=datetime.now(UTC))
        session.add(row)
        session.flush()
        facts.append(text_facts(row))
        session.execute(update(AuditRow).where(AuditRow.seq == entry.seq).values(new=rest))
    session.execute(update(VerdictRow).where(VerdictRow.sample_id == sample_id).values(heard=""))
    session.execute(update(LineRow).where(LineRow.sample_id == sample_id, LineRow.kind.in_(SPOKEN)).values(text=""))
    session.expire_all()
    seals = {str(row.id): _signed(session, row) for row in held}
    audit.append(session, who, TEXT_ERASED, sample_id, new={"entries": facts, "signed": seals})
    return True


def _without(entry: AuditRow) -> str | None:
    """What an entry tells, without what was said; None where nothing was."""
    new = json.loads(entry.new or "null") or {}
    if entry.what == "judged":
        judgment = new.get("judgment") or {}
        if not judgment.get("heard"):
            return None
        return audit.canonical({**new, "judgment": {**judgment, "heard": ""}})
    return audit.canonical({**new, "text": ""}) if new.get("text") else None


def _signatures(session: Session, sample_id: str) -> list[SignatureRow]:
    return list(session.scalars(select(SignatureRow).where(SignatureRow.sample_id == sample_id)))


def _signed(session: Session, row: SignatureRow) -> str:
    return audit.sha256_of(signed_facts(session, row.sample_id, row.review_id))


def _index_again(session: Session) -> None:
    """The search without what was erased: an index without its texts can only be emptied and filled again."""
    session.execute(text("INSERT INTO search_texts (search_texts) VALUES ('delete-all')"))
    session.execute(text(_FILL))
    session.execute(text(_COUNT))


def _joined(names: str, row: str) -> str:
    return " || ".join(f"coalesce({row}.{name} || char(10), '')" for name in names.split()) + " || char(10)"


_TOLD = " UNION ALL ".join(
    (
        "SELECT s.id AS sample_id, 0 AS source, 0 AS number, "
        + _joined("part lot serial work_order operator photo_name voice_name", "s")
        + " AS text FROM samples s",
        "SELECT v.sample_id, 1, v.id, " + _joined("defect heard remark", "v") + " FROM verdicts v",
        "SELECT l.sample_id, 2, l.id, l.text || char(10, 10) FROM lines l"
        " WHERE l.text <> '' AND l.kind NOT IN ('retaken', 'picked')",
        "SELECT r.sample_id, 3, r.id, r.reason || char(10, 10) FROM reviews r WHERE r.reason <> ''",
    )
)
"""The texts of every unit as the schema's own triggers put them there (0004_search.py)."""
_FILL = (
    "INSERT INTO search_texts (rowid, text) SELECT n * 256 + k - 1, text FROM (SELECT u.n AS n, t.text AS text, "
    "row_number() OVER (PARTITION BY u.n ORDER BY t.source, t.number) AS k "
    f"FROM ({_TOLD}) t JOIN search_units u ON u.sample_id = t.sample_id) WHERE k <= 256 ORDER BY n, k"
)
_COUNT = (
    f"UPDATE search_units SET texts = found.k FROM (SELECT sample_id, count(*) AS k FROM ({_TOLD}) GROUP BY 1) found "
    "WHERE found.sample_id = search_units.sample_id"
)
