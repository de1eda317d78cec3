"""Learning: which lots, serials and photos measure and which teach; adapters that were let in and put back."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WRITTEN_ONCE = ("learning_groups", "promotions")


def upgrade() -> None:
    op.create_table(
        "learning_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("golden", sa.Boolean(), nullable=False),
        sa.Column("training_set", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learning_groups"),
    )
    op.create_index("ix_learning_groups_part", "learning_groups", ["part", "name"], unique=True)
    op.create_table(
        "promotions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=True),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("gate", sa.JSON(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["undoes"], ["promotions.id"], name="fk_promotions_undoes"),
        sa.PrimaryKeyConstraint("id", name="pk_promotions"),
    )
    for table in _WRITTEN_ONCE:
        _trigger(f"{table}_no_update", f"UPDATE ON {table}")
        _trigger(f"{table}_no_delete", f"DELETE ON {table}")
        _trigger(f"{table}_no_replace", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)")


def _trigger(name: str, event: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'kept records never change'); END")
