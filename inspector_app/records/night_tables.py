"""More tables, of the night: what a candidate said beside the active adapter, and what was erased for good.

Knows columns, as tables.py does. A row of these is written once; the triggers that keep it so are told in tables.py.
"""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inspector_app.records.tables import Table, UtcTime


class ShadowRow(Table):
    """What a candidate said of one unit that another adapter had judged. It decides nothing."""

    __tablename__ = "shadow_verdicts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sample_id: Mapped[str] = mapped_column(ForeignKey("samples.id"))
    adapter: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(16))
    defect: Mapped[str] = mapped_column(Text)
    p_ng: Mapped[float | None] = mapped_column(Float)
    ok_below: Mapped[float] = mapped_column(Float)
    ng_above: Mapped[float] = mapped_column(Float)
    active: Mapped[str] = mapped_column(Text)
    active_verdict: Mapped[str] = mapped_column(String(16))
    judged_at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (
        Index("ix_shadow_verdicts_sample_id", "sample_id", "adapter", unique=True),
        Index("ix_shadow_verdicts_adapter", "adapter", "sample_id"),
    )


class ErasedMediaRow(Table):
    """A kept file that was erased for good: its hash and its size stay."""

    __tablename__ = "erased_media"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("media.sha256"))
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (Index("ix_erased_media_sha256", "sha256"),)


class ErasedTextRow(Table):
    """What was said by a voice note, erased: `told` is the entry `seq` of the audit trail without it, and the only text
    that the entry may be changed to. Its hash stays, so the chain holds.
    """

    __tablename__ = "erased_texts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    seq: Mapped[int] = mapped_column(ForeignKey("audit.seq"))
    sample_id: Mapped[str] = mapped_column(ForeignKey("samples.id"))
    told: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (
        Index("ix_erased_texts_seq", "seq", unique=True),
        Index("ix_erased_texts_sample_id", "sample_id"),
    )
