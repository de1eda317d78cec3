"""The station: work order, shift and retake of a sample; lines, reviews, people, versions of parts; their triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FIXED = (
    "id, photo_sha256, photo_name, voice_sha256, voice_name, golden_sha256, golden_name, "
    "part, lot, serial, operator, defects, captured_at, app_version, work_order, shift, retake_of"
)
_WRITTEN_ONCE = ("lines", "reviews", "part_versions")


def upgrade() -> None:
    _samples()
    _lines()
    _reviews()
    _part_versions()
    _people()
    for table in _WRITTEN_ONCE:
        _trigger(f"{table}_no_update", f"UPDATE ON {table}")
        _trigger(f"{table}_no_delete", f"DELETE ON {table}")
        _trigger(f"{table}_no_replace", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)")
    _trigger("people_fixed", "UPDATE OF id, name, created_at ON people")
    _trigger("people_no_delete", "DELETE ON people")
    _trigger(
        "people_no_replace",
        "INSERT ON people WHEN EXISTS (SELECT 1 FROM people WHERE id = NEW.id OR name = NEW.name)",
    )


def _trigger(name: str, event: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'kept records never change'); END")


def _samples() -> None:
    op.add_column("samples", sa.Column("work_order", sa.Text()))
    op.add_column("samples", sa.Column("shift", sa.Text()))
    # Said in SQL: SQLite takes a foreign key only together with its column.
    op.execute(
        "ALTER TABLE samples ADD COLUMN retake_of VARCHAR(26) CONSTRAINT fk_samples_retake_of REFERENCES samples (id)"
    )
    op.create_index("ix_samples_work_order", "samples", ["work_order", "id"])
    op.create_index("ix_samples_captured_at", "samples", ["captured_at", "id", "state"])
    op.execute("DROP TRIGGER samples_fixed")
    _trigger("samples_fixed", f"UPDATE OF {_FIXED} ON samples")


def _lines() -> None:
    op.create_table(
        "lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("voice_sha256", sa.String(length=64), nullable=True),
        sa.Column("voice_name", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_lines_sample_id"),
        sa.ForeignKeyConstraint(["voice_sha256"], ["media.sha256"], name="fk_lines_voice_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_lines"),
    )
    op.create_index("ix_lines_sample_id", "lines", ["sample_id", "kind"])
    op.create_index("ix_lines_kind", "lines", ["kind", "sample_id"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.String(length=26), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("defect", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("region_row", sa.Integer(), nullable=True),
        sa.Column("region_col", sa.Integer(), nullable=True),
        sa.Column("region_grid", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("disposition", sa.String(length=12), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("app_version", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_reviews_sample_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_sample_id", "reviews", ["sample_id", "id"])


def _part_versions() -> None:
    op.create_table(
        "part_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_part_versions"),
    )
    op.create_index("ix_part_versions_part", "part_versions", ["part", "version"], unique=True)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("badge_hash", sa.Text(), nullable=True),
        sa.Column("badge_tag", sa.String(length=2), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_name", "people", ["name"], unique=True)
    op.create_index("ix_people_badge_tag", "people", ["badge_tag"])
    op.create_table(
        "attempts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_attempts"),
    )
