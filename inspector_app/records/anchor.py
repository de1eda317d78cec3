"""The anchor: the last entry of the audit trail, told day by day in a file outside of the database.

Whoever can write to the database can cut off the trail's end so that all the rest still fits; that an entry was there
is known only from elsewhere. A copy on another computer is worth most: `kensa verify --anchor FILE` takes it. Knows
the trail and one file.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspector_app.errors import KensaError, from_os_error
from inspector_app.records.database import Database
from inspector_app.records.record import iso
from inspector_app.records.tables import AuditRow
from inspector_app.whole import write_whole

_LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the trail at some moment: number and hash of the last entry, how many there are, when it was told."""

    seq: int
    hash: str
    entries: int
    at: str


def newest(database: Database) -> Anchor | None:
    """The end of the trail now; None while it is empty."""
    with database.read() as session:
        last = session.execute(select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)).first()
        entries = session.scalar(select(func.count(AuditRow.seq))) or 0
    return Anchor(last.seq, last.hash, entries, iso(datetime.now(UTC))) if last else None


def export(database: Database, *files: Path) -> Anchor | None:
    """Adds the end of the trail to each of the files, where it is not their last line already."""
    now = newest(database)
    if now is None:
        return None
    for file in files:
        told = read(file) if file.exists() else []
        if told and (told[-1].seq, told[-1].hash) == (now.seq, now.hash):
            continue
        lines = [json.dumps(asdict(anchor)) for anchor in (*told, now)]
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, ("\n".join(lines) + "\n").encode())
        except OSError as error:
            raise from_os_error(error, "anchor", file) from error
    return now


def read(file: Path) -> list[Anchor]:
    """The lines of a file, oldest first; KensaError when it holds anything else."""
    try:
        if file.stat().st_size > _LARGEST:
            raise ValueError("too large")
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Anchor(int(a["seq"]), str(a["hash"]), int(a["entries"]), str(a["at"])) for a in lines]
    except OSError as error:
        raise from_os_error(error, "anchor", file) from error
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise KensaError("bad_anchor", f"{file} is no anchor of an audit trail; give another file.") from error


def faults(session: Session, anchors: Sequence[Anchor]) -> Iterator[str]:
    """Every anchor that the trail does not hold any more."""
    last = session.scalar(select(func.max(AuditRow.seq))) or 0
    for anchor in anchors:
        there = session.scalar(select(AuditRow.hash).where(AuditRow.seq == anchor.seq))
        if there is None and anchor.seq > last:
            yield f"audit: it ends at entry {last}, but entry {anchor.seq} was there on {anchor.at}; the end is cut off"
        elif there != anchor.hash:
            yield f"audit: entry {anchor.seq} is not the one that was there on {anchor.at}"
