"""Alembic's entry: always on a connection that the store opened, inside its transaction."""

from alembic import context

from playground.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.ThreadRow.metadata,
    render_as_batch=True,
)
context.run_migrations()
