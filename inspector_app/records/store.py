"""Every write to a sample's records: it is kept first, its verdict is added after, then what people say of it; each
is told in the audit trail. (People are written by roster.py, parts by part_versions.py.)

Knows the tables and the files; knows no model and no window. Safe to call from several threads.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from inspector_app import instance, ulid
from inspector_app.capture.sample import Photo, Sample, Voice
from inspector_app.errors import KensaError
from inspector_app.instance import Hold
from inspector_app.places import Places
from inspector_app.records import audit
from inspector_app.records.database import Database
from inspector_app.records.files import MediaFiles
from inspector_app.records.record import Decision, Inspection, LineKind, Meaning, Opinion, State, iso
from inspector_app.records.rows import (
    captured_facts,
    line_facts,
    load,
    review_facts,
    review_row,
    signature_facts,
    signed_facts,
    verdict_facts,
    verdict_row,
)
from inspector_app.records.standing import mark_of, standing
from inspector_app.records.tables import LineRow, MediaRow, SampleRow, SignatureRow
from inspector_app.rights import PROGRAM
from inspector_app.version import APP_VERSION
from model_runtime.verdict import Verdict

SIGNED = "signed"
"""How the audit trail calls a signature."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reason that was spoken, and what the model heard of it ("" where it could not listen)."""

    voice: Voice
    heard: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """When and where a sample was taken, in the words of the plant; None: not known."""

    shift: str | None = None
    line: str | None = None
    station: str | None = None


NOWHERE = Taken()


class Store:
    """The open records of one data folder."""

    def __init__(self, database: Database, files: MediaFiles, hold: Hold | None = None) -> None:
        self.database = database
        self.files = files
        self._hold = hold

    @classmethod
    def open(cls, places: Places) -> "Store":
        """Opens or makes the records; KensaError when newer, damaged, forbidden, on a full disk or being restored.
        Where the places are read only nothing is made or changed, and every write is refused.
        """
        files = MediaFiles(places.media)
        places.make()
        hold = None if places.read_only else instance.use(places)
        try:
            if not places.read_only:
                files.sweep()
            return cls(Database.open(places.database, read_only=places.read_only), files, hold)
        except BaseException:
            if hold is not None:
                hold.close()
            raise

    def close(self) -> None:
        self.database.close()
        if self._hold is not None:
            self._hold.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add_sample(self, sample: Sample, taken: Taken = NOWHERE, cautions: Sequence[str] = ()) -> str:
        """Keeps files and row, in this order, and commits: from here on nothing of it can be lost. The new ULID."""
        with self._making() as made, self.database.write() as session:
            return self._add_sample(session, sample, made, taken, cautions)

    def add_verdict(self, sample_id: str, verdict: Verdict) -> Inspection:
        """Adds what the model said; when another program was faster, its verdict stands and is given back."""
        with self.database.write() as session:
            row = self._sample(session, sample_id)
            if row.state is not State.JUDGED:
                said = verdict_row(sample_id, verdict)
                session.add(said)
                told = {**verdict_facts(verdict), "judged_at": iso(said.judged_at), "app_version": said.app_version}
                self._move(session, row, State.JUDGED, "judged", told)
                session.flush()
            return self._inspection(session, sample_id)

    def mark_failed(self, sample_id: str, code: str, message: str) -> Inspection:
        """Says why the model could not judge the sample; a sample that has a verdict keeps it."""
        with self.database.write() as session:
            row = self._sample(session, sample_id)
            if row.state is not State.JUDGED:
                self._move(session, row, State.FAILED, "failed", {"code": code, "message": message})
                row.failure_code, row.failure_message = code, message
                session.flush()
            return self._inspection(session, sample_id)

    def add_line(
        self, sample_id: str, kind: LineKind, who: str, text: str = "", voice: Voice | None = None
    ) -> Inspection:
        """Adds what was said of a sample; KensaError `already_withdrawn` for one that counts no more."""
        with self._making() as made, self.database.write() as session:
            self._refuse_withdrawn(session, sample_id)
            self._add_line(session, sample_id, kind, who, text, self._keep(session, voice, made), voice)
            return self._inspection(session, sample_id)

    def add_review(
        self,
        sample_id: str,
        opinion: Opinion,
        decision: Decision,
        who: str,
        meaning: Meaning | None = None,
        spoken: Spoken | None = None,
    ) -> Inspection:
        """Adds a supervisor's opinion, signed where a meaning is given, with the reason as it was spoken, if it was;
        the verdict of the model stays as it was.
        """
        with self._making() as made, self.database.write() as session:
            self._refuse_withdrawn(session, sample_id)
            if spoken is not None:
                sha256 = self._keep(session, spoken.voice, made)
                self._add_line(session, sample_id, LineKind.REASON, who, spoken.heard, sha256, spoken.voice)
            row = review_row(sample_id, opinion, decision, who)
            session.add(row)
            session.flush()
            audit.append(session, who, "reviewed", sample_id, new=review_facts(row))
            if meaning is not None:
                self._sign(session, sample_id, row.id, who, meaning)
            return self._inspection(session, sample_id)

    def sign(self, sample_id: str, who: str, meaning: Meaning) -> Inspection:
        """Adds a signature to the record with the review that stands; the caller has made sure who signs."""
        with self.database.write() as session:
            self._refuse_withdrawn(session, sample_id)
            self._sign(session, sample_id, session.scalar(select(standing(sample_id))), who, meaning)
            return self._inspection(session, sample_id)

    def undo_review(self, sample_id: str, who: str) -> Inspection:
        """Adds the line by which the review that stands does so no more; KensaError `not_reviewed` without one."""
        with self.database.write() as session:
            self._refuse_withdrawn(session, sample_id)
            last = session.scalar(select(standing(sample_id)))
            if last is None:
                raise KensaError("not_reviewed", "No review of this unit stands; there is nothing to undo.")
            self._add_line(session, sample_id, LineKind.UNDONE, who, mark_of(last))
            return self._inspection(session, sample_id)

    def note(self, who: str, what: str, subject: str, old: object = None, new: object = None) -> None:
        """An entry of the audit trail for what is kept elsewhere, as the settings."""
        with self.database.write() as session:
            audit.append(session, who, what, subject, old, new)

    def put(self, photo: Photo) -> tuple[str, Path]:
        """Keeps a photo that belongs to no sample, as a golden one; its SHA-256 and where it lies."""
        with self._making() as made, self.database.write() as session:
            sha256 = self._keep(session, photo, made)
        assert sha256 is not None
        return sha256, self.files.path(sha256, photo.suffix)

    def waiting(self) -> list[str]:
        """Samples kept and not judged, oldest first; a withdrawn one waits for nothing."""
        query = select(SampleRow.id).where(SampleRow.state == State.CAPTURED, ~gone(SampleRow.id))
        with self.database.read() as session:
            return list(session.scalars(query.order_by(SampleRow.id)))

    def get(self, sample_id: str) -> Inspection:
        """All of one sample; KensaError when there is none of that id."""
        with self.database.read() as session:
            return self._inspection(session, sample_id)

    @contextmanager
    def _making(self) -> Iterator[list[Path]]:
        """Collects new files; they are removed again when the rows that name them were not kept."""
        made: list[Path] = []
        try:
            yield made
        except BaseException:
            for path in made:
                path.unlink(missing_ok=True)
            raise

    def _add_sample(
        self, session: Session, sample: Sample, made: list[Path], taken: Taken, cautions: Sequence[str]
    ) -> str:
        """The files lie on the disk before the row does; the write lock is held, so nobody else counts on them yet."""
        if sample.photo is None and sample.voice is None:
            raise KensaError("empty_sample", "There is neither a photo nor a voice note; give at least one.")
        photo = self._keep(session, sample.photo, made)
        voice = self._keep(session, sample.voice, made)
        golden = self._keep(session, sample.golden, made)
        sample_id = ulid.after(session.scalar(select(func.max(SampleRow.id))))
        row = SampleRow(
            id=sample_id,
            state=State.CAPTURED,
            photo_sha256=photo,
            photo_name=sample.photo.name if sample.photo else None,
            voice_sha256=voice,
            voice_name=sample.voice.name if sample.voice else None,
            golden_sha256=golden,
            golden_name=sample.golden.name if sample.golden else None,
            part=sample.part,
            lot=sample.lot,
            serial=sample.serial,
            operator=sample.operator,
            defects=list(sample.defects) if sample.defects else None,
            captured_at=datetime.now(UTC),
            app_version=APP_VERSION,
            work_order=sample.work_order,
            shift=taken.shift,
            retake_of=sample.retake_of,
            line=taken.line,
            station=taken.station,
        )
        session.add(row)
        session.flush()
        who = sample.operator or PROGRAM
        audit.append(session, who, "captured", sample_id, new=captured_facts(row))
        for code in cautions:
            self._add_line(session, sample_id, LineKind.CAUTION, PROGRAM, code)
        if sample.retake_of is not None:
            self._refuse_withdrawn(session, sample.retake_of)
            self._add_line(session, sample.retake_of, LineKind.RETAKEN, who, sample_id)
        session.commit()
        return sample_id

    def _add_line(
        self,
        session: Session,
        sample_id: str,
        kind: LineKind,
        who: str,
        text: str,
        sha256: str | None = None,
        voice: Voice | None = None,
    ) -> None:
        row = LineRow(
            sample_id=sample_id,
            kind=str(kind),
            text=text,
            who=who,
            voice_sha256=sha256,
            voice_name=voice.name if voice else None,
            at=datetime.now(UTC),
        )
        session.add(row)
        session.flush()
        audit.append(session, who, str(kind), sample_id, new=line_facts(row))

    def _sign(self, session: Session, sample_id: str, review: int | None, who: str, meaning: Meaning) -> None:
        row = SignatureRow(
            sample_id=sample_id,
            review_id=review,
            who=who,
            meaning=str(meaning),
            record_sha256=audit.sha256_of(signed_facts(session, sample_id, review)),
            at=datetime.now(UTC),
        )
        session.add(row)
        session.flush()
        audit.append(session, who, SIGNED, sample_id, new=signature_facts(row))

    def _refuse_withdrawn(self, session: Session, sample_id: str) -> None:
        self._sample(session, sample_id)
        if session.scalar(select(gone(sample_id))):
            raise KensaError(
                "already_withdrawn", f"The inspection {sample_id} was withdrawn or taken anew; it counts no more."
            )

    def _keep(self, session: Session, medium: Photo | Voice | None, made: list[Path]) -> str | None:
        if medium is None:
            return None
        sha256, path = self.files.put(medium.data, medium.suffix)
        if path:
            made.append(path)
        if session.get(MediaRow, sha256) is None:
            kind = "photo" if isinstance(medium, Photo) else "voice"
            session.add(MediaRow(sha256=sha256, kind=kind, bytes=len(medium.data), suffix=medium.suffix))
            session.flush()
        return sha256

    def _move(self, session: Session, row: SampleRow, state: State, what: str, new: object) -> None:
        old = {"state": str(row.state)}
        row.state, row.failure_code, row.failure_message = state, None, None
        audit.append(session, PROGRAM, what, row.id, old=old, new=new)

    def _sample(self, session: Session, sample_id: str) -> SampleRow:
        row = session.get(SampleRow, sample_id)
        if row is None:
            raise unknown(sample_id)
        return row

    def _inspection(self, session: Session, sample_id: str) -> Inspection:
        found = load(session, sample_id, self.files)
        if found is None:
            raise unknown(sample_id)
        return found


def gone(sample_id: Any, *kinds: LineKind) -> ColumnElement[bool]:
    """The condition that a sample counts no more: it was withdrawn, or taken anew (or one of the given kinds)."""
    meant = [str(kind) for kind in kinds or (LineKind.WITHDRAWN, LineKind.RETAKEN)]
    return exists().where(LineRow.sample_id == sample_id, LineRow.kind.in_(meant))


def unknown(sample_id: str) -> KensaError:
    """The sentence for an id that no sample has."""
    return KensaError("unknown_id", f"There is no inspection {sample_id!r}; `kensa history` lists them.")
