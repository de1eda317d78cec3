"""What Alembic runs: the steps over the connection that database.py hands in. No other way in."""

from alembic import context

from inspector_app.records.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    transactional_ddl=True,  # SQLite can; a step that fails leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
