"""Run by Alembic inside the transaction that ``storage.upgrade`` has opened."""

from alembic import context

from headgate.storage.tables import schema

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=schema, render_as_batch=False)
context.run_migrations()
