"""Samples, their verdicts, the kept files, the audit trail; and the triggers that keep them as they were written."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_FIXED = (
    "id, photo_sha256, photo_name, voice_sha256, voice_name, golden_sha256, golden_name, "
    "part, lot, serial, operator, defects, captured_at, app_version"
)
_TRIGGERS = {
    "audit_no_update": "UPDATE ON audit",
    "audit_no_delete": "DELETE ON audit",
    "verdicts_no_update": "UPDATE ON verdicts",
    "verdicts_no_delete": "DELETE ON verdicts",
    "samples_fixed": f"UPDATE OF {_FIXED} ON samples",
    "samples_no_delete": "DELETE ON samples",
    # INSERT OR REPLACE deletes without asking the triggers above.
    "audit_no_replace": "INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)",
    "verdicts_no_replace": "INSERT ON verdicts WHEN EXISTS"
    " (SELECT 1 FROM verdicts WHERE id = NEW.id OR sample_id = NEW.sample_id)",
    "samples_no_replace": "INSERT ON samples WHEN EXISTS (SELECT 1 FROM samples WHERE id = NEW.id)",
}


def upgrade() -> None:
    _captured()
    _judged()
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
    for name, event in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'kept records never change'); END")


def _captured() -> None:
    op.create_table(
        "media",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("suffix", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_media"),
    )
    op.create_table(
        "samples",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("photo_sha256", sa.String(length=64), nullable=True),
        sa.Column("photo_name", sa.Text(), nullable=True),
        sa.Column("voice_sha256", sa.String(length=64), nullable=True),
        sa.Column("voice_name", sa.Text(), nullable=True),
        sa.Column("golden_sha256", sa.String(length=64), nullable=True),
        sa.Column("golden_name", sa.Text(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("defects", sa.JSON(), nullable=True),
        sa.Column("captured_at", sa.DateTime(), nullable=False),
        sa.Column("app_version", sa.String(length=32), nullable=False),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["golden_sha256"], ["media.sha256"], name="fk_samples_golden_sha256"),
        sa.ForeignKeyConstraint(["photo_sha256"], ["media.sha256"], name="fk_samples_photo_sha256"),
        sa.ForeignKeyConstraint(["voice_sha256"], ["media.sha256"], name="fk_samples_voice_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
    )
    for column in ("lot", "part", "serial", "state"):
        op.create_index(f"ix_samples_{column}", "samples", [column, "id"])


def _judged() -> None:
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.String(length=26), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("defect", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("region_row", sa.Integer(), nullable=True),
        sa.Column("region_col", sa.Integer(), nullable=True),
        sa.Column("region_grid", sa.Integer(), nullable=True),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("voice_says", sa.String(length=16), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("p_ng", sa.Float(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("contradiction", sa.Boolean(), nullable=False),
        sa.Column("ok_below", sa.Float(), nullable=False),
        sa.Column("ng_above", sa.Float(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("timings_ms", sa.JSON(), nullable=False),
        sa.Column("app_version", sa.String(length=32), nullable=False),
        sa.Column("judged_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_verdicts_sample_id"),
        sa.PrimaryKeyConstraint("id", name="pk_verdicts"),
    )
    op.create_index("ix_verdicts_sample_id", "verdicts", ["sample_id"], unique=True)
    op.create_index("ix_verdicts_verdict", "verdicts", ["verdict", "sample_id"])
