"""The night: what a candidate says beside the active adapter; photos, voices and transcripts that were erased for good."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WRITTEN_ONCE = ("shadow_verdicts", "erased_media", "erased_texts")
_VERDICT = (
    "id, sample_id, verdict, defect, severity, region_row, region_col, region_grid, voice_says, remark, p_ng, "
    "confidence, contradiction, ok_below, ng_above, base, adapter, prompt, engine, timings_ms, app_version, judged_at"
)
_LINE = "id, sample_id, kind, who, voice_sha256, voice_name, at"
_AUDIT = "seq, who, what, at, subject, old, previous, hash"


def upgrade() -> None:
    _shadow()
    _erased_media()
    _erased_texts()
    for table in _WRITTEN_ONCE:
        _trigger(f"{table}_no_update", f"UPDATE ON {table}")
        _trigger(f"{table}_no_delete", f"DELETE ON {table}")
        _trigger(f"{table}_no_replace", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)")
    _erasable()


def _erasable() -> None:
    """What a note says, and only that, may be emptied, once it is written down that it is to be."""
    of_sample = "NOT EXISTS (SELECT 1 FROM erased_texts e WHERE e.sample_id = OLD.sample_id)"
    for table, fixed in (("verdicts", _VERDICT), ("lines", _LINE), ("audit", _AUDIT)):
        op.execute(f"DROP TRIGGER {table}_no_update")
        _trigger(f"{table}_no_update", f"UPDATE OF {fixed} ON {table}")
    _trigger("verdicts_heard_kept", f"UPDATE OF heard ON verdicts WHEN NEW.heard <> '' OR {of_sample}")
    _trigger(
        "lines_text_kept",
        f"UPDATE OF text ON lines WHEN NEW.text <> '' OR OLD.kind NOT IN ('heard', 'reason') OR {of_sample}",
    )
    _trigger(
        "audit_new_kept",
        "UPDATE OF new ON audit WHEN NOT EXISTS "
        "(SELECT 1 FROM erased_texts e WHERE e.seq = OLD.seq AND e.told = NEW.new)",
    )


def _shadow() -> None:
    op.create_table(
        "shadow_verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.String(length=26), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("defect", sa.Text(), nullable=False),
        sa.Column("p_ng", sa.Float(), nullable=True),
        sa.Column("ok_below", sa.Float(), nullable=False),
        sa.Column("ng_above", sa.Float(), nullable=False),
        sa.Column("active", sa.Text(), nullable=False),
        sa.Column("active_verdict", sa.String(length=16), nullable=False),
        sa.Column("judged_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_shadow_verdicts_sample_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_verdicts"),
    )
    op.create_index("ix_shadow_verdicts_sample_id", "shadow_verdicts", ["sample_id", "adapter"], unique=True)
    op.create_index("ix_shadow_verdicts_adapter", "shadow_verdicts", ["adapter", "sample_id"])


def _erased_media() -> None:
    op.create_table(
        "erased_media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["media.sha256"], name="fk_erased_media_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_erased_media"),
    )
    op.create_index("ix_erased_media_sha256", "erased_media", ["sha256"])


def _erased_texts() -> None:
    op.create_table(
        "erased_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.String(length=26), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["audit.seq"], name="fk_erased_texts_seq"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_erased_texts_sample_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erased_texts"),
    )
    op.create_index("ix_erased_texts_seq", "erased_texts", ["seq"], unique=True)
    op.create_index("ix_erased_texts_sample_id", "erased_texts", ["sample_id"])


def _trigger(name: str, event: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'kept records never change'); END")
