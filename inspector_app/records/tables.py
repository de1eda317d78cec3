"""The tables, column by column. Knows no sentence of SQL beyond its own definitions; migrations/ must lead to the same.

The rules that a table cannot state (nothing of what was captured or judged is ever changed) are triggers: TRIGGERS.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, Float, ForeignKey, Index, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from inspector_app.records.record import State


class UtcTime(TypeDecorator[datetime]):
    """Times are stored in UTC and read back with it; SQLite itself knows no time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Table(DeclarativeBase):
    """Base of the tables; constraints are named, so that a later migration can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class MediaRow(Table):
    """A kept file, by the hash of its content."""

    __tablename__ = "media"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    bytes: Mapped[int] = mapped_column(Integer)
    suffix: Mapped[str] = mapped_column(String(8))


class SampleRow(Table):
    """One unit as captured. Its ULID grows with every sample of a database, whatever the clock does."""

    __tablename__ = "samples"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    state: Mapped[State] = mapped_column(
        Enum(
            State, native_enum=False, create_constraint=False, values_callable=lambda e: [m.value for m in e], length=12
        )
    )
    photo_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"))
    photo_name: Mapped[str | None] = mapped_column(Text)
    voice_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"))
    voice_name: Mapped[str | None] = mapped_column(Text)
    golden_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"))
    golden_name: Mapped[str | None] = mapped_column(Text)
    part: Mapped[str] = mapped_column(Text)
    lot: Mapped[str | None] = mapped_column(Text)
    serial: Mapped[str | None] = mapped_column(Text)
    operator: Mapped[str | None] = mapped_column(Text)
    defects: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    captured_at: Mapped[datetime] = mapped_column(UtcTime)
    app_version: Mapped[str] = mapped_column(String(32))
    failure_code: Mapped[str | None] = mapped_column(Text)
    failure_message: Mapped[str | None] = mapped_column(Text)
    work_order: Mapped[str | None] = mapped_column(Text)
    shift: Mapped[str | None] = mapped_column(Text)
    retake_of: Mapped[str | None] = mapped_column(ForeignKey("samples.id"))
    line: Mapped[str | None] = mapped_column(Text)  # NULL: an older program kept it, and did not tell
    station: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        # With the id, so that the newest of one part or lot are found without sorting all of it.
        Index("ix_samples_state", "state", "id"),
        Index("ix_samples_part", "part", "id"),
        Index("ix_samples_lot", "lot", "id"),
        Index("ix_samples_serial", "serial", "id"),
        Index("ix_samples_work_order", "work_order", "id"),
        # All that today's counters need of a sample, so that they never read the table itself.
        Index("ix_samples_captured_at", "captured_at", "id", "state"),
    )


class VerdictRow(Table):
    """What the model said of one sample; written once."""

    __tablename__ = "verdicts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sample_id: Mapped[str] = mapped_column(ForeignKey("samples.id"))
    verdict: Mapped[str] = mapped_column(String(16))
    defect: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(String(16))
    region_row: Mapped[int | None] = mapped_column(Integer)
    region_col: Mapped[int | None] = mapped_column(Integer)
    region_grid: Mapped[int | None] = mapped_column(Integer)
    heard: Mapped[str] = mapped_column(Text)
    voice_says: Mapped[str] = mapped_column(String(16))
    remark: Mapped[str] = mapped_column(Text)
    p_ng: Mapped[float | None] = mapped_column(Float)  # NULL: the model gave no number (SQLite has no NaN)
    confidence: Mapped[float | None] = mapped_column(Float)
    contradiction: Mapped[bool]
    ok_below: Mapped[float] = mapped_column(Float)
    ng_above: Mapped[float] = mapped_column(Float)
    base: Mapped[str] = mapped_column(Text)
    adapter: Mapped[str] = mapped_column(Text)
    prompt: Mapped[str] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(Text)
    timings_ms: Mapped[dict[str, Any]] = mapped_column(JSON)
    app_version: Mapped[str] = mapped_column(String(32))
    judged_at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (
        Index("ix_verdicts_sample_id", "sample_id", unique=True),
        Index("ix_verdicts_verdict", "verdict", "sample_id"),
    )


class LineRow(Table):
    """What people, or chance, added to a sample; written once."""

    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sample_id: Mapped[str] = mapped_column(ForeignKey("samples.id"))
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    voice_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"))
    voice_name: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (Index("ix_lines_sample_id", "sample_id", "kind"), Index("ix_lines_kind", "kind", "sample_id"))


class ReviewRow(Table):
    """What a supervisor decided about a sample; written once, the newest stands."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sample_id: Mapped[str] = mapped_column(ForeignKey("samples.id"))
    decision: Mapped[str] = mapped_column(String(12))
    verdict: Mapped[str] = mapped_column(String(16))
    defect: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(String(16))
    region_row: Mapped[int | None] = mapped_column(Integer)
    region_col: Mapped[int | None] = mapped_column(Integer)
    region_grid: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    disposition: Mapped[str] = mapped_column(String(12))
    who: Mapped[str] = mapped_column(Text)
    app_version: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (Index("ix_reviews_sample_id", "sample_id", "id"),)


class SignatureRow(Table):
    """Who put the own name to a record, with which meaning; written once, bound to the record as it was by its hash."""

    __tablename__ = "signatures"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sample_id: Mapped[str] = mapped_column(ForeignKey("samples.id"))
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"))
    who: Mapped[str] = mapped_column(Text)
    meaning: Mapped[str] = mapped_column(String(12))
    record_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (Index("ix_signatures_sample_id", "sample_id", "id"),)


class SearchCaptureRow(Table):
    """What units have in common when they are captured; "" for what is not there; how many there are and the numbers of
    the first and the last one. Triggers fill it, for the search.
    """

    __tablename__ = "search_captures"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    part: Mapped[str] = mapped_column(Text)
    lot: Mapped[str] = mapped_column(Text)
    work_order: Mapped[str] = mapped_column(Text)
    operator: Mapped[str] = mapped_column(Text)
    shift: Mapped[str] = mapped_column(Text)
    units: Mapped[int] = mapped_column(Integer)
    first: Mapped[int | None] = mapped_column(Integer)
    last: Mapped[int | None] = mapped_column(Integer)
    line: Mapped[str] = mapped_column(Text)
    station: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index(
            "ix_search_captures_part", "part", "lot", "work_order", "operator", "shift", "line", "station", unique=True
        ),
    )


class SearchAnswerRow(Table):
    """What verdicts of a part have in common, and the numbers of the first and the last such unit. Triggers fill it."""

    __tablename__ = "search_answers"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    part: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    defect: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    adapter: Mapped[str] = mapped_column(Text)
    first: Mapped[int | None] = mapped_column(Integer)
    last: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (Index("ix_search_answers_part", "part", "verdict", "defect", "severity", "adapter", unique=True),)


class SearchSpanRow(Table):
    """When 4096 units that follow each other were captured, in microseconds: so a time is found without walking."""

    __tablename__ = "search_spans"

    span: Mapped[int] = mapped_column(Integer, primary_key=True)
    earliest: Mapped[int] = mapped_column(Integer)
    latest: Mapped[int] = mapped_column(Integer)


class SearchUnitRow(Table):
    """One unit in small numbers, in the order of keeping, so that a million of them are walked in a moment; `at` is the
    time of capture in microseconds, `standing` the verdict that stands, `texts` how many of its texts lie in
    search_texts, from row 256 * n on.
    """

    __tablename__ = "search_units"

    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    capture: Mapped[int] = mapped_column(Integer)
    answer: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[int] = mapped_column(Integer)
    p_ng: Mapped[float] = mapped_column(Float)  # -1 where there is none, so that each has its place
    texts: Mapped[int] = mapped_column(Integer)
    sample_id: Mapped[str] = mapped_column(String(26))
    standing: Mapped[str | None] = mapped_column(String(16))

    __table_args__ = (
        Index("ix_search_units_sample_id", "sample_id", unique=True),
        Index("ix_search_units_capture", "capture", "n"),
        Index("ix_search_units_p_ng", "p_ng", "n", "capture", "answer", "at", "standing"),
        Index("ix_search_units_standing", "standing", "n"),
    )


class PartVersionRow(Table):
    """A part's definition as it was changed in the program; written once, the highest version stands."""

    __tablename__ = "part_versions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    part: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (Index("ix_part_versions_part", "part", "version", unique=True),)


class PersonRow(Table):
    """Who may sign in. PIN and badge are kept as hashes; a person is disabled, never deleted."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    pin_hash: Mapped[str] = mapped_column(Text)
    badge_hash: Mapped[str | None] = mapped_column(Text)
    badge_tag: Mapped[str | None] = mapped_column(String(2))
    disabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (Index("ix_people_name", "name", unique=True), Index("ix_people_badge_tag", "badge_tag"))


class AttemptRow(Table):
    """Failed attempts to sign in, for each name and for badges; kept, so that a restart frees nobody."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    until: Mapped[datetime | None] = mapped_column(UtcTime)


class LearningGroupRow(Table):
    """A lot, serial number or photo that was put into a training set: whether it measures or teaches, for good."""

    __tablename__ = "learning_groups"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    part: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    golden: Mapped[bool]
    training_set: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (Index("ix_learning_groups_part", "part", "name", unique=True),)


class PromotionRow(Table):
    """An adapter that was let in, or put back in its place; written once, the newest stands."""

    __tablename__ = "promotions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    adapter: Mapped[str | None] = mapped_column(Text)
    identity: Mapped[str] = mapped_column(Text)
    previous: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("promotions.id"))
    reason: Mapped[str] = mapped_column(Text)
    gate: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)


class AuditRow(Table):
    """Who did what, when, to what; each row holds the hash of the one before it."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    who: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(Text)
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_audit_subject", "subject"),)


WRITTEN_ONCE = (
    "audit", "verdicts", "lines", "reviews", "part_versions", "signatures", "learning_groups", "promotions",
    "shadow_verdicts", "erased_media", "erased_texts",
)  # fmt: skip
TRIGGERS = (
    *(f"{table}_no_{change}" for table in WRITTEN_ONCE for change in ("update", "delete", "replace")),
    *(f"{table}_{kept}" for table in ("samples", "people") for kept in ("fixed", "no_delete", "no_replace")),
    # What a voice note says is erased on request; nothing else of a row ever changes.
    "verdicts_heard_kept", "lines_text_kept", "audit_new_kept",
    "search_sample", "search_verdict", "search_line", "search_review", "search_standing", "search_undone",
)  # fmt: skip
"""Names of the triggers that a sound database has; the migrations create them."""
